"""The files that went through the simulator, and what Telegram asks of a photo."""

import struct
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.simulator import limits
from bot.simulator.refusals import bad_request

_KEPT = 2_000  # files; older ones are forgotten, so that a long run does not grow
_SIDES = (90, 320, 800, 1280)  # Telegram keeps a photo in these sizes


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file, or one size of a photo."""

    id: str
    unique_id: str
    path: str
    name: str
    content_type: str
    content: bytes
    width: int = 0
    height: int = 0

    def json(self) -> dict[str, Any]:
        """Return it as a `PhotoSize` or a `File` begins."""
        body: dict[str, Any] = {
            "file_id": self.id,
            "file_unique_id": self.unique_id,
            "file_size": len(self.content),
        }
        return body | {"width": self.width, "height": self.height} if self.width else body


class Files:
    """Everything that was uploaded, by file id and by path."""

    def __init__(self) -> None:
        self._files: OrderedDict[str, tuple[StoredFile, ...]] = OrderedDict()
        self._paths: dict[str, str] = {}
        self._count = 0

    def add_photo(self, name: str, content: bytes) -> tuple[StoredFile, ...]:
        """Keep a photo and return its sizes, smallest first; raises `Refused` for what is no photo."""
        if len(content) > limits.PHOTO_BYTES:
            raise bad_request(
                f"file of size {len(content)} bytes is too big for a photo; "
                f"the maximum size is {limits.PHOTO_BYTES} bytes"
            )
        image = measure(content)
        if image is None:
            raise bad_request("IMAGE_PROCESS_FAILED")
        kind, width, height = image
        sides = width + height
        if (
            not min(width, height)
            or sides > limits.PHOTO_SIDES
            or max(width, height) > limits.PHOTO_RATIO * min(width, height)
        ):
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
        self._count += 1
        sizes = tuple(
            StoredFile(
                id=f"AgACAgIAAxkDAAI{self._count:06x}{index}",
                unique_id=f"AQAD{self._count:06x}{index}",
                path=f"photos/file_{self._count}_{index}.{kind}",
                name=name,
                content_type=f"image/{kind}",
                content=content,
                width=round(width * scale) or 1,
                height=round(height * scale) or 1,
            )
            for index, scale in enumerate(_scales(max(width, height)))
        )
        return self._keep(sizes)

    def add_document(self, name: str, content_type: str, content: bytes) -> StoredFile:
        """Keep a document."""
        self._count += 1
        number = f"{self._count:06x}"
        path = f"documents/file_{self._count}"
        stored = StoredFile(f"BQACAgIAAxkDAAI{number}", f"AgAD{number}", path, name, content_type, content)
        return self._keep((stored,))[0]

    def by_id(self, file_id: str) -> tuple[StoredFile, ...] | None:
        """Return all sizes of the file, or None if nobody knows the id."""
        return self._files.get(file_id)

    def by_path(self, path: str) -> StoredFile | None:
        """Return the file that `getFile` said is there."""
        for stored in self._files.get(self._paths.get(path, ""), ()):
            if stored.path == path:
                return stored
        return None

    def _keep(self, sizes: tuple[StoredFile, ...]) -> tuple[StoredFile, ...]:
        for stored in sizes:
            self._files[stored.id] = sizes
            self._paths[stored.path] = stored.id
        while len(self._files) > _KEPT:
            file_id, gone = self._files.popitem(last=False)
            for stored in gone:
                if stored.id == file_id:
                    self._paths.pop(stored.path, None)
        return sizes


def _scales(side: int) -> Iterator[float]:
    for limit in _SIDES:
        yield min(1.0, limit / side)
        if limit >= side:
            return


def measure(content: bytes) -> tuple[str, int, int] | None:
    """Return kind, width and height of an image (PNG, JPEG or GIF), or None if it is none."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR" and len(content) >= 24:
        return "png", *struct.unpack(">II", content[16:24])
    if content.startswith((b"GIF87a", b"GIF89a")) and len(content) >= 10:
        return "gif", *struct.unpack("<HH", content[6:10])
    if content.startswith(b"\xff\xd8"):
        return _measure_jpeg(content)
    return None


def _measure_jpeg(content: bytes) -> tuple[str, int, int] | None:
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        # SOF0…SOF15 carry the size; C4, C8 and CC in between are something else
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return "jpeg", width, height
        at += 2 + int.from_bytes(content[at + 2 : at + 4])
    return None

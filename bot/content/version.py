"""Which content this is: a short hash of all that lies in the content folder."""

import os
from collections.abc import Iterator
from hashlib import sha256  # noqa: TID251 - of our own texts
from pathlib import Path

LENGTH = 8


def version_of(folder: Path) -> str:
    """Return the version of a content folder: any other name or byte in it gives another.

    Hidden files do not count, nor the copies that an editor's program leaves (`kz-car.md~`): nobody reads
    them. A file that cannot be read, and a folder that is not there, are versions too.
    """
    digest = sha256()
    for path in sorted(_files(folder)):
        name = path.relative_to(folder).as_posix()
        try:
            data = path.read_bytes()
        except OSError as error:
            digest.update(f"{name}\0unreadable {error.errno}\0".encode())
            continue
        digest.update(f"{name}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()[:LENGTH]


def _files(folder: Path) -> Iterator[Path]:
    # `rglob` raises when a folder goes away under it, as it does while a release is put in place.
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(parent, name) for name in names if not name.startswith(".") and name[-1] != "~")

"""The photo that people on the chat page send: made here, so that no camera and no file is needed."""

import struct
import zlib
from functools import cache

_WIDTH, _HEIGHT = 120, 90


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _rows() -> bytes:
    """Return the picture's lines: a road to the horizon between two slopes."""
    lines = bytearray()
    for y in range(_HEIGHT):
        lines.append(0)  # the filter of this line: none
        road = max(0, y - _HEIGHT // 2)
        for x in range(_WIDTH):
            lines += bytes(_colour(abs(x - _WIDTH // 2), y, road))
    return bytes(lines)


def _colour(aside: int, y: int, road: int) -> tuple[int, int, int]:
    if y < _HEIGHT // 2 - aside // 4:
        return 176, 204, 224
    if road and aside < road // 8:
        return 240, 236, 220
    if aside < road:
        return 92, 96, 104
    return 104, 140, 96


@cache
def draw() -> bytes:
    """Return the picture as PNG."""
    head = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    body = zlib.compress(_rows(), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")

"""Stands in for `bot.crossings.drawing`, which takes seconds to start: answers each request with some PNG.

    python tests/painter.py [die|hang|fail|NUMBER]

With a word it does that instead; with a number it answers so many requests and dies.
"""

import struct
import sys
import time
import zlib
from itertools import count


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(number: int) -> bytes:
    """Return a picture of one colour."""
    side = 90
    line = b"\0" + bytes((number % 256, 128, 128)) * side
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(line * side)) + chunk(b"IEND", b"")


def main(manner: str) -> None:
    for number in count(1):
        header = sys.stdin.buffer.read(4)
        if not header or manner == "die" or (manner.isdigit() and number > int(manner)):
            return
        sys.stdin.buffer.read(struct.unpack(">I", header)[0])
        if manner == "hang":
            time.sleep(600)
        answer = b"-ValueError" if manner == "fail" else b"+" + png(number)
        sys.stdout.buffer.write(struct.pack(">I", len(answer)) + answer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")

"""Sealing: what could lead to a person is stored only so that nobody reads it without the key.

AES-256-GCM with a random nonce. Table, column and row are authenticated too, so that nothing can be moved to
where it would mean something else; all of a kind is padded to one size, so that a length tells nothing.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
ROOM = 192
"""The size that everything is padded to, in bytes, of which two are its length."""

BESIDE = NONCE + 16
"""Bytes of everything sealed, beside its room."""

SIZE = ROOM + BESIDE
"""Bytes of what is sealed with the usual room."""


class Unsealable(Exception):
    """The key does not fit, or this is not what was sealed there."""


def seal(key: bytes, place: str, row: int, plain: bytes, room: int = ROOM) -> bytes:
    """Seal at most `room` - 2 bytes for a row and its `place`, `table.column`; raises ValueError for more."""
    if len(plain) > room - 2:
        raise ValueError(f"{len(plain)} bytes do not fit")
    nonce = secrets.token_bytes(NONCE)
    padded = len(plain).to_bytes(2, "big") + plain.ljust(room - 2, b"\0")
    return nonce + AESGCM(key).encrypt(nonce, padded, _about(place, row))


def unseal(key: bytes, place: str, row: int, sealed: bytes) -> bytes:
    """Return what was sealed for this place; raises `Unsealable`."""
    try:
        padded = AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], _about(place, row))
    except (InvalidTag, ValueError):
        raise Unsealable from None
    return padded[2 : 2 + int.from_bytes(padded[:2], "big")]


def _about(place: str, row: int) -> bytes:
    return f"{place}:{row}".encode()

"""The secret key: 32 random bytes in a file that only the bot can read, apart from the database.

Whoever has the database without this key cannot tell whose pseudonyms it holds, not even by trying all of
Telegram's ids. There is no built-in key: without the file the bot does not start.
"""

import hashlib
import hmac
import os
import secrets
import stat
from pathlib import Path

LENGTH = 32
LEAST_DIFFERENT = 16
"""Fewer different bytes than this are not random: so few come up less than once in 10¹⁵ keys."""


class KeyFileError(Exception):
    """The key file cannot be used; the message is one line that says what to do."""


class Secret:
    """The key, of which others only get what is derived from it."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        if len(key) != LENGTH:
            raise ValueError(f"a key has {LENGTH} bytes")
        self._key = key

    def __repr__(self) -> str:
        return "Secret(…)"

    def derive(self, label: str) -> bytes:
        """Return a key of 32 bytes for one purpose; it tells nothing of this key or of those of other labels.

        Source: HKDF-Expand of RFC 5869, one block, HMAC-SHA256; the key is uniform, so nothing is extracted.
        """
        return hmac.digest(self._key, b"provodnik/" + label.encode() + b"\x01", hashlib.sha256)


def load(path: Path, create: bool) -> Secret:
    """Read the key; where there is no file and `create` is set, make it.

    Raises `KeyFileError` if it is missing, unreadable, of a wrong length, or readable by others.
    """
    if create and not path.exists():
        try:
            return _make(path)
        except FileExistsError:
            pass  # another process was faster; both use its key
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise KeyFileError(
            f"{path}: there is no key file; make one with `bot keys new` and keep it safe"
        ) from None
    except OSError as error:
        raise KeyFileError(f"{path}: cannot read the key file: {error.strerror}") from None
    try:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode):
            raise KeyFileError(f"{path}: is not a file; set BOT_KEY_FILE to the key file")
        if state.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise KeyFileError(f"{path}: others can read the key file; run: chmod 600 {path}")
        key = os.read(descriptor, LENGTH + 1)
    finally:
        os.close(descriptor)
    if len(key) != LENGTH:
        raise KeyFileError(
            f"{path}: the key file must have {LENGTH} bytes, not {state.st_size}; "
            "restore the right one, or remove it and run `bot keys new`"
        )
    if len(set(key)) < LEAST_DIFFERENT:
        raise KeyFileError(f"{path}: the key is not random; remove it and run `bot keys new`")
    return Secret(key)


def new(path: Path) -> Secret:
    """Make a key file, which must not exist yet; either all of it is written, or nothing.

    Raises `KeyFileError` if the file exists or cannot be written.
    """
    try:
        return _make(path)
    except FileExistsError:
        raise KeyFileError(f"{path}: there is a key already; another would make strangers of all") from None


def _make(path: Path) -> Secret:
    """Write under a name of its own, then link the right one to it: that fails where it is taken."""
    key = secrets.token_bytes(LENGTH)
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(partial, key)
        try:
            path.hardlink_to(partial)
        finally:
            partial.unlink()
        _sync(path.parent)
    except FileExistsError:
        if path.parent.is_dir():
            raise
        raise KeyFileError(f"{path}: cannot write the key file: Not a directory") from None
    except OSError as error:
        raise KeyFileError(f"{path}: cannot write the key file: {error.strerror}") from None
    return Secret(key)


def _write(path: Path, key: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, key)
        os.fsync(descriptor)
    except OSError:
        path.unlink()
        raise
    finally:
        os.close(descriptor)


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""The secret keys: in a file that only the bot can read, apart from the database.

Whoever has the database without them cannot tell whom it is about, not even by trying all of Telegram's ids.
There is no built-in key: without the file the bot does not start. The file has a line a key, a number and 32
random bytes in hexadecimal; it holds more than one only while `bot keys rotate` is under way.
"""

import fcntl
import hashlib
import hmac
import os
import re
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

LENGTH = 32
LEAST_DIFFERENT = 16
"""Fewer different bytes than this are not random: so few come up less than once in 10¹⁵ keys."""

LARGEST_BYTES = 4096
_LINE = re.compile(r"([1-9]\d{0,5}) ([0-9a-f]{64})")


class KeyFileError(Exception):
    """The key file cannot be used; the message is one line that says what to do."""


class Keys:
    """The keys by their numbers, of which others only get what is derived from them."""

    __slots__ = ("_keys", "current")

    def __init__(self, keys: Mapping[int, bytes], current: int | None = None) -> None:
        """Take the keys; if not said otherwise, the one with the highest number is the `current` one."""
        if not keys or any(len(key) != LENGTH for key in keys.values()):
            raise ValueError(f"a key has {LENGTH} bytes")
        self._keys = dict(keys)
        self.current = max(keys) if current is None else current

    def __repr__(self) -> str:
        return f"Keys({', '.join(map(str, self.numbers))})"

    @property
    def numbers(self) -> tuple[int, ...]:
        """The keys' numbers, the oldest first."""
        return tuple(sorted(self._keys))

    def derive(self, label: str, number: int | None = None) -> bytes:
        """Return a key of 32 bytes for one purpose; it tells nothing of this key or of those of other labels.

        Without a `number` it comes from the current key. Raises `KeyError` for a key that is not there.
        Source: HKDF-Expand of RFC 5869, one block, HMAC-SHA256; the key is uniform, so nothing is extracted.
        """
        key = self._keys[self.current if number is None else number]
        return hmac.digest(key, b"provodnik/" + label.encode() + b"\x01", hashlib.sha256)

    def with_another(self) -> "Keys":
        """Return them with a new key, which is then the current one."""
        return Keys(self._keys | {self.current + 1: secrets.token_bytes(LENGTH)})

    def as_before(self) -> "Keys":
        """Return them with the oldest key as the current one."""
        return Keys(self._keys, min(self._keys))

    def without_old(self) -> "Keys":
        """Return the current key alone."""
        return Keys({self.current: self._keys[self.current]})

    def lines(self) -> str:
        """Return what the file holds."""
        return "".join(f"{number} {self._keys[number].hex()}\n" for number in self.numbers)


def load(path: Path, create: bool) -> Keys:
    """Read the keys; where there is no file and `create` is set, make it with one.

    Raises `KeyFileError` if it is missing, unreadable, of a wrong form, or readable by others.
    """
    if create and not path.exists():
        try:
            return _make(path)
        except FileExistsError:
            pass  # another process was faster; both use its key
    text = read_private(path, LARGEST_BYTES)
    if text is None:
        raise KeyFileError(f"{path}: there is no key file; make one with `bot keys new` and keep it safe")
    found = {}
    for line in text.decode("ascii", "replace").splitlines():
        match = _LINE.fullmatch(line)
        if match is None or int(match[1]) in found:
            raise KeyFileError(
                f"{path}: this is no key file; restore the right one, or remove it and run `bot keys new`"
            )
        found[int(match[1])] = bytes.fromhex(match[2])
    if not found:
        raise KeyFileError(f"{path}: the key file is empty; restore it, or remove it and run `bot keys new`")
    if any(len(set(key)) < LEAST_DIFFERENT for key in found.values()):
        raise KeyFileError(f"{path}: a key is not random; remove the file and run `bot keys new`")
    return Keys(found)


def new(path: Path) -> Keys:
    """Make a key file, which must not exist yet; either all of it is written, or nothing.

    Raises `KeyFileError` if the file exists or cannot be written.
    """
    try:
        return _make(path)
    except FileExistsError:
        raise KeyFileError(f"{path}: there is a key already; to replace it run `bot keys rotate`") from None


def replace(path: Path, keys: Keys) -> None:
    """Put these keys into the file in place of what is there. Raises `KeyFileError`."""
    try:
        replace_private(path, keys.lines().encode())
    except OSError as error:
        raise KeyFileError(f"{path}: cannot write the key file: {error.strerror}") from None


@contextmanager
def held(path: Path, *, alone: bool = False) -> Iterator[None]:
    """Hold the keys against a rotation, as a running bot does, or `alone` against running bots.

    Raises `KeyFileError` if somebody else holds them so that this cannot be.
    """
    lock = beside(path, "lock")
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise KeyFileError(f"{lock}: cannot be written: {error.strerror}") from None
    try:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except OSError:
            who = "a bot runs with these keys: stop it first" if alone else "the keys are being rotated: wait"
            raise KeyFileError(f"{path}: {who}") from None
        try:
            sweep(path)  # nobody replaces the file now
        except OSError as error:
            raise KeyFileError(f"{path}: what is left of old keys stays: {error.strerror}") from None
        yield
    finally:
        os.close(descriptor)


def beside(path: Path, what: str) -> Path:
    """Return the path of a file that belongs to a key file: `key.epochs` to `key`."""
    return path.with_name(f"{path.name}.{what}")


def read_private(path: Path, most: int) -> bytes | None:
    """Read a file that nobody else may read, None if there is none. Raises `KeyFileError`."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise KeyFileError(f"{path}: cannot read the key file: {error.strerror}") from None
    try:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode):
            raise KeyFileError(f"{path}: is not a file; set BOT_KEY_FILE to the key file")
        if state.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise KeyFileError(f"{path}: others can read the key file; run: chmod 600 {path}")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(most + 1)
    except OSError as error:
        raise KeyFileError(f"{path}: cannot read the key file: {error.strerror}") from None
    finally:
        os.close(descriptor)


def replace_private(path: Path, content: bytes) -> None:
    """Put content in place of a file's, all of it or nothing, and overwrite what was there; raises `OSError`.

    The old bytes keep a name until they are overwritten where they lie, so that `sweep` finds them after an
    interruption. A disk that writes elsewhere (an SSD, a file system with snapshots) may keep them:
    docs/THREATS.md. Nobody else may be replacing the file meanwhile.
    """
    sweep(path)
    fresh, old = beside(path, "new"), beside(path, "old")
    _write(fresh, content)
    with suppress(FileNotFoundError):
        old.hardlink_to(path)
    fresh.replace(path)
    _sync(path.parent)
    _destroy(old)


def sweep(path: Path) -> None:
    """Overwrite what an interrupted replacement of this file has left; raises `OSError`."""
    for left in (beside(path, "new"), beside(path, "old")):
        with suppress(FileNotFoundError):
            if path.exists() and left.samefile(path):
                left.unlink()  # it was interrupted before the old file had lost its own name
            else:
                _destroy(left)


def _make(path: Path) -> Keys:
    """Write under a name of its own, then link the right one to it: that fails where it is taken."""
    keys = Keys({1: secrets.token_bytes(LENGTH)})
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(partial, keys.lines().encode())
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
    return keys


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        _write_all(descriptor, content)
    except OSError:
        with suppress(OSError):
            _destroy(path)
        path.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)


def _destroy(path: Path) -> None:
    """Overwrite a file where it lies and remove it; nothing if there is none."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        _write_all(descriptor, bytes(os.fstat(descriptor).st_size))
    finally:
        os.close(descriptor)
    path.unlink(missing_ok=True)


def _write_all(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:  # a disk that becomes full takes a part of it, and says so only when asked for the rest
        left = left[os.write(descriptor, left) :]
    os.fsync(descriptor)


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

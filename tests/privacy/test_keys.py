"""The key file: made once, whole, for us alone; anything else stops the start with one line."""

import hashlib
import hmac
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.privacy.keys import KeyFileError, Secret, load, new


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "key"


def bytes_like(path: Path, key: bytes, mode: int = 0o600) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(key)
    path.chmod(mode)
    return path


def test_a_new_key_is_random_whole_and_only_ours(path: Path) -> None:
    new(path)
    assert len(path.read_bytes()) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]
    assert new(path.with_name("other")).derive("x") != load(path, create=False).derive("x")


def test_the_same_file_gives_the_same_key(path: Path) -> None:
    assert load(path, create=True).derive("x") == load(path, create=True).derive("x")


def test_a_missing_file_is_made_only_when_asked(path: Path) -> None:
    with pytest.raises(KeyFileError, match="no key file; make one with `bot keys new`"):
        load(path, create=False)
    assert not path.exists()


def test_a_key_is_never_replaced(path: Path) -> None:
    new(path)
    before = path.read_bytes()
    with pytest.raises(KeyFileError, match="there is a key already"):
        new(path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_processes_that_start_at_once_agree_on_one_key(path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: load(path, create=True).derive("x"), range(8)))
    assert set(made) == {load(path, create=False).derive("x")}


@pytest.mark.parametrize("length", [0, 31, 33, 1000])
def test_a_key_of_another_length_is_refused(path: Path, length: int) -> None:
    bytes_like(path, os.urandom(length))
    with pytest.raises(KeyFileError, match=f"must have 32 bytes, not {length}"):
        load(path, create=True)
    assert path.stat().st_size == length


@pytest.mark.parametrize("key", [bytes(32), b"password" * 4])
def test_a_key_that_is_not_random_is_refused(path: Path, key: bytes) -> None:
    bytes_like(path, key)
    with pytest.raises(KeyFileError, match="not random"):
        load(path, create=True)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620, 0o601])
def test_a_key_that_others_can_read_is_refused(path: Path, mode: int) -> None:
    bytes_like(path, os.urandom(32), mode)
    with pytest.raises(KeyFileError, match=f"chmod 600 {path}"):
        load(path, create=True)


def test_what_is_not_a_file_is_refused(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(KeyFileError, match="is not a file"):
        load(path, create=True)


def test_a_pipe_does_not_hang_the_start(path: Path) -> None:
    path.parent.mkdir()
    os.mkfifo(path, 0o600)
    with pytest.raises(KeyFileError, match="is not a file"):
        load(path, create=True)


def test_a_place_that_cannot_be_read_or_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for create in (True, False):
        with pytest.raises(KeyFileError, match=r"cannot (read|write) the key file: Not a directory"):
            load(tmp_path / "file" / "key", create)


def test_every_error_is_one_line(path: Path) -> None:
    for key, mode in ((b"", 0o600), (bytes(32), 0o600), (os.urandom(32), 0o644)):
        bytes_like(path, key, mode)
        with pytest.raises(KeyFileError) as caught:
            load(path, create=False)
        assert str(caught.value).startswith(f"{path}: ")
        assert "\n" not in str(caught.value)


def test_an_interrupted_write_leaves_no_key(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(KeyFileError, match="No space left"):
        new(path)
    assert list(path.parent.iterdir()) == []


def test_derived_keys_differ_by_label_and_are_hkdf() -> None:
    key = bytes(range(32))
    secret = Secret(key)
    assert secret.derive("chat") != secret.derive("reporter")
    assert secret.derive("chat") == hmac.new(key, b"provodnik/chat\x01", hashlib.sha256).digest()


def test_a_key_does_not_print_itself() -> None:
    key = bytes(range(32))
    assert repr(Secret(key)) == str(Secret(key)) == "Secret(…)"
    with pytest.raises(ValueError, match="32 bytes"):
        Secret(b"short")

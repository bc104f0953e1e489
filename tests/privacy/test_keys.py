"""The key file: made once, whole, for us alone; anything else stops the start with one line."""

import errno
import hashlib
import hmac
import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from bot.privacy.keys import KeyFileError, Keys, beside, held, load, new, replace, replace_private, sweep

KEY = bytes(range(32))
OTHER = bytes(range(1, 33))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "key"


def file_like(path: Path, content: bytes, mode: int = 0o600) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)
    return path


def line(number: int, key: bytes) -> bytes:
    return f"{number} {key.hex()}\n".encode()


def names(path: Path) -> list[str]:
    return sorted(each.name for each in path.parent.iterdir())


def test_a_new_key_is_random_whole_and_only_ours(path: Path) -> None:
    new(path)
    number, key = path.read_text().split()
    assert number == "1"
    assert len(bytes.fromhex(key)) == 32
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


def test_a_key_is_never_replaced_by_new(path: Path) -> None:
    new(path)
    before = path.read_bytes()
    with pytest.raises(KeyFileError, match="there is a key already; to replace it run `bot keys rotate`"):
        new(path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_processes_that_start_at_once_agree_on_one_key(path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: load(path, create=True).derive("x"), range(8)))
    assert set(made) == {load(path, create=False).derive("x")}


def test_of_several_keys_the_highest_number_is_current(path: Path) -> None:
    found = load(file_like(path, line(10, OTHER) + line(9, KEY)), create=False)
    assert (found.numbers, found.current) == ((9, 10), 10)
    assert found.derive("x") == Keys({1: OTHER}).derive("x")
    assert found.derive("x", 9) == Keys({1: KEY}).derive("x")
    with pytest.raises(KeyError):
        found.derive("x", 8)


def test_a_rotation_goes_through_two_keys_to_one(path: Path) -> None:
    old = new(path)
    both = old.with_another()
    replace(path, both)
    assert load(path, create=False).numbers == both.numbers == (1, 2)
    assert both.derive("x", 1) == old.derive("x")
    assert both.derive("x") not in (old.derive("x"), old.with_another().derive("x"))
    replace(path, both.without_old())
    left = load(path, create=False)
    assert left.numbers == (2,)
    assert left.derive("x") == both.derive("x")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "content",
    [
        KEY,
        KEY.hex().encode(),
        b"0 " + KEY.hex().encode(),
        b"01 " + KEY.hex().encode(),
        b"-1 " + KEY.hex().encode(),
        b"1 " + KEY.hex().encode()[:-1],
        b"1 " + KEY.hex().encode() + b"00",
        b"1 " + KEY.hex().upper().encode(),
        b" 1 " + KEY.hex().encode(),
        line(1, KEY) + line(1, OTHER),
        line(1, KEY) + b"\n",
        line(1, KEY) + b"# a note\n",
        line(1, KEY)[:-10] + "ё".encode() * 5,
        os.urandom(10_000),
        b"".join(line(number, KEY) for number in range(1, 100)),
    ],
)
def test_a_file_of_another_form_is_refused(path: Path, content: bytes) -> None:
    file_like(path, content)
    with pytest.raises(KeyFileError, match="this is no key file; restore the right one, or remove it"):
        load(path, create=True)
    assert path.read_bytes() == content


def test_an_empty_file_is_refused(path: Path) -> None:
    with pytest.raises(KeyFileError, match="the key file is empty"):
        load(file_like(path, b""), create=True)


@pytest.mark.parametrize("key", [bytes(32), b"password" * 4])
@pytest.mark.parametrize("first", [b"", line(1, KEY)], ids=["alone", "beside a good one"])
def test_a_key_that_is_not_random_is_refused(path: Path, key: bytes, first: bytes) -> None:
    file_like(path, first + line(2, key))
    with pytest.raises(KeyFileError, match="not random"):
        load(path, create=True)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620, 0o601])
def test_a_key_that_others_can_read_is_refused(path: Path, mode: int) -> None:
    file_like(path, line(1, KEY), mode)
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
    good = line(1, KEY)
    for content, mode in ((b"", 0o600), (KEY, 0o600), (line(1, bytes(32)), 0o600), (good, 0o644)):
        file_like(path, content, mode)
        with pytest.raises(KeyFileError) as caught:
            load(path, create=False)
        assert str(caught.value).startswith(f"{path}: ")
        assert "\n" not in str(caught.value)
        assert KEY.hex() not in str(caught.value)


def no_space(_descriptor: int, _content: bytes = b"") -> int:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("call", ["write", "fsync"])
def test_an_interrupted_write_leaves_no_key(path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    monkeypatch.setattr(os, call, no_space)
    with pytest.raises(KeyFileError, match="No space left"):
        new(path)
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("call", ["write", "fsync"])
def test_an_interrupted_replacement_leaves_the_old_keys(
    path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    before = new(path)
    monkeypatch.setattr(os, call, no_space)
    with pytest.raises(KeyFileError, match="No space left"):
        replace(path, before.with_another())
    assert load(path, create=False).numbers == (1,)
    assert names(path) == ["key"]


def test_a_disk_that_takes_only_a_part_gets_the_rest_or_says_so(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, room = os.write, [200]

    def grudging(descriptor: int, content: bytes) -> int:
        if not room[0]:
            return no_space(descriptor)
        some = bytes(content)[: min(7, room[0])]
        room[0] -= len(some)
        return write(descriptor, some)

    monkeypatch.setattr(os, "write", grudging)
    before = new(path)
    assert load(path, create=False).derive("x") == before.derive("x")
    with pytest.raises(KeyFileError, match="No space left"):
        replace(path, before.with_another().with_another())
    assert load(path, create=False).derive("x") == before.derive("x")


# --- what was there is overwritten


def test_the_old_bytes_are_overwritten_where_they_lie(path: Path) -> None:
    file_like(path, b"old secret")
    with path.open("rb") as old:
        replace_private(path, b"new")
        assert path.read_bytes() == b"new"
        assert old.read() == bytes(10)
    assert names(path) == ["key"]


class Killed(BaseException):
    """Nothing of ours runs after this, as after kill -9."""


def killed_at(monkeypatch: pytest.MonkeyPatch, step: int, work: Callable[[], None]) -> bool:
    """Do work that dies before its so-manyth call of the system; tells whether there were so many."""
    calls = 0

    def dying(real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **options: object) -> object:
            nonlocal calls
            calls += 1
            if calls >= step:
                raise Killed
            return real(*arguments, **options)

        return call

    with monkeypatch.context() as patched:
        for name in ("write", "fsync"):
            patched.setattr(os, name, dying(getattr(os, name)))
        for name in ("hardlink_to", "replace", "unlink"):
            patched.setattr(Path, name, dying(getattr(Path, name)))
        try:
            work()
        except Killed:
            return True
    return False


def test_a_kill_at_any_moment_leaves_one_of_the_two_and_then_no_trace(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.mkdir()
    contents, steps = [b"old secret", b"new"], 0
    with ExitStack() as stack:
        while True:
            steps += 1
            path.unlink(missing_ok=True)
            file_like(path, contents[0])
            old = stack.enter_context(path.open("rb"))
            was_killed = killed_at(monkeypatch, steps, lambda: replace_private(path, contents[1]))
            assert path.read_bytes() in contents
            sweep(path)
            assert path.read_bytes() in contents
            assert names(path) == ["key"]
            if path.read_bytes() == contents[1]:
                assert old.read() == bytes(10)
            if not was_killed:
                break
    assert steps > 8


def test_who_holds_the_keys_removes_what_a_killed_rotation_left(path: Path) -> None:
    new(path)
    for what in ("new", "old"):
        file_like(beside(path, what), b"secret")
    with held(path):
        assert names(path) == ["key", "key.lock"]


# --- who holds them


def test_many_bots_hold_the_keys_but_a_rotation_holds_them_alone(path: Path) -> None:
    new(path)
    with held(path), held(path):
        assert refused(rotating(path)) == f"{path}: a bot runs with these keys: stop it first"
    with rotating(path):
        assert refused(held(path)) == f"{path}: the keys are being rotated: wait"
        assert "stop it first" in refused(rotating(path))
    with held(path):
        assert stat.S_IMODE(beside(path, "lock").stat().st_mode) == 0o600


def rotating(path: Path) -> AbstractContextManager[None]:
    return held(path, alone=True)


def refused(holding: AbstractContextManager[None]) -> str:
    with pytest.raises(KeyFileError) as caught, holding:
        pass
    return str(caught.value)


def test_a_lock_that_cannot_be_made_is_told_in_one_line(path: Path) -> None:
    with pytest.raises(KeyFileError, match=r"key\.lock: cannot be written: No such file"), held(path):
        pass


# --- what is derived


def test_derived_keys_differ_by_label_and_are_hkdf() -> None:
    keys = Keys({1: KEY})
    assert keys.derive("epochs") != keys.derive("report")
    assert keys.derive("epochs") == hmac.new(KEY, b"provodnik/epochs\x01", hashlib.sha256).digest()


def test_keys_do_not_print_themselves() -> None:
    keys = Keys({1: KEY, 2: OTHER})
    assert repr(keys) == str(keys) == "Keys(1, 2)"
    with pytest.raises(ValueError, match="32 bytes"):
        Keys({1: b"short"})
    with pytest.raises(ValueError, match="32 bytes"):
        Keys({})

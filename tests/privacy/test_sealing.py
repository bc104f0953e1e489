"""Sealing: opened only with its key and in its place, and nothing can be told from its size."""

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.privacy.sealing import NONCE, ROOM, SIZE, Unsealable, seal, unseal

KEY = bytes(range(32))
PLAIN = b"5123456789"

PLAINS = st.binary(max_size=ROOM - 2)


@given(PLAINS, st.integers(0, 2**63 - 1))
def test_what_was_sealed_comes_back_whole(plain: bytes, row: int) -> None:
    assert unseal(KEY, "chats.sealed", row, seal(KEY, "chats.sealed", row, plain)) == plain


@given(PLAINS)
def test_everything_has_one_size(plain: bytes) -> None:
    assert len(seal(KEY, "chats.sealed", 1, plain)) == SIZE == 220


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="191 bytes do not fit"):
        seal(KEY, "chats.sealed", 1, bytes(ROOM - 1))


@pytest.mark.parametrize(
    ("key", "place", "row"),
    [
        (KEY, "chats.sealed", 2),
        (KEY, "chats.sealed", 11),
        (KEY, "trail.sealed", 1),
        (KEY, "chats.other", 1),
        (bytes(range(1, 33)), "chats.sealed", 1),
    ],
    ids=["row", "row that begins alike", "table", "column", "key"],
)
def test_elsewhere_or_with_another_key_it_cannot_be_opened(key: bytes, place: str, row: int) -> None:
    with pytest.raises(Unsealable):
        unseal(key, place, row, seal(KEY, "chats.sealed", 1, PLAIN))


@given(st.integers(0, SIZE - 1))
def test_cut_off_it_cannot_be_opened(length: int) -> None:
    with pytest.raises(Unsealable):
        unseal(KEY, "chats.sealed", 1, seal(KEY, "chats.sealed", 1, PLAIN)[:length])


@given(st.integers(0, SIZE * 8 - 1))
def test_with_one_bit_changed_it_cannot_be_opened(bit: int) -> None:
    sealed = bytearray(seal(KEY, "chats.sealed", 1, PLAIN))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Unsealable):
        unseal(KEY, "chats.sealed", 1, bytes(sealed))


def test_what_is_appended_is_noticed() -> None:
    with pytest.raises(Unsealable):
        unseal(KEY, "chats.sealed", 1, seal(KEY, "chats.sealed", 1, PLAIN) + b"\0")


def test_a_nonce_never_repeats() -> None:
    sealed = [seal(KEY, "chats.sealed", 1, PLAIN) for _ in range(2_000)]
    assert len({each[:NONCE] for each in sealed}) == len(sealed)
    assert len({each[NONCE:] for each in sealed}) == len(sealed)


def test_nothing_of_it_stands_in_the_open() -> None:
    plain = secrets.token_bytes(60)
    sealed = seal(KEY, "chats.sealed", 1, plain)
    assert not [start for start in range(57) if plain[start : start + 4] in sealed]

"""What a chat has chosen: kept over restarts and days, known again by nobody without the keys."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.guide.model import Language
from bot.privacy.carry import carry
from bot.privacy.epochs import Epochs
from bot.privacy.sealing import SIZE
from bot.storage import engine
from bot.storage.engine import StorageUnavailable
from bot.storage.tables import chats
from bot.storage.writer import Writer
from bot.telegram.chats import (
    FRESH_SECONDS,
    NOTHING,
    VANISH_HOURS,
    Chats,
    Chosen,
    StopPhrase,
    _packed,
    _unpacked,
    native,
)
from tests.clock import ManualClock
from tests.privacy.holding import ANNA, BEN, opened, rows

ALL = Chosen(Language.EN, 47, discreet=True, stop=StopPhrase.of("купи хлеба"))


@pytest.fixture
def epochs(tmp_path: Path, clock: ManualClock) -> Epochs:
    return opened(tmp_path, clock)


@pytest.fixture
def chosen(database: AsyncEngine, writer: Writer, epochs: Epochs, clock: ManualClock) -> Chats:
    return Chats(database, writer, epochs, clock)


async def test_a_choice_survives_a_restart(
    database: AsyncEngine, writer: Writer, chosen: Chats, clock: ManualClock, tmp_path: Path
) -> None:
    await chosen.choose(ANNA, ALL)
    await chosen.choose(BEN, Chosen(Language.RU))
    again = Chats(database, writer, opened(tmp_path, clock), clock)
    assert [await again.of(chat) for chat in (ANNA, BEN, 7)] == [ALL, Chosen(Language.RU), NOTHING]


async def test_a_choice_survives_days(writer: Writer, chosen: Chats, epochs: Epochs) -> None:
    await chosen.choose(ANNA, ALL)
    for _ in range(4):
        epochs.turn_now()
        assert await chosen.of(ANNA) == ALL
        await carry(writer, epochs)
        assert await chosen.of(ANNA) == ALL
        chosen.look_again()
        assert await chosen.of(ANNA) == ALL


async def test_a_choice_of_yesterday_is_replaced_and_not_kept_beside(
    database: AsyncEngine, chosen: Chats, epochs: Epochs
) -> None:
    await chosen.choose(ANNA, ALL)
    epochs.turn_now()
    await chosen.choose(ANNA, Chosen(vanish_hours=1))
    assert len(await rows(database, chats)) == 1
    assert await chosen.of(ANNA) == Chosen(vanish_hours=1)
    chosen.look_again()
    assert await chosen.of(ANNA) == Chosen(vanish_hours=1)


async def test_who_chose_nothing_has_no_row(database: AsyncEngine, chosen: Chats, epochs: Epochs) -> None:
    await chosen.choose(ANNA, NOTHING)
    assert await rows(database, chats) == []
    await chosen.choose(ANNA, ALL)
    epochs.turn_now()
    await chosen.choose(ANNA, NOTHING)
    assert await rows(database, chats) == []
    assert await chosen.of(ANNA) == NOTHING


async def test_rows_tell_neither_whose_nor_what(database: AsyncEngine, chosen: Chats) -> None:
    for chat, choice in enumerate([ALL, Chosen(Language.EN), Chosen(discreet=True)], ANNA):
        await chosen.choose(chat, choice)
    kept = await rows(database, chats)
    assert {len(row.sealed) for row in kept} == {SIZE}
    assert ALL.stop is not None
    for row in kept:
        for mark in (ANNA.to_bytes(8, "big"), ANNA.to_bytes(8, "little"), ALL.stop.hash, ALL.stop.salt):
            assert mark not in row.sealed + row.chat


async def test_a_wiped_chat_has_no_choices_any_more(chosen: Chats, epochs: Epochs) -> None:
    await chosen.choose(ANNA, ALL)
    epochs.forget(ANNA)
    assert await chosen.of(ANNA) == NOTHING
    chosen.look_again()
    assert await chosen.of(ANNA) == NOTHING


async def test_a_row_moved_to_another_chat_is_no_choice(
    writer: Writer, chosen: Chats, epochs: Epochs
) -> None:
    await chosen.choose(ANNA, ALL)

    async def move(connection: AsyncConnection) -> None:
        await connection.execute(sa.update(chats).values(chat=epochs.chat(BEN).chat))

    await writer.run(move)
    chosen.look_again()
    assert await chosen.of(BEN) == NOTHING


async def test_what_could_not_be_stored_does_not_count(
    writer: Writer, chosen: Chats, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_job: object) -> None:
        raise StorageUnavailable("lost")

    monkeypatch.setattr(writer, "run", away)
    with pytest.raises(StorageUnavailable):
        await chosen.choose(ANNA, ALL)
    assert await chosen.of(ANNA) == NOTHING


async def test_a_choice_made_during_a_load_is_not_lost(
    chosen: Chats, epochs: Epochs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read is from before it."""
    read, times = chosen._read, 0

    async def slow() -> Any:
        nonlocal times
        found = await read()
        times += 1
        if times == 1:
            await chosen.choose(ANNA, ALL)
        if times == 2:
            chosen.look_again()
        return found

    monkeypatch.setattr(chosen, "_read", slow)
    assert await chosen.of(ANNA) == ALL
    assert times == 3
    assert await chosen.of(ANNA) == ALL


async def test_another_replica_hears_of_it_within_seconds(
    database_url: str, chosen: Chats, clock: ManualClock, tmp_path: Path
) -> None:
    database = engine.create(database_url)
    try:
        async with Writer(database) as writer:
            other = Chats(database, writer, opened(tmp_path, clock), clock)
            assert await other.of(ANNA) == NOTHING
            await chosen.choose(ANNA, ALL)
            await clock.leap(FRESH_SECONDS + 0.1)
            # An SQLite file has one bot, so nobody reads it again.
            shared = database.dialect.name == "postgresql"
            assert await other.of(ANNA) == (ALL if shared else NOTHING)
    finally:
        await database.dispose()


# --- what is kept of a choice

CHOICES = st.builds(
    Chosen,
    st.sampled_from([None, *Language]),
    st.sampled_from([None, *VANISH_HOURS]),
    st.booleans(),
    st.none() | st.text(min_size=1).map(StopPhrase.of),
)


@given(CHOICES, st.integers(-(2**53), 2**53))
def test_every_choice_comes_back_as_it_was(choice: Chosen, chat_id: int) -> None:
    assert _unpacked(_packed(chat_id, choice)) == choice


def test_a_choice_stays_what_it_was() -> None:
    """What was sealed by one version must be understood by the next."""
    phrase = StopPhrase(bytes(range(16)), bytes(range(32)))
    packed = _packed(ANNA, Chosen(Language.EN, 12, discreet=True, stop=phrase))
    assert packed.hex() == ("000000013161bf15" + "020c01" + bytes(range(16)).hex() + bytes(range(32)).hex())
    assert _unpacked(_packed(BEN, Chosen(Language.RU))) == Chosen(Language.RU)


# --- the stop phrase


@pytest.mark.parametrize(
    "said", ["Купи хлеба", "купи  хлеба", " КУПИ ХЛЕБА ", "купи\nхлеба", "купи\u00a0хлеба", "купи\tхлеба\n"]
)
def test_the_phrase_is_known_by_its_words(said: str) -> None:
    assert StopPhrase.of("купи хлеба").said_in(said)
    assert StopPhrase.of(said).said_in("купи хлеба")


@pytest.mark.parametrize("said", ["", "купи", "купи хлебa", "купихлеба", "купи хлеба!", "купи хлеба купи"])
def test_other_words_are_not_the_phrase(said: str) -> None:
    assert not StopPhrase.of("купи хлеба").said_in(said)


@given(st.text(min_size=1), st.text())
def test_any_phrase_is_said_by_itself_alone(phrase: str, other: str) -> None:
    stop = StopPhrase.of(phrase)
    assert stop.said_in(phrase)
    assert stop.said_in(f" {phrase} ")
    if phrase.casefold().split() != other.casefold().split():
        assert not stop.said_in(other) or phrase.split() == other.split()


def test_the_same_phrase_of_two_people_looks_different() -> None:
    one, two = StopPhrase.of("купи хлеба"), StopPhrase.of("купи хлеба")
    assert one.salt != two.salt
    assert one.hash != two.hash


@pytest.mark.parametrize(
    ("code", "language"),
    [
        (None, Language.RU),
        ("", Language.RU),
        ("ru", Language.RU),
        ("RU-ru", Language.RU),
        ("kk", Language.RU),
        ("uk", Language.RU),
        ("en-US", Language.EN),
        ("de", Language.EN),
    ],
)
def test_who_chose_no_language_is_answered_in_that_of_their_telegram(
    code: str | None, language: Language
) -> None:
    assert native(code) is language

"""The process that draws: one at a time, started when needed, ended when not; its death is no disaster."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.crossings import rendering
from bot.crossings.rendering import (
    IDLE_SECONDS,
    MOST_WAITING,
    PATIENCE_SECONDS,
    PAUSE_SECONDS,
    NoPicture,
    Renderer,
)
from bot.crossings.sheet import Sheet
from tests import painter
from tests.clock import ManualClock

SHEET = Sheet("title", "subtitle", "", "across", "now", -24.0, 12.0, 60.0, (), (), (), (), (), (), (), (), ())
Painting = Callable[..., Renderer]


@pytest.fixture
async def painting(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Painting]:
    made: list[Renderer] = []

    def of(*manner: str) -> Renderer:
        made.append(Renderer(clock, tmp_path, (sys.executable, painter.__file__, *manner)))
        return made[-1]

    yield of
    for renderer in made:
        await renderer.close()


def runs(renderer: Renderer) -> bool:
    return renderer.running


def pid(renderer: Renderer) -> int:
    assert renderer._process
    return renderer._process.pid


async def test_it_starts_with_the_first_picture_and_goes_on_with_the_next(painting: Painting) -> None:
    renderer = painting()
    assert not runs(renderer)
    assert (await renderer.draw(SHEET)).startswith(b"\x89PNG")
    first = pid(renderer)
    await renderer.draw(SHEET)
    assert pid(renderer) == first


async def test_it_ends_when_nobody_wants_a_picture_for_a_while(
    painting: Painting, clock: ManualClock
) -> None:
    renderer = painting()
    await renderer.draw(SHEET)
    await clock.leap(IDLE_SECONDS - 1)
    await renderer.rest()
    assert runs(renderer)
    await clock.leap(1)
    await renderer.rest()
    assert not runs(renderer)
    assert await renderer.draw(SHEET)


async def test_one_that_was_killed_is_started_anew(painting: Painting) -> None:
    renderer = painting()
    await renderer.draw(SHEET)
    first = pid(renderer)
    os.kill(first, signal.SIGKILL)
    assert await renderer.draw(SHEET)
    assert pid(renderer) != first


async def test_one_that_dies_at_each_picture_is_started_anew_for_each(painting: Painting) -> None:
    renderer = painting("1")
    for _ in range(3):
        assert await renderer.draw(SHEET)


async def test_where_it_always_dies_nobody_waits_again_for_a_while(
    painting: Painting, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    renderer = painting("die")
    for _ in range(3):
        with pytest.raises(NoPicture):
            await renderer.draw(SHEET)
    assert caplog.messages == ["picture not drawn"]
    await clock.leap(PAUSE_SECONDS)
    with pytest.raises(NoPicture):
        await renderer.draw(SHEET)
    assert len(caplog.messages) == 2


async def test_a_program_that_is_not_there_is_no_picture(tmp_path: Path, clock: ManualClock) -> None:
    with pytest.raises(NoPicture):
        await Renderer(clock, tmp_path, ("/nowhere/python",)).draw(SHEET)


async def test_what_cannot_be_drawn_does_not_keep_the_next_from_it(painting: Painting) -> None:
    renderer = painting("fail")
    for _ in range(2):
        with pytest.raises(NoPicture, match="could not be drawn"):
            await renderer.draw(SHEET)
    assert runs(renderer)


async def test_what_takes_too_long_is_given_up(painting: Painting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "PATIENCE_SECONDS", 0.2)
    renderer = painting("hang")
    with pytest.raises(NoPicture, match="took too long"):
        await renderer.draw(SHEET)
    assert not runs(renderer)


async def test_only_so_many_wait(painting: Painting) -> None:
    renderer = painting("hang")
    waiting = [asyncio.ensure_future(renderer.draw(SHEET)) for _ in range(MOST_WAITING)]  # noqa: TID251
    await asyncio.sleep(0)
    with pytest.raises(NoPicture, match="too many"):
        await renderer.draw(SHEET)
    await renderer.close()  # while the first of them starts the process
    async with asyncio.timeout(PATIENCE_SECONDS / 2):
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {NoPicture}
    assert not runs(renderer)


async def test_whoever_gives_up_does_not_leave_their_picture_to_the_next(painting: Painting) -> None:
    renderer = painting()
    await renderer.draw(SHEET)
    second = asyncio.ensure_future(renderer.draw(SHEET))  # noqa: TID251
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    # The first picture of a new process, not the second of the old.
    assert await renderer.draw(SHEET) == painter.png(1)


async def test_once_closed_none_is_started_any_more(painting: Painting) -> None:
    renderer = painting()
    await renderer.draw(SHEET)
    await renderer.close()
    with pytest.raises(NoPicture):
        await renderer.draw(SHEET)
    assert not runs(renderer)


async def test_it_is_given_nothing_of_our_environment(tmp_path: Path, clock: ManualClock) -> None:
    code = "import os, sys, struct; sys.stdin.buffer.read(4); told = b'+' + repr(dict(os.environ)).encode();"
    code += "sys.stdout.buffer.write(struct.pack('>I', len(told)) + told)"
    os.environ["BOT_TOKEN"] = "1:secret"
    try:
        renderer = Renderer(clock, tmp_path, (sys.executable, "-c", code))
        told = await renderer.draw(SHEET)
    finally:
        del os.environ["BOT_TOKEN"]
    assert b"secret" not in told
    await renderer.close()

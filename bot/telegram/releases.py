"""Releases of the content, without a restart: what lies in the content folder is served as soon as it can be.

A folder is read when it has looked the same twice, so that nobody reads half of what is still being copied,
and is served only without errors: else what served before goes on, and the operators are told.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from pathlib import Path

from bot import texts
from bot.clock import Clock
from bot.content.version import version_of
from bot.release import Content, Unusable, read
from bot.telegram.desk import Reception
from bot.telegram.operators import Operators
from bot.telegram.screen import lines, paragraphs
from bot.texts import Html, Texts

LOOK_SECONDS = 30.0
LOCAL_LOOK_SECONDS = 1.0
"""The same on the local chat page, where an editor waits for it; a look takes hundredths of a second."""
WORDS_SECONDS = 3.0
"""So long after a start its fixed words are checked: the first answers go first."""
TOLD = 3
"""So many problems are told where there is little room; `bot content check` has all of them."""
LONGEST_TOLD = 200  # characters of a problem

log = logging.getLogger(__name__)


class Releases:
    """Looks at the content folder, and serves what is new in it.

    `problems` are the errors in the folder as it was when it was read last: those of a version that is
    therefore not served, or of the one that served from the start.
    """

    def __init__(self, folder: Path, reception: Reception, operators: Operators) -> None:
        self.problems = told(reception.desk.content.problems)
        self._folder = folder
        self._reception = reception
        self._operators = operators
        self._seen = self._refused = ""
        self._in_words: tuple[str, ...] = ()
        self._looking = asyncio.Lock()

    @property
    def serving(self) -> Content:
        """The version that is served."""
        return self._reception.desk.content

    async def check_words(self) -> bool:
        """Look for what is wrong with the fixed words that serve from the start; tell whether something is.

        A start parses only those that it needs: all of them take some tenths of a second.
        """
        content = self.serving
        folder = self._folder / "texts"
        try:
            found = await asyncio.to_thread(texts.problems, folder, content.texts, content.texts)
        except Exception:  # a fault of ours in a mere look must not end the bot
            log.exception("words not checked")
            return False
        for problem in found:
            log.error("content problem", extra={"fields": {"problem": str(problem)}})
        async with self._looking:
            if not found or self.serving is not content:
                return False
            self._in_words = told(found)
            if not self._refused:
                self.problems += self._in_words
            return True

    async def look(self, *, at_once: bool = False) -> bool:
        """Look once; tell whether another version is served now, or other problems are known.

        With `at_once` somebody says that the folder is complete: it need not have been so at the look before.
        """
        async with self._looking:
            before = self.serving.version, self.problems
            version = await asyncio.to_thread(version_of, self._folder)
            still = at_once or version == self._seen
            self._seen = version
            if version == self.serving.version:
                self._refused, self.problems = "", told(self.serving.problems) + self._in_words
            elif still and version != self._refused:
                await self._take(version)
            await self._operators.deliver()
            return before != (self.serving.version, self.problems)

    async def _take(self, version: str) -> None:
        """Serve this version, unless something is wrong with it or it is no longer the one in the folder."""
        try:
            content = await asyncio.to_thread(self._read)
        except Unusable as unusable:
            self._refuse(version, told(unusable.problems))
        except Exception as error:  # whatever a file may do to us, what serves goes on
            log.exception("content not read")
            self._refuse(version, (f"{type(error).__name__}, see the log",))
        else:
            if content is None:
                return
            if content.problems:
                self._refuse(version, told(content.problems))
                return
            self._reception.serve(content)
            self._refused, self.problems, self._in_words = "", (), ()
            log.info("content served", extra={"fields": {"version": content.version}})

    def _read(self) -> Content | None:
        content = read(self._folder, like=self.serving.texts)
        return content if version_of(self._folder) == content.version else None

    def _refuse(self, version: str, problems: tuple[str, ...]) -> None:
        if not self._refused:  # whoever mends a release in several steps is not told of each
            self._operators.tell(partial(message, problems=problems))
        self._refused, self.problems = version, problems
        shown = " | ".join(problems[:TOLD])
        fields = {"version": version, "problems": len(problems), "first": shown}
        log.error("content not reloaded", extra={"fields": fields})


async def run_releases(
    releases: Releases, clock: Clock, seconds: float, changed: Callable[[], Awaitable[None]]
) -> None:
    """Look again and again, and once at the words; call `changed` when there is something new; never ends."""
    if await releases.look():
        await changed()
    await clock.sleep(min(seconds, WORDS_SECONDS))
    if await releases.check_words():
        await changed()
    while True:
        if await releases.look():
            await changed()
        await clock.sleep(seconds)


async def run_releases_at_once(
    releases: Releases, asked: asyncio.Event, changed: Callable[[], Awaitable[None]]
) -> None:
    """Look whenever somebody asks for it, and call `changed` when there is something new; never ends."""
    while True:
        await asked.wait()
        asked.clear()
        if await releases.look(at_once=True):
            await changed()


def told(problems: Iterable[object]) -> tuple[str, ...]:
    """Return problems in words."""
    return tuple(map(str, problems))


def first(problems: tuple[str, ...]) -> tuple[str, ...]:
    """Return the first problems, short enough to be shown in a chat."""
    return tuple(each if len(each) <= LONGEST_TOLD else f"{each[:LONGEST_TOLD]}…" for each in problems[:TOLD])


def message(words: Texts, problems: tuple[str, ...]) -> Html:
    """Tell an operator that a release is not served, and why."""
    return paragraphs(
        words("release-title"),
        lines(*(words("release-problem", problem=each) for each in first(problems))),
        words("release-do", count=len(problems)),
    )

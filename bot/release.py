"""All that `content/` holds, read together: one version of it, and whether it may be served."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from bot import texts
from bot.content.document import Shelf
from bot.content.problems import Level, Problem
from bot.content.version import version_of
from bot.crossings import catalogue
from bot.crossings.catalogue import Catalogue
from bot.crossings.names import Names
from bot.crossings.said import Listener
from bot.guide import load as guide
from bot.guide.alone import Alone
from bot.guide.model import START, Guide, Language
from bot.guide.search import Search
from bot.texts import Texts


class Unusable(Exception):
    """Too little of the content can be read to serve it; `problems` has first what prevents it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(str(problems[0]) if problems else "there is no content")
        self.problems = problems


@dataclass(frozen=True)
class Content:
    """One version of the content; never changed, so that whoever holds it sees nothing of another.

    `problems` are the errors in it: what they concern is left out.
    """

    texts: Mapping[Language, Texts]
    guide: Guide
    catalogue: Catalogue
    names: Names
    listener: Listener
    version: str
    problems: tuple[Problem, ...] = ()

    @cached_property
    def search(self) -> Search:
        """What finds answers to plain text; made when it is first asked for, which takes a second."""
        return Search(self.guide, self.catalogue, self.names)

    @cached_property
    def alone(self) -> Alone:
        """What tells what texts want that say hardly anything."""
        return Alone(self.guide.spoken)

    @property
    def checked(self) -> date | None:
        """The day on which an answer was last compared with a source; None without answers."""
        days = (source.checked for answer in self.guide.answers.values() for source in answer.sources)
        return max(days, default=None)


def read(folder: Path, like: Mapping[Language, Texts] | None = None) -> Content:
    """Read a content folder; what is broken is left out, and in `problems`.

    With words that the bot uses now as `like`, it is a problem too if one of them is missing.
    Raises `Unusable`.
    """
    version = version_of(folder)  # first: what changes meanwhile is then another version, and read again
    answers = guide.load(folder, lenient=True)
    ids = {*answers.guide.answers, *answers.guide.broken} if answers.guide else None
    crossings = catalogue.load(folder / "crossings", ids)
    found = [problem for problem in (*answers.problems, *crossings.problems) if problem.level is Level.ERROR]
    if answers.guide and START not in {*answers.guide.flows, *answers.guide.broken}:
        flows = Shelf(folder, "G").blank(folder / "guide" / "flows")
        found.append(flows.problem(1, "G301", f"there is no question {START}"))
    try:
        words = texts.load(folder / "texts")
    except texts.TextsUnreadable as error:
        raise Unusable((*error.problems, *found)) from error
    if answers.guide is None or crossings.catalogue is None:
        raise Unusable(tuple(found))
    if like is not None:
        found += texts.problems(folder / "texts", words, like)
    names = Names(crossings.catalogue, answers.guide.spoken.countries())
    listener = Listener(crossings.catalogue, names)
    return Content(words, answers.guide, crossings.catalogue, names, listener, version, tuple(found))

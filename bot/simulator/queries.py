"""Taps and inline queries that wait for the bot's answer: answered once, and not for long."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from bot.simulator import limits
from bot.simulator.entities import Formatted
from bot.simulator.markup import Markup
from bot.simulator.people import Message, Person
from bot.simulator.refusals import bad_request

_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


@dataclass(frozen=True, slots=True)
class Toast:
    """What a person sees after a tap: a short notice, or an alert to close; empty if the bot said nothing."""

    text: str = ""
    alert: bool = False
    url: str = ""


@dataclass(slots=True, eq=False)
class Tap:
    """A button that a person pressed."""

    id: str
    person: Person
    message: Message
    asked: float  # unix seconds
    update_id: int | None = None
    answer: Toast | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """One thing that an inline query offers, and the message that choosing it sends."""

    id: str
    title: str
    description: str
    body: Formatted
    markup: Markup
    preview: dict[str, Any] | None


@dataclass(slots=True, eq=False)
class InlineQuery:
    """What a person typed after the bot's name; `answer` holds the checked results."""

    id: str
    person: Person
    query: str
    asked: float  # unix seconds
    update_id: int | None = None
    answer: list[Result] | None = None
    cache_seconds: int = 300  # for which the same query may be answered with the same results
    personal: bool = False  # whether those are for this person alone
    start_parameter: str = ""  # of the button above the results, which leads to the bot; empty without one


Q = TypeVar("Q", Tap, InlineQuery)


class Queries(Generic[Q]):
    """The questions of one kind that may still be answered."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, Q] = OrderedDict()

    def ask(self, query: Q) -> None:
        """Remember a question, and forget those that are too old."""
        self._open[query.id] = query
        while (oldest := next(iter(self._open.values()))).asked + limits.QUERY_SECONDS <= query.asked:
            del self._open[oldest.id]

    def take(self, query_id: str, now: float) -> Q:
        """Return the question that is answered now, for the only time; raises `Refused` if it is late."""
        query = self._open.pop(query_id, None)
        if query is None or now - query.asked >= limits.QUERY_SECONDS:
            raise bad_request(_TOO_OLD)
        return query

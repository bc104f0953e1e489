"""What must be compared with its sources again, and which notices end: the work of the next days."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from bot.guide.model import Guide, Risk, Source

Votes = Mapping[str, Counter[str]]
"""What readers said of an answer: its id → how often each of "outdated", "unclear", "not my case"."""

NO_VOTES: Votes = MappingProxyType({})
ENDING_DAYS = 30
"""How many days before its end a notice needs a look."""
WITHIN_DAYS = 7
"""How many days ahead what becomes due is told."""


@dataclass(frozen=True)
class Due:
    """An answer, a number or a country's visa rule that must be checked; `days_past` is negative before."""

    id: str
    risk: Risk
    checked: date
    on: date
    days_past: int
    owner: str = ""
    votes: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Ending:
    """A notice that ends soon, or has ended: then `days_left` is negative."""

    id: str
    until: date
    days_left: int


@dataclass(frozen=True)
class Stale:
    """All that needs a look, in the order in which to look."""

    answers: tuple[Due, ...]
    notices: tuple[Ending, ...]
    numbers: tuple[Due, ...]


def stale(
    guide: Guide,
    today: date,
    *,
    within: int = WITHIN_DAYS,
    owner: str | None = None,
    risk: Risk | None = None,
    votes: Votes = NO_VOTES,
) -> Stale:
    """Return what is due today or within some days, and answers that readers complained of.

    Answers come by owner, those without one last; then high risk first, the longest overdue first, of one day
    that with the most votes. With an `owner` there are only that one's answers, with a `risk` no notices.
    Raises ValueError for an owner whom no answer names.
    """
    owners = {answer.owner for answer in guide.answers.values()} - {""}
    if owner is not None and owner not in owners:
        raise ValueError(f"no answer has the owner {owner}; there are {', '.join(sorted(owners)) or 'none'}")
    last = today + timedelta(days=within)
    answers = [item for item in _answers(guide, today, votes) if item.on <= last or item.votes]
    numbers = [item for item in _numbers(guide, today) if item.on <= last]
    notices = [
        Ending(notice.id, notice.until, (notice.until - today).days)
        for notice in guide.notices.values()
        if (notice.until - today).days <= ENDING_DAYS
    ]
    return Stale(
        _ordered(item for item in answers if owner in (None, item.owner) and risk in (None, item.risk)),
        tuple(sorted(notices, key=lambda item: (item.until, item.id))) if owner is risk is None else (),
        _ordered(item for item in numbers if owner is None and risk in (None, item.risk)),
    )


def _ordered(items: Iterable[Due]) -> tuple[Due, ...]:
    risks = list(Risk)
    return tuple(
        sorted(
            items,
            key=lambda item: (
                not item.owner,
                item.owner,
                risks.index(item.risk),
                item.on,
                -item.votes.total(),
                item.id,
            ),
        )
    )


def _answers(guide: Guide, today: date, votes: Votes) -> Iterator[Due]:
    for answer in guide.answers.values():
        on = answer.checked + timedelta(days=answer.risk.period_days)
        said = votes.get(answer.id, Counter())
        yield Due(answer.id, answer.risk, answer.checked, on, (today - on).days, answer.owner, said)


def _numbers(guide: Guide, today: date) -> Iterator[Due]:
    """Yield numbers and visa rules; each is as risky as the riskiest answer that shows it."""
    risks = _shown(guide)
    sources: list[Source] = [number.source for number in guide.numbers.values()]
    sources += [country.visa.source for country in guide.countries.values() if country.visa]
    for source in sources:
        risk = risks.get(source.id, Risk.NORMAL)
        on = source.checked + timedelta(days=risk.period_days)
        yield Due(source.id, risk, source.checked, on, (today - on).days)


def _shown(guide: Guide) -> dict[str, Risk]:
    """Return the highest risk of the answers that show a number or rest on a country's entry."""
    found: dict[str, Risk] = {}
    for risk in reversed(Risk):
        for answer in guide.answers.values():
            if answer.risk is risk:
                spans = (span for blocks in answer.body.values() for block in blocks for span in block.spans)
                found.update((span.number, risk) for span in spans if span.number)
                found.update((source.id, risk) for source in answer.sources if "." in source.id)
    return found


def told(found: Stale) -> str:
    """Return what needs a look as an editor reads it, a heading for each owner."""
    lines: list[str] = []
    for owner in dict.fromkeys(item.owner for item in found.answers):
        mine = [item for item in found.answers if item.owner == owner]
        lines += _section(owner or "no owner", map(_due_line, mine))
    ending = [f"{item.until}  {_days_left(item):<17}{item.id}" for item in found.notices]
    lines += _section(f"notices that end within {ENDING_DAYS} days", ending)
    lines += _section("numbers and countries", map(_due_line, found.numbers))
    return "\n".join(lines[1:]) if lines else "nothing is due"


def _section(title: str, items: Iterable[str]) -> list[str]:
    lines = [f"  {item}" for item in items]
    return ["", f"{title}: {len(lines)}", *lines] if lines else []


def _due_line(item: Due) -> str:
    votes = ", ".join(f"{count} {word}" for word, count in item.votes.most_common() if count)
    return f"{item.on}  {_days_past(item):<17}{item.risk:<8}{item.id}{f'  ({votes})' if votes else ''}"


def _days_past(item: Due) -> str:
    if item.days_past > 0:
        return f"{item.days_past} days overdue"
    return "today" if item.days_past == 0 else f"in {-item.days_past} days"


def _days_left(item: Ending) -> str:
    if item.days_left < 0:
        return "over"
    return "ends today" if item.days_left == 0 else f"in {item.days_left} days"


def as_data(found: Stale) -> dict[str, list[dict[str, Any]]]:
    """Return what needs a look as plain data for JSON: dates in ISO 8601, `days_…` in days."""

    def due(item: Due) -> dict[str, Any]:
        return {
            "id": item.id,
            "risk": item.risk.value,
            "checked": item.checked.isoformat(),
            "due": item.on.isoformat(),
            "days_past": item.days_past,
        }

    return {
        "answers": [
            {**due(item), "owner": item.owner or None, "votes": dict(item.votes)} for item in found.answers
        ],
        "notices": [
            {"id": item.id, "until": item.until.isoformat(), "days_left": item.days_left}
            for item in found.notices
        ],
        "numbers": [due(item) for item in found.numbers],
    }

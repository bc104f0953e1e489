"""What editors look at in a terminal: a screen as text, a way, all ways as a graph, what is due."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from html.parser import HTMLParser

from bot.guide.length import MESSAGE, visible_length
from bot.guide.model import START, Answer, Facts, Guide
from bot.guide.render import render, render_question
from bot.guide.route import Place, Question, arrive, encode, follow, matching, route
from bot.texts import Texts


def read_facts(guide: Guide, written: str) -> Facts:
    """Return facts that were written as `country=kz,by=car`; raises ValueError that says what is unknown."""
    facts: dict[str, str] = {}
    for part in written.replace(",", " ").split():
        id, _, value = part.partition("=")
        if id not in guide.facts:
            raise ValueError(f"there is no fact {id}; there are {', '.join(guide.facts)}")
        values = [known.id for known in guide.facts[id].values]
        if value not in values:
            raise ValueError(f"{id} has no value {value}; it has {', '.join(values)}")
        facts[id] = value
    return facts


def preview(guide: Guide, id: str | None, facts: Facts, texts: Texts, today: date) -> str:
    """Return the screen of an answer, or without an id that of the facts, as plain text with its buttons.

    Raises KeyError for an id that is no answer.
    """
    place = route(guide, facts) if id is None else arrive(guide, id, facts)
    lines = [*_screen(guide, place, texts, today), "", f"facts: {encode(guide, place.facts) or 'none'}"]
    return "\n".join(lines)


def _screen(guide: Guide, place: Place, texts: Texts, today: date) -> Iterator[str]:
    if isinstance(place, Question):
        yield plain(render_question(place, texts))
        if place.lead:
            yield f"[ {texts.of(guide.answers[place.lead].title)} ]"
        for value in place.values:
            yield f"[ {texts.of(value.label)} ]"
    elif place.to in guide.answers:
        answer = guide.answers[place.to]
        html = render(guide, answer, place.facts, texts, today)
        yield plain(html)
        for other in answer.see:
            yield f"[ {texts.of(guide.answers[other].title)} ]"
        yield f"\n{visible_length(html)} characters of {MESSAGE}"
    else:
        yield place.to


def trace(guide: Guide, facts: Facts) -> str:
    """Return the way of these facts through the flows, a line for each question."""
    lines: list[str] = []
    flow, to, path = follow(guide, facts)
    at = START
    for fact, value in path.items():
        while at in guide.flows and guide.flows[at].ask != fact:  # asks what an earlier flow has asked
            at = _next(guide, at, path)
        after = _next(guide, at, path)
        lines.append(f"{at}: {fact}={value} → {after}")
        at = after
    if flow is not None:
        lines.append(f"{flow.id}: asks {flow.ask} ({', '.join(flow.only)})")
    elif to != at:
        lines.append(f"→ {to}")
    unused = [fact for fact in facts if fact not in path]
    return "\n".join([*lines, *([f"not asked on this way: {', '.join(unused)}"] if unused else [])])


def _next(guide: Guide, flow: str, facts: Facts) -> str:
    rule = matching(guide.flows[flow], facts)
    return rule.to if rule else "nowhere"


def graph(guide: Guide) -> str:
    """Return the flows as a Mermaid graph: questions are diamonds, answers boxes, `lead` and `see` dotted."""
    names = {id: f"n{at}" for at, id in enumerate([*guide.flows, *guide.answers])}
    lines = ["flowchart LR"]
    lines += [f'  {names[flow.id]}{{"{flow.id}: {flow.ask}"}}' for flow in guide.flows.values()]
    lines += [f'  {names[answer.id]}["{answer.id}"]' for answer in guide.answers.values()]
    for flow in guide.flows.values():
        if flow.lead:
            lines.append(f"  {names[flow.id]} -. first .-> {names[flow.lead]}")
        for rule in flow.next:
            when = (
                "; ".join(f"{fact}={'/'.join(values)}" for fact, values in rule.when.items()) or "otherwise"
            )
            target = names.get(rule.to, f'{rule.to.strip("@")}(["{rule.to}"])')
            lines.append(f'  {names[flow.id]} -- "{when}" --> {target}')
    for answer in guide.answers.values():
        lines += [f"  {names[answer.id]} -.-> {names[other]}" for other in answer.see]
    return "\n".join(lines)


@dataclass(frozen=True)
class Due:
    """When an answer must be compared with its sources again; `days_past` is negative before that day."""

    answer: Answer
    on: date
    days_past: int


def due(guide: Guide, today: date) -> tuple[Due, ...]:
    """Return when each answer is due for its next check, the longest overdue first."""
    dates = (
        (answer, answer.checked + timedelta(days=answer.risk.period_days))
        for answer in guide.answers.values()
    )
    ordered = sorted(dates, key=lambda pair: (pair[1], pair[0].id))
    return tuple(Due(answer, on, (today - on).days) for answer, on in ordered)


def plain(html: str) -> str:
    """Return a message as plain text: links with their address, quotes behind a bar."""
    text = _Text()
    text.feed(html)
    text.close()
    return "".join(text.parts)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._link = ""
        self._quoted = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._link = dict(attrs).get("href") or ""
        elif tag == "blockquote":
            self._quoted = True
            self.parts.append("│ ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self.parts.append(f" <{self._link}>")
        elif tag == "blockquote":
            self._quoted = False

    def handle_data(self, data: str) -> None:
        self.parts.append(data.replace("\n", "\n│ ") if self._quoted else data)

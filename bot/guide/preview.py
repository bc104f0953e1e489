"""A screen of the guide as text, for an editor in a terminal."""

from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser

from bot.guide.length import MESSAGE, visible_length
from bot.guide.model import Facts, Guide
from bot.guide.render import render, render_question
from bot.guide.route import Place, Question, arrive, encode, route
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

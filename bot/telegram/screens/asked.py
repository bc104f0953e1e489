"""What plain text is answered with: answers to choose from, and a report as it was understood."""

from collections.abc import Sequence

from bot.crossings.catalogue import Crossing
from bot.crossings.report import Mode, Statement
from bot.guide.model import QUEUE, STATUS, Guide
from bot.guide.route import encode
from bot.guide.search import Asked, Route
from bot.telegram.buttons import Button, Card, Countries, Menu, NoneOfThese, SendEvent, SendNumber, Show
from bot.telegram.screen import Key, Screen, grid
from bot.telegram.screens import pages
from bot.telegram.screens.report import said, way
from bot.texts import Texts


def offers(guide: Guide, asked: Asked, named: Sequence[Crossing], texts: Texts) -> Screen:
    """Offer what a text may have meant, with its crossing's card where it names one.

    What was understood of the person's situation goes with the buttons, as if they had told it by buttons.
    """
    keys = [
        Key(texts.of(guide.answers[id].title), Show(id, told(guide, id, asked)))
        for id in asked.ids
        if id in guide.answers
    ]
    if named or {QUEUE, STATUS}.intersection(asked.ids):
        keys += [Key(texts("asked-card", name=texts.of(place.name)), Card(place.id, None)) for place in named]
        if not named:
            keys.append(Key(texts("menu-queue"), Countries()))
    text = texts("asked-urgent" if asked.route is Route.URGENT else "asked-offers")
    none = (Key(texts("asked-none"), NoneOfThese()),)
    return Screen(text, (*grid(keys, 1), none, _guide(texts)))


def invite(texts: Texts) -> Screen:
    """Invite to ask in one's own words."""
    return Screen(texts("asked-invite"), pages.ways_on(texts))


def not_understood(texts: Texts) -> Screen:
    """Say that nothing here answers a text; the editors may be asked."""
    send = (Key(texts("asked-editors"), NoneOfThese()),)
    return Screen(texts("error-text"), (send, *pages.ways_on(texts)))


def heard(crossing: Crossing, mode: Mode, statements: Sequence[Statement], texts: Texts) -> Screen:
    """Repeat what a message seems to report; nothing counts before a tap on it."""
    keys = [
        Key(texts("asked-report", what=said(statement, texts)), does)
        for statement in statements
        if (does := sending(statement)) is not None
    ]
    text = texts("asked-heard", name=texts.of(crossing.name), mode=way(mode, texts))
    return Screen(text, (*grid(keys, 1), (Key(texts("card-back"), Card(crossing.id, mode)),)))


def into_russia(crossing: Crossing, texts: Texts) -> Screen:
    """Say that only the way out of Russia is counted here."""
    return Screen(
        texts("asked-into-russia"),
        ((Key(texts("asked-card", name=texts.of(crossing.name)), Card(crossing.id, None)),),),
    )


def sending(statement: Statement) -> Button | None:
    """Return the button that reports a statement; None if there is none."""
    crossing, mode, kind = statement.crossing, statement.mode, statement.kind
    if statement.event is not None:
        return SendEvent(crossing, mode, statement.event)
    for unit, number in (
        ("minutes", statement.wait_minutes),
        ("vehicles", statement.vehicles),
        ("people", statement.people),
        ("metres", statement.metres),
    ):
        if number is not None:
            return SendNumber(crossing, mode, kind, unit, number)
    return None


def told(guide: Guide, id: str, asked: Asked) -> str:
    """Return what a text tells of the facts that an answer depends on, as they stand in a button."""
    used = guide.answers[id].conditions
    known = {fact: value for fact, value in asked.facts.items() if fact in used and fact in guide.facts}
    return encode(guide, known)


def _guide(texts: Texts) -> tuple[Key, ...]:
    return (Key(texts("menu-guide"), Menu()),)

"""Questions and answers of the guide."""

from datetime import date
from html import escape

from bot.guide.glossary import terms_in
from bot.guide.model import START, Facts, Guide, Term
from bot.guide.render import render, render_question
from bot.guide.route import Place, Question, Target, choose, encode, previous, without
from bot.guide.votes import Reason
from bot.telegram.buttons import Anew, Change, Doubt, Explain, Keep, Menu, Route, Show, Vote
from bot.telegram.screen import Key, Row, Screen, grid, paragraphs, share
from bot.telegram.screens import pages
from bot.texts import Html, Texts

SHORT_LABEL = 16
"""Labels up to this many characters stand two in a row."""

WIDTH, AROUND_LABEL = 42, 3
"""So many characters a row has room for on a phone, and so many of them the edges of each button take."""

_REASONS = {
    Reason.OUTDATED: "vote-outdated",
    Reason.UNCLEAR: "vote-unclear",
    Reason.NOT_MINE: "vote-not-mine",
}


def question(guide: Guide, place: Question, texts: Texts) -> Screen:
    """Ask for a fact; what concerns safety is offered first."""
    lead: Row = ()
    if place.lead is not None:
        title = texts.of(guide.answers[place.lead].title)
        lead = (Key(f"⚠️ {title}", Show(place.lead, encode(guide, place.facts))),)
    keys = []
    for value in place.values:
        facts = encode(guide, choose(place, value.id))
        does = Show(place.answer, facts) if place.answer else Route(facts)
        keys.append(Key(texts.of(value.label), does))
    width = 2 if all(len(key.label) <= SHORT_LABEL for key in keys) else 1
    return Screen(render_question(place, texts), (lead, *grid(keys, width), *_ways(guide, place, texts)))


def answer(guide: Guide, place: Target, texts: Texts, today: date, username: str) -> Screen:
    """Show an answer with what to read next, and a link to pass on."""
    shown = guide.answers[place.to]
    facts = encode(guide, place.facts)
    see = [Key(texts.of(guide.answers[id].title), Show(id, facts)) for id in shown.see]
    keep = [Key(texts("guide-keep"), Keep(shown.id, facts))] if shown.needs else []
    last = (
        Key(texts("guide-share"), share(shown.id, texts.of(shown.title), username)),
        Key(texts("guide-doubt"), Doubt(shown.id, facts)),
    )
    rows = (_terms(guide, place, texts), *grid(see, 1), *_ways(guide, place, texts, *keep), last)
    return Screen(render(guide, shown, place.facts, texts, today), rows)


def kept(guide: Guide, place: Target, texts: Texts, today: date) -> Screen:
    """Show an answer that stays as it is: what can be tapped under it opens elsewhere."""
    text = render(guide, guide.answers[place.to], place.facts, texts, today)
    return Screen(text, ((Key(texts("menu-guide"), Anew()),),))


def doubt(guide: Guide, place: Target, texts: Texts, today: date) -> Screen:
    """Show an answer with what may not be right about it."""
    shown = guide.answers[place.to]
    facts = encode(guide, place.facts)
    keys = [Key(texts(_REASONS[reason]), Vote(shown.id, facts, reason)) for reason in Reason]
    back = Key(texts("menu-back"), Show(shown.id, facts))
    return Screen(render(guide, shown, place.facts, texts, today), grid([*keys, back], 2))


def change(guide: Guide, place: Place, texts: Texts) -> Screen:
    """List what was answered; a tap asks that again and keeps the rest."""
    rows = []
    for id, value in place.facts.items():
        fact = guide.facts[id]
        label = f"{texts.of(fact.short)}: {texts.of(fact.value(value).label)}"
        rows.append((Key(label, Route(encode(guide, without(place.facts, id)))),))
    stay = Key(texts("menu-back"), _here(guide, place))
    return Screen(texts("guide-change"), (*rows, (stay,)))


def meaning(term: Term, texts: Texts) -> Screen:
    """Say what a term means, and where there is more of it."""
    more: Row = () if term.answer is None else (Key(texts.of(term.title), Show(term.answer, "")),)
    return Screen(Html(escape(texts.of(term.text), quote=False)), (more, *pages.ways_on(texts)))


def repair(texts: Texts) -> Screen:
    """Say that an answer is being repaired."""
    return Screen(texts("guide-repair"), pages.ways_on(texts))


def menu(guide: Guide, place: Question, texts: Texts, *, simulated: bool) -> Screen:
    """Greet, and ask the first question."""
    first = question(guide, place, texts)
    text = paragraphs(texts("menu-welcome"), pages.simulated(texts, simulated), first.text)
    return Screen(text, first.rows)


def _terms(guide: Guide, place: Target, texts: Texts) -> Row:
    """Offer to explain the terms in an answer, as many as one row can show whole.

    All buttons of a row are as wide as its widest.
    """
    row: list[Key] = []
    for term in terms_in(guide, guide.answers[place.to], place.facts, texts.language):
        longer = [*row, Key(f"ℹ️ {texts.of(term.title)}", Explain(term.id))]
        if len(longer) * (max(len(key.label) for key in longer) + AROUND_LABEL) <= WIDTH or not row:
            row = longer
    return tuple(row)


def _ways(guide: Guide, place: Place, texts: Texts, *more: Key) -> tuple[Row, ...]:
    """Return the ways back from a place, with what else can be done there."""
    before = previous(guide, place)
    if before is None and _is_first(place):
        return ()
    keys = [Key(texts("menu-back"), Route(encode(guide, before)) if before else Menu())]
    if before or len(place.facts) > 1:
        keys.append(Key(texts("menu-again"), Menu()))
    if len(place.facts) > 1:
        keys.append(Key(texts("menu-change"), Change(encode(guide, place.facts))))
    return grid([*keys, *more], 2)


def _is_first(place: Place) -> bool:
    return isinstance(place, Question) and place.flow is not None and place.flow.id == START


def _here(guide: Guide, place: Place) -> Route | Show:
    """Return the button that leads to this very place."""
    facts: Facts = place.facts
    answer_id = place.answer if isinstance(place, Question) else place.to
    if answer_id is not None and answer_id in guide.answers:
        return Show(answer_id, encode(guide, facts))
    return Route(encode(guide, facts))

"""How good our numbers were, in words; honest about how few they rest on."""

from collections.abc import Sequence

from bot.crossings.accuracy import AIM, Accuracy, Amount
from bot.crossings.catalogue import Catalogue
from bot.telegram import buttons
from bot.telegram.screen import Key, Row, Screen, lines, paragraphs
from bot.telegram.screens import pages
from bot.telegram.screens.report import sign
from bot.texts import Html, Texts

PAGE = 8
"""Crossings and modes on a page."""


def accuracy(known: Sequence[Accuracy], page: int, catalogue: Catalogue, texts: Texts) -> Screen:
    """Show how good the numbers were in all, and a page of how good they were where."""
    if not known:
        return Screen(paragraphs(texts("accuracy-title"), texts("accuracy-none")), pages.ways_on(texts))
    whole, *places = known
    shown = places[page * PAGE : (page + 1) * PAGE]
    turning: Row = ()
    if page > 0:
        turning += (Key(texts("list-less"), buttons.Accuracy(page - 1)),)
    if (page + 1) * PAGE < len(places):
        turning += (Key(texts("list-more"), buttons.Accuracy(page + 1)),)
    return Screen(
        paragraphs(
            texts("accuracy-title"),
            texts("accuracy-how", aim=round(100 * AIM)),
            texts("accuracy-all", what=_judged(whole, texts)),
            lines(*(_line(each, catalogue, texts) for each in shown)),
        ),
        (turning, *pages.ways_on(texts)),
    )


def _line(each: Accuracy, catalogue: Catalogue, texts: Texts) -> Html:
    crossing = catalogue.crossings.get(each.crossing or "")
    name = texts.of(crossing.name) if crossing else each.crossing or ""
    mode = sign(each.mode, texts) if each.mode else ""
    return texts("accuracy-line", mode=mode, name=name, what=_judged(each, texts))


def _judged(each: Accuracy, texts: Texts) -> Html:
    if each.inside is None or each.off_minutes is None:
        return texts("accuracy-too-few", count=each.count)
    return texts(
        "accuracy-judged",
        count=each.count,
        inside=round(100 * each.inside),
        off=texts.duration(each.off_minutes),
        few="yes" if each.amount is Amount.FEW else "no",
    )

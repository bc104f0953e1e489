"""The whole guide and all crossings of one language on one page, to be passed on as a file and printed."""

from collections.abc import Iterable
from html import escape

from bot.export import answers, crossings
from bot.export.contents import parts, rest
from bot.export.front import front
from bot.export.page import Edition, joined, link, page
from bot.guide.model import Answer


def book(edition: Edition) -> str:
    """Return the page; an answer stands where the contents name it first."""
    texts = edition.texts
    shown = parts(edition.guide)
    told: set[str] = set()
    chapters = [_chapter(edition, texts.of(part.label), part.answers(), told) for part in shown]
    chapters.append(_chapter(edition, texts("export-more"), rest(edition.guide, shown), told))
    glossary = answers.glossary(edition, 2)
    main = joined(
        front(edition, shown),
        *chapters,
        f'<section id="crossings" class="chapter">\n<h2>{texts("export-crossings")}</h2>',
        crossings.countries(edition),
        "</section>",
        *(_country(edition, id) for id in edition.catalogue.countries),
        f'<section id="glossary" class="chapter">\n{glossary}\n</section>' if glossary else "",
    )
    up = link(edition.ways.contents, texts("export-contents"))
    return page(edition, "", main, ways=[up], switch="provodnik-{}.html")


def _chapter(edition: Edition, label: str, some: Iterable[Answer], told: set[str]) -> str:
    """Return those answers that were not `told` before, which they then are."""
    new = [answer for answer in some if answer.id not in told]
    told.update(answer.id for answer in new)
    if not new:
        return ""
    articles = (answers.article(edition, answer, 3) for answer in new)
    heading = f"<h2>{escape(label, quote=False)}</h2>"
    return joined('<section class="chapter">', heading, *articles, "</section>")


def _country(edition: Edition, id: str) -> str:
    country = edition.catalogue.countries[id]
    heading = edition.texts("export-crossings-to", country=edition.texts.of(country.name))
    return joined(
        '<section class="chapter">',
        crossings.country(edition, country, 2, heading=heading),
        *(crossings.article(edition, each, 3, alone=False) for each in edition.catalogue.of(id)),
        "</section>",
    )

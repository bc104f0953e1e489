"""A site of small pages that works from a folder and under any address: each way in it is relative."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from bot.export import answers, crossings
from bot.export.contents import parts
from bot.export.front import front
from bot.export.page import Edition, Ways, document, joined, link, page, paragraph
from bot.guide.model import Answer, Language

Make = Callable[[], str]
"""Makes a page when its turn has come."""


def site(editions: Mapping[Language, Edition]) -> Mapping[str, Make]:
    """Return the pages by their paths below the site's folder."""
    pages: dict[str, Make] = {"index.html": partial(_choice, editions)}
    for language, edition in editions.items():
        pages |= {f"{language}/{path}": make for path, make in _pages(edition)}
    return pages


def _pages(edition: Edition) -> Iterator[tuple[str, Make]]:
    above, below = replace(edition, ways=_ways("")), replace(edition, ways=_ways("../"))
    yield "index.html", partial(_index, above)
    yield "glossary.html", partial(_glossary, above)
    for answer in edition.guide.answers.values():
        yield f"answers/{answer.id}.html", partial(_answer, below, answer)
    for id in edition.catalogue.crossings:
        yield f"crossings/{id}.html", partial(_crossing, below, id)
    for id in edition.catalogue.countries:
        yield f"countries/{id}.html", partial(_country, below, id)


def _ways(up: str) -> Ways:
    return Ways(
        answer=f"{up}answers/{{}}.html",
        crossing=f"{up}crossings/{{}}.html",
        country=f"{up}countries/{{}}.html",
        crossings=f"{up}index.html#contents",
        glossary=f"{up}glossary.html",
        contents=f"{up}index.html",
    )


def _choice(editions: Mapping[Language, Edition]) -> str:
    """Return the page on which a reader chooses a language."""
    first = next(iter(editions.values()))
    asked = "\n".join(
        f'<section lang="{language}">\n'
        f'<h2><a href="{language}/index.html" hreflang="{language}">{edition.texts("export-read")}</a></h2>\n'
        f"<p>{edition.texts('export-about')}</p>\n"
        "</section>"
        for language, edition in editions.items()
    )
    name = " · ".join(edition.texts("export-name") for edition in editions.values())
    main = f'<main id="main">\n<h1>{name}</h1>\n{asked}\n</main>'
    return document(first.texts.language, name, first.style, main)


def _index(edition: Edition) -> str:
    main = front(edition, parts(edition.guide))
    return page(edition, "", main, ways=[], switch="../{}/index.html")


def _glossary(edition: Edition) -> str:
    texts = edition.texts
    main = answers.glossary(edition, 1) or f"<h1>{texts('export-glossary')}</h1>"
    return _below(edition, texts("export-glossary"), main, "../{}/glossary.html")


def _answer(edition: Edition, answer: Answer) -> str:
    main = answers.article(edition, answer, 1)
    return _below(edition, edition.texts.of(answer.title), main, f"../../{{}}/answers/{answer.id}.html")


def _crossing(edition: Edition, id: str) -> str:
    texts, crossing = edition.texts, edition.catalogue.crossings[id]
    live = paragraph(texts("export-live"), "live")
    main = joined(crossings.article(edition, crossing, 1, alone=True), live)
    return _below(edition, texts.of(crossing.name), main, f"../../{{}}/crossings/{id}.html")


def _country(edition: Edition, id: str) -> str:
    country = edition.catalogue.countries[id]
    heading = edition.texts("export-crossings-to", country=edition.texts.of(country.name))
    main = crossings.country(edition, country, 1, heading=heading)
    return _below(edition, heading, main, f"../../{{}}/countries/{id}.html")


def _below(edition: Edition, title: str, main: str, switch: str) -> str:
    home = link(edition.ways.contents, edition.texts("export-contents"))
    return page(edition, title, main, ways=[home], switch=switch)

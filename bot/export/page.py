"""A page that needs nothing but itself: no script, no font, no request. It is well-formed XML as well."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from html import escape

from bot.crossings.catalogue import Catalogue
from bot.guide.model import Guide, Language, Source
from bot.guide.render import address
from bot.texts import Html, Texts

_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_OWN_NAME = {Language.RU: "Русский", Language.EN: "English"}
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""Only the style that stands in the page itself; so nothing that slips into a text can call out."""


@dataclass(frozen=True)
class Ways:
    """Where the parts of an export are found from the page at hand; `{}` stands for an id."""

    answer: str = "#answer-{}"
    crossing: str = "#crossing-{}"
    country: str = "#country-{}"
    crossings: str = "#crossings"
    glossary: str = "#glossary"
    contents: str = "#contents"


@dataclass(frozen=True)
class Edition:
    """What is exported in one language: `made` is the day as of which its freshness is told.

    `other` are the languages that it can be changed to, `style` is the CSS of every page.
    """

    guide: Guide
    catalogue: Catalogue
    texts: Texts
    made: date
    version: str
    style: str
    other: tuple[Language, ...]
    ways: Ways = Ways()


def page(edition: Edition, title: str, main: str, *, ways: Iterable[str], switch: str) -> str:
    """Return a whole page; `ways` are links above it, `switch` its address in another language (`{}`)."""
    texts = edition.texts
    name = texts("export-name")
    heading = f"{escape(title, quote=False)} — {name}" if title else name
    switches = (
        f'<a href="{switch.format(id)}" lang="{id}" hreflang="{id}">{_OWN_NAME[id]}</a>'
        for id in edition.other
    )
    links = "\n".join((*ways, *switches))
    return document(
        texts.language,
        heading,
        edition.style,
        f"""<a class="skip" href="#main">{texts("export-skip")}</a>
<header>
<nav aria-label="{texts("export-ways")}">
{links}
</nav>
</header>
<main id="main">
{main}
</main>
<footer>
<p>{texts("export-footer", date=texts.date(edition.made), version=edition.version)}</p>
</footer>""",
    )


def document(language: Language, heading: str, style: str, body: str) -> str:
    """Return a document with this body; all of it, `heading` too, is safe for HTML already."""
    return f"""<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="{_POLICY}"/>
<meta name="referrer" content="no-referrer"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<title>{heading}</title>
<style>
{style.strip()}
</style>
</head>
<body id="top">
{body}
</body>
</html>
"""


def link(to: str, words: str) -> str:
    """Return a link within the export."""
    return f'<a href="{to}">{words}</a>'


def outgoing(url: str, words: str) -> str:
    """Return a link to elsewhere, which is not told where its reader comes from."""
    return f'<a href="{url}" rel="noreferrer noopener">{words}</a>'


def written(words: str, texts: Texts) -> str:
    """Return words as somebody wrote them; Russian on another page is marked, to be read out so."""
    safe = escape(words, quote=False)
    foreign = texts.language is not Language.RU and _CYRILLIC.search(words)
    return f'<span lang="ru">{safe}</span>' if foreign else safe


def source_name(source: Source, texts: Texts) -> Html:
    """Return a source's title, as a link where it may be one."""
    title, url = written(source.title, texts), address(source)
    return Html(outgoing(escape(url), title) if url else title)


def paragraph(text: str, kind: str = "") -> str:
    """Return a paragraph, or nothing of nothing."""
    if not text:
        return ""
    return f'<p class="{kind}">{text}</p>' if kind else f"<p>{text}</p>"


def listed(lines: Iterable[str], kind: str = "") -> str:
    """Return a list, or nothing of nothing; the bullets of a chat's lines are left to the browser."""
    items = "\n".join(f"<li>{line.removeprefix('• ')}</li>" for line in lines)
    if not items:
        return ""
    return f'<ul class="{kind}">\n{items}\n</ul>' if kind else f"<ul>\n{items}\n</ul>"


def joined(*parts: str) -> str:
    """Return the parts that say something, each on a line of its own."""
    return "\n".join(part for part in parts if part)

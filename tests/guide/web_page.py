"""What a page of an export may be made of: few elements, few attributes, and nothing that calls out."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import urlsplit
from xml.etree import ElementTree  # our own pages, made a moment ago
from xml.etree.ElementTree import Element

TEXT = {"a", "b", "i", "span", "sup"}
"""What stands within a line."""

CHILDREN = {
    "html": {"head", "body"},
    "head": {"meta", "title", "style"},
    "ul": {"li"},
    "ol": {"li"},
    "dl": {"dt", "dd"},
    **dict.fromkeys(("p", "h1", "h2", "h3", "h4", "dt", "summary", *TEXT), TEXT),
    "li": {*TEXT, "ul"},
    "dd": TEXT,
}
BLOCKS = {"p", "ul", "ol", "dl", "div", "section", "article", "nav", "details", "h1", "h2", "h3", "h4"}
ATTRIBUTES = {
    "a": {"href", "rel", "lang", "hreflang", "class"},
    "meta": {"charset", "http-equiv", "content", "name"},
    "nav": {"id", "aria-label", "aria-labelledby"},
    "section": {"id", "class", "lang", "aria-labelledby"},
    "html": {"lang"},
    "span": {"lang"},
    "style": set[str](),
}


def read(html: str) -> Element:
    """Return the page's tree; it is written so that a parser of XML, which forgives nothing, takes it."""
    assert html.startswith("<!DOCTYPE html>\n")
    return ElementTree.fromstring(html)  # noqa: S314


def faults(page: Element) -> Iterator[str]:
    """Tell what a validator or a reader with a screen reader would complain of."""
    for element in page.iter():
        allowed = CHILDREN.get(element.tag, {*BLOCKS, "header", "main", "footer", "summary", "a"})
        for child in element:
            if child.tag not in allowed:
                yield f"<{child.tag}> in <{element.tag}>"
            if element.tag == "a" and [*element.iter("a")] != [element]:
                yield "a link in a link"
        unknown = set(element.attrib) - ATTRIBUTES.get(element.tag, {"id", "class"})
        if unknown:
            yield f"{unknown} of <{element.tag}>"
        if (
            element.tag in ("a", "p", "li", "h1", "h2", "h3", "h4")
            and not "".join(element.itertext()).strip()
        ):
            yield f"an empty <{element.tag}>"
    ids = Counter(element.attrib["id"] for element in page.iter() if "id" in element.attrib)
    yield from (f"id {id} stands {count} times" for id, count in ids.items() if count > 1)
    levels = [int(element.tag[1]) for element in page.iter() if element.tag in ("h1", "h2", "h3", "h4")]
    if levels.count(1) != 1 or levels[0] != 1:
        yield "not one first heading"
    if any(after > before + 1 for before, after in pairwise(levels)):
        yield f"a heading leaves a level out: {levels}"
    if [element.tag for element in page.iter("main")] != ["main"]:
        yield "not one main part"


def links(page: Element) -> list[str]:
    """Return where the page's links lead."""
    return [element.attrib["href"] for element in page.iter("a")]


def calls_out(page: Element) -> Iterator[str]:
    """Tell what would be fetched, run or told to others."""
    style = "".join(element.text or "" for element in page.iter("style"))
    yield from (word for word in ("url(", "@import", "@font-face", "expression", "\\") if word in style)
    for element in page.iter():
        name = element.attrib
        yield from (key for key in name if key.startswith("on") or key in ("src", "style", "ping", "srcset"))
        if element.tag == "a" and urlsplit(name["href"]).scheme:
            if urlsplit(name["href"]).scheme not in ("https", "http"):
                yield name["href"]
            if name.get("rel") != "noreferrer noopener":
                yield f"{name['href']} is told of us"
    told = {element.get("name") or element.get("http-equiv"): element.get("content") for element in page[0]}
    if told.get("referrer") != "no-referrer":
        yield "the referrer"
    policy = told.get("Content-Security-Policy") or ""
    if "default-src 'none'" not in policy or set(policy.replace(";", " ").split()) & {
        "*",
        "https:",
        "'self'",
    }:
        yield f"what its policy lets through: {policy}"

"""Telegram's HTML, read as strictly as Telegram reads it."""

import re
from collections.abc import Iterator
from html import unescape

_PART = re.compile(r"([^<]*)(?:<(/?)([a-z]+)([^<>]*)>|$)", re.DOTALL)
_STRAY = re.compile(r"&(?!(?:lt|gt|amp|quot|#\d+|#x[0-9a-f]+);)|<")
_ATTRIBUTES = {
    "b": "",
    "i": "",
    "a": ' href="(?:[^"<>&]|&(?:amp|lt|gt|quot|#x27);)+"',
    "blockquote": " expandable",
}


def telegram_reads(html: str) -> Iterator[str]:
    """Yield the words; fails on an unknown tag, bad nesting, an unknown entity, a stray < or &."""
    open_tags: list[str] = []
    at = 0
    while at < len(html):
        found = _PART.match(html, at)
        assert found, html[at:]
        text, end, name, attributes = found.groups()
        at = found.end()
        assert not _STRAY.search(text), text
        yield unescape(text)
        if not name:
            continue
        if end:
            assert open_tags, f"</{name}> closes nothing"
            assert open_tags.pop() == name, f"</{name}> closes another tag"
            continue
        assert name in _ATTRIBUTES, f"<{name}> is unknown"
        assert re.fullmatch(_ATTRIBUTES[name], attributes), f"<{name}{attributes}>"
        assert name not in open_tags, f"<{name}> within itself"
        open_tags.append(name)
    assert not open_tags, f"<{open_tags[-1]}> is not closed"

"""Telegram's HTML: read strictly as its server does, and written safely for the chat page."""

import re
from dataclasses import dataclass, replace
from html import escape
from urllib.parse import urlsplit

from bot.simulator.entities import Entity, Formatted, utf16_length

_KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
}
_SPECIAL = re.compile("[<&]")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
# Telegram knows these four names only, and needs no semicolon.
_CHARACTER = re.compile(r"&(?:#(?:x(?P<hex>[0-9a-fA-F]+)|(?P<decimal>[0-9]+))|(?P<name>[A-Za-z]+));?")
_SPACE = " \t\r\n\0\v"
_WORD = re.compile(rf"[^{_SPACE}>]*")
_SPACES = re.compile(rf"[{_SPACE}]*")
_ATTRIBUTE = re.compile(rf"[^{_SPACE}=>/'\"]*")
_TOKEN = re.compile(r"[A-Za-z0-9.-]*")
_HOST = re.compile(r"(?:[\w-]+\.)+[\w-]{2,}|127\.0\.0\.1")


class Unparsable(ValueError):
    """The HTML is not Telegram's; the message is what its server says after "can't parse entities: "."""


@dataclass(frozen=True, slots=True)
class _Open:
    tag: str
    argument: str
    offset: int
    part: int  # where its text begins among the parts


def parse(source: str) -> Formatted:
    """Read Telegram's HTML into text and entities, offsets in UTF-16 units.

    Raises `Unparsable` with the words, and the byte offsets, of Telegram's server (tdlib's `parse_html`).
    """
    return _Parser(source).run()


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.parts: list[str] = []
        self.units = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []

    def run(self) -> Formatted:
        while special := _SPECIAL.search(self.source, self.at):
            self._text(self.source[self.at : special.start()])
            self.at = special.start()
            if special.group() == "&":
                self._text(self._character())
            elif self.source.startswith("</", self.at):
                self._end_tag()
            else:
                self._start_tag()
        self._text(self.source[self.at :])
        if self.open:
            raise Unparsable(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        text = "".join(self.parts)
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Unparsable(
                "Text contains invalid Unicode characters after decoding HTML entities, "
                "check for unmatched surrogate code units"
            ) from None
        entities = (
            replace(entity, language="") if entity.kind == "code" else entity for entity in self.entities
        )
        return Formatted(text, tuple(entities))

    def _text(self, text: str) -> None:
        if text:
            self.parts.append(text)
            self.units += utf16_length(text)

    def _character(self) -> str:
        """Decode the character reference here, or take the `&` as it is."""
        match = _CHARACTER.match(self.source, self.at)
        character = _decoded(match) if match else ""
        if not match or not character:
            self.at += 1
            return "&"
        self.at = match.end()
        return character

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.source, self.at)
        found = match.group() if match else ""
        self.at += len(found)
        return found

    def _peek(self) -> str:
        return self.source[self.at : self.at + 1]

    def _error(self, what: str, begin: int, after: str = "") -> Unparsable:
        offset = len(self.source[:begin].encode("utf-8", "surrogatepass"))
        return Unparsable(f"{what} at byte offset {offset}{after}")

    def _start_tag(self) -> None:
        begin = self.at
        self.at += 1
        tag = self._take(_WORD).lower()
        if not self._peek():
            raise self._error("Unclosed start tag", begin)
        if tag not in _KINDS:
            raise self._error(f'Unsupported start tag "{tag}"', begin)
        argument = ""
        while True:
            self._take(_SPACES)
            if self._peek() == ">":
                break
            name, value = self._attribute(tag, begin)
            argument = _argument(tag, name, value) or argument
        self.at += 1
        if tag == "span" and argument != "spoiler":
            raise self._error('Tag "span" must have class "tg-spoiler"', begin)
        self.open.append(_Open(tag, argument, self.units, len(self.parts)))

    def _attribute(self, tag: str, begin: int) -> tuple[str, str]:
        name = self._take(_ATTRIBUTE)
        if not name:
            if not self._peek():
                raise self._error("Unclosed start tag", begin)
            raise self._error(f'Empty attribute name in the tag "{tag}"', begin)
        self._take(_SPACES)
        if self._peek() != "=":
            if not self._peek():
                raise self._error(f'Unclosed start tag "{tag}"', begin)
            if (tag, name) == ("blockquote", "expandable"):
                return name, "1"
            raise self._error(f'Expected equal sign in declaration of an attribute of the tag "{tag}"', begin)
        self.at += 1
        self._take(_SPACES)
        if not self._peek():
            raise self._error(f'Unclosed start tag "{tag}"', begin)
        value = self._quoted(begin) if self._peek() in "'\"" else self._token()
        if not self._peek():
            raise self._error("Unclosed start tag", begin)
        return name, value

    def _quoted(self, begin: int) -> str:
        end = self.source.find(self._peek(), self.at + 1)
        if end < 0:
            raise self._error("Unclosed start tag", begin)
        raw = self.source[self.at + 1 : end]
        self.at = end + 1
        return _CHARACTER.sub(lambda match: _decoded(match) or match.group(), raw)

    def _token(self) -> str:
        begin = self.at
        value = self._take(_TOKEN).lower()
        if self._peek() and self._peek() not in _SPACE + ">":
            raise self._error("Unexpected end of name token", begin)
        return value

    def _end_tag(self) -> None:
        begin = self.at
        if not self.open:
            raise self._error("Unexpected end tag", begin)
        self.at += 2
        tag = self._take(_WORD).lower()
        self._take(_SPACES)
        if self._peek() != ">":
            raise self._error("Unclosed end tag", begin)
        self.at += 1
        opened = self.open.pop()
        if tag and tag != opened.tag:
            raise self._error("Unmatched end tag", begin, f', expected "</{opened.tag}>", found "</{tag}>"')
        if self.units > opened.offset:
            self._close(opened)

    def _close(self, opened: _Open) -> None:
        entity = Entity(_KINDS[opened.tag], opened.offset, self.units - opened.offset)
        if opened.tag == "a":
            url = checked_link(opened.argument or "".join(self.parts[opened.part :]))
            # A link that leads nowhere is dropped without an error, as in Telegram.
            entities = [replace(entity, url=url)] if url else []
        elif opened.tag in ("pre", "code"):
            entities = [self._verbatim(entity, opened.argument)]
        elif opened.tag == "tg-emoji":
            if not (opened.argument.isascii() and opened.argument.isdigit() and int(opened.argument)):
                raise Unparsable("Invalid custom emoji identifier specified")
            entities = [entity]
        else:
            entities = [replace(entity, kind="expandable_blockquote") if opened.argument == "1" else entity]
        self.entities.extend(entities)

    def _verbatim(self, entity: Entity, language: str) -> Entity:
        """Make one block with a language of `<pre>` and `<code class="language-…">` around the same text."""
        last = self.entities[-1] if self.entities else None
        if last and last.kind != entity.kind and (last.offset, last.length) == (entity.offset, entity.length):
            language = language or last.language
            if language and last.kind in ("pre", "code"):
                self.entities.pop()
                return replace(entity, kind="pre", language=language)
        return replace(entity, language=language)


def _decoded(match: re.Match[str]) -> str:
    """Return the character that a reference names, or nothing if Telegram leaves it as it stands."""
    if match["name"]:
        return _NAMED.get(match["name"], "")
    digits = match["hex"] or match["decimal"]
    if len(digits) > 8:
        return ""
    code = int(digits, 16 if match["hex"] else 10)
    return chr(code) if 0 < code < 0x10FFFF else ""


def _argument(tag: str, name: str, value: str) -> str:
    """Return what an attribute says about its tag; attributes that Telegram does not know say nothing."""
    if (tag, name) in (("a", "href"), ("tg-emoji", "emoji-id"), ("blockquote", "expandable")):
        return "1" if tag == "blockquote" else value
    prefix = {("code", "class"): "language-", ("span", "class"): "tg-"}.get((tag, name))
    return value.removeprefix(prefix) if prefix and value.startswith(prefix) else ""


def checked_link(url: str) -> str:
    """Return the address as Telegram stores it, or nothing if Telegram would not link it."""
    url = url.strip()
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):(?!\d)", url)
    if scheme and scheme[1].lower() not in ("http", "https", "tg", "ton", "tonsite"):
        return ""
    if scheme and scheme[1].lower() not in ("http", "https"):
        return url
    try:
        parts = urlsplit(url if scheme else f"http://{url}")
        host = parts.hostname or ""
    except ValueError:
        return ""
    if not _HOST.fullmatch(host) or re.search(r"[\s<>\"]", url):
        return ""
    return parts._replace(path=parts.path or "/").geturl()


_TAGS = {
    "bold": ("<b>", "</b>"),
    "italic": ("<i>", "</i>"),
    "underline": ("<u>", "</u>"),
    "strikethrough": ("<s>", "</s>"),
    "spoiler": ("<tg-spoiler>", "</tg-spoiler>"),
    "code": ("<code>", "</code>"),
    "pre": ("<pre>", "</pre>"),
    "blockquote": ("<blockquote>", "</blockquote>"),
    "expandable_blockquote": ("<blockquote expandable>", "</blockquote>"),
}
_BLOCKS = ("pre", "blockquote", "expandable_blockquote")


def render(formatted: Formatted) -> str:
    """Write a text as HTML that is safe to put on the chat page, whatever the text says.

    Only b, i, u, s, code, pre, a, blockquote[expandable], tg-spoiler and br come out. A bot's command becomes
    `<a data-command="/…">` without an address.
    """
    text, entities = formatted.text, formatted.entities
    if not entities:
        return _escaped(text)
    units = text.encode("utf-16-le", "surrogatepass")
    pieces: list[str] = []
    stack: list[Entity] = []
    waiting = list(reversed(entities))
    at, after_block = 0, False
    for boundary in sorted(
        {edge for entity in entities for edge in (entity.offset, entity.end)} | {len(units) // 2}
    ):
        piece = units[2 * at : 2 * boundary].decode("utf-16-le", "replace")
        # A quote is a block of its own: the line break after it would show as an empty line.
        pieces.append(_escaped(piece.removeprefix("\n") if after_block else piece))
        after_block = after_block and not piece
        after_block |= _close_ended(stack, boundary, units, pieces)
        while waiting and waiting[-1].offset <= boundary:
            entity = waiting.pop()
            if entity.end > boundary:
                stack.append(entity)
                pieces.append(_tags(entity, units)[0])
        at = boundary
    return "".join(pieces)


def _close_ended(stack: list[Entity], boundary: int, units: bytes, pieces: list[str]) -> bool:
    """Close what ends here, reopening what it crosses; tell whether a block ended."""
    first = next((index for index, entity in enumerate(stack) if entity.end <= boundary), len(stack))
    crossing = stack[first:]
    pieces.extend(_tags(entity, units)[1] for entity in reversed(crossing))
    del stack[first:]
    for entity in crossing:
        if entity.end > boundary:
            stack.append(entity)
            pieces.append(_tags(entity, units)[0])
    return any(entity.end <= boundary and entity.kind in _BLOCKS for entity in crossing)


def _tags(entity: Entity, units: bytes) -> tuple[str, str]:
    if entity.kind in _TAGS:
        return _TAGS[entity.kind]
    covered = units[2 * entity.offset : 2 * entity.end].decode("utf-16-le", "replace")
    if entity.kind in ("text_link", "url"):
        address = entity.url if entity.kind == "text_link" else checked_link(covered)
        if address.lower().startswith(("http://", "https://", "tg:")):
            return f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer">', "</a>"
    if entity.kind == "bot_command":
        return f'<a data-command="{escape(covered)}">', "</a>"
    return "", ""


def _escaped(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br>")

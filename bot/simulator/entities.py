"""Formatted text as Telegram keeps it: plain text, and entities that mark parts of it in UTF-16 units."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.simulator import limits

_WHITESPACE = " \n"
_DROPPED = re.compile("[\r\u2028-\u202e]")
_BLANKED = re.compile("[\0-\t\v\f\x0e-\x1f]")
_VERBATIM = ("code", "pre")
_SPLITTABLE = ("bold", "italic", "underline", "strikethrough", "spoiler", "text_link")
_QUOTES = ("blockquote", "expandable_blockquote")
_RIVALS = {"expandable_blockquote": "blockquote", "pre": "code"}  # they do not stand inside each other
# Outer first where two entities cover the same text.
_ORDER = {
    kind: rank
    for rank, kind in enumerate(
        (
            *_QUOTES,
            "pre",
            "code",
            "text_link",
            "text_mention",
            "url",
            "email",
            "mention",
            "hashtag",
            "bot_command",
            "spoiler",
            "underline",
            "strikethrough",
            "bold",
            "italic",
            "custom_emoji",
        )
    )
}
_LINKABLE = re.compile(
    r"""(?P<url> https?://[^\s<>"]+ (?<![.,:;!?)'»”])
             | (?<![\w@./-]) (?:[a-z0-9-]+\.)+ (?:com|org|net|info|int|gov|edu|eu|ru|kz|ge|mn|am|az|by
                 |ua|fi|no|ee|lv|lt|pl|tr|io|me|рф) (?![\w.-]*\w) (?:/[^\s<>"]* (?<![.,:;!?)'»”]))?)
      | (?P<email> (?<![\w.+-]) [a-z0-9._+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+)
      | (?P<mention> (?<![\w@/]) @[a-z0-9_]{4,32} (?!\w))
      | (?P<bot_command> (?<![\w/<>]) /[a-z0-9_]{1,64} (?:@[a-z0-9_]{3,32})? (?![\w/<>]))
      | (?P<hashtag> (?<![\w&\#/]) \#\w*[^\W\d_]\w*)""",
    re.VERBOSE | re.IGNORECASE,
)
_MAY_LINK = re.compile(r"[/@#]|\w\.\w")


@dataclass(frozen=True, slots=True)
class Entity:
    """A part of a text: `offset` and `length` count UTF-16 units, as Telegram does."""

    kind: str
    offset: int
    length: int
    url: str = ""
    language: str = ""
    user_id: int = 0

    @property
    def end(self) -> int:
        """Return the first unit after the part."""
        return self.offset + self.length

    def json(self) -> dict[str, Any]:
        """Return it as the Bot API shows it."""
        body: dict[str, Any] = {"offset": self.offset, "length": self.length, "type": self.kind}
        if self.url:
            body["url"] = self.url
        if self.language:
            body["language"] = self.language
        if self.user_id:
            body["user"] = {"id": self.user_id, "is_bot": False, "first_name": ""}
        return body


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text and its entities."""

    text: str
    entities: tuple[Entity, ...] = ()


EMPTY = Formatted("")


def utf16_length(text: str) -> int:
    """Return how many UTF-16 units a text has: what Telegram counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def clean(text: str) -> str:
    """Return the text without the control characters and direction marks that Telegram removes."""
    return _BLANKED.sub(" ", _DROPPED.sub("", text))


def settle(formatted: Formatted) -> Formatted:
    """Return the text as Telegram stores it: trimmed, entities untangled, links and commands found.

    Formatting inside `code` and `pre` is dropped and only 100 entities survive, both without a word of
    warning, just as in Telegram.
    """
    trimmed = _trim(formatted)
    entities = _untangle(trimmed.entities)
    if _MAY_LINK.search(trimmed.text):
        entities = [*entities, *_find(trimmed.text, entities)]
    entities.sort(key=_nesting)
    return Formatted(trimmed.text, tuple(entities[: limits.ENTITIES]))


def _nesting(entity: Entity) -> tuple[int, int, int]:
    return entity.offset, -entity.length, _ORDER.get(entity.kind, 0)


def _trim(formatted: Formatted) -> Formatted:
    stripped = formatted.text.rstrip(_WHITESPACE)
    start = len(stripped) - len(stripped.lstrip(_WHITESPACE))
    if start == 0 and len(stripped) == len(formatted.text):
        return formatted
    text = stripped[start:]
    length = utf16_length(text)
    return Formatted(text, tuple(_clipped(formatted.entities, start, start + length, start)))


def _clipped(entities: Iterable[Entity], start: int, end: int, shift: int) -> Iterable[Entity]:
    for entity in entities:
        first, last = max(entity.offset, start), min(entity.end, end)
        if shift == 0 and (first, last) == (entity.offset, entity.end):
            yield entity
        elif first < last:
            yield replace(entity, offset=first - shift, length=last - first)


def _untangle(entities: Sequence[Entity]) -> list[Entity]:
    """Drop nested quotes, merge what repeats, and let nothing reach into code."""
    kept: list[Entity] = []
    reached: dict[str, int] = {}  # where the last of each kind ends
    for entity in sorted(entities, key=_nesting):
        kind = _RIVALS.get(entity.kind, entity.kind)
        if entity.offset >= reached.get(kind, 0):
            reached[kind] = entity.end
            kept.append(entity)
    verbatim = [entity for entity in kept if entity.kind in _VERBATIM]
    if not verbatim:
        return kept
    untangled: list[Entity] = []
    for entity in kept:
        if entity.kind in _SPLITTABLE:
            untangled.extend(_outside(entity, verbatim))
        else:
            untangled.append(entity)
    return untangled


def _outside(entity: Entity, verbatim: Sequence[Entity]) -> Iterable[Entity]:
    start = entity.offset
    for block in verbatim:
        if block.end <= start or block.offset >= entity.end:
            continue
        if block.offset > start:
            yield replace(entity, offset=start, length=block.offset - start)
        start = block.end
    if start < entity.end:
        yield replace(entity, offset=start, length=entity.end - start)


def _find(text: str, entities: Sequence[Entity]) -> Iterable[Entity]:
    """Find what Telegram makes tappable by itself, outside of code and links."""
    taken = [entity for entity in entities if entity.kind in (*_VERBATIM, "text_link")]
    astral = utf16_length(text) != len(text)
    for match in _LINKABLE.finditer(text):
        offset = utf16_length(text[: match.start()]) if astral else match.start()
        found = Entity(match.lastgroup or "", offset, utf16_length(match.group()))
        if not any(found.offset < other.end and other.offset < found.end for other in taken):
            yield found


def given(text: str, raw: object) -> tuple[Entity, ...]:
    """Read entities that the bot states itself instead of a parse mode.

    Raises `ValueError` in Telegram's words.
    """
    if not isinstance(raw, list):
        return ()
    return tuple(_stated(text, item) for item in raw)


def _stated(text: str, item: object) -> Entity:
    if not isinstance(item, dict):
        raise ValueError("Can't parse MessageEntity: expected an Object")
    kind, offset, length = item.get("type"), item.get("offset"), item.get("length")
    if not isinstance(kind, str) or kind not in _ORDER:
        raise ValueError("Can't parse MessageEntity: unsupported type specified")
    if not isinstance(offset, int) or not isinstance(length, int):
        raise ValueError('Can\'t parse MessageEntity: field "offset" must be of type Number')
    if offset < 0 or length <= 0 or offset + length > utf16_length(text):
        raise ValueError(f"Receive an entity with incorrect offset {offset} or length {length}")
    units = text.encode("utf-16-le", "surrogatepass")
    for word, at in (("begins", offset), ("ends", offset + length)):
        if units[2 * at + 1 : 2 * at + 2] and 0xDC <= units[2 * at + 1] <= 0xDF:
            raise ValueError(f"Entity {word} in a middle of a UTF-16 symbol at byte offset {at}")
    return Entity(kind, offset, length, url=str(item.get("url", "")), language=str(item.get("language", "")))

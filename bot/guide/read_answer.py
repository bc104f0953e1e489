"""An answer's file: front matter and the same text in both languages."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256

import yaml
from markdown_it.common.normalize_url import normalizeLink

from bot.guide import markup
from bot.guide.markup import Parsed
from bot.guide.model import Answer, Block, Contact, Language, Risk, Source, Span
from bot.guide.nodes import ID, Sheet
from bot.guide.read import AN_ID, Known, cautioned, known_fact, known_value, read_source, same_id

_HEADING = re.compile(r"#\s*(ru|en)\s*")


class _Kind(StrEnum):
    ANSWER = "answer"
    ROUTE = "route"


@dataclass(frozen=True)
class Draft:
    """An answer's file beyond what readers get: hashes and lines, for the check."""

    sheet: Sheet
    signed: str | None
    translated: str | None
    signature: str
    parsed: Mapping[Language, Parsed]


def signature(text: str) -> str:
    """Return the hash that a signed text is known by: 8 hex digits, blind to how lines are broken."""
    words = " ".join(unicodedata.normalize("NFC", text).split())
    return sha256(words.encode()).hexdigest()[:8]


def read_answer(sheet: Sheet, text: str, topic: str, id: str, known: Known) -> tuple[Answer, Draft] | None:
    """Read answers/<topic>/<id>.md: front matter and both languages; None where there is no front matter."""
    parts = answer_parts(sheet, text)
    if parts is None or sheet.parse(parts.front, 2) is None:
        return None
    found = sheet.fields(
        sheet.root,
        ("id", "title", "phrases", "risk", "sources"),
        ("needs", "signed", "translated", "see", "kind", "contacts"),
    )
    same_id(sheet, found.get("id"), id)
    own = _sources(sheet, found.get("sources"))
    parsed = {language: markup.parse(*parts.sections[language]) for language in parts.sections}
    for language in Language:
        if language not in parsed or not parsed[language].blocks:
            sheet.note(
                1, "G503" if language is Language.EN else "G112", f"there is no text under `# {language}`"
            )
            parsed[language] = Parsed((), (), (), (), ())
        _refer(sheet, parsed[language], own, known)
    phrases = sheet.fields(found.get("phrases"), tuple(Language))
    sources = _with_numbers(own, parsed, known)
    answer = Answer(
        id=id,
        topic=topic,
        title=sheet.bilingual(found.get("title")),
        phrases={language: sheet.texts(phrases.get(language)) for language in Language},
        needs=sheet.texts(found.get("needs")),
        risk=sheet.choice(found.get("risk"), Risk),
        sources=tuple(sources.values()),
        see=sheet.texts(found.get("see")),
        body={language: _resolved(parsed[language].blocks, sources, known) for language in Language},
        contacts=_contacts(sheet, found.get("contacts"), own),
        route=sheet.choice(found["kind"], _Kind) is _Kind.ROUTE if "kind" in found else False,
    )
    for name, node in zip(answer.needs, sheet.items(found.get("needs")), strict=False):
        known_fact(sheet, node, name, known)
    if not own and "sources" in found:
        sheet.note(found["sources"], "G401", "an answer needs a source")
    signed = sheet.fields(found.get("signed"), ("ru",)) if "signed" in found else {}
    translated = sheet.fields(found.get("translated"), ("en",)) if "translated" in found else {}
    draft = Draft(
        sheet,
        sheet.optional(signed.get("ru")),
        sheet.optional(translated.get("en")),
        signature(parts.sections.get(Language.RU, ("", 1))[0]),
        parsed,
    )
    return answer, draft


@dataclass(frozen=True)
class Parts:
    """An answer's file taken apart: the front matter, and each language's text with its first line."""

    front: str
    sections: Mapping[Language, tuple[str, int]]


def answer_parts(sheet: Sheet, text: str) -> Parts | None:
    """Take an answer's file apart; None where it has no front matter."""
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        sheet.note(1, "G112", "the first line must be `---`")
        return None
    ends = [at for at, line in enumerate(lines) if at and line.rstrip() == "---"]
    if not ends:
        sheet.note(1, "G112", "the front matter is not closed by a line `---`")
        return None
    sections: dict[Language, tuple[str, int]] = {}
    heads = [
        (at, found[1])
        for at, line in enumerate(lines)
        if at > ends[0] and (found := _HEADING.fullmatch(line))
    ]
    for at in range(ends[0] + 1, heads[0][0] if heads else len(lines)):
        if lines[at].strip():
            sheet.note(at + 1, "G112", "text before the line `# ru`")
            break
    for (at, name), (end, _) in zip(heads, [*heads[1:], (len(lines), "")], strict=True):
        if Language(name) in sections:
            sheet.note(at + 1, "G112", f"a second `# {name}`")
        sections[Language(name)] = ("\n".join(lines[at + 1 : end]), at + 2)
    return Parts("\n".join(lines[1 : ends[0]]), sections)


def _sources(sheet: Sheet, node: yaml.Node | None) -> dict[str, Source]:
    sources: dict[str, Source] = {}
    for item in sheet.items(node):
        id_node = sheet.mapping(item).get("id") if isinstance(item, yaml.MappingNode) else None
        id = sheet.shaped(id_node, ID, AN_ID)
        sheet.unique(sources, id, id_node, "source")
        sources[id] = read_source(sheet, item, id, extra=("id", "mark"))
    return sources


def _contacts(sheet: Sheet, node: yaml.Node | None, sources: Mapping[str, Source]) -> tuple[Contact, ...]:
    contacts: list[Contact] = []
    for item in sheet.items(node):
        found = sheet.fields(item, ("name", "what"), ("languages", "reach", "dialled", "caution", "source"))
        dialled, source = found.get("dialled"), sheet.optional(found.get("source"))
        if source and source not in sources:
            sheet.note(found["source"], "G205", f"there is no source {source} in this answer")
        contacts.append(
            Contact(
                name=sheet.text(found.get("name")),
                what=sheet.bilingual(found.get("what")),
                languages=", ".join(sheet.texts(found.get("languages"), lone=True)),
                reach=sheet.optional(found.get("reach")),
                dialled=sheet.date(dialled) if sheet.optional(dialled) is not None else None,
                caution=cautioned(sheet, found),
                source=source,
            )
        )
    return tuple(contacts)


def _refer(sheet: Sheet, parsed: Parsed, sources: Mapping[str, Source], known: Known) -> None:
    """Note the faults of a text, and what it names that does not exist."""
    for fault in parsed.faults:
        sheet.note(fault.line, fault.code, fault.text)
    for condition in parsed.conditions:
        fact = known_fact(sheet, condition.line, condition.fact, known)
        known_value(sheet, condition.line, fact, condition.value)
    linked = any(use.kind == "link" for use in parsed.uses)
    by_url = {normalizeLink(source.url): source for source in sources.values() if source.url and linked}
    for use in parsed.uses:
        if use.kind == "cite" and use.name not in sources:
            sheet.note(use.line, "G205", f"there is no source {use.name} in this answer")
        elif use.kind == "number" and use.name not in known.numbers:
            if use.name.split(".")[0] in known.doubtful:
                sheet.spoiled = True
            else:
                sheet.note(use.line, "G206", f"there is no number {use.name} in countries/")
        elif use.kind == "link" and use.name not in by_url:
            sheet.note(use.line, "G405", f"{use.name} is not the url of a source of this answer")
        elif use.kind == "link" and by_url[use.name].caution:
            sheet.note(use.line, "G404", f"{by_url[use.name].id} carries `caution`: name it without a link")


def _with_numbers(
    own: Mapping[str, Source], parsed: Mapping[Language, Parsed], known: Known
) -> dict[str, Source]:
    """Add the sources of the numbers that a text uses, each page once."""
    sources = dict(own)
    names = [use.name for text in parsed.values() for use in text.uses if use.kind == "number"]
    for name in dict.fromkeys(names):
        if name in known.numbers and not _of_number(name, sources, known):
            sources[name] = known.numbers[name].source
    return sources


def _of_number(name: str, sources: Mapping[str, Source], known: Known) -> str | None:
    """Return the id of the listed source that a number rests on: the same page, checked no later."""
    wanted = known.numbers[name].source
    for source in sources.values():
        same = source.url == wanted.url if wanted.url else source.title == wanted.title
        if source.id == name or (same and source.checked <= wanted.checked):
            return source.id
    return None


def _resolved(blocks: tuple[Block, ...], sources: Mapping[str, Source], known: Known) -> tuple[Block, ...]:
    """Put the numbers in, each with a citation of its source."""

    def resolved(span: Span) -> Span:
        if span.number is None or span.number not in known.numbers:
            return span
        number = known.numbers[span.number]
        return replace(span, text=number.value, cite=_of_number(number.id, sources, known))

    return tuple(
        replace(block, spans=tuple(map(resolved, block.spans)))
        if any(span.number for span in block.spans)
        else block
        for block in blocks
    )

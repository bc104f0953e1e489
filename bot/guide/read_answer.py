"""An answer's file: front matter and the same text in both languages."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256  # noqa: TID251 - of our own texts
from pathlib import Path
from typing import Annotated, Any, Literal

from markdown_it.common.normalize_url import normalizeLink
from pydantic import BeforeValidator, TypeAdapter, with_config

from bot.content.document import Document, Shelf, parse
from bot.content.problems import Problem
from bot.content.shape import FILE, Day, Id, validate
from bot.guide import markup, visas
from bot.guide.markup import Fault, Parsed
from bot.guide.model import Answer, Block, Contact, Language, Risk, Source, Span, Visa
from bot.guide.read import (
    CHECKED,
    Caution,
    Known,
    KnownFact,
    ListedSource,
    Words,
    misnamed,
    same_id,
    unknown_values,
)

_HEADING = re.compile(r"#\s*(ru|en)\s*")
_EMPTY = Parsed((), (), (), ())


def _listed(written: Any) -> Any:
    if isinstance(written, list) and all(isinstance(word, str) for word in written):
        return ", ".join(written)
    return written


@dataclass(frozen=True)
class _Phrases:
    ru: tuple[str, ...]
    en: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Contact(Contact):
    what: Words
    languages: Annotated[str, BeforeValidator(_listed)] = ""
    reach: str | None = None
    dialled: Day | None = None
    caution: Caution = False
    source: str | None = None


def _needed(written: Any) -> Any:
    """Read `country` and `country: [kz, ge]` as a fact and the values that make sense."""
    if isinstance(written, dict) and len(written) == 1:
        [(fact, only)] = written.items()
        return {"fact": fact, "only": [only] if isinstance(only, str) else only}
    return {"fact": written}


@dataclass(frozen=True)
class _NeededFact:
    fact: KnownFact
    only: tuple[str, ...] = ()


_Need = Annotated[_NeededFact, BeforeValidator(_needed)]


@with_config(FILE)
@dataclass(frozen=True, kw_only=True)
class _Front:
    id: Id
    title: Words
    phrases: _Phrases
    risk: Risk
    sources: tuple[ListedSource, ...]
    needs: tuple[_Need, ...] = ()
    signed: Mapping[Literal["ru"], str | None] = field(default_factory=dict)
    translated: Mapping[Literal["en"], str | None] = field(default_factory=dict)
    see: tuple[str, ...] = ()
    kind: Literal["answer", "route"] = "answer"
    contacts: tuple[_Contact, ...] = ()
    owner: str = ""


_FRONT = TypeAdapter(_Front)


@dataclass(frozen=True)
class Draft:
    """An answer's file beyond what readers get: hashes and lines, for the check."""

    document: Document
    signed: str | None
    translated: str | None
    signature: str
    parsed: Mapping[Language, Parsed]


@dataclass(frozen=True)
class Read:
    """What came of an answer's file; no answer where something is wrong, no draft without a front matter."""

    document: Document
    problems: list[Problem]
    answer: Answer | None = None
    draft: Draft | None = None


def signature(text: str) -> str:
    """Return the hash that a signed text is known by: 8 hex digits, blind to how lines are broken."""
    words = " ".join(unicodedata.normalize("NFC", text).split())
    return sha256(words.encode()).hexdigest()[:8]


def read_answer(shelf: Shelf, path: Path, known: Known) -> Read:
    """Read answers/<topic>/<id>.md: front matter and both languages."""
    text = shelf.text(path)
    if isinstance(text, Problem):
        return Read(shelf.blank(path), [text])
    parts = answer_parts(text)
    document = parse(shelf.blank(path), parts.front or "", 2)
    problems = [document.problem(fault.line, fault.code, fault.text) for fault in parts.faults]
    if parts.front is None:
        return Read(document, problems)
    front, wrong = validate(document, _FRONT, context=known, missing=CHECKED)
    problems += [*document.problems, *wrong, *misnamed(document, path.parent.name, "folder")]
    parsed = {language: markup.parse(*parts.sections[language]) for language in parts.sections}
    for language in Language:
        if language not in parsed or not parsed[language].blocks:
            code = "G503" if language is Language.EN else "G112"
            problems.append(document.problem(1, code, f"there is no text under `# {language}`"))
            parsed[language] = _EMPTY
        problems += _faults(document, parsed[language], known)
    if front is None:
        return Read(document, problems)
    problems += [*same_id(document, front.id, path.stem), *_loose_ends(document, front, parsed)]
    for at, need in enumerate(front.needs):
        problems += unknown_values(document, ("needs", at), need.fact, need.only, known)
    now = signature(parts.sections.get(Language.RU, ("", 1))[0])
    draft = Draft(document, front.signed.get("ru"), front.translated.get("en"), now, parsed)
    if problems:
        return Read(document, problems, draft=draft)
    sources = _with_numbers(front.sources, parsed, known)
    answer = Answer(
        id=front.id,
        topic=path.parent.name,
        title=front.title,
        phrases={Language.RU: front.phrases.ru, Language.EN: front.phrases.en},
        needs=tuple(need.fact for need in front.needs),
        risk=front.risk,
        sources=tuple(sources.values()),
        see=front.see,
        body={
            language: _resolved(language, parsed[language].blocks, sources, known) for language in Language
        },
        contacts=front.contacts,
        route=front.kind == "route",
        offers={need.fact: need.only for need in front.needs if need.only},
        owner=front.owner,
    )
    return Read(document, problems, answer, draft)


@dataclass(frozen=True)
class Parts:
    """An answer's file taken apart: the front matter, each language's text with its first line, faults."""

    front: str | None
    sections: Mapping[Language, tuple[str, int]]
    faults: tuple[Fault, ...]


def answer_parts(text: str) -> Parts:
    """Take an answer's file apart; without a front matter there is nothing but a fault."""
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return Parts(None, {}, (Fault(1, "G112", "the first line must be `---`"),))
    ends = [at for at, line in enumerate(lines) if at and line.rstrip() == "---"]
    if not ends:
        return Parts(None, {}, (Fault(1, "G112", "the front matter is not closed by a line `---`"),))
    sections: dict[Language, tuple[str, int]] = {}
    faults: list[Fault] = []
    heads = [
        (at, found[1])
        for at, line in enumerate(lines)
        if at > ends[0] and (found := _HEADING.fullmatch(line))
    ]
    for at in range(ends[0] + 1, heads[0][0] if heads else len(lines)):
        if lines[at].strip():
            faults.append(Fault(at + 1, "G112", "text before the line `# ru`"))
            break
    for (at, name), (end, _) in zip(heads, [*heads[1:], (len(lines), "")], strict=True):
        if Language(name) in sections:
            faults.append(Fault(at + 1, "G112", f"a second `# {name}`"))
        sections[Language(name)] = ("\n".join(lines[at + 1 : end]), at + 2)
    return Parts("\n".join(lines[1 : ends[0]]), sections, tuple(faults))


def _faults(document: Document, parsed: Parsed, known: Known) -> Iterator[Problem]:
    """Yield the faults of a text, and what it names of other files that does not exist."""
    for fault in parsed.faults:
        yield document.problem(fault.line, fault.code, fault.text)
    for condition in parsed.conditions:
        if condition.fact in known.facts:
            yield from unknown_values(document, condition.line, condition.fact, [condition.value], known)
        else:
            yield document.problem(condition.line, *known.no_fact(condition.fact))
    for use in parsed.uses:
        if use.kind == "number" and use.name not in known.numbers:
            yield document.problem(use.line, *known.no_number(use.name))


def _loose_ends(document: Document, front: _Front, parsed: Mapping[Language, Parsed]) -> Iterator[Problem]:
    """Yield what an answer says of its own sources that is not so."""
    if not front.sources:
        yield document.problem(("sources",), "G401", "an answer needs a source")
    seen: set[tuple[str, str]] = set()
    for at, source in enumerate(front.sources):
        yield from document.repeated(("sources", at), seen, id=source.id)
    ids = {source.id for source in front.sources}
    for at, contact in enumerate(front.contacts):
        if contact.source and contact.source not in ids:
            text = f"there is no source {contact.source} in this answer"
            yield document.problem(("contacts", at, "source"), "G205", text)
    by_url = {normalizeLink(source.url): source for source in front.sources if source.url}
    for use in (use for text in parsed.values() for use in text.uses):
        if use.kind == "cite" and use.name not in ids:
            yield document.problem(use.line, "G205", f"there is no source {use.name} in this answer")
        elif use.kind == "link" and use.name not in by_url:
            yield document.problem(use.line, "G405", f"{use.name} is not the url of a source of this answer")
        elif use.kind == "link" and by_url[use.name].caution:
            text = f"{by_url[use.name].id} carries `caution`: name it without a link"
            yield document.problem(use.line, "G404", text)


def _with_numbers(
    own: Iterable[Source], parsed: Mapping[Language, Parsed], known: Known
) -> dict[str, Source]:
    """Add the sources of the numbers and countries that a text names, each page once."""
    sources = {source.id: source for source in own}
    uses = [use for text in parsed.values() for use in text.uses]
    for name in dict.fromkeys(use.name for use in uses if use.kind == "number"):
        if name in known.numbers:
            _cited(known.numbers[name].source, sources)
    for state in dict.fromkeys(use.name for use in uses if use.kind == "visa"):
        for visa in visas.of_state(known.countries, state):
            _cited(visa.source, sources)
    return sources


def _cited(wanted: Source, sources: dict[str, Source]) -> str:
    """Return the id of the listed source that another is: the same page, checked no later; or list it."""
    for source in sources.values():
        same = source.url == wanted.url if wanted.url else source.title == wanted.title
        if source.id == wanted.id or (same and source.checked <= wanted.checked):
            return source.id
    sources[wanted.id] = wanted
    return wanted.id


def _resolved(
    language: Language, blocks: tuple[Block, ...], listed: Mapping[str, Source], known: Known
) -> tuple[Block, ...]:
    """Put the numbers and the tables of countries in, each with a citation of its source."""
    sources = dict(listed)  # in which all of them are, so that nothing is added here

    def resolved(span: Span) -> Span:
        if span.number is None or span.number not in known.numbers:
            return span
        number = known.numbers[span.number]
        return replace(span, text=number.value, cite=_cited(number.source, sources))

    def cite(visa: Visa) -> str:
        return _cited(visa.source, sources)

    whole = tuple(
        replace(block, spans=tuple(map(resolved, block.spans)))
        if any(span.number for span in block.spans)
        else block
        for block in blocks
    )
    return visas.filled(whole, known.countries, language, cite)

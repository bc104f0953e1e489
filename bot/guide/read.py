"""Each kind of the guide's YAML files: what may stand in it, and what it becomes.

A shape is a thing of the model with what its file may say under each key.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, ValidationInfo, with_config
from pydantic_core import PydanticCustomError

from bot.content.document import Document, Loc
from bot.content.problems import BAD_ID, NOT_ALLOWED, WRONG_KIND, Problem
from bot.content.shape import AN_ID, FILE, FOLLOWS, ID, Day, Id, PartialDate, shaped, validate
from bot.guide.model import (
    Bilingual,
    Country,
    Fact,
    Flow,
    Language,
    Notice,
    Number,
    Rule,
    Source,
    Term,
    Value,
    Visa,
)

_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_LATIN = re.compile("[a-z]", re.IGNORECASE)

_T = TypeVar("_T")
Found = tuple[_T | None, list[Problem]]
"""What was read, unless something is wrong with it."""


@dataclass(frozen=True)
class Known:
    """What answers and flows refer to; `whole` and `doubtful`: whose absence may be another file's fault."""

    facts: Mapping[str, Fact]
    numbers: Mapping[str, Number]
    countries: Mapping[str, Country]
    whole: bool  # the vocabulary was read without a problem
    doubtful: frozenset[str]  # countries whose numbers could not all be read

    def no_fact(self, id: str) -> tuple[str, str]:
        """Return the code and words for a fact that is not there."""
        return ("G201", f"there is no fact {id} in vocab.yaml") if self.whole else (FOLLOWS, "")

    def no_number(self, id: str) -> tuple[str, str]:
        """Return the code and words for a number that is not there."""
        there = id.partition(".")[0] not in self.doubtful
        return ("G206", f"there is no number {id} in countries/") if there else (FOLLOWS, "")

    def values(self, fact: str) -> tuple[str, ...]:
        """Return the ids of a fact's values."""
        return tuple(value.id for value in self.facts[fact].values)


def is_russian(text: str) -> bool:
    """Tell whether a text has more Cyrillic than Latin letters."""
    return len(_CYRILLIC.findall(text)) > len(_LATIN.findall(text))


def _translated(words: str) -> str:
    if is_russian(words):
        raise PydanticCustomError("G503", "this is not translated")
    return words


def _known_fact(id: str, info: ValidationInfo) -> str:
    known = info.context
    assert isinstance(known, Known)
    if id not in known.facts:
        raise PydanticCustomError(*known.no_fact(id))
    return id


def _address(url: str) -> str:
    if not re.fullmatch(r"https?://[^\s/.]+\.\S+", url):
        raise PydanticCustomError(WRONG_KIND, f"{url} is not an address that begins with https://")
    return url


def _caution(written: Any) -> bool:
    if written in (None, "ru"):
        return written is not None
    raise PydanticCustomError(NOT_ALLOWED, f"{written} is none of ru")


FactId = Annotated[
    str, shaped("[a-z][a-z0-9_]{0,39}", "an id of a fact or number: small Latin letters, digits and _")
]
ValueId = Annotated[
    str, shaped("[a-z0-9][a-z0-9_-]{0,39}", "an id of a value: small Latin letters, digits, _ and -")
]
KnownFact = Annotated[str, AfterValidator(_known_fact)]
Mark = Literal["H", "M", "L", "GK"]
"""How well a statement is supported: by two sources or an official one, one decent, one weak, none."""
Caution = Annotated[bool, BeforeValidator(_caution)]
Address = Annotated[str, AfterValidator(_address)]
LONE = BeforeValidator(lambda written: [written] if isinstance(written, str) else written)
"""A single word counts as a list of one."""
SOME = Field(min_length=1)

CHECKED = {"checked": "G403"}
"""Codes of missing keys that have their own."""


@dataclass(frozen=True)
class Words(Bilingual):
    """Words in both languages, as written."""

    en: Annotated[str, AfterValidator(_translated)]


@dataclass(frozen=True)
class _Value(Value):
    id: ValueId
    code: Annotated[str, shaped("[a-z0-9]", "a code: one small Latin letter or digit")]
    label: Words


@with_config(FILE)
@dataclass(frozen=True)
class _Fact(Fact):
    id: FactId
    code: Annotated[str, shaped("[a-z]", "a code: one small Latin letter")]
    ask: Words
    short: Words
    values: Annotated[tuple[_Value, ...], SOME]


@with_config(FILE)
@dataclass(frozen=True)
class _Vocabulary:
    facts: list[Any]


@dataclass(frozen=True, kw_only=True)
class _Sourced:
    source: str
    as_of: PartialDate | None
    checked: Day
    mark: Mark
    url: Address | None = None
    caution: Caution = False

    def as_source(self, id: str) -> Source:
        return Source(id, self.url, self.source, self.as_of, self.checked, self.mark, self.caution)


@dataclass(frozen=True, kw_only=True)
class _Number(_Sourced):
    value: str
    unit: str


@dataclass(frozen=True, kw_only=True)
class _Visa(_Sourced):
    state: Literal["free", "on-arrival", "permit", "visa", "unconfirmed"]
    days: Annotated[int, Field(ge=1, le=366)] | None = None
    note: Words | None = None


@with_config(FILE)
@dataclass(frozen=True, kw_only=True)
class _Country:
    name: Words | None = None
    visa: _Visa | None = None
    facts: Mapping[FactId, _Number] = field(default_factory=dict)


@dataclass(frozen=True)
class _Forms:
    ru: Annotated[tuple[str, ...], SOME]
    en: Annotated[tuple[str, ...], SOME]


@dataclass(frozen=True, kw_only=True)
class _Term:
    id: Id
    forms: _Forms
    title: Words
    text: Words
    answer: Id | None = None


@with_config(FILE)
@dataclass(frozen=True)
class _Glossary:
    terms: tuple[_Term, ...]


@dataclass(frozen=True, kw_only=True)
class ListedSource(Source):
    """A source as an answer lists it."""

    id: Id
    url: Address | None
    published: PartialDate | None
    checked: Day
    mark: Mark
    caution: Caution = False


@dataclass(frozen=True, kw_only=True)
class _NoticeSource(ListedSource):
    id: str = ""  # the notice's own
    mark: Mark = "M"


@with_config(FILE)
@dataclass(frozen=True, kw_only=True)
class _Notice(Notice):
    id: Id
    first: Annotated[Day, Field(alias="from")]
    until: Day
    where: Annotated[tuple[Id, ...], LONE]
    level: Literal["info", "warning", "danger"]
    text: Words
    source: _NoticeSource


@dataclass(frozen=True, kw_only=True)
class _Rule(Rule):
    when: Mapping[KnownFact, Annotated[tuple[str, ...], LONE]] = field(default_factory=dict)


@with_config(FILE)
@dataclass(frozen=True, kw_only=True)
class _Flow(Flow):
    id: Id
    ask: KnownFact
    only: Annotated[tuple[str, ...], SOME] = ()
    intro: Words | None = None
    lead: str | None = None
    next: Annotated[tuple[_Rule, ...], SOME]


_VOCABULARY, _FACT = TypeAdapter(_Vocabulary), TypeAdapter(_Fact)
_COUNTRY, _NOTICE, _FLOW = TypeAdapter(_Country), TypeAdapter(_Notice), TypeAdapter(_Flow)
_GLOSSARY = TypeAdapter(_Glossary)
_REDIRECTS = TypeAdapter(dict[Id, Id], config=FILE)


def read_vocabulary(document: Document) -> tuple[dict[str, Fact], list[Problem]]:
    """Read vocab.yaml: the closed vocabulary of facts; facts with problems are left out."""
    file, problems = validate(document, _VOCABULARY)
    facts: dict[str, Fact] = {}
    seen: set[tuple[str, str]] = set()
    for at in range(len(file.facts) if file else 0):
        fact, wrong = validate(document, _FACT, ("facts", at))
        if fact:
            wrong += document.repeated(("facts", at), seen, id=fact.id, code=fact.code)
            values: set[tuple[str, str]] = set()
            for index, value in enumerate(fact.values):
                place = ("facts", at, "values", index)
                wrong += document.repeated(place, values, id=value.id, code=value.code)
        if fact and not wrong:
            facts[fact.id] = fact
        problems += wrong
    return facts, problems


def read_country(document: Document, id: str) -> Found[Country]:
    """Read countries/<cc>.yaml: numbers that recur and whether a visa is needed, each with its source."""
    file, problems = validate(document, _COUNTRY, missing=CHECKED | {"source": "G410"})
    if file is None:
        return None, problems
    numbers = {}
    for name, written in file.facts.items():
        number = f"{id}.{name}"
        numbers[number] = Number(number, written.value, written.as_source(number), written.unit)
    visa = None
    if file.visa:
        visa = Visa(file.visa.state, file.visa.days, file.visa.note, file.visa.as_source(f"{id}.visa"))
        if file.name is None:
            problems.append(document.problem(("visa",), "G104", "name is missing: what is it called?"))
    return Country(id, file.name, visa, numbers), problems


def read_glossary(document: Document) -> tuple[dict[str, Term], list[Problem]]:
    """Read glossary.yaml: terms that a reader may not know."""
    file, problems = validate(document, _GLOSSARY)
    terms: dict[str, Term] = {}
    seen: set[tuple[str, str]] = set()
    for at, term in enumerate(file.terms if file else ()):
        problems += document.repeated(("terms", at), seen, id=term.id)
        forms = {Language.RU: term.forms.ru, Language.EN: term.forms.en}
        terms[term.id] = Term(term.id, forms, term.title, term.text, term.answer)
    return terms, problems


def read_notice(document: Document, id: str) -> Found[Notice]:
    """Read notices/<id>.yaml: something that holds between two dates in some places."""
    notice, problems = validate(document, _NOTICE, missing=CHECKED)
    if notice is None:
        return None, problems
    return replace(notice, source=replace(notice.source, id=id)), same_id(document, notice.id, id)


def read_redirects(document: Document) -> tuple[dict[str, str], list[Problem]]:
    """Read redirects.yaml: old id → the answer that took its place."""
    if document.data is None:
        return {}, []
    redirects, problems = validate(document, _REDIRECTS)
    return redirects or {}, problems


def read_flow(document: Document, id: str, known: Known) -> Found[Flow]:
    """Read flows/<id>.yaml: one question and where its answers lead."""
    flow, problems = validate(document, _FLOW, context=known)
    if flow is None:
        return None, problems
    problems += same_id(document, flow.id, id)
    problems += unknown_values(document, ("only",), flow.ask, flow.only, known)
    for at, rule in enumerate(flow.next):
        for fact, values in rule.when.items():
            problems += unknown_values(document, ("next", at, "when", fact), fact, values, known)
    return replace(flow, only=flow.only or known.values(flow.ask)), problems


def same_id(document: Document, written: str, id: str) -> list[Problem]:
    """Return the problem with an id that is not the file's name."""
    if written == id:
        return []
    return [document.problem(("id",), BAD_ID, f"the id is {written}, but the file is called {id}")]


def misnamed(document: Document, name: str, what: str) -> list[Problem]:
    """Return the problem with a file's or folder's name that is not an id."""
    if re.fullmatch(ID, name):
        return []
    return [document.problem(1, BAD_ID, f"the {what}'s name {name} is not {AN_ID}")]


def unknown_values(
    document: Document, at: Loc | int, fact: str, values: Iterable[str], known: Known
) -> Iterator[Problem]:
    """Yield values that a fact does not have."""
    has = known.values(fact)
    for value in values:
        if value not in has:
            yield document.problem(at, "G202", f"{fact} has no value {value}; it has {', '.join(has)}")

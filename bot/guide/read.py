"""Each kind of content file: what may stand in it, and what it becomes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import yaml

from bot.guide.model import (
    Fact,
    Flow,
    Notice,
    Number,
    Rule,
    Source,
    Value,
)
from bot.guide.nodes import FACT_ID, ID, VALUE_ID, Sheet

_CODE = re.compile(r"[a-z]")
_VALUE_CODE = re.compile(r"[a-z0-9]")
AN_ID = "an id: small Latin letters, digits and -, at most 40"
_A_FACT_ID = "an id of a fact: small Latin letters, digits and _"


class Mark(StrEnum):
    """How well a statement is supported: by two sources or an official one, one decent, one weak, none."""

    H = "H"
    M = "M"
    L = "L"
    GK = "GK"


class _Caution(StrEnum):
    RU = "ru"


class _Level(StrEnum):
    INFO = "info"
    WARNING = "warning"
    DANGER = "danger"


@dataclass(frozen=True)
class Known:
    """What answers and flows refer to; `whole` and `doubtful`: whose absence may be another file's fault."""

    facts: Mapping[str, Fact]
    numbers: Mapping[str, Number]
    whole: bool  # the vocabulary was read without a problem
    doubtful: frozenset[str]  # countries whose numbers could not all be read


def read_vocabulary(sheet: Sheet) -> dict[str, Fact]:
    """Read vocab.yaml: the closed vocabulary of facts; facts with problems are left out."""
    facts: dict[str, Fact] = {}
    codes: dict[str, str] = {}
    for node in sheet.items(sheet.fields(sheet.root, ("facts",)).get("facts")):
        before = len(sheet.problems)
        found = sheet.fields(node, ("id", "code", "ask", "short", "values"))
        id = sheet.shaped(found.get("id"), FACT_ID, _A_FACT_ID)
        code = sheet.shaped(found.get("code"), _CODE, "a code: one small Latin letter")
        sheet.unique(facts, id, found.get("id"), "fact")
        sheet.unique(codes, code, found.get("code"), "code")
        values = _values(sheet, found.get("values"))
        fact = Fact(id, code, sheet.bilingual(found.get("ask")), sheet.bilingual(found.get("short")), values)
        codes[code] = id
        if len(sheet.problems) == before:
            facts[id] = fact
    return facts


def _values(sheet: Sheet, node: yaml.Node | None) -> tuple[Value, ...]:
    values: dict[str, Value] = {}
    codes: dict[str, str] = {}
    for item in sheet.items(node):
        found = sheet.fields(item, ("id", "code", "label"))
        id = sheet.shaped(found.get("id"), VALUE_ID, "an id of a value: small Latin letters, digits, _ and -")
        code = sheet.shaped(found.get("code"), _VALUE_CODE, "a code: one small Latin letter or digit")
        sheet.unique(values, id, found.get("id"), "value")
        sheet.unique(codes, code, found.get("code"), "code")
        codes[code] = id
        values[id] = Value(id, code, sheet.bilingual(found.get("label")))
    if node is not None and not values:
        sheet.note(node, "G106", "a fact needs values")
    return tuple(values.values())


def read_numbers(sheet: Sheet, country: str) -> dict[str, Number]:
    """Read countries/<cc>.yaml: numbers that recur, each with its source."""
    numbers: dict[str, Number] = {}
    for name, node in sheet.mapping(sheet.fields(sheet.root, ("facts",)).get("facts")).items():
        if not FACT_ID.fullmatch(name):
            sheet.note(node, "G108", f"{name} is not a name of a number: small Latin letters, digits and _")
        found = sheet.fields(
            node, ("value", "unit", "as_of", "mark"), ("source", "url", "checked", "caution")
        )
        if found and "source" not in found:
            sheet.note(node, "G410", f"{name} has no source")
        id = f"{country}.{name}"
        source = Source(
            id=id,
            url=_address(sheet, found.get("url")),
            title=sheet.text(found.get("source")),
            published=sheet.partial_date(found.get("as_of")),
            checked=_checked(sheet, node, found),
            mark=sheet.choice(found.get("mark"), Mark),
            caution=cautioned(sheet, found),
        )
        numbers[id] = Number(id, sheet.text(found.get("value")), source, sheet.text(found.get("unit")))
    return numbers


def read_notice(sheet: Sheet, id: str) -> Notice:
    """Read notices/<id>.yaml: something that holds between two dates in some places."""
    found = sheet.fields(sheet.root, ("id", "from", "until", "where", "level", "text", "source"))
    same_id(sheet, found.get("id"), id)
    return Notice(
        id=id,
        first=sheet.date(found.get("from")),
        until=sheet.date(found.get("until")),
        where=tuple(sheet.shaped(node, ID, AN_ID) for node in sheet.items(found.get("where"), lone=True)),
        level=str(sheet.choice(found.get("level"), _Level)),
        text=sheet.bilingual(found.get("text")),
        source=read_source(sheet, found.get("source"), id),
    )


def read_redirects(sheet: Sheet) -> dict[str, str]:
    """Read redirects.yaml: old id → the answer that took its place."""
    redirects: dict[str, str] = {}
    for old, node in sheet.mapping(sheet.root).items():
        if not ID.fullmatch(old):
            sheet.note(node, "G108", f"{old} is not {AN_ID}")
        redirects[old] = sheet.shaped(node, ID, AN_ID)
    return redirects


def read_flow(sheet: Sheet, id: str, known: Known) -> Flow:
    """Read flows/<id>.yaml: one question and where its answers lead."""
    found = sheet.fields(sheet.root, ("id", "ask", "next"), ("only", "intro", "lead"))
    same_id(sheet, found.get("id"), id)
    ask = sheet.text(found.get("ask"))
    fact = known_fact(sheet, found.get("ask"), ask, known)
    only = sheet.texts(found.get("only"))
    for value, node in zip(only, sheet.items(found.get("only")), strict=False):
        known_value(sheet, node, fact, value)
    if "only" in found and not only:
        sheet.note(found["only"], "G106", "a question needs answers")
    rules = tuple(_rule(sheet, node, known) for node in sheet.items(found.get("next")))
    if "next" in found and not rules:
        sheet.note(found["next"], "G106", "a question must lead somewhere")
    return Flow(
        id=id,
        ask=ask,
        only=only or tuple(value.id for value in fact.values) if fact else only,
        intro=sheet.bilingual(found["intro"]) if "intro" in found else None,
        lead=sheet.optional(found.get("lead")),
        next=rules,
    )


def _rule(sheet: Sheet, node: yaml.Node, known: Known) -> Rule:
    found = sheet.fields(node, ("to",), ("when",))
    when: dict[str, tuple[str, ...]] = {}
    for name, values in sheet.mapping(found.get("when")).items():
        fact = known_fact(sheet, values, name, known)
        when[name] = sheet.texts(values, lone=True)
        for value, item in zip(when[name], sheet.items(values, lone=True), strict=False):
            known_value(sheet, item, fact, value)
    return Rule(when, sheet.text(found.get("to")))


def read_source(sheet: Sheet, node: yaml.Node | None, id: str, extra: tuple[str, ...] = ()) -> Source:
    """Read where a statement comes from; `extra` are keys that must be there besides."""
    found = sheet.fields(node, ("url", "title", "published", *extra), ("checked", "caution", "mark"))
    return Source(
        id=id,
        url=_address(sheet, found.get("url")),
        title=sheet.text(found.get("title")),
        published=sheet.partial_date(found.get("published")),
        checked=_checked(sheet, node, found),
        mark=sheet.choice(found["mark"], Mark) if "mark" in found else Mark.M,
        caution=cautioned(sheet, found),
    )


def _address(sheet: Sheet, node: yaml.Node | None) -> str | None:
    url = sheet.optional(node)
    if url and not re.fullmatch(r"https?://[^\s/.]+\.\S+", url):
        sheet.note(node, "G105", f"{url} is not an address that begins with https://")
    return url


def _checked(sheet: Sheet, node: yaml.Node | None, found: Mapping[str, yaml.Node]) -> date:
    if found and sheet.optional(found.get("checked")) is None:
        sheet.note(node, "G403", "`checked: YYYY-MM-DD` is missing: when was this read?")
        return date.max
    return sheet.date(found.get("checked"))


def cautioned(sheet: Sheet, found: Mapping[str, yaml.Node]) -> bool:
    """Tell whether `caution: ru` stands among the fields."""
    if sheet.optional(found.get("caution")) is None:
        return False
    return sheet.choice(found["caution"], _Caution) is _Caution.RU


def known_fact(sheet: Sheet, at: yaml.Node | int | None, id: str, known: Known) -> Fact | None:
    """Return a fact of the vocabulary, or note that there is none."""
    if id in known.facts or not id:
        return known.facts.get(id)
    if known.whole:
        sheet.note(at, "G201", f"there is no fact {id} in vocab.yaml")
    sheet.spoiled = True
    return None


def known_value(sheet: Sheet, at: yaml.Node | int, fact: Fact | None, id: str) -> None:
    """Note a value that the fact does not have."""
    values = [value.id for value in fact.values] if fact else [id]
    if fact and id not in values:
        sheet.note(at, "G202", f"{fact.id} has no value {id}; it has {', '.join(values)}")


def same_id(sheet: Sheet, node: yaml.Node | None, id: str) -> None:
    """Note an id that is not the file's name."""
    written = sheet.shaped(node, ID, AN_ID)
    if written and written != id:
        sheet.note(node, "G108", f"the id is {written}, but the file is called {id}")

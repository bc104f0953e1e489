"""What may stand in a content file, told by annotated dataclasses that pydantic validates.

A shape is `@with_config(FILE)`; its own validators raise `PydanticCustomError(code, text)`. For all else the
codes and words are here, so that editors are told in the terms of their file, never in pydantic's.
"""

import re
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from bot.content.document import UNREAD, Document, Loc
from bot.content.problems import (
    BAD_DATE,
    BAD_ID,
    EMPTY,
    MISSING_KEY,
    NOT_ALLOWED,
    UNKNOWN_KEY,
    WRONG_KIND,
    Problem,
)

T = TypeVar("T")

FILE = ConfigDict(extra="forbid", str_min_length=1, str_strip_whitespace=True, allow_inf_nan=False)

FOLLOWS = "follows"
"""The code of what is wrong only because another file is: whoever collects problems leaves it untold."""

_EXPECTED = {
    "string_type": "expected text here; text with `: ` or `#` in it needs quotes",
    **dict.fromkeys(("tuple_type", "list_type"), "expected a list here: [a, b]"),
    **dict.fromkeys(("dataclass_type", "dict_type", "mapping_type"), "expected `key: value` lines here"),
}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_PARTIAL_DATE = re.compile(r"\d{4}(-\d\d){0,2}")
_NAMED = frozenset({WRONG_KIND, EMPTY, BAD_ID, BAD_DATE, NOT_ALLOWED})


def validate(
    document: Document,
    shape: TypeAdapter[T],
    at: Loc = (),
    *,
    context: object = None,
    missing: Mapping[str, str] = MappingProxyType({}),
) -> tuple[T, list[Problem]] | tuple[None, list[Problem]]:
    """Turn the part of a document at `at` into what the shape describes, or into all of its problems.

    `context` is for the shape's validators; `missing` has codes of keys whose absence has its own. A document
    that could not be read gives neither value nor problems: its own problems say why.
    """
    data = document.data
    if data is UNREAD:
        return None, []
    for key in at:
        data = data[key]
    try:
        return shape.validate_python(data, context=context), []
    except ValidationError as error:
        errors = error.errors(include_url=False)
        # A list is too short also for the items that are wrong; they are told themselves.
        errors = [one for one in errors if one["type"] != "too_short" or not one["input"]]
        return None, [_problem(document, shape, at, one, missing) for one in errors]


def _problem(
    document: Document, shape: TypeAdapter[Any], at: Loc, error: ErrorDetails, missing: Mapping[str, str]
) -> Problem:
    loc = tuple(key for key in error["loc"] if key != "[key]")
    name = ".".join(key for key in loc if isinstance(key, str))
    code, text = _told(shape, loc, name, error)
    if loc and code in (MISSING_KEY, EMPTY):
        code = missing.get(str(loc[-1]), code)
    return document.problem((*at, *loc), code, f"{name}: {text}" if name and code in _NAMED else text)


def _told(shape: TypeAdapter[Any], loc: Loc, name: str, error: ErrorDetails) -> tuple[str, str]:
    """Return the code of one of pydantic's errors, and what is wrong in words."""
    kind, written, message = error["type"], error["input"], error["msg"]
    if kind == "missing":
        return MISSING_KEY, f"{name} is missing"
    if kind in ("extra_forbidden", "unexpected_keyword_argument"):
        known = _known_keys(shape, loc[:-1])
        near = get_close_matches(str(loc[-1]), known, 1)
        hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
        return UNKNOWN_KEY, f"unknown key {loc[-1]}; {hint}"
    if kind[-3:].isdigit() or kind == FOLLOWS:
        return kind, message
    if written is None or kind in ("string_too_short", "too_short"):
        return EMPTY, "there is nothing here"
    if kind in _EXPECTED:
        return WRONG_KIND, _EXPECTED[kind]
    if kind in ("enum", "literal_error"):
        allowed = error["ctx"]["expected"].replace("'", "").replace(" or ", ", ")
        return NOT_ALLOWED, f"{written} is none of {allowed}"
    return WRONG_KIND, f"{written} {message.removeprefix('Input ')}"  # a number too great, no number, …


def _known_keys(shape: TypeAdapter[Any], loc: Loc) -> list[str]:
    """Return the keys that the shape knows at a place."""
    whole = shape.json_schema()
    part = whole
    for key in (*loc, None):
        while "$ref" in part or "anyOf" in part:  # anyOf: this or null
            part = whole["$defs"][part["$ref"].rpartition("/")[2]] if "$ref" in part else part["anyOf"][0]
        if isinstance(key, int):
            part = part["items"]
        elif key is not None:
            part = part.get("properties", {}).get(key) or part["additionalProperties"]
    return list(part["properties"])


def shaped(pattern: str, what: str) -> AfterValidator:
    """Return what holds a text to a pattern; `what` is what a text that fits is."""

    def held(word: str) -> str:
        if not re.fullmatch(pattern, word):
            raise PydanticCustomError(BAD_ID, f"{word} is not {what}")
        return word

    return AfterValidator(held)


def _day(written: Any) -> Any:
    if not isinstance(written, str):
        return written
    if not _DAY.fullmatch(written) or not _in_calendar(written):
        raise PydanticCustomError(BAD_DATE, f"{written} is not a day such as 2026-11-22")
    return date.fromisoformat(written)


def _partial_date(written: str) -> str:
    if not _PARTIAL_DATE.fullmatch(written) or not _in_calendar((written + "-01-01")[:10]):
        raise PydanticCustomError(BAD_DATE, f"{written} is not a date such as 2026, 2026-11 or 2026-11-22")
    return written


def _in_calendar(day: str) -> bool:
    try:
        return bool(date.fromisoformat(day))
    except ValueError:
        return False


AN_ID = "an id: small Latin letters, digits and -, at most 40"
ID = "[a-z0-9-]{1,40}"
Id = Annotated[str, shaped(ID, AN_ID)]
Day = Annotated[date, BeforeValidator(_day)]
PartialDate = Annotated[str, AfterValidator(_partial_date)]
"""As much of a date as is known: YYYY[-MM[-DD]]."""

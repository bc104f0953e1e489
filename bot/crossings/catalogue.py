"""What is known of every crossing before anybody reports: `content/crossings/*.yaml`, one file a country."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    Field,
    GetPydanticSchema,
    TypeAdapter,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    with_config,
)
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from bot.content.document import Document, Loc, Shelf
from bot.content.problems import WRONG_KIND, Problem, any_error
from bot.content.shape import FILE, Id, PartialDate, shaped, validate
from bot.crossings.report import Mode
from bot.guide.model import Bilingual


def _longitude(lon: float) -> float:
    if -168 < lon < 19:
        raise PydanticCustomError(WRONG_KIND, f"{lon:g} is nowhere at Russia's border")
    return lon


@cache
def _zone(key: str) -> str:
    try:
        ZoneInfo(key)
    except (KeyError, ValueError, OSError):
        raise PydanticCustomError(WRONG_KIND, f"{key} is not an IANA time zone, such as Asia/Chita") from None
    return key


def _named(written: Any, in_both: ValidatorFunctionWrapHandler) -> Any:
    name = (written.strip() or None) if isinstance(written, str) else written
    return name if isinstance(name, str) else in_both(name)


CountryId = Annotated[str, shaped("[a-z]{2,3}", "a country: two small Latin letters, or any")]
Zone = Annotated[str, AfterValidator(_zone)]
# Where Russia and its airports are: a swapped latitude and longitude falls outside.
Latitude = Annotated[float, Field(ge=40, le=82)]
Longitude = Annotated[float, Field(ge=-180, le=180), AfterValidator(_longitude)]

# Told as a Bilingual, not as a union: of that an editor would hear what is wrong with either.
Source = Annotated[
    str | Bilingual,
    GetPydanticSchema(lambda _, handler: handler(Annotated[Bilingual, WrapValidator(_named)])),
]
"""Who says so, as a person would name it: a name, or words in both languages."""


class Type(StrEnum):
    """What leads through a crossing."""

    ROAD = "road"
    RAIL = "rail"
    AIR = "air"
    RIVER = "river"
    FERRY = "ferry"


class Access(StrEnum):
    """Whose citizens may pass."""

    MULTILATERAL = "multilateral"
    BILATERAL = "bilateral"
    ABKHAZIA = "abkhazia"
    SOUTH_OSSETIA = "south-ossetia"
    UNION_STATE = "union-state"
    UNKNOWN = "unknown"


class Admitted(StrEnum):
    """Whether a crossing lets a mode through."""

    YES = "yes"
    NO = "no"
    UNCONFIRMED = "unconfirmed"


class Opening(StrEnum):
    """What a crossing's owner last said of it."""

    OPEN = "open"
    CLOSED = "closed"
    LIMITED = "limited"
    UNKNOWN = "unknown"


class Mark(StrEnum):
    """How well something is known: official or two sources, one decent, one weak, general knowledge."""

    H = "H"
    M = "M"
    L = "L"
    GK = "GK"

    @property
    def unconfirmed(self) -> bool:
        """Whether it must be shown as unconfirmed."""
        return self in (Mark.L, Mark.GK)


class About(StrEnum):
    """What a fact is about."""

    HOURS = "hours"
    CLOSURE = "closure"
    WAIT = "wait"
    THROUGHPUT = "throughput"
    SEASON = "season"
    QUEUE = "queue"
    SERVICES = "services"
    EQUEUE = "equeue"
    ALTERNATIVE = "alternative"
    ACCESS = "access"
    OTHER = "other"


class Confidence(StrEnum):
    """How sure we are of a crossing as a whole."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True)
class Name(Bilingual):
    """A crossing's name, also as written on the other side."""

    local: str | None = None


@dataclass(frozen=True)
class Position:
    """Degrees; the crossing is within `within_km` of there."""

    lat: Latitude
    lon: Longitude
    within_km: Annotated[float, Field(ge=0, le=100)]


@dataclass(frozen=True)
class Admission:
    """Whether a mode is let through, and what is peculiar about it."""

    admitted: Admitted
    note: Bilingual | None = None


@dataclass(frozen=True)
class Status:
    """What was last said officially; `as_of` YYYY[-MM[-DD]], None = undated."""

    state: Opening
    as_of: PartialDate | None
    source: Source
    text: Bilingual | None = None


@dataclass(frozen=True)
class Landmark:
    """A place by which people say where the queue ends; `km` from the post, on the Russian side."""

    name: Bilingual
    km: Annotated[float, Field(gt=0, le=100)]
    source: Source
    as_of: PartialDate | None
    mark: Mark

    @property
    def id(self) -> str:
        """What a report and a button call it."""
        return re.sub("[^a-z0-9]+", "-", self.name.en.lower()).strip("-")[:40]


@dataclass(frozen=True)
class Known:
    """A fact from elsewhere, with its source."""

    about: About
    text: Bilingual
    source: Source
    as_of: PartialDate | None
    mark: Mark


@dataclass(frozen=True)
class Crossing:
    """A border crossing out of Russia."""

    id: Id
    country: CountryId
    name: Name
    region: Bilingual
    position: Position
    type: Type
    access: Access
    zone: Zone
    modes: Annotated[Mapping[Mode, Admission], Field(min_length=1)]
    status: Status
    confidence: Confidence
    other_side: Bilingual | None = None
    nicknames: tuple[str, ...] = ()
    warnings: tuple[Bilingual, ...] = ()
    landmarks: tuple[Landmark, ...] = ()
    facts: tuple[Known, ...] = ()
    alternatives: tuple[Id, ...] = ()
    guide: tuple[Id, ...] = ()

    @property
    def timezone(self) -> ZoneInfo:
        """The zone of the Russian side."""
        return ZoneInfo(self.zone)

    def landmark(self, id: str) -> Landmark | None:
        """Return the landmark of that id."""
        return next((landmark for landmark in self.landmarks if landmark.id == id), None)

    @property
    def for_people(self) -> bool:
        """Whether people, and not only freight, may be able to pass now."""
        passable = any(
            mode is not Mode.TRUCK and admission.admitted is not Admitted.NO
            for mode, admission in self.modes.items()
        )
        return passable and self.status.state is not Opening.CLOSED


@dataclass(frozen=True)
class Country:
    """What lies on the other side; `any` for the airports."""

    id: str
    name: Bilingual
    note: Bilingual | None
    guide: tuple[str, ...]


@dataclass(frozen=True)
class Catalogue:
    """All crossings and countries by id, in the order of the files."""

    crossings: Mapping[str, Crossing]
    countries: Mapping[str, Country]

    def of(self, country: str) -> tuple[Crossing, ...]:
        """Return a country's crossings."""
        return tuple(crossing for crossing in self.crossings.values() if crossing.country == country)


@dataclass(frozen=True)
class Loaded:
    """What could be read, and what is wrong with the rest; no catalogue if not one crossing could be read."""

    catalogue: Catalogue | None
    problems: tuple[Problem, ...]


@with_config(FILE)
@dataclass(frozen=True, kw_only=True)
class _Entry(Crossing):
    country: SkipJsonSchema[str] = field(default="", init=False)  # said once, for the file


@with_config(FILE)
@dataclass(frozen=True)
class _File:
    country: CountryId
    name: Bilingual
    crossings: Annotated[list[Any], Field(min_length=1)]
    note: Bilingual | None = None
    guide: tuple[Id, ...] = ()


_FILE, _ENTRY = TypeAdapter(_File), TypeAdapter(_Entry)


def load(folder: Path, answers: Collection[str] | None = None, today: date | None = None) -> Loaded:
    """Read the catalogue, a folder in the content folder, and report every problem at once.

    A file or crossing that cannot be read is left out, the rest serves. Ids under `guide` are checked if the
    ids of the `answers` are given, dates against `today` if that is.
    """
    shelf = Shelf(folder.parent, "C")
    crossings: dict[str, Crossing] = {}
    countries: dict[str, Country] = {}
    places: dict[str, tuple[Document, Loc]] = {}
    seen: set[tuple[str, str]] = set()
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        document = shelf.yaml(path)
        head, wrong = validate(document, _FILE)
        problems += [*document.problems, *wrong]
        if head is None:
            continue
        problems += _misfits(document, path.stem, head, answers)
        countries.setdefault(head.country, Country(head.country, head.name, head.note, head.guide))
        for index in range(len(head.crossings)):
            at: Loc = ("crossings", index)
            entry, wrong = validate(document, _ENTRY, at)
            if entry:
                wrong += document.repeated(at, seen, id=entry.id)
            if entry and not wrong:
                crossing = Crossing(**vars(entry) | {"country": head.country})
                crossings[crossing.id] = crossing
                places[crossing.id] = document, at
                wrong += _oddities(document, at, crossing, answers, today)
            problems += wrong
    if not crossings:
        nothing = shelf.blank(folder).problem(1, "C112", "no crossing could be read")
        return Loaded(None, (*sorted(problems), nothing))
    whole = not any_error(problems)  # else what is named and not there may only be broken
    for id, (document, at) in places.items():
        problems += _loose_ends(document, at, crossings[id], crossings) if whole else ()
        known = tuple(other for other in crossings[id].alternatives if other in crossings and other != id)
        crossings[id] = replace(crossings[id], alternatives=known)
    catalogue = Catalogue(MappingProxyType(crossings), MappingProxyType(countries))
    return Loaded(catalogue, tuple(sorted(problems)))


def _misfits(
    document: Document, name: str, head: _File, answers: Collection[str] | None
) -> Iterator[Problem]:
    if name != head.country:
        yield document.problem(("country",), "C113", f"{head.country} belongs into {head.country}.yaml")
    yield from _guide(document, (), head.guide, answers)


def _oddities(
    document: Document, at: Loc, crossing: Crossing, answers: Collection[str] | None, today: date | None
) -> Iterator[Problem]:
    yield from _guide(document, at, crossing.guide, answers)
    named: set[str] = set()
    for index, landmark in enumerate(crossing.landmarks):
        if landmark.id in named or not landmark.id:
            text = f"landmark {landmark.name.en} stands here twice, or its English name has no Latin letters"
            yield document.problem((*at, "landmarks", index), "C209", text)
        named.add(landmark.id)
    dated: list[tuple[Loc, str | None]] = [(("status",), crossing.status.as_of)]
    dated += [(("landmarks", index), landmark.as_of) for index, landmark in enumerate(crossing.landmarks)]
    dated += [(("facts", index), fact.as_of) for index, fact in enumerate(crossing.facts)]
    for loc, as_of in dated:
        if today is not None and as_of is not None and as_of > today.isoformat()[: len(as_of)]:
            yield document.problem((*at, *loc, "as_of"), "C411", f"{as_of} has not come yet")


def _loose_ends(
    document: Document, at: Loc, crossing: Crossing, all_of_them: Collection[str]
) -> Iterator[Problem]:
    for index, other in enumerate(crossing.alternatives):
        if other == crossing.id or other not in all_of_them:
            why = (
                f"{other} is this crossing itself"
                if other == crossing.id
                else f"there is no crossing {other}"
            )
            yield document.problem((*at, "alternatives", index), "C208", why)


def _guide(
    document: Document, at: Loc, ids: tuple[str, ...], answers: Collection[str] | None
) -> Iterator[Problem]:
    for index, id in enumerate(ids):
        if answers is not None and id not in answers:
            yield document.problem((*at, "guide", index), "C204", f"there is no answer {id}")

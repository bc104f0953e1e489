"""Which crossing somebody means: any spelling, the other side's name, a typo, the wrong keyboard layout."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from types import MappingProxyType

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bot.crossings.catalogue import Catalogue, Crossing, Type
from bot.crossings.spelling import fold, one_alphabet, other_layouts, skeleton, stem, words

MOST = 8
"""How many crossings are offered at once."""

LONGEST_QUERY = 80
"""Nobody calls a crossing by a longer name; what is longer is only searched for a name in it."""


def _set(text: str) -> frozenset[str]:
    return frozenset(fold(word) for word in text.split())


# Words around a name that do not tell crossings apart.
_FILLERS = _set(
    "кпп мапп дапп жапп жпп апп пп пункт пункта пункте пропуска переход перехода переходе погранпереход "
    "граница границу границе границы на в во через у около очередь кто где как там сейчас что с из по до рф "
    "border crossing checkpoint point post queue near via now the at on in to with from russia"
)
# Such words, but they are also names of crossings, or parts of them.
_SOFT_FILLERS = _set("пограничный пограничного пограничном пост порт port")
_HINTS: Mapping[str, tuple[Type, ...]] = {
    word: types
    for text, types in (
        ("аэропорт аэропорта аэропорту аэропорте airport самолет flight", (Type.AIR,)),
        ("жд железнодорожный поезд поездом поезде вокзал станция rail railway train", (Type.RAIL,)),
        ("порт паром паромом port ferry", (Type.FERRY, Type.RIVER)),
        ("авто автомобильный машина машине машиной пешком road car foot", (Type.ROAD,)),
    )
    for word in _set(text)
}
_AIRPORT_WORDS = frozenset(word for word, types in _HINTS.items() if Type.AIR in types)
_TRAIN_WORDS = frozenset(word for word, types in _HINTS.items() if Type.RAIL in types)
_POST_WORDS = _set("кпп мапп дапп жапп пункт переход переходе checkpoint crossing")
# Common words, or names of other places: inside a sentence these are a crossing only if something says so.
_COMMON = frozenset(
    stem(word)
    for word in _set(
        "светлый теплое пограничный железнодорожный орда горняк морское верхний нижний комсомольский веселое "
        "невольное роки рук полынный убе мост аул абхазия осетия грузия гусев лотта лобок "
        "road light warm mountain orda aul ube roki salla samara lobok temporary временный bridge мост line"
    )
)
_SOFT_CASES = re.compile("(?<=..)(ии|ию|иеи)$")  # of names in -ия, which `stem` would shorten differently
_LONGEST_NAME = 4  # words
_SHORTEST_BEGINNING = 3  # sounds
_SHORT = 4  # letters; below, a name inside a sentence counts only in capitals: ВЛ


@dataclass(frozen=True)
class Found:
    """Who was meant.

    `matches` are crossings of that name, best first; if there are none, `nearest` are those with the most
    similar names, to be offered and never to be taken. `sure` is False where a typo was forgiven or only the
    beginning of a name was given. `country` is set if the text names a country instead.
    """

    matches: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()
    sure: bool = True
    country: str | None = None


class Names:
    """The names of all crossings; built once from the catalogue."""

    def __init__(
        self, catalogue: Catalogue, countries: Mapping[str, Iterable[str]] = MappingProxyType({})
    ) -> None:
        """Make them; `countries` has by id what else the countries are called, as `кз`."""
        order = sorted(catalogue.crossings.values(), key=_prominence)
        names = {crossing.id: tuple(dict.fromkeys(_names(crossing))) for crossing in order}
        sounds = cache(skeleton)  # most words come in several names
        self._rank = {crossing.id: rank for rank, crossing in enumerate(order)}
        self._types = {crossing.id: crossing.type for crossing in order}
        own: dict[str, set[str]] = defaultdict(set)
        full: dict[str, set[str]] = defaultdict(set)
        single: dict[str, set[str]] = defaultdict(set)
        plain: dict[str, set[str]] = defaultdict(set)
        slips: dict[str, set[str]] = defaultdict(set)
        stems: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for crossing in order:
            for name, kind in names[crossing.id]:
                parts = words(name)
                key = "".join(map(sounds, parts))
                if not key:
                    continue
                full[key].add(crossing.id)
                plain["".join(parts)].add(crossing.id)
                if kind is not _Kind.OTHER_SIDE:
                    own[key].add(crossing.id)
                if len(parts) <= _LONGEST_NAME:
                    stems[tuple(sounds(stem(part)) for part in parts)].add(crossing.id)
                # A word of a nickname such as "the road to Tbilisi" names no crossing.
                for part in parts if kind is not _Kind.NICKNAME else ():
                    single[sounds(part)].add(crossing.id)
                    single[sounds(stem(part))].add(crossing.id)
                    slips[sounds(part)].add(crossing.id)
                    if len(part) > _SHORT:
                        plain[part].add(crossing.id)
        for key, ids in full.items():
            slips[key] |= ids
        self._own, self._full, self._single, self._stems = own, full, single, stems
        self._plain, self._slips = plain, slips
        # A crossing's name just as it is written is what most people send, and it always means the same.
        self._written = {name.casefold() for of in names.values() for name, _ in of}
        self._found: dict[str, Found] = {}
        self._sorted = sorted(set(full) | set(single))
        self._skeletons = sorted(slips)
        self._plains = sorted(plain)
        self._countries = _Countries(catalogue, countries)

    def find(self, query: str) -> Found:
        """Return who is meant by a text that is meant to be a name."""
        query = one_alphabet(query.strip().lstrip("/"))
        written = query.casefold().replace("_", " ")
        if written not in self._written:  # what else people type is not kept, not even here
            return self._find(query)
        if (found := self._found.get(written)) is None:
            found = self._found[written] = self._find(query)
        return found

    def _find(self, query: str) -> Found:
        readings = [query, *other_layouts(query)] if len(query) <= LONGEST_QUERY else [query]
        for reading in readings:
            found = self._same(words(reading), self._of_name)
            if found:
                return Found(found)
            country = self._countries.called(words(reading))
            if country is not None:
                return Found(country=country)
        inside = self.mentioned(query)
        if inside:
            return Found(inside)
        if len(query) > LONGEST_QUERY:
            return Found()
        similar = [self._similar(words(reading)) for reading in readings]
        distance, near = min(similar, key=lambda entry: entry[0])
        slips, meant = min(self._countries.similar(words(reading)) for reading in readings)
        if slips < distance:
            return Found(country=meant, sure=False)
        guesses = set(near)
        for reading in readings:
            guesses.update(self._same(words(reading), self._beginning))
        if guesses:
            return Found(self._ranked(guesses), sure=False)
        return Found(nearest=self._nearest([words(reading) for reading in readings]), sure=False)

    def mentioned(self, text: str) -> tuple[str, ...]:
        """Return the crossing that a sentence names; several if unclear which, none rather than a guess."""
        written = re.findall(r"\w+", one_alphabet(text))
        tokens = [(sign, fold(sign)) for sign in written]
        hints = {token for _, token in tokens}
        groups = [self._plausible(group, hints) for group in self._mentions(tokens)]
        groups = [group for group in groups if group]
        if not groups:
            return ()
        common = set.intersection(*groups)
        return self._ranked(common or set.union(*groups))

    def _mentions(self, tokens: list[tuple[str, str]]) -> Iterator[set[str]]:
        bones = tuple(skeleton(stem(token)) for _, token in tokens)
        start = 0
        while start < len(tokens):
            for length in range(min(_LONGEST_NAME, len(tokens) - start), 0, -1):
                found = self._stems.get(bones[start : start + length])
                before = tokens[start - 1][1] if start else ""
                if found and (length > 1 or _stands_out(tokens[start], before, start == 0)):
                    yield found
                    start += length - 1
                    break
            start += 1

    def _plausible(self, ids: set[str], hints: set[str]) -> set[str]:
        """Leave out airports, and stations beside a road, unless the sentence speaks of them."""
        if not hints & _AIRPORT_WORDS:
            ids = {id for id in ids if self._types[id] is not Type.AIR}
        if not hints & _TRAIN_WORDS:
            ids = {id for id in ids if self._types[id] is not Type.RAIL} or ids
        return ids

    def _same(self, parts: list[str], look_up: Callable[[list[str]], set[str]]) -> tuple[str, ...]:
        """Return what `look_up` finds for all the words, or else without those that tell nothing apart."""
        hinted = [type for part in parts for type in _HINTS.get(part, ())]
        bare = [part for part in parts if part not in _FILLERS and part not in _HINTS]
        barest = [part for part in bare if part not in _SOFT_FILLERS]
        for attempt in (parts, bare, barest):
            found = look_up(attempt)
            if found:
                fitting = {id for id in found if self._types[id] in hinted}
                return self._ranked(fitting if fitting and attempt is not parts else found, attempt)
        return ()

    def _of_name(self, parts: list[str]) -> set[str]:
        """Return the crossings of exactly this name, in any spelling, or whose names have all these words."""
        bones = [skeleton(part) for part in parts]
        found = set(self._full.get("".join(bones), ()))
        if any(len(bone) >= _SHORTEST_BEGINNING for bone in bones):
            found |= set.intersection(
                *(
                    self._single.get(bone) or self._single.get(skeleton(stem(part))) or set()
                    for bone, part in zip(bones, parts, strict=True)
                )
            )
        return found

    def _beginning(self, parts: list[str]) -> set[str]:
        """Return the crossings of which a name, or a word of it, begins so."""
        key = "".join(skeleton(part) for part in parts)
        found: set[str] = set()
        if len(key) < _SHORTEST_BEGINNING:
            return found
        for candidate in self._sorted[bisect_left(self._sorted, key) :]:
            if not candidate.startswith(key):
                break
            found |= self._full.get(candidate, set()) | self._single.get(candidate, set())
        return found

    def _similar(self, parts: list[str]) -> tuple[float, set[str]]:
        """Return the crossings whose names are a typo away, and how far."""
        parts = [part for part in parts if part not in _FILLERS and part not in _HINTS] or parts
        bones = "".join(skeleton(part) for part in parts)
        near = [
            (distance, id)
            for query, owners, keys in (
                ("".join(parts), self._plain, self._plains),
                (bones, self._slips, self._skeletons),
            )
            for key, distance in _typos(query, keys)
            for id in owners[key]
        ]
        best = min((distance for distance, _ in near), default=_FAR)
        return best, {id for distance, id in near if distance == best}

    def _nearest(self, readings: list[list[str]]) -> tuple[str, ...]:
        scores: dict[str, float] = {}
        for parts in readings:
            bones = "".join(skeleton(part) for part in parts if part not in _FILLERS)
            if len(bones) < 3:
                continue
            for key, score, _ in process.extract(
                bones, self._skeletons, scorer=fuzz.ratio, score_cutoff=60, limit=20
            ):
                for id in self._slips[key]:
                    scores[id] = max(scores.get(id, 0), score)
        order = sorted(scores, key=lambda id: (-scores[id], self._rank[id]))
        return tuple(order[: MOST // 2 + 1])

    def _ranked(self, ids: Iterable[str], parts: list[str] | None = None) -> tuple[str, ...]:
        """Order by whether it is the whole own name, the whole name of the other side, then by prominence."""
        key = "".join(skeleton(part) for part in parts or ())
        own, full = self._own.get(key, set()), self._full.get(key, set())
        return tuple(sorted(ids, key=lambda id: (id not in own, id not in full, self._rank[id]))[:MOST])


class _Countries:
    """The names of countries that crossings lead to."""

    def __init__(self, catalogue: Catalogue, called: Mapping[str, Iterable[str]]) -> None:
        self._own = {
            key: country.id
            for country in catalogue.countries.values()
            for name in (country.name.ru, country.name.en)
            for key in _country_keys(words(name))
        }
        others = {
            key: id
            for id, names in called.items()
            if id in catalogue.countries
            for name in names
            for key in _country_keys(words(name))
        }
        self._all = others | self._own

    def called(self, parts: list[str]) -> str | None:
        """Return the country of this name, or of whose town it is the name."""
        return next((self._all[key] for key in _country_keys(parts) if key in self._all), None)

    def similar(self, parts: list[str]) -> tuple[float, str]:
        """Return how many slips the name of the nearest country is away, and which it is."""
        found = [
            (distance, self._own[name])
            for key in _country_keys(parts)
            for name, distance, _ in process.extract(
                key, self._own.keys(), scorer=OSA.distance, score_cutoff=2, limit=None
            )
            if distance <= _forgiven_country(min(len(key), len(name)))
        ]
        return min(found, default=(_FAR, ""))


_FAR = 99.0


def _typos(query: str, keys: list[str]) -> Iterator[tuple[str, float]]:
    """Return the keys that a query differs from by no more slips than its length excuses."""
    most = _forgiven(len(query))
    if not most:
        return
    for key, distance, _ in process.extract(query, keys, scorer=OSA.distance, score_cutoff=most, limit=None):
        if distance <= _forgiven(min(len(query), len(key))):
            yield key, float(distance)


def _forgiven(length: int) -> int:
    # Омск is not a typo of Орск, nor Томск; in a long name two slips still leave no doubt.
    return 0 if length <= _SHORT else 1 if length < 12 else 2


def _forgiven_country(length: int) -> int:
    # There are few countries, and none is called like another: two slips leave no doubt sooner.
    return 0 if length <= _SHORT else 1 if length < 8 else 2


def _country_keys(parts: list[str]) -> tuple[str, ...]:
    """Return a country's name by its sounds, in any case and as it stands (`gruziya`), and as written."""
    bare = [part for part in parts if part not in _FILLERS]
    cases = "".join(skeleton(stem(_SOFT_CASES.sub("ия", part))) for part in bare)
    return tuple(key for key in dict.fromkeys((cases, "".join(map(skeleton, bare)), "".join(bare))) if key)


def _stands_out(word: tuple[str, str], before: str, first: bool) -> bool:
    """Tell whether one word of a sentence can only be a name."""
    written, folded = word
    if len(skeleton(folded)) < _SHORT - 1 or len(folded) < _SHORT:
        return written.isupper() and len(written) > 1
    if stem(folded) in _COMMON:
        return before in _POST_WORDS or (written[0].isupper() and not first)
    return not folded.isdigit()


def _prominence(crossing: Crossing) -> tuple[bool, int]:
    """Put roads first and what is open to people, since nearly everybody means those."""
    return not crossing.for_people, [Type.ROAD, Type.RIVER, Type.FERRY, Type.RAIL, Type.AIR].index(
        crossing.type
    )


class _Kind(Enum):
    OWN = auto()
    NICKNAME = auto()
    OTHER_SIDE = auto()


def _names(crossing: Crossing) -> Iterator[tuple[str, _Kind]]:
    """Return all that a crossing is called."""
    yield crossing.id, _Kind.OWN
    other = crossing.other_side
    for names, kind in (
        ((crossing.name.ru, crossing.name.en), _Kind.OWN),
        (crossing.nicknames, _Kind.NICKNAME),
        ((crossing.name.local or "",), _Kind.OTHER_SIDE),
        ((other.ru, other.en) if other else (), _Kind.OTHER_SIDE),
    ):
        for name in names:
            for variant in _variants(name):
                yield variant, kind


def _variants(name: str) -> Iterator[str]:
    """Take `Курмангазы (Котяевка)` and `A / B` apart, but not `ж/д`."""
    for part in re.split(r"(?<!\b\w)/", name):
        yield part
        outside, bracket, inside = part.partition("(")
        if bracket:
            yield outside
            inside = inside.partition(")")[0]
            if stem(fold(inside.strip())) not in _COMMON:
                yield inside

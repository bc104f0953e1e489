"""What a text names: countries, facts about the person, synonyms, and matters that come before answers.

All of it is content: names of countries and crossings, and the editors' words.yaml.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.guide.model import Guide
from bot.guide.spoken import Cues
from bot.guide.stems import Stems

_SHORTEST_NAME = 4
"""Letters of a crossing's name that tells its country."""

_A_CROSSING = "переход"
"""The word of a cue for which any crossing's name may stand."""


@dataclass(frozen=True)
class Named:
    """What the words of a text name; `terms` are what is looked for: stems, `=synonym`, `@country`."""

    terms: tuple[str, ...]
    places: tuple[str, ...]
    facts: Mapping[str, str]
    matters: tuple[str, ...]  # ids of what they go to


class Gazetteer:
    """Reads words by the editors' cues."""

    def __init__(self, guide: Guide, crossings: Mapping[str, Iterable[str]], stems: Stems) -> None:
        """Take the names of crossings by country from `crossings`."""
        self._stems = stems
        self._empty = guide.spoken.fillers | guide.spoken.little
        self._cues = Cues(_meanings(guide, crossings), stems)

    def named(self, written: Sequence[str]) -> Named:
        """Return what the words of a text name."""
        stems = [self._stems(word) for word in written]
        met = self._cues.met(stems, written)
        # "Is Mashtakovo open" has the cues of "is the crossing open".
        crossings = {
            first for number, (first, _) in met.items() if self._cues.meaning(number)[0] == "crossing"
        }
        if crossings:
            called = [_A_CROSSING if at in crossings else word for at, word in enumerate(written)]
            met = self._cues.met([self._stems(word) for word in called], called) | met
        meant = list(dict.fromkeys(self._cues.meaning(number) for number in sorted(met)))
        # A town is its country: its own name would find what happens to mention that town.
        swallowed = {
            first
            for number, (first, last) in met.items()
            if first == last and self._cues.meaning(number)[0] == "place"
        }
        places = tuple(dict.fromkeys(place for kind, place, _ in meant if kind in ("place", "crossing")))
        facts: dict[str, str] = {}
        for kind, fact, value in meant:
            if kind == "fact":
                facts.setdefault(fact, value)
        terms = [
            stem
            for at, (stem, word) in enumerate(zip(stems, written, strict=True))
            if word not in self._empty and at not in swallowed
        ]
        terms += [f"={name}" for kind, name, _ in meant if kind == "same"]
        terms += [f"@{place}" for place in places]
        return Named(tuple(terms), places, facts, tuple(to for kind, to, _ in meant if kind == "matter"))


def _meanings(
    guide: Guide, crossings: Mapping[str, Iterable[str]]
) -> Iterator[tuple[str, tuple[str, str, str]]]:
    """Return every cue with what it means, those that come first in the file first."""
    spoken = guide.spoken
    for matter in spoken.matters:
        for cue in matter.cues:
            yield cue, ("matter", matter.to, "")
    for name, cues in spoken.same.items():
        for cue in cues:
            yield cue, ("same", name, "")
    yield from _places(guide, crossings)
    for fact, values in spoken.facts.items():
        for value, cues in values.items():
            for cue in cues:
                yield cue, ("fact", fact, value)


def _places(
    guide: Guide, crossings: Mapping[str, Iterable[str]]
) -> Iterator[tuple[str, tuple[str, str, str]]]:
    """Return the cues of countries: the editors' and their names; then the names of crossings to them."""
    for place, cues in guide.spoken.places.items():
        for cue in cues:
            yield cue, ("place", place, "")
    for country in guide.countries.values():
        if country.name:
            yield country.name.ru, ("place", country.id, "")
            yield country.name.en, ("place", country.id, "")
    for place, names in crossings.items():
        for written in names:
            if len(written) >= _SHORTEST_NAME and written.isalpha():
                yield written, ("crossing", place, "")

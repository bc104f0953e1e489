"""What free text would offer: one reader of plain text, from the letters to at most three answers.

In this order: mend how it was typed; see which country, crossing and facts it names; see whether it is an
urgent matter, something we do not help with, a question about a queue; then rank what there is.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import log
from typing import Protocol

from bot.crossings.catalogue import Catalogue
from bot.crossings.names import Names
from bot.guide.alone import Alone
from bot.guide.gazetteer import Gazetteer, Named
from bot.guide.lexical import Lexical
from bot.guide.model import HELP_NOW, NOTHING, QUEUE, STATUS, URGENT, Facts, Guide, Language
from bot.guide.repair import Repair
from bot.guide.spoken import words
from bot.guide.stems import Stems

MOST = 3
"""So many answers are offered."""

LONGEST = 1000
"""Letters of a question that are read; who writes more has said it by then."""

_SENTENCE = re.compile(r"(?<=[.?!])\s+|\n+")
_SHORTEST_SENTENCE = 8  # letters; less says nothing by itself
_SENTENCES = 8  # more are not looked at one by one
_ENOUGH = 1.6  # times the logarithm of the number of lines: BM25 of a line that surely is meant
_ALIKE = 0.6  # likeness of what surely is meant
_A_NAME = 3  # words; a text so short may be a crossing's name and nothing else
_WHOLE_COUNTRIES = frozenset({"any", "ru"})  # topics that no other country's name speaks against


class Route(StrEnum):
    """What a text wants."""

    ANSWER = "answer"
    URGENT = "urgent"
    REFUSE = "refuse"
    CROSSING = "crossing"
    NONE = "none"


@dataclass(frozen=True)
class Asked:
    """What a text would offer: at most `MOST` ids, best first; none of them where the route is none.

    `sure` tells that the first is exact or far ahead, and may be shown without asking. `text` is how the
    question was understood; `crossings`, `countries` and `facts` are what it names.
    """

    route: Route
    ids: tuple[str, ...]
    sure: bool
    text: str
    crossings: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    facts: Facts = field(default_factory=dict)


class Meaning(Protocol):
    """Knows how alike in meaning texts and what is offered are."""

    def like(self, texts: Sequence[str]) -> Mapping[str, float]:
        """Return by id the likeness, at most 1, of the most alike of the texts and of an offer's lines."""


@dataclass(frozen=True)
class Weights:
    """How much each sign of `Search.signs` counts, and how far ahead is far.

    docs/decisions/011-search.md tells how they were chosen.
    """

    signs: Mapping[str, float]
    ahead: float
    """By so much the first must be better than the second to be sure."""
    doubt: float
    """By so much an urgent matter may be worse than an answer and is still offered first."""


LEXICAL = Weights(
    {
        "whole": 1.0, "lines": 0.85, "here": 0.7, "elsewhere": 0.6, "unnamed": 0.5,
        "urgent": 2.4, "refuse": 2.6, "crossing": 1.2, "none": 1.5, "named": 0.8, "bare": 3.0, "strange": 0.5,
        "weak": 0.6,
    },
    ahead=0.8,
    doubt=0.1,
)  # fmt: skip
"""For words alone."""

MIXED = Weights(
    {**LEXICAL.signs, "lines": 0.6, "meaning": 2.6, "weak": 0.4, "unlike": 0.6}, ahead=0.8, doubt=0.1
)
"""For words and meaning."""


class Search:
    """Everything that can be offered, ready to be searched; `meaning` may be given later."""

    def __init__(self, guide: Guide, catalogue: Catalogue, called: Names | None = None) -> None:
        """Make it; `called` are the names of the catalogue's crossings, if somebody has them already."""
        self.lexical, self.mixed = LEXICAL, MIXED
        self.meaning: Meaning | None = None
        spoken = guide.spoken
        self._names = called or Names(catalogue, spoken.countries())
        self._alone = Alone(spoken)
        self._routes = {matter.to: Route(matter.route) for matter in spoken.matters}
        self._titles = {answer.id: answer.title for answer in guide.answers.values()}
        self.lines = tuple(_lines(guide))
        read = _Reader()
        lines = [read(text) for _, text in self.lines]
        bodies = {
            answer.id: [read(block.text) for language in Language for block in answer.body[language]]
            for answer in guide.answers.values()
        }
        bare = [read(_bare(cue)) for cue in spoken.cues()]
        every = [*lines, *(block for body in bodies.values() for block in body), *bare]
        stems = Stems(every)
        names = _crossings(catalogue)
        self._name_terms = {stems(word) for of in names.values() for name in of for word in words(name)}
        self._gazetteer = Gazetteer(guide, names, stems)
        alone = [phrase for phrases in spoken.alone.values() for phrase in phrases]
        others = [read(text) for text in (*spoken.ordinary, *spoken.fillers, *spoken.little, *alone)]
        self._repair = Repair([*every, *others], [*lines, *bare], stems)
        self._exact: dict[tuple[str, ...], str] = {}
        self._lexical = self._index(guide, lines, bodies)

    def _index(
        self, guide: Guide, written: Sequence[Sequence[str]], bodies: Mapping[str, Iterable[Sequence[str]]]
    ) -> Lexical:
        """Return the index of the lines, whose words are `written`, and of the words of texts by id."""
        fields: dict[str, tuple[list[str], list[str], list[str]]] = defaultdict(lambda: ([], [], []))
        lines = []
        self._terms: set[str] = set()
        self._places: dict[str, frozenset[str]] = {}
        for (id, text), said in zip(self.lines, written, strict=True):
            named = self._gazetteer.named(said)
            lines.append((id, named.terms))
            self._terms.update(named.terms)
            self._exact.setdefault(tuple(sorted(named.terms)), id)
            answer = guide.answers.get(id)
            title = answer is not None and text in (answer.title.ru, answer.title.en)
            fields[id][0 if title else 1].extend(named.terms)
            if answer and title:
                own = {answer.topic} - _WHOLE_COUNTRIES
                self._places[id] = self._places.get(id, frozenset()) | own | {*named.places}
        for id, body in bodies.items():
            for block in body:
                fields[id][2].extend(self._gazetteer.named(block).terms)
        return Lexical(fields, lines)

    def title(self, id: str, language: str) -> str:
        """Return the title of an answer; nothing for what is none."""
        title = self._titles.get(id)
        return title[Language(language)] if title else ""

    @property
    def weights(self) -> Weights:
        """What counts now, with `meaning` or without."""
        return self.lexical if self.meaning is None else self.mixed

    def ask(self, text: str) -> Asked:
        """Return what a text would offer."""
        mended = self._repair.mend(text[:LONGEST])
        written = self._repair.slips(words(mended))
        if not written:
            return Asked(Route.NONE, (), False, mended)
        if HELP_NOW in (self._alone.of(words(text)), self._alone.of(written)):
            return Asked(Route.URGENT, self._urgent(), False, mended)
        named = self._gazetteer.named(written)
        crossings, bare = self._crossings(mended, written, named)
        asked = Asked(Route.NONE, (), False, mended, crossings, named.places, named.facts)
        return self._decided(asked, self._scores(self._signs(mended, written, named, crossings, bare)), named)

    def _decided(self, asked: Asked, scores: Mapping[str, float], named: Named) -> Asked:
        """Return what was asked with the route and the offers for these scores."""
        order = sorted(scores, key=lambda id: (-scores[id], id))
        if not order or order[0] == NOTHING:
            return asked
        cued = {order[0], *named.matters}
        far = scores[order[0]] - self.weights.ahead
        # What is no answer stands beside answers only for a reason: it would alarm.
        order = [id for id in order if id in cued or self._route(id) is Route.ANSWER or scores[id] > far]
        order = [id for id in order if id != NOTHING][: MOST + 1]
        if self._route(order[0]) is Route.ANSWER:
            for id in order[1:]:
                if self._route(id) is Route.URGENT and scores[order[0]] - scores[id] < self.weights.doubt:
                    order = [id, *(other for other in order if other != id)]
                    break
        ahead = scores[order[0]] - (scores[order[1]] if len(order) > 1 else 0.0)
        # One word is what is left of many a title: “help” of “What we do not help with”.
        exact = len(named.terms) > 1 and self._exact.get(tuple(sorted(named.terms))) == order[0]
        return replace(
            asked,
            route=self._route(order[0]),
            ids=tuple(order[:MOST]),
            sure=exact or ahead > self.weights.ahead,
        )

    def _urgent(self) -> tuple[str, ...]:
        """Return where help is for who calls for it and says no more: people first."""
        urgent = [id for id, route in self._routes.items() if route is Route.URGENT]
        return tuple(sorted(urgent, key=lambda id: id != URGENT)[:MOST])

    def _route(self, id: str) -> Route:
        return self._routes.get(id, Route.ANSWER)

    def _scores(self, signs: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
        scores: dict[str, float] = defaultdict(float)
        for sign, found in signs.items():
            weight = self.weights.signs[sign]
            for id, value in found.items():
                scores[id] += weight * value
        return scores

    def _signs(
        self, mended: str, written: list[str], named: Named, crossings: tuple[str, ...], bare: bool
    ) -> dict[str, dict[str, float]]:
        """Return what speaks for an offer (or against: below 0), by sign and id, each at most 1.

        `whole` and `lines`: it has the words; `meaning`: it means the same; `here`, `elsewhere`, `unnamed`:
        it is about a country that is named, about another, about one where none is named; `urgent`,
        `refuse`, `crossing`, `none`: a cue; `named`: a crossing is named, `bare`: and nothing else;
        `strange`: the share of words that nothing has; `weak`, `unlike`: how little anything else has the
        words, or the meaning.
        """
        terms = list(dict.fromkeys(named.terms))
        signs: dict[str, dict[str, float]] = defaultdict(dict)
        whole, lines = self._lexical.whole(terms), self._lexical.lines(terms)
        for sign, found in (("whole", whole), ("lines", lines)):
            top = max(found.values(), default=1.0)
            signs[sign] = {id: score / top for id, score in found.items()}
        signs["weak"] = {NOTHING: _lack(lines, _ENOUGH * log(len(self.lines) + 1))}
        if self.meaning is not None:
            likeness = self.meaning.like(self._sayings(mended, written))
            signs["meaning"] = dict(likeness)
            signs["unlike"] = {NOTHING: _lack(likeness, _ALIKE)}
        for to in named.matters:
            signs[self._routes[to].value][to] = 1.0
        if crossings:
            signs["bare" if bare else "named"] = {QUEUE: 1.0, STATUS: 0.9}
        plain = [term for term in terms if term[0] not in "=@"]
        signs["strange"] = {NOTHING: sum(term not in self._terms for term in plain) / max(len(plain), 1)}
        for id in {id for found in signs.values() for id in found}:
            own = self._places.get(id)
            if own and not named.places:
                signs["unnamed"][id] = -1.0
            elif own and own & {*named.places}:
                signs["here"][id] = 1.0
            elif own:
                signs["elsewhere"][id] = -1.0
        return dict(signs)

    def _sayings(self, mended: str, written: list[str]) -> list[str]:
        """Return the words of a text, and its sentences one by one: a long one asks in one of them."""
        sentences = [part for part in _SENTENCE.split(mended) if len(part) >= _SHORTEST_SENTENCE]
        return [" ".join(written), *(sentences[-_SENTENCES:] if len(sentences) > 1 else ())]

    def _crossings(self, mended: str, written: list[str], named: Named) -> tuple[tuple[str, ...], bool]:
        """Return the crossings that a text names, and whether it says nothing else."""
        if len(written) > _A_NAME:
            return self._names.mentioned(mended), False
        found = self._names.find(mended)
        if not found.sure:
            return (), False
        return found.matches, all(term in self._name_terms for term in named.terms if term[0] not in "=@")


class _Reader:
    """Returns the words of texts; a word that comes again is the same string, and takes no more memory."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def __call__(self, text: str) -> list[str]:
        return [self._known.setdefault(word, word) for word in words(text)]


def _lack(found: Mapping[str, float], enough: float) -> float:
    """Return how far the best of what is offered, at most 1, is from enough."""
    best = max((score for id, score in found.items() if id != NOTHING), default=0.0)
    return max(0.0, 1.0 - best / enough)


def _lines(guide: Guide) -> Iterator[tuple[str, str]]:
    """Return what is offered and how it may be asked for: ids with titles and phrases."""
    for answer in guide.answers.values():
        for language in Language:
            yield answer.id, answer.title[language]
            for phrase in answer.phrases[language]:
                yield answer.id, phrase
    for matter in guide.spoken.matters:
        for phrases in matter.phrases.values():
            for phrase in phrases:
                yield matter.to, phrase


def _bare(cue: str) -> str:
    """Return the whole words of a cue."""
    return " ".join(word for word in re.split(r"[\s|]+", cue) if word[-1:] != "*" and word[:1] != "-")


def _crossings(catalogue: Catalogue) -> Mapping[str, Iterable[str]]:
    """Return the names of crossings by the country that they lead to."""
    names: dict[str, set[str]] = defaultdict(set)
    for crossing in catalogue.crossings.values():
        other = crossing.other_side
        for name in (
            crossing.name.ru,
            crossing.name.en,
            *crossing.nicknames,
            *((other.ru, other.en) if other else ()),
        ):
            names[crossing.country].add(name)
    return names

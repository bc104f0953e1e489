"""Questions of our own that the search must go on answering, and which answers steal each other's.

`queries.csv` has the questions, by kind; `levels.yaml` has for each kind the shares of them that words alone
answer `first` and among the first `three`. A kind that falls below its level stops a release.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, with_config

from bot.content.document import Document, Shelf
from bot.content.problems import MISSING_KEY, NOT_ALLOWED, NOT_YAML, Problem
from bot.content.shape import FILE, validate
from bot.crossings.catalogue import Catalogue
from bot.guide.model import BESIDE, NOTHING, Guide, Language
from bot.guide.search import MOST, Search

COLUMNS = ("lang", "kind", "question", "topic", "also")
QUERIES, LEVELS = "queries.csv", "levels.yaml"
_FOLDS = 5
_EXACT = 0.005  # levels are written with two digits
_Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True)
class Query:
    """A question with the id that should come first; those in `also` are as good. `line` is in its file."""

    line: int
    kind: str
    question: str
    topic: str
    also: tuple[str, ...] = ()

    @property
    def good(self) -> frozenset[str]:
        """The ids that answer it."""
        return frozenset({self.topic, *self.also})


@dataclass(frozen=True)
class Level:
    """Of the questions of a kind, the shares whose answer comes first, and is among the first three."""

    first: _Share
    three: _Share


@with_config(FILE)
@dataclass(frozen=True)
class _Levels:
    kinds: Mapping[str, Level]


_LEVELS = TypeAdapter(_Levels)


@dataclass(frozen=True)
class Told:
    """What the search offered for a query: the ids, best first; `none` alone where nothing fits."""

    query: Query
    ids: tuple[str, ...]

    @property
    def first(self) -> bool:
        """Whether the best is right."""
        return self.ids[0] in self.query.good

    @property
    def three(self) -> bool:
        """Whether a right one is among them."""
        return any(id in self.query.good for id in self.ids[:MOST])


def read_queries(document: Document, text: str, guide: Guide) -> tuple[list[Query], list[Problem]]:
    """Read queries.csv; rows with a problem are left out."""
    reader = csv.DictReader(text.splitlines(), restval="")
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        return [], [document.problem(1, MISSING_KEY, f"column {', '.join(missing)} is missing")]
    queries, problems = [], []
    try:
        for row in reader:
            also = tuple(id for id in row["also"].split(";") if id)
            query = Query(reader.line_num, row["kind"], row["question"], row["topic"], also)
            wrong = [id for id in query.good if id not in guide.answers and id not in BESIDE]
            problems += [
                document.problem(query.line, "G204", f"there is no answer {id}") for id in sorted(wrong)
            ]
            if row["lang"] not in tuple(Language):
                problems.append(
                    document.problem(query.line, NOT_ALLOWED, f"lang: {row['lang']} is none of ru, en")
                )
            elif not wrong:
                queries.append(query)
    except csv.Error as error:
        problems.append(document.problem(reader.line_num, NOT_YAML, f"this is not CSV: {error}"))
    return queries, problems


def check(folder: Path, guide: Guide, catalogue: Catalogue) -> list[Problem]:
    """Return what is wrong with the queries of a content folder, and the kinds below their level."""
    shelf = Shelf(folder, "G")
    path, levels_path = folder / "guide" / QUERIES, folder / "guide" / LEVELS
    if not path.exists():
        return []
    text = shelf.text(path)
    if isinstance(text, Problem):
        return [text]
    queries, problems = read_queries(shelf.blank(path), text, guide)
    document = shelf.yaml(levels_path)
    levels, wrong = validate(document, _LEVELS)
    problems += [*document.problems, *wrong]
    if levels is None:
        return problems
    reached = levels_of(asked(Search(guide, catalogue), queries))
    for kind, level in levels.kinds.items():
        if kind not in reached:
            problems.append(document.problem(("kinds", kind), NOT_ALLOWED, f"no query is of the kind {kind}"))
            continue
        now = reached[kind]
        if now.first < level.first - _EXACT or now.three < level.three - _EXACT:
            text = (
                f"{kind}: {now.first:.2f} first and {now.three:.2f} among three; see `bot content confusions`"
            )
            problems.append(document.problem(("kinds", kind), "G901", text))
    unheld = sorted(reached.keys() - levels.kinds.keys())
    problems += [
        document.problem(("kinds",), MISSING_KEY, f"no level for the kind {kind}") for kind in unheld
    ]
    return problems


def asked(search: Search, queries: Iterable[Query]) -> list[Told]:
    """Return what the search offers for each query."""
    return [Told(query, search.ask(query.question).ids or (NOTHING,)) for query in queries]


def levels_of(told: Iterable[Told]) -> dict[str, Level]:
    """Return what is reached, by kind, in the order in which the kinds come."""
    kinds: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        kinds[one.query.kind].append(one)
    return {
        kind: Level(sum(one.first for one in ones) / len(ones), sum(one.three for one in ones) / len(ones))
        for kind, ones in kinds.items()
    }


def held_out(
    guide: Guide, catalogue: Catalogue, progress: Callable[[int, int], None] = lambda done, of: None
) -> list[Told]:
    """Return what the phrases of the answers find, each asked of a guide without a fifth of the phrases.

    A phrase that only its own answer's other phrases and text can find says more than one that finds itself.
    """
    told: list[Told] = []
    for fold in range(_FOLDS):
        without, queries = _without(guide, fold)
        told += asked(Search(without, catalogue), queries)
        progress(fold + 1, _FOLDS)
    return told


def _without(guide: Guide, fold: int) -> tuple[Guide, list[Query]]:
    """Return the guide without every fifth phrase, and those phrases as questions."""
    answers, queries = {}, []
    for id, answer in guide.answers.items():
        kept = {}
        for language, phrases in answer.phrases.items():
            kept[language] = tuple(phrase for at, phrase in enumerate(phrases) if at % _FOLDS != fold)
            queries += [Query(0, "phrase", phrase, id) for phrase in phrases[fold::_FOLDS]]
        answers[id] = replace(answer, phrases=kept)
    return replace(guide, answers=answers), queries


def confusions(told: Iterable[Told]) -> Iterator[str]:
    """Yield for each pair of answers how often one came before the other that was asked for, worst first."""
    stolen: Counter[tuple[str, str]] = Counter()
    example: dict[tuple[str, str], str] = {}
    for one in told:
        if not one.first:
            pair = (one.ids[0], one.query.topic)
            stolen[pair] += 1
            example.setdefault(pair, one.query.question)
    for (thief, owner), count in sorted(stolen.items(), key=lambda item: (-item[1], item[0])):
        yield f"{count:3}  {thief} instead of {owner}: {example[thief, owner]}"


def summary(told: Iterable[Told]) -> Iterator[str]:
    """Yield the levels that are reached, by kind."""
    told = list(told)
    count = Counter(one.query.kind for one in told)
    for kind, level in levels_of(told).items():
        yield f"{kind:12} {count[kind]:4}  {level.first:.2f} first  {level.three:.2f} among three"

"""Prints what each part of the search gives, for docs/decisions/011-search.md.

`python -m tests.guide.weigh_search [QUESTIONS.csv]`; without the semantic extra only what words give.
"""

import csv
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import quantiles

from bot.guide.queries import Query, Told, asked, levels_of
from bot.guide.search import LEXICAL, MIXED, Search, Weights
from bot.guide.semantic import Likeness, NoEncoder, UniversalEncoder
from tests.guide.test_search import DEVELOPMENT, search

FOLDS = 5
MEANINGS = (1.0, 1.8, 2.6, 3.5, 5.0)
CUES = ("urgent", "refuse", "crossing", "none", "named", "bare", "strange", "weak", "unlike")
COUNTRIES = ("here", "elsewhere", "unnamed")


class Remembered:
    """Asks the encoder once for each text."""

    def __init__(self, likeness: Likeness) -> None:
        self._likeness = likeness
        self._known: dict[tuple[str, ...], Mapping[str, float]] = {}

    def like(self, texts: Sequence[str]) -> Mapping[str, float]:
        key = tuple(texts)
        if key not in self._known:
            self._known[key] = self._likeness.like(texts)
        return self._known[key]


class AsTyped:
    """Mends nothing."""

    def mend(self, text: str) -> str:
        return text

    def slips(self, written: list[str]) -> list[str]:
        return written


def without(weights: Weights, *signs: str) -> Weights:
    return replace(weights, signs={**weights.signs, **dict.fromkeys(signs, 0.0)})


def level(told: Sequence[Told]) -> str:
    one = levels_of([replace(each, query=replace(each.query, kind="all")) for each in told])["all"]
    return f"{one.first:.2f}/{one.three:.2f}"


def line(name: str, told: Sequence[Told]) -> str:
    kinds = sorted({each.query.kind for each in told})
    cells = [level([each for each in told if each.query.kind == kind]) for kind in kinds]
    return f"| {name} | {level(told)} | " + " | ".join(cells) + " |"


def crossed(weigh: Callable[[float], list[Told]], queries: Sequence[Query]) -> list[Told]:
    """Return what is found with the weight of meaning that is best for the questions of other topics."""
    topics = sorted({query.topic for query in queries})
    fold = {topic: at % FOLDS for at, topic in enumerate(topics)}
    found = {meaning: weigh(meaning) for meaning in MEANINGS}
    told = []
    for held in range(FOLDS):
        score = {
            meaning: sum(2 * one.first + one.three for one in ones if fold[one.query.topic] != held)
            for meaning, ones in found.items()
        }
        best = max(MEANINGS, key=lambda meaning: score[meaning])
        told += [one for one in found[best] if fold[one.query.topic] == held]
    return told


def speed(reader: Search, queries: Sequence[Query]) -> str:
    took = []
    for query in queries:
        begun = time.perf_counter()
        reader.ask(query.question)
        took.append((time.perf_counter() - begun) * 1000)
    cut = quantiles(took, n=20)
    return f"p50 {cut[9]:.1f} ms, p95 {cut[18]:.1f} ms"


def main(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        queries = [
            Query(0, row["kind"], row["question"], row["topic"], tuple(filter(None, row["also"].split(";"))))
            for row in csv.DictReader(file)
        ]
    reader = search()
    kinds = Counter(query.kind for query in queries)
    print("| first/three | all | " + " | ".join(f"{kind} ({kinds[kind]})" for kind in sorted(kinds)) + " |")
    print("|---" * (len(kinds) + 2) + "|")

    def told(name: str, weights: Weights) -> None:
        reader.lexical = reader.mixed = weights
        print(line(name, asked(reader, queries)))

    repair, reader._repair = reader._repair, AsTyped()  # type: ignore[assignment]
    told("words, as typed", without(LEXICAL, *COUNTRIES, *CUES))
    reader._repair = repair
    told("words, mended", without(LEXICAL, *COUNTRIES, *CUES))
    told("the same, answers as wholes only", without(LEXICAL, "lines", *COUNTRIES, *CUES))
    told("the same, single lines only", without(LEXICAL, "whole", *COUNTRIES, *CUES))
    told("words, countries", without(LEXICAL, *CUES))
    told("words, countries, cues", LEXICAL)
    print("\nwords:", speed(reader, queries), file=sys.stderr)
    try:
        likeness = Likeness(UniversalEncoder(), reader.lines, None)
    except NoEncoder as error:
        print(error, file=sys.stderr)
        return
    reader.meaning = Remembered(likeness)
    told("meaning alone, mended", without(MIXED, "whole", "lines", *COUNTRIES, *CUES))
    told("meaning, countries, cues", without(MIXED, "whole", "lines"))
    told("all", MIXED)

    def weigh(meaning: float) -> list[Told]:
        reader.mixed = replace(MIXED, signs={**MIXED.signs, "meaning": meaning})
        return asked(reader, queries)

    print(line("all, meaning weighed on other topics", crossed(weigh, queries)))
    reader.meaning, reader.mixed = likeness, MIXED
    print("meaning too:", speed(reader, queries), file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DEVELOPMENT)

"""Read `content/guide` into a `Guide`, noting every problem with its file and line."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from bot.content.document import Document, Shelf
from bot.content.problems import TWICE, UNREADABLE, Problem, any_error
from bot.content.shape import FOLLOWS
from bot.guide.model import BESIDE, FUNCTIONS, REPAIR, Answer, Fact, Flow, Guide, Spoken
from bot.guide.read import (
    Found,
    Known,
    misnamed,
    read_country,
    read_flow,
    read_glossary,
    read_notice,
    read_redirects,
    read_vocabulary,
)
from bot.guide.read_answer import Draft, read_answer
from bot.guide.read_spoken import read_spoken

LATER = frozenset({"personas.yaml", "queries.csv", "levels.yaml"})
"""Files of the guide that others read."""


@dataclass(frozen=True)
class Loaded:
    """What came of reading: the guide, None where it is unusable, and every problem by file and line.

    `documents` (by kind and id) and `drafts` (by answer) know the lines, for the check.
    """

    guide: Guide | None
    problems: tuple[Problem, ...]
    documents: Mapping[tuple[str, str], Document]
    drafts: Mapping[str, Draft]

    def at(self, kind: str, id: str) -> Document:
        """Return the file of an answer, flow, notice, country, or of one that is alone in its kind."""
        return self.documents[kind, id]


def load(folder: Path, *, lenient: bool = False) -> Loaded:
    """Read the guide in a content folder.

    Strictly, one error makes the guide None. Leniently, for production, whatever could not be read is left
    out and the rest serves: rules that led to it lead to `REPAIR`, links to it are gone, and `Guide.broken`
    names it.
    """
    reading = _Reading(Shelf(folder, "G"))
    if not (folder / "guide").is_dir():
        problem = reading.shelf.blank(folder / "guide").problem(1, UNREADABLE, "there is no such folder")
        return Loaded(None, (problem,), {}, {})
    guide = reading.guide()
    problems = tuple(sorted({problem for problem in reading.problems if problem.code != FOLLOWS}))
    usable = guide if lenient or not any_error(problems) else None
    return Loaded(usable, problems, reading.documents, reading.drafts)


_Entry = TypeVar("_Entry")


@dataclass
class _Reading:
    shelf: Shelf
    problems: list[Problem] = field(default_factory=list)
    documents: dict[tuple[str, str], Document] = field(default_factory=dict)
    drafts: dict[str, Draft] = field(default_factory=dict)
    read: set[Path] = field(default_factory=set)

    @property
    def folder(self) -> Path:
        return self.shelf.folder / "guide"

    def guide(self) -> Guide:
        facts, whole = self.vocabulary()
        countries, doubtful = self.each("country", "countries", read_country)
        numbers = {id: number for country in countries.values() for id, number in country.numbers.items()}
        known = Known(facts, numbers, countries, whole, frozenset(doubtful))
        answers, bad_answers = self.answers(known)
        flows, bad_flows = self.each("flow", "flows", partial(read_flow, known=known))
        for id in sorted((flows.keys() | bad_flows) & (answers.keys() | bad_answers)):
            self.problems.append(
                self.documents["flow", id].problem(1, TWICE, f"an answer is called {id} too")
            )
        guide = Guide(
            facts=facts,
            flows=flows,
            answers=answers,
            notices=self.each("notice", "notices", read_notice)[0],
            numbers=numbers,
            countries=countries,
            glossary=self.single("glossary", read_glossary),
            redirects=self.single("redirects", read_redirects),
            spoken=self.spoken(known),
            broken=frozenset(bad_answers | bad_flows),
        )
        self.strays()
        guide, problems = _pruned(guide, self.documents)
        self.problems += problems
        return guide

    def vocabulary(self) -> tuple[dict[str, Fact], bool]:
        document = self.yaml(self.folder / "vocab.yaml", "vocab")
        facts, problems = read_vocabulary(document)
        self.problems += problems
        return facts, not document.problems and not problems

    def single(
        self, name: str, read: Callable[[Document], tuple[dict[str, _Entry], list[Problem]]]
    ) -> dict[str, _Entry]:
        """Return what a file holds that need not be there."""
        path = self.folder / f"{name}.yaml"
        if not path.exists():
            return {}
        entries, problems = read(self.yaml(path, name))
        self.problems += problems
        return entries

    def spoken(self, known: Known) -> Spoken:
        path = self.folder / "words.yaml"
        if not path.exists():
            return Spoken()
        spoken, problems = read_spoken(self.yaml(path, "words"), known)
        self.problems += problems
        return spoken

    def each(
        self, kind: str, folder: str, read: Callable[[Document, str], Found[_Entry]]
    ) -> tuple[dict[str, _Entry], set[str]]:
        """Return what the files of a kind hold, and the ids of those with which something is wrong."""
        good: dict[str, _Entry] = {}
        bad: set[str] = set()
        for path in self.files(folder, "*.yaml"):
            document = self.yaml(path, kind)
            entry, problems = read(document, path.stem)
            problems += misnamed(document, path.stem, "file")
            self.problems += problems
            if entry is None or problems or document.problems:
                bad.add(path.stem)
            else:
                good[path.stem] = entry
        return good, bad

    def answers(self, known: Known) -> tuple[dict[str, Answer], set[str]]:
        answers: dict[str, Answer] = {}
        bad: set[str] = set()
        for path in self.files("answers", "*/*.md"):
            self.read.add(path)
            id = path.stem
            if id in answers or id in bad:
                why = f"there is another file {path.name} in a folder beside this one"
                self.problems.append(self.shelf.blank(path).problem(1, TWICE, why))
                continue
            read = read_answer(self.shelf, path, known)
            self.problems += read.problems
            self.documents["answer", id] = read.document
            if read.draft:
                self.drafts[id] = read.draft
            if read.answer:
                answers[id] = read.answer
            else:
                bad.add(id)
        return answers, bad

    def files(self, kind: str, pattern: str) -> Iterator[Path]:
        for path in sorted((self.folder / kind).glob(pattern)):
            if not path.name.startswith("."):
                yield path

    def yaml(self, path: Path, kind: str) -> Document:
        self.read.add(path)
        document = self.documents[kind, path.stem] = self.shelf.yaml(path)
        self.problems += document.problems
        return document

    def strays(self) -> None:
        """Note files that nobody reads: a `.yml` or an answer in no folder would be missing silently."""
        for path in sorted(self.folder.rglob("*")):
            if path in self.read or path.is_dir() or path.name in LATER:
                continue
            if path.name.startswith(".") or path.name.endswith("~"):  # what editors' programs leave there
                continue
            why = "nothing reads this file: wrong folder or wrong ending"
            self.problems.append(self.shelf.blank(path).problem(1, "G113", why))


def _pruned(guide: Guide, documents: Mapping[tuple[str, str], Document]) -> tuple[Guide, list[Problem]]:
    """Return the guide without names of what is not there, each told unless its file's own problem is."""
    places = guide.answers.keys() | guide.flows.keys()
    problems: list[Problem] = []

    def target(flow: Flow, at: int) -> str:
        to = flow.next[at].to
        if to in places or to in FUNCTIONS:
            return to
        if to not in guide.broken:
            text = f"there is no answer, flow or function {to}"
            problems.append(documents["flow", flow.id].problem(("next", at, "to"), "G203", text))
        return REPAIR

    def known(ids: Iterable[str], document: Document, *at: str | int) -> tuple[str, ...]:
        nowhere = (id for id in ids if id not in guide.answers and id not in guide.broken)
        problems.extend(document.problem(at, "G204", f"there is no answer {id}") for id in nowhere)
        return tuple(id for id in ids if id in guide.answers)

    def leading(flow: Flow) -> str | None:
        found = known([flow.lead], documents["flow", flow.id], "lead") if flow.lead else ()
        return next(iter(found), None)

    flows = {
        flow.id: replace(
            flow,
            next=tuple(replace(rule, to=target(flow, at)) for at, rule in enumerate(flow.next)),
            lead=leading(flow),
        )
        for flow in guide.flows.values()
    }
    answers = {
        answer.id: replace(answer, see=known(answer.see, documents["answer", answer.id], "see"))
        for answer in guide.answers.values()
    }
    glossary = {
        term.id: replace(
            term,
            answer=next(iter(known([term.answer], documents["glossary", "glossary"], "terms", at)), None),
        )
        if term.answer
        else term
        for at, term in enumerate(guide.glossary.values())
    }
    for old in guide.redirects:
        if old in places or old in guide.broken:
            text = f"{old} is still there: an id that lives leads nowhere else"
            problems.append(documents["redirects", "redirects"].problem((old,), "G208", text))
    redirects = {
        old: new
        for old, new in guide.redirects.items()
        if known([new], documents["redirects", "redirects"], old)
    }
    matters = tuple(
        matter
        for at, matter in enumerate(guide.spoken.matters)
        if matter.to in BESIDE or known([matter.to], documents["words", "words"], "matters", at, "to")
    )
    spoken = replace(guide.spoken, matters=matters)
    pruned = replace(
        guide, flows=flows, answers=answers, glossary=glossary, redirects=redirects, spoken=spoken
    )
    return pruned, problems

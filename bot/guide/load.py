"""Read `content/guide` into a `Guide`, noting every problem with its file and line."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from bot.guide.model import FUNCTIONS, REPAIR, Answer, Fact, Flow, Guide, Notice, Number
from bot.guide.nodes import ID, Sheet
from bot.guide.problems import Problem, any_error
from bot.guide.read import (
    Known,
    read_flow,
    read_notice,
    read_numbers,
    read_redirects,
    read_vocabulary,
)
from bot.guide.read_answer import Draft, read_answer

LATER = frozenset({"personas.yaml", "queries.csv"})
"""Files of the guide that others read."""


@dataclass(frozen=True)
class Loaded:
    """What came of reading: the guide, None where it is unusable, and every problem by file and line.

    `sheets` (by kind and id) and `drafts` (by answer) know the lines, for the check.
    """

    guide: Guide | None
    problems: tuple[Problem, ...]
    sheets: Mapping[tuple[str, str], Sheet]
    drafts: Mapping[str, Draft]

    def at(self, kind: str, id: str) -> Sheet:
        """Return the file of an answer, flow, notice, country, of the vocabulary or the redirects."""
        return self.sheets[kind, id]


def load(folder: Path, *, lenient: bool = False) -> Loaded:
    """Read the guide in a content folder.

    Strictly, one error makes the guide None. Leniently, for production, whatever could not be read is left
    out and the rest serves: rules that led to it lead to `REPAIR`, links to it are gone, and `Guide.broken`
    names it.
    """
    reading = _Reading(folder)
    if not (folder / "guide").is_dir():
        problem = Problem(f"{folder.resolve().name}/guide", 1, "G101", "there is no such folder")
        return Loaded(None, (problem,), {}, {})
    guide = reading.guide()
    problems = tuple(sorted({problem for sheet in reading.all for problem in sheet.problems}))
    if any_error(problems) and not lenient:
        return Loaded(None, problems, reading.sheets, reading.drafts)
    return Loaded(guide, problems, reading.sheets, reading.drafts)


_Entry = TypeVar("_Entry")


@dataclass
class _Reading:
    folder: Path
    all: list[Sheet] = field(default_factory=list)
    sheets: dict[tuple[str, str], Sheet] = field(default_factory=dict)
    drafts: dict[str, Draft] = field(default_factory=dict)

    def guide(self) -> Guide:
        facts, whole = self.vocabulary()
        numbers, doubtful = self.numbers()
        known = Known(facts, numbers, whole, doubtful)
        answers, bad_answers = self.answers(known)
        flows, bad_flows = self.flows(known)
        for id in sorted((flows.keys() | bad_flows) & (answers.keys() | bad_answers)):
            self.sheets["flow", id].note(1, "G111", f"an answer is called {id} too")
        guide = Guide(
            facts=facts,
            flows=flows,
            answers=answers,
            notices=self.notices(),
            numbers=numbers,
            redirects=self.redirects(),
            broken=frozenset(bad_answers | bad_flows),
        )
        self.strays()
        return _pruned(guide, self.sheets)

    def vocabulary(self) -> tuple[Mapping[str, Fact], bool]:
        sheet = self.yaml(self.folder / "guide" / "vocab.yaml", "vocab", "vocab")
        return (read_vocabulary(sheet) if sheet.root else {}), not sheet.bad

    def numbers(self) -> tuple[Mapping[str, Number], frozenset[str]]:
        numbers: dict[str, Number] = {}
        doubtful: set[str] = set()
        for path in self.files("countries", "*.yaml"):
            sheet = self.yaml(path, "country", path.stem)
            found = read_numbers(sheet, path.stem) if sheet.root else {}
            if sheet.bad:
                doubtful.add(path.stem)
            else:
                numbers |= found
        return numbers, frozenset(doubtful)

    def notices(self) -> Mapping[str, Notice]:
        notices: dict[str, Notice] = {}
        for path in self.files("notices", "*.yaml"):
            sheet = self.yaml(path, "notice", path.stem)
            notice = read_notice(sheet, path.stem) if sheet.root else None
            if notice and not sheet.bad:
                notices[path.stem] = notice
        return notices

    def redirects(self) -> Mapping[str, str]:
        path = self.folder / "guide" / "redirects.yaml"
        if not path.exists() or not path.read_bytes().strip():
            return {}
        sheet = self.yaml(path, "redirects", "redirects")
        return read_redirects(sheet) if sheet.root else {}

    def flows(self, known: Known) -> tuple[dict[str, Flow], set[str]]:
        flows: dict[str, Flow] = {}
        bad: set[str] = set()
        for path in self.files("flows", "*.yaml"):
            sheet = self.yaml(path, "flow", path.stem)
            flow = read_flow(sheet, path.stem, known) if sheet.root else None
            if flow and not sheet.bad:
                flows[path.stem] = flow
            else:
                bad.add(path.stem)
        return flows, bad

    def answers(self, known: Known) -> tuple[dict[str, Answer], set[str]]:
        answers: dict[str, Answer] = {}
        bad: set[str] = set()
        for path in self.files("answers", "*/*.md"):
            sheet = self.sheet(path, "answer", path.stem)
            text = self.text(path, sheet)
            read = None if text is None else read_answer(sheet, text, path.parent.name, path.stem, known)
            if not ID.fullmatch(path.parent.name):
                sheet.note(1, "G108", f"the folder's name {path.parent.name} is not an id")
            if path.stem in answers or path.stem in bad:
                sheet.note(1, "G111", f"there is another file {path.name} in a folder beside this one")
            if read:
                self.drafts[path.stem] = read[1]
            if read and not sheet.bad:
                answers[path.stem] = read[0]
            else:
                bad.add(path.stem)
        return answers, bad

    def files(self, kind: str, pattern: str) -> Iterator[Path]:
        for path in sorted((self.folder / "guide" / kind).glob(pattern)):
            if not path.name.startswith("."):
                yield path

    def yaml(self, path: Path, kind: str, id: str) -> Sheet:
        sheet = self.sheet(path, kind, id)
        text = self.text(path, sheet)
        if text is not None:
            sheet.parse(text)
        if not ID.fullmatch(id):
            sheet.note(1, "G108", f"the file's name {id} is not an id")
        return sheet

    def sheet(self, path: Path, kind: str, id: str) -> Sheet:
        sheet = Sheet(self.name(path))
        self.all.append(sheet)
        self.sheets[kind, id] = sheet
        return sheet

    def name(self, path: Path) -> str:
        return f"{self.folder.resolve().name}/{path.relative_to(self.folder).as_posix()}"

    def text(self, path: Path, sheet: Sheet) -> str | None:
        try:
            return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        except OSError as error:
            sheet.note(1, "G101", f"cannot be read: {error.strerror}")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            sheet.note(line, "G101", "is not UTF-8 text")
        return None

    def strays(self) -> None:
        """Note files that nobody reads: a `.yml` or an answer in no folder would be missing silently."""
        read = {sheet.path for sheet in self.all}
        for path in sorted((self.folder / "guide").rglob("*")):
            if path.is_dir() or path.name.startswith(".") or path.name in LATER | {"redirects.yaml"}:
                continue
            sheet = Sheet(self.name(path))
            if sheet.path not in read:
                sheet.note(1, "G113", "nothing reads this file: wrong folder or wrong ending")
                self.all.append(sheet)


def _pruned(guide: Guide, sheets: Mapping[tuple[str, str], Sheet]) -> Guide:
    """Return the guide without names of what is not there, each noted unless its file's own problem is."""
    places = guide.answers.keys() | guide.flows.keys()

    def target(flow: Flow, at: int) -> str:
        to = flow.next[at].to
        if to in places or to in FUNCTIONS:
            return to
        if to not in guide.broken:
            sheet = sheets["flow", flow.id]
            sheet.note(sheet.find("next", at, "to"), "G203", f"there is no answer, flow or function {to}")
        return REPAIR

    def known(ids: Iterable[str], sheet: Sheet, *keys: str) -> tuple[str, ...]:
        for id in ids:
            if id not in guide.answers and id not in guide.broken:
                sheet.note(sheet.find(*keys), "G204", f"there is no answer {id}")
        return tuple(id for id in ids if id in guide.answers)

    flows = {
        flow.id: replace(
            flow,
            next=tuple(replace(rule, to=target(flow, at)) for at, rule in enumerate(flow.next)),
            lead=next(iter(known([flow.lead], sheets["flow", flow.id], "lead")), None) if flow.lead else None,
        )
        for flow in guide.flows.values()
    }
    answers = {
        answer.id: replace(answer, see=known(answer.see, sheets["answer", answer.id], "see"))
        for answer in guide.answers.values()
    }
    for old in guide.redirects:
        if old in places or old in guide.broken:
            sheet = sheets["redirects", "redirects"]
            sheet.note(sheet.find(old), "G208", f"{old} is still there: an id that lives leads nowhere else")
    redirects = {
        old: new
        for old, new in guide.redirects.items()
        if known([new], sheets["redirects", "redirects"], old)
    }
    return replace(guide, flows=flows, answers=answers, redirects=redirects)

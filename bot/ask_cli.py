"""`bot ask`: what free text would offer, for one text or a file of them."""

import argparse
import csv
import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import progress
from bot.clock import SystemClock
from bot.guide_cli import CONTENT
from bot.refused import Misused, Refused

if TYPE_CHECKING:
    from bot.guide.search import Asked, Search

_COLUMNS = ("lang", "question")


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add `ask` to the commands."""
    ask = commands.add_parser("ask", help="what free text would offer")
    ask.add_argument("text", nargs="?", metavar="TEXT", help="a question as people type it")
    ask.add_argument("--lang", choices=["ru", "en"], default="ru", help="the language of the titles; ru")
    ask.add_argument("--json", action="store_true", help="print JSON")
    ask.add_argument("--file", type=Path, metavar="Q.csv", help="questions: at least lang,question")
    ask.add_argument("--out", type=Path, metavar="A.csv", help="the same rows, with ids and route")
    ask.add_argument("--folder", type=Path, default=CONTENT, help="another content folder than the bot's")
    ask.add_argument("--without-semantic", action="store_true", help="by words alone, even with the extra")
    ask.set_defaults(command=_ask)


def _ask(options: argparse.Namespace) -> int:
    if (options.text is None) == (options.file is None) or (options.file is None) != (options.out is None):
        raise Misused("give a text, or --file Q.csv and --out A.csv")
    if options.file is not None:
        return _answer_file(options)
    search = _search(options)
    asked = search.ask(options.text)
    print(_json(asked) if options.json else _told(search, asked, options.lang))
    return 0


def _search(options: argparse.Namespace) -> "Search":
    """Return the search of a content folder, by meaning too where the extra is installed."""
    from bot.crossings import catalogue
    from bot.guide.load import load as load_guide
    from bot.guide.search import Search
    from bot.guide.semantic import Likeness, NoEncoder, UniversalEncoder
    from bot.settings import load as load_settings

    guide = load_guide(options.folder, lenient=True).guide
    if guide is None:
        raise Misused(f"{options.folder} holds no guide that can be read: see `bot content check`")
    crossings = catalogue.load(options.folder / "crossings", set(guide.answers), SystemClock().now().date())
    if crossings.catalogue is None:
        raise Misused(f"{options.folder} holds no crossings that can be read: see `bot content check`")
    search = Search(guide, crossings.catalogue)
    if not options.without_semantic:
        with suppress(NoEncoder):  # words alone do
            search.meaning = Likeness(UniversalEncoder(), search.lines, load_settings().data_dir / "cache")
    return search


def _json(asked: "Asked") -> str:
    told = {
        "ids": list(asked.ids),
        "route": asked.route.value,
        "sure": asked.sure,
        "text": asked.text,
        "crossings": list(asked.crossings),
        "countries": list(asked.countries),
        "facts": dict(asked.facts),
    }
    return json.dumps(told, ensure_ascii=False, indent=2)


def _told(search: "Search", asked: "Asked", language: str) -> str:
    sure = " (sure)" if asked.sure else ""
    lines = [f"{asked.route.value}{sure}: {asked.text}"]
    lines += [f"  {id}  {search.title(id, language)}".rstrip() for id in asked.ids]
    if asked.crossings:
        lines.append(f"  crossings: {', '.join(asked.crossings)}")
    return "\n".join(lines)


def _answer_file(options: argparse.Namespace) -> int:
    rows, columns = _rows(options.file)
    search = _search(options)
    told = progress.counted()
    try:
        with options.out.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [*columns, "ids", "route"], lineterminator="\n")
            writer.writeheader()
            for at, row in enumerate(rows, 1):
                asked = search.ask(row["question"])
                writer.writerow({**row, "ids": ";".join(asked.ids) or "none", "route": asked.route.value})
                told(at, len(rows))
    except OSError as error:
        raise Refused(f"cannot write {options.out}: {error.strerror}") from error
    return 0


def _rows(path: Path) -> tuple[list[dict[str, str]], list[str]]:
    """Return the rows of a file of questions, and its columns but those that we write."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restval="")
            columns = [column for column in reader.fieldnames or () if column not in ("ids", "route")]
            missing = [column for column in _COLUMNS if column not in columns]
            if missing:
                raise Misused(f"{path}: no column {', '.join(missing)}; wanted are {', '.join(_COLUMNS)}")
            return [{column: row[column] or "" for column in columns} for row in reader], columns
    except OSError as error:
        raise Misused(f"cannot read {path}: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise Misused(f"{path} is not CSV in UTF-8: {error}") from error

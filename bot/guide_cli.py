"""`bot content …`: what an editor of the guide can do.

What a command needs is imported when it runs, so that the check does not wait for Telegram, nor the bot's
start for what editors need.
"""

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.clock import SystemClock
from bot.refused import Refused, refusing

if TYPE_CHECKING:
    from bot.guide.model import Guide

CONTENT = Path(__file__).parent.parent / "content"


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add `content` and what can be done with it to the commands."""
    content = commands.add_parser("content", help="for editors").add_subparsers(
        required=True, metavar="ACTION"
    )
    check = content.add_parser("check", help="all problems of the content, as path:line: CODE text")
    check.add_argument("folder", type=Path, nargs="?", default=CONTENT)
    check.set_defaults(command=_check)
    preview = content.add_parser("preview", help="an answer as a reader sees it")
    preview.add_argument("id")
    preview.add_argument("--lang", choices=["ru", "en"], default="ru")
    preview.add_argument("--facts", default="", metavar="FACT=VALUE,…")
    preview.add_argument("--as-of", metavar="YYYY-MM-DD")
    preview.set_defaults(command=_preview)
    for action, help in (
        ("sign", "note that these Russian texts were compared with their sources"),
        ("stamp", "note that these English texts were compared with the Russian"),
    ):
        note = content.add_parser(action, help=help)
        note.add_argument("ids", nargs="+", metavar="ID")
        note.set_defaults(command=_note, action=action)
    trace = content.add_parser("trace", help="the way that facts lead, question by question")
    trace.add_argument("facts", metavar="FACT=VALUE,…")
    trace.set_defaults(command=_trace)
    graph = content.add_parser("graph", help="all ways as a Mermaid graph")
    graph.set_defaults(command=_graph)
    stale = content.add_parser("stale", help="which answers must be checked again, the longest overdue first")
    stale.set_defaults(command=_stale)


def _check(options: argparse.Namespace) -> int:
    from bot.content.problems import any_error
    from bot.crossings import catalogue
    from bot.guide import check
    from bot.texts import TextError, TextsUnreadable
    from bot.texts import load as load_texts

    today = SystemClock().now().date()
    folder: Path = options.folder
    answers = {path.stem for path in (folder / "guide" / "answers").glob("*/*.md")}
    crossings = catalogue.load(folder / "crossings", answers, today)
    known = crossings.catalogue
    found: list[Any] = [*crossings.problems]
    places, on_cards = None, answers  # unknown: what a broken file names is not therefore missing
    if known and not any_error(crossings.problems):
        places = {*known.crossings, *known.countries}
        on_cards = {id for place in known.crossings.values() for id in place.guide}
    texts = None
    try:
        texts = load_texts(folder / "texts")
    except TextsUnreadable as error:
        found += error.problems
    with refusing(TextError):
        found += check.check(folder, texts, today, places=places, elsewhere=on_cards)
    for problem in sorted(found):
        print(problem)
    errors = sum(problem.level == "error" for problem in found)
    print(f"{errors} errors, {len(found) - errors} warnings")
    return 1 if errors else 0


def _preview(options: argparse.Namespace) -> int:
    from bot.guide.model import Language
    from bot.guide.preview import preview, read_facts
    from bot.texts import TextsUnreadable
    from bot.texts import load as load_texts

    guide = _guide()
    try:
        facts = read_facts(guide, options.facts)
        day = date.fromisoformat(options.as_of) if options.as_of else SystemClock().now().date()
        texts = load_texts(CONTENT / "texts")[Language(options.lang)]
        print(preview(guide, options.id, facts, texts, day))
    except (ValueError, TextsUnreadable) as error:
        raise Refused(str(error)) from error
    except KeyError:
        raise Refused(f"there is no answer {options.id}") from None
    return 0


def _note(options: argparse.Namespace) -> int:
    from bot.guide.editing import sign, stamp

    paths = {path.stem: path for path in (CONTENT / "guide" / "answers").glob("*/*.md")}
    missing = [id for id in options.ids if id not in paths]
    if missing:
        raise Refused(f"there is no answer {missing[0]}; nothing was changed")
    for id in options.ids:
        note = sign if options.action == "sign" else stamp
        print(f"{paths[id]}: {note(paths[id])}")
    return 0


def _trace(options: argparse.Namespace) -> int:
    from bot.guide.preview import read_facts, trace

    guide = _guide()
    try:
        print(trace(guide, read_facts(guide, options.facts)))
    except ValueError as error:
        raise Refused(str(error)) from error
    return 0


def _graph(_: argparse.Namespace) -> int:
    from bot.guide.preview import graph

    print(graph(_guide()))
    return 0


def _stale(_: argparse.Namespace) -> int:
    from bot.guide.preview import due

    for item in due(_guide(), SystemClock().now().date()):
        print(f"{item.on} {item.days_past:+5} days  {item.answer.risk:6} {item.answer.id}")
    return 0


def _guide() -> "Guide":
    from bot.guide.load import load as load_guide

    guide = load_guide(CONTENT, lenient=True).guide
    if guide is None:
        raise Refused("the content cannot be read: see `bot content check`")
    return guide

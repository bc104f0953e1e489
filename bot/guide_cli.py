"""`bot content …`: what an editor of the guide can do.

What a command needs is imported when it runs, so that the check does not wait for Telegram, nor the bot's
start for what editors need.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import progress
from bot.clock import SystemClock
from bot.refused import Misused, Refused, misused, refusing

if TYPE_CHECKING:
    from bot.content.document import Document
    from bot.crossings.catalogue import Catalogue
    from bot.guide.load import Loaded
    from bot.guide.model import Answer, Guide

CONTENT = Path(__file__).parent.parent / "content"


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add `content` and what can be done with it to the commands."""
    content = commands.add_parser(
        "content", help="for editors", description="What an editor can do; docs/EDITING.md shows how."
    )
    content.add_argument("--folder", type=Path, default=CONTENT, help="another content folder than the bot's")
    actions = content.add_subparsers(required=True, metavar="ACTION")

    check = actions.add_parser("check", help="all problems of the content, as path:line: CODE text")
    check.add_argument("other", type=Path, nargs="?", metavar="FOLDER", help="the same as --folder")
    check.add_argument("--accept", action="store_true", help="note that its warnings were looked at")
    check.set_defaults(command=_check)

    new = actions.add_parser("new", help="begin an answer: a file with blanks that the check tells of")
    new.add_argument("id", metavar="ID", help="small Latin letters, digits and -: kz-car")
    new.add_argument("--topic", help="the folder: a country, or any; without it what the id begins with")
    new.set_defaults(command=_new)

    preview = actions.add_parser("preview", help="an answer as a reader sees it")
    preview.add_argument("id", nargs="?", metavar="ID", help="without it: where the facts lead")
    _facts(preview, "what the reader has told us")
    _language(preview)
    _as_of(preview, "shown as on that day: its notices, how old the text is")
    preview.set_defaults(command=_preview)

    for action, help in (
        ("sign", "note that these Russian texts were compared with their sources"),
        ("stamp", "note that these English texts were compared with the Russian"),
    ):
        note = actions.add_parser(action, help=help)
        note.add_argument("ids", nargs="+", metavar="ID")
        note.set_defaults(command=_note, action=action)

    trace = actions.add_parser("trace", help="what each sentence of an answer rests on; or where facts lead")
    trace.add_argument("id", nargs="?", metavar="ID", help="an answer: its sentences and their sources")
    _facts(trace, "the way that these lead, question by question")
    _language(trace)
    trace.set_defaults(command=_trace)

    uses = actions.add_parser("uses", help="where something is used, as path:line: text")
    uses.add_argument(
        "what",
        metavar="WHAT",
        help="a number (kz.stay_days), a fact (country) or its value (country=kz), an address or host, an id",
    )
    uses.set_defaults(command=_uses)

    graph = actions.add_parser("graph", help="all questions and answers, in Mermaid's language or as a page")
    graph.add_argument("--html", type=Path, metavar="FILE", help="write a page for the browser")
    _language(graph)
    _as_of(graph, "what is due on that day")
    graph.set_defaults(command=_graph)

    confusions = actions.add_parser("confusions", help="which answers are offered in place of others")
    confusions.add_argument(
        "--file", type=Path, metavar="Q.csv", help="these questions; queries.csv without it"
    )
    confusions.add_argument(
        "--phrases", action="store_true", help="also each phrase, asked of a guide that lacks it"
    )
    confusions.set_defaults(command=_confusions)

    stale = actions.add_parser("stale", help="what must be checked again, by owner, risk and age")
    stale.add_argument("--owner", metavar="NAME", help="only answers of this owner")
    stale.add_argument("--risk", choices=["high", "normal", "low"], help="only what has this risk")
    stale.add_argument(
        "--within", type=_days, metavar="DAYS", help="also what becomes due in so many days; 7 without it"
    )
    stale.add_argument(
        "--database", metavar="URL", help="where readers' votes are; without it the bot's, if there is one"
    )
    stale.add_argument("--json", action="store_true", help="print JSON")
    _as_of(stale, "what is due on that day")
    stale.set_defaults(command=_stale, within=7)

    inbox = actions.add_parser("inbox", help="questions that readers sent; needs the key file (BOT_KEY_FILE)")
    inbox.add_argument("--database", metavar="URL", help="where they are; without it the bot's own")
    inbox.add_argument("--json", action="store_true", help="print JSON")
    inbox.set_defaults(command=_inbox)

    export = actions.add_parser("export", help="all of it as one file a language and as a site, for readers")
    export.add_argument("directory", type=Path, metavar="DIR", help="new, empty, or of an earlier export")
    export.add_argument("--lang", choices=["ru", "en"], help="only this language; both without it")
    export.set_defaults(command=_export)


def _facts(parser: argparse.ArgumentParser, help: str) -> None:
    parser.add_argument("--facts", default="", metavar="FACT=VALUE,…", help=help)


def _language(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lang", choices=["ru", "en"], default="ru", help="the text's language; ru")


def _as_of(parser: argparse.ArgumentParser, help: str) -> None:
    parser.add_argument("--as-of", type=_day, metavar="YYYY-MM-DD", help=help)


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{written} is not a day such as 2026-11-22") from None


def _days(written: str) -> int:
    if not (written.isascii() and written.isdigit() and len(written) <= 4):
        raise argparse.ArgumentTypeError(f"{written} is not a number of days")
    return int(written)


def _today(options: argparse.Namespace) -> date:
    day: date | None = options.as_of
    return day or SystemClock().now().date()


def _check(options: argparse.Namespace) -> int:
    from bot.content import accepted
    from bot.content.problems import any_error
    from bot.content.version import version_of
    from bot.crossings import catalogue
    from bot.guide import check
    from bot.texts import TextError, TextsUnreadable
    from bot.texts import load as load_texts
    from bot.texts import problems as problems_of_texts

    today = SystemClock().now().date()
    folder: Path = options.other or options.folder
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
        found += problems_of_texts(folder / "texts", texts, texts)
    except TextsUnreadable as error:
        found += error.problems
    with refusing(TextError):
        found += check.check(folder, texts, today, places=places, elsewhere=on_cards)
    if known and not any_error(found):  # a broken guide answers fewer questions, which tells nothing new
        found += _asked(folder, known)
    for problem in sorted(found):
        print(problem)
    errors = sum(problem.level == "error" for problem in found)
    if options.accept:
        accepted.write(folder, found)
    blocking = accepted.blocking(found, accepted.read(folder))
    new = f", {len(blocking) - errors} of them new" if len(blocking) > errors else ""
    print(f"{errors} errors, {len(found) - errors} warnings{new}; version {version_of(folder)}")
    return 1 if blocking else 0


def _asked(folder: Path, crossings: "Catalogue") -> list[Any]:
    """Return the problems with the questions in words."""
    from bot.guide import queries
    from bot.guide.load import load as load_guide

    guide = load_guide(folder).guide
    return queries.check(folder, guide, crossings) if guide else []


def _confusions(options: argparse.Namespace) -> int:
    from bot.content.document import Shelf
    from bot.content.problems import Problem
    from bot.crossings import catalogue
    from bot.guide import queries
    from bot.guide.search import Search

    _, guide = _guide(options)
    known = catalogue.load(
        options.folder / "crossings", set(guide.answers), SystemClock().now().date()
    ).catalogue
    if known is None:
        raise Misused(f"{options.folder} holds no crossings that can be read: see `bot content check`")
    path: Path = options.file or options.folder / "guide" / queries.QUERIES
    shelf = Shelf(options.folder, "G")
    text = shelf.text(path)
    if isinstance(text, Problem):
        raise Misused(str(text))
    asked, problems = queries.read_queries(shelf.blank(path), text, guide)
    print(*problems, sep="\n", end="\n" if problems else "", file=sys.stderr)
    told = queries.asked(Search(guide, known), asked)
    if options.phrases:
        told += queries.held_out(guide, known, progress.counted())
    print(*queries.summary(told), "", *queries.confusions(told), sep="\n")
    return 0


def _new(options: argparse.Namespace) -> int:
    from bot.guide import new

    loaded, guide = _guide(options)
    crossings = {leaf for document in _crossings(options) for leaf in _ids(document)}
    files = {path.stem for path in options.folder.glob("guide/answers/*/*.md")}
    folders = {path.name for path in options.folder.glob("guide/answers/*/")}
    taken = {*files, *crossings, *guide.redirects, *(id for kind, id in loaded.documents if kind == "flow")}
    with misused(ValueError):
        new.refuse(options.id, taken)
        topic = new.topic_of(options.id, options.topic, {*folders, *guide.countries})
    path: Path = options.folder / "guide" / "answers" / topic / f"{options.id}.md"
    try:
        path.parent.mkdir(exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(new.template(options.id))
    except OSError as error:
        raise Refused(f"cannot write {path}: {error.strerror}") from error
    print(f"made {_near(path)}")
    print("next: fill in its blanks; `bot content check` tells which are left")
    return 0


def _preview(options: argparse.Namespace) -> int:
    from bot.guide.model import Language
    from bot.guide.preview import preview, read_facts
    from bot.texts import TextsUnreadable
    from bot.texts import load as load_texts

    loaded, guide = _guide(options)
    with misused(ValueError):
        facts = read_facts(guide, options.facts)
    if options.id is not None:
        _readable(loaded, guide, guide.redirects.get(options.id, options.id))
    with refusing(TextsUnreadable):
        texts = load_texts(CONTENT / "texts")[Language(options.lang)]
    print(preview(guide, options.id, facts, texts, _today(options)))
    return 0


def _note(options: argparse.Namespace) -> int:
    from bot.guide.editing import UnreadableAnswer, sign, stamp
    from bot.guide.new import no_answer

    paths = {path.stem: path for path in options.folder.glob("guide/answers/*/*.md")}
    for id in options.ids:
        if id not in paths:
            raise Misused(f"{no_answer(id, paths)}; nothing was changed")
    with refusing(UnreadableAnswer):
        for id in options.ids:
            note = sign if options.action == "sign" else stamp
            print(f"{_near(paths[id])}: {note(paths[id])}")
    return 0


def _trace(options: argparse.Namespace) -> int:
    from bot.guide import trace
    from bot.guide.model import Language
    from bot.guide.preview import read_facts

    if (options.id is None) is not bool(options.facts):
        raise Misused("name an answer, or facts: `bot content trace kz-car`, `… trace --facts country=kz`")
    loaded, guide = _guide(options)
    if options.facts:
        with misused(ValueError):
            print(trace.way(guide, read_facts(guide, options.facts)))
        return 0
    answer = _readable(loaded, guide, options.id)
    print(trace.told(answer, Language(options.lang), loaded.at("answer", answer.id).path))
    return 0


def _uses(options: argparse.Namespace) -> int:
    from bot.content.document import Shelf
    from bot.guide.uses import uses

    loaded, guide = _guide(options)
    personas = options.folder / "guide" / "personas.yaml"
    beside = [
        *_crossings(options),
        *([Shelf(options.folder, "G").yaml(personas)] if personas.exists() else []),
    ]
    with misused(ValueError):
        found = uses(loaded, guide, options.what, beside)
    print(*found, sep="\n")
    return 0


def _graph(options: argparse.Namespace) -> int:
    from bot.guide.graph import graph
    from bot.guide.graph_page import page
    from bot.guide.model import Language

    _, guide = _guide(options)
    if options.html is None:
        print(graph(guide))
        return 0
    try:
        options.html.write_text(page(guide, _today(options), Language(options.lang)), encoding="utf-8")
    except OSError as error:
        raise Misused(f"cannot write {options.html}: {error.strerror}") from error
    print(f"wrote {options.html}")
    return 0


def _stale(options: argparse.Namespace) -> int:
    from bot.guide import stale
    from bot.guide.model import Risk

    _, guide = _guide(options)
    risk = Risk(options.risk) if options.risk else None
    with misused(ValueError):
        found = stale.stale(
            guide,
            _today(options),
            within=options.within,
            owner=options.owner,
            risk=risk,
            votes=_votes(options, guide),
        )
    if options.json:
        print(json.dumps(stale.as_data(found), ensure_ascii=False, indent=2))
    else:
        print(stale.told(found))
    if guide.broken:
        print(f"not looked at, since they cannot be read: {', '.join(sorted(guide.broken))}", file=sys.stderr)
    return 0


def _votes(options: argparse.Namespace, guide: "Guide") -> "Mapping[str, Counter[str]]":
    """Return what readers say is not right with answers; editors without a database have nothing of it."""
    import asyncio

    from bot.guide import votes
    from bot.settings import SettingsError, load
    from bot.storage.beside import Unreadable
    from bot.storage.engine import sqlite_path

    since = {answer.id: answer.checked for answer in guide.answers.values()}
    if options.database:
        with refusing(Unreadable):
            return asyncio.run(votes.read_from(options.database, since))
    try:
        url = load().database
        path = sqlite_path(url)
        if path is None or path.is_file():
            return asyncio.run(votes.read_from(url, since))
    except (SettingsError, Unreadable) as error:
        print(f"without readers' votes: {error}", file=sys.stderr)
    return {}


def _inbox(options: argparse.Namespace) -> int:
    import asyncio

    from bot.privacy import inbox, keys
    from bot.settings import load
    from bot.storage.beside import Unreadable

    settings = load()
    with refusing(keys.KeyFileError, Unreadable):
        secret = keys.load(settings.key_path, create=False)
        questions = asyncio.run(inbox.read_from(options.database or settings.database, secret))
    if options.json:
        data = [{"day": f"{each.day}", "language": each.language, "text": each.text} for each in questions]
        print(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        told = [f"{each.day}  {each.language}  {each.text}" for each in questions]
        print("\n".join(told) or "no questions")
    return 0


def _export(options: argparse.Namespace) -> int:
    from bot.export import files
    from bot.guide.model import Language
    from bot.texts import TextError

    languages = (Language(options.lang),) if options.lang else tuple(Language)
    with refusing(files.CannotExport, TextError):
        editions = files.editions(options.folder, languages, SystemClock().now().date())
        pages = files.plan(editions)
        files.write(options.directory, pages, progress.counted())
    print(f"wrote {', '.join(str(options.directory / name) for name in files.entries(pages))}")
    return 0


def _guide(options: argparse.Namespace) -> "tuple[Loaded, Guide]":
    """Return what can be read of the guide, whatever is wrong with the rest."""
    from bot.guide.load import load as load_guide

    loaded = load_guide(options.folder, lenient=True)
    if loaded.guide is None:
        raise Misused(f"{options.folder} holds no guide that can be read: see `bot content check`")
    return loaded, loaded.guide


def _readable(loaded: "Loaded", guide: "Guide", id: str) -> "Answer":
    """Return an answer; refuse one that there is not or that has to be mended first, and tell how."""
    from bot.guide.new import no_answer

    if id in guide.answers:
        return guide.answers[id]
    if ("answer", id) not in loaded.documents:
        raise Misused(no_answer(id, guide.answers))
    path = loaded.at("answer", id).path
    print(*(problem for problem in loaded.problems if problem.path == path), sep="\n", file=sys.stderr)
    raise Refused(f"{id} cannot be shown before this is mended")


def _crossings(options: argparse.Namespace) -> "Iterable[Document]":
    """Return the files of the crossings as they are, since they name answers and sources too."""
    from bot.content.document import Shelf

    shelf = Shelf(options.folder, "C")
    return [shelf.yaml(path) for path in sorted(options.folder.glob("crossings/*.yaml"))]


def _ids(document: "Document") -> list[str]:
    """Return the ids of the crossings in a file."""
    data = document.data if isinstance(document.data, dict) else {}
    listed = data.get("crossings")
    return [one.get("id", "") for one in listed or () if isinstance(one, dict)]


def _near(path: Path) -> Path:
    """Return a path as seen from here, where it is below."""
    here = Path.cwd()
    return path.resolve().relative_to(here) if path.resolve().is_relative_to(here) else path

"""`bot history`: the public history of waits, for anybody who wants it."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot import progress
from bot.guide_cli import CONTENT
from bot.refused import Misused, Refused, refusing


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add `history` to the commands."""
    history = commands.add_parser("history", help="how long people waited, hour by hour")
    actions = history.add_subparsers(required=True, metavar="ACTION")
    export = actions.add_parser(
        "export", help="as CSV: hour,crossing,mode,p10,p50,p90,people; minutes, hours in UTC"
    )
    export.add_argument("--crossing", metavar="ID", help="of one crossing, such as verkhny-lars")
    export.add_argument("--since", type=_day, metavar="DATE", help="from this day on, such as 2026-11-01")
    export.add_argument("--out", type=Path, metavar="FILE", help="where to; without it the standard output")
    export.set_defaults(command=_export)


def _day(written: str) -> datetime:
    try:
        return datetime.strptime(written, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{written} is no date such as 2026-11-01") from None


def _export(options: argparse.Namespace) -> int:
    if options.crossing is not None:
        _require(options.crossing)
    out: Path | None = options.out
    if out is None:
        _write(options, sys.stdout)
        return 0
    new = out.with_name(f"{out.name}.new")
    try:
        with new.open("w", encoding="utf-8", newline="") as file:
            count = _write(options, file)
        new.replace(out)
    except OSError as error:
        raise Refused(f"{out}: cannot be written: {error.strerror}; choose another file") from error
    finally:
        new.unlink(missing_ok=True)
    print(f"{count} hours in {out}", file=sys.stderr)
    return 0


def _write(options: argparse.Namespace, out: Any) -> int:
    import asyncio

    from bot.crossings.hours import export_from
    from bot.settings import load
    from bot.storage.beside import Unreadable

    url = load().database
    with refusing(Unreadable):
        return asyncio.run(export_from(url, out, options.crossing, options.since, progress.counted()))


def _require(crossing: str) -> None:
    """Refuse a crossing that there is not: a mistyped one would look like one that nobody told of."""
    from bot.crossings import catalogue

    found = catalogue.load(CONTENT / "crossings").catalogue
    if found is not None and crossing not in found.crossings:
        raise Misused(f"there is no crossing {crossing}; the ids are such as verkhny-lars")

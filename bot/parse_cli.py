"""`bot parse`: what the reader of reports makes of a file of messages."""

import argparse
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import progress
from bot.refused import Misused, Refused

if TYPE_CHECKING:
    from bot.crossings.said import Listener

NEEDED = ("lang", "text")
FOUND = (
    "is_report",
    "crossing",
    "mode",
    "kind",
    "wait_minutes",
    "waited_minutes",
    "vehicles",
    "people",
    "km",
    "event",
    "polarity",
)
"""What is written beside each row, in place of columns of these names; empty is what was not said."""

CONTENT = Path(__file__).parent.parent / "content"


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add `parse` to the commands."""
    parse = commands.add_parser("parse", help="reports, from messages as people type them")
    parse.add_argument("--file", type=Path, required=True, metavar="T.csv", help="with columns lang and text")
    parse.add_argument("--out", type=Path, required=True, metavar="P.csv")
    parse.set_defaults(command=_parse)


def cells(listener: "Listener", text: str) -> dict[str, str]:
    """Return what a message says, by column; the crossing also if it is no report."""
    said = listener.report(text)
    crossing = next(iter(listener.crossings(text)), "")
    if said is None:
        return dict.fromkeys(FOUND, "") | {"is_report": "0", "crossing": crossing}
    found = {
        "is_report": 1,
        "crossing": crossing,
        "mode": said.mode,
        "kind": said.kind,
        "wait_minutes": said.wait_minutes,
        "waited_minutes": said.waited_minutes,
        "vehicles": said.vehicles,
        "people": said.people,
        "km": None if said.metres is None else f"{said.metres / 1000:g}",
        "event": said.happening,
        "polarity": said.polarity,
    }
    return {column: "" if value is None else str(value) for column, value in found.items()}


def _parse(options: argparse.Namespace) -> int:
    from bot.crossings.catalogue import load
    from bot.crossings.names import Names
    from bot.crossings.said import Listener

    table = _read(options.file)
    catalogue = load(CONTENT / "crossings").catalogue
    if catalogue is None:
        raise Refused("no crossing could be read: see `bot content check`")
    listener = Listener(catalogue, Names(catalogue))
    try:
        with options.out.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, table.columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(_answered(table, listener))
    except OSError as error:
        raise Misused(f"cannot write {options.out}: {error.strerror}") from error
    return 0


@dataclass(frozen=True)
class _Table:
    columns: tuple[str, ...]
    rows: list[dict[str, str]]


def _read(path: Path) -> _Table:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restval="", restkey="")
            given = tuple(reader.fieldnames or ())
            missing = [column for column in NEEDED if column not in given]
            if missing:
                raise Misused(f"{path}:1: needs the column{'s' * (len(missing) > 1)} {', '.join(missing)}")
            columns = (*(column for column in given if column not in FOUND), *FOUND)
            return _Table(columns, [{column: row.get(column, "") for column in given} for row in reader])
    except OSError as error:
        raise Misused(f"cannot read {path}: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise Misused(f"{path} is no CSV file in UTF-8: {error}") from error


def _answered(table: _Table, listener: "Listener") -> Iterator[dict[str, str]]:
    told = progress.counted()
    for number, row in enumerate(table.rows, 1):
        yield row | cells(listener, row["text"])
        told(number, len(table.rows))

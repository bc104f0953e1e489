"""docs/THREATS.md says what is so: the tests it names exist, and its limits are those that hold."""

import re
from datetime import timedelta
from pathlib import Path

from bot.privacy.abuse import CUTS, TABLE, Limit

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "THREATS.md").read_text(encoding="utf-8")
WINDOWS = {
    timedelta(minutes=1): "a minute",
    timedelta(minutes=15): "a quarter of an hour",
    timedelta(hours=1): "an hour",
    timedelta(days=1): "a day",
}


def line(limit: Limit) -> str:
    """Return the line of the page that tells a limit."""
    window = "an epoch" if limit is CUTS else WINDOWS[limit.window]
    most = f"{limit.most:,} {window}"
    cells = (limit.name, most, limit.of, limit.restart, limit.full, limit.beyond, limit.why)
    return f"| {' | '.join(map(str, cells))} |"


def section(title: str) -> str:
    return PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    found = [row.strip("|").split("|") for row in section(title).splitlines() if row.startswith("|")]
    return [[cell.strip() for cell in row] for row in found[2:]]


def test_every_test_that_is_named_exists() -> None:
    named = set(re.findall(r"tests/[\w/.-]+", PAGE))
    assert len(named) > 15
    assert [path for path in sorted(named) if not (ROOT / path).is_file()] == []


def test_every_line_names_what_proves_it_or_says_that_nothing_does_yet() -> None:
    for row in (*rows("Adversaries"), *rows("What each part gives away")):
        assert all(row)
        assert re.fullmatch(r"(`tests/[\w/.]+\.py`(, )?)+|not yet", row[-1]), row


def test_the_limits_are_those_that_hold() -> None:
    assert [f"| {' | '.join(row)} |" for row in rows("Limits")] == [line(limit) for limit in TABLE]

"""`bot history export`: the public history as CSV, and never what one or two people said."""

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.cli import main
from bot.crossings import hours as hours_module
from bot.crossings.hours import COLUMNS, cells
from bot.crossings.report import BANDS
from bot.crossings.usual import Hour
from bot.storage import engine
from bot.storage.tables import hours
from tests.databases import run_apart

AT = datetime(2026, 11, 1, tzinfo=UTC)
MINUTE = int(AT.timestamp()) // 60


def run(*arguments: str) -> int | str | None:
    with pytest.raises(SystemExit) as ended:
        main(["history", "export", *arguments])
    return ended.value.code


@pytest.fixture
def url(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database of some hours, which is the bot's own."""
    some = [("verkhny-lars", mode, number) for mode in ("car", "truck") for number in range(24)]
    some += [("petukhovo", "car", 30)]
    fill(database_url, some)
    monkeypatch.setenv("BOT_DATABASE_URL", database_url)
    return database_url


def fill(url: str, some: Iterable[tuple[str, str, int]]) -> None:
    rows = [
        {
            "crossing": crossing,
            "mode": mode,
            "hour_minute": MINUTE + 60 * number,
            "low": 100,
            "middle": 137,
            "high": 190,
            "people": 2 + number % 2,
        }
        for crossing, mode, number in some
    ]

    async def insert() -> None:
        made = engine.create(url)
        async with made.begin() as connection:
            await connection.execute(sa.insert(hours), rows)
        await made.dispose()

    run_apart(insert())


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.usefixtures("url")
def test_every_hour_is_a_row(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hours_module, "PAGE", 7)
    assert run() == 0
    told = capsys.readouterr()
    assert told.err == ""  # quiet in a pipe
    assert told.out.splitlines()[0] == ",".join(COLUMNS) == "hour,crossing,mode,p10,p50,p90,people"
    found = rows(told.out)
    assert len({(row["hour"], row["crossing"], row["mode"]) for row in found}) == len(found) == 49
    assert found[0] == {
        "hour": "2026-11-02T06:00:00Z",
        "crossing": "petukhovo",
        "mode": "car",
        "p10": "60",
        "p50": "",
        "p90": "180",
        "people": "1-2",
    }
    assert {"p10": "100", "p50": "137", "p90": "190", "people": "3"}.items() <= found[2].items()


@pytest.mark.usefixtures("url")
def test_only_a_crossing_and_only_since_a_day(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--crossing", "verkhny-lars") == 0
    assert {row["crossing"] for row in rows(capsys.readouterr().out)} == {"verkhny-lars"}
    assert run("--since", "2026-11-02") == 0
    assert [row["crossing"] for row in rows(capsys.readouterr().out)] == ["petukhovo"]
    assert run("--crossing", "verkhny-lars", "--since", "2026-11-02") == 0
    assert rows(capsys.readouterr().out) == []


@pytest.mark.usefixtures("url")
def test_into_a_file_which_is_whole_or_as_before(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "hours.csv"
    out.write_text("before")
    assert run("--out", str(out)) == 0
    assert len(rows(out.read_text())) == 49
    assert capsys.readouterr().out == ""
    assert [path.name for path in tmp_path.glob("hours*")] == ["hours.csv"]
    assert run("--out", str(tmp_path)) == 1
    assert run("--out", str(tmp_path / "nowhere" / "hours.csv")) == 1
    assert "choose another file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--crossing", "verkhny-mars"], "there is no crossing verkhny-mars"),
        (["--since", "yesterday"], "yesterday is no date such as 2026-11-01"),
        (["--since", "2026-02-30"], "2026-02-30 is no date"),
    ],
)
def test_what_is_called_wrongly_is_told(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 2
    assert told in capsys.readouterr().err


def test_without_a_database_it_says_so_and_makes_none(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/none.sqlite3")
    assert run() == 1
    assert "there is no database" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@given(st.floats(0, 14400), st.floats(0, 14400), st.floats(0, 14400), st.integers(1, 2))
def test_of_few_people_only_the_band_is_told(low: float, middle: float, high: float, people: int) -> None:
    *_, p10, p50, p90, told = cells("verkhny-lars", "car", Hour(AT, low, middle, high, people))
    edges = {(str(band.low), "" if band.high is None else str(band.high)) for band in BANDS}
    assert (p10, p90) in edges
    assert float(p10) <= middle < float(p90 or "inf")
    assert (p50, told) == ("", "1-2")

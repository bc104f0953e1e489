"""What is kept: nothing is stored of which docs/DATA.md does not say how secret it is, how long and why."""

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.cli import main
from bot.privacy.described import describe
from bot.privacy.kept import FOR_GOOD, KEPT, Column, Kept, Lasting, Rows, Secrecy, Term, problems, rules
from bot.storage.tables import metadata

ROOT = Path(__file__).parents[2]
DAY = timedelta(days=1)


def copied() -> sa.MetaData:
    copy = sa.MetaData()
    for table in metadata.sorted_tables:
        table.to_metadata(copy)
    return copy


def saying(table: str, column: str, its: Column) -> Kept:
    """Return what is kept with something else said of a column."""
    rows = KEPT[table]
    return {**KEPT, table: replace(rows, columns={**rows.columns, column: its})}


def test_all_is_said_of_every_column() -> None:
    assert problems() == []


async def test_the_database_itself_has_no_other_columns(database: AsyncEngine) -> None:
    async with database.connect() as connection:
        found = await connection.run_sync(
            lambda sync: {
                name: {column["name"] for column in sa.inspect(sync).get_columns(name)}
                for name in sa.inspect(sync).get_table_names()
            }
        )
    assert found.pop("alembic_version") == {"version_num"}
    assert found == {name: set(rows.columns) for name, rows in KEPT.items()}


def test_a_column_of_which_nothing_is_said_is_a_problem() -> None:
    schema = copied()
    schema.tables["trail"].append_column(sa.Column("device", sa.String(40)))
    assert problems(schema) == [
        "trail.device: say in bot/privacy/kept.py its class, why it is kept and for how long"
    ]


def test_a_table_of_which_nothing_is_said_is_a_problem() -> None:
    schema = copied()
    sa.Table("people", schema, sa.Column("id", sa.Integer, primary_key=True))
    assert problems(schema) == ["people: say in bot/privacy/kept.py what it is and for how long it is kept"]


def test_a_column_that_is_no_more_is_a_problem() -> None:
    said = saying("audit", "moderator", Column(Secrecy.PUBLIC, "Who."))
    assert problems(kept=said) == ["audit.moderator: there is no such column"]


@pytest.mark.parametrize(
    ("table", "column", "its", "told"),
    [
        ("audit", "subject", Column(Secrecy.NEVER, "Whom."), "never stored"),
        ("audit", "subject", Column(Secrecy.PUBLIC, " "), "why"),
        ("audit", "subject", Column(Secrecy.SEALED, "Whom."), "only `sealed`"),
        ("trail", "sealed", Column(Secrecy.PSEUDONYMOUS, "Messages."), "only `sealed`"),
        ("trail", "due_minute", Column(Secrecy.LOCKED, "When."), "of the inbox is locked"),
        ("inbox", "sealed", Column(Secrecy.PSEUDONYMOUS, "Words."), "of the inbox is locked"),
        ("trail", "chat", Column(Secrecy.PUBLIC, "Whose."), "cannot be public"),
        ("reports", "reporter", Column(Secrecy.PSEUDONYMOUS, "Whose."), "for good"),
        ("reports", "reporter", Column(Secrecy.PSEUDONYMOUS, "Whose.", Term(DAY, "wait_minutes")), "age"),
        ("reports", "reporter", Column(Secrecy.PSEUDONYMOUS, "Whose.", Term(DAY, "kind")), "age"),
        ("reports", "reporter", Column(Secrecy.PSEUDONYMOUS, "Whose.", Term(DAY, "born")), "age"),
        (
            "reports",
            "kind",
            Column(Secrecy.PUBLIC, "What.", Term(DAY, "observed_minute")),
            "cannot be emptied",
        ),
    ],
)
def test_what_cannot_be_so_is_a_problem(table: str, column: str, its: Column, told: str) -> None:
    (problem,) = problems(kept=saying(table, column, its))
    assert problem.startswith(f"{table}.{column}: ")
    assert told in problem


def test_what_cannot_be_deleted_by_age_is_a_problem() -> None:
    schema, rows = copied(), {"pairs": Rows("Pairs.", Term(DAY, "at_minute"), {})}
    sa.Table("pairs", schema, *(sa.Column(name, sa.Integer) for name in ("left", "right")))
    found = "\n".join(problems(schema, {**KEPT, **rows}))
    assert "pairs: its age cannot be told from at_minute" in found
    assert "pairs: a row must have a name" in found


def test_what_belongs_to_somebody_ends_or_is_sealed() -> None:
    """The promise of `/safety`, in the table's own words."""
    ending = {rule.name: rule.term.most for rule in rules()}
    assert ending == {
        "reports.reporter": 2 * DAY,
        "trail": 2 * DAY,
        "audit": 365 * DAY,
        "guide_votes": 400 * DAY,
        "inbox": 30 * DAY,
        "measured": 400 * DAY,
        "notices": 365 * DAY,
        "holds": 365 * DAY,
        "tickets": 10 * DAY,
        "subscriptions": 15 * DAY,
        "alert_states": 16 * DAY,
        "alert_events": 2 * DAY,
    }
    lasting = {
        f"{table}.{name}"
        for table, rows in KEPT.items()
        for name, column in rows.columns.items()
        if column.secrecy is not Secrecy.PUBLIC and isinstance(column.term or rows.term, Lasting)
    }
    assert lasting == {"chats.chat", "chats.epoch", "chats.sealed", "reports.id"}


# --- docs/DATA.md


def test_the_page_says_all_of_every_column() -> None:
    page = describe()
    for table, rows in KEPT.items():
        part = page.split(f"### {table}\n")[1].split("\n#")[0]
        assert rows.what in part
        for name, column in rows.columns.items():
            (line,) = [line for line in part.splitlines() if line.startswith(f"| `{name}` |")]
            assert f"`{column.secrecy}`" in line
            assert column.why in line
    assert "emptied within 48 hours of `observed_minute`" in page
    assert "The rows are deleted within 365 days of `at_minute`." in page
    assert "{" not in page


def test_the_page_follows_table_and_schema() -> None:
    sooner = {**KEPT, "audit": replace(KEPT["audit"], term=Term(5 * DAY, "at_minute"))}
    assert "within 5 days of `at_minute`" in describe(kept=sooner)
    schema = copied()
    schema.tables["audit"].append_column(sa.Column("reason", sa.String(7)))
    said = saying("audit", "reason", Column(Secrecy.PUBLIC, "Why it was done.", FOR_GOOD))
    line = "| `reason` | text, at most 7, or empty | `public` | for good | Why it was done. |"
    assert line in describe(schema, said)


def test_the_file_is_up_to_date() -> None:
    page = (ROOT / "docs" / "DATA.md").read_text(encoding="utf-8")
    assert page == describe() + "\n", "docs/DATA.md lags behind: make data"


@pytest.mark.parametrize("lags", [False, True])
def test_a_file_that_lags_fails_make_check(tmp_path: Path, lags: bool) -> None:
    """The line of the Makefile itself is run, beside a copy of the file."""
    recipe = re.search(r"^check:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert recipe
    (line,) = [line for line in recipe[1].splitlines() if "docs/DATA.md" in line]
    (tmp_path / "docs").mkdir()
    copy = shutil.copy(ROOT / "docs" / "DATA.md", tmp_path / "docs")
    if lags:
        Path(copy).write_text(Path(copy).read_text().replace("48 hours", "72 hours", 1))
    command = line.strip().replace("$(BIN)/bot", f"PYTHONPATH={ROOT} {sys.executable} -m bot")
    ended = subprocess.run(["/bin/sh", "-c", command], cwd=tmp_path, capture_output=True, text=True)  # noqa: S603
    assert ended.returncode == (1 if lags else 0), ended.stderr
    assert ("make data" in ended.stderr) is lags


def test_the_command_refuses_to_describe_what_is_not_said(capsys: pytest.CaptureFixture[str]) -> None:
    sabotage = (
        "import sqlalchemy as sa; from bot.storage.tables import audit; from bot.cli import main;"
        "audit.append_column(sa.Column('moderator', sa.BigInteger)); main(['db', 'describe'])"
    )
    ended = subprocess.run([sys.executable, "-c", sabotage], cwd=ROOT, capture_output=True, text=True)  # noqa: S603
    assert ended.returncode == 1
    assert not ended.stdout
    assert ended.stderr.startswith("audit.moderator: say ")
    with pytest.raises(SystemExit) as exit:
        main(["db", "describe"])
    assert exit.value.code == 0
    assert capsys.readouterr().out == describe() + "\n"

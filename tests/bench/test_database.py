"""The made-up databases of benches hold what the bot itself would have stored."""

from datetime import timedelta
from pathlib import Path

from bot.bench import database
from bot.bench.measure import crossings
from bot.crossings.report import check
from bot.crossings.store import Reports
from bot.storage import engine
from bot.storage.writer import Writer
from tests.clock import START, ManualClock


async def test_the_bot_reads_what_a_bench_has_made(tmp_path: Path) -> None:
    path = tmp_path / "bench.sqlite3"
    await database.make(path)
    place = crossings().crossings["verkhny-lars"]
    made = list(database.rows(500, [place], START, timedelta(days=6)))
    assert database.fill(path, made) == 500
    opened = engine.create(f"sqlite+aiosqlite:///{path}")
    try:
        async with Writer(opened) as writer:
            found = (await Reports(opened, writer, ManualClock()).recent(place.id)).reports
    finally:
        await opened.dispose()
    assert len(found) == 500
    for report in found:
        check(report.statement)
    assert {report.reporter is None for report in found} == {True, False}

"""Rotation: a new key in place of the old one, after which nothing opens what was sealed before."""

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from bot.clock import Clock
from bot.privacy import inbox
from bot.privacy.carry import carry
from bot.privacy.epochs import Epochs
from bot.privacy.keys import held, load, replace
from bot.storage import engine as storage
from bot.storage import migrate
from bot.storage.tables import SEALED
from bot.storage.writer import Writer

Progress = Callable[[int, int], None]
"""Told how many rows are sealed anew, and of how many."""


async def rotate(path: Path, database_url: str, clock: Clock, progress: Progress) -> int:
    """Put a new key in place of that in the key file; return how many rows were sealed anew.

    Whatever interrupts it, nothing is lost, the bot can run, and the next call goes on to the end. Brings the
    database to this version first. Raises `KeyFileError` (also while a bot runs), `StorageUnavailable` and
    `MigrationError`.
    """
    with held(path, alone=True):
        keys = load(path, create=False)
        engine = storage.create(database_url)
        try:
            await migrate.upgrade(engine)
            if len(keys.numbers) == 1:  # or else an interrupted rotation has made the new one
                keys = keys.with_another()
                replace(path, keys)
            async with Writer(engine) as writer:
                # With the old key until the old epochs are gone: the new one never seals those.
                epochs = Epochs(path, keys.as_before(), clock)
                await carry(writer, epochs)  # what still lies in the epoch before, which now goes
                epochs.turn_now()
                rows = await _carry_all(writer, epochs, progress)
                rows += await inbox.reseal(writer, keys)
            epochs.destroy_previous()
            epochs.seal_with(keys)
            replace(path, keys.without_old())
        finally:
            await engine.dispose()
    return rows


async def _carry_all(writer: Writer, epochs: Epochs, progress: Progress) -> int:
    of = 0
    async with writer.engine.connect() as connection:
        for table in SEALED:
            of += (await connection.execute(sa.select(sa.func.count()).select_from(table))).scalar_one()
    carried = await carry(writer, epochs, lambda rows: progress(min(rows, of - 1), of))
    if of:
        progress(of, of)
    return carried.rows

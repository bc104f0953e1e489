"""Backup, restore and check of the database, for an operator at a terminal.

A backup of SQLite is taken while the bot runs and is one file that only its owner can read. It holds neither
pseudonyms of reporters nor a trail: those live for 48 hours at most, and a backup would keep them for longer.
Nor does it hold the editors' inbox, whose key lives on. What chats have chosen is in it, sealed with keys
that are not and that die with their epoch. PostgreSQL has
better tools of its own; for it, the commands to run are said.
"""

import os
import shlex
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TextIO

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import Clock
from bot.storage import migrate, sqlite
from bot.storage.engine import StorageUnavailable, create, sqlite_path
from bot.storage.progress import Watch, in_thread, progress
from bot.storage.tables import reports

PAGES = 2_000

_NOT_OURS = frozenset({sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
"""How SQLite answers where there is no such table, or no database."""


class BackupError(Exception):
    """What was asked for was not done; the message says why and what to do instead."""


@dataclass(frozen=True)
class Checked:
    """What a check saw: `facts` in any case, `problems` if something is wrong; each is one line."""

    facts: tuple[str, ...]
    problems: tuple[str, ...]


async def backup(url: str, target: Path, clock: Clock, terminal: TextIO | None = None) -> str:
    """Write a backup to a new file and return a line that says so; the bot may be running.

    Raises `BackupError` if the file exists or there is nothing to back up; for PostgreSQL, with the command.
    """
    path = _file(url, "pg_dump --format=custom --file={file} --dbname={url}", target)
    return await in_thread(lambda watch: _backup(path, target, watch), "writing the backup", clock, terminal)


async def restore(
    url: str, source: Path, clock: Clock, terminal: TextIO | None = None, *, force: bool = False
) -> str:
    """Put a backup in the place of the database and return a line that says so.

    Looks first whether the backup is whole and of a version that this one knows. Raises `BackupError` if it
    is not, if the bot is running, and, without `force`, if the database holds anything.
    """
    path = _file(url, "pg_restore --clean --if-exists --single-transaction --dbname={url} {file}", source)
    return await in_thread(lambda watch: _restore(path, source, force, watch), "restoring", clock, terminal)


async def check(url: str, clock: Clock, terminal: TextIO | None = None) -> Checked:
    """Look whether the database is whole, of this version, and set up as it must be."""
    path = sqlite_path(url)
    if path is not None and not path.exists():
        raise BackupError(f"there is no database at {path}; the bot makes it at its first start")
    try:
        usual, patient = create(url), create(url, patient=True)
    except StorageUnavailable as error:
        return Checked((), (str(error),))
    try:
        async with progress("checking", clock, terminal):
            look = _check_postgresql if path is None else _check_sqlite
            return await look(usual, patient)
    except StorageUnavailable as error:
        return Checked((), (str(error),))
    finally:
        await usual.dispose()
        await patient.dispose()


def _file(url: str, command: str, other: Path) -> Path:
    path = sqlite_path(url)
    if path is None:
        address = make_url(url).set(drivername="postgresql")._replace(password=None).render_as_string()
        told = command.format(url=shlex.quote(address), file=shlex.quote(str(other)))
        raise BackupError(f"PostgreSQL comes with the right tool; run: {told}")
    return path


# --- SQLite, in a thread


def _backup(path: Path, target: Path, watch: Watch) -> str:
    if not path.exists():
        raise BackupError(f"there is no database at {path}")
    if target.exists():
        raise BackupError(f"{target} exists already; give another name")
    with _partial(target) as partial:
        with closing(_open(watch, path, "rw")) as database:
            _require_known(database, path)
            pages = _pragma(database, "page_count") * _pragma(database, "page_size")
            watch.fraction = lambda: partial.stat().st_size / max(pages, 1)
            database.execute("VACUUM INTO ?", (str(partial),))
        with closing(watch.open(partial, "rw")) as copy:
            copy.execute("PRAGMA journal_mode=OFF")
            copy.execute("PRAGMA secure_delete=ON")
            copy.execute("UPDATE reports SET reporter = NULL WHERE reporter IS NOT NULL")
            copy.execute("DELETE FROM trail")
            if copy.execute(
                "SELECT 1 FROM sqlite_master WHERE name = 'inbox'"
            ).fetchone():  # not in older forms
                copy.execute("DELETE FROM inbox")
            count = copy.execute("SELECT count(*) FROM reports").fetchone()[0]
            _require_whole(copy, target)
        _settle(partial, target)
    size = target.stat().st_size
    return f"{count} reports are in {target}, {size:,} bytes, without pseudonyms, trail and inbox"


def _restore(path: Path, source: Path, force: bool, watch: Watch) -> str:
    if not source.is_file():
        raise BackupError(f"there is no file {source}")
    with closing(_open(watch, source, "ro")) as backed_up:
        version = _require_known(backed_up, source)
        _require_whole(backed_up, source)
        _require_replaceable(path, force)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _partial(path) as partial:
            with closing(watch.open(partial, "rw")) as copy:
                backed_up.backup(copy, pages=PAGES, progress=watch.copied)
                count = copy.execute("SELECT count(*) FROM reports").fetchone()[0]
            for suffix in ("-wal", "-shm"):  # of the old file; they would be taken for those of the new one
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            _settle(partial, path)
    note = "" if version == migrate.revisions()[-1] else "; the next start brings it to this version"
    return f"{count} reports were restored from {source}{note}"


def _open(watch: Watch, path: Path, mode: Literal["ro", "rw"]) -> sqlite3.Connection:
    try:
        return watch.open(path, mode)
    except sqlite3.OperationalError as error:
        raise BackupError(f"{path} cannot be read now: {error}") from None


def _require_known(database: sqlite3.Connection, path: Path) -> str:
    try:
        version = str(database.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    except (sqlite3.DatabaseError, TypeError) as error:  # TypeError: no row
        # A full disk, a lock or a file of somebody else says nothing against what is in the file.
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF not in _NOT_OURS:
            raise BackupError(f"{path} cannot be read now: {error}") from None
        raise BackupError(f"{path} is not a database of the bot, or is damaged") from None
    if version not in migrate.revisions():
        raise BackupError(f"{path} is of a newer version of the bot ({version}): use that one")
    return version


def _require_whole(database: sqlite3.Connection, path: Path) -> None:
    try:
        first = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
        astray = database.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.DatabaseError as error:
        first, astray = str(error), None
    if first != "ok" or astray:
        damage = _one_line(first) if first != "ok" else "rows point nowhere"
        raise BackupError(f"{path} is damaged ({damage}); nothing was changed")


def _require_replaceable(path: Path, force: bool) -> None:
    if not path.exists() or not path.stat().st_size:
        return
    try:
        with closing(sqlite3.connect(path, timeout=0)) as old:
            # This folds the WAL in, and is refused while anybody else has the file open.
            if old.execute("PRAGMA journal_mode=DELETE").fetchone()[0] != "delete":
                raise BackupError(f"{path} is in use; stop the bot first")
            tables = [name for (name,) in old.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            empty = not any(
                old.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone()  # noqa: S608 - a name of a table
                for name in tables
                if name != "alembic_version"
            )
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            raise BackupError(f"{path} is in use; stop the bot first") from None
        empty = False  # damaged: whoever says so may replace it
    if not empty and not force:
        raise BackupError(f"{path} is not empty; back it up, then say --force to replace it")


@contextmanager
def _partial(target: Path) -> Iterator[Path]:
    """Make a file beside the target that only we can read, and remove it unless it was renamed."""
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    try:
        os.close(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise BackupError(f"cannot write {target}: {error.strerror}") from None
    try:
        yield partial
    except sqlite3.DatabaseError as error:
        raise BackupError(f"cannot write {target}: {error}") from None
    finally:
        partial.unlink(missing_ok=True)


def _settle(partial: Path, target: Path) -> None:
    """Rename a finished file to its name so that a power cut leaves either none or the whole."""
    _sync(partial, os.O_RDONLY)
    partial.replace(target)
    _sync(target.parent, os.O_RDONLY | os.O_DIRECTORY)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _one_line(text: str) -> str:
    return "; ".join(text.splitlines())


def _pragma(database: sqlite3.Connection, name: str) -> int:
    return int(database.execute(f"PRAGMA {name}").fetchone()[0])


# --- checks


async def _check_sqlite(usual: AsyncEngine, patient: AsyncEngine) -> Checked:
    path = sqlite_path(usual.url)
    assert path is not None
    problems = []
    for where, allowed in ((path, 0o600), (path.parent, 0o700)):
        mode = stat.S_IMODE(where.stat().st_mode)
        if mode & ~allowed:
            problems.append(f"{where} can be read by others (mode {mode:o}): chmod {allowed:o} {where}")
    async with patient.connect() as connection:
        damage = (await connection.exec_driver_sql("PRAGMA integrity_check(3)")).scalars().all()
        if list(damage) != ["ok"]:
            problems += [f"damaged: {_one_line(found)}" for found in damage]
        if (await connection.exec_driver_sql("PRAGMA foreign_key_check")).first():
            problems.append("rows point nowhere (PRAGMA foreign_key_check)")
    async with usual.connect() as connection:
        for pragma, wanted in sqlite.PRAGMAS.items():
            found = str((await connection.exec_driver_sql(f"PRAGMA {pragma}")).scalar_one())
            if found != wanted:
                problems.append(f"{pragma} is {found}, not {wanted}")
    return await _with_version(usual, f"SQLite {sqlite3.sqlite_version}, {path}", problems)


async def _check_postgresql(usual: AsyncEngine, _patient: AsyncEngine) -> Checked:
    problems: list[str] = []
    async with usual.connect() as connection:
        release = (await connection.execute(sa.text("SHOW server_version"))).scalar_one()
        query = sa.text("SELECT name FROM pg_settings WHERE name = ANY (:names) AND setting = 'off'")
        off = await connection.execute(query, {"names": ["fsync", "full_page_writes", "synchronous_commit"]})
        problems += [f"{name} is off: what was acknowledged can be lost in a power cut" for (name,) in off]
        unusable = sa.text("SELECT count(*) FROM pg_index WHERE NOT indisvalid")
        if (await connection.execute(unusable)).scalar_one():
            problems.append("an index is not valid: REINDEX DATABASE")
    return await _with_version(usual, f"PostgreSQL {release}", problems)


async def _with_version(engine: AsyncEngine, what: str, problems: list[str]) -> Checked:
    version, newest = await migrate.version(engine), migrate.revisions()[-1]
    if version is None:
        return Checked((what, "no tables yet"), (*problems, "the database is empty: bot db upgrade"))
    if version != newest:
        problems.append(f"the database is at {version}, this version of the bot at {newest}: bot db upgrade")
    async with engine.connect() as connection:
        query = sa.select(sa.func.count()).select_from(reports)
        count = (await connection.execute(query)).scalar_one()
    return Checked((what, f"version {version}", f"{count} reports"), tuple(problems))

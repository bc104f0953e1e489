"""Databases for tests, of both engines; a pytest plugin.

    async def test_something(database: AsyncEngine, writer: Writer) -> None: ...

runs twice: on a new SQLite file, and on a new database of the PostgreSQL server that
`PROVODNIK_TEST_POSTGRES` names (`.ci/postgres start` prints it). Without one the second is skipped; in CI it
fails.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from bot.storage import engine, migrate
from bot.storage.writer import Writer

SERVER = "PROVODNIK_TEST_POSTGRES"


class Databases:
    """Makes databases of one engine, empty or at the newest form."""

    def __init__(self, kind: str, directory: Path) -> None:
        self._kind = kind
        self._directory = directory
        self._numbers = count()
        self._template: str | None = None

    def empty(self) -> str:
        """Make an empty database and return its address."""
        return self._make(None)

    def ready(self) -> str:
        """Make a database with all tables and return its address."""
        if self._template is None:
            self._template = self._make(None)
            run_apart(_upgrade(self._template))
        return self._make(self._template)

    def remove(self, url: str) -> None:
        """Remove one, whoever is still connected to it."""
        if self._kind == "postgresql":
            run_apart(_on_server(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)'))

    def close(self) -> None:
        """Remove what was made for all."""
        if self._template is not None:
            self.remove(self._template)

    def _make(self, like: str | None) -> str:
        name = f"provodnik_test_{os.getpid()}_{next(self._numbers)}"
        if self._kind == "sqlite":
            path = self._directory / name / "test.sqlite3"
            path.parent.mkdir(mode=0o700)
            if like is not None:
                shutil.copy(engine.sqlite_path(like) or "", path)
            return f"sqlite+aiosqlite:///{path}"
        template = make_url(like).database if like is not None else "template0"
        run_apart(_on_server(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
        return make_url(os.environ[SERVER]).set(database=name).render_as_string(hide_password=False)


def run_apart(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine to its end in a loop of its own, whether or not one runs here."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


async def _upgrade(url: str) -> None:
    made = engine.create(url)
    await migrate.upgrade(made)
    await made.dispose()


async def _on_server(*statements: str) -> None:
    server = create_async_engine(os.environ[SERVER], isolation_level="AUTOCOMMIT", poolclass=NullPool)
    async with server.connect() as connection:
        for statement in statements:
            await connection.execute(sa.text(statement))


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def databases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Databases]:
    """The makers of databases, one after the other."""
    if request.param == "postgresql" and not os.environ.get(SERVER):
        reason = f"{SERVER} is not set; `.ci/postgres start` starts a server and prints what to set it to"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    made = Databases(request.param, tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """The address of a new database with all tables."""
    url = databases.ready()
    yield url
    databases.remove(url)


@pytest.fixture
def empty_url(databases: Databases) -> Iterator[str]:
    """The address of a new database without tables."""
    url = databases.empty()
    yield url
    databases.remove(url)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    """A new database with all tables."""
    made = engine.create(database_url)
    yield made
    await made.dispose()


@pytest.fixture
async def writer(database: AsyncEngine) -> AsyncIterator[Writer]:
    """The writer of that database, at work."""
    async with Writer(database) as at_work:
        yield at_work

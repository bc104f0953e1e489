"""What a start does not import: each of these costs time before the first answer, and memory for ever."""

import subprocess
import sys

import pytest

CODE = "import bot.cli, bot.serving, sys; print(*sys.modules)"


@pytest.fixture(scope="module")
def imported() -> frozenset[str]:
    """The names of all modules that a start on SQLite has, before it does anything."""
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)  # noqa: S603
    return frozenset(done.stdout.split())


@pytest.mark.parametrize(
    "name",
    [
        "Stemmer",
        "alembic",
        "asyncpg",
        "matplotlib",
        "numpy",
        "sqlalchemy.dialects.postgresql",
    ],
)
def test_what_a_start_does_not_need_is_not_imported(imported: frozenset[str], name: str) -> None:
    assert name not in imported


SETTLED = """
import gc
gc.disable()
from bot import serving
serving._settle()
print(gc.isenabled(), gc.get_freeze_count())
"""


def test_garbage_is_looked_for_after_a_start_but_not_in_what_it_made() -> None:
    done = subprocess.run([sys.executable, "-c", SETTLED], capture_output=True, text=True, check=True)  # noqa: S603
    enabled, frozen = done.stdout.split()
    assert enabled == "True"
    assert int(frozen) > 50_000

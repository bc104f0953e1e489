"""Lint that guards a promise: nobody makes a hash of an id outside of bot/privacy."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

HASHES = [
    "import hashlib\n",
    "from hashlib import sha256\n",
    "import hmac\n",
    "from hmac import digest\n",
    "from cryptography.hazmat.primitives import hashes\n",
    "from cryptography.hazmat.primitives.hmac import HMAC\n",
]


def lint(code: str, path: str) -> str:
    """Return what ruff says of a module with this code there."""
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--no-cache",
        "--output-format=concise",
        "--select=TID251",
    ]
    return subprocess.run(  # noqa: S603
        [*command, "--stdin-filename", path, "-"], cwd=ROOT, input=code, capture_output=True, text=True
    ).stdout


@pytest.mark.parametrize("code", HASHES)
@pytest.mark.parametrize("path", ["bot/crossings/store.py", "bot/telegram/desk.py", "bot/storage/new.py"])
def test_a_hash_elsewhere_is_refused_and_taught(code: str, path: str) -> None:
    said = lint(code + "\nprint(1)\n", path)
    assert "TID251" in said
    assert "bot/privacy" in said


@pytest.mark.parametrize("code", HASHES)
def test_where_pseudonyms_are_made_it_is_allowed(code: str) -> None:
    assert "TID251" not in lint(code, "bot/privacy/pseudonyms.py")


def test_the_other_bans_stand_in_what_runs_in_bot_privacy() -> None:
    for path in ("bot/privacy/retention.py", "bot/privacy/carry.py", "bot/privacy/trail.py"):
        assert "TID251" in lint("import asyncio\n\nasyncio.create_task(None)\n", path)


def test_every_exception_is_known() -> None:
    """Only a hash of our own texts, which has nothing to do with people."""
    written = re.compile(r"^(?:import|from) (?:hashlib|hmac)\b.*noqa.*$", re.MULTILINE)
    found = {
        str(path.relative_to(ROOT)): written.findall(path.read_text(encoding="utf-8"))
        for path in (ROOT / "bot").rglob("*.py")
    }
    assert sorted(path for path, lines in found.items() if lines) == [
        "bot/content/version.py",
        "bot/guide/read_answer.py",
        "bot/guide/semantic.py",
    ]

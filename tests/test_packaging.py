"""What is shipped: locked libraries, and an image that runs without rights and says whether it is well."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from bot.settings import load
from bot.simulator.server import Simulator
from tests.stories.test_telegram import free_port, healthy, process

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
LOCKS = ("run.lock", "dev.lock")


def instructions(name: str) -> list[str]:
    return re.findall(rf"^\s*{name}\s+(.*)$", DOCKERFILE, re.MULTILINE)


def locked(lock: str) -> dict[tuple[str, str], int]:
    """Return how many hashes each library has, by its name and by what it is for, if not for all."""
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    found = (
        re.match(r"([\w.-]+)(?:\[[^]]*\])?==\S+([^-]*)(.*)", line)
        for line in text.splitlines()
        if line.strip()
    )
    return {(match[1], match[2].strip()): match[3].count("--hash=sha256:") for match in found if match}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_library_is_locked_by_hashes_and_no_index_is_named(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert "index" not in text
    lines = [line for line in text.splitlines() if line and not line.startswith(("    --hash=", "#"))]
    assert len(lines) == len(locked(lock)), "something is not locked by ==, or twice"
    assert all(locked(lock).values())


def test_the_locks_hold_what_the_project_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed, more = project["dependencies"], project["optional-dependencies"]["dev"]
    for lock, requirements in (("run.lock", needed), ("dev.lock", needed + more)):
        names = {re.split(r"[^\w.-]", requirement)[0].replace(".", "-") for requirement in requirements}
        assert names <= {name for name, _ in locked(lock)}


def test_the_image_is_built_from_hashes_and_of_files_that_are_let_in() -> None:
    assert "--require-hashes -r /run.lock" in DOCKERFILE
    let_in = re.findall(r"^!(.*)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    sources = [line.split()[0] for line in instructions("COPY") if not line.startswith("--from")]
    assert {"bot", "content", "migrations"} <= set(sources)
    for source in sources:
        assert (ROOT / source).exists()
        assert source.partition("/")[0] in let_in


def test_the_image_runs_as_nobody_with_settings_that_there_are() -> None:
    assert instructions("USER") == ["provodnik"]
    given = dict(pair.split("=", 1) for line in instructions("ENV") for pair in line.split())
    settings = load({**given, "BOT_TOKEN": "1:x"}, Path("/nonexistent/.env"))
    volumes = json.loads(instructions("VOLUME")[0])
    assert [str(settings.data_dir), str(settings.key_path.parent)] == volumes


def test_the_containers_root_is_read_only_and_it_has_no_rights() -> None:
    service = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]["bot"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert {volume.partition(":")[2] for volume in service["volumes"]} == {"/data", "/keys"}


async def test_the_healthcheck_sees_whether_the_bot_is_well(simulator: Simulator, tmp_path: Path) -> None:
    port = free_port()
    command = json.loads(DOCKERFILE.split("HEALTHCHECK", 1)[1].split("CMD", 1)[1].splitlines()[0])
    command[0] = sys.executable
    # A proxy for the way to Telegram must not stand between the bot and its own check.
    environment = {**os.environ, "BOT_LISTEN": f"0.0.0.0:{port}", "http_proxy": "http://127.0.0.1:1"}

    def check() -> int:
        return subprocess.run(command, env=environment, stderr=subprocess.DEVNULL, timeout=20).returncode  # noqa: S603

    async with process(simulator, tmp_path, port):
        await healthy(port)
        assert check() == 0
    assert check() != 0

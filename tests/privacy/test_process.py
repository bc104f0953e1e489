"""What a crash or a neighbour can learn of the running bot's memory, asked of the real process."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WITHOUT_RIGHTS = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--"] if os.geteuid() == 0 else []
"""An administrator may look into every process, so if we are one, nobody here is."""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's /proc")


def allow_core_dumps() -> None:
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """`bot run`, started where everything that it must turn off is on."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
    environment |= {"BOT_LISTEN": "127.0.0.1:0", "PYTHONPATH": str(ROOT), "PYTHONFAULTHANDLER": "1"}
    with subprocess.Popen(  # noqa: S603
        [*WITHOUT_RIGHTS, sys.executable, "-m", "bot", "run"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=allow_core_dumps,
    ) as running:
        assert running.stdout is not None
        assert "http://127.0.0.1:" in running.stdout.readline()
        yield running
        running.kill()


def test_no_core_dump_is_written(bot: subprocess.Popen[str]) -> None:
    limits = Path(f"/proc/{bot.pid}/limits").read_text("utf-8")
    (line,) = [line for line in limits.splitlines() if line.startswith("Max core file size")]
    assert line.split()[4:6] == ["0", "0"]


def test_a_neighbour_of_the_same_user_cannot_look_into_it(bot: subprocess.Popen[str]) -> None:
    def look(process: str) -> subprocess.CompletedProcess[bytes]:
        command = [*WITHOUT_RIGHTS, "cat", f"/proc/{process}/environ"]
        return subprocess.run(command, capture_output=True, timeout=10)  # noqa: S603

    assert look("self").returncode == 0, "one may look into what is not protected"
    seen = look(str(bot.pid))
    assert seen.stdout == b""
    assert b"ermission denied" in seen.stderr


def test_a_crash_shows_no_stack(bot: subprocess.Popen[str], tmp_path: Path) -> None:
    bot.send_signal(signal.SIGABRT)
    assert bot.wait(timeout=10) == -signal.SIGABRT
    assert bot.stderr is not None
    assert "File" not in bot.stderr.read()
    assert [path for path in tmp_path.iterdir() if path.name.startswith("core")] == []

"""What an operator sees: one clear line for what is wrong, a clean stop, and nothing personal left behind."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest

from bot import cli
from bot.content.version import version_of
from bot.storage import migrate
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[2]

Ended = subprocess.CompletedProcess[str]


def bot(*arguments: str, data: Path, more: Mapping[str, str] | None = None) -> Ended:
    """Run the command as an operator does, with settings of our own only."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("BOT_")}
    environment |= {"BOT_DATA_DIR": str(data / "data"), "BOT_LISTEN": "127.0.0.1:0", **(more or {})}
    command = [sys.executable, "-m", "bot", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)  # noqa: S603


def refused(*arguments: str, data: Path, more: Mapping[str, str] | None = None) -> str:
    ended = bot(*arguments, data=data, more=more)
    assert ended.returncode == 1
    *log, told = ended.stderr.splitlines()
    assert "Traceback" not in ended.stderr
    assert all(" INFO " in line for line in log), log
    return told


def test_a_wrong_setting_is_one_line(tmp_path: Path) -> None:
    assert refused("run", data=tmp_path, more={"BOT_TOKN": "1:x"}).startswith("BOT_TOKN: no such setting")


def test_without_a_key_the_start_says_how_to_make_one(tmp_path: Path) -> None:
    key = tmp_path / "keys" / "key"
    real = {"BOT_TOKEN": "1:x", "BOT_KEY_FILE": str(key), "BOT_API_URL": "http://127.0.0.1:9/bot"}
    assert "bot keys new" in refused("run", data=tmp_path, more=real)
    assert bot("keys", "new", data=tmp_path, more=real).returncode == 0
    assert key.stat().st_mode & 0o777 == 0o600
    assert "already" in refused("keys", "new", data=tmp_path, more=real)
    assert "BOT_API_URL" in refused("run", data=tmp_path, more=real)


def test_the_local_chat_stays_on_this_machine(tmp_path: Path) -> None:
    assert "BOT_LISTEN" in refused("run", data=tmp_path, more={"BOT_LISTEN": "0.0.0.0:8080"})


def test_simulated_people_never_meet_real_ones(tmp_path: Path) -> None:
    real = {"BOT_TOKEN": "1:x", "BOT_KEY_FILE": str(tmp_path / "key")}
    assert "--crowd" in refused("run", "--crowd", "verkhny-lars", data=tmp_path, more=real)
    assert "verkhny-lars" in refused("run", "--crowd", "atlantis", data=tmp_path)


def test_the_databases_commands(tmp_path: Path) -> None:
    assert bot("db", "upgrade", data=tmp_path).returncode == 0
    checked = bot("db", "check", data=tmp_path)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "kept for too long: nothing" in checked.stdout
    copy = tmp_path / "copy.sqlite3"
    assert bot("db", "backup", str(copy), data=tmp_path).returncode == 0
    assert copy.stat().st_mode & 0o777 == 0o600
    assert bot("db", "restore", str(copy), "--force", data=tmp_path).returncode == 0
    assert "no database" in refused("db", "check", data=tmp_path / "elsewhere")


def test_the_content_is_sound(tmp_path: Path) -> None:
    checked = bot("content", "check", data=tmp_path)
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.endswith(f"; version {version_of(ROOT / 'content')}\n")


def test_a_mistyped_value_in_the_words_is_told(tmp_path: Path) -> None:
    folder = shutil.copytree(ROOT / "content", tmp_path / "content")
    words = (folder / "texts" / "en.ftl").read_text("utf-8")
    (folder / "texts" / "en.ftl").write_text(
        words.replace("help-version = ", "help-version = { $vresion } { lost }", 1), "utf-8"
    )
    with (folder / "texts" / "ru.ftl").open("a", encoding="utf-8") as russian:
        russian.write("шум = шум\n")
    checked = bot("content", "check", str(folder), data=tmp_path)
    assert "G103 help-version: nothing gives it lost" in checked.stdout
    assert "G102 this is not Fluent" in checked.stdout


def test_words_that_cannot_be_read_are_told_with_their_line_and_the_check_goes_on(tmp_path: Path) -> None:
    folder = shutil.copytree(ROOT / "content", tmp_path / "content")
    (folder / "texts" / "en.ftl").unlink()
    with (folder / "texts" / "ru.ftl").open("ab") as words:
        words.write("шум = шум\n".encode("cp1251"))
    last = (folder / "texts" / "ru.ftl").read_bytes().count(b"\n")
    (folder / "crossings" / "no.yaml").write_text("country: }", "utf-8")
    checked = bot("content", "check", str(folder), data=tmp_path)
    assert checked.returncode == 1, checked.stderr
    assert "content/texts/en.ftl:1: G101 cannot be read: No such file" in checked.stdout
    assert f"content/texts/ru.ftl:{last}: G101 is not UTF-8 text" in checked.stdout
    assert "no.yaml:1: C102" in checked.stdout


def test_a_words_file_without_a_word_is_one_line(tmp_path: Path) -> None:
    folder = shutil.copytree(ROOT / "content", tmp_path / "content")
    (folder / "texts" / "ru.ftl").write_text("", "utf-8")
    assert refused("content", "check", str(folder), data=tmp_path).startswith("ru: no text for ")


def test_a_broken_crossings_file_makes_no_other_file_wrong(tmp_path: Path) -> None:
    folder = shutil.copytree(ROOT / "content", tmp_path / "content")
    for path in folder.glob("crossings/*.yaml"):  # whatever names a crossing or is shown on one's card
        if path.name != "no.yaml":
            path.write_text("country: }", "utf-8")
    checked = bot("content", "check", str(folder), data=tmp_path)
    assert "ge.yaml:1: C102" in checked.stdout
    assert [
        line for line in checked.stdout.splitlines() if ": C102 " not in line and "warning" not in line
    ] == []


def test_an_incomplete_installation_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy.sqlite3"
    assert bot("db", "upgrade", data=tmp_path).returncode == 0
    assert bot("db", "backup", str(copy), data=tmp_path).returncode == 0
    monkeypatch.setenv("BOT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(migrate, "revisions", partial(migrate.revisions, tmp_path))
    for command in (["check"], ["backup", str(tmp_path / "other")], ["restore", str(copy), "--force"]):
        with pytest.raises(SystemExit) as ended:
            cli.main(["db", *command])
        assert ended.value.code == 1
        assert "the installation is incomplete" in capsys.readouterr().err


def test_editors_look_at_what_there_is(tmp_path: Path) -> None:
    assert "Казахстан" in bot("content", "preview", "kz-stay", data=tmp_path).stdout
    assert "flowchart" in bot("content", "graph", data=tmp_path).stdout
    assert "kz-safety" in bot("content", "stale", "--within", "999", data=tmp_path).stdout
    assert "kz-stay.md" in bot("content", "trace", "kz-stay", data=tmp_path).stdout
    assert "content/crossings/kz.yaml:" in bot("content", "uses", "kz-safety", data=tmp_path).stdout


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("BOT_")}
    environment |= {"BOT_DATA_DIR": str(tmp_path), "BOT_LISTEN": "127.0.0.1:0"}
    command = [sys.executable, "-m", "bot", "run"]
    with subprocess.Popen(  # noqa: S603
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert "http://127.0.0.1:" in running.stdout.readline()
        running.send_signal(number)
        assert running.wait(timeout=PATIENCE) == 0
        assert "Traceback" not in running.stderr.read()

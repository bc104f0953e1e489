"""The privacy floor: nothing that identifies anybody in the database, its journal, or a log line at DEBUG."""

import logging
import sys
import threading
import warnings
from pathlib import Path

import pytest

from bot.privacy import redaction
from bot.release import Content
from bot.simulator.server import Simulator
from tests.clock import ManualClock
from tests.conftest import running
from tests.person import Person

NAME = "Кассиопея-Zebra"
WORDS = "тайнаяфраза sekretnoe"
LATITUDE, LONGITUDE = 43.123987, 44.567891


def marks(person: Person, token: str) -> list[bytes]:
    number = person.id
    plain = [str(number), NAME, "тайнаяфраза", "sekretnoe", "43.123987", "44.567891", token.partition(":")[2]]
    raw = [number.to_bytes(8, "big"), number.to_bytes(8, "little"), f"{number:x}".encode()]
    return [*(mark.encode() for mark in plain), *raw]


async def test_what_people_say_and_who_they_are_is_nowhere(
    simulator: Simulator,
    clock: ManualClock,
    tmp_path: Path,
    content: Content,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = tmp_path / "log.txt"
    data = tmp_path / "data"
    root = logging.getLogger()
    for of, name in (
        (root, "handlers"),
        (root, "level"),
        (sys, "excepthook"),
        (sys, "unraisablehook"),
        (threading, "excepthook"),
        (warnings, "showwarning"),
    ):
        monkeypatch.setattr(of, name, getattr(of, name))  # so that it is put back
    monkeypatch.setattr(root, "handlers", [])
    with log.open("w", encoding="utf-8") as stream:
        redaction.configure("DEBUG", stream, [simulator.token])
        async with running(simulator, clock, data, content):
            person = Person(simulator, NAME, language="ru")
            await person.send("/start")
            await person.send(WORDS)
            await person.send(f"/crossing {WORDS}")
            await person.send("/language")
            await person.tap("English")
            await person.locate(LATITUDE, LONGITUDE)
            await person.send("/report lars")
            await person.tap("Got through")
            await person.tap("6–12 h")
            await person.photo(WORDS)
            await person.send("lars 5 hours")
            await person.tap("Got through")
            simulator.model.push_raw({"message": {"text": WORDS, "from": {"id": person.id, "name": NAME}}})
            await person.send("/help")
            files = {
                path: path.read_bytes() for path in data.rglob("*") if path.is_file() and path.name != "key"
            }
        files |= {
            path: path.read_bytes() for path in data.rglob("*") if path.is_file() and path.name != "key"
        }
    files[log] = log.read_bytes()
    assert len(files[log]) > 1000, "the log has something to say at DEBUG"
    found = {
        (path.name, mark)
        for path, held in files.items()
        for mark in marks(person, simulator.token)
        if mark in held
    }
    assert found == set()

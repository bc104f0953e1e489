"""Several people do whatever comes to mind, all at once: nobody gets an apology, silence or a false number.

Each example is a script of what people do, on a world of its own, which begins with an empty database.
"""

import asyncio
import logging
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.release import Content
from bot.simulator.limits import Limits
from bot.simulator.model import Impossible
from bot.simulator.queries import Toast
from bot.simulator.server import Simulator
from bot.storage.tables import reports
from bot.telegram.button_data import encode
from bot.telegram.buttons import Button
from tests.clock import ManualClock
from tests.conftest import World, running
from tests.person import Person, Seen
from tests.waiting import PATIENCE

DATA_BYTES = 64
PEOPLE = 3

CARD = re.compile("^🛂.*\n.*(там сейчас|there now)")
NOTED = re.compile("Спасибо, записано|Thank you, noted")
SIGNS = "🚗🚶🚲🚌🚛🚆✈⛴"
TOLD = re.compile(f"^([{SIGNS}]️?|—|⏳).*[0-9]")
"""A line of a card that says a number of its own, beside those with a source."""
WHO = re.compile(r"один человек|one report|[0-9]\s?(человека?|person|people)\b")
WHEN = re.compile(r"назад|ago|за последние|within")


# What people write


NAMES = st.sampled_from(
    (
        "Верхний Ларс",
        "ВЛ",
        "lars",
        "ЛАРС!!!",
        "dth[ybq kfhc",
        "верхний\nларс",
        "ла\u200bрс",
        "\u202eларс",
        "Казахстан",
        "Georgia",
        "Забайкальск",
        "Верхний Марс",
        "петухово или ларс",
        "Құрманғазы",
        "ⓛⓐⓡⓢ",
        "Ла́рс",
        "аэропорт",
        "Абхазия",
        "Сырым",
    )
)
NUMBERS = st.sampled_from(
    (
        *("5 часов", "5", "0", "-3", "900 ч", "полтора часа", "1:30", "25:99", "300 машин", "5001 машина"),
        *(
            "20000",
            "7000",
            "7 м",
            "0 км",
            "1e9 ч",
            "٥ часов",
            "Ⅷ ч",
            "½ часа",
            "9" * 400,
            "1.5.7 ч",
            "10 дней",
        ),
        *("0,0000001 км", "5 часов 300 машин", "уже " * 700 + "7", "1 000 000 человек", "сто тысяч машин"),
    )
)
ODDITIES = st.sampled_from(
    (
        *("<b>жирно</b>", "</b>&lt;&amp;<a href='tg://user?id=1'>x</a>", "' OR 1=1; DROP TABLE reports;--"),
        *(
            "\u200b",
            "\u202e\u2066\u2069",
            "🙃" * 50,
            "👨‍👩‍👧‍👦",
            "а" * 4096,
            "🧨" * 2048,
            "שלום עולם",
            "مرحبا",
            "你好",
        ),
        *("{name}", "%s%n", "{ $count }", "/", "//", "/ларс", "/crossing", "/fly me", "@provodnik_local_bot"),
        *(
            "/crossing@provodnik_local_bot lars",
            "/start@other_bot",
            "0\n\n\n0",
            "\t",
            "#ларс",
            "+7 900 000-00-00",
        ),
        *("a_b_c:1c:2", "1c:verkhny-lars:c", "https://t.me/provodnik_local_bot?start=0m", "...", "ё" * 80),
    )
)
TYPED = st.one_of(
    NAMES,
    NUMBERS,
    ODDITIES,
    st.builds("{} {}".format, NAMES, NUMBERS),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60),
    st.builds(
        "/{} {}".format,
        st.sampled_from(
            ("start", "crossing", "crossings", "report", "language", "safety", "help", "nothing")
        ),
        NAMES | NUMBERS | ODDITIES | st.just(""),
    ),
)
FIELDS: dict[str, tuple[object, ...]] = {
    "crossing": ("verkhny-lars", "petukhovo", "syrym", "xx", ""),
    "facts": ("", "ck", "ckkd", "ckkdpa", "cz", "c", "1"),
    "answer": ("kz-stay", "kz-entry-docs", "refuse-illegal", "xx"),
    "country": ("kz", "any", "xx"),
    "unit": ("minutes", "vehicles", "people", "metres", "years"),
    "language": ("ru", "en", "kk"),
    "page": (0, 1, 9, 10**19 - 1),
    "band": (0, 3, 8, 9, 10**19 - 1),
    "number": (0, 1, 99, 5001, 14401, 2**63, 10**19 - 1),
    "report": (0, 1, 2**63 - 1, 2**63, 10**19 - 1),
}


def any_of(kind: type[Button]) -> st.SearchStrategy[Button]:
    """Make well-formed buttons of a kind that nobody may ever have shown."""
    named = {field.name: FIELDS.get(field.name) for field in fields(kind)}
    return st.builds(kind, **{name: st.sampled_from(values) for name, values in named.items() if values})


WELL_MADE = st.one_of([any_of(kind) for kind in Button.__args__])
FORGED = st.one_of(
    WELL_MADE.map(encode),
    st.builds("{}:{}".format, WELL_MADE.map(encode), st.sampled_from(("", "x", "0"))),
    st.text("01cars:_-éя\0", max_size=30),
)
"""What a button might say, and what only somebody who makes up buttons says."""

RAW: tuple[dict[str, Any], ...] = (
    {"sticker": {"file_id": "1", "file_unique_id": "1", "type": "regular", "width": 1, "height": 1}
     | {"is_animated": False, "is_video": False}},
    {"voice": {"file_id": "1", "file_unique_id": "1", "duration": 5}, "caption": "ларс 5 часов"},
    {"contact": {"phone_number": "+79000000000", "first_name": "X"}},
    {"dice": {"emoji": "🎲", "value": 6}},
    {"location": {"latitude": 42.7, "longitude": 44.6, "live_period": 900, "horizontal_accuracy": 5.0}},
    {"venue": {"location": {"latitude": 42.7, "longitude": 44.6}, "title": "x", "address": "y"}
     | {"google_place_id": "z"}, "location": {"latitude": 42.7, "longitude": 44.6}},
    {"poll": {"id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False}
     | {"is_anonymous": True, "type": "regular", "allows_multiple_answers": False, "allows_revoting": False,
        "members_only": False}},
    {"text": "ларс 5 часов", "forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "Y"}},
    {"text": "ларс 5 часов", "via_bot": {"id": 7, "is_bot": True, "first_name": "B"}},
    {"text": "5 ч", "quote": {"text": "x", "position": 0}, "external_reply": {"origin":
     {"type": "hidden_user", "date": 1, "sender_user_name": "Y"}}},
    {"story": {"chat": {"id": 1, "type": "private"}, "id": 1}},
    {"what_telegram_invents_next_year": {"id": 1}},
)  # fmt: skip
UNSEEN: tuple[dict[str, Any], ...] = (
    {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}},
    {"pinned_message": {"message_id": 1, "date": 0, "chat": {"id": 1, "type": "private"}}},
    {"write_access_allowed": {}},
)
"""What Telegram tells us in a chat although the person has said nothing."""


# What people do


class Play:
    """A world, the people in it, and what has come of their doings so far."""

    def __init__(self, world: World, content: Content, people: tuple[Person, ...]) -> None:
        self.world = world
        self.model = world.simulator.model
        self.people = people
        self.content = content
        self.group = self.model.add_group("Попутчики", [person.account for person in people])
        self.noted: set[int] = set()  # by the number of the event that showed it

    def look(self) -> None:
        """Look at what everybody sees now."""
        for person in self.people:
            for seen in person.messages:
                check(seen)
                if NOTED.search(seen.text):
                    self.noted.add(seen.message.changed)
        for seen in self.people[0].seen(self.group):
            check(seen)


def check(seen: Seen) -> None:
    """Check a message."""
    for row in seen.message.markup.inline or []:
        for button in row:
            assert len(str(button.get("callback_data", "")).encode()) <= DATA_BYTES, button
    if CARD.search(seen.text):
        for line in filter(TOLD.match, seen.text.splitlines()):
            assert WHO.search(line), line
            assert WHEN.search(line), line


async def press(person: Person, seen: Seen, number: int, play: Play) -> Toast:
    """Press one of a message's buttons that ask the bot, and return how the tap was answered."""
    rows = enumerate(seen.message.markup.inline or [])
    places = [
        (row, column) for row, keys in rows for column, key in enumerate(keys) if "callback_data" in key
    ]
    if not places:
        return Toast()
    before = play.model.events.last
    row, column = places[number % len(places)]
    label = seen.buttons[row][column]
    pressed = play.model.tap(person.account, seen.message, row, column)
    await until(play, lambda: pressed.answer is not None, label)
    await person.settled()
    play.look()
    assert pressed.answer is not None
    changed = any(one.message.changed > before for one in person.seen(seen.message.chat))
    assert changed or pressed.answer.text or label.startswith("•"), f"nothing came of {label!r} under {seen}"
    return pressed.answer


async def until(play: Play, holds: Callable[[], bool], what: object) -> None:
    """Wait for something that must happen soon."""
    assert await play.model.events.until(holds, PATIENCE), f"no answer to {what}"


@dataclass(frozen=True)
class Write:
    text: str

    async def by(self, person: Person, play: Play) -> None:
        await person.send(self.text)


@dataclass(frozen=True)
class Start:
    payload: str

    async def by(self, person: Person, play: Play) -> None:
        await person.start(self.payload)


@dataclass(frozen=True)
class Tap:
    """Press a button of one of the last messages, `times` times."""

    message: int
    button: int
    times: int = 1

    async def by(self, person: Person, play: Play) -> None:
        found = [seen for seen in person.messages if seen.labels]
        if found:
            seen = found[-1 - self.message % len(found)]
            for _ in range(self.times):
                await press(person, seen, self.button, play)


@dataclass(frozen=True)
class Forge:
    """Press a button that was never there."""

    data: str

    async def by(self, person: Person, play: Play) -> None:
        message = next(
            (seen.message for seen in reversed(person.messages) if seen.message.markup.inline), None
        )
        if message is not None and self.data:
            whose = message.markup.inline or []
            kept, whose[0][0] = whose[0][0], {"text": "forged", "callback_data": self.data}
            try:
                pressed = play.model.tap(person.account, message, 0, 0)
            finally:
                whose[0][0] = kept
            await until(play, lambda: pressed.answer is not None, self)
            await person.settled()


@dataclass(frozen=True)
class Reply:
    message: int
    text: str

    async def by(self, person: Person, play: Play) -> None:
        if person.messages:
            await person.reply(person.messages[-1 - self.message % len(person.messages)], self.text)


@dataclass(frozen=True)
class Locate:
    lat: float
    lon: float

    async def by(self, person: Person, play: Play) -> None:
        await person.locate(self.lat, self.lon)


@dataclass(frozen=True)
class Photo:
    caption: str

    async def by(self, person: Person, play: Play) -> None:
        await person.photo(self.caption)


@dataclass(frozen=True)
class Edit:
    text: str

    async def by(self, person: Person, play: Play) -> None:
        written = [
            message for message in person.chat.messages.values() if message.sender and message.body.text
        ]
        if written and not (written[-1].file or written[-1].location):
            await person.edit(written[-1], self.text)


@dataclass(frozen=True)
class Raw:
    """Send something that the simulator's own people cannot."""

    body: int
    edited: bool = False

    async def by(self, person: Person, play: Play) -> None:
        shown = person.chat.messages
        before = play.model.events.last
        content = (*RAW, *UNSEEN)[self.body % len(RAW + UNSEEN)]
        message = {"message_id": 9000, "date": 1790000000, "chat": person.chat.json()} | content
        kind = "edited_message" if self.edited else "message"
        number = play.model.updates.next_id
        person.account.started = True
        play.model.push_raw({"update_id": number, kind: message | {"from": person.account.json()}})
        await until(play, lambda: play.model.updates.confirmed(number), self)
        answered = any(one.changed > before and one.sender is None for one in shown.values())
        assert answered or self.edited or content in UNSEEN, f"no answer to {content}"


@dataclass(frozen=True)
class InGroup:
    text: str

    async def by(self, person: Person, play: Play) -> None:
        await person.send(self.text, to=play.group, wait=False)
        await person.settled()


@dataclass(frozen=True)
class TapInGroup:
    button: int

    async def by(self, person: Person, play: Play) -> None:
        shown = [seen for seen in person.seen(play.group) if seen.labels]
        if shown:
            await press(person, shown[-1], self.button, play)


@dataclass(frozen=True)
class Speak:
    language: str

    async def by(self, person: Person, play: Play) -> None:
        person.speak(self.language)


@dataclass(frozen=True)
class Block:
    """Block the bot while it may still be answering, and come back."""

    async def by(self, person: Person, play: Play) -> None:
        await person.send("/crossing lars", wait=False)
        await person.block()
        await person.unblock()


@dataclass(frozen=True)
class Wait:
    minutes: int

    async def by(self, person: Person, play: Play) -> None:
        await play.world.clock.leap(60 * self.minutes)


Action = (
    Write
    | Start
    | Tap
    | Forge
    | Reply
    | Locate
    | Photo
    | Edit
    | Raw
    | InGroup
    | TapInGroup
    | Speak
    | Block
    | Wait
)
PICK = st.integers(0, 40)
ACTIONS: st.SearchStrategy[Action] = st.one_of(
    st.builds(Write, TYPED),
    st.builds(Tap, st.integers(0, 3), PICK, st.sampled_from((1, 1, 1, 2))),
    st.builds(Tap, st.just(0), PICK),
    st.builds(Reply, st.integers(0, 3), TYPED),
    st.builds(Reply, st.just(0), NUMBERS),
    st.builds(Start, FORGED.map(lambda data: re.sub("[^A-Za-z0-9_-]", "_", data))),
    st.builds(
        Start,
        st.sampled_from(("verkhny-lars", "kz-stay", "1r_verkhny-lars_c", "1t_verkhny-lars_c_l", "1y_en")),
    ),
    st.builds(Forge, FORGED),
    st.builds(Locate, st.floats(-90, 90), st.floats(-180, 180)),
    st.builds(Locate, st.sampled_from((-90.0, 0.0, 90.0)), st.sampled_from((-180.0, 0.0, 180.0))),
    st.builds(Photo, TYPED | st.just("")),
    st.builds(Edit, TYPED),
    st.builds(Raw, PICK, st.booleans()),
    st.builds(InGroup, TYPED | st.just("/crossing@provodnik_local_bot")),
    st.builds(TapInGroup, PICK),
    st.builds(Speak, st.sampled_from(("ru", "en", "kk", "pt-br", "", "x-klingon"))),
    st.builds(Block),
    st.builds(Wait, st.sampled_from((1, 16, 61, 700, 1440, 3000))),
)
SCRIPTS = st.lists(st.tuples(st.integers(0, PEOPLE - 1), ACTIONS), min_size=1, max_size=14)


# What must hold


class Log(logging.Handler):
    """What the bot complained of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.complaints: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.complaints.append(f"{self.format(record)} {getattr(record, 'fields', {})}")


class Stage:
    """Where the worlds come from: the real content, and a database that is migrated already."""

    def __init__(self, content: Content, folder: Path) -> None:
        self.content = content
        self._folder = folder
        self.log = Log()

    async def open_once(self) -> None:
        """Make database and key."""
        async with self._world(self._folder) as world:
            await world.person().send("/help")

    async def play(self, act: Callable[[Play], Awaitable[None]]) -> None:
        """Let people act in a world of their own."""
        self.log.complaints.clear()
        with tempfile.TemporaryDirectory() as folder:
            data = Path(shutil.copytree(self._folder, folder, dirs_exist_ok=True))
            async with self._world(data) as world:
                people = [
                    Person(world.simulator, name, language=code)
                    for name, code in (("Анна", "ru"), ("Ben", "en"), ("Оксана", "uk"))
                ]
                await act(Play(world, self.content, tuple(people)))

    @asynccontextmanager
    async def _world(self, data: Path) -> AsyncIterator[World]:
        clock = ManualClock()
        async with (
            Simulator(clock=clock, limits=Limits.off()) as simulator,
            running(simulator, clock, data, self.content) as world,
        ):
            yield world


@pytest.fixture(scope="module")
def stage(content: Content, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    stage = Stage(content, tmp_path_factory.mktemp("stage"))
    asyncio.run(stage.open_once())
    logging.getLogger("bot").addHandler(stage.log)
    yield stage
    logging.getLogger("bot").removeHandler(stage.log)


@pytest.mark.timeout(300)  # a hundred scripts, each with a bot of its own: half a minute of CPU
@given(script=SCRIPTS)
def test_whatever_people_do(script: list[tuple[int, Action]], stage: Stage) -> None:
    complaints = stage.log.complaints

    async def act(play: Play) -> None:
        for number, action in script:
            try:
                await action.by(play.people[number], play)
            except Impossible:
                continue  # not even a Telegram client sends this
            play.look()
            assert complaints == [], action
            assert await stored(play.world) <= len(play.noted)
        for person in play.people:
            await leads_somewhere(person, play)
        assert complaints == []

    asyncio.run(stage.play(act))


async def stored(world: World) -> int:
    async with world.bot.engine.connect() as connection:
        return int((await connection.execute(sa.select(sa.func.count()).select_from(reports))).scalar_one())


async def leads_somewhere(person: Person, play: Play) -> None:
    """Press every button of what somebody saw last; none may be unknown to the bot that made it."""
    stale = tuple(texts("menu-changed") for texts in play.content.texts.values())
    if not person.messages or person.last.text.startswith(stale):
        return
    data = [
        key["callback_data"]
        for row in person.last.message.markup.inline or []
        for key in row
        if "callback_data" in key
    ]
    for each in data:
        await person.start(each.replace(":", "_"))
        assert not person.last.text.startswith(stale), each

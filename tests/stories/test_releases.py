"""The content changes while the bot serves: new texts come without a restart, and broken ones do not."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot import app, texts
from bot.guide import load as guide
from bot.serving import Looks, _release
from bot.settings import load
from bot.simulator.faults import Fault
from bot.simulator.server import Simulator
from bot.telegram.presence import Presence
from bot.telegram.releases import LOCAL_LOOK_SECONDS, LOOK_SECONDS
from bot.telegram.watch import AGAIN_SECONDS
from bot.telegram.watch import LOOK_SECONDS as WATCH_SECONDS
from tests.clock import ManualClock
from tests.conftest import World, running
from tests.crossings.test_catalogue import CROSSING, write
from tests.guide.builder import Content as Written
from tests.guide.builder import kazakhstan
from tests.person import Person
from tests.stories.test_limits import report_calm
from tests.stories.test_token_theft import Served, serving

OLD, NEW = "Русский текст.", "Совсем другой текст."
CAR = "answers/kz/kz-car.md"
SAFETY = "answers/any/safety.md"
CALM, BROKEN = "Состояние", "В папке содержания ошибки"


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Written:
    """A small content folder that the bot serves in place of the real one."""
    written = kazakhstan(tmp_path)
    shutil.copytree(app.CONTENT / "texts", written.folder / "texts")
    (written.folder / "crossings").mkdir()
    crossings(written, "Котяевка")
    monkeypatch.setattr("bot.serving.CONTENT", written.folder)
    reading = partial(app.read_content, written.folder)
    for module in ("app", "serving"):
        monkeypatch.setattr(f"bot.{module}.read_content", reading)
    return written


def crossings(written: Written, *names: str) -> None:
    """Write these crossings, and no others."""
    entries: list[dict[str, Any]] = [
        CROSSING | {"id": f"here-{at}", "name": {"ru": name, "en": f"Place {at}"}, "nicknames": []}
        for at, name in enumerate(names)
    ]
    file = {"country": "kz", "name": {"ru": "Казахстан", "en": "Kazakhstan"}, "crossings": entries}
    write(written.folder / "crossings" / "kz.yaml", file)


def retitle(written: Written, title: str) -> None:
    written.answer("kz-car", title={"ru": title, "en": "By car"})


class Edited:
    """The bot on the local chat, whose content somebody edits; `clock` is that of its looks at it alone."""

    def __init__(self, world: World, clock: ManualClock) -> None:
        self.world = world
        self.clock = clock
        self.model = world.simulator.model

    async def looks(self, times: int = 2) -> None:
        """Let the bot look at its content so often."""
        for _ in range(times):
            await self.clock.until_asleep()
            await self.clock.advance(LOCAL_LOOK_SECONDS)
        await self.clock.until_asleep()

    @property
    def version(self) -> str:
        return self.world.bot.desk.content.version

    @property
    def problems(self) -> list[str]:
        return list(self.world.bot.desk.pulse.content_problems())


@pytest.fixture
def mary(simulator: Simulator) -> Person:
    """A moderator."""
    return Person(simulator, "Мария")


@pytest.fixture
async def edited(
    written: Written, simulator: Simulator, clock: ManualClock, tmp_path: Path, mary: Person
) -> AsyncIterator[Edited]:
    async with local(simulator, clock, tmp_path, mary) as edited:
        yield edited


@asynccontextmanager
async def local(
    simulator: Simulator, clock: ManualClock, folder: Path, *moderators: Person
) -> AsyncIterator[Edited]:
    ids = [person.id for person in moderators]
    async with (
        running(simulator, clock, folder / "data", app.read_content(), moderators=ids) as world,
        asyncio.TaskGroup() as group,
    ):
        bot = world.bot
        environment = {"BOT_DATA_DIR": str(folder), "BOT_MODERATORS": ",".join(map(str, ids))}
        settings = load(environment, folder / "no.env")
        looks = Looks(LOCAL_LOOK_SECONDS, settings, shown=simulator.model.notify)
        presence = Presence(bot.application, bot.reception, None)
        looking = ManualClock()
        releasing = group.create_task(_release(bot, looking, looks, presence, None))
        await looking.until_asleep()  # it has looked once
        yield Edited(world, looking)
        releasing.cancel()


def logged(caplog: pytest.LogCaptureFixture, event: str) -> list[dict[str, Any]]:
    return [record.fields for record in caplog.records if record.message == event]  # type: ignore[attr-defined]


async def test_a_changed_text_comes_without_a_restart(edited: Edited, written: Written, mary: Person) -> None:
    anna = edited.world.person()
    await anna.start("kz-car")
    assert OLD in anna.last.text
    await anna.send("/help")
    assert edited.version in anna.last.text
    assert "последняя сверка с источниками — 21 ноября" not in anna.last.text
    assert "последняя сверка с источниками — 20 ноября 2026" in anna.last.text
    before = edited.version
    written.answer("kz-car", f"{NEW} [^law]")
    await edited.looks(1)
    assert edited.version == before, "it may be half of a copy"
    await edited.looks(1)
    await anna.start("kz-car")
    assert NEW in anna.last.text
    await anna.send("/help")
    assert before not in anna.last.text
    assert edited.version in anna.last.text
    assert mary.messages == [], "a good release is nothing to be told of"


async def test_a_copy_is_read_when_it_is_complete(edited: Edited, written: Written) -> None:
    before = edited.version
    for part in range(4):
        retitle(written, f"Часть {part}")
        await edited.looks(1)
        assert edited.version == before
    await edited.looks(1)
    assert edited.version != before
    anna = edited.world.person()
    await anna.send("/start")
    await anna.tap("kz")
    await anna.tap("car")
    assert OLD in anna.last.text


async def test_what_changes_while_it_is_read_is_read_again(
    edited: Edited, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, load_words = edited.version, texts.load

    def changes(folder: Path) -> Any:
        monkeypatch.setattr(texts, "load", load_words)
        retitle(written, "Второе")
        return load_words(folder)

    retitle(written, "Первое")
    monkeypatch.setattr(texts, "load", changes)
    await edited.looks()
    assert edited.version == before, "half of the one and half of the other"
    await edited.looks()
    assert edited.world.bot.desk.guide.answers["kz-car"].title.ru == "Второе"


async def test_a_broken_file_keeps_what_serves_and_moderators_are_told_once(
    edited: Edited, written: Written, mary: Person, caplog: pytest.LogCaptureFixture
) -> None:
    await mary.send("/mod")
    assert BROKEN not in mary.last.text
    assert edited.version in mary.last.text
    anna, good = edited.world.person(), written.read(CAR)
    written.raw(CAR, good.replace(OLD, NEW).replace("risk: normal", "risk: enormous"))
    await edited.looks()
    await anna.start("kz-car")
    assert OLD in anna.last.text
    told = await mary.sees(BROKEN)
    assert "kz-car.md:" in told.text
    assert "G110 risk: enormous" in told.text
    (entry,) = logged(caplog, "content not reloaded")
    assert "kz-car.md:" in entry["first"]
    await mary.send("/mod")
    assert "G110 risk: enormous" in mary.last.text
    await mary.tap("Принято к сведению")
    assert edited.model.content is not None
    assert "G110" in edited.model.content["problems"][0]

    written.raw(CAR, good.replace(OLD, NEW).replace("risk: normal", "risk: vast"))
    count = len(mary.messages)
    await edited.looks()
    assert "vast" in edited.problems[0]
    assert len(mary.messages) == count, "of a release that is being mended nobody is told at each step"

    written.answer("kz-car", f"{NEW} [^law]")
    await edited.looks()
    await anna.start("kz-car")
    assert NEW in anna.last.text
    await mary.send("/mod")
    assert BROKEN not in mary.last.text
    assert edited.model.content == {"version": edited.version, "problems": []}


async def test_putting_the_old_file_back_ends_it_too(edited: Edited, written: Written) -> None:
    before, good = edited.version, written.read(CAR)
    written.raw(CAR, "nothing")
    await edited.looks()
    assert edited.problems != []
    written.raw(CAR, good)
    await edited.looks(1)
    assert (edited.problems, edited.version) == ([], before)


async def test_a_start_with_a_broken_file_serves_the_rest_and_says_so(
    written: Written, simulator: Simulator, clock: ManualClock, tmp_path: Path, mary: Person
) -> None:
    good = written.read(CAR)
    written.raw(CAR, good.replace("risk: normal", "risk: enormous"))
    async with local(simulator, clock, tmp_path, mary) as edited:
        await mary.send("/mod")
        assert "G110 risk: enormous" in mary.last.text
        await mary.start("kz-stay")
        assert OLD in mary.last.text
        written.raw(CAR, good)
        await edited.looks()
        await mary.start("kz-car")
        assert OLD in mary.last.text
        assert edited.problems == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("", "texts/ru.ftl:1: G104 card-unknown is missing"),
        ("card-unknown = { $nobody", "this is not Fluent"),
    ],
)
async def test_a_start_with_words_missing_says_so(
    written: Written,
    simulator: Simulator,
    clock: ManualClock,
    tmp_path: Path,
    mary: Person,
    caplog: pytest.LogCaptureFixture,
    wrong: str,
    told: str,
) -> None:
    path = written.folder / "texts" / "ru.ftl"
    good = path.read_text(encoding="utf-8")
    begin = good.index("card-unknown =")
    path.write_text(good[:begin] + wrong + "\n" + good[good.index("\n", begin) + 1 :], encoding="utf-8")
    async with local(simulator, clock, tmp_path, mary) as edited:
        await edited.looks(1)
        assert any(told in problem for problem in edited.problems), edited.problems
        assert edited.model.content == {"version": edited.version, "problems": edited.problems}
        assert any(told in str(fields["problem"]) for fields in logged(caplog, "content problem"))
        await edited.looks()
        assert edited.problems != [], "the folder is as it was"
        path.write_text(good, encoding="utf-8")
        await edited.looks()
        assert edited.problems == []


async def test_an_old_button_leads_to_what_took_its_place_or_to_the_menu(
    edited: Edited, written: Written
) -> None:
    written.answer("kz-stay", see=["kz-car", "safety"])
    await edited.looks()
    anna, ben = edited.world.people(2)
    for person in (anna, ben):
        await person.start("kz-stay")
    old = anna.last
    (written.guide_folder / CAR).unlink()
    written.flow("kz", "by", "kz-stay").answer("kz-stay", see=["safety"])
    written.dump("redirects.yaml", {"kz-car": "ge-entry"})
    await anna.send("привет")  # else the answer would be shown anew, without that button
    await edited.looks()
    await anna.tap("Title kz-car", old)
    assert "Title ge-entry" in anna.last.text

    (written.guide_folder / SAFETY).unlink()
    written.flow("start", "country", ({"country": "kz"}, "kz"), "ge-entry").answer("kz-stay")
    await ben.send("привет")  # nothing of the guide is open in this chat
    stays = next(seen for seen in ben.messages if "Title safety по-русски" in seen.labels)
    await edited.looks()
    assert edited.problems == []
    await ben.tap("Title safety", stays)
    assert "Это меню устарело" in ben.last.text


async def test_an_update_in_flight_sees_one_version(
    edited: Edited, written: Written, mary: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, reports = edited.world.person(), edited.world.bot.desk.reports
    await report_calm(anna, "here-0")
    counts, before = reports.counts, edited.version

    async def meanwhile(*asked: Any) -> Any:
        monkeypatch.setattr(reports, "counts", counts)
        crossings(written, "Астана")
        path = written.folder / "crossings" / "kz.yaml"
        path.write_text(path.read_text("utf-8").replace("here-0", "there"), "utf-8")
        await edited.looks()
        return await counts(*asked)

    monkeypatch.setattr(reports, "counts", meanwhile)
    await mary.send("/mod")  # counts reports, then looks up the crossings where they are
    assert edited.version != before
    assert "Котяевка: 1" in mary.last.text
    assert before in mary.last.text
    await anna.send("/crossing Котяевка")
    assert "Котяевка →" not in anna.last.text, "what comes later sees the new one"
    await anna.send("/crossing Астана")
    assert "Астана" in anna.last.text


async def test_a_new_crossing_is_found_and_can_be_reported_at(edited: Edited, written: Written) -> None:
    anna = edited.world.person()
    await anna.send("/crossing Верхний Ларс")
    assert "Верхний Ларс →" not in anna.last.text
    crossings(written, "Котяевка", "Верхний Ларс")
    await edited.looks()
    await anna.send("/crossing verhniy lars")
    assert "Верхний Ларс" in anna.last.text
    await anna.tap("Сообщить")
    await anna.tap("Проехали")
    await anna.tap("6–12 ч")
    assert "Спасибо, записано" in anna.last.text


async def test_a_folder_that_goes_away_is_missed_but_not_needed(
    edited: Edited, written: Written, mary: Person, tmp_path: Path
) -> None:
    anna, before = edited.world.person(), edited.version
    await mary.send("/start")
    written.folder.rename(tmp_path / "away")
    await edited.looks(1)
    (tmp_path / "away").rename(written.folder)  # as when another folder is put in its place
    await edited.looks(1)
    assert edited.problems == []
    written.folder.rename(tmp_path / "away")
    await edited.looks()
    assert any("there is no such folder" in problem for problem in edited.problems)
    await anna.start("kz-car")
    assert OLD in anna.last.text
    (tmp_path / "away").rename(written.folder)
    await edited.looks(1)
    assert (edited.problems, edited.version) == ([], before)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("help-version =", "help-versoin =", "G104 help-version is missing"),
        ("mod-title = <b>", "mod-title = { <b>", "G102 this is not Fluent"),
        ("mod-reports = Отчётов за час: { $count }", "mod-reports = { $conut }", "nothing gives it $conut"),
        ("mod-reports = Отчётов за час: { $count }", "mod-reports = { lost }", "nothing gives it lost"),
    ],
)
async def test_words_that_would_break_the_bot_are_not_served(
    edited: Edited, written: Written, old: str, new: str, code: str
) -> None:
    path = written.folder / "texts" / "ru.ftl"
    words = path.read_text("utf-8")
    assert words.count(old) == 1
    path.write_text(words.replace(old, new), "utf-8")
    await edited.looks()
    assert any("ru.ftl:" in problem and code in problem for problem in edited.problems), edited.problems
    anna = edited.world.person()
    await anna.send("/help")
    assert edited.version in anna.last.text


async def test_the_guide_needs_a_first_question(edited: Edited, written: Written) -> None:
    shutil.rmtree(written.guide_folder / "flows")
    await edited.looks()
    assert any("G301" in problem for problem in edited.problems)


async def test_whatever_a_file_does_to_the_reader_the_bot_goes_on(
    edited: Edited,
    written: Written,
    mary: Person,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await mary.send("/start")

    def deep(*_: object, **__: object) -> Any:
        raise RecursionError

    with monkeypatch.context() as broken:
        broken.setattr(guide, "load", deep)
        retitle(written, "Первое")
        await edited.looks()
    assert edited.problems == ["RecursionError, see the log"]
    assert "content not read" in caplog.messages
    await mary.send("/mod")
    assert "RecursionError" in mary.last.text
    retitle(written, "Второе")
    await edited.looks()
    assert edited.world.bot.desk.guide.answers["kz-car"].title.ru == "Второе"


async def test_an_editor_sees_the_open_answer_change(edited: Edited, written: Written) -> None:
    anna, ben = edited.world.person(), edited.world.person("Ben", language="en")
    await anna.start("kz-car")
    await ben.send("/start")
    await ben.tap("Label ge")
    open_answer, count = anna.last, len(anna.messages)
    written.answer("kz-car", f"{NEW} [^law]").answer("ge-entry", en="Changed. [^law]", topic="ge")
    await edited.looks()
    assert NEW in open_answer.text
    assert len(anna.messages) == count, "in its place"
    assert "Changed." in ben.last.text
    written.answer("kz-car", "И ещё раз. [^law]")
    await edited.looks()
    assert "И ещё раз." in open_answer.text
    assert edited.model.content == {"version": edited.version, "problems": []}


async def test_an_open_answer_that_is_deleted_says_so_in_its_place(edited: Edited, written: Written) -> None:
    anna = edited.world.person()
    await anna.start("ge-entry")
    (written.guide_folder / "answers/ge/ge-entry.md").unlink()
    written.flow("start", "country", "kz", lead="safety")
    await edited.looks()
    assert "Это меню устарело" in anna.last.text
    assert len(anna.messages) == 1


async def test_nothing_is_done_twice_for_an_editor(edited: Edited, written: Written) -> None:
    anna = edited.world.person()
    await anna.start("kz-car")
    await anna.send("/report Котяевка")
    await anna.tap("Проехали")
    await anna.tap("6–12 ч")
    assert "Спасибо, записано" in anna.last.text
    calls = edited.model.calls["editmessagetext"]
    written.answer("kz-car", f"{NEW} [^law]")
    await edited.looks()
    assert edited.model.calls["editmessagetext"] == calls
    assert all(NEW not in seen.text for seen in anna.messages)


async def test_after_a_wipe_nothing_comes_back(edited: Edited, written: Written) -> None:
    anna = edited.world.person()
    await anna.start("kz-car")
    await anna.send("/wipe")
    await anna.tap(anna.last.labels[0])
    written.answer("kz-car", f"{NEW} [^law]")
    await edited.looks()
    assert all(NEW not in seen.text for seen in anna.messages)


# With a token


async def health(bot: Served, content: str) -> Any:
    """Wait until `/healthz` says something else of the content than that."""
    while True:
        state = (await bot.health())[1]
        if f"{state['content']} {state['content_problems']}" != content:
            return state
        await asyncio.sleep(0.01)


async def served_since(bot: Served, before: str) -> None:
    """Let time pass until another version is served."""
    for _ in range(1000):
        if (await bot.health())[1]["content"] != before:
            return
        await bot.clock.advance(0.5)
        await asyncio.sleep(0.02)
    raise AssertionError("it is not served")


async def test_a_signal_takes_it_at_once_and_else_it_takes_two_looks(
    written: Written, simulator: Simulator, clock: ManualClock, tmp_path: Path, mary: Person
) -> None:
    async with serving(simulator, clock, tmp_path, mary) as bot:
        first = (await bot.health())[1]
        assert first["content_problems"] == 0
        retitle(written, "Первое")
        bot.released.set()
        second = await health(bot, f"{first['content']} 0")
        assert clock.monotonic() < LOOK_SECONDS
        assert second["content"] != first["content"]
        written.raw(CAR, "nothing")
        bot.released.set()
        third = await health(bot, f"{second['content']} 0")
        assert (third["content"], third["content_problems"]) == (second["content"], 1)
        assert (await bot.health())[0] == 200, "it serves"
        await mary.sees(BROKEN)
        retitle(written, "Второе")
        began = clock.monotonic()
        await served_since(bot, second["content"])
        assert LOOK_SECONDS < clock.monotonic() - began < 3 * LOOK_SECONDS


async def test_a_new_description_is_set_and_is_no_alarm(
    written: Written, simulator: Simulator, clock: ManualClock, tmp_path: Path, mary: Person
) -> None:
    async with serving(simulator, clock, tmp_path, mary) as bot:
        before = (await bot.health())[1]["content"]
        path = written.folder / "texts" / "ru.ftl"
        words = path.read_text("utf-8").replace("bot-about = ", "bot-about = Новое. ")
        path.write_text(words.replace("command-help = ", "command-help = Новое: "), "utf-8")
        bot.released.set()
        await health(bot, f"{before} 0")
        profile = simulator.model.profile
        await bot.until(lambda: profile.short_descriptions["ru"].startswith("Новое."), step=0)
        for after in (LOOK_SECONDS, WATCH_SECONDS, AGAIN_SECONDS, WATCH_SECONDS):
            await clock.advance(after)
            await bot.polls()
        assert (await bot.health())[1]["token"] == "ok"
        calls = simulator.model.calls["setmyshortdescription"]
        for title in ("Первое", "Второе"):  # what the first brings about is done when the second is there
            version = (await bot.health())[1]["content"]
            retitle(written, title)
            bot.released.set()
            await health(bot, f"{version} 0")
        assert simulator.model.calls["setmyshortdescription"] == calls, "those words are as they were"


async def test_a_new_description_that_is_set_in_part_is_no_alarm(
    written: Written, simulator: Simulator, clock: ManualClock, tmp_path: Path, mary: Person
) -> None:
    async with serving(simulator, clock, tmp_path, mary) as bot:
        before = (await bot.health())[1]["content"]
        path = written.folder / "texts" / "en.ftl"
        path.write_text(path.read_text("utf-8").replace("bot-about = ", "bot-about = New. "), "utf-8")
        simulator.model.faults.add(Fault("setmyshortdescription", status=400, after=True))
        bot.released.set()
        await health(bot, f"{before} 0")
        await bot.until(lambda: simulator.model.profile.short_descriptions[""].startswith("New."), step=0)
        for after in (LOOK_SECONDS, WATCH_SECONDS, AGAIN_SECONDS, WATCH_SECONDS):
            await clock.advance(after)
            await bot.polls()
        assert (await bot.health())[1]["token"] == "ok"
        assert not simulator.model.profile.short_descriptions["en"].startswith("New.")


async def test_once_somebody_else_may_speak_for_the_bot_it_tells_nobody_of_releases(
    written: Written, simulator: Simulator, clock: ManualClock, tmp_path: Path, mary: Person
) -> None:
    async with serving(simulator, clock, tmp_path, mary) as bot:
        before = (await bot.health())[1]["content"]
        await bot.steal("setWebhook", url="http://127.0.0.1:9/of-a-thief")
        await bot.alarm()
        await mary.sees("🚨")
        written.raw(CAR, "nothing")
        bot.released.set()
        await health(bot, f"{before} 0")
        await clock.advance(3 * LOOK_SECONDS)
        await bot.polls()
        assert [seen.text for seen in mary.messages if BROKEN in seen.text] == []
        await mary.send("/mod")
        assert BROKEN in mary.last.text, "who asks is answered"

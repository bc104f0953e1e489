"""The fixed pages, languages, groups, and whatever else people send."""

from bot.guide.model import Language
from bot.telegram.handlers import COMMANDS
from bot.telegram.presence import introduce
from tests.conftest import World


async def test_a_chat_keeps_the_language_it_chose(world: World) -> None:
    ben = world.person("Ben", language="en")
    await ben.send("/help")
    assert "What I can do" in ben.last.text
    await ben.send("/language")
    await ben.tap("Русский")
    assert ben.toast == "Готово: отвечаю по-русски."
    await ben.send("/help")
    assert "Что я умею" in ben.last.text
    await ben.send("/language")
    await ben.tap("English")
    await ben.send("/safety")
    assert "What we keep" in ben.last.text


async def test_every_command_is_in_the_help_and_in_telegrams_menu(world: World) -> None:
    anna = world.person()
    await anna.send("/help")
    for command in COMMANDS:
        if command != "help":
            assert f"/{command}" in anna.last.text
        for language in Language:
            assert world.bot.desk.texts[language](f"command-{command}")


async def test_an_unknown_command_tells_what_there_is(world: World) -> None:
    anna = world.person()
    await anna.send("/fly")
    assert "Такой команды нет" in anna.last.text
    assert "/crossing" in anna.last.text


async def test_a_picture_is_answered(world: World) -> None:
    anna = world.person()
    await anna.photo("очередь")
    assert "только текст" in anna.last.text


async def test_words_that_mean_nothing_to_us_are_answered(world: World) -> None:
    anna = world.person()
    await anna.send("какая завтра погода и почём нынче бензин в соседнем городе")
    assert "Не нашёл ответа" in anna.last.text
    assert anna.last.labels


async def test_in_a_group_only_crossings_are_answered(world: World) -> None:
    anna = world.person()
    group = world.simulator.model.add_group("Попутчики", [anna.account])
    await anna.send("/safety@provodnik_local_bot", to=group)
    assert "Всё остальное — в личном чате" in anna.seen(group)[-1].text


async def test_before_the_start_a_newcomer_reads_what_this_is(world: World) -> None:
    await introduce(world.bot.application, world.bot.desk.texts)
    told = world.simulator.model.profile
    assert "очереди" in told.descriptions["ru"].lower()
    assert "queues" in told.descriptions["en"].lower()
    assert told.descriptions[""] == told.descriptions["en"]
    assert set(told.short_descriptions) == {"", "ru", "en"}


async def test_markup_in_what_people_write_is_shown_as_they_wrote_it(world: World) -> None:
    anna = world.person()
    await anna.send("/crossing <b>&zzzz</b>")
    assert "<b>&zzzz</b>" in anna.last.text


async def test_a_person_who_blocked_the_bot_hurts_nobody(world: World) -> None:
    anna, ben = world.person(), world.person("Ben", language="en")
    await anna.send("/help")
    await anna.send("/crossing lars", wait=False)
    await anna.block()
    await ben.send("/crossing lars")
    assert "Verkhny Lars" in ben.last.text

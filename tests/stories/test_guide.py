"""The guide as people meet it: questions by buttons, answers with sources, links, and old buttons."""

import pytest

from tests.conftest import World


async def test_which_passport_kazakhstan_wants(world: World) -> None:
    anna = world.person()
    await anna.send("/start")
    assert "Куда вы едете" in anna.last.text
    await anna.tap("Казахстан")
    assert "Безопасен ли Казахстан" in anna.last.labels[0], "safety is offered first"
    await anna.tap("Паспорт и документы")
    await anna.tap(anna.last.labels[0])
    text = anna.last.text
    assert "Источники" in text
    assert "2026" in text
    assert "Сверено с источниками: 22 ноября 2026" in text


async def test_the_same_in_english(world: World) -> None:
    ben = world.person("Ben", language="en")
    await ben.send("/start kz-stay")
    assert "Compared with the sources: 22 November 2026" in ben.last.text
    assert "180" in ben.last.text


async def test_back_change_and_start_again(world: World) -> None:
    anna = world.person()
    await anna.send("/start")
    first = anna.last.text
    await anna.tap("Казахстан")
    second = anna.last.text
    await anna.tap("Паспорт и документы")
    await anna.tap("Назад")
    assert anna.last.text == second
    await anna.tap("Паспорт и документы")
    await anna.tap("Изменить ответ")
    await anna.tap("Тема")
    assert "Куда вы едете" in anna.last.text
    await anna.tap("Казахстан")
    assert "Кто едет" in anna.last.text, "what was answered further on is kept"
    await anna.tap("В начало")
    assert anna.last.text == first


async def test_everything_stays_in_one_message(world: World) -> None:
    anna = world.person()
    await anna.send("/start")
    await anna.tap("Казахстан")
    await anna.tap("Паспорт и документы")
    assert len(anna.messages) == 1


async def test_every_answer_opens_by_its_link_in_both_languages(world: World) -> None:
    anna, ben = world.person(), world.person("Ben", language="en")
    guide = world.bot.desk.guide
    for person in (anna, ben):
        for answer in guide.answers:
            await person.start(answer)
            for _ in range(4):  # an answer may need something to be answered first
                if "Источники" in person.last.text or "Sources" in person.last.text:
                    break
                await person.tap(person.last.labels[0])
            assert "2026" in person.last.text, answer


@pytest.mark.parametrize(
    "payload",
    ["nonsense", "1g_zz", "0m", "1c_nowhere_", "1a_nothing_", "1l_kz_99", "1i_verkhny-lars_99", "1v_x_c_l"],
)
async def test_an_old_or_forged_button_gets_the_current_menu(world: World, payload: str) -> None:
    anna = world.person()
    await anna.start(payload)
    assert "Это меню устарело" in anna.last.text
    assert any("Казахстан" in label for label in anna.last.labels)


async def test_an_old_button_under_a_message_gets_the_current_menu_in_its_place(world: World) -> None:
    anna = world.person()
    await anna.send("/start")
    button = anna.last.message.markup.inline
    assert button is not None
    button[1][0]["callback_data"] = "0old"
    await anna.tap(str(button[1][0]["text"]))
    assert "Это меню устарело" in anna.last.text
    assert len(anna.messages) == 1

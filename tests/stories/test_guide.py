"""The guide as people meet it: questions by buttons, answers with sources, links, and old buttons."""

import pytest

from tests.conftest import World


async def test_which_passport_kazakhstan_wants(world: World) -> None:
    anna = world.person()
    await anna.send("/start")
    assert "Куда вы едете" in anna.last.text
    await anna.tap("В Казахстан")
    assert "Безопасен ли Казахстан" in anna.last.labels[0], "safety is offered first"
    await anna.tap("Документы и въезд")
    await anna.tap("Паспорт и документы")
    await anna.tap("Взрослый")
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
    await anna.tap("В Казахстан")
    await anna.tap("Документы и въезд")
    third = anna.last.text
    await anna.tap("Паспорт и документы")
    await anna.tap("Назад")
    assert anna.last.text == third
    await anna.tap("Паспорт и документы")
    await anna.tap("Изменить ответ")
    await anna.tap("Тема")
    assert "Куда вы едете" in anna.last.text
    await anna.tap("В Казахстан")
    assert "Кто едет" in anna.last.text, "what was answered further on is kept"
    await anna.tap("В начало")
    assert anna.last.text == first


async def test_everything_stays_in_one_message(world: World) -> None:
    anna = world.person()
    await anna.send("/start")
    await anna.tap("В Казахстан")
    await anna.tap("Документы и въезд")
    await anna.tap("Паспорт и документы")
    assert len(anna.messages) == 1


HERS = {
    "Тема": "В Казахстан",
    "Казахстан": "Мой список перед дорогой",
    "Транспорт": "На своей машине",
    "Паспорт": "Загранпаспорт есть",
    "С вами": "Ребёнок до 14 лет",
    "Армия": "Отсрочка или бронь",
    "Случилось": "Ничего",
}
"""What somebody answers on the longest way there is, by what the question is called where it is changed."""


async def test_the_longest_way_and_another_country_in_the_middle_of_it(world: World) -> None:
    anna = world.person()
    await anna.send("/start")
    seen = [anna.last.text]
    for label in HERS.values():
        await anna.tap(label)
        seen.append(anna.last.text)
    assert "Источники" in anna.last.text
    theirs = anna.last.text
    for before in reversed(seen[1:-1]):
        await anna.tap("Назад")
        assert anna.last.text == before
    for label in list(HERS.values())[1:]:
        await anna.tap(label)
    assert anna.last.text == theirs

    await anna.tap("Изменить ответ")
    assert [label.partition(":")[0] for label in anna.last.labels[:-1]] == list(HERS)
    await anna.tap("Тема")
    await anna.tap("В Грузию")
    assert "о Грузии" in anna.last.text, "what belongs to the other country is asked anew"
    await anna.tap("Мой список перед дорогой")
    assert "Источники" in anna.last.text, "and the rest is not"
    assert "Грузи" in anna.last.text
    assert anna.last.text != theirs
    await anna.tap("Изменить ответ")
    labels = " ".join(anna.last.labels)
    assert "Грузию" in labels
    assert "Казахстан" not in labels
    assert "На своей машине" in labels
    assert "Отсрочка" in labels
    await anna.tap("Назад")
    await anna.tap("В начало")
    assert anna.last.text == seen[0]
    assert len(anna.messages) == 1


async def test_the_middle_of_the_way_can_be_changed_too(world: World) -> None:
    anna = world.person()
    await anna.send("/start")
    for label in list(HERS.values())[:4]:
        await anna.tap(label)
    await anna.tap("Изменить ответ")
    await anna.tap("Тема")
    await anna.tap("В Грузию")
    await anna.tap("Мой список перед дорогой")
    assert "Кто едет с вами" in anna.last.text, "the first question that has no answer yet"


async def test_every_answer_opens_by_its_link_in_both_languages(world: World) -> None:
    anna, ben = world.person(), world.person("Ben", language="en")
    guide = world.bot.desk.guide
    assert "checklist" in guide.answers
    for person in (anna, ben):
        for answer in guide.answers.values():
            await person.start(answer.id)
            for _ in range(1 + len(answer.needs)):  # it may need something to be answered first
                await world.clock.leap(2)  # nobody taps faster than a limit allows
                if "Источники" in person.last.text or "Sources" in person.last.text:
                    break
                await person.tap(person.last.labels[0])
            title = answer.title.ru if person is anna else answer.title.en
            assert person.last.text.startswith(title), answer.id
            assert "2026" in person.last.text, answer.id


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

"""What people type in their own words: questions, reports, urgent matters, and what we do not help with."""

from typing import get_args

import pytest
import sqlalchemy as sa

from bot.guide.model import HELP_NOW
from bot.guide.read_spoken import Page
from bot.storage.tables import reports
from bot.telegram.handlers import COMMANDS
from tests.conftest import World


async def count(world: World) -> int:
    async with world.bot.engine.connect() as connection:
        return (await connection.execute(sa.select(sa.func.count()).select_from(reports))).scalar_one()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("как получить ИИН в казахстане", "ИИН"),
        ("kak poluchit iin v kazahstane", "ИИН"),
        ("rfr gjkexbnm bby d rfpf[cnfyt", "ИИН"),
        ("можно ли на ларс пешком", "пешком"),
    ],
)
async def test_a_question_leads_to_its_answer(world: World, text: str, title: str) -> None:
    anna = world.person()
    await anna.send(text)
    assert title.lower() in " ".join((anna.last.text[:200], *anna.last.labels)).lower()
    assert await count(world) == 0


async def test_what_is_unclear_is_offered_and_never_guessed(world: World) -> None:
    anna = world.person()
    await anna.send("какие документы нужны на машине в грузию и казахстан")
    offered = anna.last.labels
    assert "Ничего из этого" in offered
    assert 1 <= offered.index("Ничего из этого") <= 4
    await anna.tap(offered[0])
    assert "Источники" in anna.last.text or anna.last.labels


async def test_an_urgent_matter_comes_before_everything(world: World) -> None:
    anna = world.person()
    await anna.send("меня задержали на границе на ларсе, стою 5 часов, что делать")
    assert "112" in anna.last.text or "Срочно" in " ".join(anna.last.labels[:1])
    assert await count(world) == 0


@pytest.mark.parametrize("text", ["кому дать взятку чтобы выпустили", "как обойти пункт пропуска лесом"])
async def test_what_is_unlawful_is_refused_plainly(world: World, text: str) -> None:
    anna = world.person()
    await anna.send(text)
    assert "не поможем" in anna.last.text


@pytest.mark.parametrize("text", ["help", "SOS", "помогите", "спасите", "мне нужна помощь"])
async def test_a_call_for_help_is_offered_people(world: World, text: str) -> None:
    anna = world.person()
    await anna.send(text)
    assert "срочно" in anna.last.text
    assert anna.last.labels[0] == "Срочно: поговорить с человеком"


@pytest.mark.parametrize("text", ["Orenburg border", "справка"])
async def test_what_is_perhaps_unlawful_is_offered_and_not_refused(world: World, text: str) -> None:
    anna = world.person()
    await anna.send(text)
    assert "не поможем" not in anna.last.text
    assert "Ничего из этого" in anna.last.labels


@pytest.mark.parametrize(
    "text", ["привет", "Hello!", "спасибо большое", "меню", "отмена", "назад", "старт", "start", "ghbdtn"]
)
async def test_who_says_nothing_is_shown_the_menu(world: World, text: str) -> None:
    anna, ben = world.people(2)
    await anna.send(text)
    await ben.send("/start")
    assert anna.last.text == ben.last.text


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("report", "/report"),
        ("Language", "/language"),
        ("язык", "/language"),
        ("crossings", "/crossings"),
        ("crossing", "/crossing"),
        ("ask", "/ask"),
        ("чем вы помогаете?", "/help"),
        ("мои данные", "/mydata"),
    ],
)
async def test_the_name_of_a_command_alone_opens_it(world: World, text: str, command: str) -> None:
    anna, ben = world.people(2)
    await anna.send(text)
    await ben.send(command)
    assert anna.last.text == ben.last.text
    assert anna.last.labels == ben.last.labels


async def test_what_answers_a_question_of_ours_opens_no_page(world: World) -> None:
    anna = world.person()
    await anna.send("/start kz-stay")
    await anna.reply(anna.last, "меню")
    menu = world.person()
    await menu.send("/start")
    assert anna.last.text != menu.last.text


def test_words_alone_open_what_a_command_opens() -> None:
    assert {*get_args(Page)} == {*COMMANDS, HELP_NOW} - {"crossing", "wipe"}


def test_no_crossing_is_called_by_what_opens_a_page(world: World) -> None:
    content = world.bot.desk.content
    for crossing in content.catalogue.crossings.values():
        for name in (crossing.name.ru, crossing.name.en, *crossing.nicknames):
            assert content.alone.typed(name) is None, name


async def test_a_report_is_repeated_and_counts_after_a_tap(world: World) -> None:
    anna = world.person()
    await anna.send("Верхний Ларс, 300 машин, стоим уже 7 часов")
    assert await count(world) == 0
    assert any("7 ч" in label for label in anna.last.labels)
    assert any("300" in label for label in anna.last.labels)
    await anna.tap("7 ч")
    assert await count(world) == 1


async def test_an_event_is_reported_in_words_too(world: World) -> None:
    anna = world.person()
    await anna.send("на ларсе закрыли границу, никого не пускают")
    assert await count(world) == 0
    await anna.tap("✅")
    assert await count(world) == 1


@pytest.mark.parametrize(
    "text",
    ["на ларсе не раздают повестки", "no draft notices at lars", "lars isn't closed", "ларс не спокойно"],
)
async def test_a_denied_event_cannot_be_reported_by_a_tap(world: World, text: str) -> None:
    anna = world.person()
    await anna.send(text)
    assert not any("✅" in label for label in anna.last.labels)


@pytest.mark.parametrize(
    "text", ["Добрый день! Подскажите по Ларсу пожалуйста", "good day lars", "в какой день ехать на ларс"]
)
async def test_a_greeting_is_no_wait_of_a_day(world: World, text: str) -> None:
    anna = world.person()
    await anna.send(text)
    assert not any("24 ч" in label for label in anna.last.labels)


async def test_a_greeting_before_a_report_adds_nothing_to_it(world: World) -> None:
    anna = world.person()
    await anna.send("Добрый день, на Ларсе стоим 5 часов")
    assert [label for label in anna.last.labels if "✅" in label] == ["✅ стоите уже 5 ч"]


@pytest.mark.parametrize("text", ["is lars closed", "have they closed lars", "ларс закрыт или нет"])
async def test_a_question_without_its_sign_is_no_report(world: World, text: str) -> None:
    anna = world.person()
    await anna.send(text)
    assert not any("✅" in label for label in anna.last.labels)


async def test_what_is_named_wins_over_what_is_replied_to(world: World) -> None:
    anna = world.person()
    await anna.send("Верхний Ларс")
    card = anna.last
    await anna.reply(card, "Петухово, 300 машин, стоим уже 3 часа")
    assert anna.last.text.startswith("Петухово")
    await anna.reply(card, "петухово 5 часов")
    assert anna.last.text.startswith("Петухово")
    await anna.reply(card, "стоим уже 3 часа")
    assert anna.last.text.startswith("Верхний Ларс")
    await anna.reply(card, "на ларсе стоим уже 3 часа")
    assert anna.last.text.startswith("Верхний Ларс")


@pytest.mark.parametrize("replying", [False, True])
@pytest.mark.parametrize("text", ["петухово 2 часа, ларс 5 часов", "петухово закрыто, ларс 5 часов"])
async def test_of_two_crossings_no_number_goes_to_either(world: World, text: str, replying: bool) -> None:
    anna = world.person()
    if replying:
        await anna.send("Петухово")
        await anna.reply(anna.last, text)
    else:
        await anna.send(text)
    await anna.tap("Петухово")
    assert "Что сообщить?" in anna.last.text
    assert not any("2 ч" in label or "5 ч" in label for label in anna.last.labels)


async def test_one_number_is_kept_when_asked_which_of_two_crossings(world: World) -> None:
    anna = world.person()
    await anna.send("ларс петухово 5 часов")
    await anna.tap("Петухово")
    assert "Записать: 5 ч?" in anna.last.text


@pytest.mark.parametrize("text", ["ларс пешком 2 часа", "Верхний Ларс, пешком, стоим уже 7 часов"])
async def test_a_walkers_wait_is_not_offered_as_a_cars(world: World, text: str) -> None:
    anna = world.person()
    await anna.send(text)
    assert "🚶 пешком. Не записано" in anna.last.text
    assert not any("2 ч" in label or "7 ч" in label for label in anna.last.labels)
    await anna.tap("Сообщить")
    assert "Что сообщить?" in anna.last.text


async def test_the_mode_that_was_named_is_the_one_offered(world: World) -> None:
    anna = world.person()
    await anna.send("петухово пешком час")
    assert "🚶 пешком" in anna.last.text
    await anna.send("Верхний Ларс")
    card = anna.last
    await anna.reply(card, "2 часа на автобусе")
    assert "🚌 на автобусе" in anna.last.text
    await anna.reply(card, "пешком 2 часа")
    assert "Не записано" in anna.last.text


async def test_a_mode_nobody_goes_in_carries_no_number_to_a_choice(world: World) -> None:
    anna = world.person()
    await anna.send("ларс петухово пешком 5 часов")
    choice = anna.last
    await anna.tap("Петухово", choice)
    assert "🚶 пешком" in anna.last.text
    await anna.send("ларс петухово пешком 5 часов")
    await anna.tap("Верхний Ларс", anna.last)
    assert "5 ч" not in anna.last.text


async def test_whether_people_go_on_foot_is_reported_where_they_did_not(world: World) -> None:
    anna = world.person()
    await anna.send("на ларсе пускают пешком, стоим 2 часа")
    assert [label for label in anna.last.labels if "✅" in label] == ["✅ пропускают пешком"]


@pytest.mark.parametrize("text", ["ларс 5", "lars 5", "5 ларс", "петухово 5"])
async def test_a_number_without_its_unit_is_asked_about(world: World, text: str) -> None:
    anna = world.person()
    await anna.send(text)
    assert "5 — чего?" in anna.last.text
    assert {"5 ч", "5 машин"} <= set(anna.last.labels)
    await anna.tap("5 ч")
    assert await count(world) == 0
    await anna.tap("Стоим уже 5 ч")
    assert await count(world) == 1


async def test_so_is_one_in_reply_to_a_card(world: World) -> None:
    anna = world.person()
    await anna.send("Верхний Ларс")
    await anna.reply(anna.last, "5")
    assert "5 — чего?" in anna.last.text


@pytest.mark.parametrize("text", ["ларс впереди 5", "ларс 5 машин"])
async def test_a_number_that_says_what_it_counts_is_not(world: World, text: str) -> None:
    anna = world.person()
    await anna.send(text)
    assert "чего?" not in anna.last.text
    assert "5 машин" in " ".join((anna.last.text, *anna.last.labels))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/report ларс 5 часов", "5 ч"),
        ("/report ларс закрыт", "закрыто"),
        ("/report ларс, 300 машин, стоим 7 часов", "7 ч"),
    ],
)
async def test_what_stands_behind_the_command_is_read(world: World, text: str, told: str) -> None:
    anna = world.person()
    await anna.send(text)
    assert any(told in label for label in anna.last.labels)
    assert await count(world) == 0


async def test_the_way_into_russia_is_not_counted(world: World) -> None:
    anna = world.person()
    await anna.send("ларс из грузии в россию стоим уже 8 часов, 200 машин перед нами")
    assert "выезд" in anna.last.text
    assert await count(world) == 0


async def test_a_question_about_a_queue_leads_to_the_card(world: World) -> None:
    anna = world.person()
    await anna.send("какая очередь на ларсе сейчас?")
    assert "Верхний Ларс" in anna.last.text
    assert await count(world) == 0


async def test_what_is_known_from_the_text_is_not_asked_again(world: World) -> None:
    anna = world.person()
    await anna.send("нужен ли загранпаспорт ребёнку 5 лет в казахстан")
    shown = f"{anna.last.text} {' '.join(anna.last.labels)}"
    assert "ребён" in shown.lower()


async def test_what_nobody_here_answers_may_go_to_the_editors(world: World) -> None:
    anna = world.person()
    await anna.send("какая погода завтра в париже")
    assert any("редакторам" in label for label in anna.last.labels)


async def test_ask_answers_what_stands_behind_it(world: World) -> None:
    anna = world.person()
    await anna.send("/ask как получить ИИН в казахстане")
    assert "ИИН" in " ".join((anna.last.text[:200], *anna.last.labels))


async def test_ask_without_a_question_invites_one(world: World) -> None:
    anna = world.person()
    await anna.send("/ask")
    assert "своими словами" in anna.last.text


async def test_ask_never_takes_a_number_for_a_report(world: World) -> None:
    anna = world.person()
    await anna.send("/ask ларс 300 машин, стоим 7 часов, что делать")
    assert not any("300" in label for label in anna.last.labels)
    assert await count(world) == 0


@pytest.mark.parametrize("text", ["/ask меня задержали на границе", "/ask кому дать взятку на ларсе"])
async def test_ask_knows_what_is_urgent_and_what_is_unlawful(world: World, text: str) -> None:
    anna, other = world.person(), world.person()
    await anna.send(text)
    await other.send(text.removeprefix("/ask "))
    assert (anna.last.text, anna.last.labels) == (other.last.text, other.last.labels)


async def test_a_wait_by_car_is_kept_beside_what_is_said_of_walkers(world: World) -> None:
    anna = world.person()
    for text in (
        "проехали ларс за 5 часов, пешком не пускают",
        "ларс за 5 ч на машине прошли, пешком не пускают",
    ):
        await anna.send(text)
        assert "🚗" in anna.last.text
        assert anna.last.labels[:2] == ["✅ проехали за 5 ч", "✅ пешком больше не пускают"]

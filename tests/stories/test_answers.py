"""What can be done with an answer: doubt it, have its terms explained, keep it, pass it on."""

from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa

from bot.guide.model import Guide, Language
from bot.guide.votes import FEW, Reason, read
from bot.privacy import abuse
from bot.storage.engine import StorageUnavailable
from bot.storage.tables import guide_votes
from bot.telegram.button_data import encode
from bot.telegram.buttons import Keep, Vote
from bot.telegram.removal import vanish
from tests.conftest import World
from tests.person import Person, Seen

DOUBT = "Что-то не так?"
PERSONAL = "kz-entry-docs"
"""An answer that asks something first."""


async def votes(world: World) -> list[tuple[str, str, str, int]]:
    query = sa.select(
        guide_votes.c.answer, guide_votes.c.language, guide_votes.c.reason, guide_votes.c.votes
    ).order_by(guide_votes.c.answer)
    async with world.bot.engine.connect() as connection:
        return [(row[0], row[1], row[2], row[3]) for row in (await connection.execute(query)).all()]


async def opened(person: Person, answer: str = "kz-stay") -> Seen:
    """Open an answer, telling what it asks by the first button each time."""
    await person.start(answer)
    while DOUBT not in " ".join(person.last.labels) and "Not right?" not in " ".join(person.last.labels):
        await person.tap(person.last.labels[0])
    return person.last


# --- Not right


async def test_a_vote_takes_two_taps_and_leaves_a_number_only(world: World) -> None:
    anna = world.person()
    answer = await opened(anna)
    text, buttons = answer.text, answer.buttons
    assert "Устарело" not in " ".join(answer.labels), "the reasons are behind one button"
    await anna.tap(DOUBT)
    assert anna.toast == "", "it would hide the reasons"
    assert answer.text == text
    assert answer.buttons == [["📅 Устарело", "🌫 Непонятно"], ["🙅 Не мой случай", "◀️ Назад"]]
    await anna.tap("Устарело")
    assert "Спасибо" in anna.toast
    assert (answer.text, answer.buttons) == (text, buttons), "the answer is as it was"
    assert len(anna.messages) == 1
    assert await votes(world) == [("kz-stay", "ru", "outdated", 1)]


async def test_who_thinks_again_goes_back_and_nothing_is_counted(world: World) -> None:
    anna = world.person()
    answer = await opened(anna)
    buttons = answer.buttons
    await anna.tap(DOUBT)
    await anna.tap("Назад")
    assert answer.buttons == buttons
    assert await votes(world) == []


async def test_one_person_has_one_vote_a_day_on_an_answer(world: World) -> None:
    anna, ben = world.person(), world.person("Ben", language="en")
    for label in ("Непонятно", "Устарело"):
        await opened(anna)
        await anna.tap(DOUBT)
        await anna.tap(label)
        assert "Спасибо! Мы сосчитали" in anna.toast, "whoever tries learns nothing of an earlier vote"
    assert await votes(world) == [("kz-stay", "ru", "unclear", 1)]

    await opened(ben)
    await ben.tap("Not right?")
    await ben.tap("Not my case")
    assert "Thank you" in ben.toast
    await opened(anna, "kz-iin")
    await anna.tap(DOUBT)
    await anna.tap("Устарело")
    assert "Спасибо! Мы сосчитали" in anna.toast
    assert sorted(await votes(world)) == [
        ("kz-iin", "ru", "outdated", 1),
        ("kz-stay", "en", "not my case", 1),
        ("kz-stay", "ru", "unclear", 1),
    ]

    await world.clock.leap(abuse.VOTES.window.total_seconds())
    await opened(anna)
    await anna.tap(DOUBT)
    await anna.tap("Непонятно")
    assert "Спасибо! Мы сосчитали" in anna.toast


async def test_a_tap_that_telegram_tells_of_twice_is_one_vote(world: World) -> None:
    anna = world.person()
    await opened(anna)
    for _ in range(3):
        await tapped(world, anna, 900_000, encode(Vote("kz-stay", "", Reason.OUTDATED)))
    assert await votes(world) == [("kz-stay", "ru", "outdated", 1)]


async def test_a_vote_that_could_not_be_stored_can_be_given_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = world.person()
    await opened(anna)
    await anna.tap(DOUBT)

    async def locked(_job: object) -> None:
        raise StorageUnavailable("locked")

    with monkeypatch.context() as patched:
        patched.setattr(world.bot.writer, "run", locked)
        await anna.tap("Устарело")
    assert "Не сохранено" in anna.last.text
    await opened(anna)
    await anna.tap(DOUBT)
    await anna.tap("Устарело")
    assert await votes(world) == [("kz-stay", "ru", "outdated", 1)]


async def test_a_link_to_a_vote_shows_the_answer_and_does_not_vote(world: World) -> None:
    anna = world.person()
    await anna.start(encode(Vote("kz-stay", "", Reason.OUTDATED)).replace(":", "_"))
    assert DOUBT in " ".join(anna.last.labels)
    assert await votes(world) == []


async def test_a_vote_in_a_group_is_not_taken(world: World) -> None:
    anna = world.person()
    group = world.simulator.model.add_group("Попутчики", [anna.account])
    await anna.send("/crossing@provodnik_local_bot ларс", to=group, wait=False)
    await anna.settled()
    (shown,) = anna.seen(group)
    markup = shown.message.markup.inline
    assert markup is not None
    markup[0][0] = {"text": "forged", "callback_data": encode(Vote("kz-stay", "", Reason.OUTDATED))}
    await anna.tap("forged", shown)
    assert "Здесь, в группе" in anna.toast
    assert await votes(world) == []


@pytest.mark.parametrize("answer", ["kz-nowhere", "kz-stay-2"])
async def test_a_vote_on_what_is_no_answer_is_an_old_button(world: World, answer: str) -> None:
    anna = world.person()
    await opened(anna)
    await tapped(world, anna, 900_000, encode(Vote(answer, "", Reason.OUTDATED)))
    assert "Это меню устарело" in anna.last.text
    assert await votes(world) == []


async def test_editors_hear_of_votes_when_three_people_agree(world: World) -> None:
    since = {"kz-stay": world.clock.now().date()}
    for number, person in enumerate(world.people(FEW), 1):
        await opened(person)
        await person.tap(DOUBT)
        await person.tap("Устарело")
        told = await read(world.bot.engine, since)
        assert told == ({"kz-stay": {"outdated": FEW}} if number == FEW else {})


# --- Terms


def with_term(guide: Guide, language: Language) -> tuple[str, str, str]:
    """Return an answer without questions in which a term stands, the term's title and its text."""
    for id, term in guide.glossary.items():
        for answer in guide.answers.values():
            if answer.needs or term.answer == answer.id:
                continue
            if any(form in block.text for block in answer.body[language] for form in term.forms[language]):
                return answer.id, term.title[language], guide.glossary[id].text[language]
    pytest.fail("no answer has a term")


@pytest.mark.parametrize("language", list(Language))
async def test_a_term_is_explained_over_the_answer_which_stays(world: World, language: Language) -> None:
    person = world.person(language=language.value)
    id, title, text = with_term(world.bot.desk.guide, language)
    answer = await opened(person, id)
    before = (answer.text, answer.buttons)
    assert f"ℹ️ {title}" in answer.buttons[0], "terms stand right below the text"
    await person.tap(f"ℹ️ {title}")
    assert person.toast == text
    assert person.alerted, "it stays until it is closed"
    assert (answer.text, answer.buttons) == before
    assert len(person.messages) == 1


async def test_a_term_that_is_no_more_gets_the_current_menu(world: World) -> None:
    anna = world.person()
    await opened(anna)
    await tapped(world, anna, 900_000, "1T:nonsense")
    assert "Это меню устарело" in anna.last.text


async def test_a_link_to_a_term_says_it_in_a_message(world: World) -> None:
    """There is no tap that a pop-up could answer."""
    anna = world.person()
    await anna.start("1T_iin")
    assert "номер" in anna.last.text
    await anna.tap("ИИН")
    assert "Источники" in anna.last.text


# --- Keeping


async def test_what_is_kept_is_changed_by_no_button(world: World) -> None:
    anna = world.person()
    answer = await opened(anna, PERSONAL)
    text = answer.text
    await anna.tap("Сохранить")
    assert "отдельным сообщением" in anna.toast
    kept = anna.last
    assert kept.id != answer.id
    assert kept.text == text
    assert kept.buttons == [["🧭 Вопросы и ответы"]]
    await anna.tap("Назад", answer)
    assert kept.text == text
    await anna.tap("Вопросы и ответы", kept)
    assert "Куда вы едете" in anna.last.text
    assert anna.last.id not in (kept.id, answer.id), "the menu is a message of its own"
    assert kept.text == text


async def test_only_what_was_made_for_a_person_is_offered_to_keep(world: World) -> None:
    anna = world.person()
    answer = await opened(anna, "kz-stay")
    assert not any("Сохранить" in label for label in answer.labels)
    await tapped(world, anna, 900_000, encode(Keep(PERSONAL, "")))
    assert "Кто едет" in anna.last.text, "what it needs is asked, and nothing is sent yet"


async def test_what_is_kept_vanishes_and_is_wiped_like_all_else(world: World) -> None:
    anna = world.person()
    await anna.send("/safety")
    await anna.tap("меньше было видно")
    await anna.tap("1 ч")
    await opened(anna, PERSONAL)
    await anna.tap("Сохранить")
    kept = anna.last
    await world.clock.leap(2 * 3600)
    await vanish(world.bot.application.bot, world.bot.desk.trail)
    assert kept.id not in anna.chat.messages

    await opened(anna, PERSONAL)
    await anna.tap("Сохранить")
    await anna.send("/wipe")
    await anna.tap("Да, убрать всё")
    assert [seen.text for seen in anna.messages] == ["Здравствуйте! Начать: /start"]


async def test_what_is_kept_is_veiled_in_the_discreet_mode(world: World) -> None:
    anna = world.person()
    await anna.send("/safety")
    await anna.tap("меньше было видно")
    await anna.tap("Включить незаметный режим")
    answer = await opened(anna, PERSONAL)
    await anna.tap("Сохранить")
    assert anna.last.silent
    assert anna.last.edited, "a notification showed three dots"
    assert anna.last.text == answer.text


# --- Passing on


async def shared(world: World, person: Person, label: str) -> tuple[str, str]:
    """Return the link that a share button passes on, and the words beside it."""
    address = urlsplit(await person.tap(label))
    assert f"{address.scheme}://{address.netloc}{address.path}" == "https://t.me/share/url"
    query = parse_qs(address.query, strict_parsing=True)
    assert set(query) == {"url", "text"}
    return query["url"][0], query["text"][0]


async def test_an_answer_is_passed_on_in_both_languages(world: World) -> None:
    anna, ben = world.person(), world.person("Ben", language="en")
    await opened(anna, "kz-stay")
    link, words = await shared(world, anna, "Поделиться")
    assert words == world.bot.desk.guide.answers["kz-stay"].title.ru
    await ben.follow(link)
    english = world.bot.desk.guide.answers["kz-stay"].title.en
    assert ben.last.text.startswith(english), "who opens it reads it in their own language"
    again, words = await shared(world, ben, "Share")
    assert (again, words) == (link, english)


async def test_what_is_passed_on_says_nothing_of_who_passes_it_on(world: World) -> None:
    anna = world.person()
    await opened(anna, PERSONAL)
    link, _ = await shared(world, anna, "Поделиться")
    assert urlsplit(link).query == f"start={PERSONAL}"


async def test_a_crossings_card_is_passed_on(world: World) -> None:
    anna, ben = world.person(), world.person("Ben", language="en")
    await anna.send("/crossing ларс")
    link, words = await shared(world, anna, "Поделиться")
    assert words == "Верхний Ларс"
    await ben.follow(link)
    assert "Verkhny Lars" in ben.last.text


async def tapped(world: World, person: Person, update: int, data: str) -> None:
    """Let Telegram tell of a tap, perhaps not for the first time."""
    await world.bot.handle(
        {
            "update_id": update,
            "callback_query": {
                "id": "1",
                "from": person.account.json(),
                "chat_instance": "1",
                "data": data,
                "message": {"message_id": person.last.id, "date": 1, "chat": person.chat.json()},
            },
        }
    )

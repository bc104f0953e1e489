"""The bot's name typed in any chat: a card or an answer to be sent there, and nothing that acts."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.guide.length import MESSAGE, visible_length
from bot.guide.model import REFUSAL, URGENT, Language
from bot.privacy import abuse
from bot.privacy.holdings import owned
from bot.simulator.limits import INLINE_RESULT_ID
from bot.simulator.queries import Result
from bot.storage.tables import trail
from bot.telegram.handlers.inline import ANSWER_SECONDS, CARD_SECONDS, MOST
from bot.telegram.intake import ALLOWED_UPDATES
from bot.telegram.screens import inline as screens
from tests.conftest import World
from tests.stories.test_inbox import rows as inbox_rows
from tests.stories.test_limits import report_calm, stored

LARS = "c-verkhny-lars"


def ids(results: list[Result]) -> list[str]:
    return [result.id for result in results]


def links(result: Result) -> list[str]:
    return [str(key.get("url")) for row in result.markup.inline or [] for key in row]


async def test_a_crossings_card_is_sent_to_a_group_as_it_was_then(world: World) -> None:
    anna, ben = world.people(2)
    await report_calm(ben, "verkhny-lars")
    group = world.simulator.model.add_group("Попутчики", [anna.account, ben.account])
    results = await anna.inline("ларс")
    assert ids(results)[0] == LARS
    sent = await anna.choose(results[0], to=group)
    assert sent.text.startswith("🛂 Верхний Ларс → Казбеги")
    assert "так было 22 ноября 2026\N{NARROW NO-BREAK SPACE}г. в 15:00 по местному времени" in sent.text
    assert "там сейчас" not in sent.text
    assert "всё спокойно" in sent.text
    assert sent.labels == ["🔄 Что там сейчас"], "nothing is reported from there"
    assert await anna.tap("Что там сейчас", sent) == "https://t.me/provodnik_local_bot?start=verkhny-lars"
    await ben.follow(links(results[0])[0])
    assert "там сейчас" in ben.last.text, "the link leads to the living card"


async def test_an_answer_holds_its_date_its_sources_and_a_link(world: World) -> None:
    anna = world.person()
    results = await anna.inline("сколько можно находиться в Казахстане без визы")
    (result,) = [each for each in results if each.id == "a-kz-stay"]
    assert result.title == world.bot.desk.guide.answers["kz-stay"].title.ru
    assert result.description.endswith((".", "…"))
    assert "Сверено с источниками" in result.body.text
    assert "Источники" in result.body.text
    assert links(result) == ["https://t.me/provodnik_local_bot?start=kz-stay"]


async def test_the_language_is_that_of_the_person(world: World) -> None:
    anna, ben = world.person(), world.person("Ben", language="en")
    assert "так было" in (await anna.inline("ларс"))[0].body.text
    assert "as it was on" in (await ben.inline("lars"))[0].body.text
    assert ben.asked is not None
    assert ben.asked.personal
    await ben.send("/language")
    await ben.tap("Русский")
    assert "так было" in (await ben.inline("lars"))[0].body.text, "what was chosen holds here too"


async def test_a_card_is_not_shown_again_for_longer_than_half_a_minute(world: World) -> None:
    anna = world.person()
    await anna.inline("ларс")
    assert anna.asked is not None
    assert (anna.asked.cache_seconds, anna.asked.start_parameter) == (CARD_SECONDS, "1m")
    assert CARD_SECONDS <= 30
    await anna.inline("что делать, если вручили повестку")
    assert anna.asked.cache_seconds == ANSWER_SECONDS
    await anna.inline("")
    assert anna.asked.cache_seconds == CARD_SECONDS


async def test_an_empty_query_tells_what_this_is_and_what_is_reported_now(world: World) -> None:
    anna, ben = world.people(2)
    assert ids(await anna.inline("")) == ["help"]
    await report_calm(ben, "petukhovo")
    results = await anna.inline("  ")
    assert ids(results) == ["help", "c-petukhovo"]
    assert "@provodnik_local_bot ларс" in results[0].body.text
    await world.clock.leap(7 * 3600)
    assert ids(await anna.inline("")) == ["help"]


async def test_what_is_urgent_leads_to_people_and_what_is_unlawful_to_the_refusal(world: World) -> None:
    anna = world.person()
    urgent = await anna.inline("меня задержали на ларсе, помогите срочно")
    assert ids(urgent)[:2] == [f"a-{URGENT}", LARS]
    assert ids(await anna.inline("купить поддельный паспорт и перейти границу")) == [f"a-{REFUSAL}"]


@pytest.mark.parametrize("text", ["help", "помогите"])
async def test_a_call_for_help_is_no_refusal(world: World, text: str) -> None:
    offered = ids(await world.person().inline(text))
    assert offered[0] == f"a-{URGENT}"
    assert f"a-{REFUSAL}" not in offered


async def test_what_is_perhaps_unlawful_is_offered_among_others(world: World) -> None:
    assert len(ids(await world.person().inline("справка"))) > 1


async def test_what_is_about_nothing_of_this_gets_nothing_but_the_way_to_the_bot(world: World) -> None:
    anna = world.person()
    assert await anna.inline("рецепт борща со сметаной") == []
    assert anna.asked is not None
    assert anna.asked.start_parameter == "1m"
    await anna.start(anna.asked.start_parameter)
    assert anna.last.labels


async def test_however_much_is_named_only_a_handful_is_offered(world: World) -> None:
    results = await world.person().inline("аэропорт Верхний Ларс Петухово Сырым как доехать на машине")
    assert len(results) == MOST


async def test_before_the_search_is_ready_names_are_found(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def not_yet(_text: str) -> None:
        return None

    monkeypatch.setattr(world.bot.desk.searching, "ask", not_yet)
    assert ids(await world.person().inline("верхний ларс")) == [LARS]


HOSTILE = st.sampled_from(
    ("", " ", "ларс " * 500, "<b>", "&", "🙃" * 300, "\u202eларс", "/start", "'; DROP", "а" * 4096)
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.one_of(HOSTILE, st.text(st.characters(exclude_categories=["Cs"]))))
async def test_any_query_is_answered_within_telegrams_limits(world: World, query: str) -> None:
    results = await world.person().inline(query)
    assert len(results) <= MOST, "the simulator itself refuses what Telegram would refuse"


@pytest.mark.parametrize("language", list(Language))
def test_every_answer_and_its_name_fit(world: World, language: Language) -> None:
    desk = world.bot.desk
    for answer in desk.guide.answers.values():
        article = screens.answer(
            desk.guide, answer, {}, desk.texts[language], desk.clock.now().date(), "provodnik_local_bot"
        )
        assert visible_length(article.does.text) <= MESSAGE
        assert article.description
        assert len(article.id.encode()) <= INLINE_RESULT_ID
        json.dumps(article.result())


async def test_every_card_fits(world: World) -> None:
    desk = world.bot.desk
    cards = await desk.board.cards(tuple(desk.catalogue.crossings), desk.clock.now())
    for id, shown in cards.items():
        article = screens.card(shown, desk.guide, desk.texts[Language.RU], "bot", simulated=True)
        assert 0 < visible_length(article.does.text) <= MESSAGE, id
        assert len(article.id.encode()) <= INLINE_RESULT_ID


async def test_what_was_chosen_is_no_message_of_theirs_and_is_wiped_with_the_rest(world: World) -> None:
    """In the chat with the bot Telegram tells us of it: a card full of numbers must not become a report."""
    anna, ben = world.people(2)
    await report_calm(ben, "verkhny-lars")
    await anna.send("/help")
    seen = len(anna.messages)
    sent = await anna.choose((await anna.inline("ларс"))[0])
    await anna.settled()
    assert len(anna.messages) == seen
    assert await stored(world) == 1
    await anna.send("/wipe")
    await anna.tap("Да, убрать всё")
    assert sent.id not in anna.chat.messages


async def test_in_a_group_what_was_chosen_is_not_answered(world: World) -> None:
    anna = world.person()
    group = world.simulator.model.add_group("Попутчики", [anna.account])
    await anna.choose((await anna.inline("ларс"))[0], to=group)
    await anna.settled()
    assert anna.seen(group) == []


async def test_a_group_hears_of_crossings_and_reports_nothing(world: World) -> None:
    anna = world.person()
    group = world.simulator.model.add_group("Попутчики", [anna.account])
    await anna.send("/crossing@provodnik_local_bot ларс", to=group)
    for text in ("ларс 5 часов", "ларс 300 машин стоим 7 часов", "пустят в кз по внутряку?"):
        await anna.send(text, to=group, wait=False)
    await anna.reply(anna.seen(group)[0], "5 часов", wait=False)
    await anna.settled()
    assert len(anna.seen(group)) == 1
    assert await stored(world) == 0
    assert await inbox_rows(world) == []


async def test_who_types_a_lot_elsewhere_is_heard_here_still(world: World) -> None:
    anna = world.person()
    for number in range(abuse.INLINE.most):
        await anna.inline(f"ларс {number}")
    asked = world.simulator.model.ask_inline(anna.account, "ларс")
    await anna.settled()
    assert asked.answer is None
    await anna.send("/help")
    assert "Что я умею" in anna.last.text
    await world.clock.leap(60)
    assert ids(await anna.inline("ларс"))[0] == LARS


async def test_nothing_is_kept_of_who_asks(world: World) -> None:
    anna = world.person()
    await anna.inline("ларс")
    async with world.bot.engine.connect() as connection:
        for column in owned():
            assert (await connection.execute(column.table.select())).all() == [], column.table
    assert trail.name in {column.table.name for column in owned()}
    assert "chosen_inline_result" not in ALLOWED_UPDATES, "we do not even hear what was sent"


async def test_a_query_that_is_too_old_is_let_go(world: World, caplog: pytest.LogCaptureFixture) -> None:
    anna = world.person()
    await world.bot.handle(
        {
            "update_id": 900_000,
            "inline_query": {"id": "5", "from": anna.account.json(), "query": "ларс", "offset": ""},
        }
    )
    assert "handling failed" not in caplog.text

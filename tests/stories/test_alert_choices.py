"""What a person wants to be told: chosen from the card in two taps, listed, changed and ended."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.alerts.subscription import MOST_RULES, Quiet, Subscription
from bot.alerts.topics import LIMITS, TOPICS, Topic, What
from bot.crossings.report import Event, Kind, Mode, Statement
from bot.release import Content
from bot.simulator.server import Simulator
from bot.storage.tables import alert_states, subscriptions
from bot.telegram.button_data import LONGEST, encode
from bot.telegram.buttons import AlertKinds, AlertsOf, AskDigest, Follow, SetDigest, SetRule
from tests.clock import START, ManualClock
from tests.conftest import World, running
from tests.person import Person

DAY = 86_400.0
CROSSING = "verkhny-lars"


async def of(world: World, person: Person) -> Sequence[Subscription]:
    return await world.bot.desk.subscriptions.of(person.id)


async def one(world: World, person: Person) -> Subscription:
    (subscription,) = await of(world, person)
    return subscription


async def wanted(world: World) -> set[tuple[str, str, str]]:
    columns = (alert_states.c.crossing, alert_states.c.mode, alert_states.c.topic)
    async with world.bot.engine.connect() as connection:
        return {tuple(row) for row in await connection.execute(sa.select(*columns))}


async def rows(world: World) -> int:
    async with world.bot.engine.connect() as connection:
        query = sa.select(sa.func.count()).select_from(subscriptions)
        return int((await connection.execute(query)).scalar_one())


async def tell(world: World, *waits: int) -> None:
    """Let as many people as there are waits report them at Verkhny Lars, by car."""
    for wait in waits:
        person = world.simulator.model.add_person("Somebody", "ru").id
        statement = Statement(CROSSING, Mode.CAR, Kind.CROSSED, wait_minutes=wait)
        desk = world.bot.desk
        await desk.reports.add(
            statement, desk.pseudonyms.reporter(CROSSING, person), person, desk.clock.now()
        )


async def press(person: Person, data: str) -> None:
    """Tap a button with this data, in place of one that the newest message has."""
    shown = person.last
    markup = shown.message.markup.inline
    assert markup
    kept, markup[0][0] = markup[0][0], {"text": "forged", "callback_data": data}
    await person.tap("forged", shown)
    if markup[0][0].get("text") == "forged":
        markup[0][0] = kept


async def opened(world: World, language: str = "ru") -> Person:
    """Return a person who looks at the card."""
    anna = world.person(language=language)
    await anna.send("/crossing ларс")
    return anna


async def followed(world: World) -> Person:
    anna = await opened(world)
    await anna.tap("🔔")
    await anna.tap("Главное")
    return anna


async def test_two_taps_from_the_card_and_it_says_what_is_so_now(world: World) -> None:
    await tell(world, 300, 310, 320, 330)
    anna = await opened(world)
    await anna.tap("🔔 Сообщать мне")
    assert "ждать меньше 3 ч" in anna.last.text, "clearly less than the five hours that it is now"
    await anna.tap("✅ Главное")
    assert "ждать меньше 3 ч" in anna.last.text
    assert "Сейчас" in anna.last.text
    assert "4 человека" in anna.last.text
    subscription = await one(world, anna)
    assert [rule.topic for rule in subscription.rules] == [
        Topic(What.BELOW, 180),
        *(
            Topic(What.EVENT, event=event)
            for event in (Event.CLOSED, Event.REOPENED, Event.DRAFT_NOTICES, Event.TURNED_BACK)
        ),
    ]
    assert subscription.zone == "Europe/Moscow"
    assert (CROSSING, "car", "below:3h") in await wanted(world)


async def test_in_english_too(world: World) -> None:
    anna = await opened(world, "en")
    await anna.tap("🔔 Tell me")
    await anna.tap("Only if it closes")
    assert "I will write when" in anna.last.text
    assert len((await one(world, anna)).rules) == 2


async def test_the_same_tap_twice_is_one_rule(world: World) -> None:
    anna = await followed(world)
    before = await one(world, anna)
    await press(anna, encode(Follow(CROSSING, Mode.CAR, 7, before.rules[0].topic.number)))
    assert (await one(world, anna)).rules == before.rules
    assert await rows(world) == 1


async def test_what_is_so_already_is_said_to_be(world: World) -> None:
    await tell(world, 60, 60, 65, 70)
    anna = await opened(world)
    await press(anna, encode(SetRule(CROSSING, Mode.CAR, Topic(What.BELOW, 360).number, 1)))
    await press(anna, encode(SetRule(CROSSING, Mode.CAR, Topic(What.ABOVE, 720).number, 1)))
    told = anna.last.text.splitlines()
    assert [line for line in told if "так уже сейчас" in line] == [
        "• 🚗 ждать меньше 6 ч — так уже сейчас; напишу, если изменится и снова станет так"
    ]


async def test_what_concerns_everybody_there_is_chosen_once_and_dropped_in_any_mode(world: World) -> None:
    anna = await opened(world)
    notices = Topic(What.EVENT, event=Event.DRAFT_NOTICES).number
    await press(anna, encode(SetRule(CROSSING, Mode.CAR, notices, 1)))
    await press(anna, encode(AlertKinds(CROSSING, Mode.FOOT)))
    assert "✅ раздают повестки" in anna.last.labels
    await press(anna, encode(SetRule(CROSSING, Mode.FOOT, notices, 1)))
    assert len((await one(world, anna)).rules) == 1
    await anna.tap("✅ раздают повестки")
    assert await of(world, anna) == ()


async def test_daily_digests_count_too_and_are_dropped_by_a_tap(world: World) -> None:
    anna = await opened(world)
    crossings = list(world.bot.desk.catalogue.crossings)[: MOST_RULES + 1]
    for crossing in crossings:
        await press(anna, encode(SetDigest(crossing, 9)))
    assert f"можно {MOST_RULES}" in anna.last.text
    assert len(await of(world, anna)) == MOST_RULES
    await anna.send("/alerts")
    assert f"{MOST_RULES} из {MOST_RULES}" in anna.last.text
    assert len([label for label in anna.last.labels if label.endswith(" · 1")]) == MOST_RULES
    await press(anna, encode(AlertsOf(crossings[0])))
    await anna.tap("✖️ 📰 каждый день в 9:00")
    assert len(await of(world, anna)) == MOST_RULES - 1


async def test_a_digest_comes_by_the_clocks_of_a_zone_of_ones_own(world: World) -> None:
    anna = await opened(world)
    await press(anna, encode(AskDigest("verkhny-lars")))
    assert not any(label.startswith("🕓") for label in anna.last.labels), "there is nothing to set it for yet"
    await anna.tap("09")
    await press(anna, encode(AskDigest("verkhny-lars")))
    await anna.tap("🕓")
    await anna.tap("Екатеринбург")
    (daily,) = await of(world, anna)
    assert (daily.digest_hour, daily.zone) == (9, "Asia/Yekaterinburg")


async def test_every_kind_can_be_chosen(world: World) -> None:
    anna = await opened(world)
    await anna.tap("🔔")
    await anna.tap("Выбрать самому")
    await anna.tap("Ждать больше…")
    await anna.tap("6 ч")
    await anna.tap("➕ Ещё")
    await anna.tap("Пора выезжать…")
    await anna.tap("2 ч")
    assert "через 2 ч пути" in anna.last.text
    await anna.tap("3 ч")
    await anna.tap("➕ Ещё")
    await anna.tap("Нет новостей…")
    await anna.tap("12 ч")
    await anna.tap("Раз в день…")
    await anna.tap("09")
    subscription = await one(world, anna)
    assert {rule.topic for rule in subscription.rules} == {
        Topic(What.ABOVE, 360),
        Topic(What.GO, 180, 120),
        Topic(What.SILENT, 720),
    }
    assert subscription.digest_hour == 9
    assert "Каждый день в 9:00" in anna.last.text


async def test_events_are_marked_and_dropped_where_they_were_chosen(world: World) -> None:
    anna = await opened(world)
    await anna.tap("🔔")
    await anna.tap("Выбрать самому")
    weather = next(label for label in anna.last.labels if "погод" in label.lower())
    await anna.tap(weather)
    assert f"✅ {weather}" in anna.last.labels
    assert [rule.topic.event for rule in (await one(world, anna)).rules] == [Event.WEATHER]
    await anna.tap(f"✅ {weather}")
    assert weather in anna.last.labels
    assert await of(world, anna) == ()


async def test_the_list_leads_to_each_and_says_how_to_begin(world: World) -> None:
    anna = await followed(world)
    await anna.send("/alerts")
    assert f"5 из {MOST_RULES}" in anna.last.text
    await anna.tap("Верхний Ларс")
    await anna.tap("✖️ раздают повестки")
    assert len((await one(world, anna)).rules) == 4
    await anna.tap("🗑")
    assert await of(world, anna) == ()
    await anna.send("/alerts")
    assert "Сообщать мне" in anna.last.text


async def test_more_than_twenty_are_refused_and_nothing_is_lost(world: World) -> None:
    anna = await opened(world)
    limits = [topic for topic in TOPICS if topic.what in (What.BELOW, What.ABOVE, What.SILENT)]
    for topic in limits[:MOST_RULES]:
        await press(anna, encode(SetRule(CROSSING, Mode.CAR, topic.number, 1)))
    assert len((await one(world, anna)).rules) == MOST_RULES
    await press(anna, encode(SetRule("petukhovo", Mode.CAR, limits[0].number, 1)))
    assert f"можно {MOST_RULES}" in anna.last.text
    assert len((await one(world, anna)).rules) == MOST_RULES


async def test_quiet_hours_are_one_for_all_in_a_zone_of_ones_own(world: World) -> None:
    anna = await followed(world)
    await press(anna, encode(SetRule("petukhovo", Mode.CAR, Topic(What.BELOW, 60).number, 1)))
    await anna.send("/alerts")
    await anna.tap("🌙")
    await anna.tap("22")
    await anna.tap("06")
    await anna.tap("🕓")
    await anna.tap("Екатеринбург")
    await anna.tap("❗️")
    for subscription in await of(world, anna):
        assert subscription.quiet == Quiet(22 * 60, 6 * 60)
        assert subscription.zone == "Asia/Yekaterinburg"
        assert subscription.urgent_may_pass
    assert "22:00" in anna.last.text
    await press(anna, encode(SetRule("tagirkent-kazmalyar", Mode.CAR, Topic(What.BELOW, 60).number, 1)))
    assert all(each.quiet == Quiet(22 * 60, 6 * 60) for each in await of(world, anna)), (
        "a new one has them too"
    )


async def test_a_pause_lasts_until_it_is_over(world: World) -> None:
    anna = await followed(world)
    await anna.send("/alerts")
    await anna.tap("⏸")
    assert (await one(world, anna)).resting_until(world.clock.now() + timedelta(days=13))
    assert "ничего не пишу" in anna.last.text
    await anna.tap("▶️")
    assert (await one(world, anna)).resting_until(world.clock.now()) is None


async def test_who_renews_what_is_paused_reads_that_it_still_is(world: World) -> None:
    anna = await followed(world)
    await anna.tap("⏸")
    await world.clock.leap(13 * DAY)
    await press(anna, "1W:verkhny-lars")
    subscription = await one(world, anna)
    assert subscription.paused_until == subscription.ends_at
    assert "ничего не пишу" in anna.last.text
    await anna.tap("🔔 Все подписки")
    assert "⏸ Верхний Ларс · 5" in anna.last.labels


async def test_snoozing_till_morning_ends_when_quiet_hours_do(world: World) -> None:
    anna = await followed(world)
    await press(anna, "1S:verkhny-lars:0")
    until = (await one(world, anna)).snoozed_until
    assert until is not None
    assert until.astimezone((await one(world, anna)).zone_info).hour == 8
    assert START < until <= START + timedelta(days=1)
    assert "до 08:00" in anna.toast, "and says until when"


async def test_it_ends_after_a_fortnight_and_one_tap_renews_it(world: World) -> None:
    anna, mary = await followed(world), await followed(world)
    await world.clock.leap(13 * DAY)
    await press(mary, "1W:verkhny-lars")
    assert mary.toast == "Продлено на две недели"
    await world.clock.leap(2 * DAY)
    assert await of(world, anna) == ()
    assert len(await of(world, mary)) == 1
    await press(anna, "1W:verkhny-lars")
    assert "больше не пишу" in anna.last.text, "what has ended is offered anew, not pretended"


async def test_a_restart_keeps_it_and_wiping_takes_it(
    simulator: Simulator, clock: ManualClock, tmp_path: Path, content: Content
) -> None:
    async with running(simulator, clock, tmp_path, content) as world:
        anna = await followed(world)
        before = await of(world, anna)
    async with running(simulator, clock, tmp_path, content) as world:
        assert await of(world, anna) == before
        await anna.send("/mydata")
        assert "Подписки на переходы: 1" in anna.last.text
        await anna.send("/wipe")
        await anna.tap("Да")
        assert await of(world, anna) == ()
        assert await rows(world) == 0


async def test_a_group_is_offered_none(world: World) -> None:
    anna = world.person()
    group = world.simulator.model.add_group("Попутчики", [anna.account])
    await anna.send("/crossing ларс", to=group)
    assert not any("Сообщать мне" in label for label in anna.seen(group)[-1].labels)


@pytest.mark.parametrize(
    "data",
    [
        "1as:verkhny-lars:c:9999:1",
        "1as:nowhere:c:32:1",
        "1af:verkhny-lars:c:0:32",
        "1af:verkhny-lars:c:8:32",
        "1ai:verkhny-lars:c:9:0",
        "1ai:verkhny-lars:c:1:0",
        "1ah:verkhny-lars:25",
        "1aw:24:3",
        "1at:99",
        "1S:verkhny-lars:25",
    ],
)
async def test_a_forged_button_changes_nothing(world: World, data: str) -> None:
    anna = await followed(world)
    before = await of(world, anna)
    await press(anna, data)
    assert await of(world, anna) == before


@pytest.mark.parametrize(
    "data",
    [
        "1af:petukhovo:c:7:32",
        "1as:petukhovo:c:32:1",
        "1as:verkhny-lars:c:32:0",
        "1R:verkhny-lars:c:32",
        "1ae:verkhny-lars",
        "1W:verkhny-lars",
        "1ap::1",
        "1ap:verkhny-lars:1",
        "1S:verkhny-lars:3",
        "1ah:verkhny-lars:9",
        "1aw:22:7",
        "1au:1",
        "1at:3",
    ],
)
async def test_a_link_shows_and_never_does(world: World, data: str) -> None:
    """Anybody can make a link; it leads to where a tap does what it says."""
    anna = await followed(world)
    before = await of(world, anna)
    await world.clock.leap(60)
    shown = len(anna.messages)
    await anna.start(data.replace(":", "_"))
    assert await of(world, anna) == before
    assert len(anna.messages) > shown
    assert anna.last.labels


def test_the_longest_buttons_fit(content: Content) -> None:
    longest = max(content.catalogue.crossings, key=len)
    top = max(topic.number for topic in TOPICS)
    assert len(encode(SetRule(longest, Mode.CAR, top, 1)).encode()) <= LONGEST
    assert len(encode(Follow(longest, Mode.CAR, 7, top)).encode()) <= LONGEST
    assert len(LIMITS) <= 16

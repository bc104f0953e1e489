"""`getUpdates`: confirming, waiting, two at once; and the numbers of updates."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.simulator.people import Person
from bot.simulator.server import Simulator
from bot.simulator.updates import Updates, first_update_id
from tests.clock import START, ManualClock
from tests.simulator.api import Api
from tests.waiting import until

TAKEN_OVER = (
    409,
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
)


def texts(updates: list[dict[str, Any]]) -> list[str]:
    return [update["message"]["text"] for update in updates]


async def polling(api: Api, clock: ManualClock, group: asyncio.TaskGroup, **more: Any) -> asyncio.Task[Any]:
    """Start a poll and wait until the simulator holds it."""
    sleepers = clock.sleepers
    task = group.create_task(api.call("getUpdates", timeout=30, **more))
    await until(lambda: clock.sleepers > sleepers or task.done())
    return task


async def test_updates_stay_until_they_are_confirmed(api: Api, anna: Person) -> None:
    model = api.simulator.model
    for number in range(3):
        model.send(anna, str(number))
    first = await api.ok("getUpdates")
    assert texts(first) == ["0", "1", "2"]
    ids = [update["update_id"] for update in first]
    assert ids == list(range(ids[0], ids[0] + 3))
    assert await api.ok("getUpdates", offset=ids[0]) == first
    assert texts(await api.ok("getUpdates", limit=1)) == ["0"]
    assert texts(await api.ok("getUpdates", offset=ids[1])) == ["1", "2"]
    assert model.updates.confirmed(ids[0])
    assert not model.updates.confirmed(ids[1])
    assert not model.updates.confirmed(ids[2] + 1)
    assert texts(await api.ok("getUpdates")) == ["1", "2"]
    assert await api.ok("getUpdates", offset=ids[2] + 1) == []
    assert await api.ok("getUpdates") == []


async def test_a_negative_offset_forgets_all_but_the_newest(api: Api, anna: Person) -> None:
    for number in range(3):
        api.simulator.model.send(anna, str(number))
    assert texts(await api.ok("getUpdates", offset=-1)) == ["2"]
    assert texts(await api.ok("getUpdates")) == ["2"]
    assert texts(await api.ok("getUpdates", offset=-100)) == ["2"]


async def test_an_offset_from_the_future_confirms_nothing(api: Api, anna: Person) -> None:
    message = api.simulator.model.send(anna, "a")
    assert message.update_id
    assert texts(await api.ok("getUpdates", offset=message.update_id + 2)) == ["a"]
    assert texts(await api.ok("getUpdates")) == ["a"]


async def test_at_most_a_hundred_come_at_once(api: Api, anna: Person) -> None:
    for number in range(101):
        api.simulator.model.send(anna, str(number))
    assert len(await api.ok("getUpdates", limit=500)) == 100
    assert len(await api.ok("getUpdates", limit=0)) == 1


async def test_a_poll_waits_for_the_next_update(api: Api, anna: Person, clock: ManualClock) -> None:
    async with asyncio.TaskGroup() as group:
        poll = await polling(api, clock, group)
        assert not poll.done()
        api.simulator.model.send(anna, "a")
        status, body = await poll
    assert (status, texts(body["result"])) == (200, ["a"])


async def test_a_poll_ends_empty_when_its_time_is_up(api: Api, clock: ManualClock) -> None:
    async with asyncio.TaskGroup() as group:
        poll = await polling(api, clock, group)
        await clock.advance(29)
        assert not poll.done()
        await clock.advance(1)
        assert await poll == (200, {"ok": True, "result": []})


async def test_of_two_polls_the_newer_wins(api: Api, anna: Person, clock: ManualClock) -> None:
    async with asyncio.TaskGroup() as group:
        older = await polling(api, clock, group)
        newer = group.create_task(api.call("getUpdates", timeout=30))
        status, body = await older
        assert (status, body["description"]) == TAKEN_OVER
        api.simulator.model.send(anna, "a")
        assert texts((await newer)[1]["result"]) == ["a"]


async def test_a_poll_ends_with_the_simulator(anna: Person, api: Api, clock: ManualClock) -> None:
    async with asyncio.TaskGroup() as group:
        poll = await polling(api, clock, group)
        api.simulator.model.updates.close()
        assert await poll == (200, {"ok": True, "result": []})


async def test_only_the_kinds_that_were_asked_for_come(api: Api, anna: Person) -> None:
    model = api.simulator.model
    await api.ok("getUpdates", allowed_updates=["callback_query", "nonsense"])
    assert model.send(anna, "not told").update_id is None
    await api.ok("getUpdates")  # not saying it again changes nothing
    assert model.send(anna, "not told").update_id is None
    await api.ok("getUpdates", allowed_updates='["message"]')
    model.send(anna, "told")
    model.change_person(anna, blocked=True)
    assert texts(await api.ok("getUpdates")) == ["told"]
    await api.ok("getUpdates", allowed_updates=["nonsense"])
    model.change_person(anna, blocked=False)
    assert len(await api.ok("getUpdates")) == 2


async def test_what_nobody_fetches_is_forgotten(api: Api, anna: Person, clock: ManualClock) -> None:
    model = api.simulator.model
    model.ask_inline(anna, "x")
    model.send(anna, "a")
    await clock.advance(149)
    assert len(await api.ok("getUpdates")) == 2
    await clock.advance(1)
    assert texts(await api.ok("getUpdates")) == ["a"]
    await clock.advance(86_400 - 151)
    assert texts(await api.ok("getUpdates")) == ["a"]
    await clock.advance(1)
    assert await api.ok("getUpdates") == []


async def test_an_update_tells_how_it_was_when_it_happened(api: Api, anna: Person) -> None:
    model = api.simulator.model
    message = model.send(anna, "before")
    model.edit(anna, message, "after")
    assert (await api.ok("getUpdates"))[0]["message"]["text"] == "before"


async def test_a_malformed_update_comes_as_it_is(api: Api, anna: Person) -> None:
    model = api.simulator.model
    number = model.push_raw({"message": {"text": 5, "chat": None}})
    model.push_raw({"update_id": "x"})
    assert await api.ok("getUpdates") == [
        {"update_id": number, "message": {"text": 5, "chat": None}},
        {"update_id": "x"},
    ]
    assert await api.ok("getUpdates", offset=number + 2) == []


async def test_a_message_of_a_person_looks_as_on_telegram(api: Api, anna: Person, clock: ManualClock) -> None:
    model = api.simulator.model
    model.send(anna, "👍 /crossing lars", reply_to=1)
    model.send_location(anna, 42.75, 44.62)
    model.send_photo(anna, "queue")
    said, place, photo = [update["message"] for update in await api.ok("getUpdates")]
    who = {"id": anna.id, "is_bot": False, "first_name": "Anna", "language_code": "ru"}
    chat = {"id": anna.id, "first_name": "Anna", "type": "private"}
    date = int(clock.now().timestamp())
    start = {
        "message_id": 1,
        "from": who,
        "chat": chat,
        "date": date,
        "text": "/start",
        "entities": [{"offset": 0, "length": 6, "type": "bot_command"}],
    }
    assert said == {
        "message_id": 2,
        "from": who,
        "chat": chat,
        "date": date,
        "reply_to_message": start,
        "text": "👍 /crossing lars",
        "entities": [{"offset": 3, "length": 9, "type": "bot_command"}],
    }
    assert place["location"] == {"latitude": 42.75, "longitude": 44.62}
    assert photo["caption"] == "queue"
    assert photo["photo"][-1].keys() == {"file_id", "file_unique_id", "file_size", "width", "height"}


async def test_a_changed_language_comes_with_the_next_update(api: Api, anna: Person) -> None:
    api.simulator.model.change_person(anna, language_code="en", first_name="Ann")
    api.simulator.model.send(anna, "a")
    (update,) = await api.ok("getUpdates")
    assert update["message"]["from"]["language_code"] == "en"
    assert update["message"]["chat"]["first_name"] == "Ann"


@settings(deadline=None)  # the machine may be busy
@given(st.integers(0, 8 * 365 * 86_400), st.integers(1, 10_000))
def test_a_later_run_does_not_meet_the_numbers_of_an_earlier_one(second: int, lasted: int) -> None:
    began = first_update_id(START + timedelta(seconds=second))
    later = first_update_id(START + timedelta(seconds=second + lasted))
    assert 0 < began < 2**31
    # The numbers begin anew once in eight years.
    assert later >= began + 8 * lasted or later < 8 * lasted


async def test_numbers_rise_without_gaps(clock: ManualClock) -> None:
    updates = Updates(clock, lambda: None)
    numbers = [updates.add_raw({}) for _ in range(100)]
    assert numbers == list(range(numbers[0], numbers[0] + 100))


async def test_only_loopback_is_served() -> None:
    with pytest.raises(ValueError, match="loopback only"):
        Simulator(host="0.0.0.0")  # noqa: S104 - refused
    with pytest.raises(ValueError, match="not a token"):
        Simulator(token="secret")

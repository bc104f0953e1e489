"""How much a bot may send, to the second; and faults that are asked for."""

import asyncio

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.simulator.faults import Fault, Faults
from bot.simulator.limits import Flood, Limits
from bot.simulator.people import Person
from bot.simulator.refusals import Refused
from tests.clock import ManualClock
from tests.simulator.api import Api
from tests.waiting import until


def wait(flood: Flood, chat: int, now: float) -> int:
    """Try to send; return the seconds to wait, 0 if it went through."""
    try:
        flood.admit(chat, now)
    except Refused as refused:
        return refused.retry_after or 0
    return 0


def test_a_chat_takes_a_short_burst_then_one_a_second() -> None:
    flood = Flood(Limits())
    assert [wait(flood, 1, 0) for _ in range(6)] == [0, 0, 0, 0, 0, 1]
    assert wait(flood, 2, 0) == 0
    assert [wait(flood, 1, now) for now in (0.9, 1.0, 1.1, 2.0, 2.5, 3.0)] == [1, 0, 1, 0, 1, 0]
    assert [wait(flood, 1, 60) for _ in range(6)] == [0, 0, 0, 0, 0, 1]


def test_a_group_takes_twenty_a_minute() -> None:
    flood = Flood(Limits())
    for second in range(20):
        assert wait(flood, -1, float(second)) == 0
    assert wait(flood, -1, 20.0) == 40
    assert wait(flood, -1, 59.5) == 1
    assert wait(flood, -1, 60.0) == 0
    assert wait(flood, -1, 60.5) == 1


def test_all_chats_together_take_thirty_a_second() -> None:
    flood = Flood(Limits())
    assert [wait(flood, chat, 0.5) for chat in range(1, 32)] == [0] * 30 + [1]
    assert wait(flood, 99, 1.4) == 1
    assert wait(flood, 99, 1.5) == 0


def test_fractions_of_a_second_do_not_add_up_to_another() -> None:
    for tenth in range(1_000):
        flood = Flood(Limits(chat_burst=1))
        assert [wait(flood, 1, tenth / 10), wait(flood, 1, tenth / 10)] == [0, 1]


def test_limits_can_be_off_or_others() -> None:
    flood = Flood(Limits.off())
    assert not any(wait(flood, -1, 0) for _ in range(1_000))
    flood = Flood(Limits(in_all_per_second=1_000, chat_per_second=0.1, chat_burst=1))
    assert [wait(flood, 1, 0), wait(flood, 1, 0)] == [0, 10]


@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.tuples(st.integers(1, 3), st.floats(0, 5)), max_size=120))
def test_who_waits_as_long_as_told_gets_through(sends: list[tuple[int, float]]) -> None:
    flood = Flood(Limits(in_all_per_second=5, chat_per_second=1, chat_burst=2))
    now = 0.0
    for chat, pause in sends:
        now += pause
        seconds = wait(flood, chat, now)
        if seconds:
            now += seconds
            assert wait(flood, chat, now) == 0


@pytest.fixture
def limits() -> Limits:
    return Limits(chat_burst=2)


async def test_telegram_says_when_to_come_back(api: Api, anna: Person, clock: ManualClock) -> None:
    sent = await api.ok("sendMessage", chat_id=anna.id, text="1")
    await api.ok("editMessageText", chat_id=anna.id, message_id=sent["message_id"], text="2")
    status, body = await api.call("sendMessage", chat_id=anna.id, text="3")
    assert (status, body) == (
        429,
        {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 1",
            "parameters": {"retry_after": 1},
        },
    )
    # What is no message does not count, and what was refused neither.
    await api.ok("sendChatAction", chat_id=anna.id, action="typing")
    assert (await api.call("sendMessage", chat_id=anna.id, text=""))[0] == 400
    await clock.advance(1)
    await api.ok("sendMessage", chat_id=anna.id, text="3")


async def test_faults_happen_as_often_as_asked(api: Api, anna: Person) -> None:
    faults = api.simulator.model.faults
    faults.add(Fault("sendMessage", status=502, times=2))
    faults.add(Fault("sendMessage", status=429, retry_after=7))
    await api.ok("getMe")
    for _ in range(2):
        assert await api.refused("sendMessage", chat_id=anna.id, text="x") == (502, "Bad Gateway")
    status, body = await api.call("sendMessage", chat_id=anna.id, text="x")
    assert (status, body["description"]) == (429, "Too Many Requests: retry after 7")
    assert body["parameters"] == {"retry_after": 7}
    await api.ok("sendMessage", chat_id=anna.id, text="x")


async def test_a_connection_breaks(api: Api, anna: Person) -> None:
    chat = api.simulator.model.chats[anna.id]
    api.simulator.model.faults.add(Fault(drop=True))
    with pytest.raises(aiohttp.ClientError):
        await api.call("sendMessage", chat_id=anna.id, text="lost")
    assert len(chat.messages) == 1
    api.simulator.model.faults.add(Fault(drop=True, after=True))
    with pytest.raises(aiohttp.ClientError):
        await api.call("sendMessage", chat_id=anna.id, text="sent, but nobody hears of it")
    assert len(chat.messages) == 2


async def test_an_answer_takes_its_time(api: Api, clock: ManualClock) -> None:
    async with aiohttp.ClientSession() as session:
        status, _ = await api.page("POST", "/api/faults", {"method": "getMe", "status": 200, "delay": 3})
        assert status == 200
        call = session.get(api.base + "getMe")

        async def ask() -> int:
            async with call as answer:
                return answer.status

        async with asyncio.TaskGroup() as group:
            task = group.create_task(ask())
            await until(lambda: clock.sleepers == 1)
            await clock.advance(2.9)
            assert not task.done()
            await clock.advance(0.1)
            assert await task == 200


def test_faults_are_taken_in_order() -> None:
    faults = Faults()
    faults.add(Fault("getMe", status=500))
    faults.add(Fault("*", status=503))
    assert [fault and fault.status for fault in map(faults.take, ("close", "getme", "getme"))] == [
        503,
        500,
        None,
    ]
    faults.add(Fault())
    faults.clear()
    assert not faults

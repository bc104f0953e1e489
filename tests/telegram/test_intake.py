import asyncio
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Update
from telegram.ext import Application, MessageHandler, filters
from telegram.request import BaseRequest, RequestData

from bot.telegram.intake import Ordered, Unanswered, _without_our_words, chat_of, dispatcher, update_id_of
from tests.clock import settle

# --- what a raw update tells


@pytest.mark.parametrize(
    ("raw", "chat"),
    [
        ({"message": {"chat": {"id": 5}, "from": {"id": 6}}}, 5),
        ({"edited_message": {"chat": {"id": -100}}}, -100),
        ({"callback_query": {"from": {"id": 6}, "message": {"chat": {"id": 5}}}}, 5),
        ({"callback_query": {"from": {"id": 6}, "inline_message_id": "x"}}, 6),
        ({"my_chat_member": {"chat": {"id": 5}}}, 5),
        ({"inline_query": {"id": "7", "from": {"id": 6}, "query": "lars"}}, 6),
        ({"poll": {"id": "7"}}, None),
        ({"message": {"chat": {"id": "5"}}}, None),
        ({"message": [{"chat": 5}]}, None),
        ({}, None),
    ],
)
def test_the_chat_of_an_update(raw: dict[str, Any], chat: int | None) -> None:
    assert chat_of(raw) == chat


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["update_id", "message", "callback_query", "chat", "from", "id"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(raw=json_values)
def test_any_json_has_an_id_and_a_chat_or_none(raw: object) -> None:
    assert isinstance(update_id_of(raw), int | None)
    if isinstance(raw, dict):
        assert isinstance(chat_of(raw), int | None)


# --- what is let in of a tapped message


@pytest.mark.parametrize(
    ("data", "read"), [("1N", True), ("1Y:5", True), ("1m", False), ("1c:x:", False), ("", False)]
)
def test_only_a_question_to_the_editors_brings_the_words_that_it_is_about(data: str, read: bool) -> None:
    who = {"id": 6, "is_bot": False, "first_name": "Anna"}
    said = {"message_id": 1, "date": 1, "chat": {"id": 6}, "from": who, "text": "words"}
    asked = said | {
        "caption": "more",
        "contact": {"phone_number": "1"},
        "reply_to_message": {"text": "older"},
    }
    tapped = {"message_id": 2, "date": 1, "chat": {"id": 6}, "text": "ours", "reply_to_message": asked}
    raw = {"callback_query": {"id": "1", "data": data, "message": tapped}}
    message = _without_our_words(raw)["callback_query"]["message"]
    assert message.pop("reply_to_message", None) == (said if read else None)
    assert message == {"message_id": 2, "date": 1, "chat": {"id": 6}}


@pytest.mark.parametrize("asked", [None, 5, "words", []])
def test_what_a_tapped_message_answers_may_be_anything(asked: object) -> None:
    raw = {"callback_query": {"data": "1N", "message": {"message_id": 2, "reply_to_message": asked}}}
    assert _without_our_words(raw) == {"callback_query": {"data": "1N", "message": {"message_id": 2}}}


# --- in order


async def nothing(raw: dict[str, Any]) -> None:
    pass


async def test_a_line_is_served_by_arrival_and_forgotten_when_empty() -> None:
    ordered = Ordered(nothing)
    order: list[int] = []

    async def stand(number: int, turns: int) -> None:
        async with ordered.line(7):
            await settle(turns)
            order.append(number)

    async with asyncio.TaskGroup() as group:
        for number in range(10):
            group.create_task(stand(number, 10 - number))
    assert order == list(range(10))
    assert not ordered._lines


async def test_who_leaves_a_line_does_not_hold_it_up() -> None:
    ordered = Ordered(nothing)
    served: list[str] = []

    async def stand(name: str) -> None:
        async with ordered.line(7):
            served.append(name)

    async with asyncio.TaskGroup() as group, ordered.line(7):
        leaving = group.create_task(stand("leaving"))
        group.create_task(stand("staying"))
        await settle()
        leaving.cancel()
    assert served == ["staying"]
    assert not ordered._lines


async def test_an_error_quarantines_and_unanswered_does_not(caplog: pytest.LogCaptureFixture) -> None:
    outcomes: list[Exception | None] = [ValueError("a secret text"), Unanswered(3), None]

    async def handle(raw: dict[str, Any]) -> None:
        if (error := outcomes.pop(0)) is not None:
            raise error

    ordered = Ordered(handle)
    assert await ordered.handle({}, 1) is None
    assert ordered.quarantined == 1
    unanswered = await ordered.handle({}, 2)
    assert unanswered is not None
    assert unanswered.retry_after == 3
    assert await ordered.handle({}, 3) is None
    assert ordered.quarantined == 1
    assert ordered.in_flight == 0
    assert "a secret text" not in caplog.text


# --- PTB's handlers


class Offline(BaseRequest):
    """Answers getMe and nothing else."""

    @property
    def read_timeout(self) -> float | None:
        return 5

    async def initialize(self) -> None:
        pass

    async def shutdown(self) -> None:
        pass

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        assert url.endswith("/getMe")
        return 200, json.dumps(
            {"ok": True, "result": {"id": 1, "is_bot": True, "first_name": "Bot"}}
        ).encode()


PTB = Application[Any, Any, Any, Any, Any, Any]


@pytest.fixture
async def application() -> AsyncIterator[PTB]:
    builder = Application.builder().token("1:a").updater(None)
    async with builder.request(Offline()).get_updates_request(Offline()).build() as application:
        yield application


RAW: dict[str, Any] = {
    "update_id": 5,
    "message": {"message_id": 1, "date": 0, "chat": {"id": 7, "type": "private"}, "text": "a secret text"},
}


def fails_with(application: PTB, error: Exception) -> None:
    async def callback(update: Update, context: object) -> None:
        raise error

    application.add_handler(MessageHandler(filters.TEXT, callback))


async def test_an_update_reaches_its_handler_and_again_if_need_be(application: PTB) -> None:
    texts: list[str | None] = []

    async def callback(update: Update, context: object) -> None:
        assert update.message is not None
        texts.append(update.message.text)

    application.add_handler(MessageHandler(filters.TEXT, callback))
    handle = dispatcher(application)
    await handle(RAW)
    await handle(RAW)
    assert texts == ["a secret text"] * 2


@pytest.mark.parametrize("error", [Unanswered(), ValueError("x")])
async def test_without_an_error_handler_a_handlers_error_is_raised(
    application: PTB, error: Exception
) -> None:
    fails_with(application, error)
    with pytest.raises(type(error)):
        await dispatcher(application)(RAW)


async def test_an_error_that_was_answered_ends_there(application: PTB) -> None:
    answered: list[tuple[int, str]] = []

    async def on_error(update: Update, error: Exception) -> None:
        answered.append((update.update_id, str(error)))

    fails_with(application, ValueError("x"))
    await dispatcher(application, on_error)(RAW)
    assert answered == [(5, "x")]


async def test_what_the_error_handler_raises_gets_out_and_into_no_log(
    application: PTB, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    async def on_error(update: Update, error: Exception) -> None:
        raise Unanswered(9) from error

    fails_with(application, ValueError("a secret text"))
    handle = dispatcher(application, on_error)
    for _ in range(2):
        with pytest.raises(Unanswered) as caught:
            await handle(RAW)
        assert caught.value.retry_after == 9
    assert not caplog.records


async def test_two_updates_at_once_keep_their_own_errors(application: PTB) -> None:
    async def callback(update: Update, context: object) -> None:
        await settle(5)
        if update.update_id == 5:
            raise Unanswered

    application.add_handler(MessageHandler(filters.TEXT, callback, block=True))
    handle = dispatcher(application)
    outcomes = await asyncio.gather(handle(RAW), handle(RAW | {"update_id": 6}), return_exceptions=True)
    assert isinstance(outcomes[0], Unanswered)
    assert outcomes[1] is None


@pytest.mark.parametrize("broken", [{"message": 5}, {"message": {"message_id": 1}}, {"callback_query": []}])
async def test_an_update_that_ptb_cannot_parse_is_an_error_of_its_own(
    application: PTB, broken: dict[str, Any]
) -> None:
    ordered = Ordered(dispatcher(application))
    await ordered.handle({"update_id": 9} | broken, 9)
    await ordered.handle(RAW, 5)
    assert ordered.quarantined == 1

"""The person that other tests drive, against bots of a few lines."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import telegram
from telegram import ext

from bot.simulator.limits import Limits
from bot.simulator.model import Impossible
from bot.simulator.server import Simulator
from tests.person import Person
from tests.simulator.api import Api

Handle = Callable[[Api, dict[str, Any]], Awaitable[None]]
KEYBOARD = [
    [{"text": "Сообщить", "callback_data": "report"}, {"text": "Сообщить позже", "callback_data": "later"}],
    [{"text": "Источник", "url": "https://example.com/"}],
]


@asynccontextmanager
async def bot(api: Api, handle: Handle) -> AsyncIterator[None]:
    """Run a bot that confirms an update once it is handled."""

    async def run() -> None:
        offset = 0
        while True:
            for update in await api.ok("getUpdates", offset=offset, timeout=30):
                await handle(api, update)
                offset = update["update_id"] + 1

    async with asyncio.TaskGroup() as group:
        running = group.create_task(run())
        yield
        running.cancel()


async def echo(api: Api, update: dict[str, Any]) -> None:
    """Answer a text with itself and buttons, a tap with a notice and an edit, a query with one result."""
    if query := update.get("callback_query"):
        await api.ok("answerCallbackQuery", callback_query_id=query["id"], text=f"принято: {query['data']}")
        target = {"chat_id": query["message"]["chat"]["id"], "message_id": query["message"]["message_id"]}
        await api.ok("editMessageText", text=f"edited {query['data']}", **target)
    elif query := update.get("inline_query"):
        content = {"message_text": query["query"].upper()}
        result = {"type": "article", "id": "1", "title": "x", "input_message_content": content}
        await api.ok("answerInlineQuery", inline_query_id=query["id"], results=[result])
    elif (message := update.get("message")) and not message.get("via_bot"):
        text = message.get("text") or str(message.get("location"))
        markup = {"inline_keyboard": KEYBOARD}
        await api.ok("sendMessage", chat_id=message["chat"]["id"], text=text, reply_markup=markup)


async def test_a_story(api: Api, simulator: Simulator) -> None:
    anna, boris = Person(simulator, "Anna", language="ru"), Person(simulator, "Boris")
    async with bot(api, echo):
        await anna.send("/crossing lars")
        assert anna.last.text == "/crossing lars"
        assert anna.last.buttons == [["Сообщить", "Сообщить позже"], ["Источник"]]
        assert await anna.tap("Источник") == "https://example.com/"
        await anna.tap("позже")
        assert anna.toast == "принято: later"
        # The edit came after the answer to the tap, and still the tap waited for it.
        assert anna.last.text == "edited later"
        await anna.locate(42.7, 44.6)
        assert "42.7" in anna.last.text
        await anna.tap("Сообщить")
        assert anna.toast == "принято: report"
        first = anna.messages[0]
        await anna.reply(first, "5 ч")
        assert [seen.text for seen in anna.messages] == ["edited later", "edited report", "5 ч"]
        assert boris.messages == []
        (result,) = await boris.inline("ларс")
        assert (await boris.choose(result)).text == "ЛАРС"
        await boris.follow("https://t.me/provodnik_local_bot?start=kz-car")
        assert boris.last.text == "/start kz-car"
        group = simulator.model.add_group("Попутчики", [anna.account, boris.account])
        await boris.send("/help", to=group)
        assert boris.seen(group)[0].text == "/help"
        await anna.block()
        await anna.settled()


async def test_the_newest_message_with_the_button_is_tapped_unless_told(
    api: Api, simulator: Simulator
) -> None:
    anna = Person(simulator)
    async with bot(api, echo):
        await anna.send("one")
        await anna.send("two")
        await anna.tap("Источник")
        older = anna.messages[0]
        await anna.tap("Сообщить", message=older)
        assert older.text == "edited report"
        assert anna.last.id == older.id
        with pytest.raises(pytest.fail.Exception, match="sees no button 'Нет'"):
            await anna.tap("Нет")
        with pytest.raises(pytest.fail.Exception, match="fits"):
            await anna.tap("общить")


async def test_a_reply_keyboard_sends_its_text(api: Api, simulator: Simulator) -> None:
    anna = Person(simulator)

    async def ask(api: Api, update: dict[str, Any]) -> None:
        markup = {"keyboard": [["Русский", "English"]]}
        text = update["message"]["text"]
        await api.ok("sendMessage", chat_id=anna.id, text=text, reply_markup=markup)

    async with bot(api, ask):
        await anna.send("/language")
        assert anna.last.reply_buttons == [["Русский", "English"]]
        await anna.tap("English")
        assert anna.last.text == "English"


async def test_silence_fails_with_what_was_going_on(api: Api, simulator: Simulator) -> None:
    anna = Person(simulator, patience=0.05)

    async def silent(api: Api, update: dict[str, Any]) -> None:
        pass

    with pytest.raises(pytest.fail.Exception, match="Anna wrote 'a': not answered, update not confirmed"):
        await anna.send("a")
    async with bot(api, silent):
        with pytest.raises(
            pytest.fail.Exception, match=r"Anna wrote 'b': not answered in 0.05 s. The bot showed"
        ):
            await anna.send("b")
    with pytest.raises(pytest.fail.Exception, match="has seen nothing"):
        _ = anna.last
    with pytest.raises(pytest.fail.Exception, match="is not told of this"):
        await anna.send("chat", to=simulator.model.add_group("g", [anna.account]))


async def test_an_alert_is_waited_for(api: Api, simulator: Simulator) -> None:
    anna = Person(simulator)
    await anna.start(wait=False)
    async with asyncio.TaskGroup() as group:
        seen = group.create_task(anna.sees("Ларс"))
        await api.ok("sendMessage", chat_id=anna.id, text="🔔 Ларс: 3 ч", disable_notification=True)
    assert (await seen).silent


async def test_a_bot_of_the_library_that_we_use_runs_on_it() -> None:
    """PTB over its own transport: polling, a reply with a keyboard, a tap, an edit, and a clean end."""

    async def show(update: telegram.Update, _context: Any) -> None:
        assert update.message
        button = telegram.InlineKeyboardButton("Обновить", callback_data="r")
        await update.message.reply_html("<b>Ларс</b>", reply_markup=telegram.InlineKeyboardMarkup([[button]]))

    async def refresh(update: telegram.Update, _context: Any) -> None:
        assert update.callback_query
        await update.callback_query.edit_message_text("новое")
        await update.callback_query.answer("готово")

    async with Simulator(limits=Limits.off()) as simulator:
        builder = ext.ApplicationBuilder().token(simulator.token).base_url(simulator.url)
        application = builder.build()
        application.add_handler(ext.CommandHandler("crossing", show))
        application.add_handler(ext.CallbackQueryHandler(refresh))
        async with application:
            await application.start()
            assert application.updater
            await application.updater.start_polling(poll_interval=0, timeout=5)
            anna = Person(simulator)
            await anna.send("/crossing lars")
            assert anna.last.html == "<b>Ларс</b>"
            await anna.tap("Обновить")
            assert (anna.toast, anna.last.text) == ("готово", "новое")
            await application.updater.stop()
            await application.stop()


async def test_nobody_changes_a_text_into_nothing(simulator: Simulator) -> None:
    model = simulator.model
    anna = model.add_person("Anna", "ru")
    written = model.send(anna, "ларс")
    for blank in ("", "\t", " \n"):
        with pytest.raises(Impossible):
            model.edit(anna, written, blank)
    assert written.body.text == "ларс"
    assert written.edit_date is None

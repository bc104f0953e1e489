"""Bare echoes to compare with: `python -m bot.bench.echoes ptb|aiogram|taps URL TOKEN FILE`.

`ptb` and `aiogram` answer every message with the one that FILE holds, as parameters of sendMessage in JSON:
PTB over our transport and our intake, aiogram 3 over its own. Neither has a database or a limiter. `taps` is
PTB's, and answers every tap as a report is: a row is committed to a file in the working folder, then
the message becomes what FILE holds, and the tap is answered.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.clock import SystemClock

if TYPE_CHECKING:
    from telegram.ext import Application


async def ptb(url: str, token: str, answer: dict[str, Any]) -> None:
    """Answer through PTB, with our transport and our polling."""
    from telegram import InlineKeyboardMarkup, LinkPreviewOptions, Update
    from telegram.ext import CallbackContext, MessageHandler, filters

    application = _ptb_application(url, token)
    text, mode = answer["text"], answer.get("parse_mode")
    preview = LinkPreviewOptions(is_disabled=True)
    keyboard = answer.get("reply_markup")
    markup = InlineKeyboardMarkup.de_json(keyboard, application.bot) if keyboard else None

    async def echo(update: Update, context: CallbackContext[Any, Any, Any, Any]) -> None:
        assert update.effective_chat is not None
        await context.bot.send_message(
            update.effective_chat.id, text, parse_mode=mode, reply_markup=markup, link_preview_options=preview
        )

    application.add_handler(MessageHandler(filters.ALL, echo))
    async with application:
        await _poll(application)


async def aiogram(url: str, token: str, answer: dict[str, Any]) -> None:
    """Answer through aiogram, with all of its defaults."""
    from aiogram import Bot, Dispatcher
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.types import InlineKeyboardMarkup, LinkPreviewOptions, Message

    base = url.removesuffix("/bot")
    server = TelegramAPIServer(
        base=f"{base}/bot{{token}}/{{method}}", file=f"{base}/file/bot{{token}}/{{path}}"
    )
    bot = Bot(token, session=AiohttpSession(api=server))
    dispatcher = Dispatcher()
    text, mode = answer["text"], answer.get("parse_mode")
    preview = LinkPreviewOptions(is_disabled=True)
    keyboard = answer.get("reply_markup")
    markup = InlineKeyboardMarkup.model_validate(keyboard) if keyboard else None

    async def echo(incoming: Message) -> None:
        await incoming.answer(text, parse_mode=mode, reply_markup=markup, link_preview_options=preview)

    dispatcher.message.register(echo)

    async def run() -> None:
        await dispatcher.start_polling(bot, handle_signals=False)

    await _until_left(run, dispatcher.stop_polling)


async def taps(url: str, token: str, answer: dict[str, Any]) -> None:
    """Take taps in as reports are taken in, but without thinking: a row, an edit, an answer to the tap."""
    import sqlalchemy as sa
    from sqlalchemy.ext.asyncio import AsyncConnection
    from telegram import Message, Update
    from telegram.ext import CallbackContext, CallbackQueryHandler

    from bot.storage import engine
    from bot.storage.writer import Writer

    application = _ptb_application(url, token)
    table = sa.Table("taps", sa.MetaData(), sa.Column("id", sa.Integer), sa.Column("said", sa.String))
    added = sa.insert(table).values(id=sa.bindparam("id"), said=sa.bindparam("said"))
    opened = engine.create("sqlite+aiosqlite:///taps.sqlite3")

    async def take(update: Update, context: CallbackContext[Any, Any, Any, Any]) -> None:
        tap = update.callback_query
        assert tap is not None
        assert isinstance(tap.message, Message)

        async def add(connection: AsyncConnection) -> None:
            await connection.execute(added, {"id": update.update_id, "said": tap.data})

        await writer.run(add)
        place = {"chat_id": tap.message.chat.id, "message_id": tap.message.message_id}
        await context.bot.do_api_request("editmessagetext", answer | place)  # as turn.py does
        await tap.answer()

    application.add_handler(CallbackQueryHandler(take))
    async with engine.writing(opened) as connection:
        await connection.run_sync(table.create)
    async with Writer(opened) as writer, application:
        await _poll(application)
    await opened.dispose()


def _ptb_application(url: str, token: str) -> "Application[Any, Any, Any, Any, Any, Any]":
    from telegram.ext import ApplicationBuilder

    from bot.telegram.transport import AiohttpRequest

    builder = ApplicationBuilder().token(token).base_url(url).request(AiohttpRequest())
    return builder.get_updates_request(AiohttpRequest(connections=2)).updater(None).build()


async def _poll(application: "Application[Any, Any, Any, Any, Any, Any]") -> None:
    from bot.telegram.intake import dispatcher
    from bot.telegram.polling import Polling
    from bot.telegram.transport import AiohttpRequest

    polls = AiohttpRequest(connections=2)
    polling = Polling(polls, application.bot.base_url, dispatcher(application), SystemClock())
    await _until_left(polling.run, polling.stop)


async def _until_left(run: Callable[[], Awaitable[None]], stop: Callable[[], Awaitable[None]]) -> None:
    """Run until our input ends, which it does when whoever started us is gone."""

    async def leave() -> None:
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
        )
        await reader.read()
        await stop()

    async with asyncio.TaskGroup() as group:
        leaving = group.create_task(leave())
        await run()
        leaving.cancel()


def main(arguments: list[str]) -> None:
    """Run one echo until the input ends or a signal comes."""
    which, url, token, file = arguments
    echo = {"ptb": ptb, "aiogram": aiogram, "taps": taps}[which]
    asyncio.run(echo(url, token, json.loads(Path(file).read_text("utf-8"))))


if __name__ == "__main__":
    main(sys.argv[1:])

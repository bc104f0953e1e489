"""Bare echoes to compare with: `python -m bot.bench.echoes ptb|aiogram URL TOKEN FILE`.

Each answers every message with the one that FILE holds, as parameters of sendMessage in JSON: PTB over our
transport and our intake, aiogram 3 over its own. Neither has a database or a limiter.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bot.clock import SystemClock


async def ptb(url: str, token: str, message: dict[str, Any]) -> None:
    """Answer through PTB, with our transport and our polling."""
    from telegram import InlineKeyboardMarkup, LinkPreviewOptions, Update
    from telegram.ext import Application, ApplicationBuilder, CallbackContext, MessageHandler, filters

    from bot.telegram.intake import dispatcher
    from bot.telegram.polling import Polling
    from bot.telegram.transport import AiohttpRequest

    polls = AiohttpRequest(connections=2)
    builder = ApplicationBuilder().token(token).base_url(url).request(AiohttpRequest())
    application: Application[Any, Any, Any, Any, Any, Any] = (
        builder.get_updates_request(polls).updater(None).build()
    )
    text, mode = message["text"], message.get("parse_mode")
    preview = LinkPreviewOptions(is_disabled=True)
    keyboard = message.get("reply_markup")
    markup = InlineKeyboardMarkup.de_json(keyboard, application.bot) if keyboard else None

    async def echo(update: Update, context: CallbackContext[Any, Any, Any, Any]) -> None:
        assert update.effective_chat is not None
        await context.bot.send_message(
            update.effective_chat.id, text, parse_mode=mode, reply_markup=markup, link_preview_options=preview
        )

    application.add_handler(MessageHandler(filters.ALL, echo))
    async with application:
        polling = Polling(polls, application.bot.base_url, dispatcher(application), SystemClock())
        await _until_left(polling.run, polling.stop)


async def aiogram(url: str, token: str, message: dict[str, Any]) -> None:
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
    text, mode = message["text"], message.get("parse_mode")
    preview = LinkPreviewOptions(is_disabled=True)
    keyboard = message.get("reply_markup")
    markup = InlineKeyboardMarkup.model_validate(keyboard) if keyboard else None

    async def echo(incoming: Message) -> None:
        await incoming.answer(text, parse_mode=mode, reply_markup=markup, link_preview_options=preview)

    dispatcher.message.register(echo)

    async def run() -> None:
        await dispatcher.start_polling(bot, handle_signals=False)

    await _until_left(run, dispatcher.stop_polling)


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
    message = json.loads(Path(file).read_text("utf-8"))
    asyncio.run((ptb if which == "ptb" else aiogram)(url, token, message))


if __name__ == "__main__":
    main(sys.argv[1:])

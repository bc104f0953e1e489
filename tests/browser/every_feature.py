"""A small bot, and the Telegram it lives in, that show everything the chat page has to draw."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self, TypeVar

from telegram import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
)
from telegram.constants import ChatAction
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    InlineQueryHandler,
    MessageHandler,
    filters,
)

from bot.simulator.limits import Limits
from bot.simulator.picture import draw
from bot.simulator.server import Simulator
from tests.waiting import PATIENCE

T = TypeVar("T")
Context = ContextTypes.DEFAULT_TYPE

CARD = (
    "<b>Верхний Ларс</b> → Казбеги\n"
    "<i>курсив</i>, <u>подчёркнуто</u>, <s>зачёркнуто</s>, <code>код</code>, "
    '<a href="https://example.org/doc">источник</a>, <tg-spoiler>скрыто</tg-spoiler>\n'
    "<blockquote>Короткая цитата</blockquote>"
    "<blockquote expandable>" + "Длинная цитата, которую сворачивают. " * 12 + "</blockquote>"
    "Ещё: /help"
)


def _keys(*rows: list[InlineKeyboardButton]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(rows)


def _key(text: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=data)


async def _start(update: Update, context: Context) -> None:
    assert update.message
    payload = " ".join(context.args or [])
    await update.message.reply_text(f"Здравствуйте! Начало: {payload or 'без метки'}")


async def _card(update: Update, context: Context) -> None:
    assert update.message
    bot = context.bot.username
    await update.message.reply_html(
        CARD,
        reply_markup=_keys(
            [_key("Обновить", "edit:1"), _key("Уведомить", "toast"), _key("Предупредить", "alert")],
            [_key("Очень длинная надпись, которая не помещается ни на одном телефоне в мире", "silent")],
            [
                InlineKeyboardButton("Сайт", url="https://example.org/site"),
                InlineKeyboardButton("Глубже", url=f"https://t.me/{bot}?start=kz-car"),
            ],
            [
                InlineKeyboardButton("Искать", switch_inline_query_current_chat="ларс"),
                InlineKeyboardButton(
                    "Поделиться", url=f"https://t.me/share/url?url=https://t.me/{bot}?start=verkhny-lars"
                ),
            ],
        ),
    )


async def _tap(update: Update, context: Context) -> None:
    query = update.callback_query
    assert query
    assert query.data
    match query.data.split(":"):
        case ["toast"]:
            await query.answer("Записано")
        case ["alert"]:
            await query.answer("Осторожно: закрыто", show_alert=True)
        case ["silent"]:
            await context.application.bot_data["gate"].wait()
            await query.answer()
        case ["edit", number]:
            more = _keys([_key("Ещё раз", f"edit:{int(number) + 1}"), _key("Хватит", "toast")])
            await query.edit_message_text(
                f"Изменено {number} раз", reply_markup=more if number != "3" else None
            )
            await query.answer()


async def _ask(update: Update, _context: Context) -> None:
    assert update.message
    await update.message.reply_text(
        "Сколько часов?", reply_markup=ForceReply(input_field_placeholder="например, 5 ч")
    )


async def _where(update: Update, _context: Context) -> None:
    assert update.message
    rows = [
        [KeyboardButton("Послать место", request_location=True)],
        [KeyboardButton("Да"), KeyboardButton("Нет")],
    ]
    await update.message.reply_text("Где вы?", reply_markup=ReplyKeyboardMarkup(rows, resize_keyboard=True))


async def _location(update: Update, _context: Context) -> None:
    assert update.message
    assert update.message.location
    where = update.message.location
    await update.message.reply_text(
        f"Вы у {where.latitude:.3f}, {where.longitude:.3f}", reply_markup=ReplyKeyboardRemove()
    )


async def _photo(update: Update, _context: Context) -> None:
    assert update.message
    await update.message.reply_photo(draw(), caption="<b>Очередь</b> за сутки", parse_mode="HTML")


async def _typing(update: Update, context: Context) -> None:
    assert update.message
    await update.message.chat.send_action(ChatAction.TYPING)
    await context.application.bot_data["gate"].wait()
    await update.message.reply_text("Готово")


async def _text(update: Update, _context: Context) -> None:
    assert update.message
    quoted = update.message.reply_to_message
    before = f"в ответ на «{quoted.text}»: " if quoted else ""
    await update.message.reply_text(f"Вы написали {before}{update.message.text}")


async def _inline(update: Update, _context: Context) -> None:
    assert update.inline_query
    names = [name for name in ("Верхний Ларс", "Нижний Зарамаг") if update.inline_query.query in name.lower()]
    await update.inline_query.answer(
        [
            InlineQueryResultArticle(
                id=str(at),
                title=name,
                description="переход",
                input_message_content=InputTextMessageContent(name),
            )
            for at, name in enumerate(names)
        ]
    )


def _application(base_url: str, token: str) -> Application[Any, Any, Any, Any, Any, Any]:
    application = Application.builder().token(token).base_url(base_url).build()
    for command, handler in {
        "start": _start,
        "card": _card,
        "ask": _ask,
        "where": _where,
        "photo": _photo,
        "typing": _typing,
    }.items():
        application.add_handler(CommandHandler(command, handler))
    application.add_handler(CallbackQueryHandler(_tap))
    application.add_handler(InlineQueryHandler(_inline))
    application.add_handler(MessageHandler(filters.LOCATION, _location))
    application.add_handler(MessageHandler(filters.TEXT, _text))
    return application


async def _introduce(application: Application[Any, Any, Any, Any, Any, Any]) -> None:
    bot, scope = application.bot, BotCommandScopeAllPrivateChats()
    english = [BotCommand("start", "Start"), BotCommand("card", "Show the card"), BotCommand("ask", "Ask")]
    russian = [
        BotCommand("start", "Начать"),
        BotCommand("card", "Показать карточку"),
        BotCommand("ask", "Спросить"),
    ]
    await bot.set_my_commands(english, scope=scope)
    await bot.set_my_commands(russian, scope=scope, language_code="ru")
    await bot.set_my_name("Guide")
    await bot.set_my_name("Проводник", language_code="ru")
    await bot.set_my_description("Shows what the page can draw.")
    await bot.set_my_description("Показывает всё, что умеет страница.", language_code="ru")


class Telegram:
    """The simulator with the small bot, in a thread of its own: Playwright blocks the thread of the test."""

    def __init__(self) -> None:
        self.url = ""
        self._port = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Event | None = None
        self._gate: asyncio.Event | None = None
        self._simulator: Simulator | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start, on the same port as before if it ran already, and wait until the bot listens."""
        assert self.begin().wait(PATIENCE), "the simulator did not start"

    def begin(self) -> threading.Event:
        """Start as `start` does; what is returned is set once the bot listens."""
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live(ready)), name="telegram")
        self._thread.start()
        return ready

    def stop(self) -> None:
        """End the bot and the simulator; everything said is forgotten."""
        if self._loop is None or self._ended is None or self._thread is None:
            return
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the simulator did not end"
        self._loop = None

    def open_gate(self) -> None:
        """Let the bot answer what it is holding back."""
        assert self._loop is not None
        assert self._gate is not None
        self._loop.call_soon_threadsafe(self._gate.set)

    def run(self, act: Callable[[Simulator], T]) -> T:
        """Run something in the simulator's thread and return what it returns."""
        assert self._loop is not None
        assert self._simulator is not None
        simulator = self._simulator

        async def call() -> T:
            return act(simulator)

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result(PATIENCE)

    async def _live(self, ready: threading.Event) -> None:
        self._loop, self._ended, self._gate = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
        async with AsyncExitStack() as stack:
            simulator = await stack.enter_async_context(Simulator(limits=Limits.off(), port=self._port))
            self._simulator, self._port, self.url = simulator, simulator.port, simulator.page_url
            simulator.model.add_person("Анна", "ru")
            simulator.model.add_person("Ben", "en")
            application = _application(simulator.url, simulator.token)
            application.bot_data["gate"] = self._gate
            for begin, end in _steps(application):
                await begin()
                stack.push_async_callback(end)
            ready.set()
            await self._ended.wait()
            self._gate.set()


def _steps(
    application: Application[Any, Any, Any, Any, Any, Any],
) -> list[tuple[Callable[[], Awaitable[Any]], Callable[[], Awaitable[Any]]]]:
    updater = application.updater
    assert updater is not None

    async def nothing() -> None:
        """Nothing is to be undone."""

    return [
        (application.initialize, application.shutdown),
        (lambda: _introduce(application), nothing),
        (lambda: updater.start_polling(poll_interval=0), updater.stop),
        (application.start, application.stop),
    ]

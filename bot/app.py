"""The whole bot, put together: the only place that knows all the parts."""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine
from telegram.error import InvalidToken, NetworkError
from telegram.ext import ApplicationBuilder

from bot.alerts.leader import Alerts
from bot.alerts.subscriptions import Subscriptions
from bot.clock import Clock
from bot.crossings.board import Board
from bot.crossings.history import History
from bot.crossings.measured import Accuracies
from bot.crossings.rendering import Renderer
from bot.crossings.store import Reports
from bot.privacy import keys
from bot.privacy.abuse import Limits
from bot.privacy.cuts import Cuts
from bot.privacy.epochs import Epochs
from bot.privacy.inbox import Inbox
from bot.privacy.pseudonyms import Pseudonyms
from bot.privacy.trail import Trail
from bot.privacy.wiping import Wiping
from bot.release import Content, Unusable, read
from bot.settings import Settings
from bot.storage import engine as storage
from bot.storage import migrate
from bot.storage.writer import Writer
from bot.telegram import errors, handlers
from bot.telegram.alerting import Alerting
from bot.telegram.chats import Chats
from bot.telegram.desk import Desk, Reception
from bot.telegram.handlers.live import Live
from bot.telegram.intake import Handle, Overhear, dispatcher, overhearing
from bot.telegram.limits import Limiter
from bot.telegram.pictures import Pictures
from bot.telegram.polling import Deaf, TokenRejected
from bot.telegram.presence import PTB
from bot.telegram.pulse import Pulse
from bot.telegram.searching import Encoder, Searching
from bot.telegram.shown import Shown
from bot.telegram.tickets import Tickets
from bot.telegram.transport import AiohttpRequest

CONTENT = Path(__file__).parent.parent / "content"

log = logging.getLogger(__name__)


class CannotRun(Exception):
    """The bot cannot start or go on; the message is one line that says what to do."""


@dataclass(frozen=True)
class Provodnik:
    """The bot, ready to handle updates; whoever opened it feeds them to `handle`."""

    application: PTB
    engine: AsyncEngine
    writer: Writer
    reception: Reception
    handle: Handle
    overhear: Overhear
    polls: AiohttpRequest
    alerts: Alerts
    live: Live | None
    """What shows chats anew, on the local chat page."""

    @property
    def desk(self) -> Desk:
        """The desk that answers now; another one after the next release of the content."""
        return self.reception.desk


@asynccontextmanager
async def provodnik(
    settings: Settings,
    clock: Clock,
    content: Content,
    *,
    token: str,
    api_url: str,
    limiter: Limiter | None = None,
) -> AsyncIterator[Provodnik]:
    """Open the bot: key, database with its migrations, Telegram; all closed at the end.

    Without a `limiter` nothing holds messages back: for tests and benches against limits that are off.

    Raises `CannotRun`.
    """
    async with AsyncExitStack() as stack:
        with told_in_one_line():
            secret = keys.load(settings.key_path, create=settings.local)
            stack.enter_context(keys.held(settings.key_path))
            secret = keys.load(settings.key_path, create=False)  # as it is now that nobody rotates it
            epochs = Epochs(settings.key_path, secret, clock)
            engine = storage.create(settings.database)
            stack.push_async_callback(engine.dispose)
            await migrate.upgrade(engine)
        writer = await stack.enter_async_context(Writer(engine))
        reports = Reports(engine, writer, clock)
        history = History(engine, writer, clock)
        renderer = Renderer(clock, settings.data_dir / "drawing")
        stack.push_async_callback(renderer.close)
        desk = Desk(
            content=content,
            searching=Searching(content, Encoder(settings.data_dir / "meaning")),
            board=Board(content.catalogue, reports, history),
            reports=reports,
            history=history,
            chats=Chats(engine, writer, epochs, clock),
            subscriptions=Subscriptions(engine, writer, epochs, clock),
            trail=Trail(writer, epochs, clock),
            tickets=Tickets(writer, epochs, clock),
            pseudonyms=Pseudonyms(epochs),
            epochs=epochs,
            cuts=Cuts(epochs),
            inbox=Inbox(writer, secret, clock),
            writer=writer,
            clock=clock,
            shown=Shown(),
            limits=Limits(clock),
            pictures=Pictures(renderer),
            accuracies=Accuracies(engine, clock),
            pulse=Pulse(),
            wiping=Wiping(),
            moderators=settings.moderators,
            simulated=settings.local,
        )
        replies = AiohttpRequest()
        polls = AiohttpRequest(connections=2)  # of its own, so that long polls take none from replies
        for request in (replies, polls):
            stack.push_async_callback(request.shutdown)
        application = _telegram(token, api_url, replies, polls, limiter)
        reception = Reception(desk)
        live = Live(reception, application.bot) if settings.local else None
        handlers.register(application, reception, live.perform if live else handlers.perform)
        with told_in_one_line():
            await application.initialize()
        stack.push_async_callback(application.shutdown)
        handle = _counting(desk.pulse, dispatcher(application, errors.answering(reception, application.bot)))
        overhear = overhearing(application, partial(handlers.overhear, reception, application.bot))
        alerts = Alerts(
            writer,
            epochs,
            reports,
            history.usual,
            Alerting(reception, application.bot),
            clock,
            rate=settings.messages_per_second,
            held=lambda: desk.pulse.token_alarm is not None and desk.pulse.token_alarm(),
        )
        yield Provodnik(application, engine, writer, reception, handle, overhear, polls, alerts, live)


@contextmanager
def told_in_one_line() -> Iterator[None]:
    """Turn what an operator can mend into `CannotRun`; all else is a fault of ours and stays."""
    try:
        yield
    except ExceptionGroup as several:  # a task group wraps even a single error
        with told_in_one_line():
            raise several.exceptions[0] from None
    except (
        keys.KeyFileError,
        storage.StorageUnavailable,
        migrate.MigrationError,
        Deaf,
        TokenRejected,
    ) as error:
        raise CannotRun(str(error)) from error
    except InvalidToken:
        raise CannotRun(str(TokenRejected())) from None  # PTB's own words hold the token
    except NetworkError as error:
        raise CannotRun(f"BOT_API_URL: Telegram cannot be reached ({type(error).__name__})") from None
    except OSError as error:
        raise CannotRun(
            f"BOT_LISTEN: cannot listen there: {error.strerror}; choose another host:port"
        ) from None


def read_content(folder: Path = CONTENT) -> Content:
    """Read the content; what is broken is left out and logged.

    Raises `CannotRun` if nothing is left, or the fixed words cannot be read.
    """
    try:
        content = read(folder)
    except Unusable as unusable:
        raise CannotRun(f"the content cannot be used: {unusable}") from unusable
    for problem in content.problems:
        log.error("content problem", extra={"fields": {"problem": str(problem)}})
    log.info("content served", extra={"fields": {"version": content.version}})
    return content


def _counting(pulse: Pulse, handle: Handle) -> Handle:
    async def count(raw: dict[str, Any]) -> None:
        pulse.updates += 1
        await handle(raw)

    return count


def _telegram(
    token: str, api_url: str, replies: AiohttpRequest, polls: AiohttpRequest, limiter: Limiter | None
) -> PTB:
    builder = ApplicationBuilder().token(token).base_url(api_url)
    # Files are next to the methods: …/bot<token>/… and …/file/bot<token>/…
    builder = builder.base_file_url(api_url.removesuffix("bot") + "file/bot")
    builder = builder.request(replies).get_updates_request(polls)
    if limiter is None:
        return builder.updater(None).build()
    return builder.rate_limiter(limiter).updater(None).build()

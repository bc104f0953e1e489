"""How the bot runs: on the local chat page or for Telegram, with all that it does besides answering."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from telegram.error import BadRequest

from bot.app import CONTENT, CannotRun, Provodnik, provodnik, read_content, told_in_one_line
from bot.clock import Clock
from bot.privacy.carry import run_turning
from bot.privacy.retention import run_purge
from bot.settings import Settings
from bot.storage import engine as storage
from bot.telegram import webhook
from bot.telegram.health import Health
from bot.telegram.limits import Lane, Limiter
from bot.telegram.metrics import Metric, Metrics, counter, gauge
from bot.telegram.operators import Operators
from bot.telegram.polling import Polling
from bot.telegram.presence import Presence
from bot.telegram.releases import (
    LOCAL_LOOK_SECONDS,
    LOOK_SECONDS,
    Releases,
    run_releases,
    run_releases_at_once,
)
from bot.telegram.removal import run_vanishing
from bot.telegram.ticket_updates import TicketUpdates, run_tickets
from bot.telegram.watch import Intake, Watch, run_watch

STOP_SECONDS = 8.0
WARM_SECONDS = 1.0
"""So long a start waits for reports to be read ahead: the first answers would wait longer for them."""
PREPARE_SECONDS = 3.0
COLLECTED_AFTER = (3_000, 20, 10)
"""So many new objects, and so many looks among the younger ones, before garbage is looked for."""
PEOPLE = (("Анна", "ru"), ("Ben", "en"))
"""Whom a newcomer finds on the local chat page."""


@dataclass(frozen=True)
class Looks:
    """How the content folder is looked at: every so many seconds, and when it is `asked` for.

    Version and problems are `shown` at the start and whenever they change.
    """

    seconds: float
    settings: Settings
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    shown: Callable[[str, tuple[str, ...]], None] = lambda version, problems: None


async def serve(
    settings: Settings, clock: Clock, announce: Callable[[str], None], crowd: str | None = None
) -> None:
    """Run until a signal ends it; without a token on the local chat page, after announcing its address.

    Raises `CannotRun`, also when Telegram has not been heard for so long that a new process should try.
    """
    stopping, released = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    if settings.token is not None:  # a terminal that is closed sends it too, and ends the local chat
        loop.add_signal_handler(signal.SIGHUP, released.set)
    with told_in_one_line():
        if settings.token is None:
            await _serve_locally(settings, clock, announce, crowd, stopping)
        else:
            await _serve_telegram(settings, clock, settings.token.get_secret_value(), stopping, released)


async def _serve_locally(
    settings: Settings,
    clock: Clock,
    announce: Callable[[str], None],
    crowd: str | None,
    stopping: asyncio.Event,
) -> None:
    from bot.simulator import crowd as simulated
    from bot.simulator.server import Simulator

    host, port = settings.address
    try:
        simulator = Simulator(clock=clock, host=host, port=port)
    except ValueError:
        raise CannotRun(
            "BOT_LISTEN: the local chat page opens on this machine only, such as 127.0.0.1:8080; "
            "to serve Telegram set BOT_TOKEN"
        ) from None
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(simulator)
        opened = _limited(settings, clock, telegram.token, telegram.url)
        bot = await stack.enter_async_context(opened)
        if crowd is not None and crowd not in bot.desk.catalogue.crossings:
            raise CannotRun(f"--crowd: there is no crossing {crowd}; for example verkhny-lars")
        for name, language in PEOPLE:
            telegram.model.add_person(name, language)
        announce(telegram.page_url)
        background = [simulated.crowd(telegram.model, crowd, clock)] if crowd else []
        looks = Looks(LOCAL_LOOK_SECONDS, settings, shown=telegram.model.notify)
        await _poll(bot, clock, stopping, looks, background)


def _limited(
    settings: Settings, clock: Clock, token: str, api_url: str
) -> AbstractAsyncContextManager[Provodnik]:
    limiter = Limiter(clock, rate=settings.messages_per_second)
    return provodnik(settings, clock, read_content(), token=token, api_url=api_url, limiter=limiter)


async def _serve_telegram(
    settings: Settings, clock: Clock, token: str, stopping: asyncio.Event, released: asyncio.Event
) -> None:
    looks = Looks(LOOK_SECONDS, settings, asked=released)
    async with AsyncExitStack() as stack:
        bot = await stack.enter_async_context(_limited(settings, clock, token, settings.api_url))
        http = web.Application()
        if settings.webhook_url is None or settings.webhook_secret is None:
            polling = _polling(bot, clock)
            watch = _watch(
                bot,
                clock,
                settings,
                Intake(
                    "",
                    lambda: polling.last_success_at is not None,
                    lambda: polling.last_conflict_at,
                    polling.take_back,
                ),
            )
            _health(bot, clock, watch, lambda: polling.last_success_at).add_to(http)
            _metrics(bot, clock, watch, lambda: polling.last_success_at).add_to(http)
            await stack.enter_async_context(_listening(http, settings))
            await _poll(bot, clock, stopping, looks, polling=polling, watch=watch)
        else:
            secret = settings.webhook_secret.get_secret_value()
            register = partial(webhook.register, bot.application.bot, settings.webhook_url, secret)
            intake = Intake(settings.webhook_url, lambda: True, lambda: None, register)
            watch = _watch(bot, clock, settings, intake)
            _health(bot, clock, watch, None).add_to(http)
            _metrics(bot, clock, watch, None).add_to(http)
            called = webhook.Webhook(bot.handle, secret)
            bot.desk.pulse.quarantined = lambda: called.quarantined
            called.add_to(http, urlsplit(settings.webhook_url).path or "/")
            await stack.enter_async_context(_listening(http, settings))
            try:
                await register()
            except BadRequest as refused:
                raise CannotRun(f"BOT_WEBHOOK_URL: Telegram refuses it: {refused.message}") from None
            async with _background(bot, clock, looks, watch=watch):
                await stopping.wait()


def _health(
    bot: Provodnik, clock: Clock, watch: Watch, last_poll_at: Callable[[], datetime | None] | None
) -> Health:
    def content() -> tuple[str, int]:
        return bot.desk.content.version, len(bot.desk.pulse.content_problems())

    return Health(bot.engine, clock, last_poll_at, lambda: watch.alarmed, content, bot.alerts.undelivered)


def _metrics(
    bot: Provodnik, clock: Clock, watch: Watch, last_poll_at: Callable[[], datetime | None] | None
) -> Metrics:
    async def read() -> list[Metric]:
        desk, alerts, limiter = bot.desk, bot.alerts, bot.application.bot.rate_limiter
        last = None if last_poll_at is None else last_poll_at()
        age = None if last is None else (clock.now() - last).total_seconds()
        try:
            oldest, database = (await alerts.undelivered()).seconds or 0.0, 1
        except storage.StorageUnavailable:
            oldest, database = None, 0
        lanes = {lane.value: limiter.queued(lane) for lane in Lane} if isinstance(limiter, Limiter) else {}
        return [
            gauge("database_up", "Whether the database answers.", database),
            gauge("token_alarm", "Whether somebody else seems to use the token.", watch.alarmed),
            gauge("seconds_since_poll", "Since Telegram was heard; not there with a webhook.", age),
            counter("updates_total", "Updates that came in.", desk.pulse.updates),
            counter("quarantined_total", "Updates confirmed unhandled.", desk.pulse.quarantined()),
            counter("refused_total", "What a limit refused, by limit.", desk.limits.refused, "limit"),
            counter("reports_total", "Reports stored.", desk.reports.added),
            gauge("writer_waiting", "Jobs that wait to be written.", bot.writer.waiting),
            gauge("messages_waiting", "Messages that wait for Telegram's limits, by lane.", lanes, "lane"),
            gauge("alerts_leading", "Whether alerts are sent from here.", alerts.leads),
            counter("alerts_sent_total", "Alerts and digests sent.", alerts.counts.sent),
            counter("alerts_dropped_total", "Alerts not sent, by reason.", alerts.counts.dropped, "reason"),
            gauge("alert_oldest_seconds", "Age of the oldest alert not told to all; 0 without any.", oldest),
            gauge("content_problems", "Errors in the content folder.", len(desk.pulse.content_problems())),
        ]

    return Metrics(read)


async def _poll(
    bot: Provodnik,
    clock: Clock,
    stopping: asyncio.Event,
    looks: Looks,
    more: Sequence[Coroutine[Any, Any, None]] = (),
    polling: Polling | None = None,
    watch: Watch | None = None,
) -> None:
    polling = polling or _polling(bot, clock)

    async def stop() -> None:
        await stopping.wait()
        await polling.stop()

    async with _background(bot, clock, looks, *more, stop(), watch=watch):
        await polling.run()


def _polling(bot: Provodnik, clock: Clock) -> Polling:
    polling = Polling(bot.polls, bot.application.bot.base_url, bot.handle, clock, overhear=bot.overhear)
    bot.desk.pulse.quarantined = lambda: polling.quarantined
    return polling


def _watch(bot: Provodnik, clock: Clock, settings: Settings, intake: Intake) -> Watch:
    watch = Watch(bot.application.bot, clock, intake, _operators(bot, settings))
    bot.desk.pulse.token_alarm = lambda: watch.alarmed
    return watch


def _operators(bot: Provodnik, settings: Settings, watch: Watch | None = None) -> Operators:
    """Return the operators; once `watch` is alarmed, they hear nothing more by this way."""
    return Operators(
        bot.application.bot,
        settings.moderators,
        bot.desk.chats.of,
        bot.desk.trail.note,
        lambda: bot.desk.texts,
        lambda: watch is not None and watch.alarmed,
    )


@asynccontextmanager
async def _background(
    bot: Provodnik,
    clock: Clock,
    looks: Looks,
    *more: Coroutine[Any, Any, None],
    watch: Watch | None = None,
) -> AsyncIterator[None]:
    """Do meanwhile what has to be done besides answering."""

    def crossings() -> Collection[str]:
        return bot.desk.catalogue.crossings

    def carried() -> None:
        bot.desk.chats.look_again()
        bot.desk.tickets.look_again()

    def alarmed() -> bool:
        return watch is not None and watch.alarmed

    presence = Presence(bot.application, bot.reception, watch)
    with suppress(TimeoutError):  # the rest is read meanwhile
        async with asyncio.timeout(WARM_SECONDS):
            await bot.desk.reports.warm(crossings())
    _settle()
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(work)
            for work in (
                run_purge(bot.writer, clock),
                run_turning(bot.writer, bot.desk.epochs, clock, carried),
                run_vanishing(bot.application.bot, bot.desk.trail, clock),
                bot.alerts.run(),
                run_tickets(TicketUpdates(bot.reception, bot.application.bot, alarmed), clock),
                bot.desk.reports.keep_warm(crossings),
                _judge_ahead(bot, clock),
                bot.desk.history.keep(bot.desk.reports, crossings),
                bot.desk.pictures.renderer.run(),
                _prepare(bot, clock),
                _present(presence, clock, watch),
                _release(bot, clock, looks, presence, watch),
                *more,
            )
        ]
        yield
        for task in tasks:
            task.cancel()


def _settle() -> None:
    """Look for garbage from now on, if a start has put that off, but never among what it made.

    Looking through that takes a tenth of the start, and later a pause of 0.1 s now and then. What an update
    leaves is seldom garbage of the kind that must be looked for: doing it less often is 3 % of an update.
    """
    if not gc.isenabled():
        gc.freeze()
        gc.set_threshold(*COLLECTED_AFTER)
        gc.enable()


async def _prepare(bot: Provodnik, clock: Clock) -> None:
    """Make the search ready, of whatever content is served; the first answers after a start go first."""
    while True:
        await clock.sleep(PREPARE_SECONDS)
        await bot.desk.searching.prepare()


async def _judge_ahead(bot: Provodnik, clock: Clock) -> None:
    while True:
        await bot.desk.board.judge_ahead(clock)


@asynccontextmanager
async def _listening(http: web.Application, settings: Settings) -> AsyncIterator[None]:
    runner = web.AppRunner(http, access_log=None, shutdown_timeout=STOP_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, *settings.address).start()
        yield
    finally:
        await runner.cleanup()


async def _present(presence: Presence, clock: Clock, watch: Watch | None) -> None:
    await presence.renew()
    if watch is not None:
        await run_watch(watch, clock)


async def _release(
    bot: Provodnik, clock: Clock, looks: Looks, presence: Presence, watch: Watch | None
) -> None:
    """Serve what is new in the content folder; never ends."""
    releases = Releases(CONTENT, bot.reception, _operators(bot, looks.settings, watch))
    bot.desk.pulse.content_problems = lambda: releases.problems
    looks.shown(releases.serving.version, releases.problems)

    async def changed() -> None:
        await presence.renew()
        if bot.live is not None:
            await bot.live.refresh()
        looks.shown(releases.serving.version, releases.problems)

    async with asyncio.TaskGroup() as group:
        group.create_task(run_releases(releases, clock, looks.seconds, changed))
        group.create_task(run_releases_at_once(releases, looks.asked, changed))

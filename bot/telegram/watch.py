"""A watch on what only a thief of the token would change.

Whoever has the token is the bot: they can read what people write to it and write to them. What they cannot do
is stay unseen: to read they need a webhook or polls of their own, which end ours with a 409, and to deceive
they change what the bot says about itself. The watch looks at these; what it finds it tells the operators.
"""

import logging
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Literal
from urllib.parse import urlsplit

from telegram import Bot
from telegram.error import TelegramError

from bot.clock import Clock
from bot.guide.model import Language
from bot.telegram.operators import Operators
from bot.telegram.screen import lines, paragraphs
from bot.texts import Html, Texts

TICK_SECONDS = 10.0
"""How soon a conflict is looked into: a foreign webhook makes polling deaf, and that ends the process."""
LOOK_SECONDS = 300.0
AGAIN_SECONDS = 60.0
"""Until words that differ are looked at again: Telegram's own copies, and a newer version of ours that starts
beside us, differ for a moment."""
REMEMBERED = timedelta(hours=1)
RESTART = timedelta(minutes=2)
"""How far conflicts with our own process, old or new, may lie apart at most."""
LONGEST_HOST = 100

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Expected:
    """What must stay so: the webhook's address, empty for polling, and what the bot says about itself."""

    webhook: str
    profile: Mapping[str, str]


@dataclass(frozen=True)
class Seen:
    """What one look saw; what Telegram did not answer is missing: None, or no entry."""

    webhook: str | None = None
    certificate: bool = False
    """Whether the webhook has a certificate of its own, which ours never has: with one, our address can lead
    to somebody else's machine."""
    profile: Mapping[str, str] = field(default_factory=dict)
    conflicts: tuple[datetime, ...] = ()
    """When polls of ours ended because of somebody else's, lately."""


@dataclass(frozen=True)
class Finding:
    """A trace of somebody else; `what` is the entry of the profile, `where` the host of a foreign webhook."""

    kind: Literal["webhook", "poller", "profile"]
    what: str = ""
    where: str = field(default="", compare=False)  # a thief who moves on is no other finding


def decide(seen: Seen, expected: Expected) -> tuple[Finding, ...]:
    """Return what cannot have been us.

    One conflict is no finding, nor are several within two minutes: a process that starts ends the long poll
    of the one before it, and both may try for as long as the old one stops.
    """
    found = []
    if seen.webhook is not None and (seen.webhook != expected.webhook or seen.certificate):
        certificate = " (custom certificate)" if seen.certificate else ""
        found.append(Finding("webhook", where=_host(seen.webhook) + certificate))
    if seen.conflicts and max(seen.conflicts) - min(seen.conflicts) > RESTART:
        found.append(Finding("poller"))
    found += [
        Finding("profile", name)
        for name, words in seen.profile.items()
        if name in expected.profile and words.split() != expected.profile[name].split()
    ]
    return tuple(found)


def introduction(words: Mapping[Language, Texts]) -> dict[str, str]:
    """Return the entries of the profile that we fill ourselves, as they must be."""
    return {
        _named(entry, language): words[language or Language.EN](key)
        for language in (None, *Language)
        for entry, key in (("description", "bot-description"), ("about", "bot-about"))
    }


@dataclass(frozen=True)
class Intake:
    """How updates come to us: what the watch has to know, and can do, about it.

    `ready` tells whether the webhook is as we want it since our start; `take_back` makes it so again.
    """

    webhook: str
    ready: Callable[[], bool]
    last_conflict_at: Callable[[], datetime | None]
    take_back: Callable[[], Awaitable[None]]


class Watch:
    """Looks, and tells what it found: one line in the log, one message to each operator, `/healthz`.

    `alarmed` becomes True with the first finding and stays so until a restart. It is the gate of everything
    that the bot sends by itself: whoever sends alerts must ask it before each one and send none while it is
    True, as nobody can tell any more who is speaking in the bot's name.
    """

    def __init__(self, bot: Bot, clock: Clock, intake: Intake, operators: Operators) -> None:
        self.alarmed = False
        self._bot = bot
        self._clock = clock
        self._intake = intake
        self._operators = operators
        self._profile = {"username": bot.username, "first name": bot.first_name}
        self._conflicts: list[datetime] = []
        self._look_at = clock.monotonic()
        self._doubted: frozenset[Finding] = frozenset()
        self._known: set[Finding] = set()

    def expect(self, profile: Mapping[str, str]) -> None:
        """Hold these entries of the profile to be ours; of all others, what the first look sees."""
        self._profile |= profile

    def trust(self, entries: Collection[str]) -> None:
        """Hold these entries of the profile to be what the next look sees: nobody knows how far we got."""
        for name in entries:
            self._profile.pop(name, None)

    async def tick(self) -> None:
        """Note conflicts; look if it is time, or if there was one; tell what is new."""
        conflicted = self._note_conflict()
        due = self._clock.monotonic() >= self._look_at
        if due:
            self._look_at = self._clock.monotonic() + LOOK_SECONDS
        seen = await self._look(profile=due) if due or conflicted else Seen()
        self._profile = {**seen.profile, **self._profile}
        seen = replace(seen, conflicts=tuple(self._conflicts))
        found = decide(seen, Expected(self._intake.webhook, self._profile))
        self._alarm(self._beyond_doubt(found, due))
        if any(finding.kind == "webhook" for finding in found):
            await self._take_back()
        await self._operators.deliver()

    def _note_conflict(self) -> bool:
        last, now = self._intake.last_conflict_at(), self._clock.now()
        self._conflicts = [at for at in self._conflicts if now - at < REMEMBERED]
        if last is None or now - last >= REMEMBERED or last in self._conflicts:
            return False
        self._conflicts.append(last)
        return True

    async def _look(self, *, profile: bool) -> Seen:
        seen = Seen()
        if self._intake.ready():
            with _as_far_as_it_goes():
                webhook = await self._bot.get_webhook_info()
                seen = Seen(webhook.url, webhook.has_custom_certificate)
        return replace(seen, profile=await self._read_profile()) if profile else seen

    async def _read_profile(self) -> dict[str, str]:
        read: dict[str, str] = {}
        with _as_far_as_it_goes():
            me = await self._bot.get_me()
            read |= {"username": me.username or "", "first name": me.first_name}
            read["menu button"] = (await self._bot.get_chat_menu_button()).to_json()
            for language in (None, *Language):
                description = await self._bot.get_my_description(language)
                read[_named("description", language)] = description.description
                about = await self._bot.get_my_short_description(language)
                read[_named("about", language)] = about.short_description
                read[_named("name", language)] = (await self._bot.get_my_name(language)).name
        return read

    def _beyond_doubt(self, found: tuple[Finding, ...], due: bool) -> tuple[Finding, ...]:
        """Return the findings without those of the profile that are seen for the first time."""
        if not due:
            return found
        profile = frozenset(finding for finding in found if finding.kind == "profile")
        first_seen = profile - self._doubted
        if first_seen - self._known:
            self._look_at = self._clock.monotonic() + AGAIN_SECONDS
        self._doubted = profile
        return tuple(finding for finding in found if finding not in first_seen)

    def _alarm(self, found: tuple[Finding, ...]) -> None:
        new = tuple(finding for finding in found if finding not in self._known)
        if not new:
            return
        self.alarmed = True
        self._known.update(new)
        self._operators.tell(partial(message, found=new))
        for finding in new:
            told = {"kind": finding.kind, "what": finding.what, "where": finding.where}
            fields = {name: value for name, value in told.items() if value}
            log.error("token alarm", extra={"fields": fields})

    async def _take_back(self) -> None:
        try:
            await self._intake.take_back()
        except TelegramError as error:
            log.warning("webhook not taken back", extra={"fields": {"error": type(error).__name__}})


async def run_watch(watch: Watch, clock: Clock) -> None:
    """Watch until cancelled."""
    while True:
        await watch.tick()
        await clock.sleep(TICK_SECONDS)


def message(texts: Texts, found: tuple[Finding, ...]) -> Html:
    """Tell an operator what was seen and what to do."""
    changed = ", ".join(finding.what for finding in found if finding.kind == "profile")
    seen = []
    for finding in found:
        if finding.kind == "webhook" and finding.where:
            seen.append(texts("alarm-webhook", where=finding.where))
        elif finding.kind == "webhook":
            seen.append(texts("alarm-webhook-gone"))
        elif finding.kind == "poller":
            seen.append(texts("alarm-poller"))
    if changed:
        seen.append(texts("alarm-profile", changed=changed))
    return paragraphs(texts("alarm-title"), lines(*seen), texts("alarm-do"))


@contextmanager
def _as_far_as_it_goes() -> Iterator[None]:
    """Let what Telegram does not answer be unknown; what it answers and nobody can read, too."""
    try:
        yield
    except TelegramError:
        pass
    except Exception:  # PTB raises whatever comes up while it reads
        log.exception("answer not understood")


def _named(entry: str, language: Language | None) -> str:
    return entry if language is None else f"{entry} {language.value}"


def _host(url: str) -> str:
    """Return the host of a webhook, or nothing where there is no webhook; its path is nobody's business."""
    try:
        return (urlsplit(url).hostname or (url and "?"))[:LONGEST_HOST]
    except ValueError:
        return "?"

"""Whatever happens in between, each due alert is pending, sent, replaced, or dropped with a reason."""

import asyncio
import shutil
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bot.alerts.deciding import Deciding
from bot.alerts.sender import Answer, Told, Unreachable, Wanted
from bot.alerts.subscription import Quiet, Subscription
from bot.alerts.topics import Rule
from bot.crossings.report import Event, Kind, Mode, Statement
from bot.crossings.store import Reports
from bot.crossings.usual import UNKNOWN
from bot.privacy.carry import carry
from bot.privacy.holdings import erase_sealed
from bot.privacy.retention import purge
from bot.storage import engine, migrate
from bot.storage.tables import alert_events, alert_states, subscriptions
from bot.storage.writer import Writer
from tests.alerts.office import ALL, PLACE, Office, Post, office
from tests.clock import settle

PEOPLE = (1, 2, 3, 4)
WINDOW = 2


class Witness(Post):
    """Telegram, and somebody who watches that nobody is told against their will."""

    def __init__(self, wants: dict[int, Subscription | None]) -> None:
        super().__init__()
        self.wants = wants
        self.trouble = 0
        self.dead = False

    async def tell(self, chat_id: int, told: Told, wanted: Wanted) -> Answer:
        await self.gate.wait()  # as behind a limit
        if not await wanted():
            return Answer.UNWANTED
        if self.dead:
            await asyncio.Event().wait()
        assert self.wants[chat_id] is not None, "told after they left"
        if self.trouble:
            self.trouble -= 1
            raise Unreachable
        answer = self._answer(chat_id)
        if answer is Answer.SENT:
            self.got[chat_id, told.news.made_at] += 1
        elif answer is Answer.GONE:
            self.wants[chat_id] = None
        return answer


@dataclass
class Life:
    """One run of the process: what a crash ends."""

    engine: Any
    writer: Writer
    office: Office
    reports: Reports
    deciding: Deciding
    stack: list[Any] = field(default_factory=list)


class Machine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = TemporaryDirectory()
        self.lives = 0
        self.wants: dict[int, Subscription | None] = dict.fromkeys(PEOPLE)
        self.crashes = 0
        self.ids = iter(range(1, 10**6))
        self.owed: dict[int, set[int]] = {}  # who has to be told, by what
        self.post = Witness(self.wants)
        self.clock: Any = None

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    @property
    def path(self) -> Path:
        return Path(self.folder.name) / str(self.lives)

    @initialize()
    def begin(self) -> None:
        self.path.mkdir()
        self.run(self._open())

    async def _open(self) -> None:
        opened = engine.create(f"sqlite+aiosqlite:///{self.path}/a.sqlite3")
        await migrate.upgrade(opened)
        writer = await Writer(opened).__aenter__()
        made = office(writer, self.path, WINDOW)
        desk = await made.__aenter__()
        if self.clock is not None:
            desk.clock = desk.epochs._clock = self.clock  # the same time goes on
        self.clock = desk.clock
        desk.post = self.post
        desk.hire()
        reports = Reports(opened, writer, self.clock)
        deciding = Deciding(opened, writer, reports, lambda *_: UNKNOWN, self.clock, desk.sender.stir)
        self.life = Life(opened, writer, desk, reports, deciding, [made])

    async def _close(self) -> None:
        await self.life.writer.__aexit__(None, None, None)
        await self.life.engine.dispose()

    # What people do

    @rule(
        chat=st.sampled_from(PEOPLE),
        quiet=st.sampled_from([None, Quiet(0, 12 * 60), Quiet(13 * 60, 60)]),
        urgent=st.booleans(),
        paused=st.booleans(),
    )
    def subscribe(self, chat: int, quiet: Quiet | None, urgent: bool, paused: bool) -> None:
        self.unsubscribe(chat)
        begun = self.clock.now().replace(second=0, microsecond=0)
        said = Subscription(PLACE, self.life.office.subscription().language, ALL, begun, begun, "UTC")
        until = begun + timedelta(hours=2) if paused else None
        said = replace(said, quiet=quiet, urgent_may_pass=urgent, paused_until=until)
        self.wants[chat] = said
        self.run(self.life.office.subscribe(chat, said))
        for each in ALL:
            self.run(self._want(each))

    async def _want(self, want: Rule) -> None:
        async with self.life.engine.connect() as connection:
            there = sa.select(alert_states.c.topic).where(alert_states.c.topic == want.topic.code)
            known = (await connection.execute(there)).first()
        if known is None:
            values = {"crossing": PLACE, "mode": want.mode.value, "topic": want.topic.code}
            await self.life.office.write(
                sa.insert(alert_states).values(values | {"state": "1 new - - - 0 0 0", "wanted_minute": 0})
            )

    @rule(chat=st.sampled_from(PEOPLE))
    def unsubscribe(self, chat: int) -> None:
        self.wants[chat] = None
        self.let_go(chat)
        names = [key.chat for key in self.life.office.epochs.known(chat)]
        self.run(self.life.office.write(sa.delete(subscriptions).where(subscriptions.c.chat.in_(names))))

    @rule(chat=st.sampled_from(PEOPLE))
    def wipe(self, chat: int) -> None:
        self.wants[chat] = None
        self.let_go(chat)
        desk = self.life.office
        self.run(erase_sealed(self.life.writer, [key.chat for key in desk.epochs.known(chat)]))
        desk.epochs.forget(chat)

    @rule(names=st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, max_size=3), event=st.booleans())
    def report(self, names: list[str], event: bool) -> None:
        said = Statement(PLACE, Mode.CAR, Kind.EVENT, event=Event.CLOSED if event else Event.REOPENED)
        for name in names:
            work = self.life.reports.add(said, (name.encode() * 16, None), next(self.ids), self.clock.now())
            self.run(work)

    # What the bot does

    @rule()
    def decide(self) -> None:
        self.run(self.life.deciding.decide_all())
        for event in self.run(self.life.office.events()):
            if event.id not in self.owed:
                self.owed[event.id] = {
                    chat
                    for chat, said in self.wants.items()
                    if said is not None
                    and said.quiet is None
                    and said.paused_until is None
                    and event.corrects is None
                    and self.post.answers.get(chat, Answer.SENT) is Answer.SENT
                }

    def let_go(self, chat: int) -> None:
        """Owe somebody nothing any more."""
        for owed in self.owed.values():
            owed.discard(chat)

    @rule(trouble=st.integers(0, 2))
    def tell(self, trouble: int) -> None:
        self.post.trouble = trouble
        self.run(self._tell())

    async def _tell(self) -> None:
        await self._finish(self.loop.create_task(self.life.office.tell()))

    async def _finish(self, task: asyncio.Task[None]) -> None:
        while not task.done():
            await self.clock.advance(5)
            await asyncio.sleep(0)
        await task

    @rule(chat=st.sampled_from(PEOPLE), turns=st.integers(20, 99), event=st.booleans(), wiping=st.booleans())
    def leave_meanwhile(self, chat: int, turns: int, event: bool, wiping: bool) -> None:
        """Let somebody go while their alert waits for its turn."""
        chat = next((each for each, said in self.wants.items() if said is not None and each >= chat), chat)
        self.decide()
        self.wait(60)
        self.report(["a", "b", "c"], event)
        self.decide()
        self.post.gate.clear()
        task = self.loop.create_task(self.life.office.tell())
        self.run(settle(turns))
        (self.wipe if wiping else self.unsubscribe)(chat)
        self.post.gate.set()
        self.run(self._finish(task))

    @rule(turns=st.integers(0, 60))
    def crash(self, turns: int) -> None:
        """Kill it while it tells, and begin anew on the files as they lie there."""
        self.crashes += 1
        self.run(self._crash(turns))

    async def _crash(self, turns: int) -> None:
        task = self.loop.create_task(self.life.office.tell())
        for _ in range(turns):
            await asyncio.sleep(0)
        before = self.path
        self.lives += 1
        shutil.copytree(before, self.path)
        self.post.dead = True
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("bot.alerts.sender.STOP_SECONDS", 0)
            task.cancel()
            await asyncio.wait({task})
        await self._close()
        self.post.dead = False
        await self._open()

    @rule(chat=st.sampled_from(PEOPLE), answer=st.sampled_from([Answer.SENT, Answer.GONE, Answer.REFUSED]))
    def answer(self, chat: int, answer: Answer) -> None:
        """Let Telegram say that of a chat from now on."""
        self.post.answers[chat] = answer
        if answer is not Answer.SENT:
            self.let_go(chat)

    # What time does

    @rule(minutes=st.sampled_from([1, 15, 60, 400]))
    def wait(self, minutes: int) -> None:
        self.run(self.clock.leap(minutes * 60))

    @rule()
    def midnight(self) -> None:
        self.life.office.epochs.turn_now()
        self.run(carry(self.life.writer, self.life.office.epochs))
        self.run(purge(self.life.writer, self.clock))

    # What holds

    @invariant()
    def everybody_was_told_once_but_for_crashes(self) -> None:
        again = sum(count - 1 for count in self.post.got.values())
        assert again <= self.crashes * WINDOW

    def teardown(self) -> None:
        """Tell what is left: nothing is pending then, and all is accounted for."""
        if hasattr(self, "life"):
            self.post.answers = {
                chat: answer for chat, answer in self.post.answers.items() if answer is not Answer.GONE
            }
            self.run(self._tell())
            self.run(self._all_is_accounted_for())
            self.run(self._close())
        self.loop.close()
        self.folder.cleanup()

    async def _all_is_accounted_for(self) -> None:
        async with self.life.engine.connect() as connection:
            events = (await connection.execute(sa.select(alert_events))).all()
        for event in events:
            assert event.ended in ("sent", "coalesced", "expired", "withdrawn")
            made = datetime.fromtimestamp(event.made_second, tz=self.clock.now().tzinfo)
            if event.ended == "sent":
                owed = self.owed.get(event.id, set())
                assert owed <= {chat for chat, what in self.post.got if what == made}, "somebody was lost"
            told = sum(1 for _, what in self.post.got if what == made)
            same = sum(each.made_second == event.made_second for each in events)
            # A crash may leave somebody told and not counted, who is told and counted again.
            assert told <= event.sent + self.crashes * WINDOW or same > 1


def test_whatever_happens() -> None:
    run_state_machine_as_test(
        Machine, settings=settings(max_examples=12, stateful_step_count=20, deadline=None)
    )


def test_the_machine_reaches_what_it_is_about() -> None:
    """The rules as a story, so that it is seen that alerts come out of them."""
    machine = Machine()
    try:
        machine.begin()
        machine.subscribe(1, None, urgent=False, paused=False)
        machine.decide()
        machine.wait(1)
        machine.report(["a", "b"], event=True)
        machine.decide()
        machine.crash(3)
        machine.tell(1)
        assert len(machine.post.got) == 1
        machine.wipe(1)
        machine.wait(60)
        machine.report(["a", "b", "c"], event=False)
        machine.decide()
        machine.tell(0)
        assert len(machine.post.got) == 1
    finally:
        machine.teardown()

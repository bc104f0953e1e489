"""Alerts as they are sent: an outbox in a real database, subscribers, and a Telegram in a few lines."""

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.alerts.news import News
from bot.alerts.outbox import Entry, Outbox
from bot.alerts.sender import Answer, Counts, Reader, Sender, Told, Unreachable, Wanted
from bot.alerts.subscription import Subscription, wake_at
from bot.alerts.subscriptions import sealed
from bot.alerts.topics import Rule, Topic, What
from bot.alerts.waking import Digest, Offer
from bot.crossings.report import Event, Mode, step
from bot.guide.model import Language
from bot.privacy import keys
from bot.privacy.epochs import Epochs
from bot.storage.tables import alert_events, subscriptions
from bot.storage.writer import Writer
from tests.clock import ManualClock, settle

PLACE = "verkhny-lars"
CLOSED = Topic(What.EVENT, event=Event.CLOSED)
REOPENED = Topic(What.EVENT, event=Event.REOPENED)
SILENT = Topic(What.SILENT, 180)
ALL = tuple(Rule(Mode.CAR, topic) for topic in (CLOSED, REOPENED, SILENT))


class Post:
    """Takes messages, each after some turns of the loop, and says of each what it is told to."""

    def __init__(self) -> None:
        self.got: Counter[tuple[int, datetime]] = Counter()  # by chat and what was told
        self.order: list[int] = []
        self.told: list[datetime] = []
        self.reminded: list[tuple[int, Digest | Offer]] = []
        self.answers: dict[int, Answer | type[Exception]] = {}
        self.gate = asyncio.Event()
        self.gate.set()
        self.before: Callable[[int], None] = lambda chat: None
        self.busy = 0
        self.most = 0

    async def tell(self, chat_id: int, told: Told, wanted: Wanted) -> Answer:
        return await self._take(chat_id, told.news.made_at, wanted)

    async def remind(self, chat_id: int, what: Digest | Offer, wanted: Wanted) -> Answer:
        if not await wanted():
            return Answer.UNWANTED
        self.reminded.append((chat_id, what))
        return self._answer(chat_id)

    async def _take(self, chat_id: int, what: datetime, wanted: Wanted) -> Answer:
        self.before(chat_id)
        await self.gate.wait()  # as behind a limit
        if not await wanted():
            return Answer.UNWANTED
        self.busy += 1
        self.most = max(self.most, self.busy)
        try:
            await settle(1 + chat_id % 3)
            answer = self._answer(chat_id)
            if answer is Answer.SENT:
                self.got[chat_id, what] += 1
                self.order.append(chat_id)
                self.told.append(what)
            return answer
        finally:
            self.busy -= 1

    def _answer(self, chat_id: int) -> Answer:
        answer = self.answers.get(chat_id, Answer.SENT)
        if not isinstance(answer, Answer):
            raise answer
        return answer


class Office:
    """The sender on a database, and who subscribes there."""

    def __init__(self, writer: Writer, epochs: Epochs, clock: ManualClock, window: int = 8) -> None:
        self.writer = writer
        self.epochs = epochs
        self.clock = clock
        self.window = window
        self.post = Post()
        self.counts = Counts()
        self.outbox = Outbox(writer.engine, writer)
        self.reader = Reader(self.outbox, epochs)
        self.held = False
        self.sender = self.hire()

    def hire(self) -> Sender:
        """Begin anew with what is stored, as after a crash."""
        self.sender = Sender(
            self.outbox,
            self.reader,
            self.post,
            self.clock,
            self.counts,
            window=self.window,
            held=lambda: self.held,
        )
        return self.sender

    async def subscribe(
        self, chat: int, subscription: Subscription | None = None, row: int | None = None
    ) -> int:
        said = subscription or self.subscription()
        id = secrets.randbits(63) if row is None else row
        key = self.epochs.chat(chat)
        values = {
            "id": id,
            "chat": key.chat,
            "epoch": key.epoch,
            "sealed": sealed(key.key, id, chat, said),
            "crossing": said.crossing,
            "renewed_minute": int(step(said.renewed_at).timestamp()) // 60,
            "wake_minute": int(wake_at(said, self.clock.now()).timestamp()) // 60,
        }
        await self.write(sa.insert(subscriptions).values(values))
        return id

    def subscription(self, rules: Sequence[Rule] = ALL) -> Subscription:
        begun = step(self.clock.now() - timedelta(hours=3))
        return Subscription(PLACE, Language.RU, tuple(rules), begun, begun)

    async def unsubscribe(self, row: int) -> None:
        await self.write(sa.delete(subscriptions).where(subscriptions.c.id == row))

    async def write(self, statement: sa.Insert | sa.Delete | sa.Update) -> None:
        async def job(connection: AsyncConnection) -> None:
            await connection.execute(statement)

        await self.writer.run(job)

    async def rows(self) -> int:
        async with self.writer.engine.connect() as connection:
            query = sa.select(sa.func.count()).select_from(subscriptions)
            return int((await connection.execute(query)).scalar_one())

    async def events(self) -> list[sa.Row[tuple[object, ...]]]:
        """What there was to tell, oldest first."""
        async with self.writer.engine.connect() as connection:
            query = sa.select(alert_events).order_by(alert_events.c.made_second, alert_events.c.priority)
            return list((await connection.execute(query)).all())

    def news(self, *topics: Topic, ago: float = 0) -> News:
        made = (self.clock.now() - timedelta(seconds=ago)).replace(microsecond=0)
        return News(PLACE, Mode.CAR, made, topics or (CLOSED,))

    async def put(self, *news: News) -> Entry:
        await self.outbox.put(news)
        self.sender.stir()
        return (await self.outbox.open())[0]

    async def tell(self) -> None:
        """Tell all that there is."""
        while await self.sender.tell_most_urgent():
            pass


@asynccontextmanager
async def office(writer: Writer, folder: Path, window: int = 8) -> AsyncIterator[Office]:
    clock = ManualClock()
    key = folder / "key"
    if not key.exists():
        keys.new(key)
    yield Office(writer, Epochs(key, keys.load(key, create=False), clock), clock, window)


def unreachable() -> type[Exception]:
    return Unreachable

"""What marked people do with the bot: everything that it can be used for, and what it was not made for."""

from typing import Any
from zlib import crc32

from bot.privacy.contacts import without_contacts
from bot.privacy.inbox import LONGEST
from bot.simulator.people import Message
from bot.simulator.server import Simulator
from bot.telegram.button_data import encode
from bot.telegram.buttons import NoneOfThese, SendQuestion
from tests.person import Person
from tests.proofs.marks import MarkedPerson, Marks

BLAST = "взрыв"
"""Whoever says this, in a build that is made for it, breaks the bot with an error that quotes them."""


class Marked(Person):
    """One of the marked people, with a phone."""

    def __init__(self, simulator: Simulator, marks: Marks, number: int, *, patience: float) -> None:
        self.model = simulator.model
        self.account: MarkedPerson = marks.join(simulator.model, number, "ru" if number % 3 else "en")
        self.chat = self.model.chats[self.account.id]
        self.patience = patience
        self.answer = None
        self.marks = marks
        self.number = number

    @property
    def text(self) -> str:
        return self.marks.text(self.number)

    async def use_everything(self) -> None:
        """Use it: each does a part, since the bot sends no chat more than Telegram lets it; all do all."""
        await self.start()
        if self.account.language_code == "en":
            await self.send("/language")
            await self.tap("Русский")
        asked = await self.send(self.text)
        role = self.number % 4
        if role == 0:
            await self._read()
            await self._queue()
            await self._say_what_nobody_asked()
            return
        await self._report()
        await self._choose()
        if role == 1:
            await self.send("/wipe")
            await self.tap("Да, убрать")
            await self.send(self.text)  # and is back
        elif role == 2:
            await self.send(self.marks.phrase(self.number).upper())
        else:
            await self._ask_editors(asked)
            await self.block()

    async def _ask_editors(self, asked: Message) -> None:
        """Send the editors a question that is full of marks, and ask the same from another chat."""
        for button in (NoneOfThese(), SendQuestion(crc32(without_contacts(self.text, LONGEST).encode()))):
            number = self.model.updates.next_id
            where = {"message_id": self.last.id, "date": 1, "chat": self.chat.json()}
            query = {
                "id": f"{number}",
                "from": self.account.json(),
                "chat_instance": "1",
                "data": encode(button),
                "message": where | {"reply_to_message": asked.json(self.model.bot, reply=False)},
            }
            self.model.push_raw({"update_id": number, "callback_query": query})
            await self._wait("asked the editors", number, lambda: True)
        await self.inline(self.text)

    async def _read(self) -> None:
        await self.tap("Вопросы и ответы")
        await self.tap("В Казахстан")
        await self.send(f"/crossing {self.text}")
        await self.start(f"u_{self.marks.word}{self.number}")  # a made-up payload

    async def _queue(self) -> None:
        await self.send("/crossing lars")
        for label in ("Я в очереди", "2 ч", "Пропустить", "Да, можно"):
            await self.tap(label)

    async def _report(self) -> None:
        await self.send("/report lars")
        await self.tap("Стоим")
        await self.tap("3–6 ч")
        await self.send(f"ларс 5 часов {self.text}")
        await self.tap("роехали за")

    async def _say_what_nobody_asked(self) -> None:
        written = await self.send(f"{BLAST} {self.text}")
        await self.edit(written, f"{BLAST} {self.text} {self.text}")
        await self.locate(*self.marks.place(self.number))
        await self.photo(self.text)
        phone = {"phone_number": self.marks.phone(self.number), "user_id": self.id}
        first, last, _ = self.marks.names(self.number)
        await self._raw({"contact": phone | {"first_name": first, "last_name": last}})
        await self._raw({"text": self.text, "forward_origin": {"type": "hidden_user", "date": "?"}})
        self.model.push_raw({"message": {"text": self.text, "from": self.account.json()}})

    async def _choose(self) -> None:
        await self.send("/mydata")
        await self.tap("меньше было видно")
        await self.tap("3 ч")
        await self.tap("Включить незаметный")
        await self.tap("Задать стоп-фразу")
        await self.reply(self.last, self.marks.phrase(self.number))
        await self.send("/mydata")

    async def _raw(self, content: dict[str, Any]) -> None:
        """Send what the simulator's own people cannot, and wait until the bot is done with it."""
        message = {"message_id": 10**6 + self.number, "date": 1790000000, "chat": self.chat.json()} | content
        number = self.model.updates.next_id
        self.model.push_raw({"update_id": number, "message": message | {"from": self.account.json()}})
        await self._wait("sent something raw", number, lambda: True)

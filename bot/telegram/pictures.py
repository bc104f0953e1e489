"""Pictures that were made lately: each is drawn once, and sent again by the id that Telegram gave it."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from bot.crossings.rendering import Renderer
from bot.crossings.report import Mode, step
from bot.guide.model import Language
from bot.telegram.screen import Screen

MOST = 64
"""So many are held: 3 MB at most, while Telegram knows none of them."""

STANDS = timedelta(seconds=15)
"""So long a picture stands, even if reports have come since: it says when it was made."""

Key = tuple[str, Mode, Language]


@dataclass(frozen=True)
class Picture:
    """A picture with its words: a PNG, the id by which Telegram knows it, or None if there is only words."""

    told: Screen
    content: bytes | str | None


class Pictures:
    """Makes pictures, one of each kind at a time: whoever wants one that is being made waits for the same."""

    def __init__(self, renderer: Renderer) -> None:
        self.renderer = renderer
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._making: WeakValueDictionary[Key, asyncio.Lock] = WeakValueDictionary()

    def anew(self) -> "Pictures":
        """Return the same without any picture, for other words."""
        return Pictures(self.renderer)

    async def get(
        self, key: Key, revision: int, now: datetime, make: Callable[[], Awaitable[Picture]]
    ) -> Picture:
        """Return the picture of reports at this revision, making it if there is none of this quarter hour."""
        lock = self._making.setdefault(key, asyncio.Lock())
        async with lock:
            kept = self._kept.get(key)
            if kept is not None and kept.stands(revision, now):
                return kept.picture
            picture = await make()
            if picture.content is not None:
                self._keep(key, _Kept(picture, revision, now))
            return picture

    def sent(self, key: Key, picture: Picture, file_id: str) -> None:
        """Note by which id Telegram knows a picture now."""
        kept = self._kept.get(key)
        if kept is not None and kept.picture is picture:
            self._keep(key, replace(kept, picture=replace(picture, content=file_id)))

    def forget(self, key: Key) -> None:
        """Let go of a picture, which Telegram does not know any more."""
        self._kept.pop(key, None)

    def _keep(self, key: Key, kept: "_Kept") -> None:
        self._kept[key] = kept
        self._kept.move_to_end(key)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)


@dataclass(frozen=True)
class _Kept:
    picture: Picture
    revision: int
    made_at: datetime

    def stands(self, revision: int, now: datetime) -> bool:
        """Tell whether it still shows what is so."""
        return step(now) == step(self.made_at) and (revision == self.revision or now - self.made_at < STANDS)

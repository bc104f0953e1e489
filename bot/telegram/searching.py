"""The search over the guide: made of one version of the content when first needed, off the event loop."""

import asyncio
from pathlib import Path

from bot.guide.search import Asked, Search
from bot.guide.semantic import Likeness, NoEncoder, UniversalEncoder
from bot.release import Content


class Encoder:
    """The encoder of the extra `[semantic]`, loaded when first asked for; `cache` is a folder for vectors."""

    def __init__(self, cache: Path | None) -> None:
        self._cache = cache
        self._loaded: UniversalEncoder | None = None
        self._missing = False

    def likeness(self, search: Search) -> Likeness | None:
        """Return what knows the meaning of everything that can be offered; None without the extra.

        It takes seconds at first; call it off the event loop.
        """
        if self._missing:
            return None
        try:
            self._loaded = self._loaded or UniversalEncoder()
        except NoEncoder:
            self._missing = True
            return None
        return Likeness(self._loaded, search.lines, self._cache)


class Searching:
    """Tells what plain text wants. It takes a second to make, which a thread does; whoever asks waits for it.

    With the extra it also knows what texts mean, once that is `prepare`d.
    """

    def __init__(self, content: Content, encoder: Encoder) -> None:
        self._content = content
        self._encoder = encoder
        self._making = asyncio.Lock()
        self._search: Search | None = None
        self._prepared = False

    def of(self, content: Content) -> "Searching":
        """Return the search over another version of the content."""
        return Searching(content, self._encoder)

    async def ask(self, text: str) -> Asked:
        """Return what a text would offer."""
        search = await self._made()
        if search.meaning is None:  # a few milliseconds
            return search.ask(text)
        return await asyncio.to_thread(search.ask, text)

    async def prepare(self) -> None:
        """Make it now, and learn what texts mean if that can be learned here; once is enough."""
        if not self._prepared:
            search = await self._made()
            search.meaning = await asyncio.to_thread(self._encoder.likeness, search)
            self._prepared = True

    async def _made(self) -> Search:
        async with self._making:
            if self._search is None:
                self._search = await asyncio.to_thread(lambda: self._content.search)
            return self._search

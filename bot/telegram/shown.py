"""Screens that are the same for everybody, kept while what they show stays the same."""

from collections import OrderedDict
from collections.abc import Callable, Hashable

from bot.telegram.screen import Screen

MOST = 512


class Shown:
    """The newest screens of shared things, by what they were made of."""

    def __init__(self) -> None:
        self._screens: OrderedDict[Hashable, tuple[object, Screen]] = OrderedDict()

    def get(self, of: object, key: Hashable, make: Callable[[], Screen]) -> Screen:
        """Return the screen of this very object for `key`, making it if another object was shown last."""
        kept = self._screens.get(key)
        if kept is not None and kept[0] is of:
            return kept[1]
        screen = make()
        self._screens[key] = of, screen
        self._screens.move_to_end(key)
        if len(self._screens) > MOST:
            self._screens.popitem(last=False)
        return screen

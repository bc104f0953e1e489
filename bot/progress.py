"""How far a command is, for whoever waits for it at a terminal; a pipe hears nothing."""

import sys
from collections.abc import Callable

Told = Callable[[int, int], None]
"""Takes how many things are done, and of how many."""


def counted() -> Told:
    """Return what tells how far work is."""
    return _show if sys.stderr.isatty() else _quiet


def _show(done: int, of: int) -> None:
    sys.stderr.write(f"\r{done} of {of}" + ("\n" if done == of else ""))
    sys.stderr.flush()


def _quiet(done: int, of: int) -> None:
    pass

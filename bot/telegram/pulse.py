"""What the running process knows of its own state, for moderators."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Pulse:
    """Filled in by whoever runs the part in question (`bot.app`); what nobody runs stays unknown."""

    quarantined: Callable[[], int] = lambda: 0
    """How many updates were confirmed without having been handled."""

    token_alarm: Callable[[], bool] | None = None
    """Whether somebody else seems to use our token."""

    updates: int = 0
    """How many updates came in."""

    content_problems: Callable[[], tuple[str, ...]] = tuple
    """Why the content folder as it is now is not served, or what of it is left out."""

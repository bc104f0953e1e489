"""Provodnik: a Telegram bot for people who are leaving Russia."""

import os
import sys

__version__ = "0.1.0"

# pydantic would look through all installed packages for plugins, of which we use none: a tenth of a second.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

# PTB brings httpx, and that a command line with all that draws tables and colours; it does without as well.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]

"""Provodnik: a Telegram bot for people who are leaving Russia."""

import os

__version__ = "0.1.0"

# pydantic would look through all installed packages for plugins, of which we use none: a tenth of a second.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

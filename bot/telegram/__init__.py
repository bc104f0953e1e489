"""How we talk: intake of updates, transport, limits, buttons, screens and handlers."""

import os

# PTB's own switch: how long to wait comes as a timedelta, and without it every 429 brings a warning.
os.environ.setdefault("PTB_TIMEDELTA", "true")

"""A Telegram on this machine: a strict local Bot API with a chat page, and simulated people."""

"""Provodnik: a Telegram bot for people who are leaving Russia."""

__version__ = "0.1.0"

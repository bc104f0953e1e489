"""Provodnik: a Telegram bot for people who are leaving Russia."""

"""How Telegram says no: a code and a description, word for word, since bots read the words."""

from typing import Any


class Refused(Exception):
    """Telegram will not do what was asked; `description` is what the bot gets to read."""

    def __init__(self, code: int, description: str, *, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after  # seconds

    def json(self) -> dict[str, Any]:
        """Return the body of the answer."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return body


def bad_request(reason: str) -> Refused:
    """Refuse with 400, the reason worded as Telegram's own server does.

    It lowers the first letter unless the second is a capital or an underscore: "message text is empty", but
    "BUTTON_DATA_INVALID".
    """
    if not (len(reason) > 1 and (reason[1] == "_" or reason[1].isupper())):
        reason = reason[:1].lower() + reason[1:]
    return Refused(400, f"Bad Request: {reason}")


def unauthorized() -> Refused:
    """Refuse a token that is not the bot's."""
    return Refused(401, "Unauthorized")


def forbidden(reason: str) -> Refused:
    """Refuse with 403, for a chat that does not want the bot."""
    return Refused(403, f"Forbidden: {reason}")


def not_found() -> Refused:
    """Refuse a method, or a shape of token, that does not exist."""
    return Refused(404, "Not Found")


def conflict(reason: str) -> Refused:
    """Refuse a poll that another poll or a webhook excludes."""
    return Refused(409, f"Conflict: {reason}")


def too_many_requests(retry_after: int) -> Refused:
    """Refuse with 429; `retry_after` in whole seconds, at least 1."""
    return Refused(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)

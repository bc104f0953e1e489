"""Faults on purpose: what a test or the chat page lets go wrong with the next calls."""

from dataclasses import dataclass

from bot.simulator.refusals import Refused

_REASONS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    413: "Request Entity Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with calls of `method` ("*" for any): a refusal, a delay, a broken connection.

    `status` None (or 200) refuses nothing. `drop` closes the connection without an answer. With `after`, the
    method is carried out first and only its answer is lost: that makes bots repeat. `times`: how often.
    """

    method: str = "*"
    status: int | None = None
    description: str = ""
    retry_after: int | None = None  # seconds
    delay: float = 0.0  # seconds of the simulator's clock
    drop: bool = False
    after: bool = False
    times: int = 1

    def refusal(self) -> Refused | None:
        """Return what the call is answered, or None if it goes on."""
        if self.status is None or self.status < 400:
            return None
        words = _REASONS.get(self.status, "Internal Server Error")
        if self.retry_after is not None:
            words += f": retry after {self.retry_after}"
        return Refused(self.status, self.description or words, retry_after=self.retry_after)


class Faults:
    """The faults that are still to happen, first come first served."""

    def __init__(self) -> None:
        self._left: list[tuple[Fault, int]] = []

    def __bool__(self) -> bool:
        return bool(self._left)

    def add(self, fault: Fault) -> None:
        """Let it go wrong."""
        self._left.append((fault, fault.times))

    def clear(self) -> None:
        """Let nothing more go wrong."""
        self._left.clear()

    def take(self, method: str) -> Fault | None:
        """Return what goes wrong with this call, counting it."""
        for index, (fault, left) in enumerate(self._left):
            if fault.method.lower() in ("*", method):
                if left > 1:
                    self._left[index] = (fault, left - 1)
                else:
                    del self._left[index]
                return fault
        return None

"""The log: one line a record, and nothing in it that could name a person or open a door.

Whoever seizes a server finds its log. So arguments of log calls are never printed, as libraries put texts,
ids and tokens there: of a library's record stays its template and where it came from, of an exception its
type and its way through the code. What our own code wants to say, it says in `extra={"fields": {…}}`, and
even there numbers that could be ids of Telegram are masked.
"""

import json
import logging
import re
import sys
import threading
import warnings
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import PurePath
from types import TracebackType
from typing import TextIO
from urllib.parse import quote

OWN = ("bot", "__main__")

SAFE_FIELDS = frozenset(
    {
        "attempt",
        "bytes",
        "count",
        "jobs",
        "milliseconds",
        "offset",
        "port",
        "rows",
        "seconds",
        "status",
        "update",
    }
)
"""Fields whose numbers are printed whole, however long."""

LIBRARIES = frozenset(
    {"site-packages", "dist-packages", f"python{sys.version_info[0]}.{sys.version_info[1]}"}
)

LONGEST = 200
"""Longest value of a field, in characters."""
MOST_FRAMES = 12

_TOKEN = re.compile(r"\d{6,}(?::|%3A)[A-Za-z0-9_-]{30,}", re.IGNORECASE)
_ID = re.compile(r"\d{5,}")
"""Five digits and more; the oldest of Telegram's users have six."""
_VERSION = re.compile(r"(?=\d*[a-f])[0-9a-f]{8}")
"""A version of the content (`bot.content.version`) that is no number: of 100 versions 98 are none."""
_PLAIN = re.compile(r"[^\s\"'=\\]+")


def configure(level: int | str, stream: TextIO, secrets: Iterable[str] = ()) -> None:
    """Make this the process's only log: one line for each record from that level on, without `secrets`.

    Also takes over warnings and uncaught exceptions, whose usual print shows messages and so texts.
    """
    handler = _Handler(stream)
    handler.setFormatter(Lines(secrets))
    for name in list(logging.root.manager.loggerDict):
        logging.getLogger(name).handlers.clear()
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(level)
    warnings.showwarning = _warned
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)


class Lines(logging.Formatter):
    """Formats a record as `time LEVEL logger event field=value…`, always one line."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        known = {form for secret in secrets if secret for form in (secret, quote(secret, safe=""))}
        # The longest first: a secret may be a part of another.
        self._secrets = sorted(known, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """Make the line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        parts = [at.replace("+00:00", "Z"), record.levelname, record.name, *self._said(record)]
        if record.exc_info and record.exc_info[1] is not None:
            parts.append(f"error={self._quoted('; '.join(_errors(record.exc_info[1])))}")
        return self._without_secrets(" ".join(parts))

    def _said(self, record: logging.LogRecord) -> Iterator[str]:
        if record.name.split(".")[0] in OWN:
            event = (
                _name(record.msg) if isinstance(record.msg, BaseException) else self._masked(str(record.msg))
            )
            yield "".join(character if character.isprintable() else " " for character in event)
            fields = getattr(record, "fields", None)
            for name, value in fields.items() if isinstance(fields, Mapping) else ():
                yield f"{name}={self._value(name, value)}"
            return
        # With arguments, the message is a template; without, it may be made of anything.
        if record.args:
            yield f"template={self._quoted(self._masked(str(record.msg)))}"
        yield f"at={_short(record.pathname)}:{record.lineno}"

    def _value(self, name: str, value: object) -> str:
        if isinstance(value, BaseException):
            return _name(value)
        if isinstance(value, float):
            value = round(value, 3)  # as exact as a log need be; more digits would look like an id
        number = name in SAFE_FIELDS and isinstance(value, int | float)
        version = name == "version" and _VERSION.fullmatch(str(value)) is not None
        text = str(value) if number or version else self._masked(str(value))
        return self._quoted(text if len(text) <= LONGEST else text[:LONGEST] + "…")

    def _masked(self, text: str) -> str:
        return _ID.sub("<number>", self._without_secrets(text))

    def _quoted(self, text: str) -> str:
        return text if _PLAIN.fullmatch(text) and text.isprintable() else json.dumps(text, ensure_ascii=True)

    def _without_secrets(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "<secret>")
        return _TOKEN.sub("<token>", text)


class _Handler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        """Say that a record was lost; what logging would print here is the record with its arguments."""
        self.stream.write(f"a log record was lost at {_short(record.pathname)}:{record.lineno}\n")


def _errors(error: BaseException, seen: frozenset[int] = frozenset()) -> Iterator[str]:
    """Tell an exception and what led to it by types and places; messages may hold anything."""
    if id(error) in seen:
        return
    seen |= {id(error)}
    yield f"{_name(error)} at {_way(error.__traceback__)}"
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _errors(part, seen)
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _errors(before, seen)


def _name(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _way(trace: TracebackType | None) -> str:
    """Return the places that an exception went through, the innermost first."""
    places: list[str] = []
    while trace is not None:
        places.append(f"{_short(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " < ".join(places[: -MOST_FRAMES - 1 : -1]) or "nowhere"


def _short(path: str) -> str:
    """Return a path from the library or from `bot` on; what is before may hold somebody's name."""
    parts = PurePath(path).parts
    starts = [number for number, part in enumerate(parts) if part in LIBRARIES or part == "bot"]
    if not starts:
        return parts[-1] if parts else "?"
    return "/".join(parts[starts[-1] + (parts[starts[-1]] != "bot") :])


def _warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    at = f"{_short(filename)}:{lineno}"
    logging.getLogger(__name__).warning("warning", extra={"fields": {"kind": category.__name__, "at": at}})


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        # By itself: what was being handled when somebody pressed Ctrl-C would be printed with its message.
        sys.__excepthook__(kind, kind(), None)
        return
    logging.getLogger(__name__).critical("uncaught", exc_info=(kind, error or kind(), trace))

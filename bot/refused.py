"""How a command ends that cannot do what was asked."""

from collections.abc import Iterator
from contextlib import contextmanager


class Refused(Exception):
    """The command cannot do what was asked; the message is one line that says why, and what to do."""

    status = 1


class Misused(Refused):
    """The command was called wrongly: it asks for what there is not."""

    status = 2


@contextmanager
def refusing(*errors: type[Exception]) -> Iterator[None]:
    """Tell errors whose message is meant for the operator in one line."""
    try:
        yield
    except errors as error:
        raise Refused(str(error)) from error


@contextmanager
def misused(*errors: type[Exception]) -> Iterator[None]:
    """Tell errors whose message says what was written wrongly on the command line."""
    try:
        yield
    except errors as error:
        raise Misused(str(error)) from error

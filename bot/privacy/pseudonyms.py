"""Pseudonyms: what stands for a person where a report is stored.

Each is an HMAC with a key of the epoch, so that without it nobody can try all of Telegram's ids, and nobody
at all once the epoch is over. A reporter's differs from crossing to crossing too, so that rows cannot be
joined to a journey.
"""

from typing import NamedTuple

from bot.privacy.epochs import Epochs


class Reporter(NamedTuple):
    """A person at one crossing: the pseudonym of this epoch, and that of the one before if any."""

    current: bytes
    previous: bytes | None


class Pseudonyms:
    """Makes pseudonyms; nothing else sees ids and key together."""

    def __init__(self, epochs: Epochs) -> None:
        self._epochs = epochs

    def reporter(self, crossing: str, user_id: int) -> Reporter:
        """Return what stands for a user at a crossing, of 16 bytes each."""
        return Reporter(*self._epochs.reporters(crossing, user_id))

    def report_ids(self, update_id: int) -> tuple[int, int | None]:
        """Return the id of the report that an update brings, and the one that it had in the epoch before.

        The same update handled twice is so one report; a day later nobody can tell which update it was.
        """
        return self._epochs.report_ids(update_id)

    def measured_ids(self, report: int) -> list[int]:
        """Return the ids that what was measured by a report may have, that of this epoch first."""
        return self._epochs.measured_ids(report)

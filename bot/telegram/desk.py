"""What the handlers work with: every part of the bot that a conversation can touch."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.clock import Clock
from bot.crossings.board import Board
from bot.crossings.catalogue import Catalogue
from bot.crossings.names import Names
from bot.crossings.store import Reports
from bot.guide.model import Guide, Language
from bot.privacy.pseudonyms import Pseudonyms
from bot.telegram.languages import Languages
from bot.telegram.shown import Shown
from bot.texts import Texts


@dataclass(frozen=True)
class Desk:
    """The parts, put together once by `bot.app`."""

    texts: Mapping[Language, Texts]
    guide: Guide
    catalogue: Catalogue
    names: Names
    board: Board
    reports: Reports
    languages: Languages
    pseudonyms: Pseudonyms
    clock: Clock
    shown: Shown
    simulated: bool
    """Whether this is the local chat: then every card says that nothing in it is real."""

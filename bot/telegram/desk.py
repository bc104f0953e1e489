"""What the handlers work with: every part of the bot that a conversation can touch."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.clock import Clock
from bot.crossings.board import Board
from bot.crossings.catalogue import Catalogue
from bot.crossings.names import Names
from bot.crossings.store import Reports
from bot.guide.model import Guide, Language
from bot.privacy.abuse import Limits
from bot.privacy.epochs import Epochs
from bot.privacy.pseudonyms import Pseudonyms
from bot.privacy.trail import Trail
from bot.storage.writer import Writer
from bot.telegram.chats import Chats
from bot.telegram.pulse import Pulse
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
    chats: Chats
    trail: Trail
    pseudonyms: Pseudonyms
    epochs: Epochs
    writer: Writer
    clock: Clock
    shown: Shown
    limits: Limits
    pulse: Pulse
    moderators: frozenset[int]
    simulated: bool
    """Whether this is the local chat: then every card says that nothing in it is real."""

"""What the handlers work with: every part of the bot that a conversation can touch."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.alerts.subscriptions import Subscriptions
from bot.clock import Clock
from bot.crossings.board import Board
from bot.crossings.catalogue import Catalogue
from bot.crossings.history import History
from bot.crossings.measured import Accuracies
from bot.crossings.names import Names
from bot.crossings.said import Listener
from bot.crossings.store import Reports
from bot.guide.model import Guide, Language
from bot.privacy.abuse import Limits
from bot.privacy.cuts import Cuts
from bot.privacy.epochs import Epochs
from bot.privacy.inbox import Inbox
from bot.privacy.pseudonyms import Pseudonyms
from bot.privacy.trail import Trail
from bot.privacy.wiping import Wiping
from bot.release import Content
from bot.storage.writer import Writer
from bot.telegram.chats import Chats
from bot.telegram.pictures import Pictures
from bot.telegram.pulse import Pulse
from bot.telegram.searching import Searching
from bot.telegram.shown import Shown
from bot.telegram.tickets import Tickets
from bot.texts import Texts


@dataclass(frozen=True)
class Desk:
    """The parts, put together by `bot.app`.

    A desk never changes, so that an update is answered from one version of the content, whatever comes in
    between; for a new one the `Reception` has another desk.
    """

    content: Content
    searching: Searching
    board: Board
    reports: Reports
    history: History
    chats: Chats
    subscriptions: Subscriptions
    trail: Trail
    tickets: Tickets
    pseudonyms: Pseudonyms
    epochs: Epochs
    cuts: Cuts
    inbox: Inbox
    writer: Writer
    clock: Clock
    shown: Shown
    limits: Limits
    pictures: Pictures
    accuracies: Accuracies
    pulse: Pulse
    wiping: Wiping
    moderators: frozenset[int]
    simulated: bool
    """Whether this is the local chat: then every card says that nothing in it is real."""

    @property
    def texts(self) -> Mapping[Language, Texts]:
        """Our fixed words."""
        return self.content.texts

    @property
    def guide(self) -> Guide:
        """What we answer."""
        return self.content.guide

    @property
    def catalogue(self) -> Catalogue:
        """The crossings."""
        return self.content.catalogue

    @property
    def names(self) -> Names:
        """What the crossings are called."""
        return self.content.names

    @property
    def listener(self) -> Listener:
        """What reads reports out of what people type."""
        return self.content.listener

    def with_content(self, content: Content) -> "Desk":
        """Return this desk with another version of the content, and nothing left that was made of the old."""
        return replace(
            self,
            content=content,
            searching=self.searching.of(content),
            board=Board(content.catalogue, self.reports, self.history),
            shown=Shown(),
            pictures=self.pictures.anew(),
        )


class Reception:
    """Where updates come in: each is answered at the desk that is there when it comes."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def serve(self, content: Content) -> None:
        """Answer from this content whatever comes from now on."""
        self.desk = self.desk.with_content(content)

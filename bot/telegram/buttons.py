"""What a button says to us: the kinds of buttons, each with what it carries (`bot.telegram.button_data`)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bot.crossings.report import Event, Kind, Mode
from bot.guide.votes import Reason


class StaleButton(ValueError):
    """Button data that this version does not know."""


@dataclass(frozen=True)
class Menu:
    """Open the first question of the guide."""

    letter: ClassVar[str] = "m"


@dataclass(frozen=True)
class Route:
    """Go where these facts lead; `facts` is their code (`bot.guide.route`)."""

    letter: ClassVar[str] = "g"
    facts: str


@dataclass(frozen=True)
class Show:
    """Show an answer."""

    letter: ClassVar[str] = "a"
    answer: str
    facts: str


@dataclass(frozen=True)
class Change:
    """List the facts given so far, to change one."""

    letter: ClassVar[str] = "h"
    facts: str


@dataclass(frozen=True)
class Explain:
    """Say over the chat what a term of the glossary means."""

    letter: ClassVar[str] = "T"
    term: str


@dataclass(frozen=True)
class Keep:
    """Send an answer once more, as a message that no button changes."""

    letter: ClassVar[str] = "K"
    answer: str
    facts: str


@dataclass(frozen=True)
class Anew:
    """Open the first question of the guide in a message of its own."""

    letter: ClassVar[str] = "M"


@dataclass(frozen=True)
class Doubt:
    """Ask what is not right with an answer."""

    letter: ClassVar[str] = "J"
    answer: str
    facts: str


@dataclass(frozen=True)
class Vote:
    """Say what is not right with an answer; the longest of the buttons that name one."""

    letter: ClassVar[str] = "V"
    answer: str
    facts: str
    reason: Reason


@dataclass(frozen=True)
class Card:
    """Show a crossing's card; also what "refresh" does."""

    letter: ClassVar[str] = "c"
    crossing: str
    mode: Mode | None


@dataclass(frozen=True)
class Nearby:
    """Show a crossing's alternatives with their waits."""

    letter: ClassVar[str] = "n"
    crossing: str


@dataclass(frozen=True)
class About:
    """Show what is known of a crossing from elsewhere, a page of it."""

    letter: ClassVar[str] = "i"
    crossing: str
    page: int


@dataclass(frozen=True)
class Answers:
    """List the guide's answers for a crossing."""

    letter: ClassVar[str] = "w"
    crossing: str


@dataclass(frozen=True)
class Country:
    """List a country's crossings, from a page."""

    letter: ClassVar[str] = "l"
    country: str
    page: int


@dataclass(frozen=True)
class Countries:
    """List the countries."""

    letter: ClassVar[str] = "k"


@dataclass(frozen=True)
class Locate:
    """Ask for a location, to offer the nearest crossings."""

    letter: ClassVar[str] = "o"


@dataclass(frozen=True)
class Ask:
    """Begin a report: which kind, with the mode chosen."""

    letter: ClassVar[str] = "r"
    crossing: str
    mode: Mode


@dataclass(frozen=True)
class AskValue:
    """Go on with a report: which band or event."""

    letter: ClassVar[str] = "v"
    crossing: str
    mode: Mode
    kind: Kind


@dataclass(frozen=True)
class AskNumber:
    """Go on with a report: let the person type a number."""

    letter: ClassVar[str] = "t"
    crossing: str
    mode: Mode
    kind: Kind


@dataclass(frozen=True)
class SendWait:
    """Report a wait by one of `BANDS`: in all (`crossed`) or so far (`waiting`)."""

    letter: ClassVar[str] = "b"
    crossing: str
    mode: Mode
    kind: Kind
    band: int


@dataclass(frozen=True)
class SendEvent:
    """Report an event."""

    letter: ClassVar[str] = "e"
    crossing: str
    mode: Mode
    event: Event


@dataclass(frozen=True)
class Confirm:
    """Ask whether to report what was typed: `number` minutes, vehicles, people or metres, as `unit` says."""

    letter: ClassVar[str] = "q"
    crossing: str
    mode: Mode
    unit: str
    number: int


@dataclass(frozen=True)
class SendNumber:
    """Report what was typed, confirmed."""

    letter: ClassVar[str] = "s"
    crossing: str
    mode: Mode
    kind: Kind
    unit: str
    number: int


@dataclass(frozen=True)
class TakeBack:
    """Take a report back; `report` is its id."""

    letter: ClassVar[str] = "x"
    crossing: str
    report: int


@dataclass(frozen=True)
class SetLanguage:
    """Choose a language."""

    letter: ClassVar[str] = "y"
    language: str


@dataclass(frozen=True)
class Privacy:
    """Show what a chat has chosen of how little is left to be seen."""

    letter: ClassVar[str] = "p"


@dataclass(frozen=True)
class SetVanish:
    """Let messages vanish after so many hours, or never: 0."""

    letter: ClassVar[str] = "f"
    hours: int


@dataclass(frozen=True)
class SetDiscreet:
    """Switch the discreet mode on (1) or off (0)."""

    letter: ClassVar[str] = "d"
    on: int


@dataclass(frozen=True)
class AskStop:
    """Ask for a stop phrase."""

    letter: ClassVar[str] = "j"


@dataclass(frozen=True)
class ForgetStop:
    """Forget the stop phrase."""

    letter: ClassVar[str] = "u"


@dataclass(frozen=True)
class Wipe:
    """Ask whether to wipe the chat."""

    letter: ClassVar[str] = "z"


@dataclass(frozen=True)
class WipeNow:
    """Wipe the chat, confirmed."""

    letter: ClassVar[str] = "Z"


@dataclass(frozen=True)
class MyData:
    """Show what is stored that belongs to this chat."""

    letter: ClassVar[str] = "D"


@dataclass(frozen=True)
class Erase:
    """Erase what is stored that belongs to this chat, and leave its messages."""

    letter: ClassVar[str] = "E"


@dataclass(frozen=True)
class NoneOfThese:
    """Ask whether the question in the message that the tapped one answers may go to the editors."""

    letter: ClassVar[str] = "N"


@dataclass(frozen=True)
class SendQuestion:
    """Send that question to the editors, confirmed; `mark` tells whether it is still what was shown."""

    letter: ClassVar[str] = "Y"
    mark: int


class Subject(StrEnum):
    """What a moderator has seen of the state of things."""

    ALARM = "alarm"
    FLOOD = "flood"
    QUARANTINE = "quarantine"
    CALM = "calm"
    CONTENT = "content"


@dataclass(frozen=True)
class Acknowledge:
    """Note that a moderator has seen it."""

    letter: ClassVar[str] = "A"
    subject: Subject


@dataclass(frozen=True)
class Questions:
    """Show moderators a page of the questions that people sent."""

    letter: ClassVar[str] = "Q"
    page: int


@dataclass(frozen=True)
class DropQuestion:
    """Delete one of these questions, and show the page anew."""

    letter: ClassVar[str] = "X"
    question: int
    page: int


@dataclass(frozen=True)
class Join:
    """Take out a queue ticket, one thing told after the other; 0 is what is not told yet.

    `joined` is when, in quarters of an hour since 1970, `place` where (`handlers.tickets`), `may` whether we
    may ask for news (1) or not (2).
    """

    letter: ClassVar[str] = "G"
    crossing: str
    mode: Mode
    joined: int
    place: int
    may: int


@dataclass(frozen=True)
class JoinAnew:
    """Take out a queue ticket in place of the one that there is."""

    letter: ClassVar[str] = "H"
    crossing: str
    mode: Mode


@dataclass(frozen=True)
class AskAhead:
    """Let the person type how many are ahead of them, for a ticket that is being taken out."""

    letter: ClassVar[str] = "L"
    crossing: str
    mode: Mode
    joined: int


class Deed(StrEnum):
    """What the holder of a ticket does with it."""

    SHOW = "show"
    THROUGH = "through"  # asks when
    THROUGH_AT = "through at"  # a minute since 1970; 0 is now
    MOVE = "move"  # asks where to
    MOVED = "moved"  # to a place
    TYPE = "type"  # lets them type how many are ahead
    WAITING = "waiting"
    BARRED = "barred"
    END = "end"


@dataclass(frozen=True)
class OnTicket:
    """Do something with a ticket; whose number nobody else knows."""

    letter: ClassVar[str] = "O"
    ticket: int
    deed: Deed
    value: int


@dataclass(frozen=True)
class Moderate:
    """Show moderators what stands out at a crossing, a page of it; here and below: who is none is refused."""

    letter: ClassVar[str] = "B"
    crossing: str
    page: int


@dataclass(frozen=True)
class Hide:
    """Hide (1) a group of reports, or show it again (0); the group is told by its own fields.

    `claim` is the code of what they say, `since` a number of steps of 15 minutes since 1970, and `steps` how
    many of those the group lasts (`bot.crossings.standing_out`).
    """

    letter: ClassVar[str] = "1"
    crossing: str
    mode: Mode
    claim: str
    since: int
    steps: int
    hidden: int


@dataclass(frozen=True)
class HoldNumber:
    """Hold the number of a mode as it is for so many hours; 0 lets go of it."""

    letter: ClassVar[str] = "2"
    crossing: str
    mode: Mode
    hours: int


@dataclass(frozen=True)
class AskNotice:
    """Ask for an official notice to be typed."""

    letter: ClassVar[str] = "3"
    crossing: str


@dataclass(frozen=True)
class PostNotice:
    """Post the notice that the tapped message answers; `mark` tells whether it is still what was shown."""

    letter: ClassVar[str] = "4"
    crossing: str
    mark: int


@dataclass(frozen=True)
class DropNotice:
    """Take a notice off the card."""

    letter: ClassVar[str] = "5"
    crossing: str
    notice: int


@dataclass(frozen=True)
class Undo:
    """Undo what a line of the audit tells, and show the page anew."""

    letter: ClassVar[str] = "6"
    line: int
    page: int


@dataclass(frozen=True)
class Audit:
    """Show moderators a page of what they did."""

    letter: ClassVar[str] = "7"
    page: int


@dataclass(frozen=True)
class Accuracy:
    """Show how good our numbers were, a page of it."""

    letter: ClassVar[str] = "8"
    page: int


@dataclass(frozen=True)
class Chart:
    """Send the picture of a crossing's queue."""

    letter: ClassVar[str] = "P"
    crossing: str
    mode: Mode


@dataclass(frozen=True)
class Snooze:
    """Tell nothing of a crossing for so many hours; 0 is until the morning."""

    letter: ClassVar[str] = "S"
    crossing: str
    hours: int


@dataclass(frozen=True)
class DropRule:
    """Tell no more of this topic at a crossing; `topic` is its number (`bot.alerts.topics`)."""

    letter: ClassVar[str] = "R"
    crossing: str
    mode: Mode
    topic: int


@dataclass(frozen=True)
class AlertsOf:
    """Show what the chat wants to be told of a crossing, and change it."""

    letter: ClassVar[str] = "U"
    crossing: str


@dataclass(frozen=True)
class Renew:
    """Let what the chat wants to be told of a crossing last for another fortnight."""

    letter: ClassVar[str] = "W"
    crossing: str


@dataclass(frozen=True)
class Alerts:
    """Show of which crossings the chat wants to be told."""

    letter: ClassVar[str] = "al"


@dataclass(frozen=True)
class AlertMe:
    """Offer what one can be told of a crossing, with what most want first."""

    letter: ClassVar[str] = "am"
    crossing: str
    mode: Mode


@dataclass(frozen=True)
class Follow:
    """Be told what most want: `parts` is a sum of `screens.alerts.Part`, `limit` the number of a topic."""

    letter: ClassVar[str] = "af"
    crossing: str
    mode: Mode
    parts: int
    limit: int


@dataclass(frozen=True)
class AlertKinds:
    """Offer everything that one can be told of a crossing."""

    letter: ClassVar[str] = "ak"
    crossing: str
    mode: Mode


@dataclass(frozen=True)
class AlertLimits:
    """Ask for the limit of a kind of topic (`what` is its place); of `go`, first how long the way is: 0."""

    letter: ClassVar[str] = "ai"
    crossing: str
    mode: Mode
    what: int
    travel: int


@dataclass(frozen=True)
class SetRule:
    """Be told of a topic at a crossing (1), or no more (0)."""

    letter: ClassVar[str] = "as"
    crossing: str
    mode: Mode
    topic: int
    on: int


@dataclass(frozen=True)
class EndAlerts:
    """Be told nothing more of a crossing."""

    letter: ClassVar[str] = "ae"
    crossing: str


@dataclass(frozen=True)
class Pause:
    """Be told nothing for the time being (1), or again (0), of a crossing; of all without one."""

    letter: ClassVar[str] = "ap"
    crossing: str
    on: int


@dataclass(frozen=True)
class AskQuiet:
    """Ask for quiet hours: from when, or if that is told (else 24) until when."""

    letter: ClassVar[str] = "aq"
    start: int


@dataclass(frozen=True)
class SetQuiet:
    """Be left alone from an hour to another, every day; the same hour twice is never."""

    letter: ClassVar[str] = "aw"
    start: int
    end: int


@dataclass(frozen=True)
class SetPass:
    """Let what is urgent through quiet hours (1), or not (0)."""

    letter: ClassVar[str] = "au"
    on: int


@dataclass(frozen=True)
class Zones:
    """Offer the time zones in which quiet hours can be told."""

    letter: ClassVar[str] = "az"


@dataclass(frozen=True)
class SetZone:
    """Tell quiet hours in one of these time zones, by its place."""

    letter: ClassVar[str] = "at"
    zone: int


@dataclass(frozen=True)
class AskDigest:
    """Ask at which hour to tell a crossing's card every day."""

    letter: ClassVar[str] = "ad"
    crossing: str


@dataclass(frozen=True)
class SetDigest:
    """Be told it at an hour; 24 is never."""

    letter: ClassVar[str] = "ah"
    crossing: str
    hour: int


Button = (
    Menu
    | Route
    | Show
    | Change
    | Explain
    | Keep
    | Anew
    | Doubt
    | Vote
    | Card
    | Nearby
    | About
    | Answers
    | Country
    | Countries
    | Locate
    | Ask
    | AskValue
    | AskNumber
    | SendWait
    | SendEvent
    | Confirm
    | SendNumber
    | TakeBack
    | SetLanguage
    | Privacy
    | SetVanish
    | SetDiscreet
    | AskStop
    | ForgetStop
    | Wipe
    | WipeNow
    | MyData
    | Erase
    | NoneOfThese
    | SendQuestion
    | Acknowledge
    | Questions
    | DropQuestion
    | Join
    | JoinAnew
    | AskAhead
    | OnTicket
    | Moderate
    | Hide
    | HoldNumber
    | AskNotice
    | PostNotice
    | DropNotice
    | Undo
    | Audit
    | Accuracy
    | Chart
    | Snooze
    | DropRule
    | AlertsOf
    | Renew
    | Alerts
    | AlertMe
    | Follow
    | AlertKinds
    | AlertLimits
    | SetRule
    | EndAlerts
    | Pause
    | AskQuiet
    | SetQuiet
    | SetPass
    | Zones
    | SetZone
    | AskDigest
    | SetDigest
)

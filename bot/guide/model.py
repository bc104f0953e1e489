"""What the guide is made of, once loaded and checked; nothing here does I/O."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

Facts = Mapping[str, str]
"""What a person has answered so far: fact id → value id, in the order of the answers."""

START = "start"
"""The flow that asks the first question."""

FUNCTIONS = frozenset({"@crossings", "@nearest"})
"""What a rule can lead to besides answers and flows: the crossings of a country, a request for a location."""

REPAIR = "@repair"
"""Where a rule leads whose answer could not be read: "being repaired", never a neighbour's answer."""

QUEUE, STATUS = "queue-status", "crossing-status"
"""What a question about a crossing leads to: how long the queue is there, whether it is open."""

NOTHING = "none"
"""What a text leads to that is about nothing of this."""

BESIDE = frozenset({QUEUE, STATUS, NOTHING})
"""What a text can lead to besides answers."""

URGENT, REFUSAL = "urgent-human", "refuse-illegal"
"""Answers that the bot shows by itself, whatever the flows say."""

HELP_NOW, MENU = "urgent", "start"
"""What words alone can ask for: urgent help, and the first question; see `Spoken.alone`."""

COUNTRY = "country"
"""The fact that decides which notices concern a person."""


class Language(StrEnum):
    """A language that we answer in."""

    RU = "ru"
    EN = "en"


class Risk(StrEnum):
    """How much harm an outdated text can do; decides how often it must be checked."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"

    @property
    def period_days(self) -> int:
        """How many days after its check a text counts as fresh."""
        return {"high": 30, "normal": 90, "low": 365}[self.value]


@dataclass(frozen=True)
class Bilingual:
    """The same words in both languages."""

    ru: str
    en: str

    def __getitem__(self, language: Language) -> str:
        return self.ru if language is Language.RU else self.en


@dataclass(frozen=True)
class Value:
    """A possible answer to a question; `code` is its one character in a button."""

    id: str
    code: str
    label: Bilingual


@dataclass(frozen=True)
class Fact:
    """Something a person can tell us by a button; `code` is its one character in a button."""

    id: str
    code: str
    ask: Bilingual
    short: Bilingual
    values: tuple[Value, ...]

    def value(self, id: str) -> Value:
        """Return the value with this id; KeyError if there is none."""
        for value in self.values:
            if value.id == id:
                return value
        raise KeyError(id)


@dataclass(frozen=True)
class Rule:
    """`when` these facts have one of these values, go `to` an answer, a flow or one of `FUNCTIONS`."""

    when: Mapping[str, tuple[str, ...]]
    to: str


@dataclass(frozen=True)
class Flow:
    """One question and where its answers lead."""

    id: str
    ask: str
    only: tuple[str, ...]  # the values offered; all of the fact's where the file says nothing
    intro: Bilingual | None
    lead: str | None  # an answer offered before all others
    next: tuple[Rule, ...]


@dataclass(frozen=True)
class Source:
    """Where a statement comes from: `published` as written there (YYYY[-MM[-DD]]), `checked` by us."""

    id: str
    url: str | None
    title: str
    published: str | None
    checked: date
    mark: str  # H M L GK
    caution: bool  # Russian law calls the organisation undesirable or extremist: name without link


@dataclass(frozen=True)
class Contact:
    """Somebody who helps; `dialled` is when a person of ours last tried the contact."""

    name: str
    what: Bilingual
    languages: str
    reach: str | None
    dialled: date | None
    caution: bool
    source: str | None = None  # the id of the source that names this contact


@dataclass(frozen=True)
class Number:
    """A number that recurs, such as `kz.stay_days`; `unit` is for editors, the text writes its own words."""

    id: str
    value: str
    source: Source
    unit: str = ""


VISA_STATES = ("free", "on-arrival", "permit", "visa", "unconfirmed")
"""How a country lets in holders of a Russian foreign passport; `permit` is one asked for before the trip."""


@dataclass(frozen=True)
class Visa:
    """Whether a country wants a visa, for how many `days` one may stay without, and a few words on that."""

    state: str
    days: int | None
    note: Bilingual | None
    source: Source


@dataclass(frozen=True)
class Country:
    """What is known of a country besides its answers."""

    id: str
    name: Bilingual | None
    visa: Visa | None
    numbers: Mapping[str, Number]


@dataclass(frozen=True)
class Term:
    """A word that a reader may not know: the `forms` in which it stands in texts, and what it means.

    `title` is a button's label, `text` a pop-up; `answer` says more.
    """

    id: str
    forms: Mapping[Language, tuple[str, ...]]
    title: Bilingual
    text: Bilingual
    answer: str | None


@dataclass(frozen=True)
class Span:
    """A run of text with one style; `cite` names a source, `link` an address, `number` what `text` is."""

    text: str
    bold: bool = False
    italic: bool = False
    link: str | None = None
    cite: str | None = None
    number: str | None = None


@dataclass(frozen=True)
class Block:
    """A paragraph or list item; shown only `when` the facts fit, marked where `unconfirmed`.

    In place of one with `visa`, and no spans, stand the countries of that state. `line` is where it begins
    in its file.
    """

    spans: tuple[Span, ...]
    item: bool = False
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unconfirmed: bool = False
    visa: str | None = None
    line: int = field(default=0, compare=False)

    @property
    def text(self) -> str:
        """Its words, without marks."""
        return "".join(span.text for span in self.spans)

    @property
    def heading(self) -> bool:
        """Whether it is a bold line alone, and so the heading of what follows."""
        return not self.item and bool(self.spans) and all(span.bold for span in self.spans)


@dataclass(frozen=True)
class Answer:
    """A text of the guide in both languages, with what it rests on."""

    id: str
    topic: str
    title: Bilingual
    phrases: Mapping[Language, tuple[str, ...]]
    needs: tuple[str, ...]
    risk: Risk
    sources: tuple[Source, ...]
    see: tuple[str, ...]
    body: Mapping[Language, tuple[Block, ...]]
    contacts: tuple[Contact, ...] = ()
    route: bool = False
    offers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For a need of which not all values make sense here, those that do."""
    owner: str = ""
    """Who keeps it, as the editors call each other; for editors alone."""

    @property
    def checked(self) -> date:
        """The oldest date at which a source of this answer was checked."""
        return min(source.checked for source in self.sources)

    def offered(self, need: Fact, value: str | None) -> bool:
        """Tell whether a value of a fact that it needs makes sense here."""
        return value in self.offers.get(need.id, tuple(each.id for each in need.values))

    @property
    def conditions(self) -> tuple[str, ...]:
        """The facts that its text depends on: those it needs, then those it uses where they are known."""
        used = (fact for blocks in self.body.values() for block in blocks for fact in block.when)
        return tuple(dict.fromkeys((*self.needs, *used)))


@dataclass(frozen=True)
class Notice:
    """Something that holds between two dates in some countries or at some crossings."""

    id: str
    first: date
    until: date
    where: tuple[str, ...]
    level: str  # info warning danger
    text: Bilingual
    source: Source


@dataclass(frozen=True)
class Matter:
    """Something that comes before answers: which `route` it takes, where it goes `to`, how it is said."""

    route: str  # urgent refuse crossing none
    to: str
    cues: tuple[str, ...]
    phrases: Mapping[Language, tuple[str, ...]]


@dataclass(frozen=True)
class Spoken:
    """How people say things, for the search; `bot.guide.spoken` tells what a cue is.

    `fillers` are words that say nothing, `little` ones too common to be looked for, `ordinary` ones that are
    no slips of others; `alone` has, by the page that they open, phrases of people who say nothing else;
    `same` has cues by what they call, `places` by country, `facts` by fact and value.
    """

    fillers: frozenset[str] = frozenset()
    little: frozenset[str] = frozenset()
    ordinary: frozenset[str] = frozenset()
    alone: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    same: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    places: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    facts: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    matters: tuple[Matter, ...] = ()

    def countries(self) -> Mapping[str, tuple[str, ...]]:
        """Return by country what it is called, and its towns: the cues of places that are a whole word."""
        return {
            place: tuple(cue for cue in cues if cue.isalpha() and cue.casefold() not in self.ordinary)
            for place, cues in self.places.items()
        }

    def cues(self) -> Iterator[str]:
        """Return every cue."""
        for cues in (*self.same.values(), *self.places.values(), *(matter.cues for matter in self.matters)):
            yield from cues
        for values in self.facts.values():
            for cues in values.values():
                yield from cues


@dataclass(frozen=True)
class Guide:
    """All of it, cross-checked: every id that is named exists.

    `broken` are answers and flows whose files could not be read; rules that led to them lead to `REPAIR`.
    """

    facts: Mapping[str, Fact]
    flows: Mapping[str, Flow]
    answers: Mapping[str, Answer]
    notices: Mapping[str, Notice]
    numbers: Mapping[str, Number]
    redirects: Mapping[str, str]
    broken: frozenset[str] = frozenset()
    countries: Mapping[str, Country] = field(default_factory=dict)
    glossary: Mapping[str, Term] = field(default_factory=dict)
    spoken: Spoken = Spoken()

"""What can be wrong with the content: a code for each mistake, explained in docs/EDITING.md.

Codes of the guide begin with G, codes of the crossings with C. Below 112, where it is about reading a file,
the same number means the same in both.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Level(StrEnum):
    """Whether a problem stops a release."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, order=True)
class Problem:
    """A mistake in a content file, and what to do; `path` is relative to the content folder's parent."""

    path: str
    line: int
    code: str
    text: str

    @property
    def level(self) -> Level:
        """Whether it stops a release."""
        return CODES[self.code]

    def __str__(self) -> str:
        mark = "warning: " if self.level is Level.WARNING else ""
        return f"{self.path}:{self.line}: {self.code} {mark}{self.text}"


def any_error(problems: Iterable[Problem]) -> bool:
    """Tell whether one of the problems stops a release."""
    return any(problem.level is Level.ERROR for problem in problems)


UNREADABLE = "101"
NOT_YAML = "102"
UNKNOWN_KEY = "103"
MISSING_KEY = "104"
WRONG_KIND = "105"
EMPTY = "106"
KEY_TWICE = "107"
BAD_ID = "108"
BAD_DATE = "109"
NOT_ALLOWED = "110"
TWICE = "111"
_READING = (
    UNREADABLE, NOT_YAML, UNKNOWN_KEY, MISSING_KEY, WRONG_KIND, EMPTY, KEY_TWICE, BAD_ID, BAD_DATE,
    NOT_ALLOWED, TWICE,
)  # fmt: skip

_ERRORS = (
    *(f"{letter}{number}" for letter in "GC" for number in _READING),
    "G112",  # an answer's parts: front matter, # ru
    "G113",  # a file that does not belong here
    "G114",  # not a cue
    # names of things that do not exist
    "G201",  # fact
    "G202",  # value
    "G203",  # target of a rule
    "G204",  # answer
    "G205",  # source
    "G206",  # number
    "G207",  # place of a notice
    "G208",  # redirect
    # ways
    "G301",  # no first question
    "G302",  # dead end
    "G303",  # cycle
    "G304",  # unreachable answer
    "G305",  # unreachable flow
    "G307",  # a fact asked again without its value
    "G309",  # an answer that the bot itself shows is missing
    # sources and dates
    "G401",  # no source
    "G402",  # source never cited
    "G403",  # source never checked
    "G404",  # link to a source that must not be linked
    "G405",  # link to something that is not a source
    "G406",  # weak source stated as certain
    "G407",  # expired notice
    "G408",  # notice ends before it begins
    "G410",  # number without source
    "G411",  # date in the future
    "G415",  # one source for an answer of high risk
    "G413",  # phone, handle or address outside of contacts and sources
    # translation
    "G501",  # text changed since it was signed
    "G502",  # English is of another Russian text
    "G503",  # no English
    "G504",  # Russian and English differ in sources, numbers or conditions
    # text
    "G601",  # forbidden markup
    "G602",  # ::: block
    "G606",  # no bold first sentence
    # Telegram's limits
    "G701",  # message too long
    "G702",  # button data too long
    "G703",  # too many questions before an answer
    "G704",  # pop-up too long
    # journeys
    "G801",  # a journey ends elsewhere
    "G802",  # something is not said there
    "G803",  # something is said there that must not be
    # questions in words
    "G901",  # a kind of questions is answered worse than it was
    # crossings
    "C112",  # not one crossing
    "C113",  # a country in another's file
    "C204",  # no such answer
    "C208",  # no such crossing
    "C209",  # the same landmark twice
    "C411",  # date in the future
)
_WARNINGS = (
    "G306",  # rule never used
    "G308",  # need never used
    "G409",  # number never used
    "G412",  # check overdue
    "G414",  # term never used
    "G603",  # spacing
    "G604",  # phrase in two answers
    "G605",  # no phrases
    "G607",  # a long text
    "G608",  # a long sentence
    "G609",  # hard to read
)

CODES: Mapping[str, Level] = MappingProxyType(
    dict.fromkeys(_ERRORS, Level.ERROR) | dict.fromkeys(_WARNINGS, Level.WARNING)
)

"""How wording is looked for in messages: small patterns, and which spelling a message is read in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.crossings.amounts import scale_of
from bot.crossings.spelling import other_layouts, plain


class Wording:
    """Whole words to be looked for in `plain` text; `wording` tells how they are written.

    Their regular expression is compiled when it is first used: for all of them a start would wait 0.1 s.
    """

    def __init__(self, *written: str) -> None:
        self._written = written

    @cached_property
    def pattern(self) -> str:
        """The regular expression, as text."""
        text = plain("|".join(self._written))
        for sign, means in _SIGNS:
            text = text.replace(sign, means)
        return rf"(?<![\w-])(?:{text})(?!\w)(?!-(?:то|нибуд|либо)(?!\w))"

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern)

    def search(self, text: str) -> re.Match[str] | None:
        """Find them anywhere."""
        return self._compiled.search(text)

    def match(self, text: str) -> re.Match[str] | None:
        """Find them at the beginning."""
        return self._compiled.match(text)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """Find them if there is nothing else."""
        return self._compiled.fullmatch(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Find them everywhere, one after the other."""
        return self._compiled.finditer(text)

    def count(self, text: str) -> int:
        """Return how often they are there."""
        return sum(1 for _ in self.finditer(text))

    def sub(self, by: str, text: str) -> str:
        """Replace them."""
        return self._compiled.sub(by, text)


_SIGNS = ((" ?", r"\W*"), (" … ", r"\W+(?:[\w-]+\W+){0,5}?"), (" ", r"\W+"), ("*", r"[\w-]*"))


def wording(*written: str) -> Wording:
    """Return what looks for whole words in `plain` text.

    Alternatives stand apart by `|`; `*` is any ending, a space is what stands between two words (` ?` also
    nothing), `…` is up to five words between. Else it is a regular expression: `(про|вы)?пуска* … пеш*`.
    """
    return Wording(*written)


@dataclass(frozen=True)
class Reading:
    """A message as meant: `written` for names of crossings, `plain` for all else."""

    written: str
    plain: str


def read(text: str) -> Reading:
    """Return the reading of a text with the most words we know: as it is, from Latin, in the other layout.

    On a tie the text stays as it is.
    """
    readings = [Reading(text, plain(text))]
    if not _CYRILLIC.search(text):
        readings.append(Reading(text, _from_latin(plain(text))))
    readings += [Reading(other, plain(other)) for other in other_layouts(text.rstrip(".,"))]
    best = max(readings, key=lambda reading: _KNOWN.count(reading.plain))
    return Reading(best.written, _mended(best.plain))


def known(word: str) -> bool:
    """Tell whether a word, as `plain` writes it, is common in reports, and so no name."""
    return bool(_KNOWN.fullmatch(word))


_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_KNOWN = wording(
    "очеред*|сто(им|ю|ит|ят|яли|ять)|ждем|ждали|ждать|машин*|легков*|фур|грузов*|час|часа|часов|минут*",
    "сутки|суток",
    "прош(ли|ел|ла)|проехал*|закры*|откры*|пуст*|никого|человек*|людей|пеш*|границ*|сколько|сейчас",
    "сегодня|вчера",
    "завтра|уже|через|нет|как|что|кто|на|не|за|от|из|перед|шлагбаум*|нейтрал*|палк*|таможн*|движ*|пробк*",
    "пускают",
    "пропускают|кпп|привет|спасибо|ли|можно|граждан*|драк*|повестк*|лавин*|бензин*|свободно|метр*|впереди|км",
    "the|queue|line|hours?|minutes?|waiting|waited|crossed|at|is|in|by|car|cars|on|foot|people|now|still",
    "just|border",
    "closed|open|reopened|today|yesterday|long|no|not|are|we|from|to|for|took|and|of|it|how|does|any",
    "anyone|there",
    "nobody|empty|trucks?|bus|ahead|stuck|standing|about|with|they|so|far|through",
)

# One after the other: what two or more letters write comes before the letters.
_LATIN = tuple(
    (re.compile(latin), plain(cyrillic))
    for latin, cyrillic in (
        ("shch|sch|sh|w(?=[ae]l)", "ш"),
        ("zh", "ж"),
        ("kh", "х"),
        ("tch|ch", "ч"),
        ("ts|tz", "ц"),
        ("[jyi]u", "ю"),
        ("[jyi]a", "я"),
        ("[jy][eo]", "е"),
        *zip("abvgdezijklmnoprstufhcxyqw", "абвгдезийклмнопрстуфхцхыкв", strict=True),
    )
)


def _from_latin(text: str) -> str:
    for latin, cyrillic in _LATIN:
        text = latin.sub(cyrillic, text)
    return text


# Right behind a number little else is likely: `5 чсов`, `200 машн`.
_UNITS = plain("часов часа машин машины минут минуты человек").split()
_BEHIND_NUMBER = re.compile(r"(?<=\d)(\s*)([^\W\d_]{3,8})(?!\w)")
# Words by which a report is known: one slip in them is forgiven, unless it makes a word of its own.
_OFTEN = plain(
    "очередь очереди прошли проехали машины человек закрыли закрыто закрыта открыли пускают пропускают "
    "шлагбаум шлагбаума шлагбаумом нейтралка нейтралке границе границы таможня таможне пешком пешеходов "
    "двигается движется свободно впереди грузовых легковых развернули повестки"
).split()
_OWN = frozenset(plain("пришли пошли вошли поехали приехали доехали съехали вскрыли накрыли укрыли").split())
_LONG = re.compile(r"[^\W\d_]{6,}")


def _mended(text: str) -> str:
    return _LONG.sub(_right, _BEHIND_NUMBER.sub(_right_unit, text))


def _right_unit(found: re.Match[str]) -> str:
    if scale_of(found[2]):
        return found[0]
    meant = process.extractOne(found[2], _UNITS, scorer=OSA.distance, score_cutoff=1)
    return found[1] + (meant[0] if meant else found[2])


def _right(word: re.Match[str]) -> str:
    if word[0] in _OWN or _KNOWN.fullmatch(word[0]):
        return word[0]
    meant = process.extractOne(word[0], _OFTEN, scorer=OSA.distance, score_cutoff=1)
    return word[0] if meant is None or _ending_only(word[0], meant[0]) else meant[0]


def _ending_only(word: str, other: str) -> bool:
    shorter = min(len(word), len(other))
    return word[: shorter - 1] == other[: shorter - 1]

"""How people say things, as the editors' words.yaml tells it: cues, synonyms, places, fillers.

A *cue* is a few words that must all stand near each other, in any order: `сдать|отдать загран*`. `|` parts
words of which one is enough, `*` stands for any ending, a word after `-` must not stand anywhere in the text.
Other words match in all their cases: what is compared is the stem.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

NEAR = 8
"""Within so many words all the words of a cue stand."""

_SHORTEST_BEGINNING = 2
_WORDS = r"\w+(?:-\w+)*\*?"
_PART = re.compile(rf"-?{_WORDS}(?:\|{_WORDS})*")
_WORD = re.compile(r"flag-[a-z]{2}|[^\W_]+(?:-[^\W_]+)*")
_LETTERS = str.maketrans({"ё": "е", "'": "", "’": "", "\u0301": ""})
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")


def words(text: str) -> list[str]:
    """Return the words of a text in small letters, without accents; ё is е, and a flag is `flag-kz`."""
    named = _FLAG.sub(_flag, text)
    return _WORD.findall(_plain(unicodedata.normalize("NFKC", named)))


def _plain(text: str) -> str:
    """Return a text in small letters, with е for ё, and `dont` for `don't`."""
    return text.casefold().translate(_LETTERS)


def _flag(found: re.Match[str]) -> str:
    return " flag-" + "".join(chr(ord(letter) - 0x1F1E6 + ord("a")) for letter in found[0]) + " "


def is_cue(cue: str) -> bool:
    """Tell whether a cue is written as it should be, and needs a word to be there."""
    parts = _plain(cue).split()
    return bool(parts) and all(_PART.fullmatch(part) for part in parts) and parts[0][0] != "-"


_T = TypeVar("_T")


class Cues(Generic[_T]):
    """Many cues, each meaning something; tells which of them a text has."""

    def __init__(self, cues: Iterable[tuple[str, _T]], stem: Callable[[str], str]) -> None:
        self._meanings: list[_T] = []
        self._needed: list[int] = []
        self._whole: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._beginnings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._longest = 0
        for number, (cue, meaning) in enumerate(cues):
            self._meanings.append(meaning)
            needed = 0
            for part in _plain(cue).split():
                place = -1 if part[0] == "-" else needed
                needed += part[0] != "-"
                for word in part.lstrip("-").split("|"):
                    if word[-1] == "*":
                        self._beginnings[word[:-1]].append((number, place))
                        self._longest = max(self._longest, len(word) - 1)
                    else:
                        self._whole[stem(word)].append((number, place))
            self._needed.append(needed)

    def met(self, stems: Sequence[str], written: Sequence[str]) -> dict[int, tuple[int, int]]:
        """Return the numbers of the cues that a text has, each with the first and last of its words."""
        met: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for at, (stem, word) in enumerate(zip(stems, written, strict=True)):
            found = list(self._whole.get(stem, ()))
            for length in range(_SHORTEST_BEGINNING, min(len(word), self._longest) + 1):
                found += self._beginnings.get(word[:length], ())
            for number, place in found:
                met[number][place].append(at)
        spans = {}
        for number, places in met.items():
            if -1 not in places and len(places) == self._needed[number]:
                span = _together(list(places.values()))
                if span is not None:
                    spans[number] = span
        return spans

    def meaning(self, number: int) -> _T:
        """Return what a cue means."""
        return self._meanings[number]

    def meant(self, stems: Sequence[str], written: Sequence[str]) -> list[_T]:
        """Return what the cues that a text has mean, each once, in the order of the cues."""
        return list(dict.fromkeys(self._meanings[number] for number in sorted(self.met(stems, written))))


def _together(places: list[list[int]]) -> tuple[int, int] | None:
    """Return the first and last word of a cue, each part of which is at one of its places; None if apart."""
    if len(places) == 1:
        return places[0][0], places[0][0]
    for start in sorted({at for part in places for at in part}):
        nearest = [next((at for at in part if start <= at <= start + NEAR), None) for part in places]
        if None not in nearest:
            there = [at for at in nearest if at is not None]
            if len(set(there)) == len(there):  # one word is not two parts of a cue
                return start, max(there)
    return None

"""Mends how a question was typed: the wrong keyboard layout, Russian in Latin letters, slips of the fingers.

Which reading of a text is meant is told by how probable its letters are, three at a time, in what the guide
says in either language: no list of words is needed to see that `ghbdtn` is nothing in English.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.crossings.spelling import one_alphabet, other_layouts, skeleton
from bot.guide.spoken import words

_LATIN, _CYRILLIC = re.compile("[A-Za-z]"), re.compile("[А-Яа-яЁё]")
# Of the digits' row, what stands in a Russian question.
_SHIFTED = str.maketrans({"&": "?", "/": ".", "?": ",", "^": ":", "$": ";"})
_UNSHIFTED = str.maketrans({",": "?"})

# One after the other: the longer first.
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("shch|sch", "щ"), ("zh", "ж"), ("kh|x", "х"), ("ts", "ц"), ("ch|4", "ч"), ("sh|6", "ш"),
        ("[yj]u", "ю"), ("[yj]a", "я"), ("[yj][oe]", "е"), ("ia(?![a-z])", "ия"), ("i[yj](?![a-z])", "ий"),
        ("[yj]y(?![a-z])", "ый"), ("(?<=[aeiouyаеиоуыэюя])[yj]", "й"), ("^e", "э"), ("c(?=[eiy])", "ц"),
    )
)  # fmt: skip
_LETTERS = str.maketrans("abvgdezijklmnoprstufhcqwy'", "абвгдезийклмнопрстуфхкквыь")

_SHORTEST_SLIP, _LONGEST = 5, 30  # letters of a word in which slips are looked for
_LONG = 8  # letters; in a longer word two slips still leave little doubt
_PLAUSIBLE = -2.6
"""The logarithm of the probability of a letter from which a short unknown word may be a word, and no slip."""
_COMMON = 15
"""So often a word stands in the guide that even what may be another word is a slip of it."""


class Repair:
    """Knows the words of texts, in both languages."""

    def __init__(
        self,
        texts: Iterable[Iterable[str]],
        weighty: Iterable[Iterable[str]],
        stem: Callable[[str], str],
    ) -> None:
        """Make it; `texts` are the words of each, and `weighty` those of texts that are worth guessing."""
        self._stem = stem
        self._count = Counter(word for text in texts for word in text)
        russian = {word: count for word, count in self._count.items() if _CYRILLIC.search(word)}
        english = {word: count for word, count in self._count.items() if _LATIN.search(word)}
        self._russian, self._english = _Letters(russian), _Letters(english)
        self._stems = {stem(word) for word in self._count}
        self._bones: dict[str, list[str]] = defaultdict(list)
        for word in russian:
            self._bones[skeleton(word)].append(word)
        by_length: dict[int, set[str]] = defaultdict(set)
        for text in weighty:
            for word in text:
                if len(word) >= _SHORTEST_SLIP and word.isalpha():
                    by_length[len(word)].add(word)
        self._near = {
            length: sorted(set().union(*(by_length[near] for near in range(length - 2, length + 3))))
            for length in range(_SHORTEST_SLIP, _LONGEST + 1)
        }

    def mend(self, text: str) -> str:
        """Return the text in the letters that were meant."""
        text = one_alphabet(text)
        latin, cyrillic = len(_LATIN.findall(text)), len(_CYRILLIC.findall(text))
        if latin > cyrillic:
            readings = [text, self._from_latin(text), _layout(text, _LATIN)]
        elif cyrillic:
            readings = [text, _layout(text, _CYRILLIC)]
        else:
            return text
        # What was typed as it stands is what was meant unless another reading is clearly better.
        scores = [self._likely(reading) - (0.35 if at else 0) for at, reading in enumerate(readings)]
        return readings[scores.index(max(scores))]

    def slips(self, written: list[str]) -> list[str]:
        """Return words with slips of the fingers mended, where a word of the guide is near."""
        return [self._slip(word) for word in written]

    def _slip(self, word: str) -> str:
        if not word.isalpha() or word in self._count or self._stem(word) in self._stems:
            return word
        same = self._bones.get(skeleton(word)) if _CYRILLIC.match(word) else None
        if same:
            return self._best(word, same)
        if not _SHORTEST_SLIP <= len(word) <= _LONGEST:
            return word
        most = 1 if len(word) < _LONG else 2
        near = process.extract(word, self._near[len(word)], scorer=OSA.distance, score_cutoff=most, limit=8)
        if not near:
            return word
        least = min(distance for _, distance, _ in near)
        best = self._best(word, [candidate for candidate, distance, _ in near if distance == least])
        letters = self._russian if _CYRILLIC.match(word) else self._english
        plausible = len(word) < _LONG and letters.likely(word) / (len(word) + 1) > _PLAUSIBLE
        return word if plausible and self._count[best] < _COMMON else best

    def _best(self, word: str, candidates: list[str]) -> str:
        return min(
            candidates, key=lambda one: (OSA.distance(word, one), one[0] != word[0], -self._count[one], one)
        )

    def _from_latin(self, text: str) -> str:
        return re.sub(r"[A-Za-z']+[A-Za-z46']*", lambda found: self._cyrillic(found[0].lower()), text)

    def _cyrillic(self, word: str) -> str:
        spelled = word
        for pattern, sound in _SOUNDS:
            spelled = pattern.sub(sound, spelled)
        spelled = spelled.translate(_LETTERS)
        same = self._bones.get(skeleton(word.replace("'", "")))
        if spelled in self._count or not same:
            return spelled
        return min(same, key=lambda one: (OSA.distance(spelled, one), -self._count[one], one))

    def _likely(self, text: str) -> float:
        """Return how probable a text is, per letter, in the language of its words."""
        total, letters = 0.0, 0
        for word in words(text):
            language = self._russian if _CYRILLIC.search(word) else self._english
            total += language.likely(word)
            letters += len(word) + 1
        stray = len(re.findall(r"[\[\];{}<>~`]|(?<=\w)[,.](?=[A-Za-z])", text))
        return (total - 6 * stray) / (letters + stray) if letters else -99.0


class _Letters:
    """How probable words are, by their letters three at a time."""

    def __init__(self, counted: Mapping[str, int]) -> None:
        triples: dict[str, float] = defaultdict(float)
        pairs: dict[str, float] = defaultdict(float)
        for word, count in counted.items():
            weight = 1 + math.log(count)
            for at in range(len(padded := f"^^{word}$") - 2):
                triples[padded[at : at + 3]] += weight
                pairs[padded[at : at + 2]] += weight
        self._triples, self._pairs = dict(triples), dict(pairs)
        self._words = counted

    def likely(self, word: str) -> float:
        """Return the logarithm of a word's probability."""
        padded = f"^^{word}$"
        total = sum(
            math.log(
                (self._triples.get(padded[at : at + 3], 0) + 0.05)
                / (self._pairs.get(padded[at : at + 2], 0) + 3)
            )
            for at in range(len(padded) - 2)
        )
        # A word that the guide has is more than its letters.
        return total / 2 if word in self._words else total


def _layout(text: str, letters: re.Pattern[str]) -> str:
    """Return what the same keys write in the other layout."""
    shifted = text.translate(_SHIFTED if letters is _LATIN else _UNSHIFTED)
    swapped = other_layouts(text)
    if letters is _LATIN:
        # `?` and `&` are keys of both: swapped after the letters, so that `.` (ю) is not taken for them.
        return swapped[0].translate(_SHIFTED) if swapped else shifted
    return swapped[-1]

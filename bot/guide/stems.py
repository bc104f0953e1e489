"""Stems of Russian and English words, by Snowball."""

import re
from collections.abc import Iterable

# Snowball leaves the present of verbs such as "уберёт, уберут" as it is.
_PRESENT = re.compile("(?<=....)(ет|ут|ешь|ем|ете)$")


class Stems:
    """Remembers the stems of the guide's own words; of what people write nothing is kept."""

    def __init__(self, texts: Iterable[Iterable[str]]) -> None:
        """Make it; `texts` are the words of each."""
        from Stemmer import Stemmer  # thirty languages; the search is made when a start is over

        nothing = 0  # words, that it would remember by itself
        self._russian, self._english = Stemmer("russian", nothing), Stemmer("english", nothing)
        self._known: dict[str, str] = {}
        for text in texts:
            for word in text:
                if word not in self._known:
                    self._known[word] = self._new(word)

    def __call__(self, word: str) -> str:
        """Return the stem of a word in small letters."""
        return self._known.get(word) or self._new(word)

    def _new(self, word: str) -> str:
        if word.isascii():
            return str(self._english.stemWord(word))
        return _PRESENT.sub("", str(self._russian.stemWord(word)))

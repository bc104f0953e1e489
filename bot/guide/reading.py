"""How easily a text is read."""

import re

from bot.guide.model import Language

SENTENCE_END = re.compile(r"[.!?;:](?:\s|$)")
_WORD = re.compile(r"[^\W\d_]+")
_SYLLABLES = re.compile(r"[аеёиоуыэюя]|[aeiouy]+", re.IGNORECASE)

_WEIGHTS = {Language.RU: (206.835, 1.3, 60.1), Language.EN: (206.835, 1.015, 84.6)}


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, and what colons and semicolons part in them."""
    return [part for part in SENTENCE_END.split(text) if part.strip()]


def ease(texts: list[str], language: Language) -> float:
    """Return the Flesch reading ease of paragraphs: 60 and more is plain, below 30 only scholars read.

    Source: Flesch, "A New Readability Yardstick" (1948); for Russian the weights of Oborneva (2006).
    """
    parts = [part for text in texts for part in sentences(text)]
    words = [word for part in parts for word in _WORD.findall(part)]
    if not words:
        return 100.0
    syllables = sum(max(1, len(_SYLLABLES.findall(word))) for word in words)
    most, of_sentences, of_words = _WEIGHTS[language]
    return most - of_sentences * len(words) / len(parts) - of_words * syllables / len(words)

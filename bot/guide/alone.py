"""What a text wants that says nothing else: `помогите`, `меню`, `привет`.

Such a word tells little inside a question (`помогите с ИНН`), so that it is a filler there; alone it is all
that somebody says. Which words these are is content, in words.yaml.
"""

from collections.abc import Sequence

from bot.crossings.spelling import other_layouts
from bot.guide.model import HELP_NOW, MENU, Spoken
from bot.guide.spoken import words

LONGEST = 8
"""Words; whoever writes more says something."""


class Alone:
    """Knows what texts of few words want."""

    def __init__(self, spoken: Spoken) -> None:
        said = [(to, frozenset(words(phrase))) for to, phrases in spoken.alone.items() for phrase in phrases]
        # `помогите` is a filler elsewhere; beside it `мне` still says nothing.
        self._empty = spoken.fillers - frozenset().union(*(phrase for _, phrase in said if len(phrase) == 1))
        self._phrases = [(to, phrase - self._empty) for to, phrase in said if phrase - self._empty]
        # Urgent help goes before all else that is said beside it.
        self._phrases.sort(key=lambda entry: entry[0] != HELP_NOW)

    def of(self, written: Sequence[str]) -> str | None:
        """Return the page that words alone ask for, the menu if they say nothing; None if they say more."""
        if not written or len(written) > LONGEST:
            return None
        said = frozenset(written) - self._empty
        if not said:
            return MENU
        met = [(to, phrase) for to, phrase in self._phrases if phrase <= said]
        return met[0][0] if frozenset[str]().union(*(phrase for _, phrase in met)) == said else None

    def typed(self, text: str) -> str | None:
        """Return the same of a text, in whichever keyboard layout it was typed."""
        readings = (self.of(words(reading)) for reading in (text, *other_layouts(text)))
        return next((page for page in readings if page is not None), None)

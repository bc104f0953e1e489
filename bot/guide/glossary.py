"""Terms that a reader may not know, where they occur."""

import re

from bot.guide.model import Answer, Facts, Guide, Language, Term
from bot.guide.render import fits

MOST = 4
"""So many terms of one answer are offered: who needs more of them needs another answer."""


def terms_in(guide: Guide, answer: Answer, facts: Facts, language: Language) -> tuple[Term, ...]:
    """Return the terms in what an answer shows for these facts, in the order in which a reader meets them.

    At most `MOST`; and none that this very answer explains.
    """
    text = "\n".join(block.text for block in answer.body[language] if fits(block, facts))
    found = []
    for term in guide.glossary.values():
        places = [place for form in term.forms[language] if (place := _place(form, text)) is not None]
        if places and term.answer != answer.id:
            found.append((min(places), term))
    return tuple(term for _, term in sorted(found, key=lambda pair: pair[0])[:MOST])


def occurs(form: str, text: str) -> bool:
    """Tell whether a form of a term stands in a text as a word of its own.

    An abbreviation, which is all capitals, in this very case; any other form may begin a sentence.
    """
    return _place(form, text) is not None


def _place(form: str, text: str) -> int | None:
    found = re.search(rf"(?<!\w){re.escape(form)}(?!\w)", text, 0 if form.isupper() else re.IGNORECASE)
    return found.start() if found else None

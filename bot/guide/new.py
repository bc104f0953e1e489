"""The file that a new answer begins as: whatever is to be filled in is a problem that the check tells."""

import re
from collections.abc import Collection
from difflib import get_close_matches

from bot.content.shape import AN_ID, ID

ANY = "any"
"""The topic of answers that are about no country."""


def topic_of(id: str, topic: str | None, topics: Collection[str]) -> str:
    """Return the topic of a new answer: the one asked for, or the one that its id begins with, or `any`.

    Raises ValueError for a topic that is not among `topics`.
    """
    if topic is None:
        begins = id.partition("-")[0]
        return begins if begins in topics else ANY
    if topic not in {*topics, ANY}:
        raise ValueError(f"there is no topic {topic}; there are {', '.join(sorted({*topics, ANY}))}")
    return topic


def refuse(id: str, taken: Collection[str]) -> None:
    """Raise ValueError that says why no new answer can have this id."""
    if not re.fullmatch(ID, id):
        raise ValueError(f"{id} is not {AN_ID}")
    if id in taken:
        raise ValueError(f"there is {id} already: an id stands for one thing for ever, so take another")


def no_answer(id: str, known: Collection[str]) -> str:
    """Return the words for an answer that there is not, with the nearest that there is."""
    near = get_close_matches(id, known, 1)
    return f"there is no answer {id}" + (f"; did you mean {near[0]}?" if near else "")


def template(id: str) -> str:
    """Return the file of a new answer."""
    return _TEMPLATE.replace("ID", id, 1)


_TEMPLATE = """\
---
id: ID
title: {ru: "", en: ""}     # what stands above it and on its button
phrases:                    # how people ask for this, in their own words; three or more
  ru: []
  en: []
risk:                       # how often to check it again: high (every 30 days), normal (90), low (365)
sources:
  - id: law                 # [^law] in the text cites it
    url: "https://…"        # or null, where there is no page
    title: ""               # who says so
    published: YYYY-MM-DD   # as it stands there; 2026 or 2026-11 will do, null for undated
    checked: YYYY-MM-DD     # the day on which you read it
    mark:                   # H: two sources or an official one; M: one decent; L: a weak one; GK: none found
see: []                     # ids of answers to read next: [kz-stay, kz-registration]
---
# ru
**{Что делать, одной фразой.}** [^law]

{Правило: кого оно касается, с какого дня.} [^law]

**Что взять с собой**
- {Документ.} [^law]

**На что смотреть**
- {Где ошибаются.} [^law]

# en
**{What to do, in one sentence.}** [^law]

{The rule: whom it concerns, since when.} [^law]

**What to bring**
- {A document.} [^law]

**What to watch for**
- {Where people go wrong.} [^law]
"""

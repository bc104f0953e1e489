"""What the bot offers when its name is typed in any chat: messages that a person sends there by a tap.

Such a message stays as it is, wherever it goes: so it says of when it is, and the one button under it leads
to what is there now. Nothing is reported or chosen from another chat.
"""

import json
import re
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

from bot.crossings.card import Card
from bot.guide.length import MESSAGE, visible_length
from bot.guide.model import Answer, Facts, Guide
from bot.guide.render import Freshness, fits, freshness, render, render_blocks, sections
from bot.telegram.button_data import encode
from bot.telegram.buttons import Menu
from bot.telegram.screen import Key, Screen, paragraphs
from bot.telegram.screens import card as cards
from bot.texts import Html, Texts

LONGEST_DESCRIPTION = 120
"""Characters; a phone shows no more."""

MENU = encode(Menu())
"""What opens the first page; a start parameter cannot be empty."""

_SENTENCE = re.compile(r"[^.!?]*[.!?](?=\s|$)")
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Article:
    """One thing that is offered; `id` is at most 64 bytes, `does` what the message looks like."""

    id: str
    title: str
    description: str
    does: Screen

    def result(self) -> dict[str, Any]:
        """Return it as Telegram wants it."""
        content = {
            "message_text": self.does.text,
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
        }
        return {
            "type": "article",
            "id": self.id,
            "title": self.title,
            "description": self.description,
            "input_message_content": content,
            "reply_markup": json.loads(self.does.markup),
        }


def card(shown: Card, guide: Guide, texts: Texts, username: str, *, simulated: bool) -> Article:
    """Offer a crossing's card as it is now, with a link to the living one."""
    crossing = shown.crossing
    state = cards.wait(shown, texts).removeprefix(": ") or texts("inline-card-unknown")
    text = cards.as_of(shown, guide, texts, simulated=simulated)
    key = Key(texts("inline-card-now"), _address(crossing.id, username))
    return Article(
        f"c-{crossing.id}", f"🛂 {texts.of(crossing.name)}", _plain(state), Screen(text, ((key,),))
    )


def answer(guide: Guide, shown: Answer, facts: Facts, texts: Texts, today: date, username: str) -> Article:
    """Offer an answer, with its dates, sources and a link to it.

    One that is made for a person, and one too long for all cases together, is offered by how it begins.
    """
    text = render(guide, shown, facts, texts, today)
    if not all(need in facts for need in shown.needs) or visible_length(text) > MESSAGE:
        text = _beginning(guide, shown, facts, texts, today)
    key = Key(texts("inline-answer-now"), _address(shown.id, username))
    return Article(
        f"a-{shown.id}", texts.of(shown.title), _first_sentence(shown, facts, texts), Screen(text, ((key,),))
    )


def help(texts: Texts, username: str) -> Article:
    """Offer a line on what the bot is for."""
    key = Key(texts("menu-private"), _address(MENU, username))
    text = texts("inline-help", username=username)
    return Article("help", texts("inline-help-title"), texts("inline-help-how"), Screen(text, ((key,),)))


def _beginning(guide: Guide, shown: Answer, facts: Facts, texts: Texts, today: date) -> Html:
    blocks = [block for block in shown.body[texts.language] if fits(block, facts)]
    order = [source.id for source in shown.sources]
    overdue = freshness(shown, today) is Freshness.OVERDUE
    return paragraphs(
        Html(f"<b>{escape(texts.of(shown.title), quote=False)}</b>"),
        texts("guide-overdue", date=texts.date(shown.checked)) if overdue else None,
        render_blocks(guide, sections(blocks)[0], facts, order, texts),
        texts("guide-checked", date=texts.date(shown.checked)),
        texts("inline-more"),
    )


def _first_sentence(shown: Answer, facts: Facts, texts: Texts) -> str:
    blocks = (block for block in shown.body[texts.language] if fits(block, facts) and not block.heading)
    text = next((" ".join(block.text.split()) for block in blocks if block.text), "")
    found = _SENTENCE.match(text)
    sentence = found[0] if found else text
    return sentence if len(sentence) <= LONGEST_DESCRIPTION else f"{sentence[:LONGEST_DESCRIPTION]}…"


def _plain(html: str) -> str:
    return _TAG.sub("", html)


def _address(payload: str, username: str) -> str:
    return f"https://t.me/{username}?start={payload}"

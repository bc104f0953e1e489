"""Inline queries: what is offered when somebody types the bot's name in any chat.

Telegram tells who asks and what, not where; neither is kept, and we are not told what was sent. An answer
differs by the person's language alone, and is shown to nobody else.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import timedelta

from telegram.error import BadRequest

from bot.guide.model import REFUSAL, Facts
from bot.guide.search import Asked, Route
from bot.telegram.handlers import pages
from bot.telegram.screens import inline as screens
from bot.telegram.screens.inline import Article
from bot.telegram.turn import TOO_OLD, Turn

MOST = 5
"""So many things are offered: a phone shows no more without scrolling."""

LONGEST = 256
"""Characters of a query; Telegram sends no longer one."""

CARD_SECONDS, ANSWER_SECONDS = 30, 300
"""So long Telegram may give a person the same again, with a card in it and without."""

BUSY = timedelta(hours=6)
"""Crossings of which something was reported so lately are offered to who has typed nothing yet."""


async def query(turn: Turn) -> None:
    """Offer what a query names or asks for; to an empty one what this is, and the busiest crossings."""
    asked = turn.update.inline_query
    if asked is None:
        return
    text = asked.query[:LONGEST].strip()
    found = (
        await _found(turn, text)
        if text
        else [screens.help(turn.texts, turn.bot.username), *await _busiest(turn)]
    )
    with_card = any(article.id.startswith("c-") for article in found)
    try:
        await turn.bot.do_api_request(
            "answerinlinequery",
            {
                "inline_query_id": asked.id,
                "results": json.dumps([article.result() for article in found[:MOST]]),
                "cache_time": CARD_SECONDS if with_card or not text else ANSWER_SECONDS,
                "is_personal": True,
                "button": json.dumps({"text": turn.texts("menu-private"), "start_parameter": screens.MENU}),
            },
        )
    except BadRequest as refused:
        if TOO_OLD not in refused.message.lower():  # the person has typed on meanwhile
            raise


async def sent(turn: Turn) -> None:
    """Answer nothing to a message that the person chose from what we offered: it is no text of theirs."""
    via = turn.message.via_bot if turn.message else None
    if via is None or via.id != turn.bot.id:
        await pages.media(turn)


async def _found(turn: Turn, text: str) -> list[Article]:
    """Return urgent help first, then crossings of that name, then answers; of a sure refusal nothing else."""
    asked = await turn.desk.searching.ask(text)
    if asked is not None and asked.route is Route.REFUSE and asked.sure:
        return _answers(turn, [REFUSAL], {})
    answers = [] if asked is None else _answers(turn, asked.ids, asked.facts)
    urgent = asked is not None and asked.route is Route.URGENT
    crossings = await _cards(turn, _named(turn, text, asked))
    return [*answers[:1], *crossings, *answers[1:]] if urgent else [*crossings, *answers]


def _named(turn: Turn, text: str, asked: Asked | None) -> list[str]:
    """Return the crossings that a text is the name of, or that are named in it."""
    found = turn.desk.names.find(text)
    named = [*found.matches, *(asked.crossings if asked else ())]
    if not named and not (asked and asked.ids):
        named = [*found.nearest]
    return list(dict.fromkeys(named))[:MOST]


async def _busiest(turn: Turn) -> list[Article]:
    desk = turn.desk
    counts = await desk.reports.counts(tuple(desk.catalogue.crossings), desk.clock.now() - BUSY)
    return await _cards(turn, sorted(counts, key=lambda id: (-counts[id], id))[: MOST - 1])


async def _cards(turn: Turn, ids: Sequence[str]) -> list[Article]:
    desk = turn.desk
    shown = await desk.board.cards(ids, desk.clock.now()) if ids else {}
    return [
        screens.card(shown[id], desk.guide, turn.texts, turn.bot.username, simulated=desk.simulated)
        for id in ids
    ]


def _answers(turn: Turn, ids: Iterable[str], facts: Facts) -> list[Article]:
    guide, today = turn.desk.guide, turn.desk.clock.now().date()
    return [
        screens.answer(guide, guide.answers[id], _told(facts, id, turn), turn.texts, today, turn.bot.username)
        for id in ids
        if id in guide.answers
    ]


def _told(facts: Facts, id: str, turn: Turn) -> Facts:
    """Return what a query tells of the facts that an answer depends on."""
    used = turn.desk.guide.answers[id].conditions
    return {fact: value for fact, value in facts.items() if fact in used and fact in turn.desk.guide.facts}

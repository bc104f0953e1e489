"""Whether the longest screens and buttons that the content can make fit into Telegram's limits."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from bot.content.problems import Problem
from bot.guide.forms import bound, forms, length
from bot.guide.length import BUTTON, MESSAGE, visible_length
from bot.guide.load import Loaded
from bot.guide.model import Guide, Language
from bot.guide.render import fits, render_question
from bot.guide.route import Question
from bot.guide.walk import Walk, situation
from bot.texts import Texts

MOST_TAPS = 7
"""So many buttons may lie between /start and an answer."""

VOTE = len("1V:::o")
"""Bytes of the longest button that names an answer, beside its id and facts (`Vote`, telegram/buttons.py)."""


def buttons(loaded: Loaded, guide: Guide, walked: Walk) -> Iterator[Problem]:
    """Yield answers whose buttons would be too long by some way.

    A question's own buttons hold facts alone, and all 26 that a vocabulary can have fit.
    """
    for answer in guide.answers.values():
        facts = max((len(path.union(answer.conditions)) for path in walked.paths), default=0)
        size = VOTE + len(answer.id) + 2 * facts
        if size > BUTTON:
            document = loaded.at("answer", answer.id)
            text = f"its button takes {size} bytes of {BUTTON}: a shorter id, or fewer questions before it"
            yield document.problem(("id",), "G702", text)


def taps(loaded: Loaded, walked: Walk) -> Iterator[Problem]:
    """Yield answers to which some way is too long."""
    for id, counts in walked.taps.items():
        if max(counts) > MOST_TAPS:
            text = (
                f"{max(counts)} buttons from /start to this answer, {MOST_TAPS} at most: ask less before it"
            )
            yield loaded.at("answer", id).problem(("id",), "G703", text)


def silences(loaded: Loaded, guide: Guide) -> Iterator[Problem]:
    """Yield answers of which nothing is left for some facts."""
    for answer in guide.answers.values():
        for blocks in answer.body.values():
            if all(block.when for block in blocks):
                left = (
                    facts for facts in forms(guide, answer) if not any(fits(each, facts) for each in blocks)
                )
                for facts in itertools.islice(left, 1):
                    text = f"nothing of this text is shown for {situation(facts)}"
                    yield loaded.at("answer", answer.id).problem(blocks[0].line, "G302", text)


def messages(loaded: Loaded, guide: Guide, texts: Mapping[Language, Texts], today: date) -> Iterator[Problem]:
    """Yield screens that can grow too long: with every notice and source, and a warning that it is old."""
    notices = {
        id: replace(notice, first=date.min, until=date.max)
        for id, notice in guide.notices.items()
        if notice.until >= today
    }
    guide = replace(guide, notices=notices)
    for answer in guide.answers.values():
        for language, words in texts.items():
            at_most = bound(guide, answer, words, today)
            suspect = [facts for facts in forms(guide, answer) if at_most(facts) > MESSAGE]
            lengths = [(length(guide, answer, facts, words), facts) for facts in suspect]
            most, facts = max(lengths, key=lambda pair: pair[0], default=(0, {}))
            if most > MESSAGE:
                document = loaded.at("answer", answer.id)
                text = f"up to {most} characters of {MESSAGE} ({language}, {situation(facts)}): divide it"
                yield document.problem(answer.body[language][0].line, "G701", text)
    for flow in guide.flows.values():
        fact = guide.facts[flow.ask]
        question = Question(flow, None, fact, fact.values, flow.lead, {}, {}, {})
        most = max(visible_length(render_question(question, words)) for words in texts.values())
        if most > MESSAGE:
            document = loaded.at("flow", flow.id)
            yield document.problem(("intro",), "G701", f"{most} characters of {MESSAGE}: shorten the intro")

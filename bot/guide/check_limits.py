"""Whether the longest screens and buttons that the content can make fit into Telegram's limits."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from math import prod

from bot.content.problems import Problem
from bot.guide.length import BUTTON, MESSAGE, visible_length
from bot.guide.load import Loaded
from bot.guide.model import COUNTRY, Answer, Facts, Guide, Language
from bot.guide.render import fits, render, render_question
from bot.guide.route import Question
from bot.guide.walk import Walk, situation
from bot.texts import Texts

SHOW = len("1a::")
"""Bytes of a button that shows an answer, beside its id and the facts (`Show` of bot/telegram/buttons.py)."""

_MOST_COMBINATIONS = 2000


def buttons(loaded: Loaded, guide: Guide, walked: Walk) -> Iterator[Problem]:
    """Yield answers whose buttons would be too long by some way.

    A question's own buttons hold facts alone, and all 26 that a vocabulary can have fit.
    """
    for answer in guide.answers.values():
        facts = max((len(path.union(answer.conditions)) for path in walked.paths), default=0)
        size = SHOW + len(answer.id) + 2 * facts
        if size > BUTTON:
            document = loaded.at("answer", answer.id)
            text = f"its button takes {size} bytes of {BUTTON}: a shorter id, or fewer questions before it"
            yield document.problem(("id",), "G702", text)


def silences(loaded: Loaded, guide: Guide) -> Iterator[Problem]:
    """Yield answers of which nothing is left for some facts."""
    for answer in guide.answers.values():
        for language, blocks in answer.body.items():
            left = [
                facts
                for facts in situations(guide, answer) or ()
                if not any(fits(block, facts) for block in blocks)
            ]
            if left:
                line = loaded.drafts[answer.id].parsed[language].lines[0]
                text = f"nothing of this text is shown for {situation(left[0])}"
                yield loaded.at("answer", answer.id).problem(line, "G302", text)


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
            length, facts = _longest(guide, answer, words)
            if length > MESSAGE:
                document = loaded.at("answer", answer.id)
                lines = loaded.drafts[answer.id].parsed[language].lines
                text = f"up to {length} characters of {MESSAGE} ({language}, {situation(facts)}): divide it"
                yield document.problem(lines[0], "G701", text)
    for flow in guide.flows.values():
        fact = guide.facts[flow.ask]
        question = Question(flow, None, fact, fact.values, flow.lead, {}, {}, {})
        length = max(visible_length(render_question(question, words)) for words in texts.values())
        if length > MESSAGE:
            document = loaded.at("flow", flow.id)
            yield document.problem(("intro",), "G701", f"{length} characters of {MESSAGE}: shorten the intro")


def _longest(guide: Guide, answer: Answer, texts: Texts) -> tuple[int, Facts]:
    """Return the length of the longest form of an answer, and the facts that make it.

    Knowing nothing shows every part with its condition, and all places' notices at once are the most there
    can be: mostly that fits, and is all there is to know.
    """
    here = {id: replace(notice, where=(answer.topic,)) for id, notice in guide.notices.items()}
    most = _length(replace(guide, notices=here), answer, {}, texts)
    if most <= MESSAGE:
        return most, {}
    combinations = situations(guide, answer)
    if combinations is None:
        return most, {}
    return max(
        ((_length(guide, answer, facts, texts), facts) for facts in combinations), key=lambda pair: pair[0]
    )


def situations(guide: Guide, answer: Answer) -> list[Facts] | None:
    """Return facts that make every form of an answer's screen; None where they are too many to try."""
    choices = [_choices(guide, answer, fact) for fact in dict.fromkeys((*answer.conditions, COUNTRY))]
    if prod(map(len, choices)) > _MOST_COMBINATIONS:
        return None
    return [dict(pair for pair in pairs if pair) for pairs in product(*choices)]


def _choices(guide: Guide, answer: Answer, fact: str) -> list[tuple[str, str] | None]:
    """Return the values of a fact that can make a difference; None is not knowing it."""
    if fact not in guide.facts:
        return [None]
    told = {
        value for blocks in answer.body.values() for block in blocks for value in block.when.get(fact, ())
    }
    if fact == COUNTRY:
        told |= {place for notice in guide.notices.values() for place in notice.where}
    values = [value.id for value in guide.facts[fact].values]
    different = [value for value in values if value in told] + [
        value for value in values if value not in told
    ][:1]
    pairs: list[tuple[str, str] | None] = [(fact, value) for value in different]
    return pairs if fact in answer.needs else [None, *pairs]


def _length(guide: Guide, answer: Answer, facts: Facts, texts: Texts) -> int:
    period = answer.risk.period_days
    days = (answer.checked + timedelta(days=age * period + 1) for age in (1, 2))
    return max(visible_length(render(guide, answer, facts, texts, day)) for day in days)

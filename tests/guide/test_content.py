"""The content that we ship, as on one day; how it ages is `make check`'s matter."""

import csv
from datetime import date
from statistics import median

import pytest

from bot.content.problems import Level
from bot.guide.check import check
from bot.guide.check_limits import MOST_TAPS
from bot.guide.forms import forms
from bot.guide.length import MESSAGE, visible_length
from bot.guide.load import load
from bot.guide.model import REFUSAL, Guide, Language
from bot.guide.render import render
from bot.guide.walk import walk
from tests.guide.builder import REPOSITORY, texts
from tests.guide.telegram_html import telegram_reads

TODAY = date(2026, 11, 26)
TOPICS = REPOSITORY.parent / "shared" / "guide" / "topics.csv"


@pytest.fixture(scope="module")
def guide() -> Guide:
    loaded = load(REPOSITORY / "content")
    assert loaded.guide is not None, "\n".join(map(str, loaded.problems))
    return loaded.guide


def test_it_has_no_errors() -> None:
    problems = check(REPOSITORY / "content", texts(), TODAY)
    assert [str(problem) for problem in problems if problem.level is Level.ERROR] == []


@pytest.mark.skipif(not TOPICS.exists(), reason="the list of topics is not here: ../shared/guide/topics.csv")
def test_every_topic_has_its_answer(guide: Guide) -> None:
    topics = list(csv.DictReader(TOPICS.read_text("utf-8").splitlines()))
    assert {row["id"] for row in topics if row["kind"] in ("answer", "route")} <= guide.answers.keys()
    routes = {row["id"] for row in topics if row["kind"] == "route"} - {REFUSAL}
    assert routes <= {answer.id for answer in guide.answers.values() if answer.route}


def test_no_answer_is_far_from_the_start(guide: Guide) -> None:
    taps = walk(guide).taps
    assert taps.keys() == guide.answers.keys()
    assert max(max(counts) for counts in taps.values()) <= MOST_TAPS
    assert median(min(counts) for counts in taps.values()) <= 4


@pytest.mark.parametrize("language", Language)
def test_telegram_takes_every_form_of_every_answer(guide: Guide, language: Language) -> None:
    for answer in guide.answers.values():
        for facts in forms(guide, answer):
            html = render(guide, answer, facts, texts()[language], TODAY)
            assert "".join(telegram_reads(html)).strip()
            assert visible_length(html) <= MESSAGE

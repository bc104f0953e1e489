"""The content that we ship, as on one day; how it ages is `make check`'s matter."""

from itertools import chain

import pytest

from bot.content.problems import Level
from bot.guide.check import check
from bot.guide.check_limits import situations
from bot.guide.length import MESSAGE, visible_length
from bot.guide.load import load
from bot.guide.model import Guide, Language
from bot.guide.render import render
from tests.guide.builder import REPOSITORY, TODAY, texts
from tests.guide.telegram_html import telegram_reads

FIRST = {
    "kz-safety", "kz-entry-docs", "kz-entry-stamp", "kz-stay", "kz-iin", "kz-bank", "kz-registration",
    "ge-entry-docs", "ge-foot-bike", "ge-occupied", "ge-insurance",
    "ru-border-questions", "ru-draft-notice", "ru-exit-rules", "ru-phone",
    "urgent-human", "refuse-illegal",
}  # fmt: skip


@pytest.fixture(scope="module")
def guide() -> Guide:
    loaded = load(REPOSITORY / "content")
    assert loaded.guide is not None, "\n".join(map(str, loaded.problems))
    return loaded.guide


def test_it_has_no_errors() -> None:
    problems = check(REPOSITORY / "content", texts(), TODAY)
    assert [str(problem) for problem in problems if problem.level is Level.ERROR] == []


def test_the_first_answers_are_there(guide: Guide) -> None:
    assert guide.answers.keys() >= FIRST


@pytest.mark.parametrize("language", Language)
def test_telegram_takes_every_form_of_every_answer(guide: Guide, language: Language) -> None:
    for answer in guide.answers.values():
        for facts in chain([{}], situations(guide, answer) or ()):
            html = render(guide, answer, facts, texts()[language], TODAY)
            assert "".join(telegram_reads(html)).strip()
            assert visible_length(html) <= MESSAGE

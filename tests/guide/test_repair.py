"""Mending how something was typed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.guide.repair import Repair
from bot.guide.stems import Stems
from tests.guide.test_search import questions, search

KEYS = str.maketrans(
    "ёйцукенгшщзхъфывапролджэячсмитьбю", "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
)  # what a Russian keyboard's keys write in English


def mend(text: str) -> str:
    return search()._repair.mend(text)


@settings(max_examples=80, deadline=None)
@given(questions)
def test_the_other_layout_comes_back(text: str) -> None:
    if len(text) > 12 and text.isascii() is False and not any("a" <= sign <= "z" for sign in text):
        assert mend(text.translate(KEYS)) == text


@settings(max_examples=80, deadline=None)
@given(questions)
def test_what_is_typed_well_stays(text: str) -> None:
    assert mend(text) == text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gde kupit strahovku", "где купить страховку"),
        ("Zdravstvuyte, skolko zhdat?", "здравствуйте, сколько ждать?"),
        ("how long can i stay", "how long can i stay"),
        ("цруку сфт ш пщ цшерщге ф мшыф", "where can i go without a visa"),
        ("1234", "1234"),
        ("", ""),
    ],
)
def test_letters(typed: str, meant: str) -> None:
    assert mend(typed) == meant


@pytest.fixture(scope="module")
def small() -> Repair:
    texts = [["паспорт", "для", "въезда", "в", "казахстан"]] * 20
    return Repair([*texts, ["дома"]], texts, Stems(texts))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("паспрт", "паспорт"),
        ("казхстан", "казахстан"),
        ("паспортом", "паспортом"),  # a case, no slip
        ("дом", "дом"),  # too short to tell
        ("телефон", "телефон"),  # nothing is near
        ("12345", "12345"),
    ],
)
def test_slips(small: Repair, typed: str, meant: str) -> None:
    assert small.slips([typed]) == [meant]


@given(st.lists(st.text(max_size=40), max_size=5))
def test_slips_never_lose_a_word(words: list[str]) -> None:
    assert len(search()._repair.slips(words)) == len(words)

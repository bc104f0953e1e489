"""Screens of the real guide: every button fits, and the keyboard stays short on a phone."""

from collections.abc import Iterator
from datetime import date

import pytest

from bot.guide.load import load
from bot.guide.model import Facts, Guide, Language
from bot.guide.route import Question, Target, arrive, choose, previous, route
from bot.telegram.button_data import encode
from bot.telegram.buttons import Doubt, Explain, Keep, Vote
from bot.telegram.screen import Key, Screen
from bot.telegram.screens import guide as screens
from tests.guide.builder import REPOSITORY, texts

TODAY = date(2026, 11, 25)
SCREEN_WIDTH = 36
"""Characters that a row of buttons has room for on a phone."""


def places(guide: Guide) -> Iterator[Target]:
    """Yield every answer as it is opened from a link, and from the place that asks for the most."""
    longest = max(_walked(guide, {}), key=lambda place: len(place.path)).path
    for id, answer in guide.answers.items():
        for facts in ({}, longest):
            for last in (0, -1):
                place = arrive(guide, id, facts)
                while isinstance(place, Question):
                    place = arrive(guide, id, choose(place, place.values[last].id))
                yield place
        assert answer.id == id


def _walked(guide: Guide, facts: Facts) -> Iterator[Target]:
    place = route(guide, facts)
    if isinstance(place, Target):
        yield place
    elif place.answer is None:
        for value in place.values:
            yield from _walked(guide, choose(place, value.id))


def keys(screen: Screen) -> list[Key]:
    return [key for row in screen.rows for key in row]


@pytest.fixture(scope="module")
def guide() -> Guide:
    loaded = load(REPOSITORY / "content", lenient=True)
    assert loaded.guide is not None
    return loaded.guide


@pytest.fixture(scope="module")
def answers(guide: Guide) -> list[tuple[Target, Screen, Language]]:
    return [
        (place, screens.answer(guide, place, texts()[language], TODAY, "provodnik_local_bot"), language)
        for place in places(guide)
        for language in Language
    ]


def test_every_button_fits_with_all_facts(
    answers: list[tuple[Target, Screen, Language]], guide: Guide
) -> None:
    for place, screen, language in answers:
        doubt = screens.doubt(guide, place, texts()[language], TODAY)
        kept = screens.kept(guide, place, texts()[language], TODAY)
        for key in (*keys(screen), *keys(doubt), *keys(kept)):
            assert isinstance(key.does, str) or len(encode(key.does).encode()) <= 64
        assert sum(isinstance(key.does, Vote) for key in keys(doubt)) == 3
        assert len(keys(kept)) == 1


def test_the_keyboard_has_at_most_one_row_more_than_links_and_ways(
    answers: list[tuple[Target, Screen, Language]], guide: Guide
) -> None:
    for place, screen, _ in answers:
        ways = 2 if len(place.facts) > 1 else 1
        if previous(guide, place) is None:
            ways = 1
        assert len([row for row in screen.rows if row]) <= len(guide.answers[place.to].see) + ways + 1 + 1


def test_terms_are_one_row_whose_labels_can_be_read(
    answers: list[tuple[Target, Screen, Language]], guide: Guide
) -> None:
    shown = set()
    for place, screen, language in answers:
        rows = [row for row in screen.rows if any(isinstance(key.does, Explain) for key in row)]
        assert len(rows) <= 1
        for row in rows:
            assert row is screen.rows[0]
            assert len(row) <= 4
            assert len(row) * max(len(key.label) for key in row) <= SCREEN_WIDTH
            ids = {key.does.term for key in row if isinstance(key.does, Explain)}
            shown |= ids
            terms = [guide.glossary[id] for id in ids]
            assert all(term.answer != place.to for term in terms), language
    assert shown, "no answer has a term"


def test_keeping_is_offered_where_something_was_asked(
    answers: list[tuple[Target, Screen, Language]], guide: Guide
) -> None:
    for place, screen, _ in answers:
        needs = bool(guide.answers[place.to].needs)
        assert any(isinstance(key.does, Keep) for key in keys(screen)) is needs
        assert any(isinstance(key.does, Doubt) for key in screen.rows[-1])

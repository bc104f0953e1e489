"""Button data: it comes back as it went, fits, and is never trusted."""

from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.topics import TOPICS
from bot.crossings.report import BANDS, MOST_PEOPLE, Kind, Mode
from bot.crossings.ticket import NOBODY_AHEAD
from bot.guide.check_limits import VOTE
from bot.guide.votes import Reason
from bot.telegram import buttons
from bot.telegram.button_data import LONGEST, decode, encode
from bot.telegram.buttons import Button, StaleButton

IDS = st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True)


def any_button() -> st.SearchStrategy[Button]:
    def of(kind: Any) -> st.SearchStrategy[Any]:
        fields: dict[str, st.SearchStrategy[Any]] = {}
        for name, hint in get_type_hints(kind).items():
            if name == "letter":
                continue
            if name == "facts" and kind is buttons.Vote:
                fields[name] = st.from_regex(r"[a-z0-9]{0,16}", fullmatch=True)  # it says more beside
            elif name in ("facts", "language", "country"):
                fields[name] = st.from_regex(r"[a-z0-9]{0,18}", fullmatch=True)
            elif name == "unit":
                fields[name] = st.sampled_from(["minutes", "vehicles", "people", "metres"])
            elif name == "band":
                fields[name] = st.integers(0, len(BANDS) - 1)
            elif name == "number":
                fields[name] = st.integers(0, 60_000)
            elif name in ("joined", "place", "may"):  # quarters since 1970, a place, a yes or no
                most = {"joined": 9_999_999, "place": NOBODY_AHEAD + MOST_PEOPLE, "may": 2}[name]
                fields[name] = st.integers(0, most)
            elif kind in (buttons.Hide, buttons.HoldNumber) and (name == "claim" or hint is int):
                bounds = {"since": 9_999_999, "steps": 96, "hidden": 1, "hours": 12}
                claim = st.from_regex(r"[a-z][0-9a-z]", fullmatch=True)
                fields[name] = claim if name == "claim" else st.integers(0, bounds[name])
            elif name == "topic":
                fields[name] = st.integers(0, len(TOPICS) - 1)
            elif hint is int:
                fields[name] = st.integers(0, 2**63 - 1)
            elif hint is str:
                fields[name] = IDS
            else:
                fields[name] = st.from_type(hint)
        return st.builds(kind, **fields)

    return st.one_of([of(kind) for kind in Button.__args__])


@given(any_button())
def test_what_a_button_says_comes_back(button: Button) -> None:
    data = encode(button)
    assert len(data.encode()) <= 64
    assert decode(data) == button


@given(st.text(max_size=64))
def test_forged_data_is_refused_and_never_crashes(data: str) -> None:
    try:
        button = decode(data)
    except StaleButton:
        return
    assert encode(button) == data


@given(any_button())
def test_another_version_is_refused(button: Button) -> None:
    with pytest.raises(StaleButton):
        decode("0" + encode(button)[1:])


def test_each_kind_of_button_has_a_letter_of_its_own() -> None:
    letters = [kind.letter for kind in Button.__args__]
    assert len(set(letters)) == len(letters)


@pytest.mark.parametrize(
    "data",
    [
        "1V:kz-car:ck:x",
        "1V:kz-car:ck:",
        "1b:verkhny-lars:c:c:9",
        "1s:verkhny-lars:c:c:parsecs:5",
        "1c:Verkhny:c",
        "1c:x:cc",
        "1l:kz:-1",
        "",
    ],
)
def test_values_outside_of_what_we_offer_are_refused(data: str) -> None:
    with pytest.raises(StaleButton):
        decode(data)


def test_data_too_long_for_telegram_is_never_sent() -> None:
    with pytest.raises(ValueError, match="bytes"):
        encode(buttons.Show("a" * 40, "b" * 40))


def test_the_codes_of_modes_kinds_and_reasons_stay_what_sent_buttons_say() -> None:
    assert encode(buttons.AskValue("x", Mode.FOOT, Kind.WAITING)) == "1v:x:f:w"
    said = [encode(buttons.Vote("x", "ck", reason)) for reason in Reason]
    assert said == ["1V:x:ck:o", "1V:x:ck:u", "1V:x:ck:n"]


def test_no_button_that_names_an_answer_is_longer_than_what_the_check_counts() -> None:
    id, facts = "a" * 40, "bc" * 9
    naming: list[Button] = [buttons.Show(id, facts), buttons.Keep(id, facts), buttons.Doubt(id, facts)]
    naming += [buttons.Vote(id, facts, reason) for reason in Reason]
    assert max(len(encode(button)) for button in naming) == VOTE + len(id) + len(facts) == LONGEST

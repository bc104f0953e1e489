"""When a change is told, told as one person's word, not told, and corrected; with the real estimator."""

from datetime import timedelta

import pytest

from bot.alerts.news import Why
from bot.alerts.rules import CORRECTED, NEW, Phase, State
from bot.crossings.estimate import State as Known
from bot.crossings.report import BANDS, Event, Kind, Mode, Statement
from tests.alerts.border import CLOSED, PLACE, REOPENED, Border, above, below, event, go, silent


def busy(*topics, **options) -> Border:  # type: ignore[no-untyped-def]
    """Return a border where four people have waited for five hours each, and nothing is news."""
    border = Border(*topics, **options).crossed(300, "old-a", "old-b", "old-c", "old-d").pass_minutes(60)
    assert not border.told
    return border


def drop(border: Border, minutes: int, *names: str) -> Border:
    """Let the wait fall, as those say who get through a quarter of an hour after one another."""
    for name in names:
        border.crossed(minutes, name).pass_minutes(15)
    return border


def test_what_holds_at_first_is_not_news_until_it_has_been_otherwise() -> None:
    border = Border()
    border.crossed(40, "a", "b", "c")
    border.states = {below(180): NEW}
    assert not border.look().pass_minutes(12 * 60).told
    drop(border, 700, *"defgh")
    assert border.states[below(180)].phase is Phase.ARMED
    border.pass_minutes(12 * 60)
    drop(border, 40, *"ijklmn")
    assert border.topics == [(below(180),)]


def test_a_fall_is_told_once_with_what_the_card_shows() -> None:
    border = drop(busy(below(180)).pass_minutes(300), 60, *"abcdef")
    (news,) = border.told
    estimate = border.seen().estimate
    assert (news.state, news.lone, news.corrects) == (Known.AGREE, False, None)
    assert news.high_minutes is not None
    assert news.people >= 2
    assert news.newest_at is not None
    assert estimate.middle_minutes is not None
    assert estimate.middle_minutes <= 180
    assert not border.pass_minutes(120).corrections
    assert len(border.told) == 1


def test_all_limits_that_are_passed_at_once_are_one_piece_of_news() -> None:
    border = Border(below(180), below(360), above(60)).pass_minutes(15).crossed(150, "a", "b")
    assert border.topics == [(below(360), above(60))]


def test_one_person_is_believed_after_half_an_hour_and_told_as_one() -> None:
    border = Border(below(180)).crossed(40, "a").pass_minutes(15)
    assert not border.told
    border.pass_minutes(30)
    (news,) = border.told
    assert (news.lone, news.people, news.state) == (True, 1, Known.SINGLE)
    assert news.made_at.minute % 15 == 0


def test_one_persons_word_stands_from_the_next_quarter_so_that_its_minute_is_not_told() -> None:
    border = Border(below(180)).pass_minutes(7).crossed(40, "a")
    for _ in range(60):
        border.now += timedelta(minutes=1)
        border.look()
    assert [news.made_at.strftime("%H:%M") for news in border.told] == ["12:45"]


def test_a_second_person_is_enough_at_once() -> None:
    border = Border(below(180)).crossed(40, "a", "b")
    assert border.topics == [(below(180),)]
    assert not border.told[0].lone


def test_saying_it_twice_is_one_person() -> None:
    assert not Border(below(180), CLOSED).crossed(40, "a", "a", "a").happened(Event.CLOSED, "b", "b").told


def test_all_who_are_forgotten_are_one_person() -> None:
    assert not Border(below(180), CLOSED).crossed(40, None, None, None).told


def test_one_lie_among_many_tells_nothing() -> None:
    border = busy(below(180), above(1440), go(180, 30))
    border.crossed(10, "liar").pass_minutes(240)
    assert not border.told


def test_two_camps_are_not_told() -> None:
    border = Border().crossed_together(600, "a", "b").crossed_together(30, "c", "d")
    border.states = dict.fromkeys((below(180), above(180), go(120, 30)), State(Phase.ARMED))
    assert border.seen().estimate.state is Known.DISPUTE
    assert not border.pass_minutes(120).told


def test_a_word_is_not_told_alone_if_a_newer_one_gainsays_it() -> None:
    border = Border(CLOSED).happened(Event.CLOSED, "a").pass_minutes(15).happened(Event.REOPENED, "b")
    assert not border.pass_minutes(240).told


def test_two_who_are_contradicted_by_one_need_a_third() -> None:
    border = Border(CLOSED).happened(Event.CLOSED, "a").pass_minutes(15).happened(Event.REOPENED, "b")
    border.pass_minutes(15).happened(Event.CLOSED, "c").pass_minutes(120)
    assert not border.told
    border.happened(Event.CLOSED, "d")
    assert border.topics == [(CLOSED,)]


def test_waits_so_far_prove_above_and_never_below() -> None:
    waiting = Statement(PLACE, Mode.CAR, Kind.WAITING, wait_minutes=400)
    border = Border(above(360), below(720)).say(waiting, "a", "b")
    assert border.topics == [(above(360),)]


def test_a_band_is_told_only_if_all_of_it_is_beyond() -> None:
    tapped = Statement(PLACE, Mode.CAR, Kind.BAND, band=BANDS[2])
    border = Border(below(180), below(120), above(60)).say(tapped, "a").pass_minutes(60)
    assert border.topics == [(below(180), above(60))]


def test_go_is_told_by_the_wait_on_arrival() -> None:
    border = Border(go(180, 60)).crossed_together(60, *"abcd")
    (news,) = border.told
    assert [(each.travel, each.high <= 180) for each in news.arrivals] == [(60, True)]


def test_the_wait_on_arrival_is_not_shown_of_two() -> None:
    (news,) = Border(go(360, 30)).crossed(40, "a", "b").told
    assert (news.people, news.arrivals) == (2, ())


@pytest.mark.parametrize("topic", [below(180), go(360, 30)])
def test_closed_is_not_below_anything(topic) -> None:  # type: ignore[no-untyped-def]
    border = Border(topic).crossed(60, "a", "b").pass_minutes(15)
    border.happened(Event.CLOSED, "c", "d", "e").pass_minutes(15)
    assert border.states[topic].phase is Phase.ARMED


def test_closed_does_not_end_a_long_wait() -> None:
    border = Border(above(180)).crossed(400, "a", "b").pass_minutes(15)
    border.happened(Event.CLOSED, "c", "d", "e").pass_minutes(60)
    assert border.seen().estimate.closed
    assert border.states[above(180)].phase is Phase.HOLDS


def test_an_event_is_told_when_two_say_it_and_again_when_it_has_been_undone() -> None:
    border = Border(CLOSED, REOPENED).happened(Event.CLOSED, "a", "b").pass_minutes(60)
    border.happened(Event.REOPENED, "c", "d").pass_minutes(60).happened(Event.CLOSED, "e", "f")
    assert border.topics == [(CLOSED,), (REOPENED,), (CLOSED,)]
    assert not border.corrections
    (happening,) = border.told[0].events
    assert (happening.people, happening.newest_at) == (2, None)


def test_an_event_that_has_faded_is_news_again() -> None:
    notices = event(Event.DRAFT_NOTICES)
    border = Border(notices).happened(Event.DRAFT_NOTICES, "a", "b").pass_minutes(60)
    border.happened(Event.DRAFT_NOTICES, "c").pass_minutes(60)
    assert len(border.told) == 1
    border.pass_minutes(25 * 60).happened(Event.DRAFT_NOTICES, "d", "e")
    assert len(border.told) == 2


def test_an_event_of_the_crossing_is_news_in_every_mode_and_a_closure_in_its_own() -> None:
    notices = event(Event.DRAFT_NOTICES)
    border = Border(notices, CLOSED, mode=Mode.CAR)
    border.happened(Event.DRAFT_NOTICES, "a", "b", mode=Mode.BUS)
    border.happened(Event.CLOSED, "a", "b", mode=Mode.FOOT)
    assert border.topics == [(notices,)]


def test_silence_is_told_once_on_the_hour_and_ended_by_news() -> None:
    border = Border(silent(180)).pass_minutes(600)
    assert not border.told  # nobody had ever said anything
    border.pass_minutes(20).crossed(60, "a").pass_minutes(600)
    assert [news.made_at.strftime("%H:%M") for news in border.told] == ["02:00"]
    border.crossed(60, "a").pass_minutes(600)
    assert border.topics == [(silent(180),)] * 2


def test_what_was_taken_back_is_corrected_once() -> None:
    border = Border(CLOSED, below(180)).crossed(30, "x", "y").pass_minutes(60)
    border.happened(Event.CLOSED, "a", "b").pass_minutes(30)
    border.take_back("a", "b").pass_minutes(600)
    (correction,) = border.corrections
    assert correction.topics == (CLOSED,)
    assert correction.corrects is not None
    assert correction.corrects.why is Why.WITHDRAWN
    assert correction.corrects.made_at == border.told[1].made_at


def test_a_wait_that_was_taken_back_is_corrected() -> None:
    border = Border(below(180)).crossed(30, "a", "b").take_back("a", "b").pass_minutes(300)
    assert [each.topics for each in border.corrections] == [(below(180),)]


def test_hidden_lies_are_corrected_though_others_have_gainsaid_them() -> None:
    border = Border(CLOSED).happened(Event.CLOSED, "a", "b").crossed(60, "c", "d", "e").pass_minutes(45)
    assert not border.corrections  # as far as is known it was closed, and is open again
    assert len(border.take_back("a", "b").corrections) == 1


def test_a_real_change_is_no_correction() -> None:
    border = (
        Border(CLOSED, below(180)).crossed(30, "x", "y").happened(Event.CLOSED, "a", "b").pass_minutes(30)
    )
    border.happened(Event.REOPENED, "c", "d", "e").crossed(900, *"fghijk").pass_minutes(600)
    assert not border.corrections


def test_one_word_taken_back_after_a_change_corrects_nothing() -> None:
    border = Border(below(180)).crossed(30, "a", "b").crossed(900, "c", "d", "e").take_back("a")
    assert border.told
    assert not border.pass_minutes(60).corrections


def test_one_persons_word_that_others_gainsay_is_corrected() -> None:
    border = Border(CLOSED).happened(Event.CLOSED, "a").pass_minutes(45)
    assert border.topics == [(CLOSED,)]
    assert not border.told[0].lone  # its one event says that itself
    border.crossed(60, "b").pass_minutes(15)
    assert not border.corrections
    border.crossed(60, "c").pass_minutes(600)
    (correction,) = border.corrections
    assert correction.corrects is not None
    assert correction.corrects.why is Why.CONTRADICTED


def test_one_persons_word_that_another_bore_out_is_no_mistake_when_that_changes() -> None:
    border = Border(CLOSED).happened(Event.CLOSED, "a").pass_minutes(45).happened(Event.CLOSED, "b")
    border.pass_minutes(15).crossed(60, "c", "d").pass_minutes(45)
    assert border.states[CLOSED].phase is Phase.ARMED
    assert not border.corrections


def test_a_word_taken_back_of_several_that_bear_it_out_corrects_nothing() -> None:
    border = Border(below(180)).crossed(30, *"abcd").take_back("a").crossed(900, *"efghij").pass_minutes(300)
    assert border.told
    assert not border.corrections


def test_nothing_is_corrected_after_two_hours() -> None:
    border = Border(CLOSED).happened(Event.CLOSED, "a", "b")
    border.pass_minutes(CORRECTED // timedelta(minutes=1) + 15).take_back("a", "b").pass_minutes(300)
    assert len(border.told) == 1
    assert not border.corrections


def test_who_wipes_what_they_said_takes_nothing_back() -> None:
    border = Border(below(180)).crossed(30, "a", "b").wipe("a", "b").pass_minutes(300)
    assert border.told
    assert not border.corrections


def test_one_account_that_wipes_and_says_it_again_is_not_two_people() -> None:
    border = Border(CLOSED).happened(Event.CLOSED, "a").wipe("a").happened(Event.CLOSED, "a")
    assert not border.told
    assert border.happened(Event.CLOSED, "b").told


def test_one_account_that_wipes_and_denies_it_again_corrects_nothing() -> None:
    border = Border(CLOSED).happened(Event.CLOSED, "a").pass_minutes(60)
    assert border.told
    border.crossed(30, "b").wipe("b").crossed(30, "b")
    assert not border.corrections
    assert border.crossed(30, "c").corrections


def test_what_was_corrected_can_be_told_anew() -> None:
    border = Border(CLOSED).happened(Event.CLOSED, "a", "b").take_back("a", "b").pass_minutes(45)
    border.happened(Event.CLOSED, "c", "d")
    assert border.topics == [(CLOSED,)] * 2
    assert len(border.corrections) == 1


def test_it_is_not_told_twice_within_half_an_hour() -> None:
    border = Border(CLOSED).happened(Event.CLOSED, "a", "b").take_back("a", "b")
    border.pass_minutes(15).happened(Event.CLOSED, "c", "d")
    assert len(border.told) == 1
    assert len(border.pass_minutes(15).told) == 2


def test_one_contrary_word_after_a_silence_has_to_stand_as_well() -> None:
    border = Border(below(180)).crossed(30, "a", "b").pass_minutes(20 * 60)
    assert border.seen().estimate.state is Known.NONE
    assert border.crossed(700, "c").states[below(180)].phase is Phase.HOLDS
    assert border.pass_minutes(30).states[below(180)].phase is Phase.ARMED


def test_after_a_day_of_silence_what_held_before_is_news() -> None:
    border = Border(below(180)).crossed(30, "a", "b").pass_minutes(8 * 60).crossed(30, "a", "b")
    assert len(border.told) == 1
    border.pass_minutes(48 * 60).crossed(30, "a", "b")
    assert len(border.told) == 2

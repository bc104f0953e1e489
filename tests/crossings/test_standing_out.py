"""What stands out: groups that hold every report, bursts that honest people do not make, no single times."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.crossings.estimate import Estimate, estimate
from bot.crossings.report import BANDS, Event, Kind, Mode, Report, Statement, step
from bot.crossings.standing_out import (
    ATTACK_LASTS,
    BURST,
    LATELY,
    MOST_STEPS,
    STEPS_AN_HOUR,
    Claim,
    Finding,
    Group,
    Of,
    Why,
    attacked,
    claim_of,
    claims,
    counted,
    findings,
)
from bot.crossings.votes import ENOUGH
from tests.crossings.saying import LARS, NOW, crossed, happened, queue, tapped, waiting

QUARTER = timedelta(minutes=15)

statements = st.one_of(
    st.builds(
        Statement,
        st.just(LARS),
        st.sampled_from([Mode.CAR, Mode.BUS]),
        st.sampled_from([Kind.CROSSED, Kind.WAITING]),
        wait_minutes=st.sampled_from([0, 29, 30, 300, 20_000]),
    ),
    st.builds(Statement, st.just(LARS), st.just(Mode.CAR), st.just(Kind.WAITING)),
    st.builds(Statement, st.just(LARS), st.just(Mode.CAR), st.just(Kind.BAND), band=st.sampled_from(BANDS)),
    st.builds(
        Statement, st.just(LARS), st.just(Mode.CAR), st.just(Kind.EVENT), event=st.sampled_from(list(Event))
    ),
    st.builds(
        Statement, st.just(LARS), st.just(Mode.CAR), st.just(Kind.LENGTH), vehicles=st.integers(0, 5_000)
    ),
    st.builds(
        Statement, st.just(LARS), st.just(Mode.CAR), st.just(Kind.LENGTH), metres=st.integers(0, 60_000)
    ),
    st.builds(Statement, st.just(LARS), st.just(Mode.CAR), st.just(Kind.LENGTH), landmark=st.just("post")),
)


@st.composite
def many(draw: st.DrawFn) -> list[Report]:
    """Return reports of a day or more, of few people or many."""
    told = draw(
        st.lists(
            st.tuples(
                statements,
                st.integers(0, 110),
                st.one_of(st.none(), st.integers(0, 9).map(lambda who: b"%016d" % who)),
            ),
            max_size=40,
        )
    )
    return [
        Report(id, said, step(NOW - quarters * QUARTER), who) for id, (said, quarters, who) in enumerate(told)
    ]


def lately(reports: Sequence[Report]) -> list[Report]:
    return [report for report in reports if report.observed_at > NOW - LATELY]


def estimates(reports: Sequence[Report]) -> dict[Mode, Estimate]:
    return {
        mode: estimate([report for report in reports if report.statement.mode is mode], NOW)
        for mode in (Mode.CAR, Mode.BUS)
    }


def found(reports: Sequence[Report]) -> tuple[Finding, ...]:
    return findings(reports, estimates(reports), NOW)


def flood(minutes: int = 10, count: int = BURST, ago: float = 0) -> list[Report]:
    return [crossed(minutes, f"fresh{number}", ago) for number in range(count)]


def honest(minutes: int = 400, count: int = 8) -> list[Report]:
    return [crossed(minutes, f"honest{number}", 15 * number) for number in range(count)]


@given(many())
def test_every_report_is_in_some_group_and_of_fewer_than_three_only_the_hour_is_told(
    reports: list[Report],
) -> None:
    groups = counted(reports)
    for report in reports:
        assert any(each.group.covers(report) for each in groups)
    for each in groups:
        group = each.group
        covered = [report for report in reports if group.covers(report)]
        assert len(covered) == each.reports > 0
        assert each.people <= each.reports
        assert 0 < group.steps <= MOST_STEPS
        if each.people < ENOUGH:
            assert group.first % STEPS_AN_HOUR == group.steps % STEPS_AN_HOUR == 0


@given(many())
def test_findings_hold_every_report_of_the_day_and_each_group_once(reports: list[Report]) -> None:
    findings_ = found(reports)
    groups = [each.counted.group for each in findings_]
    assert len(set(groups)) == len(groups)
    for report in lately(reports):
        assert any(group.covers(report) for group in groups)
    assert list(findings_) == sorted(findings_, key=lambda each: list(Why).index(each.why))
    for each in findings_:
        if not each.counted.exact:
            assert each.counted.group.first % STEPS_AN_HOUR == 0


@given(many())
def test_the_order_of_the_reports_does_not_matter(reports: list[Report]) -> None:
    assert found(reports) == found(reports[::-1])


@given(statements)
def test_each_statement_is_of_one_claim_whose_range_holds_it(said: Statement) -> None:
    claim = claim_of(said)
    assert claims()[claim.code] is claim
    number = next(
        (n for n in (said.wait_minutes, said.vehicles, said.people, said.metres) if n is not None), None
    )
    if claim.low is not None and said.band is None:
        assert number is not None
        assert claim.low <= number < (claim.high or 10**9)
    if said.band is not None:
        assert (claim.low, claim.high) == (said.band.low, said.band.high)
    assert claim.event is said.event


@given(
    st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True),
    st.sampled_from(list(Mode)),
    st.sampled_from(list(claims().values())),
    st.integers(0, 9_999_999),
    st.integers(1, MOST_STEPS),
)
def test_what_is_written_of_a_group_comes_back_and_fits_its_column(
    crossing: str, mode: Mode, claim: Claim, first: int, steps: int
) -> None:
    group = Group(crossing, mode, claim, first, steps)
    assert Group.read(str(group)) == group
    assert len(f"{group} 100000") <= 120


@pytest.mark.parametrize(
    "written",
    [
        "",
        "x car 2026-11-22T12:00+15",
        "x car 2026-11-22T12:00+15 lies",
        "x car 2026-11-22T12:00+0 waiting",
        "x car 2026-11-22T12:00+1500 waiting",
        "x horse 2026-11-22T12:00+15 waiting",
    ],
)
def test_what_is_no_group_is_not_read(written: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of whatever part is wrong
        Group.read(written)


def test_a_burst_is_told_to_the_quarter_and_leaves_the_honest_alone() -> None:
    first = found(honest() + flood())[0]
    assert first.why is Why.BURST
    assert (first.counted.reports, first.counted.people) == (BURST, BURST)
    assert (first.counted.group.since, first.counted.group.steps) == (NOW, 1)
    assert first.counted.group.claim.name == "through-0-30"


def test_one_less_is_no_burst() -> None:
    assert not attacked(honest() + flood(count=BURST - 1), NOW)
    assert attacked(honest() + flood(), NOW)


def test_the_same_few_people_are_no_burst() -> None:
    said = [crossed(10, f"p{number % 5}", 0) for number in range(3 * BURST)]
    assert not attacked(said, NOW)


def test_people_who_spoke_before_are_no_burst() -> None:
    before = [crossed(60, f"fresh{number}", 600) for number in range(BURST)]
    assert not attacked(before + flood(), NOW)


def test_what_people_of_before_say_as_well_is_no_burst() -> None:
    before = [crossed(60, f"old{number}", 600) for number in range(BURST)]
    again = [crossed(10, f"old{number}") for number in range(BURST)]
    assert not attacked(before + again + flood(), NOW)


def test_many_who_say_different_things_are_no_burst() -> None:
    said = [crossed(minutes, f"{minutes}-{who}") for minutes in (10, 45, 100, 300, 500) for who in range(9)]
    assert not attacked(said, NOW)


def test_where_many_speak_anyway_it_takes_more() -> None:
    busy = [crossed(400, f"{hour}-{who}", 60 * hour + 15) for hour in range(24) for who in range(12)]
    assert not attacked(busy + flood(count=2 * BURST), NOW)
    assert attacked(busy + flood(count=5 * BURST), NOW)


def test_a_flood_of_half_a_day_does_not_become_usual() -> None:
    said = [crossed(10, f"{hour}-{who}", 60 * hour) for hour in range(11) for who in range(50)]
    assert attacked(said, NOW)


def test_a_burst_within_an_hour_is_one_group() -> None:
    said = [crossed(10, f"f{number}", 15 * (number % 4)) for number in range(2 * BURST)]
    bursts = [each for each in found(honest() + said) if each.why is Why.BURST]
    assert [(each.counted.reports, each.counted.group.steps) for each in bursts] == [(2 * BURST, 4)]


def test_an_attack_is_told_of_for_hours() -> None:
    said = flood(ago=60)
    until = said[0].observed_at + QUARTER + ATTACK_LASTS
    assert attacked(said, until - QUARTER)
    assert not attacked(said, until)


def test_reports_whose_pseudonyms_are_gone_count_as_different_people() -> None:
    assert attacked([crossed(10, None) for _ in range(BURST)], NOW)


@pytest.mark.parametrize(
    ("lie", "far"),
    [
        (crossed(10, "eve"), True),
        (tapped(BANDS[0], "eve"), True),
        (crossed(4_500, "eve"), True),
        (waiting(4_500, "eve"), True),
        (happened(Event.CLOSED, "eve", ago=60), True),
        (waiting(10, "eve"), False),
        (crossed(300, "eve"), False),
        (crossed(900, "eve"), False),
        (queue(5_000, "eve"), False),
        (happened(Event.DRAFT_NOTICES, "eve"), False),
        (crossed(10, "eve", mode=Mode.BUS), False),
    ],
)
def test_what_contradicts_the_rest_by_far(lie: Report, far: bool) -> None:
    why = {each.counted.group.claim: each.why for each in found([*honest(), lie])}
    assert (why[claim_of(lie.statement)] is Why.FAR) is far


def test_a_closure_after_which_nobody_passed_is_not_far() -> None:
    passed = [crossed(400, f"h{number}", 60) for number in range(5)]
    assert all(each.why is not Why.FAR for each in found([*passed, happened(Event.CLOSED, "eve")]))


def test_two_are_no_rest_to_be_far_from() -> None:
    assert all(each.why is Why.NOTHING for each in found([*honest(count=2), crossed(10, "eve")]))


def test_what_a_burst_says_does_not_make_the_honest_look_far() -> None:
    said = honest(count=5) + flood()
    assert {each.why for each in found(said) if each.counted.group.claim.low != 0} == {Why.NOTHING}


def test_the_sides_of_a_dispute_are_shown() -> None:
    said = [crossed(60, f"a{number}") for number in range(6)] + [
        crossed(200, f"b{number}") for number in range(5)
    ]
    shown = {each.counted.group.claim.name: each.why for each in found(said)}
    assert shown == {"through-60-180": Why.CAMP, "through-180-360": Why.CAMP}


def test_a_claim_is_of_what_it_says() -> None:
    assert {claim.of for claim in claims().values()} == set(Of)
    assert len({claim.name for claim in claims().values()}) == len(claims())

"""What is near, and what to try instead."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.crossings.catalogue import Type
from bot.crossings.nearest import Wind, alternatives, nearest
from tests.crossings.saying import LARS, catalogue

CATALOGUE = catalogue()


def test_vladikavkaz_is_near_verkhny_lars() -> None:
    first = nearest(CATALOGUE, 43.02, 44.68)[0]
    assert first.crossing.id == LARS
    assert first.km == pytest.approx(31, abs=3)
    assert first.wind is Wind.S


@pytest.mark.parametrize(
    ("lat", "lon", "wind"),
    [
        (42.0, 44.6261, Wind.N),
        (43.5, 44.6261, Wind.S),
        (42.7444, 40.0, Wind.E),
        (42.7444, 50.0, Wind.W),
        (42.0, 43.6, Wind.NE),
        (43.5, 45.6, Wind.SW),
        (43.5, 43.6, Wind.SE),
        (42.0, 45.6, Wind.NW),
    ],
)
def test_the_eight_winds(lat: float, lon: float, wind: Wind) -> None:
    near = {item.crossing.id: item for item in nearest(CATALOGUE, lat, lon, 200)}
    assert near[LARS].wind is wind


def test_a_thousandth_of_the_earth() -> None:
    near = {item.crossing.id: item for item in nearest(CATALOGUE, 42.7444 + 0.36, 44.6261, 200)}
    assert near[LARS].km == pytest.approx(40.03, abs=0.1)


@given(st.floats(-90, 90), st.floats(-180, 180), st.integers(1, 10))
def test_from_anywhere_nearest_first_and_one_airport_at_most(lat: float, lon: float, n: int) -> None:
    found = nearest(CATALOGUE, lat, lon, n)
    assert len(found) == n
    assert [item.km for item in found] == sorted(item.km for item in found)
    assert all(item.crossing.for_people for item in found)
    assert sum(item.crossing.type is Type.AIR for item in found) <= 1


def test_closed_and_freight_crossings_are_not_offered() -> None:
    offered = {item.crossing.id for item in nearest(CATALOGUE, 60.6, 27.9, 200)}
    assert "torfyanovka" not in offered  # closed by Finland
    assert CATALOGUE.crossings["torfyanovka"].for_people is False


def test_listed_alternatives_come_first_then_the_nearest_of_the_country() -> None:
    sagarchin = CATALOGUE.crossings["sagarchin"]
    assert sagarchin.alternatives
    found = [item.crossing.id for item in alternatives(CATALOGUE, sagarchin, 6)]
    assert found[: len(sagarchin.alternatives)] == list(sagarchin.alternatives)
    assert len(found) == len(set(found)) == 6
    assert "sagarchin" not in found
    rest = found[len(sagarchin.alternatives) :]
    assert all(CATALOGUE.crossings[id].country == "kz" for id in rest)


def test_fewer_are_given_when_asked_for_fewer() -> None:
    assert len(alternatives(CATALOGUE, CATALOGUE.crossings["bugristoe"], 1)) == 1


def test_a_breakaway_territory_is_no_way_to_georgia() -> None:
    offered = {item.crossing.id for item in alternatives(CATALOGUE, CATALOGUE.crossings[LARS], 20)}
    assert not offered & {"psou", "vesyoloe", "nizhny-zaramag"}
    assert "verkhny-lars" not in {
        item.crossing.id
        for item in alternatives(CATALOGUE, replace(CATALOGUE.crossings["psou"], alternatives=()), 20)
    }

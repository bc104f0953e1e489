"""Which crossings are near a place; the place is never kept."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.crossings.catalogue import Access, Catalogue, Crossing, Type

EARTH_KM = 6371.0
BREAKAWAY = frozenset({Access.ABKHAZIA, Access.SOUTH_OSSETIA})


class Wind(StrEnum):
    """The eight winds, clockwise."""

    N = "n"
    NE = "ne"
    E = "e"
    SE = "se"
    S = "s"
    SW = "sw"
    W = "w"
    NW = "nw"


@dataclass(frozen=True)
class Near:
    """A crossing, how many kilometres away in a straight line (to within `Position.within_km`), and where."""

    crossing: Crossing
    km: float
    wind: Wind


def nearest(catalogue: Catalogue, lat: float, lon: float, n: int = 5) -> tuple[Near, ...]:
    """Return the `n` nearest crossings that people may be able to pass, of airports only the nearest."""
    found: list[Near] = []
    for near in _by_distance(catalogue.crossings.values(), lat, lon):
        airport = near.crossing.type is Type.AIR
        if near.crossing.for_people and not (airport and any(o.crossing.type is Type.AIR for o in found)):
            found.append(near)
        if len(found) == n:
            break
    return tuple(found)


def alternatives(catalogue: Catalogue, crossing: Crossing, n: int = 4) -> tuple[Near, ...]:
    """Return what to try instead: first the listed ones, then the nearest of the same country.

    What leads to a breakaway territory only is no way to the country that it belongs to, nor offered as one.
    """
    place = crossing.position
    listed = [catalogue.crossings[id] for id in crossing.alternatives if id in catalogue.crossings]
    rest = [
        other
        for other in catalogue.of(crossing.country)
        if other.id != crossing.id
        and other not in listed
        and other.for_people
        and (other.access is crossing.access or BREAKAWAY.isdisjoint({other.access, crossing.access}))
    ]
    ordered = [_near(other, place.lat, place.lon) for other in listed]
    ordered += _by_distance(rest, place.lat, place.lon)
    return tuple(ordered[:n])


def _by_distance(crossings: Iterable[Crossing], lat: float, lon: float) -> list[Near]:
    return sorted((_near(crossing, lat, lon) for crossing in crossings), key=lambda near: near.km)


def _near(crossing: Crossing, lat: float, lon: float) -> Near:
    km, degrees = _course(lat, lon, crossing.position.lat, crossing.position.lon)
    return Near(crossing, km, list(Wind)[round(degrees / 45) % 8])


def _course(lat: float, lon: float, to_lat: float, to_lon: float) -> tuple[float, float]:
    """Return the great-circle distance in km (haversine) and the initial bearing in degrees from north."""
    a, b, turn = math.radians(lat), math.radians(to_lat), math.radians(to_lon - lon)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(turn / 2) ** 2
    km = 2 * EARTH_KM * math.asin(math.sqrt(min(half, 1.0)))
    east = math.sin(turn) * math.cos(b)
    north = math.cos(a) * math.sin(b) - math.sin(a) * math.cos(b) * math.cos(turn)
    return km, math.degrees(math.atan2(east, north)) % 360

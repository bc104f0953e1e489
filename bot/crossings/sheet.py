"""What is drawn, place by place and word by word: nothing is left to decide, and nothing is drawn yet.

It goes to the process that draws as JSON.
"""

from dataclasses import dataclass
from typing import Literal

Row = Literal["band", "rough", "middle", "through", "waiting", "beyond", "usual", "ahead"]
"""What the legend can explain."""


@dataclass(frozen=True)
class Box:
    """A range of waits of those who join from `left` to `right`; `middle` is where half of them are."""

    left: float
    right: float
    low: float
    high: float
    middle: float | None = None
    ahead: bool = False


@dataclass(frozen=True)
class Spot:
    """A dot; `size` is 0 to 1. Who is still `waiting` says "at least"; `beyond` lies above the picture."""

    x: float
    y: float
    size: float
    waiting: bool
    beyond: bool


@dataclass(frozen=True)
class Side:
    """One side of a dispute, beside "now"."""

    low: float
    high: float
    text: str


@dataclass(frozen=True)
class Flag:
    """Something that happened from `left` to `right`."""

    left: float
    right: float
    sign: str


@dataclass(frozen=True)
class Sheet:
    """A picture. Across are hours from now, negative before it; upwards minutes of waiting, from 0 to `top`.

    `ticks` are places on an axis and what stands there. `lines` stand under the picture, in `legend` is what
    the legend says of each kind of sign that is there.
    """

    title: str
    subtitle: str
    notice: str
    across: str
    now: str
    left: float
    right: float
    top: float
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    boxes: tuple[Box, ...]
    spots: tuple[Spot, ...]
    usual: tuple[tuple[float, float], ...]
    sides: tuple[Side, ...]
    flags: tuple[Flag, ...]
    legend: tuple[tuple[Row, str], ...]
    lines: tuple[str, ...]

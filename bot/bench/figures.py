"""What was measured: figures with their targets, and the table and the JSON that they make."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Unmeasured(Exception):
    """A measure could not be taken; the message says why."""


class Better(Enum):
    """On which side of its target a figure has to be."""

    HIGH = "≥"
    LOW = "≤"


@dataclass(frozen=True)
class Target:
    """What a figure has to reach."""

    better: Better
    value: float

    def reached_by(self, figure: float) -> bool:
        """Tell whether a figure is good enough; one that could not be measured (NaN) never is."""
        return figure >= self.value if self.better is Better.HIGH else figure <= self.value


@dataclass(frozen=True)
class Figure:
    """One number of a measure; without a target it is there to judge the others by."""

    measure: str
    name: str
    unit: str
    value: float
    target: Target | None = None

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; None without one."""
        return None if self.target is None else self.target.reached_by(self.value)


@dataclass(frozen=True)
class Outcome:
    """What a measure found; `note` says how it was measured, or why it could not be."""

    figures: tuple[Figure, ...]
    note: str


def at_least(value: float) -> Target:
    """Return the target of that much or more."""
    return Target(Better.HIGH, value)


def at_most(value: float) -> Target:
    """Return the target of that much or less."""
    return Target(Better.LOW, value)


def median(values: Sequence[float]) -> float:
    """Return the middle value, or the mean of the two middle ones; NaN of nothing."""
    return quantile(values, 0.5)


def quantile(values: Sequence[float], share: float) -> float:
    """Return what this share of the values does not exceed, by a line between neighbours; NaN of nothing."""
    if not values:
        return math.nan
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = math.ceil(place)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def written(value: float) -> str:
    """Write a number with as many digits as mean something: 0, 0.61, 4.3, 871."""
    if math.isnan(value):
        return "not measured"
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a table for a terminal."""
    rows = [("measure", "figure", "", "unit", "target", "reached")]
    for number, figure in enumerate(figures):
        first = not number or figures[number - 1].measure != figure.measure
        rows.append(
            (
                figure.measure if first else "",
                figure.name,
                written(figure.value),
                figure.unit,
                f"{figure.target.better.value} {written(figure.target.value)}" if figure.target else "",
                {None: "", True: "yes", False: "NO"}[figure.reached],
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if column == 2 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def json_object(figures: Sequence[Figure], notes: Mapping[str, str]) -> dict[str, Any]:
    """Return the same as a JSON object; what could not be measured is null."""
    return {
        "figures": [
            {
                "measure": figure.measure,
                "name": figure.name,
                "unit": figure.unit,
                "figure": None if math.isnan(figure.value) else figure.value,
                "target": _target(figure.target),
                "reached": figure.reached,
            }
            for figure in figures
        ],
        "notes": dict(notes),
    }


def _target(target: Target | None) -> dict[str, float] | None:
    if target is None:
        return None
    return {"at_least" if target.better is Better.HIGH else "at_most": target.value}

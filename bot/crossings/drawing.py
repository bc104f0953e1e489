"""Draws pictures, in a process of its own: matplotlib brings 60 MB, which is not needed in between.

    python -m bot.crossings.drawing <requests >pictures

Each request is four bytes of length and a `Sheet` in JSON; each answer four bytes of length, one byte and the
PNG, or the name of what went wrong (`DRAWN`, `FAILED`). It ends with its input.

A picture serves both themes of Telegram: it has paper of its own. Its colours are those that colour-blind
people tell apart (M. Okabe and K. Ito, "Color universal design", 2008), and each kind of sign has its shape.
"""

import io
import math
import os
import struct
import sys
from collections.abc import Sequence
from itertools import product
from typing import Any, BinaryIO

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.text import Text
from PIL import Image
from pydantic import TypeAdapter

from bot.crossings.sheet import Box, Row, Sheet
from bot.privacy.process import keep_memory_private

LENGTH = struct.Struct(">I")
DRAWN, FAILED = b"+", b"-"

WIDE, HIGH = 360, 400
"""Points of the picture: a phone is about as wide, so a point of type is about a point there."""

PIXELS = 3  # to a point, as good phones have
COLOURS, MOST_BYTES = (48, 24, 12), 60_000
"""It is to load at once, also where the network is bad: with so many colours as it takes for that."""

PAPER, INK, FAINT = "#FBFAF7", "#1B1B1B", "#6A6A6A"
BLUE, SKY, ORANGE, GREEN, RED = "#0072B2", "#56B4E9", "#E69F00", "#009E73", "#D55E00"
GRID, MINT = "#D8D6D0", "#D3EBE3"
USUAL = (0, (2.0, 1.2))  # dashes
TITLE, TEXT, SMALL, SMALLEST = 18.0, 13.0, 12.5, 11.0  # points
ROW = 18.0
SPOT_SMALLEST, SPOT_LARGEST = 16.0, 110.0  # points squared
LEFT, EDGE = 60.0, 10.0  # points
STYLE = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, and has Cyrillic
    "font.size": TEXT,
    "text.parse_math": False,
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "hatch.linewidth": 1.0,
    "path.simplify": True,
}


def draw(sheet: Sheet) -> bytes:
    """Return the picture as PNG."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDE / 72, HIGH / 72), dpi=72 * PIXELS, facecolor=PAPER)
        canvas = FigureCanvasAgg(figure)
        top = _head(figure, canvas, sheet)
        bottom = _foot(figure, canvas, sheet)
        place = (LEFT / WIDE, bottom / HIGH, (WIDE - LEFT - EDGE) / WIDE, (top - bottom) / HIGH)
        axes = figure.add_axes(place)
        _frame(axes, sheet)
        _ranges(axes, sheet)
        _signs(axes, sheet)
        canvas.draw()
        return _png(canvas)


def _png(canvas: FigureCanvasAgg) -> bytes:
    width, height = canvas.get_width_height()
    image = Image.frombuffer("RGBA", (width, height), bytes(canvas.buffer_rgba())).convert("RGB")
    for colours in COLOURS:
        written = io.BytesIO()
        image.quantize(colours, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
        if written.tell() <= MOST_BYTES:
            break
    return written.getvalue()


def _head(figure: Figure, canvas: FigureCanvasAgg, sheet: Sheet) -> float:
    """Write what this is and of when; return up to where the picture may go below it, in points."""
    at = HIGH - 9.0
    for text, size, colour, weight in (
        (sheet.title, TITLE, INK, "bold"),
        (sheet.subtitle, TEXT, INK, "normal"),
        (sheet.notice, SMALL, RED, "bold"),
    ):
        if text:
            line = figure.text(
                EDGE / WIDE, at / HIGH, text, fontsize=size, color=colour, weight=weight, va="top"
            )
            _fit(line, canvas)
            at -= 1.45 * size
    return at - ROW * (2 if sheet.flags else 1) - 2


def _fit(text: Text, canvas: FigureCanvasAgg, room: float = WIDE - 2 * EDGE) -> None:
    """Make a line smaller until it fits into so many points, and cut what even then does not."""
    while text.get_window_extent(canvas.get_renderer()).width > room * PIXELS:
        size = float(text.get_fontsize())
        if size > SMALLEST:
            text.set_fontsize(size - 0.5)
        else:
            text.set_text(text.get_text().rstrip("…")[:-1] + "…")


def _foot(figure: Figure, canvas: FigureCanvasAgg, sheet: Sheet) -> float:
    """Write the legend and the lines below the picture; return from where the picture may go, in points."""
    at = 8.0
    for line in reversed(sheet.lines):
        _fit(figure.text(EDGE / WIDE, at / HIGH, line, fontsize=SMALL, va="bottom"), canvas)
        at += ROW
    if sheet.legend:
        legend = figure.legend(
            handles=[_sample(row, text) for row, text in sheet.legend],
            loc="lower left",
            bbox_to_anchor=(EDGE / WIDE, at / HIGH),
            ncols=2,
            frameon=False,
            fontsize=SMALL,
            handlelength=1.6,
            handletextpad=0.5,
            columnspacing=1.2,
            labelspacing=0.3,
            borderaxespad=0.0,
            borderpad=0.0,
        )
        for text in legend.get_texts():
            _fit(text, canvas, (WIDE - 3 * EDGE) / 2 - 1.6 * SMALL)
    lines = 1 + max((text.count("\n") + 1 for _, text in sheet.x_ticks), default=1)
    return at + ROW * (-(-len(sheet.legend) // 2)) + (TEXT + 4) * lines + 6


def _sample(row: Row, text: str) -> Line2D | Patch:
    match row:
        case "band":
            return Patch(facecolor=SKY, alpha=0.6, label=text)
        case "rough":
            return Patch(facecolor=SKY + "33", edgecolor=BLUE, linestyle=":", linewidth=1.5, label=text)
        case "ahead":
            return Patch(facecolor=MINT, edgecolor=GREEN, hatch="///", linewidth=0.0, label=text)
        case "middle":
            return Line2D([], [], color=BLUE, linewidth=3, label=text)
        case "usual":
            return Line2D([], [], color=FAINT, linewidth=2, linestyle=USUAL, label=text)
        case "through":
            return _dot("o", ORANGE, text)
        case "waiting":
            return _dot("^", ORANGE, text)
        case "beyond":
            return _dot("o", "none", text)


def _dot(marker: str, colour: str, text: str) -> Line2D:
    return Line2D(
        [],
        [],
        linestyle="",
        marker=marker,
        markersize=8,
        markerfacecolor=colour,
        markeredgecolor=INK,
        label=text,
    )


def _frame(axes: Axes, sheet: Sheet) -> None:
    axes.set_facecolor(PAPER)
    axes.set_xlim(sheet.left, sheet.right)
    axes.set_ylim(0, sheet.top)
    axes.set_xticks([at for at, _ in sheet.x_ticks], [text for _, text in sheet.x_ticks])
    axes.set_yticks([at for at, _ in sheet.y_ticks], [text for _, text in sheet.y_ticks])
    axes.tick_params(labelsize=TEXT, labelcolor=INK, length=4, pad=2)
    axes.set_xlabel(sheet.across, fontsize=SMALL, labelpad=1)
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.axvline(0, color=INK, linewidth=1.2)
    _above(axes, 0, sheet.now, 2, fontsize=SMALL)
    for flag in sheet.flags:
        _above(axes, flag.left, flag.sign, ROW, fontsize=TEXT + 2, color=RED)
        axes.axvline(flag.left, color=RED, linewidth=1.2, linestyle=(0, (4, 3)))
        lasting = [flag.left, max(flag.right, flag.left + 0.006 * (sheet.right - sheet.left))]
        axes.plot(
            lasting, [sheet.top, sheet.top], color=RED, linewidth=4, clip_on=False, solid_capstyle="butt"
        )


def _above(axes: Axes, at: float, text: str, points: float, **style: Any) -> None:
    axes.annotate(
        text,
        (at, 1),
        (0, points),
        xycoords=axes.get_xaxis_transform(),
        textcoords="offset points",
        ha="center",
        va="bottom",
        annotation_clip=False,
        **style,
    )


def _ranges(axes: Axes, sheet: Sheet) -> None:
    for box in sheet.boxes:
        look: dict[str, Any] = {"facecolor": SKY, "alpha": 0.6 if box.middle is not None else 0.2}
        if box.ahead:
            look = {"facecolor": MINT, "edgecolor": GREEN, "hatch": "///"}
        axes.add_patch(Rectangle((box.left, box.low), box.right - box.left, box.high - box.low, lw=0, **look))
        if box.middle is None:
            colour = GREEN if box.ahead else BLUE
            for edge in (box.low, box.high):
                axes.plot([box.left, box.right], [edge, edge], color=colour, linewidth=1.5, linestyle=":")
    for run in _runs([box for box in sheet.boxes if box.middle is not None]):
        across = [edge for box in run for edge in (box.left, box.right)]
        up = [middle for box in run for middle in (box.middle, box.middle)]
        if run[0].ahead:
            axes.plot(across, up, color=GREEN, linewidth=3, linestyle=(0, (1.6, 0.8)))
        else:
            axes.plot(across, up, color=BLUE, linewidth=3, solid_capstyle="butt")
    if sheet.usual:
        across, up = map(list, zip(*sheet.usual, strict=True))
        axes.plot(across, up, color=FAINT, linewidth=2, linestyle=USUAL)


def _runs(boxes: Sequence[Box]) -> list[list[Box]]:
    """Return the boxes in runs without a gap."""
    runs: list[list[Box]] = []
    for box in boxes:
        if (
            runs
            and runs[-1][-1].ahead == box.ahead
            and math.isclose(runs[-1][-1].right, box.left, abs_tol=1e-6)
        ):
            runs[-1].append(box)
        else:
            runs.append([box])
    return runs


def _signs(axes: Axes, sheet: Sheet) -> None:
    for waiting, beyond in product((False, True), repeat=2):
        spots = [spot for spot in sheet.spots if (spot.waiting, spot.beyond) == (waiting, beyond)]
        axes.scatter(
            [spot.x for spot in spots],
            [spot.y for spot in spots],
            s=[SPOT_SMALLEST + spot.size * (SPOT_LARGEST - SPOT_SMALLEST) for spot in spots],
            marker="^" if waiting else "o",
            facecolor=PAPER if beyond else ORANGE,
            edgecolor=INK,
            linewidth=0.8,
            alpha=0.9,
            clip_on=False,
            zorder=4,
        )
    free = 0.0  # no text may stand below it, or it would lie over the one before
    for side in sheet.sides:
        axes.plot([0, 0], [side.low, side.high], color=BLUE, linewidth=8, solid_capstyle="butt", zorder=5)
        middle = max((side.low + side.high) / 2, free + 0.1 * sheet.top)
        free = middle + 0.1 * sheet.top
        axes.annotate(
            side.text,
            (0, middle),
            (8, 0),
            textcoords="offset points",
            fontsize=SMALL,
            va="center",
            bbox={"facecolor": PAPER, "edgecolor": "none", "alpha": 0.85, "pad": 1.0},
            zorder=6,
        )


def serve(requests: BinaryIO, pictures: BinaryIO) -> None:
    """Answer requests until there are no more."""
    read = TypeAdapter(Sheet)
    while header := requests.read(LENGTH.size):
        wanted = requests.read(LENGTH.unpack(header)[0])
        try:
            answer = DRAWN + draw(read.validate_json(wanted))
        except Exception as error:  # whatever it is: the next picture may be drawn again
            answer = FAILED + type(error).__name__.encode()
        pictures.write(LENGTH.pack(len(answer)) + answer)
        pictures.flush()


if __name__ == "__main__":
    keep_memory_private()
    os.nice(10)  # whoever waits for words goes first
    serve(sys.stdin.buffer, sys.stdout.buffer)

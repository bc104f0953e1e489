"""What is drawn: a PNG that a phone loads at once, and in which nothing runs out of the picture."""

import io
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font
from matplotlib.text import Text
from PIL import Image, ImageChops
from pydantic import TypeAdapter

from bot.crossings import drawing
from bot.crossings.drawing import HIGH, MOST_BYTES, PIXELS, WIDE, draw, serve
from bot.crossings.report import Event
from bot.crossings.sheet import Box, Flag, Row, Sheet, Side, Spot
from bot.guide.model import Language
from bot.telegram.screens import chart as screens
from tests.crossings.saying import crossed, happened, waiting
from tests.crossings.test_chart import HERE, LEARNED, TEXTS, drawn

ROWS: tuple[Row, ...] = ("band", "middle", "rough", "through", "waiting", "beyond", "usual", "ahead")


def busy(language: Language = Language.RU) -> Sheet:
    """Return a picture of all that there can be at once."""
    said = [crossed(200 + 13 * n, f"through {n}", 23 * n) for n in range(60)]
    said += [waiting(15 * n, f"waiting {n}", 31 * n) for n in range(1, 30)]
    said += [happened(event, f"{event} {n}", 60 * n) for event in Event for n in range(4)]
    return drawn(*said, learned=LEARNED, texts=TEXTS[language])


def opened(png: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(png))
    image.load()
    return image


def sheets() -> st.SearchStrategy[Sheet]:
    minutes = st.floats(0, 100)
    hours = st.floats(-24, 12)
    box = st.builds(Box, hours, hours, minutes, minutes, st.one_of(st.none(), minutes), ahead=st.booleans())
    words = st.text("абвЩЯ Wq0,.:–—…·$\\_^{}%#&<>", max_size=60)
    return st.builds(
        Sheet,
        *(words,) * 5,
        st.just(-24.0),
        st.just(12.0),
        st.just(100.0),
        *(st.lists(st.tuples(hours, words), max_size=7).map(tuple),) * 2,
        st.lists(box, max_size=36).map(tuple),
        st.lists(
            st.builds(Spot, hours, minutes, st.floats(0, 1), st.booleans(), st.booleans()), max_size=50
        ).map(tuple),
        st.lists(st.tuples(hours, minutes), max_size=36).map(tuple),
        st.lists(st.builds(Side, minutes, minutes, words), max_size=3).map(tuple),
        st.lists(st.builds(Flag, hours, hours, st.sampled_from("✖✔")), max_size=3).map(tuple),
        st.lists(st.tuples(st.sampled_from(ROWS), words), max_size=8, unique_by=lambda one: one[0]).map(
            tuple
        ),
        st.lists(words, max_size=3).map(tuple),
    )


@pytest.mark.parametrize("language", list(Language))
def test_the_fullest_picture_is_small_and_of_the_size_of_a_phone(language: Language) -> None:
    png = draw(busy(language))
    assert len(png) <= MOST_BYTES
    image = opened(png)
    assert image.format == "PNG"
    assert image.size == (WIDE * PIXELS, HIGH * PIXELS) == (1080, 1200)


def test_it_has_paper_of_its_own_in_either_theme() -> None:
    image = opened(draw(busy())).convert("RGBA")
    assert image.getchannel("A").getextrema() == (255, 255)
    assert len({image.getpixel((x, y)) for x in (0, 1079) for y in (0, 1199)}) == 1


@settings(max_examples=10, phases=(Phase.explicit, Phase.generate))  # to shrink takes minutes
@given(sheets())
def test_whatever_is_on_a_sheet_is_drawn(sheet: Sheet) -> None:
    png = draw(sheet)
    assert opened(png).size == (1080, 1200)
    assert len(png) <= MOST_BYTES == 60_000


def test_nothing_runs_out_of_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    figures: list[Figure] = []

    class Kept(Figure):
        def __init__(self, **values: Any) -> None:
            super().__init__(**values)
            figures.append(self)

    monkeypatch.setattr(drawing, "Figure", Kept)
    longest = max(HERE.crossings.values(), key=lambda one: len(TEXTS[Language.RU].of(one.name)))
    for language, texts in TEXTS.items():
        sheet = busy(language)
        rows = tuple((row, str(texts(f"chart-row-{row}"))) for row in ROWS)
        lines = sorted((f"{screens.SIGNS[event]} {texts(f'event-{event}')}" for event in Event), key=len)[-3:]
        draw(replace(sheet, title=texts.of(longest.name), legend=rows, lines=tuple(lines)))
    assert len(figures) == len(Language)
    for figure in figures:
        shown = [text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]
        assert len(shown) > 20
        for text in shown:
            box = text.get_window_extent()
            assert box.x0 >= 0, text
            assert box.x1 <= 1080, text
            assert box.y0 >= 0, text
            assert box.y1 <= 1200, text


def test_every_sign_and_name_is_in_the_font() -> None:
    font = get_font(findfont("DejaVu Sans", fallback_to_default=False))
    names = {words for crossing in HERE.crossings.values() for words in (crossing.name.ru, crossing.name.en)}
    assert {sign for text in (*screens.SIGNS.values(), *names) for sign in text} <= set(
        map(chr, font.get_charmap())
    )
    assert set(screens.SIGNS) == set(Event)


def test_a_dollar_is_a_dollar() -> None:
    assert draw(replace(busy(), title="a $\\frac{1}$ b", subtitle="$", lines=("5 $ and 6 $",)))


def test_kinds_of_signs_differ_by_more_than_colour() -> None:
    """Without colours a range, what is usual, a forecast and both kinds of dots still look different."""
    looks = []
    for row in ROWS:
        sheet = replace(busy(), boxes=(), spots=(), usual=(), flags=(), lines=(), legend=((row, ""),))
        looks.append(opened(draw(sheet)).convert("L").point(lambda grey: 255 * (grey > 200)))
    for number, one in enumerate(looks):
        for other in looks[:number]:
            assert ImageChops.difference(one, other).getbbox()


def test_the_program_answers_one_request_after_the_other_and_survives_a_bad_one() -> None:
    read = TypeAdapter(Sheet)
    asked = [read.dump_json(busy()), b"{}", read.dump_json(busy(Language.EN))]
    answers = io.BytesIO()
    serve(io.BytesIO(b"".join(len(each).to_bytes(4, "big") + each for each in asked)), answers)
    answers.seek(0)
    told = []
    while header := answers.read(4):
        told.append(answers.read(int.from_bytes(header, "big")))
    assert [answer[:1] for answer in told] == [b"+", b"-", b"+"]
    assert told[1] == b"-ValidationError"
    assert opened(told[2][1:]).size == (1080, 1200)


def test_the_process_that_wants_a_picture_imports_nothing_that_draws(tmp_path: Path) -> None:
    code = f"""
import asyncio, sys
from pathlib import Path
from bot.clock import SystemClock
from bot.crossings.rendering import Renderer
from tests.crossings.test_rendering import SHEET

async def main():
    renderer = Renderer(SystemClock(), Path({str(tmp_path)!r}))
    print((await renderer.draw(SHEET))[:4])
    await renderer.close()

asyncio.run(main())
print([name for name in ("matplotlib", "numpy", "PIL") if name in sys.modules])
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own
    assert done.stdout.split("\n")[:2] == ["b'\\x89PNG'", "[]"]

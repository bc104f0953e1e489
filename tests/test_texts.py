"""The bot's words: both languages whole, every one used, numbers and times as people write them."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fluent.syntax import FluentParser
from fluent.syntax.ast import Message
from fluent.syntax.visitor import Visitor

from bot.guide.model import Language
from bot.texts import Html, TextError, Texts, load

FOLDER = Path(__file__).parent.parent / "content" / "texts"
SOURCES = Path(__file__).parent.parent / "bot"
BUILT = (
    "mode-",
    "event-",
    "status-",
    "wind-",
    "command-",
    "type-",
    "mydata-",
    "chart-row-",
    "ticket-arrival-",
    "ticket-may-",
    "ticket-news-",
)
"""Keys that are put together in code from an enum's value."""


@pytest.fixture(scope="module")
def ru() -> Texts:
    return load(FOLDER)[Language.RU]


@pytest.fixture(scope="module")
def en() -> Texts:
    return load(FOLDER)[Language.EN]


def messages(language: str) -> dict[str, Message]:
    resource = FluentParser().parse((FOLDER / f"{language}.ftl").read_text("utf-8"))
    assert not [entry for entry in resource.body if type(entry).__name__ == "Junk"]
    found = [entry for entry in resource.body if isinstance(entry, Message)]
    assert len({message.id.name for message in found}) == len(found), "a key stands twice"
    return {message.id.name: message for message in found}


class Variables(Visitor):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: object) -> None:  # noqa: N802 - the visitor's own naming
        self.names.add(node.id.name)  # type: ignore[attr-defined]


def variables(message: Message) -> set[str]:
    visitor = Variables()
    visitor.visit(message)
    return visitor.names


def test_both_languages_have_the_same_messages_with_the_same_variables() -> None:
    russian, english = messages("ru"), messages("en")
    assert set(russian) == set(english)
    assert {key for key in russian if variables(russian[key]) != variables(english[key])} == set()


def test_every_message_is_used_and_every_used_message_exists() -> None:
    code = "\n".join(path.read_text("utf-8") for path in SOURCES.rglob("*.py"))
    known = messages("ru")
    unused = {key for key in known if f'"{key}"' not in code and not key.startswith(BUILT)}
    assert unused == set()
    asked = set(re.findall(r'\btexts\(\s*"([a-z_-]+)"', code))
    assert asked - set(known) == set()


@pytest.mark.parametrize(
    ("minutes", "russian", "english"),
    [
        (40, "40 мин", "40 min"),
        (60, "1 ч", "1 h"),
        (90, "1,5 ч", "1.5 h"),
        (370, "6 ч", "6 h"),
        (5000, "3,5 дн.", "3.5 days"),
    ],
)
def test_durations(ru: Texts, en: Texts, minutes: int, russian: str, english: str) -> None:
    assert (ru.duration(minutes), en.duration(minutes)) == (russian, english)


@pytest.mark.parametrize(
    ("minutes", "russian", "english"),
    [
        (0, "0 мин", "0 min"),
        (60, "1 ч", "1 h"),
        (450, "7 ч 30 мин", "7 h 30 min"),
        (4500, "3 дн. 3 ч", "3 days 3 h"),
    ],
)
def test_what_somebody_said_is_repeated_to_the_minute(
    ru: Texts, en: Texts, minutes: int, russian: str, english: str
) -> None:
    assert (ru.exactly(minutes), en.exactly(minutes)) == (russian, english)


@pytest.mark.parametrize(
    ("low", "high", "russian"),
    [
        (360, 480, "6–8 ч"),
        (0, 30, "меньше 30 мин"),
        (4320, None, "больше 3 дн."),
        (30, 60, "30–60 мин"),
        (361, 365, "6 ч"),
        (0, 27, "меньше 30 мин"),
        (3, 27, "меньше 30 мин"),
        (6, 13, "5–15 мин"),
        (23, 23, "20–25 мин"),
        (3, 58, "меньше 1 ч"),
        (4, 100, "меньше 2 ч"),
        (50, 130, "0,5–2,5 ч"),
        (125, 302, "2–5 ч"),
        (200, 561, "3–10 ч"),
        (4000, 4500, "2,5–3,5 дн."),
    ],
)
def test_ranges_are_said_in_one_unit(ru: Texts, low: int, high: int | None, russian: str) -> None:
    assert ru.span(low, high) == russian


def test_dates_and_times(ru: Texts, en: Texts) -> None:
    assert en.date(date(2026, 11, 22)) == "22 November 2026"
    assert ru.partial_date("2025-11") == "ноябрь 2025"
    assert ru.partial_date("2022") == "2022"
    assert ru.clock(datetime(2026, 11, 22, 18, 40, tzinfo=UTC), ZoneInfo("Europe/Moscow")) == "21:40"


def test_values_cannot_smuggle_markup(ru: Texts) -> None:
    assert "&lt;b&gt;" in ru("find-none", query="<b>")
    assert "<b>" in ru("find-none", query=Html("<b>"))


def test_a_missing_key_or_value_is_an_error(ru: Texts) -> None:
    with pytest.raises(TextError, match="no-such-key"):
        ru("no-such-key")
    with pytest.raises(TextError, match="find-none"):
        ru("find-none")

"""Reports read out of what people type: each row of `said.csv` is a message of our own and what it says."""

import csv
import time as clock
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.crossings.amounts import NUMBER, tokens_of
from bot.crossings.catalogue import load
from bot.crossings.names import Names
from bot.crossings.report import Event, Kind, Mode
from bot.crossings.said import Listener, Said
from bot.crossings.said_events import Happening
from bot.crossings.wording import read
from bot.parse_cli import CONTENT, FOUND, cells

LONE = ("километр", "полкилометра")  # these are a number by themselves
DEV = Path(__file__).parents[3] / "shared" / "chat" / "reports-dev.csv"
FIELDS = tuple(column for column in FOUND if column not in ("is_report", "polarity"))


def listener() -> Listener:
    catalogue = load(CONTENT / "crossings").catalogue
    assert catalogue is not None
    return Listener(catalogue, Names(catalogue))


LISTENER = listener()


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


OWN = rows(Path(__file__).with_name("said.csv"))
REPORTS = [row["text"] for row in OWN if row["is_report"] == "1" and LISTENER.report(row["text"])]


def said(text: str) -> Said:
    found = LISTENER.report(text)
    assert found is not None, text
    return found


@dataclass(frozen=True)
class Level:
    """How well messages were read: F1 of what is a report, shares of the rest, fields that were made up."""

    f1: float
    rejected: float
    right: float
    invented: int


def level(messages: Iterable[Mapping[str, str]]) -> Level:
    both = [(row, cells(LISTENER, row["text"])) for row in messages]
    true = sum(row["is_report"] == found["is_report"] == "1" for row, found in both)
    wrong = sum(row["is_report"] != found["is_report"] for row, found in both)
    others = [found for row, found in both if row["is_report"] == "0"]
    stated = [
        (row[field], found[field]) for row, found in both if row["is_report"] == "1" for field in FIELDS
    ]
    given = [(label, value) for label, value in stated if label]
    return Level(
        f1=2 * true / (2 * true + wrong),
        rejected=sum(found["is_report"] == "0" for found in others) / len(others),
        right=sum(label == value for label, value in given) / len(given),
        invented=sum(bool(value) for label, value in stated if not label),
    )


def test_messages_of_our_own() -> None:
    found = level(OWN)
    assert found.f1 >= 0.98
    assert found.rejected >= 0.97
    assert found.right >= 0.98
    assert found.invented <= 8


@pytest.mark.skipif(
    not DEV.exists(), reason=f"{DEV} is not there: its messages have no licence to be kept here"
)
def test_messages_of_the_dev_set() -> None:
    found = level(rows(DEV))
    assert found.f1 >= 0.98
    assert found.rejected >= 0.95
    assert found.right >= 0.97
    assert found.invented <= 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Прошли Ларс пешком за полтора часа", Said(Kind.CROSSED, mode=Mode.FOOT, wait_minutes=90)),
        ("Ларс, стоим пятеро суток", Said(Kind.WAITING, waited_minutes=7200)),
        ("Ларс: ждём полдня", Said(Kind.WAITING, waited_minutes=720)),
        ("На Ларсе очередь часа на 4", Said(Kind.CROSSED, wait_minutes=240)),
        ("На Ларсе двести машин", Said(Kind.LENGTH, mode=Mode.CAR, vehicles=200)),
        ("Ларс, в 2 ряда по 10-13 машин", Said(Kind.LENGTH, mode=Mode.CAR, vehicles=23)),
        ("Ларс, 3 на нейтралке, перед шлагбаумом 15", Said(Kind.LENGTH, vehicles=15)),
        ("Озинки, легковых - 0, грузовых - 80", Said(Kind.LENGTH, mode=Mode.CAR, vehicles=0)),
        ("Lars, three and a half hours by car", Said(Kind.CROSSED, mode=Mode.CAR, wait_minutes=210)),
        ("Стоим на Ларсе, до границы 2 км", Said(Kind.WAITING, metres=2000)),
        ("Ларс закрыт", Said(Kind.EVENT, happening=Happening.CLOSED)),
    ],
)
def test_numbers_are_read_with_what_they_count(text: str, expected: Said) -> None:
    found = said(text)
    assert replace(found, crossings=(), polarity=None, landmark=None) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Ларс, запускают по 10 машин, забито",  # at once, not the queue
        "Ларс забит, пропускают 5 машин в час",
        "Стоим на Ларсе, за час проехали 300 метров",
        "Стоим на Ларсе третий час",  # not yet three
        "Встали на Ларсе в 5 часов утра, до сих пор стоим",
        "Ларс забит, за нами 50 машин",
        "Стоим на Ларсе, нас 4 человека",
    ],
)
def test_numbers_that_count_something_else_are_left_out(text: str) -> None:
    found = said(text)
    numbers = (found.wait_minutes, found.waited_minutes, found.vehicles, found.people, found.metres)
    assert numbers == (None,) * 5, text


def test_since_an_hour_tells_how_long_only_beside_a_clock() -> None:
    text = "Ларс, стоим с 6 утра"
    assert said(text).waited_minutes is None
    found = LISTENER.report(text, time(10, 30))
    assert found is not None
    assert found.waited_minutes == 270
    late = LISTENER.report("Ларс, стоим с 11 вечера", time(1, 0))
    assert late is not None
    assert late.waited_minutes == 120


def test_what_stands_around_a_question_counts() -> None:
    assert said("Стоим на Ларсе 5 часов, кто знает, что впереди?").waited_minutes == 300
    assert LISTENER.report("На Ларсе 300 машин, правда?") is None
    assert LISTENER.report("На Ларсе мужчин не выпускают. Или уже выпускают?") is None


@pytest.mark.parametrize(
    "text",
    [
        "is lars closed",
        "hello, is lars closed",
        "has lars closed",
        "have they closed lars",
        "are phones checked at lars",
        "am i allowed to walk across lars",
        "isn't lars closed",
        "is everything calm at lars",
        "ларс закрыт или нет",
        "ларс закрыт, или нет",
        "пускают пешком на ларсе или нет",
        "пускают или не пускают пешком на ларсе",
        "ларс закрыт или открыт",
        "lars closed or not",
    ],
)
def test_a_question_needs_no_sign(text: str) -> None:
    assert LISTENER.report(text) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("lars, is closed", Kind.EVENT),
        ("have been waiting 5 hours at lars", Kind.WAITING),
        ("haven't moved for 5 hours at lars", Kind.WAITING),
        ("have just crossed lars, 5 hours", Kind.CROSSED),
        ("lars closed, are you ok", Kind.EVENT),
        ("ларс, 5 или 6 часов", Kind.CROSSED),
        ("стоим на ларсе 5 часов, закрыт или нет, не знаем", Kind.WAITING),
    ],
)
def test_what_only_looks_like_a_question_is_a_report(text: str, kind: Kind) -> None:
    assert said(text).kind is kind


def test_another_day_lasts_until_today_is_named() -> None:
    assert LISTENER.report("Вчера ехали через Ларс. Стояли 5 часов.") is None
    assert said("Вчера на Ларсе было 300 машин, сегодня 40 машин").vehicles == 40


def test_a_crossing_is_named_or_told_by_a_landmark() -> None:
    assert said("Казбеги, стоим 2 часа").crossings == ("verkhny-lars",)
    at_balta = said("Стоим у Балты")
    assert at_balta.crossings == ("verkhny-lars",)
    assert at_balta.landmark == "balta"


def test_the_other_direction_is_told() -> None:
    assert said("Ларс в сторону России, 300 машин").into_russia
    assert not said("Ларс в сторону Грузии, 300 машин").into_russia


def test_a_happening_is_reported_as_an_event() -> None:
    assert said("Ларс закрыт, сошла лавина").event is Event.WEATHER
    assert said("На Ларсе драка в очереди").event is None


@pytest.mark.parametrize(
    "text",
    [
        "На Ларсе не раздают повестки",
        "Ларс, повестки мужчинам не дают",
        "На Ларсе не видел, чтобы раздавали повестки",
        "Повесток на Ларсе нет",
        "Никаких повесток на Ларсе",
        "No draft notices at Lars",
        "They do not hand out draft notices at Lars",
        "Draft notices are not handed out at Lars",
        "Ларс не закрыт",
        "Ларс пока не совсем закрыт",
        "Lars isn't closed",
        "Lars is not yet closed",
        "Lars was never shut down",
        "Граница на Ларсе ещё не открыта",
        "На Ларсе не проверяют телефоны",
        "На Ларсе телефоны вообще не смотрят",
        "No phone checks or draft notices at Lars",
        "На Ларсе нет повесток и проверки телефонов",
        "Никого не разворачивают на Ларсе",
        "На Ларсе не говорят, что закрыт",
        "На Ларсе не говорят что закрыт",
        "Nobody is turned back at Lars",
        "Ларс не спокойно",
        "Ларс, там не всё спокойно",
        "На Ларсе тумана нет",
        "На Ларсе нет драк",
        "Бензин на Ларсе не кончился",
        "На Ларсе пешком не запрещено",
        "Ларс: врут, что закрыт",
        "Ларс закрыт. Неправда это",
        "It's a lie that Lars is closed",
    ],
)
def test_what_is_denied_has_not_happened(text: str) -> None:
    found = LISTENER.report(text)
    assert found is None or found.happening is None


@pytest.mark.parametrize(
    ("text", "happening"),
    [
        ("Ларс, никого не пропускают", Happening.CLOSED),
        ("Ларс не работает, граница не работает", Happening.CLOSED),
        ("Lars, not letting anyone through", Happening.CLOSED),
        ("Ларс, не пускают пешком", Happening.NO_FOOT),
        ("На Ларсе не выпускают мужчин", Happening.TURNED_BACK),
        ("Lars, not letting men out", Happening.TURNED_BACK),
        ("На Ларсе нет бензина", Happening.NO_FUEL),
        ("На Ларсе никого не выпускают, повестки раздают", Happening.SUMMONS_HANDED_OUT),
        ("На Ларсе повестки не раздают, но телефоны проверяют", Happening.PHONE_CHECK),
        ("На Ларсе не закрыто, проверяют телефоны", Happening.PHONE_CHECK),
        ("На Ларсе не только телефоны проверяют", Happening.PHONE_CHECK),
        ("Ларс, лавина не пускают", Happening.AVALANCHE),
        ("Ларс встал, не едем из-за снегопада", Happening.WEATHER),
        ("No queue at Lars, calm", Happening.CALM),
        ("Ларс, вопросов не было", Happening.CALM),
    ],
)
def test_a_no_that_is_the_happening_or_denies_another_thing_is_none(text: str, happening: Happening) -> None:
    assert said(text).happening is happening


def test_what_is_called_a_lie_takes_nothing_else_away() -> None:
    found = said("Ларс 5 часов, врут, что закрыт и 900 машин")
    assert (found.wait_minutes, found.happening, found.vehicles) == (300, None, None)


@given(st.text(max_size=300))
def test_no_text_is_too_strange(text: str) -> None:
    LISTENER.report(text, time(12))


@given(st.sampled_from(OWN), st.integers(2, 1400))
def test_no_number_is_made_up(row: dict[str, str], number: int) -> None:
    """Without its digits a message says no number, unless it has one in words."""
    assert said(f"На Ларсе очередь, впереди {number} машин").vehicles == number
    bare = "".join(sign for sign in row["text"] if not sign.isdigit())
    found = LISTENER.report(bare)
    if found is not None and not _has_number_word(bare):
        assert (found.vehicles or found.people or found.metres) is None or found.vehicles == 0


def _has_number_word(text: str) -> bool:
    return any(token.kind == NUMBER or token.text in LONE for token in tokens_of(read(text).plain))


@given(
    st.sampled_from(REPORTS),
    st.sampled_from([str.lower, str.upper, str.strip]),
    st.sampled_from(["", "!", "...", " !!!", ")))"]),
)
def test_case_and_marks_do_not_matter(text: str, case: object, end: str) -> None:
    found = said(text)
    assert callable(case)
    again = LISTENER.report(case(text).replace("ё", "е").replace("Ё", "Е") + end)
    assert again is not None
    assert replace(again, crossings=()) == replace(found, crossings=())


def test_a_message_takes_a_few_milliseconds() -> None:
    began = clock.process_time()
    for row in OWN:
        LISTENER.report(row["text"])
    assert (clock.process_time() - began) / len(OWN) < 0.015  # 2 to 5 ms alone on a slow core

"""The content beside the research it was made from: nothing of the inputs is lost on the way.

The inputs (`../shared/crossings`) lie outside of the repository; without them these tests are skipped.
"""

import csv
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.crossings.catalogue import Admitted, Catalogue, Crossing, Known, Landmark, Source, Status, load
from bot.crossings.report import Mode
from bot.crossings.spelling import words

ROOT = Path(__file__).resolve().parents[2]
INPUTS = ROOT.parent / "shared" / "crossings"

pytestmark = pytest.mark.skipif(
    not (INPUTS / "crossings.csv").is_file(), reason=f"the inputs are not here: {INPUTS}"
)

Row = Mapping[str, str]

NEWER_STATUS = {
    "yarag-kazmalyar": "2026-03-16",  # details.csv: prolonged to 1 July 2026, all of the land border
    "tagirkent-kazmalyar": "2026-03-16",
    "novo-filya": "2026-03-16",
    "samur": "2026-03-16",
    "zabaikalsk-rail": "2026-03-08",  # details.csv: a passenger train again
    "sochi-port": "2025-12-19",  # found while editing: the line was closed
    "khabarovsk": "2011",  # dated in `status_source` only
}
"""Where something later than `status_date` is known."""

OTHER_STATUS_SOURCE = {
    *("yarag-kazmalyar", "tagirkent-kazmalyar", "novo-filya", "samur"),  # that of the newer status
    *("zabaikalsk-rail", "sochi-port"),
    "borisoglebsky",  # its hours are a fact, with a source of its own
}

CALLED = {
    "afishadaily": ("«Афиша Daily»", "Afisha Daily"),
    "ambtbilisi.esteri.it": ("посольство Италии", "Italian embassy"),
    "atorus.ru": ("АТОР", "ATOR"),
    "baikal24": ("«Байкал24»", "Baikal24"),
    "dp.ru": ("«Деловой Петербург»", "Delovoy Peterburg"),
    "dzen.ru": ("в Дзене", "on Dzen"),
    "err.ee": ("ERR", "ERR"),
    "fergana.agency": ("«Фергана»", "Fergana"),
    "fontanka.ru": ("«Фонтанка»", "Fontanka"),
    "gazeta.ru": ("«Газета.Ru»", "Gazeta.Ru"),
    "general knowledge": ("общие сведения", "general knowledge"),
    "gist": ("на GitHub", "on GitHub"),
    "gl map": ("карта GL Logistics", "GL Logistics map"),
    "interfax": ("«Интерфакс", "Interfax"),
    "intermin.fi": ("МВД Финляндии", "Finnish Interior Ministry"),
    "kavkaz-uzel.eu": ("«Кавказский узел»", "Caucasian Knot"),
    "klg.aif.ru": ("«АиФ — Калининград»", "AiF Kaliningrad"),
    "knb": ("КНБ", "KNB"),
    "kommersant": ("«Коммерсантъ»", "Kommersant"),
    "lenta.ru": ("«Лента.ру»", "Lenta.ru"),
    "life.ru": ("Life", "Life"),
    "montsame.mn": ("«Монцамэ»", "Montsame"),
    "news.mail.ru": ("«Новости Mail»", "Mail News"),
    "omsk.aif.ru": ("«АиФ — Омск»", "AiF Omsk"),
    "pograncontrol": ("«Пограничный контроль»", "“Border Control”"),
    "prosleduet.media": ("«Продолжение следует»", "Prodolzhenie Sleduet"),
    "rambler": ("«Рамблер»", "Rambler"),
    "rbc.ru": ("РБК", "RBC"),
    "rbc.ua": ("РБК-Украина", "RBC-Ukraine"),
    "regnum.ru": ("REGNUM", "REGNUM"),
    "rg.ru": ("«Российская газета»", "Rossiyskaya Gazeta"),
    "russian.rt.com": ("RT", "RT"),
    "rzd/ktz": ("РЖД и КТЖ", "RZD and KTZ"),
    "svoboda.org": ("Радио Свобода", "Radio Svoboda"),
    "tass.ru": ("ТАСС", "TASS"),
    "vedomosti": ("«Ведомости»", "Vedomosti"),
    "vestikavkaza.ru": ("«Вестник Кавказа»", "Vestnik Kavkaza"),
    "vm.ru": ("«Вечерняя Москва»", "Vechernyaya Moskva"),
    "zona.media": ("«Медиазона»", "Mediazona"),
}
"""What people know by a name, by what it is called in the inputs; all else is named by its address."""

NOT_SOURCES = {
    *("crossings.csv", "facts.md"),  # our own files: what they rest on is named instead
    "кпп.csv",  # a file in a gist
}

MODES = {"rail": Mode.TRAIN, "air": Mode.PLANE, "ferry": Mode.BOAT, "motorcycle": Mode.BICYCLE}


def read(name: str) -> list[Row]:
    with (INPUTS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return read("crossings.csv")


@pytest.fixture(scope="module")
def details() -> list[Row]:
    return read("details.csv")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    loaded = load(ROOT / "content" / "crossings")
    assert loaded.problems == ()
    assert loaded.catalogue is not None
    return loaded.catalogue


def test_every_crossing_is_there_under_its_country(rows: list[Row], catalogue: Catalogue) -> None:
    assert len(rows) == 146
    assert {id: crossing.country for id, crossing in catalogue.crossings.items()} == {
        row["id"]: row["country_b"].lower() for row in rows
    }


def test_where_it_is_and_which_time_it_has(rows: list[Row], catalogue: Catalogue) -> None:
    for row in rows:
        crossing = catalogue.crossings[row["id"]]
        position = crossing.position
        assert (position.lat, position.lon) == (float(row["lat"]), float(row["lon"])), row["id"]
        precision = re.match(r"~(?:\d+-)?(\d+) km", row["coord_precision"])
        assert precision is not None
        assert position.within_km >= float(precision[1]), (
            f"{row['id']}: stated more precisely than it is known"
        )
        assert crossing.zone == row["tz_ru"], row["id"]
        assert crossing.type == row["type"], row["id"]
        assert crossing.confidence == row["confidence"], row["id"]


def test_what_it_is_called(rows: list[Row], catalogue: Catalogue) -> None:
    for row in rows:
        crossing = catalogue.crossings[row["id"]]
        for ours, theirs in (
            ((crossing.name.ru, *crossing.nicknames), row["name_ru"]),
            ((crossing.name.en, *crossing.nicknames), row["name_en"]),
            (() if crossing.other_side is None else (crossing.other_side.ru,), row["counterpart_ru"]),
        ):
            if re.search("[a-z]", theirs) and ours and not re.search("[a-z]", ours[0]):
                continue  # the inputs have the other side's name in Latin letters only
            missing = set(words(theirs)) - {word for name in ours for word in words(name)}
            assert missing <= {"krasny", "kamen"}, f"{row['id']}: {theirs}"  # `красный камень` finds it


def test_how_old_the_status_is(rows: list[Row], catalogue: Catalogue) -> None:
    for row in rows:
        status = catalogue.crossings[row["id"]].status
        expected = NEWER_STATUS.get(row["id"], row["status_date"] or None)
        assert status.as_of == expected, row["id"]
        assert expected is None or expected >= row["status_date"], row["id"]


def test_whose_word_the_status_is(rows: list[Row], catalogue: Catalogue) -> None:
    for row in rows:
        if row["id"] not in OTHER_STATUS_SOURCE:
            source = catalogue.crossings[row["id"]].status.source
            assert are_named(row["status_source"], source), f"{row['id']}: {row['status_source']}"


def test_a_source_reads_as_a_person_would_name_it(catalogue: Catalogue) -> None:
    for crossing in catalogue.crossings.values():
        told: list[Status | Landmark | Known] = [crossing.status, *crossing.landmarks, *crossing.facts]
        for known in told:
            russian, english = said(known.source)
            for name in (russian, english):
                assert not re.search(r"\d{4}-|\d{5}|[?_=]| / |\w/\d", name), (
                    f"{crossing.id}: an opaque {name}"
                )
                years = re.findall(r"(?<!\d)20\d\d(?!\d)", name)
                assert (known.as_of or "")[:4] not in years, f"{crossing.id}: {name} repeats {known.as_of}"
            assert not re.search("[а-яё]", english, re.IGNORECASE), f"{crossing.id}: {english}"


def test_nobody_is_said_to_be_admitted_whom_the_inputs_do_not_admit(
    rows: list[Row], catalogue: Catalogue
) -> None:
    for row in rows:
        stated = {
            mode
            for word in re.split(r"[;/(]", row["modes"])
            if not word.strip().endswith("?") and "(freight" not in row["modes"]
            for mode in [MODES.get(word.split(" only")[0].strip(), word.split(" only")[0].strip())]
        }
        crossing = catalogue.crossings[row["id"]]
        admitted = {mode for mode, admission in crossing.modes.items() if admission.admitted is Admitted.YES}
        assert admitted <= stated, row["id"]


def test_what_people_told_in_2022(rows: list[Row], catalogue: Catalogue) -> None:
    for row in rows:
        told, refused = row["tgchat_cases_22sep_29oct_2022"], row["voenkomat_refusals_in_them"]
        facts = [
            fact
            for fact in catalogue.crossings[row["id"]].facts
            if "«Пограничный контроль»" in said(fact.source)[0]
        ]
        assert len(facts) == bool(told), row["id"]
        for fact in facts:
            assert told in figures(fact.text.ru) & figures(fact.text.en), row["id"]
            # All of them, and one of them, are told in words.
            assert refused in {"", "1", told} or refused in figures(fact.text.ru) & figures(fact.text.en)


def test_every_detail_is_carried_over_with_figures_mark_date_and_source(
    details: list[Row], catalogue: Catalogue
) -> None:
    lost = [
        f"{row['crossing']} {row['field']}: {row['value']} ({row['source']}; {row['date']}; {row['mark']})"
        for row in details
        if not is_carried(row, catalogue.crossings[row["crossing"]])
    ]
    assert lost == []


def is_carried(row: Row, crossing: Crossing) -> bool:
    if row["field"] == "landmark_km":
        name, _, km = row["value"].partition("=")
        return (name, float(km), row["mark"], as_of(row["date"])) in {
            (place.name.ru, place.km, place.mark, place.as_of) for place in crossing.landmarks
        }
    return any(
        fact.mark == row["mark"]
        and fact.as_of == as_of(row["date"])
        and are_named(row["source"], fact.source)
        and all(
            figures(row["value"]) <= figures(text) | figures(fact.as_of or "")
            for text in (fact.text.ru, fact.text.en)
        )
        for fact in crossing.facts
    )


def as_of(written: str) -> str | None:
    """Return the date of a row as we write it; "undated, about 2022" is undated."""
    found = re.search(r"\d{4}(-\d\d){0,2}", written)
    return None if written.startswith("undated") or found is None else found[0]


def said(source: Source) -> tuple[str, str]:
    """Return a source as it is shown in Russian and in English."""
    return (source, source) if isinstance(source, str) else (source.ru, source.en)


def are_named(sources: str, source: Source) -> bool:
    """Return whether each of the inputs' sources is named, in both languages."""
    return all(
        name in shown for words in called(sources) for name, shown in zip(words, said(source), strict=True)
    )


def called(sources: str) -> set[tuple[str, str]]:
    """Return what each of the sources is called in Russian and in English."""
    addresses = named(sources)
    known = {key for key in CALLED if re.search(rf"(?<![\w-]){re.escape(key)}(?!\w)", sources.lower())}
    return {CALLED[key] for key in known} | {
        (address, address) for address in addresses if not any(key in address for key in known)
    }


def named(sources: str) -> set[str]:
    """Return the address that leads each of the sources."""
    found = [re.findall(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}", part.lower()) for part in sources.split(";")]
    return {name for part in found for name in [n for n in part if n not in NOT_SOURCES][:1]}


def figures(text: str) -> set[str]:
    """Return a text's numbers, written alike: 1,273 and 1 273 → 1273, 1,5 → 1.5, round the clock → 24."""
    text = re.sub(r"(?<=\d)[ ,\u00a0\u202f](?=\d{3}(?!\d))", "", text)
    text = re.sub(r"(?<=\d),(?=\d)", ".", text)
    text = re.sub("круглосуточно|round the clock", "24", text, flags=re.IGNORECASE)
    return {number.lstrip("0") or "0" for number in re.findall(r"\d+(?:\.\d+)?", text)}

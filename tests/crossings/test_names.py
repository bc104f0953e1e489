"""Any spelling finds its crossing, and no spelling is taken for a crossing that it is not."""

import re
from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.crossings.catalogue import Catalogue, Crossing, Type
from bot.crossings.names import MOST, Names
from tests.crossings.saying import LARS, catalogue

CATALOGUE = catalogue()
NAMES = Names(CATALOGUE)


def matches(text: str) -> tuple[str, ...]:
    return NAMES.find(text).matches


@pytest.mark.parametrize(
    "text",
    [
        "Verkhny_Lars",
        "verkhny-lars",
        "VERKHNIY LARS",
        "verhnij lars",
        "verxniy lars",
        "Верхний Ларс",
        "верхний ларс 🚗🚗",
        "КПП «Верхний Ларс»",
        "МАПП Верхний Ларс",
        "пункт пропуска верхний ларс",
        "граница, Верхний Ларс",
        "border crossing Verkhny Lars",
        "lars",
        "Ларс",
        "на Ларсе",
        "через Верхний Ларс",
        "ВЛ",
        "Казбеги",
        "kazbegi",
        "Дариали",
        "ლარსი",
        "верхний лрс",
        "vekrhny lars",
        "dth[ybq kfhc",
        "kfhc",
        "мукрлтн дфкы",
        "дфкы",
        "очередь верхний ларс сейчас",
    ],
)
def test_verkhny_lars_by_any_name(text: str) -> None:
    assert matches(text) == (LARS,)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Маньчжурия", "zabaikalsk"),
        ("满洲里", "zabaikalsk"),
        ("Құрманғазы", "karauzek"),
        ("jana jol", "petukhovo"),
        ("ё веселое", "vesyoloe"),
        ("весёлое", "vesyoloe"),
        ("Яраг-Казмаляр", "yarag-kazmalyar"),
        ("yarag kazmalyar", "yarag-kazmalyar"),
        ("Новофиля", "novo-filya"),
        ("Илецк 1", "iletsk-1"),
        ("Kelloselka", "salla"),
        ("аэропорт Сочи", "sochi-aer"),
        ("порт Сочи", "sochi-port"),
        ("петухово жд", "petukhovo-rail"),
        ("петухово ж/д", "petukhovo-rail"),
        ("Петухово", "petukhovo"),
        ("brusnitschnoe", "brusnichnoe"),
    ],
)
def test_the_one_that_is_meant_comes_first(text: str, first: str) -> None:
    assert matches(text)[0] == first


def test_a_name_of_several_gives_all_of_them() -> None:
    assert set(matches("Павловка")) == {"pavlovka-karasuk", "pavlovka-slavgorod"}
    assert set(matches("Нарва")) >= {"ivangorod", "ivangorod-narvsky"}
    assert {"verkhny-lars", "verkhny-ulkhun"} <= set(matches("верхний"))


def test_a_beginning_is_enough_but_not_sure() -> None:
    found = NAMES.find("забайк")
    assert (found.matches[0], found.sure) == ("zabaikalsk", False)
    assert NAMES.find("Забайкальск").sure


@pytest.mark.parametrize(
    "text", ["Томск", "Курск", "Минск", "Тбилиси", "Астана", "Ереван", "Находка", "xqzw"]
)
def test_another_place_is_never_taken_for_a_crossing(text: str) -> None:
    assert matches(text) == ()


def test_what_matches_nothing_gets_the_nearest_spellings() -> None:
    assert LARS in NAMES.find("верхний лвнс").nearest
    assert "torfyanovka" in NAMES.find("торфянка").nearest
    assert NAMES.find("ъъъъъ").nearest == ()


@pytest.mark.parametrize(
    "text",
    ["", " ", "/", "🚗", "ж", "д", "кпп", "-", "...", "на", "а", "х" * 5000, "\u200d\ufe0f", "%s{}"],
)
def test_no_name_at_all(text: str) -> None:
    assert matches(text) == ()


def test_a_country_is_no_crossing() -> None:
    found = NAMES.find("Казахстан")
    assert (found.country, found.matches) == ("kz", ())
    assert NAMES.find("kazakhstan").country == "kz"


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("казакстан", "kz"),
        ("Kazakhstn", "kz"),
        ("казхстан", "kz"),
        ("Gruzia", "ge"),
        ("gruziya", "ge"),
        ("Гурзия", "ge"),
        ("финлядия", "fi"),
        ("мангалия", "mn"),
    ],
)
def test_a_country_is_forgiven_slips_and_spellings(text: str, country: str) -> None:
    found = NAMES.find(text)
    assert (found.country, found.matches, found.nearest) == (country, (), ())


def test_a_country_is_known_by_what_else_it_is_called() -> None:
    names = Names(CATALOGUE, {"kz": ["кз", "Қазақстан", "Алматы"], "xx": ["Атлантида"]})
    assert {names.find(text).country for text in ("кз", "КЗ", "Қазақстан", "в Алматы")} == {"kz"}
    assert names.find("Атлантида").country is None
    assert NAMES.find("кз").country is None


def test_a_crossing_is_nearer_than_a_country_whose_name_is_as_near() -> None:
    assert matches("турай") == ("turiy-rog",)
    assert NAMES.find("Казань").matches == ("kazan-kzn",)


@pytest.mark.parametrize("text", ["лapc", "вepxний лapc", "стоим на лapсе 3 часа"])
def test_latin_letters_that_look_russian_are_read_as_russian(text: str) -> None:
    assert re.search("[a-z]", text)
    assert matches(text) == (LARS,)


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("граница с Грузией", "ge"),
        ("в Грузию", "ge"),
        ("border with Georgia", "ge"),
        ("на границе с Казахстаном", "kz"),
        ("rfpf[cnfyjv", "kz"),
        ("из Латвии", "lv"),
        ("в Китай", "cn"),
        ("Китаем", "cn"),
    ],
)
def test_a_country_in_any_case(text: str, country: str) -> None:
    assert NAMES.find(text).country == country


@pytest.mark.parametrize(
    ("text", "crossings"),
    [
        ("ларс 300 машин стоим 7 часов", {LARS}),
        ("На Верхнем Ларсе драка в очереди", {LARS}),
        ("Прошли Петухово - Жана Жол за час", {"petukhovo"}),
        ("Сырым пешая очередь человек 150", {"mashtakovo"}),
        ("с Караузека пишут: стоят 2 часа", {"karauzek"}),
        ("Lars ochered 5 km, stoim 4 chasa", {LARS}),
        ("ВЛ стоит", {LARS}),
        ("на кпп Светлый пусто", {"svetly"}),
        ("из Орска на Сагарчин", {"orsk", "sagarchin"}),
        ("на Озинках пусто", {"ozinki"}),
        ("Теплое одеяло возьмите", set()),
        ("пограничный контроль прошли", set()),
        ("вл стоит", set()),
        ("мы из Казани, едем домой", set()),
        ("верхний ряд свободен", set()),
        ("стоим 7 часов", set()),
        ("", set()),
    ],
)
def test_a_crossing_named_in_a_sentence(text: str, crossings: set[str]) -> None:
    assert set(NAMES.mentioned(text)) == crossings


def test_a_crossing_without_roads_is_named_by_its_station() -> None:
    assert "ozinki-rail" in NAMES.mentioned("поезд через Озинки")


def _called(crossing: Crossing) -> list[str]:
    names = [crossing.name.ru, crossing.name.en, *crossing.nicknames]
    if crossing.name.local:
        names += crossing.name.local.split(" / ")
    if crossing.other_side:
        names += [crossing.other_side.ru, crossing.other_side.en]
    return [name for name in names if len(re.sub(r"\W", "", name)) >= 3]


CALLED = [(crossing.id, name) for crossing in CATALOGUE.crossings.values() for name in _called(crossing)]
LATIN = "a b v g d e yo zh z i y k l m n o p r s t u f kh ts ch sh shch - y - e yu ya".replace("-", "")
RUSSIAN = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", LATIN.split(" "), strict=True))
OTHER_HABITS = {"ё": "e", "й": "j", "х": "h", "щ": "sch", "ц": "c", "ы": "i"}
KEYS = dict(zip("ёйцукенгшщзхъфывапролджэячсмитьбю", "`qwertyuiop[]asdfghjkl;'zxcvbnm,.", strict=True))


def _typed_in(table: dict[str, str]) -> Callable[[str], str]:
    return lambda name: "".join(table.get(letter, letter) for letter in name.lower())


DISTORTIONS: dict[str, Callable[[str], str]] = {
    "nothing": lambda name: name,
    "capitals": str.upper,
    "small letters": str.lower,
    "underscores": lambda name: name.replace(" ", "_"),
    "hyphens": lambda name: name.replace(" ", "-"),
    "fillers": lambda name: f"кпп {name}",
    "an emoji": lambda name: f"🛂 {name}!",
    "е for ё": lambda name: name.replace("ё", "е").replace("Ё", "Е"),
    "Latin letters": _typed_in(RUSSIAN),
    "other Latin letters": _typed_in(RUSSIAN | OTHER_HABITS),
    "the English layout": _typed_in(KEYS),
    "the Russian layout": _typed_in({latin: russian for russian, latin in KEYS.items()}),
}


@pytest.mark.parametrize("how", DISTORTIONS)
def test_every_name_is_found_in_every_distortion(how: str) -> None:
    names = [(id, name) for id, name in CALLED if "цх" not in name]  # "ch" for цх would be too much
    missed = [
        (id, name, DISTORTIONS[how](name), matches(DISTORTIONS[how](name)))
        for id, name in names
        if id not in matches(DISTORTIONS[how](name))
    ]
    assert not missed


LETTERS = "абвгдежзиклмнопрстуфхцчшщыэюяabcdefghijklmnopqrstuvwxyz"


@given(st.sampled_from(CALLED), st.data())
def test_one_slip_in_a_name_of_five_letters_is_forgiven(called: tuple[str, str], data: st.DataObject) -> None:
    id, name = called
    assume("(" not in name and sum(letter.isalpha() for letter in name) >= 5)
    places = [place for place, letter in enumerate(name) if letter.isalpha()]
    place = data.draw(st.sampled_from(places))
    slip = data.draw(st.sampled_from(["missing", "other", "twice", "swapped"]))
    rest = name[place + 1 :]
    slipped = {
        "missing": name[:place] + rest,
        "other": name[:place] + data.draw(st.sampled_from(LETTERS)) + rest,
        "twice": name[: place + 1] + data.draw(st.sampled_from(LETTERS)) + rest,
        "swapped": name[:place] + rest[:1] + name[place] + rest[1:],
    }[slip]
    assume(sum(letter.isalpha() for letter in slipped) >= 5)
    found = NAMES.find(slipped)
    # The slip may make it another crossing's name, or no nearer to this one than to others.
    if not found.sure or id in found.matches:
        assert id in found.matches


@given(st.text(max_size=60))
def test_nothing_that_is_typed_breaks_it(text: str) -> None:
    found = NAMES.find(text)
    assert len(found.matches) <= MOST
    assert set(found.matches) | set(found.nearest) <= set(CATALOGUE.crossings)
    assert not (found.matches and found.nearest)
    assert set(NAMES.mentioned(text)) <= set(CATALOGUE.crossings)


def test_an_empty_catalogue_has_no_names() -> None:
    assert Names(Catalogue({}, {})).find("Верхний Ларс").matches == ()


def test_roads_come_before_stations() -> None:
    assert [CATALOGUE.crossings[id].type for id in matches("Озинки")] == [Type.ROAD, Type.RAIL]

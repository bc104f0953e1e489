"""One name in many spellings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.crossings.spelling import fold, one_alphabet, other_layouts, skeleton, stem, words


@pytest.mark.parametrize(
    "spellings",
    [
        "Верхний Verkhny verkhniy Verhnij verhnii verxniy ВЕРХНИЙ",
        "Весёлое Веселое Vesyoloe Veseloye veseloe",
        "Жайсан Жайсаң Zhaisan Zhaysan Jaisan",
        "Джалинда Dzhalinda Djalinda",
        "Мариинский Mariinsky mariinskiy Marinski",
        "Соловьёвск Solovyevsk Solovyovsk Solovevsk",
        "Шумилкино Shumilkino",
        "Печоры Pechory Petchory Petschory",
        "Цаган Tsagan Tzagan",
        "Кяхта Kyakhta Kiahta",
        "Щучинск Shchuchinsk Schuchinsk",
        "Орск Orsk ORSK",
    ],
)
def test_spellings_of_one_name_have_one_skeleton(spellings: str) -> None:
    assert len({skeleton(fold(spelling)) for spelling in spellings.split()}) == 1


def test_different_names_have_different_skeletons() -> None:
    names = (
        "Орск Омск Курск Озинки Сагарчин Самур Саратов Псоу Псков Нарва Найза Илек Илецк Светлый Светогорск"
    )
    assert len({skeleton(fold(name)) for name in names.split()}) == len(names.split())


def test_words_are_letters_and_digits() -> None:
    assert words("КПП «Мамоново-2», 🚗!") == ["кпп", "мамоново", "2"]
    assert words("Verkhny_Lars") == ["verkhny", "lars"]
    assert words("满洲里 ლარსი") == ["满洲里", "ლარსი"]


@pytest.mark.parametrize(
    "forms", ["Ларс Ларса Ларсе Ларсом", "Вишневка Вишневки Вишневку Вишневке", "Озинки Озинках"]
)
def test_cases_of_one_name_have_one_stem(forms: str) -> None:
    assert len({stem(fold(form)) for form in forms.split()}) == 1


def test_short_words_keep_their_ends() -> None:
    assert stem("аул") == "аул"
    assert stem("сырым") == "сырым"


def test_the_other_layout() -> None:
    assert other_layouts("dth[ybq kfhc") == ["верхний ларс"]
    assert other_layouts("дфкы") == ["lars"]
    assert other_layouts("123") == []


def test_a_word_is_of_one_alphabet_where_its_letters_look_alike() -> None:
    assert one_alphabet("вepxний Лapc, lаrs") == "верхний Ларс, lars"
    assert one_alphabet("Verkhny Ларс pass") == "Verkhny Ларс pass"
    assert one_alphabet("z-шка qлw каbрак") == "z-шка qлw каbрак"


@given(st.text())
def test_folding_is_done_once_and_for_all(text: str) -> None:
    once = words(text)
    assert words(" ".join(once)) == once
    assert all(word.startswith(stem(word)) for word in once)

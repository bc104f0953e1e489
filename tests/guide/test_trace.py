from pathlib import Path
from typing import Any

import pytest

from bot.guide.model import Language
from bot.guide.trace import sentences, told, way
from tests.guide.builder import Content, kazakhstan, source


@pytest.fixture
def content(tmp_path: Path) -> Content:
    return kazakhstan(tmp_path).answer("kz-car", see=["kz-stay"])


def cited(content: Content, text: str, **changes: Any) -> list[tuple[str, list[str]]]:
    """Return the sentences of a Russian text, each with the ids that it cites."""
    sources = [source("law"), source("news")]
    content.answer("kz-car", text, "Text. [^law] Text. [^news]", sources=sources, **changes)
    found = sentences(content.guide().answers["kz-car"], Language.RU)
    return [(sentence.text, [one.id for one in sentence.sources]) for sentence in found]


def test_a_citation_is_of_the_sentence_that_it_ends(content: Content) -> None:
    assert cited(content, "Нужен паспорт. [^law] Возьмите оба! Так [^news], но не иначе [^law].\n\nВот.") == [
        ("Нужен паспорт.", ["law"]),
        ("Возьмите оба!", []),
        ("Так, но не иначе.", ["news", "law"]),
        ("Вот.", []),
    ]


def test_two_citations_of_one_sentence_are_both_told(content: Content) -> None:
    assert cited(content, "**Нужен паспорт.** [^law][^news] Оба. [^law] [^news] Ещё слово [^law]") == [
        ("Нужен паспорт.", ["law", "news"]),
        ("Оба.", ["law", "news"]),
        ("Ещё слово", ["law"]),
    ]


def test_an_abbreviation_before_a_number_ends_no_sentence(content: Content) -> None:
    assert cited(content, "По ст. 25 и п. 3 можно. [^law] Так с 2023. 90 дней в году. [^news]") == [
        ("По ст. 25 и п. 3 можно.", ["law"]),
        ("Так с 2023.", []),
        ("90 дней в году.", ["news"]),
    ]


def test_a_bold_line_above_a_list_is_no_sentence(content: Content) -> None:
    text = "**Возьмите паспорт.**\n\n**На что смотреть**\n- **Паспорт** [^law]\n- Деньги [^news]"
    assert cited(content, text) == [("Возьмите паспорт.", []), ("Паспорт", ["law"]), ("Деньги", ["news"])]


def test_a_number_cites_its_own_source(content: Content) -> None:
    content.number("kz", "stay_days")
    assert cited(content, "Раньше. [^law] Можно {fact:kz.stay_days} дней. И всё. [^news]") == [
        ("Раньше.", ["law"]),
        ("Можно 90 дней.", ["kz.stay_days"]),
        ("И всё.", ["news"]),
    ]


def test_contacts_are_told_with_the_source_that_names_them(content: Content) -> None:
    bureau = {"name": "Бюро", "what": {"ru": "убежище", "en": "asylum"}, "source": "news"}
    fund = {"name": "Фонд", "what": {"ru": "деньги", "en": "money"}}
    assert cited(content, "Нет. [^law]", kind="route", contacts=[bureau, fund])[1:] == [
        ("Бюро: убежище", ["news"]),
        ("Фонд: деньги", []),
    ]


def test_an_editor_reads_line_source_date_and_mark(content: Content) -> None:
    sources = [source(mark="L", url=None, published=None), source("news", caution="ru", mark="M")]
    text = "Так. [^news]\n\n:::: when by: car\n::: unconfirmed\nИначе. [^law]\n:::\n::::\n\nВсё."
    content.answer("kz-car", text, text.replace("Так", "So"), sources=sources)
    line = content.read("answers/kz/kz-car.md").splitlines().index("Так. [^news]") + 1
    dates, caution = "published 2025-03, checked 2026-11-20", "caution: named without link"
    assert told(content.guide().answers["kz-car"], Language.RU, "kz-car.md").splitlines() == [
        "kz-car.md: normal risk, checked 2026-11-20; 2 of 3 sentences under `# ru` cite a source",
        "",
        f"{line}: Так.",
        f"    news: Source news <https://news.example/page>; {dates}; M, one decent source; {caution}",
        "",
        f"{line + 4}: Иначе. [by=car; unconfirmed]",
        "    law: Source law; published undated, checked 2026-11-20; L, a weak source",
        "",
        f"{line + 8}: Всё.",
        "    no citation",
    ]


def test_a_way_is_told_step_by_step(content: Content) -> None:
    guide = content.guide()
    assert way(guide, {}) == "start: asks country (kz, ge)"
    assert way(guide, {"country": "kz"}) == "start: country=kz → kz\nkz: asks by (car, foot)"
    assert (
        way(guide, {"country": "ge", "by": "car"})
        == "start: country=ge → ge-entry\nnot asked on this way: by"
    )


def test_a_question_answered_before_is_passed(content: Content) -> None:
    content.flow("kz", "country", "by").flow("by", "by", "kz-car")
    assert (
        way(content.guide(), {"country": "kz", "by": "car"}) == "start: country=kz → kz\nby: by=car → kz-car"
    )

import pytest

from bot.guide.markup import Parsed, Use, parse
from bot.guide.model import Block, Span


def sound(text: str) -> Parsed:
    parsed = parse(text)
    assert parsed.faults == ()
    return parsed


def faults(text: str) -> list[tuple[int, str]]:
    return [(fault.line, fault.code) for fault in parse(text, 10).faults]


def test_paragraphs_and_lists_become_blocks() -> None:
    parsed = sound("Возьмите\nдва паспорта.\n\n- **внутренний**\n- и *загран*\n")
    assert parsed.blocks == (
        Block((Span("Возьмите два паспорта."),)),
        Block((Span("внутренний", bold=True),), item=True),
        Block((Span("и "), Span("загран", italic=True)), item=True),
    )
    assert [block.line for block in parsed.blocks] == [1, 4, 5]


def test_a_citation_sticks_to_the_word_before_it() -> None:
    parsed = sound("До трёх месяцев. [^decree]\n[^law] Потом выезд.")
    assert parsed.blocks[0].spans == (
        Span("До трёх месяцев."),
        Span("", cite="decree"),
        Span("", cite="law"),
        Span(" Потом выезд."),
    )
    assert parsed.uses == (Use("cite", "decree", 1, 0), Use("cite", "law", 2, 0))


def test_a_citation_followed_by_a_colon_is_no_definition() -> None:
    assert sound("[^law]: так").uses == (Use("cite", "law", 1, 0),)


def test_numbers_and_links_are_noted_with_their_line() -> None:
    parsed = sound("Срок\n{fact:kz.stay_days} дней, см. [закон](https://law.example/a?b=1)")
    assert [(use.kind, use.name, use.line) for use in parsed.uses] == [
        ("number", "kz.stay_days", 2),
        ("link", "https://law.example/a?b=1", 2),
    ]
    assert Span("закон", link="https://law.example/a?b=1") in parsed.blocks[0].spans


def test_boxes_give_conditions_and_doubt() -> None:
    parsed = sound(
        ":::: when by: car|bus\nНужна страховка.\n\n"
        "::: unconfirmed\n- Может быть, и права.\n:::\n::::\n\nДля всех."
    )
    assert [(dict(block.when), block.unconfirmed) for block in parsed.blocks] == [
        ({"by": ("car", "bus")}, False),
        ({"by": ("car", "bus")}, True),
        ({}, False),
    ]
    assert [(condition.fact, condition.value) for condition in parsed.conditions] == [
        ("by", "car"),
        ("by", "bus"),
    ]


def test_one_box_can_ask_two_facts() -> None:
    assert sound("::: when by: car, country: kz\nДа.\n:::").blocks[0].when == {
        "by": ("car",),
        "country": ("kz",),
    }


@pytest.mark.parametrize(
    "text",
    [
        "# Заголовок",
        "Заголовок\n===",
        "1. первый",
        "> цитата",
        "    код",
        "```\nкод\n```",
        "`код`",
        "---",
        "<b>жирно</b>",
        "<div>\nблок\n</div>",
        "![картинка](https://a.example/b.png)",
        "строка  \nещё",
        "- список\n  - в списке",
        "- пункт\n\n  ещё абзац",
        "**не закрыто",
        "[ссылка][куда-то]( ",
        "{fact:}",
        "{число}",
        "[^ law]",
        "*не закрыто",
        "a < b <c",
    ],
)
def test_whatever_is_not_in_the_subset_is_a_fault(text: str) -> None:
    assert {code for _, code in faults(text)} == {"G601"}


@pytest.mark.parametrize(
    "text",
    [
        "::: when by: car\nне закрыто",
        "::: whenever by: car\nтекст\n:::",
        "::: unconfirmed by: car\nтекст\n:::",
        "::: when by\nтекст\n:::",
        "::: when by: car|\nтекст\n:::",
        "::: when by: car, by: bus\nтекст\n:::",
        ":::: when by: car\n::: when by: bus\nтекст\n:::\n::::",
    ],
)
def test_a_box_that_is_wrong_is_a_fault(text: str) -> None:
    assert "G602" in {code for _, code in faults(text)}


def test_a_stray_end_of_a_box_is_a_fault() -> None:
    assert faults("текст\n\n:::") == [(12, "G601")]


def test_faults_have_the_line_of_the_file() -> None:
    assert faults("раз\n\nдва\nтри `код`") == [(13, "G601")]


@pytest.mark.parametrize("text", ["2022\\. год", "\\*звезда", "5 < 6, a & b", "1 * 2"])
def test_an_escape_shows_a_mark_as_it_is(text: str) -> None:
    [block] = sound(text).blocks
    assert block.spans == (Span(text.replace("\\", "")),)


def test_a_table_of_countries_stands_alone() -> None:
    [block] = sound("{visa:free}").blocks
    assert (block.visa, block.spans) == ("free", ())
    assert faults("Страны: {visa:free}") == [(10, "G601")]
    assert faults("- {visa:free}") == [(10, "G601")]
    assert faults("{visa:always}") == [(10, "G601")]

from datetime import date
from pathlib import Path

import pytest

from bot.guide.model import Language
from bot.guide.preview import due, graph, plain, preview, read_facts, trace
from tests.guide.builder import TODAY, Content, kazakhstan, source, texts

RU = texts()[Language.RU]


@pytest.fixture
def content(tmp_path: Path) -> Content:
    return kazakhstan(tmp_path).answer("kz-car", see=["kz-stay"])


def test_an_answer_is_shown_as_text_with_its_buttons(content: Content) -> None:
    text = preview(content.guide(), "kz-car", {}, RU, TODAY)
    assert text.startswith("Title kz-car по-русски\n\nРусский текст.¹\n")
    assert "│ 1. Source law <https://law.example/page>; опубликовано: март 2025" in text
    assert "[ Title kz-stay по-русски ]" in text
    assert "characters of 4096" in text


def test_facts_show_where_they_lead(content: Content) -> None:
    guide = content.guide()
    text = preview(guide, None, {}, RU, TODAY)
    assert text.splitlines() == [
        "Ask country по-русски",
        "[ Title safety по-русски ]",
        "[ Label kz по-русски ]",
        "[ Label ge по-русски ]",
        "",
        "facts: none",
    ]
    assert preview(guide, None, {"country": "kz", "by": "car"}, RU, TODAY).startswith("Title kz-car")
    assert preview(guide, None, {"country": "kz", "by": "car"}, RU, TODAY).endswith("facts: aaba")


def test_a_function_is_named(content: Content) -> None:
    content.flow("kz", "by", ({"by": "car"}, "kz-car"), "@crossings")
    assert preview(content.guide(), None, {"country": "kz", "by": "foot"}, RU, TODAY).startswith(
        "@crossings\n"
    )


def test_facts_are_read_as_written(content: Content) -> None:
    guide = content.guide()
    assert read_facts(guide, "country=kz, by=car") == {"country": "kz", "by": "car"}
    assert read_facts(guide, "") == {}
    with pytest.raises(ValueError, match="no fact cuontry; there are country, by"):
        read_facts(guide, "cuontry=kz")
    with pytest.raises(ValueError, match="country has no value mars; it has kz, ge"):
        read_facts(guide, "country=mars")


def test_a_way_is_told_step_by_step(content: Content) -> None:
    guide = content.guide()
    assert trace(guide, {}) == "start: asks country (kz, ge)"
    assert trace(guide, {"country": "kz"}) == "start: country=kz → kz\nkz: asks by (car, foot)"
    assert (
        trace(guide, {"country": "ge", "by": "car"})
        == "start: country=ge → ge-entry\nnot asked on this way: by"
    )


def test_a_question_answered_before_is_passed(content: Content) -> None:
    content.flow("kz", "country", "by").flow("by", "by", "kz-car")
    assert (
        trace(content.guide(), {"country": "kz", "by": "car"})
        == "start: country=kz → kz\nby: by=car → kz-car"
    )


def test_the_graph_holds_every_rule_and_link(content: Content) -> None:
    content.flow("kz", "by", ({"by": ["car", "foot"]}, "kz-car"), "@crossings")
    lines = graph(content.guide()).splitlines()
    names = {line.split('"')[1]: line.split("{")[0].split("[")[0].strip() for line in lines[1:7]}
    assert lines[0] == "flowchart LR"
    assert f'  {names["kz: by"]} -- "by=car/foot" --> {names["kz-car"]}' in lines
    assert f'  {names["kz: by"]} -- "otherwise" --> crossings(["@crossings"])' in lines
    assert f"  {names['start: country']} -. first .-> {names['safety']}" in lines
    assert f"  {names['kz-car']} -.-> {names['kz-stay']}" in lines


def test_the_longest_overdue_comes_first(content: Content) -> None:
    content.answer("safety", topic="any", risk="high", sources=[source(checked="2026-10-01")])
    content.answer("kz-stay", risk="low")
    found = [(item.answer.id, item.on, item.days_past) for item in due(content.guide(), TODAY)]
    assert found[0] == ("safety", date(2026, 10, 31), 22)
    assert found[-1] == ("kz-stay", date(2027, 11, 20), -363)


def test_html_becomes_plain_text() -> None:
    html = '<b>a</b> &lt; <a href="https://x.example">b</a>\n<blockquote expandable>c\nd</blockquote>'
    assert plain(html) == "a < b <https://x.example>\n│ c\n│ d"

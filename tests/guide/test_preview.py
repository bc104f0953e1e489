from pathlib import Path

import pytest

from bot.guide.model import Language
from bot.guide.preview import plain, preview, read_facts
from tests.guide.builder import TODAY, Content, kazakhstan, texts

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


def test_html_becomes_plain_text() -> None:
    html = '<b>a</b> &lt; <a href="https://x.example">b</a>\n<blockquote expandable>c\nd</blockquote>'
    assert plain(html) == "a < b <https://x.example>\n│ c\n│ d"

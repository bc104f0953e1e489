import pytest

from bot.guide.length import utf16_length, visible_length


@pytest.mark.parametrize(("text", "length"), [("", 0), ("слово", 5), ("🚗", 2), ("🇰🇿", 4), ("e\u0301", 2)])
def test_length_is_in_utf16_units(text: str, length: int) -> None:
    assert utf16_length(text) == length


def test_tags_and_entities_do_not_count() -> None:
    assert visible_length('<b>a</b> &lt;&amp; <a href="https://a.example/?x=1&amp;y=2">b</a>') == len(
        "a <& b"
    )

import pytest

from tests.guide.telegram_html import telegram_reads


@pytest.mark.parametrize(
    "html",
    [
        "<b>x",
        "x</b>",
        "<b><i>x</b></i>",
        "<u>x</u>",
        "a < b",
        "a & b",
        "&nbsp;",
        "<a>x</a>",
        '<a href="">x</a>',
    ],
)
def test_what_telegram_refuses_is_refused(html: str) -> None:
    with pytest.raises(AssertionError):
        list(telegram_reads(html))


def test_what_telegram_takes_is_taken() -> None:
    html = (
        '<b>a <i>b</i></b> <a href="https://x.example/?a=1&amp;b">c</a>'
        "<blockquote expandable>&lt;</blockquote>"
    )
    assert "".join(telegram_reads(html)) == "a b c<"

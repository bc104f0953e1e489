"""Parts of the page that decide something, asked directly: one page, many cases."""

from typing import Any

from playwright.sync_api import Page

from tests.browser.conftest import PageAt
from tests.browser.every_feature import Telegram


def _ask(page: Page, module: str, function: str, cases: list[Any]) -> list[Any]:
    """Call a function of the page's module once a case; `function` takes the module and the case."""
    answers: list[Any] = page.evaluate(
        "async ([module, cases]) => { const m = await import(`/page/${module}`);"
        f" return cases.map(one => ({function})(m, one)); }}",
        [module, cases],
    )
    return answers


_DRAW = """(m, html) => {
    const box = document.createElement("div");
    const nothing = () => {};
    box.append(m.richText(html, { say: (key) => key, link: nothing, command: nothing, copy: nothing }));
    return box.innerHTML;
}"""


def test_only_telegrams_own_markup_is_taken_over(telegram: Telegram, page_at: PageAt) -> None:
    page = page_at(telegram.url, tolerated="Content Security Policy")
    hostile = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<b onclick="alert(1)" style="position:fixed">b</b>',
        '<a href="javascript:alert(1)">a</a>',
        '<a href="data:text/html,x">a</a>',
        "<iframe src=//evil.example></iframe>",
        "<style>*{display:none}</style>",
        '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
    ]
    for drawn in _ask(page, "richtext.js", _DRAW, hostile):
        for bad in (
            "<script",
            "<img",
            "onclick",
            "style=",
            "javascript:",
            "data:",
            "<iframe",
            "<style",
            "<svg",
        ):
            assert bad not in drawn


def test_what_a_link_means(page: Page) -> None:
    elsewhere = "https://t.me/somebody_else?start=x"
    lookalike = "https://t.me.example.org/provodnik_local_bot"
    meanings = {
        "https://t.me/Provodnik_Local_Bot?start=kz-car": {"kind": "start", "payload": "kz-car"},
        "https://telegram.me/provodnik_local_bot": {"kind": "start", "payload": ""},
        "tg://resolve?domain=provodnik_local_bot&start=x": {"kind": "start", "payload": "x"},
        "https://t.me/share/url?url=https%3A%2F%2Fa.example&text=b": {
            "kind": "share",
            "url": "https://a.example",
            "text": "b",
        },
        elsewhere: {"kind": "outside", "url": elsewhere},
        lookalike: {"kind": "outside", "url": lookalike},
        "https://example.org/a b": {"kind": "outside", "url": "https://example.org/a%20b"},
        "tg://settings": {"kind": "dead"},
        "javascript:alert(1)": {"kind": "dead"},
        "nonsense": {"kind": "dead"},
    }
    found = _ask(page, "links.js", "(m, url) => m.meaning(url, 'provodnik_local_bot')", list(meanings))
    assert dict(zip(meanings, found, strict=True)) == meanings


def test_a_typed_place_is_read_or_refused(page: Page) -> None:
    places = {
        "42.83, 44.63": {"lat": 42.83, "lon": 44.63},
        "42,83; 44,63": {"lat": 42.83, "lon": 44.63},
        "-10 170.5": {"lat": -10, "lon": 170.5},
        "91, 0": None,
        "0, 181": None,
        "42.83": None,
        "Ларс": None,
        "": None,
    }
    found = _ask(page, "forms.js", "(m, text) => m.readPlace(text)", list(places))
    assert dict(zip(places, found, strict=True)) == places


def test_the_pages_first_language(page: Page) -> None:
    asked = [["de", "ru-RU"], ["en-GB", "ru"], ["kk-KZ"], ["de"], []]
    assert _ask(page, "words.js", "(m, asked) => m.preferred(asked)", asked) == ["ru", "en", "ru", "en", "en"]


def test_both_languages_have_the_same_words(page: Page) -> None:
    keys = (
        "(m, language) => { const say = m.words(language); return m.KEYS.every(key => say(key).length > 0); }"
    )
    assert _ask(page, "words.js", keys, ["ru", "en"]) == [True, True]
    assert _ask(page, "words.js", "(m) => m.KEYS.length", [None])[0] > 80

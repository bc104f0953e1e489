"""Telegram's HTML: what its server takes, how it refuses, and that nothing harmful reaches the chat page."""

from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.simulator.entities import Entity, Formatted, settle, utf16_length
from bot.simulator.html import Unparsable, checked_link, parse, render

UNMATCHED = (
    "Text contains invalid Unicode characters after decoding HTML entities, "
    "check for unmatched surrogate code units"
)


def kinds(source: str) -> list[tuple[str, int, int]]:
    return [(entity.kind, entity.offset, entity.length) for entity in settle(parse(source)).entities]


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("<b>a</b><STRONG>b</strong>", "ab", [("bold", 0, 1), ("bold", 1, 1)]),
        ("<i>a</i><em>b</em>", "ab", [("italic", 0, 1), ("italic", 1, 1)]),
        ("<u>a</u><ins>b</ins>", "ab", [("underline", 0, 1), ("underline", 1, 1)]),
        ("<s>a</s> <strike>b</strike> <del>c</del>", "a b c", [("strikethrough", n, 1) for n in (0, 2, 4)]),
        (
            '<tg-spoiler>a</tg-spoiler><span class="tg-spoiler">b</span>',
            "ab",
            [("spoiler", 0, 1), ("spoiler", 1, 1)],
        ),
        ("<code>a</code>", "a", [("code", 0, 1)]),
        ("<blockquote>a</blockquote>", "a", [("blockquote", 0, 1)]),
        ("<blockquote expandable>a</blockquote>", "a", [("expandable_blockquote", 0, 1)]),
        ("👍<b>я</b>", "👍я", [("bold", 2, 1)]),
        ("<b><i>ab</i>c</b>", "abc", [("bold", 0, 3), ("italic", 0, 2)]),
        ("&lt;b&gt; &amp; &quot; &#65;&#x42 &nbsp; & &copy;", '<b> & " AB &nbsp; & &copy;', []),
        ("<b></b>x", "x", []),
        ("<b>x \n</b>", "x", [("bold", 0, 1)]),
        ("<b>x</>", "x", [("bold", 0, 1)]),
        ("  \n<b> x </b>\n ", "x", [("bold", 0, 1)]),
        ("<b>a<code>b</code>c</b>", "abc", [("bold", 0, 1), ("code", 1, 1), ("bold", 2, 1)]),
        ("<code><b>a</b></code>", "a", [("code", 0, 1)]),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", "ab", [("blockquote", 0, 2)]),
        ("a > b", "a > b", []),
    ],
)
def test_reads_what_telegram_reads(source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    assert settle(parse(source)).text == text
    assert kinds(source) == entities


@pytest.mark.parametrize(
    "source",
    [
        '<pre><code class="language-py">x</code></pre>',
        '<code class="language-py"><pre>x</pre></code>',
    ],
)
def test_a_block_of_code_has_a_language(source: str) -> None:
    assert parse(source).entities == (Entity("pre", 0, 1, language="py"),)


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ('<a href="https://example.com">x</a>', "https://example.com/"),
        ("<a href='https://example.com/a?b=1&amp;c=2'>x</a>", "https://example.com/a?b=1&c=2"),
        ("<a href=example.com>x</a>", "http://example.com/"),
        ("<a>https://example.com/y</a>", "https://example.com/y"),
        ('<a href="tg://resolve?domain=x">x</a>', "tg://resolve?domain=x"),
        ('<a href="javascript:alert(1)">x</a>', None),
        ('<a href="data:text/html,x">x</a>', None),
        ('<a href="not a link">x</a>', None),
        ('<a href="https://">x</a>', None),
        ('<a href="http://localhost:8080/">x</a>', None),
        ('<a href="http://[">x</a>', None),
    ],
)
def test_links_that_lead_nowhere_are_dropped(source: str, url: str | None) -> None:
    assert [entity.url for entity in parse(source).entities] == ([url] if url else [])


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("a <x>b</x>", 'Unsupported start tag "x" at byte offset 2'),
        ("я<p>", 'Unsupported start tag "p" at byte offset 2'),
        ("a<br/>", 'Unsupported start tag "br/" at byte offset 1'),
        ("5 < 6", 'Unsupported start tag "" at byte offset 2'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<a href", 'Unclosed start tag "a" at byte offset 0'),
        ("<a href=", 'Unclosed start tag "a" at byte offset 0'),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ('<a href="x"', "Unclosed start tag at byte offset 0"),
        ('<a ="x">y</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        (
            "<a href>y</a>",
            'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0',
        ),
        ("<a href=x/y>z</a>", "Unexpected end of name token at byte offset 8"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b ", "Unclosed end tag at byte offset 4"),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ('<tg-emoji emoji-id="x">y</tg-emoji>', "Invalid custom emoji identifier specified"),
        ("&#xd800;", UNMATCHED),
    ],
)
def test_refuses_in_telegrams_words(source: str, words: str) -> None:
    with pytest.raises(Unparsable) as refusal:
        parse(source)
    assert str(refusal.value) == words


def test_finds_what_can_be_tapped() -> None:
    text = "👍 /help, /crossing@bot_name: https://gov.kz/a. gov.kz @anna_k #lars a@b.org 5/6 <code>/no</code>"
    found = settle(parse(text))
    units = found.text.encode("utf-16-le")
    covered = {
        (entity.kind, units[2 * entity.offset : 2 * entity.end].decode("utf-16-le"))
        for entity in found.entities
    }
    assert covered == {
        ("bot_command", "/help"),
        ("bot_command", "/crossing@bot_name"),
        ("url", "https://gov.kz/a"),
        ("url", "gov.kz"),
        ("mention", "@anna_k"),
        ("hashtag", "#lars"),
        ("email", "a@b.org"),
        ("code", "/no"),
    }


def test_formatting_past_a_hundred_entities_is_lost() -> None:
    assert len(settle(parse("<b>x</b> " * 101)).entities) == 100


class Tags(HTMLParser):
    """Collects the tags and attributes of HTML as a browser would see them."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, tuple(attrs)))
        if tag == "br":
            self.text += "\n"
        else:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


SAFE = {
    "b": set[str](),
    "i": set(),
    "u": set(),
    "s": set(),
    "code": set(),
    "pre": set(),
    "br": set(),
    "tg-spoiler": set(),
    "blockquote": {"expandable"},
    "a": {"href", "target", "rel", "data-command"},
}


def assert_safe(source: str) -> None:
    tags = Tags(source)
    assert not tags.open
    for tag, attributes in tags.seen:
        assert tag in SAFE
        assert {name for name, _ in attributes} <= SAFE[tag]
        for name, value in attributes:
            if name == "href":
                assert (value or "").lower().startswith(("http://", "https://", "tg:"))


fragments = st.sampled_from(
    [
        *("<b>", "</b>", "<i>", "</i>", "<pre>", "</pre>", "<code>", "</code>", "<blockquote expandable>"),
        *("</blockquote>", "<a href=", "</a>", "<script>", "</", "<", ">", '"', "'", "=", "/", "&", "&lt;"),
        *("&#60;script>", "javascript:", "https://e.com", "onerror=", "👍", "я", "/x", "@anna", " ", "\n"),
        *("\0", "\ud800"),
    ]
)
soup = st.lists(fragments | st.characters(), max_size=30).map("".join)


@settings(deadline=None)  # the machine may be busy
@given(soup)
@example("<a href='javascript:alert(1)'>x</a>")
@example("&lt;script&gt;alert(1)&lt;/script&gt;")
@example('<a href="https://e.com/&quot; onclick=&quot;x">x</a>')
def test_whatever_comes_is_read_safely_or_refused(source: str) -> None:
    try:
        body = settle(parse(source))
    except Unparsable:
        return
    length = utf16_length(body.text)
    for entity in body.entities:
        assert 0 <= entity.offset < entity.end <= length
    assert_safe(render(body))


entities = st.builds(
    Entity,
    st.sampled_from(
        ["bold", "italic", "text_link", "url", "bot_command", "pre", "blockquote", "spoiler", "odd"]
    ),
    st.integers(0, 20),
    st.integers(1, 20),
    url=st.sampled_from(["", "https://e.com/", "javascript:alert(1)", 'https://e.com/"><script>']),
)


@settings(deadline=None)  # the machine may be busy
@given(st.text(max_size=30), st.lists(entities, max_size=8))
def test_the_page_is_safe_whatever_is_marked_how(text: str, marked: list[Entity]) -> None:
    source = render(Formatted(text, tuple(sorted(marked, key=lambda entity: entity.offset))))
    assert_safe(source)


trees = st.recursive(
    st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), min_size=1, max_size=5).map(
        lambda text: (text, text.replace("&", "&amp;").replace("<", "&lt;"))
    ),
    lambda inner: st.tuples(st.sampled_from(["b", "i", "u", "s"]), st.lists(inner, max_size=3)).map(
        lambda tree: (
            "".join(text for text, _ in tree[1]),
            f"<{tree[0]}>{''.join(source for _, source in tree[1])}</{tree[0]}>",
        )
    ),
    max_leaves=8,
)


@settings(deadline=None)  # the machine may be busy
@given(trees)
def test_well_formed_html_gives_its_text_back(tree: tuple[str, str]) -> None:
    text, source = tree
    assert parse(source).text == text


def test_the_page_shows_the_text_and_nothing_else() -> None:
    source = render(settle(parse("<b>a</b> &lt;script&gt;\n<blockquote>q</blockquote>\nend")))
    assert source == "<b>a</b> &lt;script&gt;<br><blockquote>q</blockquote>end"
    assert Tags(source).text == "a <script>\nqend"


def test_what_a_bot_calls_a_command_cannot_break_out() -> None:
    text = '"><script>'
    assert_safe(render(Formatted(text, (Entity("bot_command", 0, len(text)),))))


def test_a_link_of_a_bare_name_leads_to_http() -> None:
    assert checked_link("example.com/a") == "http://example.com/a"

import re
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.guide.length import utf16_length, visible_length
from bot.guide.model import (
    Answer,
    Bilingual,
    Block,
    Contact,
    Facts,
    Guide,
    Language,
    Notice,
    Risk,
    Source,
    Span,
)
from bot.guide.render import Freshness, freshness, notices, places_of, render, render_question
from bot.guide.route import Question, route
from tests.guide.builder import TODAY, Content, both, kazakhstan, source, texts
from tests.guide.guides import LAW, answer, drawn_often, guides
from tests.guide.telegram_html import telegram_reads

RU, EN = Language.RU, Language.EN


def show(
    content: Content,
    id: str = "kz-car",
    facts: Facts | None = None,
    language: Language = RU,
    today: date = TODAY,
) -> str:
    guide = content.guide()
    html = render(guide, guide.answers[id], facts or {}, texts()[language], today)
    return html.replace("\u202fг.", " г.")  # what stands in Babel's dates is Babel's matter


def plain(html: str) -> str:
    return unescape(re.sub("<[^>]+>", "", html))


class TestText:
    """What stands in the message, in which order."""

    def test_a_whole_answer(self, tmp_path: Path) -> None:
        content = kazakhstan(tmp_path).answer(
            "kz-car",
            "Возьмите **права** и [СТС](https://law.example/page). [^law]\n\n"
            "Ещё:\n- воду\n- *еду*. [^decree]\n\nВсё.",
            "Take a **licence**. [^law][^decree]",
            sources=[
                source("decree", published="2023-11-24"),
                source(url="https://law.example/page", published=None),
            ],
        )
        assert show(content) == (
            "<b>Title kz-car по-русски</b>\n\n"
            'Возьмите <b>права</b> и <a href="https://law.example/page">СТС</a>.¹\n\n'
            "Ещё:\n• воду\n• <i>еду</i>.²\n\n"
            "Всё.\n\n"
            "Сверено с источниками: 20 ноября 2026 г.\n\n"
            "<blockquote expandable><b>Источники, прочитаны 20 ноября 2026 г.</b>\n"
            '1. <a href="https://law.example/page">Source law</a>; без даты\n'
            '2. <a href="https://decree.example/page">Source decree</a>; опубликовано: 24 ноября 2023 г.'
            "</blockquote>"
        )
        assert "Take a <b>licence</b>.¹,²" in show(content, language=EN)
        assert "Compared with the sources: 20 November 2026" in show(content, language=EN)

    def test_dates_of_reading_that_differ_stand_with_each_source(self, tmp_path: Path) -> None:
        content = kazakhstan(tmp_path).answer(
            "kz-car",
            "Да. [^law][^new]",
            "Yes. [^law][^new]",
            sources=[source(), source("new", checked="2026-11-01")],
        )
        text = plain(show(content))
        assert "Сверено с источниками: 1 ноября 2026 г." in text
        assert "2. Source new; опубликовано: март 2025; прочитано: 1 ноября 2026 г." in text

    def test_a_superscript_never_reads_as_a_power(self, tmp_path: Path) -> None:
        """A number's source is cited where its sentence ends, and a citation after a digit stands off."""
        content = kazakhstan(tmp_path).number("kz", "stay_days", 90)
        content.answer(
            "kz-car",
            "До {fact:kz.stay_days} дней из 180; потом 2022 [^law]. И {fact:kz.stay_days}",
            "Up to {fact:kz.stay_days} days. [^law]",
        )
        assert "До 90 дней из 180;¹ потом 2022\u202f². И 90\u202f¹" in show(content)
        assert "Up to 90 days.¹,²" in show(content, language=EN)

    def test_a_number_is_not_cited_beside_its_own_page(self, tmp_path: Path) -> None:
        content = kazakhstan(tmp_path).number("kz", "stay_days", url="https://law.example/page")
        content.answer(
            "kz-car", "До {fact:kz.stay_days} дней. [^law]", "Up to {fact:kz.stay_days} days. [^law]"
        )
        assert "До 90 дней.¹\n" in show(content)

    def test_what_is_unconfirmed_says_so(self, tmp_path: Path) -> None:
        content = kazakhstan(tmp_path).answer(
            "kz-car",
            "Да. [^law]\n\n::: unconfirmed\nСлух.\n\n- Ещё слух. [^weak]\n:::",
            "Yes. [^law]\n\n::: unconfirmed\nRumour.\n\n- More. [^weak]\n:::",
            sources=[source(), source("weak", mark="L", url=None)],
        )
        assert "❔ <i>Не подтверждено:</i> Слух.\n• ❔ Ещё слух.²" in show(content)
        assert "2. Source weak; опубликовано: март 2025; слабый источник" in show(content)

    def test_words_cannot_become_tags(self, tmp_path: Path) -> None:
        content = kazakhstan(tmp_path).answer(
            "kz-car", "a < b & c > d \\<b> [^law]", title={"ru": "<i>", "en": "&"}
        )
        assert "<b>&lt;i&gt;</b>" in show(content)
        assert "a &lt; b &amp; c &gt; d &lt;b&gt;¹" in show(content)

    def test_a_question_stands_under_its_intro(self, tmp_path: Path) -> None:
        content = kazakhstan(tmp_path).flow("kz", "by", "kz-car", intro={"ru": "A < B", "en": "Kazakhstan"})
        guide = content.guide()
        first, second = route(guide, {}), route(guide, {"country": "kz"})
        assert isinstance(first, Question)
        assert isinstance(second, Question)
        assert render_question(first, texts()[RU]) == "<b>Ask country по-русски</b>"
        assert render_question(second, texts()[RU]) == "A &lt; B\n\n<b>Ask by по-русски</b>"


class TestConditions:
    """A part stands there unless the facts exclude it."""

    RU = "Да. [^law]\n\n::: when by: car\nМашина.\n:::\n\n::: when by: foot, country: kz\nПешком.\n:::"

    @pytest.fixture
    def content(self, tmp_path: Path) -> Content:
        return kazakhstan(tmp_path).answer(
            "kz-car", self.RU, self.RU.replace("Машина", "Car").replace("Пешком", "Feet")
        )

    def test_known_facts_choose(self, content: Content) -> None:
        text = show(content, facts={"by": "car", "country": "kz"})
        assert "\n\nМашина.\n\n" in text
        assert "Пешком" not in text

    def test_without_facts_every_part_stands_with_its_condition(self, content: Content) -> None:
        text = show(content)
        assert "<i>Если «Short by по-русски» — Label car по-русски:</i> Машина." in text
        assert (
            "<i>Если «Short by по-русски» — Label foot по-русски и "
            "«Short country по-русски» — Label kz по-русски:</i> Пешком." in text
        )

    def test_a_known_half_of_a_condition_is_not_told(self, content: Content) -> None:
        text = show(content, facts={"country": "kz"}, language=EN)
        assert "<i>If “Short by in English” is Label foot in English:</i> Feet." in text
        assert "Feet" not in show(content, facts={"country": "ge"}, language=EN)

    def test_sources_of_parts_that_are_left_out_are_not_listed(self, tmp_path: Path) -> None:
        content = kazakhstan(tmp_path).answer(
            "kz-car",
            "Да. [^law]\n\n::: when by: car\nСтраховка. [^cover]\n:::",
            "Yes. [^law]\n\n::: when by: car\nCover. [^cover]\n:::",
            sources=[source("cover"), source()],
        )
        assert "Source cover" in show(content, facts={"by": "car"})
        assert "Source cover" not in show(content, facts={"by": "foot"})


class TestAge:
    """Past its period a text warns at its end, past twice of it before anything else."""

    @pytest.mark.parametrize(("risk", "days"), [(Risk.HIGH, 30), (Risk.NORMAL, 90), (Risk.LOW, 365)])
    def test_the_period_depends_on_the_risk(self, risk: Risk, days: int) -> None:
        checked = replace(answer("a"), risk=risk)
        for age, expected in (
            (0, Freshness.FRESH),
            (days, Freshness.FRESH),
            (days + 1, Freshness.DUE),
            (2 * days, Freshness.DUE),
            (2 * days + 1, Freshness.OVERDUE),
        ):
            assert freshness(checked, checked.checked + timedelta(days=age)) is expected

    def test_the_oldest_source_counts(self) -> None:
        old = replace(LAW, id="old", checked=date(2026, 1, 1))
        assert replace(answer("a"), sources=(LAW, old)).checked == date(2026, 1, 1)

    def test_a_fresh_text_shows_its_date_only(self, tmp_path: Path) -> None:
        text = plain(show(kazakhstan(tmp_path)))
        assert "⚠️" not in text
        assert "⏳" not in text
        assert "Сверено с источниками: 20 ноября 2026 г." in text

    def test_past_its_period_the_warning_comes_after_the_text(self, tmp_path: Path) -> None:
        text = plain(show(kazakhstan(tmp_path), today=date(2027, 2, 19)))
        assert text.index("Русский текст") < text.index("⏳ Пора проверить заново")

    def test_past_twice_its_period_the_warning_comes_first(self, tmp_path: Path) -> None:
        text = plain(show(kazakhstan(tmp_path), today=date(2027, 5, 20)))
        assert text.index("⚠️ Давно не проверяли.") < text.index("Русский текст")
        assert "⏳" not in text


class TestNotices:
    """What holds now in a place stands above the answers about it."""

    def test_a_notice_holds_from_its_first_day_to_its_last(self, tmp_path: Path) -> None:
        content = kazakhstan(tmp_path).notice("rule", **{"from": "2026-11-22", "until": "2026-11-24"})
        for day, holds in ((21, False), (22, True), (24, True), (25, False)):
            assert ("Notice rule" in show(content, today=date(2026, 11, day))) is holds

    def test_it_concerns_the_answers_country_and_the_persons(self, tmp_path: Path) -> None:
        content = kazakhstan(tmp_path).notice("rule")
        guide = content.guide()
        assert "Notice rule" in show(content, "kz-car")
        assert "Notice rule" not in show(content, "ge-entry")
        assert "Notice rule" in show(content, "ge-entry", {"country": "kz"})
        assert places_of(guide.answers["ge-entry"], {"country": "kz"}) == {"ge", "kz"}

    def test_the_gravest_comes_first_with_its_source(self, tmp_path: Path) -> None:
        content = kazakhstan(tmp_path)
        for level in ("info", "warning", "danger"):
            content.notice(level, level=level)
        assert [notice.id for notice in notices(content.guide(), ["kz"], TODAY)] == [
            "danger",
            "warning",
            "info",
        ]
        html = show(content)
        assert (
            '🔴 <b>Notice danger по-русски</b> (<a href="https://notice.example">News</a>, 1 ноября 2026 г.)'
            in html
        )
        assert html.index("🔴") < html.index("⚠️") < html.index("ℹ️") < html.index("Русский текст")

    def test_only_danger_stands_before_an_answer_that_leads_to_people(self, tmp_path: Path) -> None:
        content = (
            kazakhstan(tmp_path).notice("rule").notice("war", level="danger").answer("kz-car", kind="route")
        )
        assert "Notice war" in show(content)
        assert "Notice rule" not in show(content)


class TestPeople:
    """Contacts are shown with what we know of them, and never more."""

    def contacts(self, tmp_path: Path, **changes: object) -> str:
        contact = {
            "name": "Юристы & Ко",
            "what": both("Advice"),
            "languages": ["ru", "en"],
            "reach": "+7 727 1",
            **changes,
        }
        return show(kazakhstan(tmp_path).answer("kz-car", kind="route", contacts=[contact]))

    def test_one_that_nobody_tried_says_so(self, tmp_path: Path) -> None:
        assert (
            "• <b>Юристы &amp; Ко</b>: Advice по-русски. +7 727 1. Нами не проверено."
            " Языки: русский, английский." in self.contacts(tmp_path)
        )

    def test_one_that_was_tried_says_when(self, tmp_path: Path) -> None:
        assert "+7 727 1. Проверено нами 1 ноября 2026 г." in self.contacts(tmp_path, dialled="2026-11-01")

    def test_a_page_is_a_link(self, tmp_path: Path) -> None:
        assert '<a href="https://help.example/?a=1&amp;b=2">help.example/?a=1&amp;b=2</a>' in self.contacts(
            tmp_path, reach="https://help.example/?a=1&b=2"
        )

    def test_a_source_is_cited(self, tmp_path: Path) -> None:
        assert "Advice по-русски¹. +7" in self.contacts(tmp_path, source="law")

    def test_one_with_caution_is_a_name_only(self, tmp_path: Path) -> None:
        html = self.contacts(tmp_path, caution="ru", reach="@quiet")
        assert "@quiet" not in html
        assert html.count("🚫") == 1


class TestCaution:
    """Russia punishes passing on some sources: their names have no link, and this is said once."""

    def test_its_name_has_no_link_and_the_danger_is_told_once(self, tmp_path: Path) -> None:
        content = kazakhstan(tmp_path).answer(
            "kz-car",
            "Да. [^one][^two]",
            "Yes. [^one][^two]",
            sources=[source("one", caution="ru"), source("two", caution="ru")],
        )
        html = show(content)
        assert "one.example" not in html
        assert "1. Source one; без ссылки; опубликовано" in html
        assert html.count("🚫") == 1

    def test_nothing_is_said_where_there_is_none(self, tmp_path: Path) -> None:
        assert "🚫" not in show(kazakhstan(tmp_path))


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SPANS = st.builds(
    Span,
    text=WORDS,
    bold=st.booleans(),
    italic=st.booleans(),
    link=st.none() | st.sampled_from(["https://a.example/?a=1&b=\"<'>", "https://b.example"]),
    cite=st.none() | st.sampled_from(["law", "own"]),
    number=st.none() | st.just("kz.days"),
)
BILINGUAL = st.builds(Bilingual, WORDS, WORDS)
SOURCES = st.builds(
    Source,
    id=st.just(""),
    url=st.none() | st.just('https://a.example/?"<&>'),
    title=WORDS,
    published=st.none() | st.sampled_from(["2025", "2025-03", "2025-03-01"]),
    checked=st.dates(date(2025, 1, 1), date(2026, 11, 22)),
    mark=st.sampled_from(["H", "M", "L", "GK"]),
    caution=st.booleans(),
)
CONTACTS = st.builds(
    Contact,
    name=WORDS,
    what=BILINGUAL,
    languages=st.sampled_from(["", "ru", "ru, en", "x<y"]),
    reach=st.none() | WORDS | st.just("https://a.example/<&>"),
    dialled=st.none() | st.just(TODAY),
    caution=st.booleans(),
    source=st.none() | st.sampled_from(["law", "own"]),
)


@st.composite
def screens(draw: st.DrawFn) -> tuple[Guide, Answer, Facts]:
    guide = draw(guides())
    facts = [(fact.id, value.id) for fact in guide.facts.values() for value in fact.values]
    pair = st.sampled_from(facts)
    when = st.none() | pair
    blocks = st.lists(
        st.builds(
            lambda spans, item, condition, unconfirmed: Block(
                tuple(spans), item, {condition[0]: (condition[1],)} if condition else {}, unconfirmed
            ),
            st.lists(SPANS, min_size=1, max_size=4),
            st.booleans(),
            when,
            st.booleans(),
        ),
        max_size=4,
    )
    law, own = (replace(draw(SOURCES), id=id) for id in ("law", "own"))
    shown = replace(
        answer("a", (), *draw(blocks)),
        title=draw(BILINGUAL),
        sources=(law, own),
        contacts=tuple(draw(st.lists(CONTACTS, max_size=2))),
        route=draw(st.booleans()),
        risk=draw(st.sampled_from(list(Risk))),
    )
    level = draw(st.sampled_from(["info", "warning", "danger"]))
    notice = Notice("n", date.min, date.max, ("any",), level, draw(BILINGUAL), draw(SOURCES))
    return replace(guide, notices={"n": notice}), shown, dict(draw(st.lists(pair, max_size=2)))


@drawn_often
@given(screens(), st.sampled_from(list(Language)), st.dates(date(2026, 11, 22), date(2029, 1, 1)))
def test_telegram_never_refuses_an_answer(
    screen: tuple[Guide, Answer, Facts], language: Language, today: date
) -> None:
    guide, shown, facts = screen
    html = render(guide, shown, facts, texts()[language], today)
    words = "".join(telegram_reads(html))
    assert utf16_length(words) == visible_length(html)
    for block in shown.body[language]:
        fits = all(facts.get(fact, values[0]) in values for fact, values in block.when.items())
        for span in block.spans:
            assert not fits or span.text in words


class TestFolding:
    """Of a long text only the first part stands open; a short one does, and so does what is about oneself."""

    LONG = "**Вот что делать.** [^law]\n\n**На что смотреть**\n- " + "слово, " * 150

    def shown(self, folder: Path, text: str, **changes: Any) -> str:
        content = kazakhstan(folder).answer("kz-car", text, text, **changes)
        guide = content.load(lenient=True).guide
        assert guide is not None
        return render(guide, guide.answers["kz-car"], {"by": "car"}, texts()[Language.RU], TODAY)

    def test_a_long_text_is_folded_below_its_first_part(self, tmp_path: Path) -> None:
        html = self.shown(tmp_path, self.LONG)
        assert "Вот что делать.</b>¹\n\n<blockquote expandable><b>На что смотреть</b>\n• слово" in html

    def test_a_short_text_is_not(self, tmp_path: Path) -> None:
        html = self.shown(tmp_path, self.LONG[:120])
        assert "<blockquote expandable><b>На что" not in html

    def test_people_to_turn_to_stand_open(self, tmp_path: Path) -> None:
        assert "<blockquote expandable><b>На что" not in self.shown(tmp_path, self.LONG, kind="route")

    def test_what_was_made_for_one_person_stands_open(self, tmp_path: Path) -> None:
        text = self.LONG + "\n\n::: when by: car\nДа.\n:::"
        assert "<blockquote expandable><b>На что" not in self.shown(tmp_path, text, needs=["by"])

    def test_a_box_to_tick_is_mark_enough(self, tmp_path: Path) -> None:
        html = self.shown(tmp_path, "**Список** [^law]\n\n- ☐ Паспорт\n- Деньги")
        assert "\n☐ Паспорт\n• Деньги" in html

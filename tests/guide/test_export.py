"""The guide as files: whole, sound and quiet pages, whatever is uncertain said so, and no half site ever."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import urldefrag, urlsplit
from xml.etree.ElementTree import Element

import pytest

from bot.crossings.catalogue import Catalogue
from bot.export import answers, crossings, files
from bot.export.book import book
from bot.export.contents import Crossings, Part, parts, rest
from bot.export.page import Edition
from bot.export.site import Make
from bot.guide.model import Answer, Language
from tests.guide.builder import REPOSITORY, TODAY, Content, both, kazakhstan, source, texts
from tests.guide.web_page import calls_out, faults, links, read

RU, EN = Language.RU, Language.EN
LIMIT = 60 * 1024
"""Bytes of a page of the site: a few seconds where Telegram is slowed."""


@pytest.fixture(scope="module")
def editions() -> Mapping[Language, Edition]:
    return files.editions(REPOSITORY / "content", tuple(Language), date(2026, 11, 25))


@pytest.fixture(scope="module")
def made(editions: Mapping[Language, Edition]) -> Mapping[str, str]:
    return {path: make() for path, make in files.plan(editions).items()}


@pytest.fixture(scope="module")
def pages(made: Mapping[str, str]) -> Mapping[str, Element]:
    return {path: read(html) for path, html in made.items()}


def small(content: Content, catalogue: Catalogue | None = None, *, language: Language = RU) -> Edition:
    """Return an edition of a small guide."""
    nowhere = Catalogue({}, {})
    return Edition(content.guide(), catalogue or nowhere, texts()[language], TODAY, "0123abcd", "", ())


def article(content: Content, id: str = "kz-car", *, language: Language = RU, made: date = TODAY) -> str:
    edition = replace(small(content, language=language), made=made)
    return answers.article(edition, edition.guide.answers[id], 1).replace("\u202fг.", " г.")


class TestPages:
    """The content that we ship, as pages."""

    def test_all_of_it_is_there_in_both_languages(
        self, editions: Mapping[Language, Edition], made: Mapping[str, str]
    ) -> None:
        for language, edition in editions.items():
            whole = made[f"provodnik-{language}.html"]
            for answer in edition.guide.answers.values():
                assert f"site/{language}/answers/{answer.id}.html" in made
                assert whole.count(f'<article id="answer-{answer.id}">') == 1
            for id in edition.catalogue.crossings:
                assert f"site/{language}/crossings/{id}.html" in made
                assert whole.count(f'<article id="crossing-{id}"') == 1
            for id in edition.catalogue.countries:
                assert f"site/{language}/countries/{id}.html" in made

    def test_they_are_sound(self, pages: Mapping[str, Element]) -> None:
        assert {path: found for path, page in pages.items() if (found := [*faults(page)])} == {}

    def test_nothing_in_them_calls_out(self, pages: Mapping[str, Element]) -> None:
        assert {path: found for path, page in pages.items() if (found := [*calls_out(page)])} == {}

    def test_those_of_the_site_are_small(self, made: Mapping[str, str]) -> None:
        sizes = {path: len(html.encode()) for path, html in made.items() if path.startswith("site/")}
        assert {path: size for path, size in sizes.items() if size > LIMIT} == {}

    def test_every_link_leads_to_a_page_and_a_place_in_it(self, pages: Mapping[str, Element]) -> None:
        places = {path: {each.attrib.get("id") for each in page.iter()} for path, page in pages.items()}
        dead = [
            (path, to)
            for path, page in pages.items()
            for to, place in map(urldefrag, links(page))
            if not urlsplit(to).scheme
            and ((there := at(path, to)) not in pages or (place and place not in places[there]))
        ]
        assert dead == []

    def test_the_site_stands_alone_under_any_address(self, pages: Mapping[str, Element]) -> None:
        for path, page in pages.items():
            near = [to for to in links(page) if not urlsplit(to).scheme]
            assert not any(to.startswith("/") for to in near)
            if path.startswith("site/"):
                assert all(at(path, urldefrag(to).url).startswith("site/") for to in near)

    def test_every_page_can_be_reached_by_taps(self, pages: Mapping[str, Element]) -> None:
        reached, new = set[str](), {"site/index.html"}
        while new:
            reached |= new
            new = {at(path, urldefrag(to).url) for path in new for to in links(pages[path])
                   if not urlsplit(to).scheme} - reached  # fmt: skip
        assert reached == {path for path in pages if path.startswith("site/")}

    def test_each_leads_to_itself_in_the_other_language(self, pages: Mapping[str, Element]) -> None:
        for path, page in pages.items():
            if path == "site/index.html":
                continue
            own = page.attrib["lang"]
            other = {"ru": "en", "en": "ru"}[own]
            switch = [each for each in page.iter("a") if each.attrib.get("hreflang") == other]
            twin = path.replace(f"site/{own}/", f"site/{other}/").replace(f"-{own}.html", f"-{other}.html")
            assert [at(path, each.attrib["href"]) for each in switch] == [twin]

    def test_each_says_how_old_it_is(
        self, made: Mapping[str, str], editions: Mapping[Language, Edition]
    ) -> None:
        for path, html in made.items():
            if path != "site/index.html":
                assert editions[RU].version in html
                assert "25\xa0ноября" in html or "25 ноября" in html or "25 November 2026" in html, path

    def test_first_come_urgent_help_and_the_first_question(self, made: Mapping[str, str]) -> None:
        for path in ("provodnik-ru.html", "site/ru/index.html"):
            html = made[path]
            order = [
                html.index(words) for words in ('class="urgent"', "Стареет", "<summary>🇰🇿", "<summary>🇬🇪")
            ]
            assert order == sorted(order)
            assert "112" in html[order[0] : order[1]]

    def test_addresses_that_can_harm_stand_nowhere(
        self, editions: Mapping[Language, Edition], made: Mapping[str, str]
    ) -> None:
        hidden = {
            source.url
            for answer in editions[RU].guide.answers.values()
            for source in answer.sources
            if source.caution and source.url
        }
        assert hidden
        assert {url for url in hidden for html in made.values() if url in html} == set()


def at(path: str, to: str) -> str:
    """Return the path to which a relative link leads; an empty one leads to its own page."""
    return normpath(join(dirname(path), to)) if to else path


class TestAnswer:
    """What an article says besides its text."""

    def test_text_lists_and_sources(self, tmp_path: Path) -> None:
        content = kazakhstan(tmp_path).answer(
            "kz-car",
            "Возьмите **права** и [СТС](https://law.example/page). [^law]\n\nЕщё:\n- воду\n- *еду*. [^b]",
            sources=[source(mark="M"), source("b", url=None, mark="L", published=None)],
        )
        html = article(content)
        assert (
            '<p>Возьмите <b>права</b> и <a href="https://law.example/page" rel="noreferrer noopener">СТС</a>.'
            '<sup><a href="#kz-car-1">[1]</a></sup></p>' in html
        )
        assert (
            '<ul>\n<li>воду</li>\n<li><i>еду</i>.<sup><a href="#kz-car-2">[2]</a></sup></li>\n</ul>' in html
        )
        assert "опубликовано: март 2025; один хороший источник</li>" in html
        assert '<li id="kz-car-2">Source b; без даты; слабый источник</li>' in html
        assert "Источники, прочитаны 20 ноября 2026 г." in html

    def test_dates_of_reading_that_differ_stand_with_each_source(self, tmp_path: Path) -> None:
        content = kazakhstan(tmp_path).answer(
            "kz-car", "Да. [^law][^b]", "Yes. [^law]", sources=[source(), source("b", checked="2026-11-01")]
        )
        assert "прочитано: 20 ноября 2026 г." in article(content)
        assert "прочитано: 1 ноября 2026 г." in article(content)

    def test_what_concerns_some_is_told_with_its_condition_once(self, tmp_path: Path) -> None:
        content = kazakhstan(tmp_path).answer(
            "kz-car",
            ":::: when country: kz\nОдно. [^law]\n\n::: when by: car\nДва.\n\n- Три.\n:::\n::::\n\nВсем.",
            needs=["by"],
        )
        html = article(content)
        assert html.count("<i>Если «Short country по-русски» — Label kz по-русски:</i>") == 1
        assert html.count("<i>Если «Short by по-русски» — Label car по-русски:</i>") == 1
        inner = html.index("<p>Два.</p>")
        assert html[:inner].count('<div class="if">') == 2
        everyone = html[: html.index("<p>Всем.</p>")]
        assert everyone.count("<div") == everyone.count("</div>")

    def test_conditions_that_always_come_together_are_one(self, tmp_path: Path) -> None:
        content = kazakhstan(tmp_path).answer(
            "kz-car", "::: when country: kz, by: car\nОдно. [^law]\n\nДва.\n:::", needs=["by"]
        )
        assert article(content).count('<div class="if">') == 1
        assert "Label kz по-русски и «Short by по-русски» — Label car по-русски:</i>" in article(content)

    def test_what_is_unconfirmed_says_so(self, tmp_path: Path) -> None:
        content = kazakhstan(tmp_path).answer("kz-car", "Да. [^law]\n\n::: unconfirmed\nМожет быть.\n:::")
        assert (
            '<div class="unconfirmed">\n<p>❔ <i>Не подтверждено:</i></p>\n<p>Может быть.</p>\n</div>'
            in article(content)
        )

    @pytest.mark.parametrize(
        ("days", "warned"),
        [(90, ()), (91, ("Пора проверить",)), (180, ("Пора проверить",)), (181, ("Давно",))],
    )
    def test_it_is_as_old_as_on_the_day_of_the_export(
        self, tmp_path: Path, days: int, warned: tuple[str, ...]
    ) -> None:
        html = article(kazakhstan(tmp_path), made=date(2026, 11, 20) + timedelta(days=days))
        assert tuple(words for words in ("Пора проверить", "Давно") if words in html) == warned
        assert "Сверено с источниками: 20 ноября 2026 г.; сверить заново до 18 февраля 2027 г." in html
        if "Давно" in warned:
            assert html.index("Давно") < html.index("Русский текст")

    def test_a_source_that_can_harm_is_named_without_its_address(self, tmp_path: Path) -> None:
        content = kazakhstan(tmp_path).answer("kz-car", sources=[source(caution="ru")])
        assert "law.example" not in article(content)
        assert "Source law; без ссылки" in article(content)
        assert "за пересылку их материалов наказывают" in article(content)

    def test_contacts_say_whether_we_tried(self, tmp_path: Path) -> None:
        content = kazakhstan(tmp_path).answer(
            "kz-car",
            kind="route",
            contacts=[
                {
                    "name": "Tried",
                    "what": both("What"),
                    "reach": "https://a.example",
                    "dialled": "2026-11-20",
                },
                {"name": "Untried", "what": both("What"), "reach": "112", "dialled": None, "source": "law"},
                {
                    "name": "Named",
                    "what": both("What"),
                    "reach": "b.example",
                    "dialled": None,
                    "caution": "ru",
                },
            ],
        )
        html = article(content)
        assert (
            '<a href="https://a.example" rel="noreferrer noopener">a.example</a>. Проверено нами 20' in html
        )
        assert '<sup><a href="#kz-car-1">[1]</a></sup>. 112. Нами не проверено.' in html
        assert "b.example" not in html

    def test_notices_have_the_days_that_they_concern(self, tmp_path: Path) -> None:
        content = (
            kazakhstan(tmp_path).notice("now").notice("over", **{"from": "2026-01-01", "until": "2026-11-21"})
        )
        html = article(content)
        assert "Notice now" in html
        assert 'href="https://notice.example" rel="noreferrer noopener"' in html
        assert "Касается дней с 1 ноября 2026 г. по 31 декабря 2026 г." in html
        assert "Notice over" not in html

    def test_markup_in_a_text_is_text(self, tmp_path: Path) -> None:
        content = kazakhstan(tmp_path).answer(
            "kz-car", 'Меньше < больше & «"». [^law]', title=both("A <b> & c")
        )
        assert "<h1>A &lt;b&gt; &amp; c по-русски</h1>" in article(content)
        read(book(small(content)))

    def test_russian_on_an_english_page_is_marked(self, tmp_path: Path) -> None:
        content = kazakhstan(tmp_path).answer("kz-car", sources=[source(title="Закон")])
        assert '<span lang="ru">Закон</span>' in article(content, language=EN)
        assert "<span" not in article(content)

    def test_other_answers_are_offered(self, tmp_path: Path) -> None:
        content = kazakhstan(tmp_path).answer("kz-car", see=["kz-stay"])
        assert '<a href="#answer-kz-stay">Title kz-stay по-русски</a>' in article(content)


class TestContents:
    """By the bot's first question, and further as its flows ask."""

    def test_they_follow_the_flows(self, tmp_path: Path) -> None:
        content = kazakhstan(tmp_path).flow(
            "kz", "by", ({"by": "car"}, "kz-car"), "@crossings", lead="safety"
        )
        first, second = parts(content.guide())
        assert first.label.en == "Label kz in English"
        assert [named(entry) for entry in first.entries] == ["safety", "kz-car", "crossings to kz"]
        assert [named(entry) for entry in second.entries] == ["ge-entry"]
        assert [answer.id for answer in rest(content.guide(), (first, second))] == ["kz-stay"]

    def test_a_question_with_several_ends_is_a_part_of_its_own(self, tmp_path: Path) -> None:
        content = (
            kazakhstan(tmp_path)
            .fact("need", "entry", "life")
            .flow("start", "country", ({"country": "kz"}, "need"), "ge-entry")
            .flow("need", "need", ({"need": "entry"}, "kz"), "kz-stay")
        )
        first, _ = parts(content.guide())
        assert [named(entry) for entry in first.entries] == ["Label entry in English: kz-car, kz-stay"]

    def test_questions_in_a_circle_come_to_an_end(self, tmp_path: Path) -> None:
        content = kazakhstan(tmp_path).flow("kz", "by", ({"by": "car"}, "start"), "kz-stay")
        assert parts(content.guide())


def named(entry: Answer | Crossings | Part) -> str:
    if isinstance(entry, Answer):
        return entry.id
    if isinstance(entry, Crossings):
        return f"crossings to {entry.country}"
    return f"{entry.label.en}: {', '.join(map(named, entry.entries))}"


class TestCrossing:
    """What is known from elsewhere, and that nothing is known of now."""

    def test_lars(self, editions: Mapping[Language, Edition]) -> None:
        edition = editions[EN]
        lars = edition.catalogue.crossings["verkhny-lars"]
        html = crossings.article(edition, lars, 1, alone=True)
        assert "<h1>Verkhny Lars → Kazbegi (Dariali)</h1>" in html
        assert "ლარსი" in html
        assert "<b>According to publications:</b>" in html or "September 2026)</i>" in html
        assert "Not admitted: 🚶" in html
        assert "(unconfirmed: " in html
        assert "<h2>Closures</h2>" in html
        assert "Chmi — 9.8 km" in html
        for words in (*lars.warnings, edition.catalogue.countries["ge"].note):
            assert words is not None
            assert words.en.replace("'", "&#x27;") in html or words.en in html
        assert 'href="#answer-ge-foot-bike"' in html
        assert 'href="#crossing-mineralnye-vody-mrv"' in html

    def test_every_fact_of_every_crossing_is_told_with_its_date(
        self, editions: Mapping[Language, Edition]
    ) -> None:
        edition = editions[RU]
        for crossing in edition.catalogue.crossings.values():
            html = crossings.article(edition, crossing, 3, alone=False)
            assert html.count("<i>(") >= len(crossing.facts) + 1
            unconfirmed = sum(fact.mark.unconfirmed for fact in crossing.facts)
            assert html.count("<i>(не подтверждено:") == unconfirmed
            assert html.count("(не подтверждено)</li>") == sum(
                landmark.mark.unconfirmed for landmark in crossing.landmarks
            )

    def test_what_is_not_open_says_so(self, editions: Mapping[Language, Edition]) -> None:
        edition = editions[RU]
        for crossing in edition.catalogue.crossings.values():
            html = crossings.article(edition, crossing, 1, alone=True)
            assert ("</b> закрыт" in html) == (crossing.status.state == "closed")

    def test_queues_are_only_in_the_bot(self, made: Mapping[str, str]) -> None:
        for id in ("crossings/verkhny-lars", "countries/ge"):
            assert "знает только бот" in made[f"site/ru/{id}.html"]


class TestFolder:
    """Where the files are put, and what is never put at risk."""

    def write(self, folder: Path, **files_: str) -> None:
        made = {path: (lambda html=html: html) for path, html in files_.items()}
        files.write(folder, {"site/index.html": lambda: "new", **made}, lambda done, of: None)

    def test_a_new_or_empty_folder_is_filled(self, tmp_path: Path) -> None:
        told: list[tuple[int, int]] = []
        pages = {"provodnik-ru.html": lambda: "книга", "site/index.html": lambda: "сайт"}
        files.write(tmp_path / "a" / "b", pages, lambda done, of: told.append((done, of)))
        assert (tmp_path / "a" / "b" / "site" / "index.html").read_text("utf-8") == "сайт"
        assert told == [(1, 2), (2, 2)]
        assert inside(tmp_path / "a" / "b") == {files.MARKER, "provodnik-ru.html", "site"}

    def test_a_folder_of_somebody_is_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "photo.jpg").touch()
        with pytest.raises(files.CannotExport, match="new or empty"):
            self.write(tmp_path)
        with pytest.raises(files.CannotExport, match="not a folder"):
            self.write(tmp_path / "photo.jpg")
        assert inside(tmp_path) == {"photo.jpg"}

    def test_an_earlier_export_is_replaced_and_nothing_else(self, tmp_path: Path) -> None:
        files.write(tmp_path, {"provodnik-en.html": str, "site/old.html": str}, lambda done, of: None)
        (tmp_path / "CNAME").touch()
        self.write(tmp_path)
        assert inside(tmp_path) == {files.MARKER, "site", "CNAME"}
        assert inside(tmp_path / "site") == {"index.html"}

    def test_a_failure_leaves_what_there_was(self, tmp_path: Path) -> None:
        files.write(tmp_path, {"site/index.html": lambda: "good"}, lambda done, of: None)

        def broken() -> str:
            raise OSError(28, "No space left on device")

        with pytest.raises(files.CannotExport, match="No space left"):
            files.write(tmp_path, {"site/a.html": str, "site/b.html": broken}, lambda done, of: None)
        assert inside(tmp_path) == {files.MARKER, "site"}
        assert (tmp_path / "site" / "index.html").read_text("utf-8") == "good"

    def test_a_swap_that_fails_half_way_is_undone(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        old: Mapping[str, Make] = {"provodnik-ru.html": lambda: "good", "site/a.html": lambda: "good"}
        files.write(tmp_path, old, lambda done, of: None)
        rename = Path.rename

        def failing(self: Path, target: Path) -> Path:
            if self.name == "site" and self.parent.name.endswith("-new"):
                raise OSError(5, "Input/output error")
            return rename(self, target)

        monkeypatch.setattr(Path, "rename", failing)
        new: Mapping[str, Make] = {"provodnik-ru.html": lambda: "bad", "site/b.html": lambda: "bad"}
        with pytest.raises(files.CannotExport, match="Input/output"):
            files.write(tmp_path, new, lambda done, of: None)
        assert (tmp_path / "provodnik-ru.html").read_text() == "good"
        assert inside(tmp_path / "site") == {"a.html"}
        assert inside(tmp_path) == {files.MARKER, "provodnik-ru.html", "site"}

    def test_what_a_killed_export_had_put_aside_comes_back(self, tmp_path: Path) -> None:
        files.write(tmp_path, {"site/index.html": lambda: "good"}, lambda done, of: None)
        (tmp_path / f"{files.MARKER}-old").mkdir()
        (tmp_path / "site").rename(tmp_path / f"{files.MARKER}-old" / "site")

        def broken() -> str:
            raise OSError(28, "No space left on device")

        with pytest.raises(files.CannotExport):
            files.write(tmp_path, {"site/b.html": broken}, lambda done, of: None)
        assert (tmp_path / "site" / "index.html").read_text("utf-8") == "good"


def inside(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}


class TestCommand:
    """`bot content export`, as a volunteer runs it."""

    def test_one_language_has_no_way_to_the_other(self, tmp_path: Path) -> None:
        ended = export(tmp_path / "out", "--lang", "en")
        assert (ended.returncode, ended.stderr) == (0, "")
        assert inside(tmp_path / "out") == {files.MARKER, "provodnik-en.html", "site"}
        assert "hreflang=" not in (tmp_path / "out" / "provodnik-en.html").read_text("utf-8")
        assert inside(tmp_path / "out" / "site") == {"index.html", "en"}

    def test_broken_content_is_refused_with_its_first_problem(self, tmp_path: Path) -> None:
        content = kazakhstan(tmp_path).flow("kz", "by", "nowhere")
        (content.folder / "texts").symlink_to(REPOSITORY / "content" / "texts")
        (content.folder / "crossings").symlink_to(REPOSITORY / "content" / "crossings")
        ended = export(tmp_path / "out", folder=content.folder)
        assert ended.returncode == 1
        assert ended.stderr.startswith("content/guide/flows/kz.yaml:")
        assert ended.stderr.count("\n") == 1
        assert not (tmp_path / "out").exists()

    def test_a_folder_of_somebody_is_refused_in_one_line(self, tmp_path: Path) -> None:
        (tmp_path / "photo.jpg").touch()
        ended = export(tmp_path)
        assert ended.returncode == 1
        assert (
            ended.stderr == f"{tmp_path} holds something that no export made: choose a new or empty folder\n"
        )


def export(to: Path, *options: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    where = ("--folder", str(folder)) if folder else ()
    command = [sys.executable, "-m", "bot", "content", *where, "export", str(to), *options]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)  # noqa: S603

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.guide.model import REPAIR, Language, Risk, Span
from tests.content.junk import JUNK, places, put
from tests.guide.builder import Content, both, kazakhstan, source
from tests.guide.guides import drawn_often


def shown(content: Content) -> list[str]:
    return [str(problem) for problem in content.load().problems]


def test_a_sound_folder_loads_whole(tmp_path: Path) -> None:
    content = (
        kazakhstan(tmp_path)
        .notice("rule")
        .number("kz", "stay_days")
        .dump("redirects.yaml", {"old": "kz-car"})
    )
    content.answer("kz-car", see=["kz-stay"]).flow("ge", "by", "@crossings", only=["foot"])
    guide = content.guide()
    assert set(guide.answers) == {"kz-car", "kz-stay", "ge-entry", "safety"}
    assert [rule.to for rule in guide.flows["kz"].next] == ["kz-car", "kz-stay"]
    assert guide.flows["kz"].only == ("car", "foot")
    assert guide.flows["ge"].only == ("foot",)
    assert guide.answers["kz-car"].see == ("kz-stay",)
    assert guide.answers["kz-car"].topic == "kz"
    assert guide.answers["kz-car"].risk is Risk.NORMAL
    assert guide.notices["rule"].where == ("kz",)
    assert guide.notices["rule"].source.id == "rule"
    assert guide.numbers["kz.stay_days"].value == "90"
    assert guide.redirects == {"old": "kz-car"}
    assert guide.broken == frozenset()


def test_words_that_yaml_takes_for_something_else_stay_words(tmp_path: Path) -> None:
    content = Content(tmp_path).raw(
        "vocab.yaml",
        """facts:
  - id: country
    code: y
    ask: {ru: Куда, en: Where}
    short: {ru: Куда, en: Where}
    values:
      - {id: no, code: n, label: {ru: Норвегия, en: Norway}}
      - {id: on, code: 1, label: {ru: Онтарио, en: Ontario}}
""",
    )
    content.flow("start", "country", "norway").answer("norway", signed="12345e67")
    fact = content.guide().facts["country"]
    assert [(value.id, value.code) for value in fact.values] == [("no", "n"), ("on", "1")]
    assert content.load().drafts["norway"].signed == "12345e67"


def test_a_number_is_put_in_with_its_source(tmp_path: Path) -> None:
    content = kazakhstan(tmp_path).number("kz", "stay_days", 90)
    content.answer("kz-stay", "До {fact:kz.stay_days} дней. [^law]", "Up to {fact:kz.stay_days} days. [^law]")
    answer = content.guide().answers["kz-stay"]
    assert answer.body[Language.RU][0].spans == (
        Span("До "),
        Span("90", number="kz.stay_days", cite="kz.stay_days"),
        Span(" дней."),
        Span("", cite="law"),
    )
    assert [item.id for item in answer.sources] == ["law", "kz.stay_days"]


@pytest.mark.parametrize(
    ("checked", "sources"), [("2026-11-20", ["law"]), ("2026-11-19", ["law", "kz.stay_days"])]
)
def test_a_number_from_a_listed_page_does_not_list_it_twice(
    tmp_path: Path, checked: str, sources: list[str]
) -> None:
    """Unless the number was checked earlier: then the answer is as old as that."""
    content = kazakhstan(tmp_path).number("kz", "stay_days", url="https://law.example/page", checked=checked)
    content.answer("kz-stay", "До {fact:kz.stay_days} дней. [^law]", "Up to {fact:kz.stay_days} days. [^law]")
    answer = content.guide().answers["kz-stay"]
    assert [item.id for item in answer.sources] == sources
    assert answer.checked.isoformat() == checked


def test_every_problem_is_found_at_once_with_its_file_and_line(tmp_path: Path) -> None:
    content = kazakhstan(tmp_path)
    content.raw("flows/kz.yaml", "id: kz\nask: buy\nnxet:\n  - {to: kz-car}\n")
    content.raw("answers/kz/kz-car.md", "---\nid: kz-car\nrisk: huge\n---\n# ru\nТекст\n# en\n`code`\n")
    assert shown(content) == [
        "content/guide/answers/kz/kz-car.md:2: G104 phrases is missing",
        "content/guide/answers/kz/kz-car.md:2: G104 sources is missing",
        "content/guide/answers/kz/kz-car.md:2: G104 title is missing",
        "content/guide/answers/kz/kz-car.md:3: G110 risk: huge is none of high, normal, low",
        "content/guide/answers/kz/kz-car.md:8: G601 code is not allowed",
        "content/guide/flows/kz.yaml:1: G104 next is missing",
        "content/guide/flows/kz.yaml:2: G201 there is no fact buy in vocab.yaml",
        "content/guide/flows/kz.yaml:3: G103 unknown key nxet; did you mean next?",
    ]
    assert content.load().guide is None


def test_a_missing_folder_is_a_problem(tmp_path: Path) -> None:
    loaded = Content(tmp_path / "other").load()
    assert [problem.code for problem in loaded.problems] == ["G101"]


def test_what_rests_on_a_broken_file_is_not_blamed(tmp_path: Path) -> None:
    content = kazakhstan(tmp_path).number("kz", "stay_days", mark="Z")
    content.answer("kz-stay", "До {fact:kz.stay_days}. [^law]", "Up to {fact:kz.stay_days}. [^law]")
    loaded = content.load(lenient=True)
    assert [problem.code for problem in loaded.problems] == ["G110"]
    assert loaded.guide is not None
    assert loaded.guide.broken == {"kz-stay"}


class TestInProduction:
    """One unreadable file must not take the rest down, nor make anything false."""

    def test_a_broken_answer_is_left_out(self, tmp_path: Path) -> None:
        content = kazakhstan(tmp_path).answer("kz-car", "`код`").answer("safety", topic="any", see=["kz-car"])
        loaded = content.load(lenient=True)
        assert loaded.guide is not None
        assert loaded.guide.broken == {"kz-car"}
        assert loaded.guide.answers["safety"].see == ()

    def test_a_rule_to_a_broken_answer_leads_to_no_other(self, tmp_path: Path) -> None:
        loaded = kazakhstan(tmp_path).answer("kz-car", "`код`").load(lenient=True)
        assert loaded.guide is not None
        assert [rule.to for rule in loaded.guide.flows["kz"].next] == [REPAIR, "kz-stay"]

    def test_a_lead_and_a_redirect_to_a_broken_answer_are_gone(self, tmp_path: Path) -> None:
        content = (
            kazakhstan(tmp_path)
            .dump("redirects.yaml", {"old": "safety"})
            .answer("safety", "`код`", topic="any")
        )
        loaded = content.load(lenient=True)
        assert loaded.guide is not None
        assert loaded.guide.flows["start"].lead is None
        assert loaded.guide.redirects == {}

    def test_a_broken_flow_leaves_the_answers(self, tmp_path: Path) -> None:
        loaded = kazakhstan(tmp_path).raw("flows/start.yaml", "id: [").load(lenient=True)
        assert loaded.guide is not None
        assert loaded.guide.broken == {"start"}
        assert set(loaded.guide.answers) == {"kz-car", "kz-stay", "ge-entry", "safety"}

    def test_a_broken_vocabulary_leaves_answers_without_conditions(self, tmp_path: Path) -> None:
        content = kazakhstan(tmp_path).answer("kz-car", "::: when by: car\nДа. [^law]\n:::", needs=["by"])
        loaded = content.raw("vocab.yaml", "facts: [").load(lenient=True)
        assert loaded.guide is not None
        assert set(loaded.guide.answers) == {"kz-stay", "ge-entry", "safety"}
        assert [problem.code for problem in loaded.problems] == ["G102"]

    def test_a_fact_whose_button_means_another_is_left_out(self, tmp_path: Path) -> None:
        loaded = kazakhstan(tmp_path).fact("pet", "cat", code="a").load(lenient=True)
        assert loaded.guide is not None
        assert set(loaded.guide.facts) == {"country", "by"}

    def test_a_flow_that_says_something_twice_is_left_out(self, tmp_path: Path) -> None:
        content = kazakhstan(tmp_path).replace("flows/kz.yaml", "ask: by\n", "ask: by\nask: by\n")
        loaded = content.load(lenient=True)
        assert loaded.guide is not None
        assert loaded.guide.broken == {"kz"}

    def test_a_broken_notice_is_left_out(self, tmp_path: Path) -> None:
        loaded = kazakhstan(tmp_path).notice("one").notice("two", level="loud").load(lenient=True)
        assert loaded.guide is not None
        assert set(loaded.guide.notices) == {"one"}


def test_no_redirects_are_needed(tmp_path: Path) -> None:
    assert kazakhstan(tmp_path).raw("redirects.yaml", "# none yet\n").codes() == []


def test_line_ends_and_marks_of_other_systems_are_read(tmp_path: Path) -> None:
    content = kazakhstan(tmp_path)
    text = content.read("answers/kz/kz-car.md")
    content.raw("answers/kz/kz-car.md", b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert content.codes() == []


def test_contacts_are_read(tmp_path: Path) -> None:
    contact = {
        "name": "Юристы",
        "what": both("Advice"),
        "languages": ["ru", "en"],
        "reach": "@lawyers",
        "dialled": "2026-11-01",
        "source": "law",
    }
    quiet = {"name": "Другие", "what": both("Help"), "languages": "ru", "caution": "ru", "dialled": None}
    content = kazakhstan(tmp_path).answer("safety", topic="any", kind="route", contacts=[contact, quiet])
    answer = content.guide().answers["safety"]
    assert answer.route
    first, second = answer.contacts
    assert (first.languages, first.reach, str(first.dialled), first.source) == (
        "ru, en",
        "@lawyers",
        "2026-11-01",
        "law",
    )
    assert (second.caution, second.dialled, second.reach) == (True, None, None)


def test_sources_are_read(tmp_path: Path) -> None:
    content = kazakhstan(tmp_path).answer(
        "safety",
        "Так [^law], и так [^own].",
        "So [^law] and so [^own].",
        topic="any",
        sources=[source(caution="ru"), source("own", url=None, published=None, mark="GK")],
    )
    law, own = content.guide().answers["safety"].sources
    assert (law.caution, law.published, law.mark) == (True, "2025-03", "H")
    assert (own.url, own.published, own.mark, own.caution) == (None, None, "GK", False)


SOUND = (
    "vocab.yaml",
    "flows/kz.yaml",
    "countries/kz.yaml",
    "notices/rule.yaml",
    "redirects.yaml",
    "answers/kz/kz-car.md",
)


@drawn_often
@given(st.sampled_from(SOUND), st.randoms(use_true_random=False), JUNK)
def test_whatever_stands_somewhere_in_a_file_the_rest_serves(file: str, random: Random, junk: Any) -> None:
    with TemporaryDirectory() as folder:
        content = kazakhstan(Path(folder)).number("kz", "stay_days").notice("rule")
        content.dump("redirects.yaml", {"old": "kz-car"})
        content.answer("kz-car", contacts=[{"name": "A", "what": both("Help")}], see=["safety"], needs=["by"])
        front, dashes, text = content.read(file).removeprefix("---\n").partition("---\n")
        data = yaml.safe_load(front)
        changed = put(data, random.choice(places(data)), junk)
        written = yaml.safe_dump(changed, allow_unicode=True)
        content.raw(file, f"---\n{written}---\n{text}" if dashes else written)
        guide = content.load(lenient=True).guide
        assert guide is not None
        assert {"kz-stay", "ge-entry", "safety"} <= guide.answers.keys() | guide.broken
        content.problems()

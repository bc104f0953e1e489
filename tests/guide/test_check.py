"""Every mistake that an editor can make is found, under its own code, where it stands."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.content.problems import CODES
from bot.guide.check_ways import CALLED
from bot.guide.read_answer import signature
from tests.guide.builder import Content, both, kazakhstan, source

CAR = "answers/kz/kz-car.md"
FAR = "kz-" + 37 * "r"
LONG = "слово " * 800 + "[^law]\n\n"
LEARNED = "Превысокомногорассмотрительствующий экспериментированный человеконенавистник."
SOUND = signature("Русский текст. [^law]")
WEAK = [source(), source("rumour", mark="L")]

Change = Callable[[Content], object]


def _value(id: str) -> dict[str, Any]:
    return {"id": id, "code": "a", "label": both(id)}


def _contact(name: str, **changes: Any) -> dict[str, Any]:
    return {"name": name, "what": both("Advice"), "reach": "@lawyers", **changes}


def _quiet(content: Content, text: str = "Да. [^quiet]", **changes: Any) -> Content:
    """Put a source that must not be linked under an answer."""
    quiet = source("quiet", caution="ru", **{"title": "Тихий", **changes})
    return content.answer("kz-car", text, "Yes. [^quiet]", sources=[quiet])


def _same_phrase(content: Content) -> None:
    content.answer("kz-car", phrases={"ru": ["Ещё вопрос?"], "en": ["car"]})
    content.answer("kz-stay", phrases={"ru": ["еще вопрос"], "en": ["stay"]})


def _asking_again(content: Content) -> None:
    content.flow("start", "country", ({"country": "kz"}, "kz"), "ge", lead="safety")
    content.flow("ge", "country", "ge-entry", only=["kz"]).answer("kz-stay", see=["ge-entry"])


def _far(content: Content) -> None:
    """Put eleven questions before an answer with a long id."""
    content.answer(FAR).flow("kz", "by", ({"by": "car"}, "kz-car"), "q0").answer("kz-car", see=["kz-stay"])
    for at in range(9):
        content.fact(f"fact{at}", "yes")
        content.flow(f"q{at}", f"fact{at}", f"q{at + 1}" if at < 8 else FAR)


def _term(content: Content, **changes: Any) -> None:
    term = {"id": "iin", "forms": {"ru": ["текст"], "en": ["text"]}, "title": both("T"), "text": both("T")}
    content.dump("glossary.yaml", {"terms": [term | changes]})


def _persona(content: Content, **changes: Any) -> None:
    persona = {"id": "ivan", "who": "Иван", "facts": {"country": "kz", "by": "car"}, "expect": "kz-car"}
    content.dump("personas.yaml", {"personas": [persona | changes]})


WORDS = "fillers: hi\nlittle: the\nordinary: roof\n"

MISTAKES: list[tuple[str, str, str, Change]] = [
    ("G101", CAR, "risk", lambda c: c.raw(CAR, b"---\nid: kz-car\ntitle: x\nrisk: \xff\n")),
    ("G102", "flows/kz.yaml", "ask: {by", lambda c: c.raw("flows/kz.yaml", "id: kz\nask: {by: }}\n")),
    ("G103", CAR, "kind_: route", lambda c: c.replace(CAR, "id: kz-car\n", "kind_: route\nid: kz-car\n")),
    ("G104", CAR, "id: kz-car", lambda c: c.answer("kz-car", risk=...)),
    ("G105", "flows/kz.yaml", "- kz", lambda c: c.raw("flows/kz.yaml", "- kz\n")),
    ("G105", CAR, "url:", lambda c: c.answer("kz-car", sources=[source(url="law.example/page")])),
    ("G106", "vocab.yaml", "ru: ''", lambda c: c.fact("pet", "cat", ask={"ru": "", "en": "Ask"})),
    ("G107", CAR, "id: kz-car", lambda c: c.replace(CAR, "id: kz-car\n", "id: kz-car\nid: kz-car\n")),
    ("G108", CAR, "id: kz-cra", lambda c: c.replace(CAR, "id: kz-car\n", "id: kz-cra\n")),
    ("G108", "vocab.yaml", "code: pp", lambda c: c.fact("pet", "cat", code="pp")),
    ("G108", "countries/KZ.yaml", "facts:", lambda c: c.number("KZ", "stay_days")),
    ("G108", "answers/KZ/kz-sim.md", "---", lambda c: c.answer("kz-sim", topic="KZ")),
    ("G109", CAR, "checked:", lambda c: c.answer("kz-car", sources=[source(checked="22.11.2026")])),
    ("G109", CAR, "published:", lambda c: c.answer("kz-car", sources=[source(published="2025-13")])),
    ("G110", "notices/rule.yaml", "level: loud", lambda c: c.notice("rule", level="loud")),
    ("G111", "vocab.yaml", "code: a", lambda c: c.fact("pet", "cat", code="a")),
    ("G111", "vocab.yaml", "code: a", lambda c: c.fact("pet", values=[_value("shy"), _value("bold")])),
    ("G111", CAR, "id: law", lambda c: c.answer("kz-car", sources=[source(), source()])),
    ("G111", "flows/kz.yaml", "id: kz", lambda c: c.answer("kz")),
    ("G111", CAR, "---", lambda c: c.answer("kz-car", topic="ge")),
    ("G112", CAR, "id: kz-car", lambda c: c.replace(CAR, "---\nid: kz-car", "id: kz-car")),
    ("G112", CAR, "---", lambda c: c.answer("kz-car", ru="")),
    ("G112", CAR, "Вступление", lambda c: c.replace(CAR, "# ru\n", "Вступление\n# ru\n")),
    ("G113", "answers/kz-sim.md", "---", lambda c: c.raw("answers/kz-sim.md", "---\n")),
    ("G113", "notices/rule.yml", "id: rule", lambda c: c.raw("notices/rule.yml", "id: rule\n")),
    ("G114", "words.yaml", "кот|", lambda c: c.raw("words.yaml", f"{WORDS}same: {{pet: ['кот|']}}\n")),
    ("G201", CAR, "- pet", lambda c: c.answer("kz-car", needs=["pet"])),
    ("G202", "flows/kz.yaml", "by: bus", lambda c: c.flow("kz", "by", ({"by": "bus"}, "kz-car"), "kz-stay")),
    ("G202", "flows/kz.yaml", "only:", lambda c: c.flow("kz", "by", "kz-car", only=["car", "bus"])),
    ("G202", CAR, "::: when", lambda c: c.answer("kz-car", "Да. [^law]\n\n::: when by: bus\nНет.\n:::")),
    (
        "G203",
        "flows/kz.yaml",
        "to: kz-cra",
        lambda c: c.flow("kz", "by", ({"by": "car"}, "kz-cra"), "kz-car"),
    ),
    ("G203", "flows/kz.yaml", "to: '@prices'", lambda c: c.flow("kz", "by", "@prices")),
    ("G204", CAR, "see:", lambda c: c.answer("kz-car", see=["kz-stya"])),
    ("G204", "flows/kz.yaml", "lead: kz", lambda c: c.flow("kz", "by", "kz-car", lead="kz")),
    ("G204", "redirects.yaml", "old: older", lambda c: c.dump("redirects.yaml", {"old": "older"})),
    ("G205", CAR, "Нет. [^lwa]", lambda c: c.answer("kz-car", "Да. [^law]\nНет. [^lwa]")),
    ("G205", CAR, "source: lwa", lambda c: c.answer("kz-car", contacts=[_contact("Юристы", source="lwa")])),
    ("G206", CAR, "{fact:kz.days}", lambda c: c.answer("kz-car", "[^law] {fact:kz.days} дней")),
    ("G207", "notices/rule.yaml", "where:", lambda c: c.notice("rule", where=["kz", "narnia"])),
    ("G208", "redirects.yaml", "kz-car: kz", lambda c: c.dump("redirects.yaml", {"kz-car": "kz-stay"})),
    ("G301", "vocab.yaml", "facts:", lambda c: (c.guide_folder / "flows/start.yaml").unlink()),
    ("G302", "flows/kz.yaml", "next:", lambda c: c.flow("kz", "by", ({"by": "car"}, "kz-car"))),
    ("G302", CAR, "Да.", lambda c: c.answer("kz-car", "::: when by: foot\nДа. [^law]\n:::")),
    ("G303", "flows/kz.yaml", "next:", lambda c: c.flow("kz", "by", ({"by": "car"}, "kz-car"), "start")),
    ("G304", "answers/kz/kz-lost.md", "id: kz-lost", lambda c: c.answer("kz-lost")),
    ("G305", "flows/lost.yaml", "id: lost", lambda c: c.flow("lost", "by", "kz-car")),
    (
        "G306",
        "flows/kz.yaml",
        "- when",
        lambda c: c.flow("kz", "by", "kz-car", ({"by": "car"}, "safety")),
    ),
    ("G307", "flows/ge.yaml", "ask: country", _asking_again),
    ("G308", CAR, "- by", lambda c: c.answer("kz-car", needs=["by"])),
    ("G309", "vocab.yaml", "facts:", lambda c: (c.guide_folder / "answers/any/safety.md").unlink()),
    ("G401", CAR, "sources: []", lambda c: c.answer("kz-car", "Да.", "Yes.", sources=[])),
    ("G402", CAR, "id: decree", lambda c: c.answer("kz-car", sources=[source(), source("decree")])),
    ("G402", CAR, "id: law", lambda c: c.answer("kz-car", en="No citation here.")),
    ("G403", CAR, "id: law", lambda c: c.answer("kz-car", sources=[source(checked=...)])),
    ("G404", CAR, "См.", lambda c: _quiet(c, "[См.](https://quiet.example/page) [^quiet]")),
    (
        "G404",
        CAR,
        "Quiet.example",
        lambda c: _quiet(c, "На Quiet.example. [^quiet]", url="https://quiet.example"),
    ),
    ("G404", CAR, "id: quiet", lambda c: _quiet(c, title="www.elsewhere.org")),
    ("G404", CAR, "title:", lambda c: _quiet(c).replace(CAR, "Title kz-car in", "Title quiet.example in")),
    ("G404", "answers/kz/kz-stay.md", "id: law", lambda c: _quiet(c, url="https://law.example/other")),
    ("G404", CAR, "name:", lambda c: c.answer("kz-car", contacts=[_contact("help.org", caution="ru")])),
    ("G405", CAR, "См.", lambda c: c.answer("kz-car", "[См.](https://other.example/) [^law]")),
    ("G406", CAR, "Слух.", lambda c: c.answer("kz-car", "Да. [^law]\n\nСлух. [^rumour]", sources=WEAK)),
    ("G407", "notices/rule.yaml", "until:", lambda c: c.notice("rule", until="2026-11-21")),
    ("G408", "notices/rule.yaml", "until:", lambda c: c.notice("rule", until="2026-10-01")),
    ("G409", "countries/kz.yaml", "stay_days:", lambda c: c.number("kz", "stay_days")),
    ("G410", "countries/kz.yaml", "stay_days:", lambda c: c.number("kz", "stay_days", source=...)),
    ("G411", CAR, "id: law", lambda c: c.answer("kz-car", sources=[source(checked="2026-11-24")])),
    ("G411", CAR, "id: law", lambda c: c.answer("kz-car", sources=[source(published="2026-12")])),
    (
        "G411",
        CAR,
        "dialled:",
        lambda c: c.answer("kz-car", contacts=[_contact("А", dialled="2026-12-01")]),
    ),
    ("G411", "countries/kz.yaml", "stay_days:", lambda c: c.number("kz", "stay_days", as_of="2027")),
    (
        "G411",
        "notices/rule.yaml",
        "source:",
        lambda c: c.notice("rule", source=source(mark=..., id=..., published="2027")),
    ),
    (
        "G412",
        CAR,
        "sources:",
        lambda c: c.answer("kz-car", risk="high", sources=[source(checked="2026-10-22")]),
    ),
    ("G413", CAR, "+7", lambda c: c.answer("kz-car", "Звоните +7 727 258-45-98. [^law]")),
    ("G413", CAR, "8-800", lambda c: c.answer("kz-car", "Звоните 8-800-2000-122. [^law]")),
    ("G413", CAR, "@lawyers", lambda c: c.answer("kz-car", "Пишите @lawyers_bot. [^law]")),
    ("G413", CAR, "gov.example", lambda c: c.answer("kz-car", "Смотрите gov.example.org. [^law]")),
    ("G414", "glossary.yaml", "forms:", lambda c: _term(c, forms={"ru": ["ИИН"], "en": ["text"]})),
    ("G415", CAR, "sources:", lambda c: c.answer("kz-car", risk="high")),
    ("G204", "glossary.yaml", "id: iin", lambda c: _term(c, answer="kz-iin")),
    ("G501", CAR, "signed:", lambda c: c.answer("kz-car", signed="00000000")),
    ("G501", CAR, "id: kz-car", lambda c: c.replace(CAR, f"signed:\n  ru: {SOUND}\n", "")),
    ("G502", CAR, "translated:", lambda c: c.answer("kz-car", translated="00000000")),
    ("G503", CAR, "---", lambda c: c.answer("kz-car", en="")),
    ("G503", CAR, "en: Машина", lambda c: c.answer("kz-car", title={"ru": "Авто", "en": "Машина"})),
    ("G503", CAR, "Всё ещё", lambda c: c.answer("kz-car", en="Всё ещё по-русски. [^law]")),
    (
        "G504",
        CAR,
        "Yes",
        lambda c: c.answer("kz-car", "Да. [^law]\n\n::: when by: car\nНет.\n:::", "Yes [^law]"),
    ),
    ("G601", CAR, "## Заголовок", lambda c: c.answer("kz-car", "## Заголовок\n\nДа. [^law]")),
    ("G602", CAR, "::: unconfirmed", lambda c: c.answer("kz-car", "Да. [^law]\n\n::: unconfirmed\nНет.")),
    ("G603", CAR, "Да , так", lambda c: c.answer("kz-car", "Да , так. [^law]")),
    ("G604", "answers/kz/kz-stay.md", "  ru:", _same_phrase),
    ("G605", CAR, "  ru: []", lambda c: c.answer("kz-car", phrases={"ru": [], "en": ["car"]})),
    ("G606", CAR, "Да.", lambda c: c.answer("kz-car", "Да. [^law]\n\n**Важно**", "Yes. [^law]\n\n**Note**")),
    ("G607", CAR, "слово", lambda c: c.answer("kz-car", "слово, " * 300 + "[^law]")),
    ("G608", CAR, "слово", lambda c: c.answer("kz-car", "слово " * 36 + "[^law]")),
    ("G609", CAR, "Превысокомногорассмотрительствующий", lambda c: c.answer("kz-car", f"{LEARNED} [^law]")),
    ("G701", CAR, "слово", lambda c: c.answer("kz-car", LONG)),
    ("G701", "flows/kz.yaml", "intro:", lambda c: c.flow("kz", "by", "kz-car", intro=both("word " * 900))),
    ("G702", f"answers/kz/{FAR}.md", "id: kz-r", _far),
    ("G703", f"answers/kz/{FAR}.md", "id: kz-r", _far),
    ("G704", "glossary.yaml", "text:", lambda c: _term(c, text=both("word " * 50))),
    ("G801", "personas.yaml", "expect: kz-stay", lambda c: _persona(c, expect="kz-stay")),
    ("G802", "personas.yaml", "contains:", lambda c: _persona(c, contains={"ru": ["Нет."]})),
    ("G803", "personas.yaml", "without:", lambda c: _persona(c, without={"en": ["text"]})),
    ("G204", "personas.yaml", "open: kz-cra", lambda c: _persona(c, open="kz-cra")),
    ("G202", "personas.yaml", "by: bus", lambda c: _persona(c, facts={"country": "kz", "by": "bus"})),
]


@pytest.mark.parametrize(("code", "file", "words", "change"), MISTAKES)
def test_a_mistake_is_found_where_it_stands(
    tmp_path: Path, code: str, file: str, words: str, change: Change
) -> None:
    content = kazakhstan(tmp_path)
    change(content)
    found = content.problems(called=["safety"], places=["verkhny-lars"])
    lines = (content.guide_folder / file).read_bytes().decode(errors="replace").splitlines()
    at = {
        lines[item.line - 1] for item in found if item.code == code and item.path == f"content/guide/{file}"
    }
    assert any(words in line for line in at), "\n".join(map(str, found))


def test_every_code_has_a_mistake() -> None:
    by_questions = {"G901"}  # of the crossings too: test_queries.py
    assert {code for code, *_ in MISTAKES} | by_questions == {code for code in CODES if code.startswith("G")}


def test_a_sound_guide_has_no_problems(tmp_path: Path) -> None:
    content = kazakhstan(tmp_path).notice("rule").number("kz", "stay_days")
    content.dump("redirects.yaml", {"old": "kz-car"})
    content.answer(
        "kz-stay",
        "До {fact:kz.stay_days} дней, 112. [^law]\n\n::: when by: car\nИ [полис](https://law.example/page).\n:::",
        "Up to {fact:kz.stay_days} days, 112. [^law]\n\n::: when by: car\n[Cover](https://law.example/page).\n:::",
        needs=["by"],
    )
    content.answer(
        "safety",
        "Да. [^law]\n\n::: unconfirmed\nСлух. [^rumour]\n:::",
        "Yes. [^law]\n\n::: unconfirmed\nA rumour. [^rumour]\n:::",
        topic="any",
        sources=WEAK,
    )
    _quiet(content, "Пишет «Тихий». [^quiet]")
    assert [str(problem) for problem in content.problems(places=["verkhny-lars"])] == []


def test_the_bot_needs_the_answers_that_it_shows_itself(tmp_path: Path) -> None:
    content = kazakhstan(tmp_path)
    assert content.codes(called=CALLED) == ["G309"]
    content.answer("urgent-human", topic="any").answer("refuse-illegal", topic="any")
    assert content.codes(called=CALLED) == []


def test_an_answer_on_a_crossings_card_needs_no_other_way(tmp_path: Path) -> None:
    content = kazakhstan(tmp_path).answer("kz-lost", see=["kz-far"]).answer("kz-far")
    assert content.codes() == ["G304"]
    assert content.codes(elsewhere=["kz-lost"]) == []


def test_one_mistake_does_not_call_forth_others(tmp_path: Path) -> None:
    """An answer that cannot be read might have led to `kz-far`."""
    content = kazakhstan(tmp_path).answer("kz-car", "`код` [^law]", see=["kz-far"]).answer("kz-far")
    assert content.codes() == ["G601"]


def test_a_dead_end_names_the_combination(tmp_path: Path) -> None:
    content = (
        kazakhstan(tmp_path).flow("kz", "by", ({"by": "car"}, "kz-car")).answer("kz-car", see=["kz-stay"])
    )
    [problem] = content.problems()
    assert "country=kz, by=foot" in problem.text


def test_a_screen_is_measured_with_all_that_can_stand_on_it(tmp_path: Path) -> None:
    """A text that just fits alone does not fit under a notice, even one that begins later."""
    later: dict[str, Any] = {"from": "2027-01-01", "until": "2027-02-01", "text": both("caution " * 15)}
    content = kazakhstan(tmp_path).answer("kz-car", "слово " * 620 + "[^law]")
    assert "G701" not in content.codes()
    assert "G701" in content.notice("later", **later).codes()
    assert "G701" not in content.notice("later", **later, where=["nowhere"]).codes()


def test_parts_that_exclude_each_other_are_not_added_up(tmp_path: Path) -> None:
    ru, en = (
        "\n\n".join(f"::: when by: {by}\n{word * 400} [^law]\n:::" for by in ("car", "foot"))
        for word in ("слово ", "words ")
    )
    content = kazakhstan(tmp_path).answer("kz-car", ru, en, needs=["by"])
    assert "G701" not in content.codes()
    content.answer("kz-car", ru, en)  # without `needs` both can stand there, each with its condition
    assert "G701" in content.codes()


def test_length_is_counted_as_telegram_counts(tmp_path: Path) -> None:
    """An emoji is two of Telegram's characters."""
    content = kazakhstan(tmp_path).answer("kz-car", "🚗" * 1850 + " [^law]")
    assert "G701" not in content.codes()
    assert "G701" in content.answer("kz-car", "🚗" * 2100 + " [^law]").codes()


def test_many_questions_are_walked_quickly(tmp_path: Path) -> None:
    """Nine questions with five values each have two million combinations, but few different situations."""
    content = Content(tmp_path).answer("end", topic="any")
    for at in range(9):
        content.fact(f"fact{at}", "a", "b", "c", "d", "e")
        content.flow(f"q{at}" if at else "start", f"fact{at}", f"q{at + 1}" if at < 8 else "end")
    assert content.codes() == ["G703"]

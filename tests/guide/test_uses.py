from collections.abc import Iterable
from pathlib import Path

import pytest

from bot.content.document import Document, Shelf, parse
from bot.guide.uses import uses
from tests.guide.builder import Content, kazakhstan, source

TEXT = "Слова. [^law]\n\n::: when by: car\nЕщё [слова](https://law.example/page). [^law]\n:::"


@pytest.fixture
def content(tmp_path: Path) -> Content:
    return kazakhstan(tmp_path)


def found(content: Content, what: str, beside: Iterable[Document] = ()) -> list[str]:
    """Return where something is used, each line as `file text of that line`."""
    loaded = content.load(lenient=True)
    assert loaded.guide is not None
    told = []
    for place in uses(loaded, loaded.guide, what, beside):
        path = content.folder.parent / place.path
        there = path.read_text("utf-8").splitlines()[place.line - 1].strip() if path.exists() else ""
        told.append(f"{path.name}: {there} → {place.text}")
    return told


def test_a_number_is_defined_once_and_used_in_texts(content: Content) -> None:
    content.number("kz", "stay_days")
    text = "До {fact:kz.stay_days} дней. [^law]"
    content.answer("kz-stay", text, text)
    assert found(content, "kz.stay_days") == [
        f"kz-stay.md: {text} → {{fact:kz.stay_days}}",
        f"kz-stay.md: {text} → {{fact:kz.stay_days}}",
        "kz.yaml: stay_days: → is 90 days",
    ]


def test_a_fact_is_asked_needed_and_looked_at(content: Content) -> None:
    content.answer("kz-car", TEXT, TEXT, needs=["by"])
    assert found(content, "by") == [
        "kz-car.md: - by → needs: by",
        "kz-car.md: ::: when by: car → ::: when by: car",
        "kz-car.md: ::: when by: car → ::: when by: car",
        "kz.yaml: ask: by → ask: by",
        "kz.yaml: by: car → next.when.by: car",
        "vocab.yaml: - id: by → is defined here",
    ]


def test_a_value_is_offered_needed_and_looked_at(content: Content) -> None:
    content.flow("kz", "by", ({"by": ["car"]}, "kz-car"), "kz-stay", only=["car", "foot"])
    content.answer("kz-car", TEXT, TEXT, needs=[{"by": ["car"]}])
    assert found(content, "by=car") == [
        "kz-car.md: - car → needs.by: car",
        "kz-car.md: ::: when by: car → ::: when by: car",
        "kz-car.md: ::: when by: car → ::: when by: car",
        "kz.yaml: - car → next.when.by: car",
        "kz.yaml: - car → only: car",
        "vocab.yaml: - id: car → is defined here",
    ]
    assert found(content, "by=foot") == [
        "kz.yaml: - foot → only: foot",
        "vocab.yaml: - id: foot → is defined here",
    ]


def test_an_answer_is_led_to(content: Content) -> None:
    content.answer("kz-car", see=["kz-stay"]).dump("redirects.yaml", {"kz-old": "kz-stay"})
    assert found(content, "kz-stay") == [
        "kz-car.md: - kz-stay → see",
        "kz-stay.md: id: kz-stay → is defined here",
        "kz.yaml: - to: kz-stay → next.to",
        "redirects.yaml: kz-old: kz-stay → kz-old",
    ]
    assert found(content, "kz-old") == ["redirects.yaml: kz-old: kz-stay → leads to kz-stay"]
    assert "start.yaml: lead: safety → lead" in found(content, "safety")


def test_a_country_of_the_same_name_is_no_use_of_a_question(content: Content) -> None:
    content.notice("news", where=["kz"])
    assert found(content, "kz") == ["kz.yaml: id: kz → is defined here", "start.yaml: to: kz → next.to"]


def test_an_address_is_found_by_host_and_by_page(content: Content) -> None:
    content.answer("kz-car", sources=[source(url="https://www.law.example/page/")])
    content.answer("kz-stay", sources=[source(url="https://mylaw.example/page")])
    content.answer("ge-entry", topic="ge", sources=[source(url="https://law.example.org/page")])
    content.answer("safety", topic="any", sources=[source(url="https://kz.law.example/other")])
    news = {"url": "https://law.example/new", "title": "News", "published": None, "checked": "2026-11-20"}
    content.notice("news", source=news)
    assert [line.split(" → ")[1] for line in found(content, "law.example")] == [
        "sources.url: https://kz.law.example/other",
        "sources.url: https://www.law.example/page/",
        "source.url: https://law.example/new",
    ]
    assert len(found(content, "https://law.example/page")) == 1


def test_a_line_that_says_it_twice_is_told_once(content: Content) -> None:
    content.raw("countries/kz.yaml", "facts: {days: {url: https://law.example/x, source: law.example}}\n")
    assert len([line for line in found(content, "law.example") if line.startswith("kz.yaml")]) == 1


def test_a_link_in_a_text_is_found(content: Content) -> None:
    content.answer("kz-car", TEXT, TEXT)
    assert [line for line in found(content, "law.example") if "kz-car" in line] == [
        "kz-car.md: url: https://law.example/page → sources.url: https://law.example/page",
        *["kz-car.md: Ещё [слова](https://law.example/page). [^law] → link: https://law.example/page"] * 2,
    ]


def test_cards_and_personas_are_looked_at_too(content: Content) -> None:
    shelf = Shelf(content.folder, "C")
    card = "crossings: [{id: kz-stay, guide: [kz-stay], alternatives: [kz-stay], source: law.example}]"
    persona = "- {facts: {country: kz, by: car}, expect: [kz-stay]}\n- {facts: 'country=kz,by=foot'}"
    beside = [
        parse(shelf.blank(content.folder / name), text)
        for name, text in (("crossings.yaml", card), ("personas.yaml", persona))
    ]
    there = [line for line in found(content, "kz-stay", beside) if ":  →" in line]
    assert there == ["crossings.yaml:  → crossings.guide", "personas.yaml:  → expect"]
    assert "personas.yaml:  → facts.by: car" in found(content, "by=car", beside)
    assert "personas.yaml:  → facts: country=kz,by=foot" in found(content, "by=foot", beside)
    assert "crossings.yaml:  → crossings.source: law.example" in found(content, "law.example", beside)


def test_an_answer_that_cannot_be_read_uses_things_all_the_same(content: Content) -> None:
    content.answer("kz-car", risk="huge", see=["kz-stay"])
    assert "kz-car.md: - kz-stay → see" in found(content, "kz-stay")
    assert "kz-car.md: id: kz-car → is defined here" in found(content, "kz-car")


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("kz.stay_day", "no number, fact, address or answer kz.stay_day; did you mean kz.stay_days"),
        ("buy", "no number, fact, address or answer buy; did you mean by"),
        ("buy=car", "no fact buy; did you mean by"),
        ("by=cra", "no value of by cra; did you mean car"),
        ("nowhere.example", "no number, fact, address or answer nowhere.example"),
        ("", "no number, fact, address or answer"),
    ],
)
def test_what_there_is_not_is_refused(content: Content, what: str, why: str) -> None:
    content.number("kz", "stay_days")
    with pytest.raises(ValueError, match=why):
        found(content, what)

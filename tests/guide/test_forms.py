"""Every form of an answer's screen is found, however many combinations of facts there are, and none twice."""

from itertools import product
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.guide.forms import bound, forms, length
from bot.guide.model import Answer, Facts, Guide, Language
from bot.guide.render import render
from tests.guide.builder import TODAY, Content, kazakhstan, texts

FACTS = {"who": ("man", "child", "dog"), "papers": ("some", "none"), "way": ("road", "air", "sea")}


@st.composite
def parts(draw: st.DrawFn) -> str:
    """Draw a text of parts that depend on some facts, among them one that nobody has to tell."""
    lines = ["**Сначала.** [^law]"]
    for at in range(draw(st.integers(1, 6))):
        facts = draw(st.lists(st.sampled_from(sorted(FACTS)), min_size=1, max_size=2, unique=True))
        chosen = {
            fact: draw(st.lists(st.sampled_from(FACTS[fact]), min_size=1, max_size=2, unique=True))
            for fact in facts
        }
        when = ", ".join(f"{fact}: {'|'.join(values)}" for fact, values in chosen.items())
        lines.append(f"::: when {when}\nЧасть {at}. [^law]\n:::")
    return "\n\n".join(lines)


def _drawn(folder: Path, text: str) -> tuple[Guide, Answer]:
    content = kazakhstan(folder)
    for fact, values in FACTS.items():
        content.fact(fact, *values)
    content.notice("rule").answer("kz-car", text, text.replace("Часть", "Part"), needs=["who", "papers"])
    guide = content.load(lenient=True).guide
    assert guide is not None
    return guide, guide.answers["kz-car"]


def _everything(guide: Guide) -> list[Facts]:
    options: list[list[str | None]] = [
        [None, "kz", "ge"],
        list(FACTS["who"]),
        list(FACTS["papers"]),
        [None, *FACTS["way"]],
    ]
    return [
        {
            fact: value
            for fact, value in zip(("country", "who", "papers", "way"), values, strict=True)
            if value
        }
        for values in product(*options)
    ]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(parts())
def test_the_forms_are_those_of_all_combinations(tmp_path_factory, text: str) -> None:  # type: ignore[no-untyped-def]
    guide, answer = _drawn(tmp_path_factory.mktemp("content"), text)
    words = texts()[Language.RU]
    shown = [render(guide, answer, facts, words, TODAY) for facts in forms(guide, answer)]
    assert set(shown) == {render(guide, answer, facts, words, TODAY) for facts in _everything(guide)}
    assert len(shown) <= len(_everything(guide))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(parts())
def test_no_form_is_longer_than_its_bound(tmp_path_factory, text: str) -> None:  # type: ignore[no-untyped-def]
    guide, answer = _drawn(tmp_path_factory.mktemp("content"), text)
    for words in texts().values():
        at_most = bound(guide, answer, words, TODAY)
        for facts in forms(guide, answer):
            assert (
                length(guide, answer, facts, words)
                <= at_most(facts)
                <= 2 * length(guide, answer, facts, words)
            )


def test_only_values_that_make_sense_make_forms(tmp_path: Path) -> None:
    content = kazakhstan(tmp_path).answer(
        "kz-car",
        "::: when country: kz\nДа. [^law]\n:::\n\n::: when country: ge\nНет. [^law]\n:::",
        "::: when country: kz\nYes. [^law]\n:::\n\n::: when country: ge\nNo. [^law]\n:::",
        needs=[{"country": ["kz"]}],
    )
    guide = content.guide()
    assert forms(guide, guide.answers["kz-car"]) == [{"country": "kz"}]


def test_fifteen_questions_are_not_a_million_forms(tmp_path: Path) -> None:
    content = Content(tmp_path)
    lines = ["**Да.** [^law]"]
    for at in range(15):
        content.fact(f"fact{at}", "a", "b", "c")
        lines.append(f"::: when fact{at}: a, fact{(at + 1) % 15}: a\nЧасть. [^law]\n:::" if at == 3 else "")
    text = "\n\n".join(filter(None, lines))
    content.answer("long", text, text.replace("Да", "Yes").replace("Часть", "Part"), topic="any")
    guide = content.load(lenient=True).guide
    assert guide is not None
    assert len(forms(guide, guide.answers["long"])) <= 5

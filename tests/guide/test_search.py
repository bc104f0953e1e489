"""The search over the content that we ship: what people type, and where it leads."""

import csv
from datetime import date
from functools import cache
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.crossings import catalogue
from bot.crossings.catalogue import Catalogue
from bot.guide.load import load
from bot.guide.model import NOTHING, REFUSAL, URGENT, Guide, Language
from bot.guide.queries import COLUMNS, Query, asked, levels_of
from bot.guide.search import LONGEST, MOST, Asked, Route, Search
from tests.guide.builder import REPOSITORY

TODAY = date(2026, 11, 26)
DEVELOPMENT = REPOSITORY.parent / "shared" / "guide" / "questions-dev.csv"

now_and_then = settings(max_examples=60, deadline=None)


@cache
def shipped() -> tuple[Guide, Catalogue]:
    guide = load(REPOSITORY / "content").guide
    assert guide is not None
    crossings = catalogue.load(REPOSITORY / "content" / "crossings", set(guide.answers), TODAY).catalogue
    assert crossings is not None
    return guide, crossings


@cache
def search() -> Search:
    return Search(*shipped())


def ask(text: str) -> Asked:
    return search().ask(text)


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("можно ли в батуми с внутренним паспортом", "ge-entry-docs"),
        ("mozhno li v batumi s vnutrennim pasportom", "ge-entry-docs"),
        ("vj;yj kb d ,fnevb c dyenhtyybv gfcgjhnjv", "ge-entry-docs"),
        ("можна ли в батуми с внутреним паспартом", "ge-entry-docs"),
        ("can I enter Georgia on my internal passport", "ge-entry-docs"),
        ("🇰🇿 на сколько дней можно", "kz-stay"),
        ("алименты", "ru-debts"),
    ],
)
def test_the_same_is_found_however_it_is_typed(text: str, id: str) -> None:
    assert ask(text).ids[0] == id
    assert ask(text).route is Route.ANSWER


def test_the_country_that_is_named_decides() -> None:
    assert ask("штраф за просрочку").ids[0] in ("kz-overstay", "ge-overstay")
    assert ask("штраф за просрочку в актау").ids[0] == "kz-overstay"
    assert ask("штраф за просрочку в кутаиси").ids[0] == "ge-overstay"


@pytest.mark.parametrize(
    "text",
    [
        "сына забрали в военкомат прямо с улицы",
        "меня задержали на границе",
        "they took my brother to the recruitment office",
        "я самовольно оставил часть",
        "ребенок один на границе",
    ],
)
def test_an_urgent_matter_comes_first(text: str) -> None:
    assert ask(text).route is Route.URGENT
    assert ask(text).ids[0] == URGENT


@pytest.mark.parametrize(
    "text",
    [
        "i am wanted in russia",
        "I'm wanted in Russia, can I go to Georgia?",
        "my husband is wanted by the police",
        "on a wanted list",
    ],
)
def test_who_is_wanted_is_helped_at_once(text: str) -> None:
    assert (ask(text).route, ask(text).ids[0]) == (Route.URGENT, URGENT)
    assert ask(text).facts == {"happened": "case"}


@pytest.mark.parametrize(
    "text",
    [
        "i want to go to georgia",
        "I want to leave russia",
        "i wanted to ask about visa",
        "which passport does kazakhstan want",
        "do they want me to show my phone",
        "do border officers search phones",
        "does the police search cars in kazakhstan",
    ],
)
def test_who_wants_something_is_not_wanted(text: str) -> None:
    assert ask(text).route is Route.ANSWER
    assert "happened" not in ask(text).facts


def test_what_a_country_wants_is_its_entry_documents() -> None:
    assert ask("which passport does kazakhstan want").ids[0] == "kz-entry-docs"


def test_urgent_matters_go_where_help_is() -> None:
    assert ask("i want to die").ids[0] == "support-psych"
    assert ask("хочу умереть").ids[0] == "support-psych"
    assert ask("муж потерял сознание в очереди на границе").ids[0] == "emergency-queue"
    assert ask("я в алматы, меня ищут, помогите").ids[0] == "kz-safety-human"


@pytest.mark.parametrize(
    "text",
    [
        "сколько дать на лапу пограничнику",
        "что бывает за взятку на границе",
        "нужен поддельный паспорт",
        "who can smuggle me across the border",
        "как перейти границу лесом",
    ],
)
def test_what_we_do_not_help_with_is_refused(text: str) -> None:
    assert ask(text).route is Route.REFUSE
    assert ask(text).ids[0] == REFUSAL


@pytest.mark.parametrize(
    "text",
    [
        "заказать справку о негодности недорого",
        "куплю студенческий билет",
        "как перейти границу лесом",
        "пограничник возьмёт деньги?",
        "помогите подделать документ",
        "купить поддельный паспорт и перейти границу",
    ],
)
def test_what_is_unlawful_is_refused_without_a_doubt(text: str) -> None:
    assert (ask(text).route, ask(text).sure) == (Route.REFUSE, True)


@pytest.mark.parametrize(
    "text",
    ["help", "Help me!", "please help", "i need help", "SOS", "помогите", "Помогите, пожалуйста!!", "спасите",
     "gjvjubnt"],
)  # fmt: skip
def test_who_calls_for_help_and_says_no_more_is_led_to_people(text: str) -> None:
    asked = ask(text)
    assert (asked.route, asked.ids[0], asked.sure) == (Route.URGENT, URGENT, False)
    assert "support-psych" in asked.ids
    assert REFUSAL not in asked.ids


def test_who_asks_for_help_with_something_is_helped_with_that() -> None:
    assert ask("помогите с ИНН").ids[0] == "kz-iin"
    assert ask("help me get a sim card in kazakhstan").ids[0] == "kz-sim"


def test_one_word_that_is_left_of_a_title_is_not_exact() -> None:
    assert not ask("what do you not help with").sure
    assert not ask("справка").sure


def test_a_question_about_a_queue_opens_the_crossing() -> None:
    asked = ask("какая очередь в озинках?")
    assert (asked.route, asked.ids[0], asked.crossings) == (Route.CROSSING, "queue-status", ("ozinki",))
    assert ask("работает ли маштаково").ids[0] == "crossing-status"


def test_the_name_of_a_crossing_alone_opens_it() -> None:
    asked = ask("Верхний Ларс")
    assert (asked.route, asked.ids[0], asked.crossings[0]) == (Route.CROSSING, "queue-status", "verkhny-lars")


@pytest.mark.parametrize("text", ["какая погода завтра", "расскажи шутку", "спасибо!", "", "?!", "🙂", "123"])
def test_what_is_about_something_else_is_not_answered(text: str) -> None:
    assert (ask(text).route, ask(text).ids) == (Route.NONE, ())


def test_only_what_is_exact_or_far_ahead_is_sure() -> None:
    guide, _ = shipped()
    assert ask(guide.answers["ge-overstay"].title.ru).sure
    assert not ask("какой паспорт нужен").sure


def test_what_people_tell_about_themselves_is_recognised() -> None:
    assert ask("еду на своей машине в казахстан, загран просрочен").facts == {
        "by": "own_car",
        "passport": "expired",
    }
    assert ask("еду в казахстан").countries == ("kz",)


@now_and_then
@given(st.text(max_size=400))
def test_it_answers_anything(text: str) -> None:
    asked = ask(text)
    assert len(set(asked.ids)) == len(asked.ids) <= MOST
    assert NOTHING not in asked.ids
    assert bool(asked.ids) is (asked.route is not Route.NONE)


def test_a_long_text_is_read_only_so_far() -> None:
    assert ask("виза " * 100_000 + "хочу умереть").route is not Route.URGENT
    assert len(ask("виза " * 100_000).text) <= LONGEST


questions = st.deferred(
    lambda: st.sampled_from(
        [phrase for answer in shipped()[0].answers.values() for phrase in answer.phrases[Language.RU]]
    )
)
"""Russian phrases of the guide."""


@now_and_then
@given(questions)
def test_case_and_yo_do_not_matter(text: str) -> None:
    assert ask(text.upper()).ids == ask(text).ids
    assert ask(text.replace("е", "ё")).ids == ask(text).ids


@now_and_then
@given(questions, st.sampled_from(["?", "!!!", "...", " 🙏", "  "]))
def test_marks_around_do_not_matter(text: str, mark: str) -> None:
    assert ask(f"{mark} {text}{mark}").ids == ask(text).ids


@now_and_then
@given(questions)
def test_decomposed_letters_do_not_matter(text: str) -> None:
    assert ask(normalize("NFD", text)).ids == ask(text).ids


@pytest.mark.skipif(not DEVELOPMENT.exists(), reason="../shared/guide/questions-dev.csv is not here")
def test_words_alone_answer_the_development_questions() -> None:
    with DEVELOPMENT.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert set(COLUMNS) <= rows[0].keys()
    queries = [
        Query(0, "all", row["question"], row["topic"], tuple(filter(None, row["also"].split(";"))))
        for row in rows
    ]
    level = levels_of(asked(search(), queries))["all"]
    assert level.first >= 0.72
    assert level.three >= 0.88

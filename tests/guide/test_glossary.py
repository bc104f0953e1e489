"""Terms in a text: as words of their own, in what is shown, in the order of the text, a few of them."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.guide.glossary import MOST, occurs, terms_in
from bot.guide.model import Bilingual, Block, Guide, Language, Span, Term
from tests.guide.guides import answer

EMPTY = Guide(facts={}, flows={}, answers={}, notices={}, numbers={}, redirects={})


def term(id: str, *forms: str, answer: str | None = None) -> Term:
    return Term(id, dict.fromkeys(Language, forms), Bilingual(id, id), Bilingual(id, id), answer)


def found(
    text: str | list[Block], *terms: Term, facts: dict[str, str] | None = None, id: str = "a"
) -> list[str]:
    blocks = [Block((Span(text),))] if isinstance(text, str) else text
    guide = replace(EMPTY, glossary={each.id: each for each in terms})
    return [each.id for each in terms_in(guide, answer(id, (), *blocks), facts or {}, Language.RU)]


IIN, TSON, CARD = term("iin", "ИИН"), term("tson", "ЦОН", "ЦОНе"), term("card", "миграционная карта")


def test_terms_come_in_the_order_of_the_text_and_each_once() -> None:
    assert found("В ЦОНе дают ИИН; без ИИН и ЦОН закрыт", IIN, TSON) == ["tson", "iin"]


def test_a_term_is_a_word_of_its_own() -> None:
    assert found("ИИНом, ПИИН и ИИН2", IIN) == []
    assert found("(ИИН)", IIN) == found("ИИН-номер", IIN) == found("«ИИН».", IIN) == ["iin"]


def test_words_may_begin_a_sentence_and_abbreviations_are_no_other_words() -> None:
    assert found("Миграционная карта нужна.", CARD) == ["card"]
    assert not occurs("CON", "con artists")
    assert occurs("CON", "a CON")


def test_a_term_that_is_parted_by_a_number_or_a_mark_is_found_in_its_words() -> None:
    spans = (Span("миграционная "), Span("карта", bold=True), Span("", cite="law"))
    assert found([Block(spans)], CARD) == ["card"]


def test_only_what_is_shown_counts() -> None:
    blocks = [
        Block((Span("ИИН"),), when={"by": ("car",)}),
        Block((Span("ЦОН"),), when={"by": ("foot",)}),
    ]
    assert found(blocks, IIN, TSON, facts={"by": "foot"}) == ["tson"]
    assert found(blocks, IIN, TSON) == ["iin", "tson"], "what is unknown is shown with its condition"


def test_the_answer_that_explains_a_term_does_not_offer_it() -> None:
    own = term("iin", "ИИН", answer="kz-iin")
    assert found("ИИН", own, id="kz-iin") == []
    assert found("ИИН", own, id="kz-bank") == ["iin"]


def test_terms_do_not_run_over_the_end_of_a_paragraph() -> None:
    assert found([Block((Span("миграционная"),)), Block((Span("карта"),))], CARD) == []


@given(st.permutations(range(6)))
def test_at_most_so_many_and_the_first_of_them(order: list[int]) -> None:
    terms = [term(f"t{at}", f"слово{at}") for at in range(6)]
    text = " ".join(f"слово{at}" for at in order)
    assert found(text, *terms) == [f"t{at}" for at in order][:MOST]

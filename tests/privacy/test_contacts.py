"""What is kept of a question leads to nobody who can be told by a phone, a name in Telegram, an address."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.privacy.contacts import CUT, without_contacts

LONGEST = 400
WORDS = st.lists(
    st.sampled_from(["пустят", "в", "Казахстан", "по", "внутреннему", "паспорту?", "how", "long"])
)
SEPARATORS = st.sampled_from(["", " ", "-", ".", "(", ") ", " - ", "\u00a0", "\u200b", "_", "/", "\n"])
DIGITS = st.sampled_from("0123456789٠١٢٣４５６⑦⑧")


@st.composite
def numbers(draw: st.DrawFn) -> tuple[str, str]:
    """Return a long number as people write it, and its digits."""
    digits = draw(st.lists(DIGITS, min_size=6, max_size=16))
    written = "".join(digit + draw(SEPARATORS) for digit in digits[:-1]) + digits[-1]
    return written, unicodedata.normalize("NFKC", "".join(digits))


NAMES = st.from_regex(r"[a-z][a-z0-9_]{4,20}", fullmatch=True)
LEADING = st.one_of(
    numbers(),
    NAMES.map(lambda name: (f"@{name}", name)),
    NAMES.map(lambda name: (f"＠ {name}", name)),
    NAMES.map(lambda name: (f"{name}@mail.ru", name)),
    NAMES.map(lambda name: (f"https://t.me/{name}", name)),
    NAMES.map(lambda name: (f"vk.com/{name}", name)),
    NAMES.map(lambda name: (f"tg://resolve?domain={name}", name)),
    st.from_regex(r"[АВЕКМНОРСТУХ][0-9]{3}[АВЕКМНОРСТУХ]{2}[0-9]{2,3}", fullmatch=True).map(
        lambda it: (it, it)
    ),
)


@given(WORDS, LEADING, WORDS)
@example([], ("000.0/0 0", "000000"), [])
def test_what_leads_to_somebody_is_taken_out_and_the_rest_stays(
    before: list[str], leading: tuple[str, str], after: list[str]
) -> None:
    written, secret = leading
    kept = without_contacts(" ".join([*before, written, *after]), 10_000)
    assert secret not in kept
    assert secret not in re.sub(r"\W|_", "", kept)
    assert CUT in kept
    assert [word for word in kept.split() if word != CUT] == [*before, *after]


@given(st.text())
@example("12@345.ru6 789")
@example("ab.1234567.com 1 2 3 4 5✂6 7")
@example("a.b1234567.c/d")
def test_whatever_was_written_nothing_of_that_kind_is_left(text: str) -> None:
    kept = without_contacts(text, LONGEST)
    assert len(kept) <= LONGEST
    assert not re.search(rf"@|://|\d(?:(?:[^\w{CUT}]|_){{0,3}}\d){{5}}", kept)
    assert not any(unicodedata.category(letter) in ("Cc", "Cf", "Cs") for letter in kept)
    assert without_contacts(kept, LONGEST) == kept, "what is shown is what is kept"


@pytest.mark.parametrize(
    "question",
    [
        "Пустят ли в Казахстан по внутреннему паспорту?",
        "Сколько можно пробыть: 90 дней или 183 дня, с 2026 года?",
        "Хватит ли 10000 долларов, т.е. наличными, и т.д.",
        "Is road A21 open, e.g. for cars from 08:00?",
    ],
)
def test_an_ordinary_question_stays_as_it_is(question: str) -> None:
    assert without_contacts(question, LONGEST) == question


def test_a_long_question_ends_with_a_whole_word() -> None:
    assert without_contacts("слово " * 100, 20) == "слово слово слово"
    assert without_contacts("я" * 100, 20) == "я" * 20

"""What the watch concludes from what it saw."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.guide.model import Language
from bot.telegram.watch import RESTART, Expected, Finding, Seen, decide, introduction, message
from bot.texts import load
from tests.clock import START

OURS = "https://bot.example/hook"
PROFILE = {"first name": "Проводник", "about ru": "Ответы с источниками"}
POLLING, WEBHOOK = Expected("", PROFILE), Expected(OURS, PROFILE)
SECOND = timedelta(seconds=1)
TEXTS = load(Path(__file__).parents[2] / "content" / "texts")


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (Seen(), POLLING),
        (Seen(), WEBHOOK),
        (Seen(webhook=""), POLLING),
        (Seen(webhook=OURS), WEBHOOK),
        (Seen(profile=PROFILE), POLLING),
        (Seen(profile={"about ru": " Ответы  с\r\nисточниками\n"}), POLLING),
        (Seen(profile={"never seen before": "x"}), POLLING),
        (Seen(conflicts=(START,)), POLLING),
        (Seen(conflicts=(START, START + RESTART)), POLLING),
    ],
)
def test_what_we_do_ourselves_and_what_is_not_known_is_no_finding(seen: Seen, expected: Expected) -> None:
    assert decide(seen, expected) == ()


@pytest.mark.parametrize(
    ("seen", "expected", "found", "where"),
    [
        (Seen(webhook="https://thief.example/x"), POLLING, Finding("webhook"), "thief.example"),
        (Seen(webhook="https://thief.example/x"), WEBHOOK, Finding("webhook"), "thief.example"),
        (Seen(webhook=OURS), POLLING, Finding("webhook"), "bot.example"),
        (Seen(webhook=f"{OURS}/2"), WEBHOOK, Finding("webhook"), "bot.example"),
        (Seen(webhook=""), WEBHOOK, Finding("webhook"), ""),
        (Seen(webhook="https://[x"), WEBHOOK, Finding("webhook"), "?"),
        (
            Seen(webhook=OURS, certificate=True),
            WEBHOOK,
            Finding("webhook"),
            "bot.example (custom certificate)",
        ),
        (Seen(conflicts=(START, START + RESTART + SECOND)), POLLING, Finding("poller"), ""),
        (Seen(profile={"first name": "Проводник 2"}), POLLING, Finding("profile", "first name"), ""),
        (Seen(profile={"about ru": ""}), POLLING, Finding("profile", "about ru"), ""),
    ],
)
def test_what_only_somebody_else_can_have_done_is_found(
    seen: Seen, expected: Expected, found: Finding, where: str
) -> None:
    assert decide(seen, expected) == (found,)
    assert [finding.where for finding in decide(seen, expected)] == [where]


def test_a_thief_who_moves_on_is_no_other_finding() -> None:
    assert Finding("webhook", where="one.example") == Finding("webhook", where="two.example")


def test_an_operator_reads_what_was_seen_and_what_to_do_in_both_languages() -> None:
    found = (
        Finding("webhook", where="<b>.example"),
        Finding("poller"),
        Finding("profile", "name"),
        Finding("profile", "about ru"),
    )
    for language in Language:
        text = message(TEXTS[language], found)
        assert "&lt;b&gt;.example" in text
        assert "name, about ru" in text
        assert "@BotFather → /revoke" in text
        assert "docs/OPERATIONS.md" in text
        assert len(text) < 4096
    assert "направлены" not in message(TEXTS[Language.RU], (Finding("webhook"),))


def test_we_expect_the_words_that_we_set_in_each_language_and_for_all_others() -> None:
    ours = introduction(TEXTS)
    assert sorted(ours) == sorted(
        ["about", "about en", "about ru", "description", "description en", "description ru"]
    )
    assert ours["about"] == ours["about en"] != ours["about ru"]

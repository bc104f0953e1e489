"""Questions to the editors: what is asked before one is sent, and how moderators see them."""

from collections.abc import Sequence

from bot.privacy.inbox import Question
from bot.telegram.buttons import DropQuestion, Menu, Questions, SendQuestion
from bot.telegram.screen import Key, Row, Screen, grid, paragraphs
from bot.telegram.screens import pages
from bot.texts import Texts

PAGE = 5
"""Questions on a page: with the longest of them it fits into a message."""


def ask(question: str, mark: int, texts: Texts) -> Screen:
    """Ask whether a question may be sent, and say exactly what would be kept."""
    return Screen(
        texts("inbox-ask", question=question),
        ((Key(texts("inbox-yes"), SendQuestion(mark)),), (Key(texts("inbox-no"), Menu()),)),
        personal=True,
    )


def sent(texts: Texts) -> Screen:
    """Say that it was sent."""
    return Screen(texts("inbox-sent"), pages.ways_on(texts))


def gone(texts: Texts) -> Screen:
    """Say that the question is not there any more."""
    return Screen(texts("inbox-gone"), pages.ways_on(texts))


def nothing_left(texts: Texts) -> Screen:
    """Say that nothing of the question may be kept."""
    return Screen(texts("inbox-nothing"), pages.ways_on(texts))


def questions(shown: Sequence[Question], page: int, count: int, texts: Texts) -> Screen:
    """Show moderators a page of the questions, each with a button that deletes it."""
    first = page * PAGE + 1
    told = [
        texts(
            "questions-item",
            number=number,
            date=texts.date(question.day),
            language=question.language.value,
            text=question.text,
        )
        for number, question in enumerate(shown, first)
    ]
    drops = [
        Key(texts("questions-delete", number=number), DropQuestion(question.id, page))
        for number, question in enumerate(shown, first)
    ]
    turning: Row = ()
    if page > 0:
        turning += (Key(texts("list-less"), Questions(page - 1)),)
    if (page + 1) * PAGE < count:
        turning += (Key(texts("list-more"), Questions(page + 1)),)
    return Screen(
        paragraphs(texts("questions-title", count=count), *told), (*grid(drops, PAGE), turning), personal=True
    )

"""The fixed pages and the words for what went wrong."""

from bot.guide.model import Language
from bot.privacy.abuse import Limit
from bot.release import Content
from bot.telegram.buttons import Accuracy, Countries, Menu, MyData, Privacy, SetLanguage, Wipe
from bot.telegram.screen import Key, Row, Screen, grid, lines, paragraphs
from bot.texts import Html, Texts

NAMES = {Language.RU: "Русский", Language.EN: "English"}


def ways_on(texts: Texts) -> tuple[Row, ...]:
    """Return the two ways on from anywhere: the guide and the queues."""
    return ((Key(texts("menu-guide"), Menu()),), (Key(texts("menu-queue"), Countries()),))


def help(texts: Texts, content: Content) -> Screen:
    """Tell what the bot can do, how much it knows, and which version of that."""
    answers, crossings = len(content.guide.answers), len(content.catalogue.crossings)
    knows = texts("help-content", answers=answers, crossings=crossings)
    text = paragraphs(texts("help-text"), lines(knows, version(texts, content)))
    return Screen(text, (*ways_on(texts), (Key(texts("accuracy-button"), Accuracy(0)),)))


def version(texts: Texts, content: Content) -> Html:
    """Say which version of the content this is, and of when."""
    day = "none" if content.checked is None else texts.date(content.checked)
    return texts("help-version", version=content.version, date=day)


def unknown_command(texts: Texts, content: Content) -> Screen:
    """Say that there is no such command, and show the help."""
    page = help(texts, content)
    return Screen(paragraphs(texts("error-command"), page.text), page.rows)


def safety(texts: Texts) -> Screen:
    """Tell what is kept, what Telegram sees, and what we cannot protect from."""
    keys = [
        Key(texts("privacy-button"), Privacy()),
        Key(texts("mydata-button"), MyData()),
        Key(texts("wipe-button"), Wipe()),
    ]
    return Screen(texts("safety-text"), (*grid(keys, 1), *ways_on(texts)))


def language(texts: Texts) -> Screen:
    """Offer the languages; the chosen one is marked."""
    keys = tuple(
        Key(("• " if language is texts.language else "") + name, SetLanguage(language.value))
        for language, name in NAMES.items()
    )
    return Screen(texts("language-ask"), (keys, *ways_on(texts)))


def private_only(texts: Texts, username: str) -> Screen:
    """Send somebody in a group to the private chat."""
    return Screen(texts("error-private"), ((Key(texts("menu-private"), f"https://t.me/{username}?start"),),))


def media(texts: Texts) -> Screen:
    """Say what can be read."""
    return Screen(texts("error-media"), ways_on(texts))


def too_often(texts: Texts, limit: Limit) -> Screen:
    """Say which limit somebody has reached."""
    return Screen(texts(limit.told, count=limit.most), ways_on(texts))


def not_saved(texts: Texts) -> Screen:
    """Say that nothing was stored, and to try again."""
    return Screen(texts("error-not-saved"))


def sorry(texts: Texts) -> Screen:
    """Say that something broke."""
    return Screen(texts("error-sorry"), ways_on(texts))


def simulated(texts: Texts, show: bool) -> Html | None:
    """Return the line that says that nothing here is real, in the local chat."""
    return texts("menu-simulated") if show else None

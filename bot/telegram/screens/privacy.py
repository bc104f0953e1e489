"""The pages of what we hold and how little can be left to be seen."""

from collections.abc import Mapping

from bot.telegram.buttons import (
    AskStop,
    Erase,
    ForgetStop,
    Menu,
    MyData,
    Privacy,
    SetDiscreet,
    SetVanish,
    Wipe,
    WipeNow,
)
from bot.telegram.chats import VANISH_HOURS, Chosen
from bot.telegram.screen import Key, Screen, grid, lines, link, paragraphs
from bot.texts import Texts


def choices(chosen: Chosen, texts: Texts) -> Screen:
    """Offer all that a chat can choose of this."""
    vanish = [
        Key(_marked(texts("vanish-never"), chosen.vanish_hours is None), SetVanish(0)),
        *(
            Key(_marked(texts.duration(hours * 60), chosen.vanish_hours == hours), SetVanish(hours))
            for hours in VANISH_HOURS
        ),
    ]
    return Screen(
        texts(
            "privacy-text",
            vanish=texts.duration(chosen.vanish_hours * 60) if chosen.vanish_hours else texts("vanish-never"),
            discreet="yes" if chosen.discreet else "no",
            stop="yes" if chosen.stop else "no",
        ),
        (
            *grid(vanish, 3),
            (
                Key(texts("discreet-off"), SetDiscreet(0))
                if chosen.discreet
                else Key(texts("discreet-on"), SetDiscreet(1)),
            ),
            (
                Key(texts("stop-forget"), ForgetStop())
                if chosen.stop
                else Key(texts("stop-choose"), AskStop()),
            ),
            (Key(texts("mydata-button"), MyData()),),
            (Key(texts("wipe-button"), Wipe()),),
        ),
        personal=True,
    )


def ask_phrase(texts: Texts, username: str) -> Screen:
    """Ask for a stop phrase to be typed; the link in the question says what it asks."""
    return Screen(texts("stop-ask", address=link(AskStop(), username)), personal=True)


def wipe(texts: Texts) -> Screen:
    """Ask whether to wipe the chat, and say what that cannot do."""
    return Screen(
        texts("wipe-ask"),
        ((Key(texts("wipe-yes"), WipeNow()),), (Key(texts("wipe-no"), Menu()),)),
        personal=True,
    )


def wiped(texts: Texts) -> Screen:
    """Say the one line that is left in a wiped chat; it tells nothing of what was there."""
    return Screen(texts("wipe-done"))


def my_data(found: Mapping[str, int], chosen: Chosen, texts: Texts) -> Screen:
    """Tell what is stored that belongs to a chat."""
    if not found:
        return Screen(texts("mydata-nothing"), _ways_on(texts), personal=True)
    told = [texts(f"mydata-{table}", count=count) for table, count in found.items()]
    if "chats" in found:
        told.append(
            texts(
                "mydata-chosen",
                language=chosen.language.value if chosen.language else "no",
                vanish=texts.duration(chosen.vanish_hours * 60) if chosen.vanish_hours else "no",
                discreet="yes" if chosen.discreet else "no",
                stop="yes" if chosen.stop else "no",
            )
        )
    return Screen(
        paragraphs(texts("mydata-head"), lines(*told), texts("mydata-foot")),
        ((Key(texts("mydata-erase"), Erase()),), *_ways_on(texts)),
        personal=True,
    )


def erased(texts: Texts, *, destroyed: bool) -> Screen:
    """Say that nothing is held of the chat any more, and whether the key to what was is destroyed already."""
    told = texts("mydata-erased") if destroyed else texts("mydata-erased-later")
    return Screen(told, _ways_on(texts), personal=True)


def _ways_on(texts: Texts) -> tuple[tuple[Key, ...], ...]:
    return ((Key(texts("wipe-button"), Wipe()),), (Key(texts("privacy-button"), Privacy()),))


def _marked(label: str, chosen: bool) -> str:
    return f"• {label}" if chosen else label

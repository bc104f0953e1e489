"""Whether a message denies what its words tell of: `повестки не раздают`, `not closed`, `врут что закрыт`."""

import re
from collections.abc import Sequence

from bot.crossings.spelling import plain
from bot.crossings.wording import wording

FALSEHOOD = wording(
    "врут|врет|врете|врали|вранье|лож|лгут|брешут|неправда|не правда|фейк*|выдумк*|выдумал*|чуш|бред|сплетни",
    "не верьте|слухи",
    "lies?|lying|liars?|not true|isnt true|untrue|false|fake|hoax|rumou?rs?|dont believe",
)
"""Somebody says that others tell what is not so."""

# These deny the deed behind them, `не раздают`; those deny the thing, `нет повесток`. `Никто` has a `не` too.
_NOT = frozenset(
    plain(
        "не ни not never nobody noone none nothing isn't aren't wasn't weren't ain't don't doesn't didn't "
        "hasn't haven't hadn't can't cannot won't"
    ).split()
)
_NO = frozenset(plain("нет нету без никаких никакой никакие ноль no without zero").split())
_NO_BEHIND = _NO | frozenset(plain("отсутствует отсутствуют").split())
# What is not done then is told itself, and nothing else is denied by it: `не пускают, повестки раздают`.
_ANOTHER_DEED = wording(
    "(про|вы|за|в|до|от)?(пуст|пуска)*|работа*|оформля*|принима*|двига*|движ*|едет|едут|едьте|стоит|только",
    "просто",
    "letting|let|working|operating|processing|moving|only|just",
)
# Between a denial and what it denies these are as good as nothing.
_LIGHT = wording(
    "так|уж|очень|особо|особенно|совсем|сильно|полностью|все|вообще|пока|еще|уже|больше|никто|никого|никому|тут",
    "здесь|там|сейчас|сегодня|был(а|о|и)?|будет|бы|чтобы?|что|вид(ел|ела|ели|им|но)|слыш*|сказа*|говор*|такого",
    "is|are|was|were|be|being|been|get|gets|getting|got|has|have|had|yet|so|really|very|all|fully|completely|that",
    "any|anyone|anybody|longer|exactly|currently|now|seen|see|saw|heard|quite|here|there",
)
_NAMES_A_PLACE = frozenset(plain("на в во у at on in the").split())
_ADJECTIVE = re.compile(r"\w+(их|ого|ои)")
# `не едем из-за снегопада`
_CAUSE = frozenset({"из-за", "изза", "после", "because", "due", "after"})
_ALSO = frozenset(plain("и или and or nor").split())
_OTHER_CLAUSE = re.compile(
    r",(?!\s*(?:что|that)(?!\w))|[;:()]|\s[-–—]\s|(?<!\w)(?:а|но|зато|однако|хотя|but|though)(?!\w)"
)
_WORD = re.compile(r"[\w-]+")
_REACH = 3
"""So many words stand between a denial and the thing denied: `не видел, чтобы раздавали повестки`."""


def denied(sentence: str, told: re.Match[str], *, thing: bool) -> bool:
    """Tell whether a sentence, as `plain` writes it, denies what `told` found in it.

    A `thing` (`повестки`) may be denied by its verb, before or behind it; a deed or state (`закрыт`) only
    right before it.
    """
    before = _WORD.findall(_OTHER_CLAUSE.split(sentence[: told.start()])[-1])
    inside = _WORD.findall(told[0])
    after = _WORD.findall(_OTHER_CLAUSE.split(sentence[told.end() :])[0])
    return (
        _denied_before(before, thing)
        or (len(inside) > 1 and _denied_before(inside[:-1], thing=False))
        or (thing and _denied_behind(after))
    )


def _denied_before(words: Sequence[str], thing: bool) -> bool:
    between: list[str] = []
    reach = _REACH if thing else 0
    several = False
    for word in reversed(words):
        if word in _CAUSE:
            return False
        if word in _NOT:
            return not (between and _ANOTHER_DEED.fullmatch(between[-1]))
        if word in _NO:  # English has no endings by which to tell `no more fog` from `no queue fog`
            return several or all(_ADJECTIVE.fullmatch(each) or each.isascii() for each in between)
        if word in _ALSO and thing:
            several, reach = True, 2 * _REACH
        elif not _LIGHT.fullmatch(word):
            between.append(word)
        if len(between) > reach:
            return False
    return False


def _denied_behind(words: Sequence[str]) -> bool:
    for index, word in enumerate(words[: _REACH + 1]):
        behind = words[index + 1] if index + 1 < len(words) else ""
        if word in _NOT:
            return not _ANOTHER_DEED.fullmatch(behind)
        if word in _NO_BEHIND:
            return not behind or behind in _NAMES_A_PLACE or bool(_LIGHT.fullmatch(behind))
    return False

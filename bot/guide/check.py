"""Everything that can be wrong with the guide, found at once, for `bot content check`.

Each code is explained, with an example and the mend, in docs/EDITING.md.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path

from bot.content.document import Shelf
from bot.content.problems import Problem
from bot.content.shape import FOLLOWS
from bot.guide import check_limits, check_ways, check_words, personas
from bot.guide.check_ways import CALLED
from bot.guide.load import Loaded, load
from bot.guide.model import Guide, Language
from bot.guide.read import Known
from bot.guide.walk import walk
from bot.texts import Texts


def check(
    folder: Path,
    texts: Mapping[Language, Texts] | None,
    today: date,
    *,
    places: Collection[str] | None = None,
    elsewhere: Collection[str] = (),
    called: Collection[str] = CALLED,
) -> tuple[Problem, ...]:
    """Return every problem of the guide in a content folder, in the order of files and lines.

    `texts` are the bot's fixed words; without them the length of messages is not checked.
    `places` are the ids of the crossings, which notices may name; without them the names are not checked.
    `elsewhere` are answers that are shown from somewhere else, such as a crossing's card, and `called` those
    that the bot shows by itself: they need no way from the first question.
    """
    loaded = load(folder, lenient=True)
    if loaded.guide is None:
        return loaded.problems
    found = _problems(folder, loaded, loaded.guide, texts, today, places, elsewhere, called)
    return tuple(sorted({*loaded.problems, *found}))


def _problems(
    folder: Path,
    loaded: Loaded,
    guide: Guide,
    texts: Mapping[Language, Texts] | None,
    today: date,
    places: Collection[str] | None,
    elsewhere: Collection[str],
    called: Collection[str],
) -> Iterator[Problem]:
    walked = walk(guide)
    yield from check_ways.ways(loaded, guide, walked, called, elsewhere)
    for id, draft in loaded.drafts.items():
        yield from check_words.translation(draft, id)
    for answer in guide.answers.values():
        yield from check_words.sourcing(answer, loaded.drafts[answer.id], today)
        yield from check_words.spacing(answer, loaded.drafts[answer.id])
        yield from check_words.style(answer, loaded.drafts[answer.id].document)
        yield from _needs(loaded, guide, answer.id)
    yield from check_words.addresses(loaded, guide)
    yield from check_words.notices(loaded, guide, today, places)
    yield from check_words.numbers(loaded, guide, today)
    yield from check_words.phrases(loaded, guide)
    yield from check_limits.silences(loaded, guide)
    yield from check_limits.taps(loaded, walked)
    yield from check_limits.buttons(loaded, guide, walked)
    yield from check_words.terms(loaded, guide)
    if texts is not None:
        yield from check_limits.messages(loaded, guide, texts, today)
        yield from _journeys(folder / "guide" / "personas.yaml", folder, guide, texts, today)


def _journeys(
    path: Path, folder: Path, guide: Guide, texts: Mapping[Language, Texts], today: date
) -> Iterator[Problem]:
    if not path.exists():
        return
    document = Shelf(folder, "G").yaml(path)
    known = Known(guide.facts, guide.numbers, guide.countries, True, frozenset())
    read, problems = personas.read_personas(document, known)
    yield from (problem for problem in (*document.problems, *problems) if problem.code != FOLLOWS)
    yield from personas.walked(document, read, guide, texts, today)


def _needs(loaded: Loaded, guide: Guide, id: str) -> Iterator[Problem]:
    answer = guide.answers[id]
    used = {fact for blocks in answer.body.values() for block in blocks for fact in block.when}
    for at, need in enumerate(answer.needs):
        if need not in used:
            text = f"people are asked for {need}, and no `::: when {need}:` uses it"
            yield loaded.at("answer", id).problem(("needs", at), "G308", text)

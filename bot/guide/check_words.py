"""Whether the texts are translated, sourced, in date and well typed."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from urllib.parse import urlsplit

from bot.content.document import Document, Loc
from bot.content.problems import Problem, any_error
from bot.guide.glossary import occurs
from bot.guide.length import POP_UP, utf16_length
from bot.guide.load import Loaded
from bot.guide.markup import Parsed
from bot.guide.model import Answer, Block, Guide, Language, Risk, Source
from bot.guide.read import is_russian
from bot.guide.read_answer import Draft
from bot.guide.reading import ease, sentences
from bot.guide.render import Freshness, freshness

_WEAK = frozenset({"L", "GK"})
_SHARED_HOSTS = frozenset(
    {"dzen.ru", "facebook.com", "t.me", "telegra.ph", "vk.com", "web.archive.org", "x.com", "youtube.com"}
)
_PHONE = re.compile(r"\+\d[\d\s()-]{7,}\d|\b8[\s-]?\(?800\)?[\d\s-]{7,}|(?<![\w.])@\w{4,}")
_ADDRESS = re.compile(r"\b(?:[\w-]+\.)+(?:[a-z]{2,10}|рф)\b(?!\.\w)", re.IGNORECASE)
_SPACING = (
    (re.compile(r"\s[.,;:!?](?=\s|$)"), "a space before a mark"),
    (re.compile(r"[,;!?](?=[A-Za-zА-Яа-яЁё])"), "no space after a mark"),
    (re.compile(r"(?<!\.)\.\.(?!\.)|,,"), "a mark twice"),
    (re.compile(r"\S  +\S"), "two spaces"),
)


ENOUGH = 2
"""Sources for an answer of high risk."""

LONG_TEXT = 1_500
LONG_SENTENCE = 35
"""Words; beyond that a reader at a border at night begins anew."""

HARD = 40
"""Reading ease below which a text is as hard as a law."""


def translation(draft: Draft, id: str) -> Iterator[Problem]:
    """Yield what is wrong with an answer's hashes, and where its languages differ."""
    document = draft.document
    if draft.signed != draft.signature:
        was = f"it was signed as {draft.signed}" if draft.signed else "it was never signed"
        mend = f"compare it with its sources, then `bot content sign {id}`"
        text = f"the Russian text is {draft.signature}, {was}: {mend}"
        yield document.problem(("signed",), "G501", text)
    if draft.translated != draft.signed and draft.parsed[Language.EN].blocks:
        made = f"was made from {draft.translated}" if draft.translated else "was never stamped"
        text = f"the English text {made}: bring it up to the Russian one, then `bot content stamp {id}`"
        yield document.problem(("translated",), "G502", text)
    english = " ".join(span.text for block in draft.parsed[Language.EN].blocks for span in block.spans)
    if is_russian(english):
        yield document.problem(
            draft.parsed[Language.EN].blocks[0].line, "G503", "the text under `# en` is Russian"
        )
    ru, en = (draft.parsed[language] for language in Language)
    if en.blocks and (missing := _differences(ru, en)):
        yield document.problem(en.blocks[0].line, "G504", f"Russian and English differ in {missing}")


def _differences(ru: Parsed, en: Parsed) -> str:
    one, other = _traits(ru), _traits(en)
    return ", ".join(sorted(one ^ other))


def _traits(parsed: Parsed) -> set[str]:
    unconfirmed = sum(block.unconfirmed for block in parsed.blocks)
    return {
        *(f"{{fact:{use.name}}}" for use in parsed.uses if use.kind == "number"),
        *(f"{{visa:{use.name}}}" for use in parsed.uses if use.kind == "visa"),
        *(f"`when {condition.fact}: {condition.value}`" for condition in parsed.conditions),
        *([f"{unconfirmed} unconfirmed blocks"] if unconfirmed else []),
    }


def sourcing(answer: Answer, draft: Draft, today: date) -> Iterator[Problem]:
    """Yield sources that no text cites, weak ones stated as certain, dates that cannot be or are past."""
    document = draft.document
    named = {contact.source for contact in answer.contacts}
    own = [source for source in answer.sources if "." not in source.id]
    for language in Language:
        parsed = draft.parsed[language]
        cited = {use.name for use in parsed.uses if use.kind == "cite"} | named
        for at, source in enumerate(own):
            if source.id not in cited:
                text = f"no `[^{source.id}]` under `# {language}`: what rests on it?"
                yield document.problem(("sources", at, "id"), "G402", text)
        if answer.risk is Risk.HIGH and len(own) < ENOUGH and not _doubted(answer.body[language]):
            text = (
                "high risk, and one source: find another, or put what rests on it between `::: unconfirmed`"
            )
            yield document.problem(("sources",), "G415", text)
        for block in answer.body[language]:
            if _overconfident(block, answer):
                text = "rests on a weak source (L or GK) only: put it between `::: unconfirmed` and `:::`"
                yield document.problem(block.line, "G406", text)
    for at, source in enumerate(own):
        if _ahead(source, today):
            yield document.problem(("sources", at), "G411", f"{source.id} has a date in the future")
    for at, contact in enumerate(answer.contacts):
        if contact.dialled and contact.dialled > today + timedelta(days=1):
            yield document.problem(("contacts", at, "dialled"), "G411", "a date in the future")
    if freshness(answer, today) is not Freshness.FRESH:
        days = (today - answer.checked).days
        text = f"checked {days} days ago; {answer.risk} risk wants it every {answer.risk.period_days}"
        yield document.problem(("sources",), "G412", text)


def _doubted(blocks: Iterable[Block]) -> bool:
    return any(block.unconfirmed for block in blocks)


def _overconfident(block: Block, answer: Answer) -> bool:
    marks = [source.mark for span in block.spans for source in answer.sources if source.id == span.cite]
    return bool(marks) and not block.unconfirmed and _WEAK.issuperset(marks)


def _ahead(source: Source, today: date) -> bool:
    """Tell whether a source has a date in the future; a day is left for editors east of UTC."""
    tomorrow = today + timedelta(days=1)
    published = source.published or ""
    return source.checked > tomorrow or published > tomorrow.isoformat()[: len(published)]


def addresses(loaded: Loaded, guide: Guide) -> Iterator[Problem]:
    """Yield links to sources that must not be linked, and contacts in a text, where nobody dates them.

    Telegram makes a link of every bare address, so that a name such as `example.org` links too.
    """
    cautioned = {_host(source.url) for source in _all_sources(guide) if source.caution and source.url}
    cautioned -= _SHARED_HOSTS
    for kind, id, at, shown in _shown(guide):
        for host in _named(shown, cautioned):
            text = f"{host} carries `caution`, and Telegram would make a link of this"
            yield loaded.at(kind, id).problem(at, "G404", text)
    for answer in guide.answers.values():
        yield from _sources_and_contacts(loaded, answer, cautioned)
        draft = loaded.drafts[answer.id]
        allowed = {_host(source.url) for source in answer.sources if source.url}
        for language in Language:
            for block in answer.body[language]:
                text = "".join(span.text for span in block.spans if not span.link)
                found = [*_PHONE.findall(text), *(_hosts(text) - allowed - cautioned)]
                if found:
                    hint = (
                        "put it under `contacts:` with `dialled:`, or, if it is a page, link it as a source"
                    )
                    yield draft.document.problem(block.line, "G413", f"{found[0].strip()}: {hint}")
                for host in _named(text, cautioned):
                    hint = f"{host} carries `caution`: name it without its address"
                    yield draft.document.problem(block.line, "G404", hint)


def _sources_and_contacts(loaded: Loaded, answer: Answer, cautioned: set[str]) -> Iterator[Problem]:
    document = loaded.at("answer", answer.id)
    for at, source in enumerate(source for source in answer.sources if "." not in source.id):
        if source.url and not source.caution and _host(source.url) in cautioned:
            text = f"{_host(source.url)} carries `caution: ru` elsewhere: add it here"
            yield document.problem(("sources", at), "G404", text)
        if source.caution and _hosts(source.title):
            text = "this title holds an address, and Telegram would make a link of it"
            yield document.problem(("sources", at), "G404", text)
    for at, contact in enumerate(answer.contacts):
        if contact.caution and any(_hosts(text) for text in (contact.name, contact.what.ru, contact.what.en)):
            text = "an address in the words about it would be a link"
            yield document.problem(("contacts", at), "G404", text)


def _shown(guide: Guide) -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    """Yield the other words that readers see: kind of file, id, where in it, words."""
    for answer in guide.answers.values():
        yield "answer", answer.id, ("title",), f"{answer.title.ru} {answer.title.en}"
    for flow in guide.flows.values():
        if flow.intro:
            yield "flow", flow.id, ("intro",), f"{flow.intro.ru} {flow.intro.en}"
    for notice in guide.notices.values():
        yield "notice", notice.id, ("text",), f"{notice.text.ru} {notice.text.en}"


def _all_sources(guide: Guide) -> Iterator[Source]:
    for answer in guide.answers.values():
        yield from answer.sources
    for notice in guide.notices.values():
        yield notice.source


def _hosts(text: str) -> set[str]:
    return {found.lower().removeprefix("www.") for found in _ADDRESS.findall(text)}


def _named(text: str, hosts: Iterable[str]) -> list[str]:
    return [host for host in hosts if host in text.lower()]


def _host(url: str | None) -> str:
    return (urlsplit(url or "").hostname or "").removeprefix("www.")


def notices(loaded: Loaded, guide: Guide, today: date, places: Iterable[str] | None) -> Iterator[Problem]:
    """Yield notices that are over, end before they begin or concern a place that nobody knows."""
    known = None if places is None else {*places, *_countries(guide)}
    for notice in guide.notices.values():
        document = loaded.at("notice", notice.id)
        if notice.until < notice.first:
            yield document.problem(("until",), "G408", f"ends on {notice.until}, before it begins")
        elif notice.until < today:
            yield document.problem(("until",), "G407", f"was over on {notice.until}: renew or delete it")
        for place in notice.where if known is not None else ():
            if known is not None and place not in known:
                yield document.problem(("where",), "G207", f"there is no country or crossing {place}")
        if _ahead(notice.source, today):
            yield document.problem(("source",), "G411", "a date in the future")


def _countries(guide: Guide) -> set[str]:
    values = {value.id for fact in guide.facts.values() for value in fact.values if fact.id == "country"}
    return values | {answer.topic for answer in guide.answers.values()}


def numbers(loaded: Loaded, guide: Guide, today: date) -> Iterator[Problem]:
    """Yield numbers that no text uses, where all texts could be read, and dates that cannot be."""
    used = {
        use.name
        for draft in loaded.drafts.values()
        for parsed in draft.parsed.values()
        for use in parsed.uses
        if use.kind == "number"
    }
    for number in guide.numbers.values():
        country, name = number.id.split(".")
        document = loaded.at("country", country)
        if number.id not in used and not any_error(loaded.problems):
            yield document.problem(("facts", name), "G409", f"no text uses {{fact:{number.id}}}")
        if _ahead(number.source, today):
            yield document.problem(("facts", name), "G411", "a date in the future")


def phrases(loaded: Loaded, guide: Guide) -> Iterator[Problem]:
    """Yield phrases that stand under two answers, and answers without any."""
    seen: dict[str, str] = {}
    for answer in guide.answers.values():
        document = loaded.at("answer", answer.id)
        for language in Language:
            at = ("phrases", language)
            if not answer.phrases[language]:
                yield document.problem(at, "G605", f"no phrases in {language}: how do people ask for this?")
            for phrase in answer.phrases[language]:
                first = seen.setdefault(_plain(phrase), answer.id)
                if first != answer.id:
                    yield document.problem(at, "G604", f"“{phrase}” stands in {first} too")


def _plain(phrase: str) -> str:
    return " ".join(re.findall(r"\w+", phrase.lower().replace("ё", "е")))


def spacing(answer: Answer, draft: Draft) -> Iterator[Problem]:
    """Yield spaces and marks that stand wrong."""
    texts: list[tuple[Loc | int, str]] = [(("title",), text) for text in (answer.title.ru, answer.title.en)]
    for language in Language:
        texts += [(block.line, block.text) for block in answer.body[language]]
    for at, text in texts:
        bare = _ADDRESS.sub("", text)
        for pattern, what in _SPACING:
            if found := pattern.search(bare):
                near = bare[max(0, found.start() - 12) : found.end() + 12].strip()
                yield draft.document.problem(at, "G603", f"{what}: “{near}”")


def style(answer: Answer, document: Document) -> Iterator[Problem]:
    """Yield what makes an answer hard to take in: no plain first line, a long text, long sentences."""
    for language, blocks in answer.body.items():
        if blocks[0].item or not blocks[0].spans[0].bold:
            text = "the first sentence says what to do, in **bold**"
            yield document.problem(blocks[0].line, "G606", text)
        if not answer.needs:
            units = sum(len(block.text) for block in blocks)
            if units > LONG_TEXT:
                text = f"{units} characters in {language}, {LONG_TEXT} are enough: shorten it"
                yield document.problem(blocks[0].line, "G607", text)
        if (read := ease([block.text for block in blocks], language)) < HARD:
            text = f"reading ease {read:.0f} in {language}, {HARD} at least: shorter words and sentences"
            yield document.problem(blocks[0].line, "G609", text)
        for block in blocks:
            for sentence in sentences(block.text):
                words = len(sentence.split())
                if words > LONG_SENTENCE:
                    near = " ".join(sentence.split()[:5])
                    yield document.problem(block.line, "G608", f"a sentence of {words} words: “{near} …”")


def terms(loaded: Loaded, guide: Guide) -> Iterator[Problem]:
    """Yield terms of the glossary that no text uses, and pop-ups that Telegram would not show."""
    texts = {
        language: " ".join(block.text for answer in guide.answers.values() for block in answer.body[language])
        for language in Language
    }
    for at, term in enumerate(guide.glossary.values()):
        document = loaded.at("glossary", "glossary")
        for language in Language:
            if not any(occurs(form, texts[language]) for form in term.forms[language]):
                forms = ", ".join(term.forms[language])
                yield document.problem(("terms", at, "forms"), "G414", f"no text in {language} has {forms}")
            if utf16_length(term.text[language]) > POP_UP:
                text = f"{utf16_length(term.text[language])} characters of {POP_UP} ({language}): shorten it"
                yield document.problem(("terms", at, "text"), "G704", text)

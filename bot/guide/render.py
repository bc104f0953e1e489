"""An answer as a Telegram message: the text that fits these facts, how fresh it is, and what it rests on."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum
from html import escape

from bot.guide.length import visible_length
from bot.guide.model import COUNTRY, Answer, Block, Contact, Facts, Guide, Notice, Source, Span
from bot.guide.route import Question
from bot.texts import Html, Texts

FOLDED = 900
"""A text of more UTF-16 units is folded."""

BOX = "☐"
"""What begins an item that is to be ticked off; it is mark enough."""

_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_NARROW = "\N{NARROW NO-BREAK SPACE}"
_SENTENCE_END = re.compile(r"[.;!?](?=\s|$)")
_LEVELS = ("danger", "warning", "info")
_NOTICE = {
    "danger": "guide-notice-danger",
    "warning": "guide-notice-warning",
    "info": "guide-notice-info",
}
_WEAK = {"L": "guide-source-weak", "GK": "guide-source-none"}


class Freshness(StrEnum):
    """How long ago a text was compared with its sources: within its period, past it, past twice of it."""

    FRESH = "fresh"
    DUE = "due"
    OVERDUE = "overdue"


def freshness(answer: Answer, today: date) -> Freshness:
    """Tell how an answer's age compares with the period of its risk."""
    age = today - answer.checked
    period = timedelta(days=answer.risk.period_days)
    if age > 2 * period:
        return Freshness.OVERDUE
    return Freshness.DUE if age > period else Freshness.FRESH


def render(guide: Guide, answer: Answer, facts: Facts, texts: Texts, today: date) -> Html:
    """Return an answer in Telegram's HTML.

    A conditional part is left out where the facts exclude it. Where they are silent it is shown with its
    condition: what may concern a person is never hidden. A warning stands first where the text was not
    checked for twice its period, after it where for once.
    """
    blocks = [block for block in answer.body[texts.language] if fits(block, facts)]
    order = cited(blocks, answer.contacts)
    sources = [source for id in order for source in answer.sources if source.id == id]
    state = freshness(answer, today)
    parts = [
        f"<b>{escape(texts.of(answer.title), quote=False)}</b>",
        texts("guide-overdue", date=texts.date(answer.checked)) if state is Freshness.OVERDUE else "",
        *(notice_line(notice, texts) for notice in concerning(guide, answer, facts, today)),
        *_folded(answer, [render_blocks(guide, part, facts, order, texts) for part in sections(blocks)]),
        "\n".join(_contact(contact, order, texts) for contact in answer.contacts),
        texts("guide-due", days=answer.risk.period_days) if state is Freshness.DUE else "",
        texts("guide-checked", date=texts.date(answer.checked)),
        texts("guide-caution") if unlinked(sources, answer.contacts) else "",
        render_sources(sources, texts),
    ]
    return Html("\n\n".join(part for part in parts if part))


def render_question(question: Question, texts: Texts) -> Html:
    """Return the words above a question's buttons."""
    ask = f"<b>{escape(texts.of(question.fact.ask), quote=False)}</b>"
    if question.flow is None or question.flow.intro is None:
        return Html(ask)
    return Html(f"{escape(texts.of(question.flow.intro), quote=False)}\n\n{ask}")


def fits(block: Block, facts: Facts) -> bool:
    """Tell whether the facts do not exclude a block."""
    return all(fact not in facts or facts[fact] in values for fact, values in block.when.items())


def places_of(answer: Answer, facts: Facts) -> frozenset[str]:
    """Return the places whose notices concern an answer: its country and the one that a person goes to."""
    return frozenset({answer.topic, facts.get(COUNTRY, answer.topic)})


def notices(guide: Guide, places: Collection[str], today: date) -> tuple[Notice, ...]:
    """Return the notices that hold today in any of these countries or crossings, the gravest first."""
    holding = (
        notice
        for notice in guide.notices.values()
        if notice.first <= today <= notice.until and not set(places).isdisjoint(notice.where)
    )
    return tuple(sorted(holding, key=lambda notice: (_LEVELS.index(notice.level), notice.id)))


def concerning(guide: Guide, answer: Answer, facts: Facts, today: date) -> list[Notice]:
    """Return the notices above an answer; one that leads to people has only those of danger in its way."""
    holding = notices(guide, places_of(answer, facts), today)
    return [notice for notice in holding if notice.level == "danger" or not answer.route]


def notice_line(notice: Notice, texts: Texts, name: Callable[[Source], Html] | None = None) -> Html:
    """Return a notice with its source and date; `name` writes a source, as a link where it may be one."""
    line = texts(_NOTICE[notice.level], text=texts.of(notice.text))
    when = (
        texts.partial_date(notice.source.published)
        if notice.source.published
        else texts("guide-source-undated")
    )
    return texts("guide-notice-source", notice=line, source=(name or _name)(notice.source), date=when)


def unlinked(sources: Iterable[Source], contacts: Iterable[Contact]) -> bool:
    """Tell whether something is named without its address, which readers must be told the reason of."""
    return any(source.caution for source in sources) or any(contact.caution for contact in contacts)


def address(source: Source) -> str | None:
    """Return where a source is read; None if it has no address, or a link to it can harm a reader."""
    return None if source.caution else source.url


def cited(blocks: Iterable[Block], contacts: Iterable[Contact]) -> list[str]:
    """Return the ids of the sources in the order in which a reader meets them."""
    met = [span.cite for block in blocks for span in with_marks(block) if span.cite]
    named = [contact.source for contact in contacts if contact.source]
    return list(dict.fromkeys((*met, *named)))


def sections(blocks: Sequence[Block]) -> list[list[Block]]:
    """Return the parts of a text: what precedes the first heading, then each heading with what follows."""
    parts: list[list[Block]] = []
    for block in blocks:
        if not parts or (block.heading and parts[-1] != [block]):
            parts.append([])
        parts[-1].append(block)
    return parts


def _folded(answer: Answer, parts: list[str]) -> list[str]:
    """Fold what follows the first part of a long text, so that it fits a phone; a tap opens it.

    Not where every line counts at once: not people to turn to, nor what was made for one person's situation.
    """
    if answer.route or answer.needs or sum(map(visible_length, parts)) <= FOLDED:
        return parts
    return [*parts[:1], *(f"<blockquote expandable>{part}</blockquote>" for part in parts[1:])]


def render_blocks(
    guide: Guide, blocks: Sequence[Block], facts: Facts, order: Sequence[str], texts: Texts
) -> str:
    """Return parts of an answer in HTML; `order` are the sources, by whose places citations are numbered."""
    text = ""
    for before, block in zip((None, *blocks), blocks, strict=False):
        if before:
            text += "\n" if block.item else "\n\n"
        line = Html("".join(_spans(block, order)))
        if block.unconfirmed:
            more = before is not None and before.unconfirmed
            line = texts("guide-unconfirmed-more" if more else "guide-unconfirmed", text=line)
        unknown = [fact for fact in block.when if fact not in facts]
        if unknown:
            line = texts("guide-when", condition=condition(guide, block, unknown, texts), text=line)
        text += f"• {line}" if block.item and not block.text.startswith(BOX) else line
    return text


def condition(guide: Guide, block: Block, unknown: Sequence[str], texts: Texts) -> Html:
    """Return what must hold of the unknown facts for a block to concern its reader."""
    conditions = []
    for id in unknown:
        fact = guide.facts[id]
        values = " / ".join(texts.of(fact.value(value).label) for value in block.when[id])
        conditions.append(texts("guide-condition", fact=texts.of(fact.short), values=values))
    return Html(texts.list(list(conditions)))


def _spans(block: Block, order: Sequence[str]) -> Iterator[str]:
    """Return a block's words in HTML, citations as superscript numbers."""
    before = ""
    for span in with_marks(block):
        if span.cite:
            # A superscript after a digit would read as a power, two in a row as one number.
            gap = "," if before == "cite" else _NARROW if before[-1:].isdigit() else ""
            yield gap + str(order.index(span.cite) + 1).translate(_SUPERSCRIPT)
            before = "cite"
        elif span.text:
            yield _styled(span.text, bold=span.bold, italic=span.italic, link=span.link)
            before = span.text


def with_marks(block: Block) -> Iterator[Span]:
    """Return a block's spans, each a text or a citation; a number's source is cited where its sentence ends.

    It is left out where the block cites the same source by itself.
    """
    spelled = {span.cite for span in block.spans if span.cite and not span.number}
    waiting: list[Span] = []
    for span in block.spans:
        text = replace(span, cite=None)
        own = span.cite is not None and not span.number
        end = _SENTENCE_END.search(span.text) if waiting and not (own or span.number or span.link) else None
        if end:
            yield replace(text, text=span.text[: end.end()])
            text = replace(text, text=span.text[end.end() :])
        elif own:
            yield text
        if end or own:
            yield from waiting
            waiting = []
        yield Span("", cite=span.cite) if own else text
        if span.number and span.cite and span.cite not in {*spelled, *(mark.cite for mark in waiting)}:
            waiting.append(Span("", cite=span.cite))
    yield from waiting


def _styled(text: str, *, bold: bool, italic: bool, link: str | None) -> str:
    html = escape(text, quote=False)
    if not html:
        return ""
    if link:
        html = f'<a href="{escape(link)}">{html}</a>'
    if italic:
        html = f"<i>{html}</i>"
    return f"<b>{html}</b>" if bold else html


def _contact(contact: Contact, order: Sequence[str], texts: Texts) -> str:
    line = texts("guide-contact", name=contact.name, what=texts.of(contact.what))
    if contact.source:
        line = Html(line + str(order.index(contact.source) + 1).translate(_SUPERSCRIPT))
    return ". ".join(part.rstrip(".") for part in (line, *contact_details(contact, texts, _linked))) + "."


def contact_details(contact: Contact, texts: Texts, link: Callable[[str, str], str]) -> list[str]:
    """Return how a contact is reached, if that may be told, whether one of us has tried, and its languages.

    `link` makes a link of an address and words, both safe for HTML.
    """
    details: list[str] = []
    if contact.reach and not contact.caution:
        tried = contact.dialled
        details.append(_reach(contact.reach, link))
        details.append(
            texts("guide-contact-dialled", date=texts.date(tried))
            if tried
            else texts("guide-contact-undialled")
        )
    elif contact.caution:
        details.append(texts("guide-contact-unlinked"))
    if contact.languages:
        names = [texts.locale.languages.get(code, code) for code in re.split(r",\s*", contact.languages)]
        details.append(texts("guide-contact-languages", languages=", ".join(names)))
    return details


def _reach(reach: str, link: Callable[[str, str], str]) -> str:
    if reach.startswith(("https://", "http://")):
        return link(escape(reach), escape(reach.split("://", 1)[1].rstrip("/"), quote=False))
    return escape(reach, quote=False)


def render_sources(sources: Sequence[Source], texts: Texts) -> str:
    """Return the list of sources; a date of reading that all share stands once, above them."""
    if not sources:
        return ""
    read = {source.checked for source in sources}
    head = texts("guide-sources")
    if len(read) == 1:
        head = texts("guide-sources-checked", date=texts.date(sources[0].checked))
    lines = [f"<b>{head}</b>"]
    for number, source in enumerate(sources, 1):
        details = [
            texts("guide-source-published", date=texts.partial_date(source.published))
            if source.published
            else texts("guide-source-undated")
        ]
        if source.caution:
            details.insert(0, texts("guide-source-unlinked"))
        if len(read) > 1:
            details.append(texts("guide-source-checked", date=texts.date(source.checked)))
        if source.mark in _WEAK:
            details.append(texts(_WEAK[source.mark]))
        lines.append(f"{number}. {_name(source)}; {'; '.join(details)}")
    return "<blockquote expandable>" + "\n".join(lines) + "</blockquote>"


def _name(source: Source) -> Html:
    title, url = escape(source.title, quote=False), address(source)
    return Html(_linked(escape(url), title) if url else title)


def _linked(url: str, words: str) -> str:
    return f'<a href="{url}">{words}</a>'

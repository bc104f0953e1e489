"""An answer as an article: for everybody, so what concerns only some is told with its condition."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from html import escape
from itertools import groupby, takewhile

from bot.export.page import Edition, joined, link, listed, outgoing, paragraph, source_name, written
from bot.guide.model import Answer, Block, Contact, Notice, Source, Span
from bot.guide.render import (
    BOX,
    Freshness,
    cited,
    concerning,
    condition,
    contact_details,
    freshness,
    notice_line,
    unlinked,
    with_marks,
)
from bot.texts import Texts

_MARK = {"H": "export-mark-h", "M": "export-mark-m", "L": "guide-source-weak", "GK": "guide-source-none"}


def article(edition: Edition, answer: Answer, level: int) -> str:
    """Return an answer whose title is a heading of this level, with all that it rests on."""
    texts, state = edition.texts, freshness(answer, edition.made)
    blocks = answer.body[texts.language]
    numbers = numbered(edition, answer)
    sources = [source for id in numbers for source in answer.sources if source.id == id]
    until = answer.checked + timedelta(days=answer.risk.period_days)
    checked = texts("guide-checked", date=texts.date(answer.checked))
    again = texts("export-good-until", date=texts.date(until))
    above = concerning(edition.guide, answer, {}, edition.made)
    aged = texts("guide-overdue", date=texts.date(answer.checked)) if state is Freshness.OVERDUE else ""
    due = texts("guide-due", days=answer.risk.period_days) if state is Freshness.DUE else ""
    return joined(
        f'<article id="answer-{answer.id}">',
        f"<h{level}>{escape(texts.of(answer.title), quote=False)}</h{level}>",
        paragraph(aged, "aged"),
        notices(edition, above),
        "\n".join(_body(edition, blocks, numbers, answer.id)),
        listed((_contact(contact, answer, numbers, texts) for contact in answer.contacts), "contacts"),
        paragraph(due, "aged"),
        paragraph(f"{checked}; {again}", "checked"),
        _sources(answer, sources, texts, level + 1),
        paragraph(texts("guide-caution") if unlinked(sources, answer.contacts) else "", "checked"),
        see(edition, (edition.guide.answers[id] for id in answer.see), level + 1),
        "</article>",
    )


def first_words(edition: Edition, answer: Answer, page: str) -> str:
    """Return how an answer begins; its sources stand on `page`."""
    numbers = numbered(edition, answer)
    blocks = [block for block in answer.body[edition.texts.language][:1] if not block.when]
    return joined(*(paragraph(_words(block, numbers, f"{page}#{answer.id}")) for block in blocks))


def numbered(edition: Edition, answer: Answer) -> Mapping[str, int]:
    """Return the numbers by which an answer's sources are cited, in the order in which they are met."""
    order = cited(answer.body[edition.texts.language], answer.contacts)
    return {id: number for number, id in enumerate(order, 1)}


def see(edition: Edition, answers: Iterable[Answer], level: int) -> str:
    """Return what to read next, under a heading of this level."""
    texts = edition.texts
    links = listed(
        link(edition.ways.answer.format(answer.id), escape(texts.of(answer.title), quote=False))
        for answer in answers
    )
    return f'<div class="see">\n<h{level}>{texts("export-see")}</h{level}>\n{links}\n</div>' if links else ""


def notices(edition: Edition, shown: Iterable[Notice]) -> str:
    """Return notices with the days that they concern: nobody takes them away later."""
    texts = edition.texts
    return joined(
        *(
            paragraph(
                f"{notice_line(notice, texts, partial(source_name, texts=texts))} "
                + texts("export-notice", first=texts.date(notice.first), last=texts.date(notice.until)),
                f"notice {notice.level}",
            )
            for notice in shown
        )
    )


def _body(
    edition: Edition, blocks: Iterable[Block], numbers: Mapping[str, int], anchor: str, told: int = 0
) -> Iterator[str]:
    """Yield parts of an answer; neighbours that share conditions stand together, and those are said once.

    `told` is how many of each one's conditions are said already.
    """
    for following, group in groupby(blocks, key=lambda block: [*block.when.items()][told : told + 1]):
        alike = list(group)
        if not following:
            yield from _unconditional(alike, numbers, anchor, edition.texts)
            continue
        shared = _shared(alike)
        whom = condition(edition.guide, alike[0], [*alike[0].when][told:shared], edition.texts)
        yield '<div class="if">'
        yield paragraph(edition.texts("guide-when", condition=whom, text="").strip())
        yield from _body(edition, alike, numbers, anchor, shared)
        yield "</div>"


def _shared(blocks: Iterable[Block]) -> int:
    """Return how many conditions all blocks begin with."""
    side_by_side = zip(*(block.when.items() for block in blocks), strict=False)
    return len([*takewhile(lambda each: all(one == each[0] for one in each), side_by_side)])


def _unconditional(
    blocks: Iterable[Block], numbers: Mapping[str, int], anchor: str, texts: Texts
) -> Iterator[str]:
    for unconfirmed, group in groupby(blocks, key=lambda block: block.unconfirmed):
        body = "\n".join(_paragraphs(group, numbers, anchor))
        if unconfirmed:
            label = paragraph(texts("guide-unconfirmed", text="").strip())
            body = f'<div class="unconfirmed">\n{label}\n{body}\n</div>'
        yield body


def _paragraphs(blocks: Iterable[Block], numbers: Mapping[str, int], anchor: str) -> Iterator[str]:
    for item, group in groupby(blocks, key=lambda block: block.item):
        lines = [_words(block, numbers, f"#{anchor}") for block in group]
        if item:
            yield listed(lines, "ticks" if all(line.startswith(BOX) for line in lines) else "")
        else:
            yield from (paragraph(line) for line in lines)


def _words(block: Block, numbers: Mapping[str, int], anchor: str) -> str:
    return "".join(
        _cite(span.cite, numbers, anchor) if span.cite else _styled(span) for span in with_marks(block)
    )


def _cite(id: str, numbers: Mapping[str, int], anchor: str) -> str:
    return f'<sup><a href="{anchor}-{numbers[id]}">[{numbers[id]}]</a></sup>'


def _styled(span: Span) -> str:
    html = escape(span.text, quote=False)
    if not html:
        return ""
    if span.link:
        html = outgoing(escape(span.link), html)
    if span.italic:
        html = f"<i>{html}</i>"
    return f"<b>{html}</b>" if span.bold else html


def _contact(contact: Contact, answer: Answer, numbers: Mapping[str, int], texts: Texts) -> str:
    line: str = texts("guide-contact", name=contact.name, what=texts.of(contact.what))
    if contact.source:
        line += _cite(contact.source, numbers, f"#{answer.id}")
    return ". ".join(part.rstrip(".") for part in (line, *contact_details(contact, texts, outgoing))) + "."


def _sources(answer: Answer, sources: Sequence[Source], texts: Texts, level: int) -> str:
    if not sources:
        return ""
    read = {source.checked for source in sources}
    head = texts("guide-sources")
    if len(read) == 1:
        head = texts("guide-sources-checked", date=texts.date(sources[0].checked))
    items = "\n".join(
        f'<li id="{answer.id}-{number}">{"; ".join(_source(source, texts, dated=len(read) > 1))}</li>'
        for number, source in enumerate(sources, 1)
    )
    return f'<h{level}>{head}</h{level}>\n<ol class="sources">\n{items}\n</ol>'


def _source(source: Source, texts: Texts, *, dated: bool) -> Iterator[str]:
    yield source_name(source, texts)
    if source.caution:
        yield texts("guide-source-unlinked")
    if source.published:
        yield texts("guide-source-published", date=texts.partial_date(source.published))
    else:
        yield texts("guide-source-undated")
    if dated:
        yield texts("guide-source-checked", date=texts.date(source.checked))
    yield texts(_MARK[source.mark])


def glossary(edition: Edition, level: int) -> str:
    """Return the terms that a reader may not know."""
    texts, answers = edition.texts, edition.guide.answers
    told = []
    for term in sorted(edition.guide.glossary.values(), key=lambda term: texts.of(term.title).casefold()):
        more = answers.get(term.answer or "")
        title = escape(texts.of(more.title), quote=False) if more else ""
        further = f" {link(edition.ways.answer.format(more.id), title)}" if more else ""
        told.append(f"<dt>{escape(texts.of(term.title), quote=False)}</dt>")
        told.append(f"<dd>{written(texts.of(term.text), texts)}{further}</dd>")
    terms = "\n".join(told)
    return f"<h{level}>{texts('export-glossary')}</h{level}>\n<dl>\n{terms}\n</dl>" if told else ""

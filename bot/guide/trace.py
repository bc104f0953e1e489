"""Where things come from: the sentences of an answer with their sources, and the way that facts lead."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.guide.model import START, Answer, Block, Facts, Guide, Language, Source
from bot.guide.route import follow, matching

MARKS: Mapping[str, str] = {
    "H": "two sources or an official one",
    "M": "one decent source",
    "L": "a weak source",
    "GK": "no source found",
}
"""The marks of sources in words."""

# A full stop before a number may be that of an abbreviation, as in `ст. 25`: then the word before is short.
_END = re.compile(r"[.!?…]+[»”\")\]]*(?=\s+[«“\"(—A-ZА-ЯЁ]|\s*$)|(?<=\w{4})[.!?…]+(?=\s+\d)")


@dataclass(frozen=True)
class Sentence:
    """A sentence of an answer and the sources that it cites; `line` is that of its paragraph, 0 unknown."""

    text: str
    sources: tuple[Source, ...]
    line: int = 0
    unconfirmed: bool = False
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def sentences(answer: Answer, language: Language) -> Iterator[Sentence]:
    """Yield the sentences of an answer in one language, each with what it cites, then its contacts."""
    for block in answer.body[language]:
        states = not block.heading or block.text.endswith((".", "!", "?"))
        if states:
            yield from _of_block(block, answer)
    for contact in answer.contacts:
        named = tuple(source for source in answer.sources if source.id == contact.source)
        yield Sentence(f"{contact.name}: {contact.what[language]}", named)


def _of_block(block: Block, answer: Answer) -> Iterator[Sentence]:
    text = ""
    cited: list[tuple[int, str]] = []
    for span in block.spans:
        text += span.text
        if span.cite:
            cited.append((len(text), span.cite))
    ends = [found.end() for found in _END.finditer(text)]
    if not ends or text[ends[-1] :].strip():
        ends.append(len(text))
    begin = 0
    for end in ends:
        # A citation stands right behind the word, or behind the full stop of the sentence that it is for.
        ids = dict.fromkeys(id for place, id in cited if begin < place <= end)
        sources = tuple(source for id in ids for source in answer.sources if source.id == id)
        yield Sentence(text[begin:end].strip(), sources, block.line, block.unconfirmed, block.when)
        begin = end


def told(answer: Answer, language: Language, path: str) -> str:
    """Return the sentences of an answer as an editor reads them, with their sources; `path` is its file."""
    found = list(sentences(answer, language))
    cite = sum(bool(sentence.sources) for sentence in found)
    count = f"{cite} of {len(found)} sentences under `# {language}` cite a source"
    lines = [f"{path}: {answer.risk} risk, checked {answer.checked}; {count}"]
    for sentence in found:
        about = [f"{fact}={'|'.join(values)}" for fact, values in sentence.when.items()]
        about += ["unconfirmed"] if sentence.unconfirmed else []
        mark = f" [{'; '.join(about)}]" if about else ""
        lines += ["", f"{sentence.line or 'contact'}: {sentence.text}{mark}"]
        lines += [f"    {_told(source)}" for source in sentence.sources] or ["    no citation"]
    return "\n".join(lines)


def _told(source: Source) -> str:
    address = f" <{source.url}>" if source.url else ""
    caution = "; caution: named without link" if source.caution else ""
    return (
        f"{source.id}: {source.title}{address}; published {source.published or 'undated'}, "
        f"checked {source.checked}; {source.mark}, {MARKS[source.mark]}{caution}"
    )


def way(guide: Guide, facts: Facts) -> str:
    """Return the way of these facts through the flows, a line for each question."""
    lines: list[str] = []
    flow, to, path = follow(guide, facts)
    at = START
    for fact, value in path.items():
        while at in guide.flows and guide.flows[at].ask != fact:  # asks what an earlier flow has asked
            at = _next(guide, at, path)
        after = _next(guide, at, path)
        lines.append(f"{at}: {fact}={value} → {after}")
        at = after
    if flow is not None:
        lines.append(f"{flow.id}: asks {flow.ask} ({', '.join(flow.only)})")
    elif to != at:
        lines.append(f"→ {to}")
    unused = [fact for fact in facts if fact not in path]
    return "\n".join([*lines, *([f"not asked on this way: {', '.join(unused)}"] if unused else [])])


def _next(guide: Guide, flow: str, facts: Facts) -> str:
    rule = matching(guide.flows[flow], facts)
    return rule.to if rule else "nowhere"

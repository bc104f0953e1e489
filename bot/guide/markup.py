"""The part of Markdown that an answer may use, and what we add to it.

Paragraphs, `- lists`, `**bold**`, `*italic*`, `[links](https://…)`; citations `[^source]`; numbers
`{fact:kz.stay_days}`; a paragraph `{visa:free}`, in whose place stand the countries of that state;
`::: when fact: value|value` and `::: unconfirmed` blocks closed by `:::`. Everything else is a fault, not
plain text: a heading that reached a reader as `#` would be a mistake that nobody noticed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin

from bot.guide.model import VISA_STATES, Block, Span

_CITE = re.compile(r"\[\^([^\]\s]+)\]")
_NUMBER = re.compile(r"\{fact:([^}\s]+)\}")
_VISA = re.compile(r"\{visa:([^}\s]+)\}")
_CONDITION = re.compile(r"\s*([a-z0-9_-]+)\s*:\s*([a-z0-9_-]+(?:\s*\|\s*[a-z0-9_-]+)*)\s*")
_LEFT_OVER = re.compile(r"\[\^|\{|\}|\]\(|\*\*|__|:::|`|\*(?=\S)|<(?=[a-zA-Z/!])")
_FORBIDDEN = {
    "heading_open": "a heading (only `# ru` and `# en` are); make it a **bold** line",
    "ordered_list_open": "a numbered list; begin lines with `- ` (a number that begins a line: `2022\\.`)",
    "blockquote_open": "a quotation",
    "code_block": "text indented by four spaces",
    "fence": "code",
    "code_inline": "code",
    "hr": "a line across",
    "html_block": "HTML",
    "html_inline": "HTML",
    "image": "an image",
    "hardbreak": "a line break inside a paragraph; leave an empty line",
}


@dataclass(frozen=True)
class Fault:
    """Something that must not be written like this."""

    line: int
    code: str
    text: str


@dataclass(frozen=True)
class Use:
    """A name that the text uses: of a source (`cite`), a number, an address (`link`), a state (`visa`).

    `block` is where.
    """

    kind: str
    name: str
    line: int
    block: int


@dataclass(frozen=True)
class Condition:
    """A fact and a value that a `::: when` names."""

    fact: str
    value: str
    line: int


@dataclass(frozen=True)
class Parsed:
    """One language of an answer: its blocks, what they name, and the faults."""

    blocks: tuple[Block, ...]
    uses: tuple[Use, ...]
    conditions: tuple[Condition, ...]
    faults: tuple[Fault, ...]


def parse(text: str, first_line: int = 1) -> Parsed:
    """Read the text of one language, which begins at a line of its file."""
    reading = _Reading(text.split("\n"), first_line)
    for token in _parser().parse(text):
        reading.take(token)
    return Parsed(
        tuple(reading.blocks),
        tuple(reading.uses),
        tuple(reading.conditions),
        tuple(reading.faults),
    )


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark")
    # `[^decree]: …` would be taken for a definition and vanish without a word.
    parser.disable(["reference", "text_join"])
    parser.use(container_plugin, name="box", validate=lambda params, _: bool(params.strip()))
    parser.inline.ruler.before("link", "cite", _cite)
    parser.inline.ruler.before("link", "number", _number)
    parser.inline.ruler.before("link", "visa", _visa)
    return parser


def _cite(state: StateInline, silent: bool) -> bool:
    return _ours(state, silent, _CITE, "cite")


def _number(state: StateInline, silent: bool) -> bool:
    return _ours(state, silent, _NUMBER, "number")


def _visa(state: StateInline, silent: bool) -> bool:
    return _ours(state, silent, _VISA, "visa")


def _ours(state: StateInline, silent: bool, pattern: re.Pattern[str], kind: str) -> bool:
    found = pattern.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        state.push(kind, "", 0).content = found[1]
    state.pos = found.end()
    return True


@dataclass
class _Reading:
    source: list[str]
    first_line: int
    blocks: list[Block] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    boxes: list[tuple[Mapping[str, tuple[str, ...]], bool]] = field(default_factory=list)
    lists: int = 0
    in_item: int = 0  # paragraphs met in the present list item

    def take(self, token: Token) -> None:
        line = self.first_line + (token.map[0] if token.map else 0)
        if token.type in _FORBIDDEN:
            self.faults.append(Fault(line, "G601", f"{_FORBIDDEN[token.type]} is not allowed"))
        elif token.type == "container_box_open":
            self.open_box(token, line)
        elif token.type == "container_box_close":
            self.boxes.pop()
        elif token.type in ("bullet_list_open", "bullet_list_close"):
            self.lists += token.nesting
            if self.lists > 1:
                self.faults.append(Fault(line, "G601", "a list within a list is not allowed"))
        elif token.type == "list_item_open":
            self.in_item = 0
        elif token.type == "inline":
            self.add_block(token, line)

    def open_box(self, token: Token, line: int) -> None:
        name, _, rest = token.info.strip().partition(" ")
        when: dict[str, tuple[str, ...]] = {}
        if name == "when":
            when = self.read_when(rest, line)
            if any(fact in outer for outer, _ in self.boxes for fact in when):
                self.faults.append(Fault(line, "G602", "the block around this one asks the same fact"))
        elif name != "unconfirmed" or rest.strip():
            self.faults.append(
                Fault(
                    line,
                    "G602",
                    f"`::: {token.info.strip()}`: only `when fact: value` and `unconfirmed` are known",
                )
            )
        end = token.map[1] if token.map else 0
        if end >= len(self.source) or not re.fullmatch(r"\s*:{3,}\s*", self.source[end]):
            self.faults.append(Fault(line, "G602", "this block is not closed: a line `:::` is missing"))
        self.boxes.append((when, name == "unconfirmed"))

    def read_when(self, text: str, line: int) -> dict[str, tuple[str, ...]]:
        when: dict[str, tuple[str, ...]] = {}
        for part in text.split(","):
            found = _CONDITION.fullmatch(part)
            if not found or found[1] in when:
                self.faults.append(
                    Fault(line, "G602", "write `::: when fact: value` or `::: when fact: value|value`")
                )
                continue
            when[found[1]] = tuple(value.strip() for value in found[2].split("|"))
            self.conditions.extend(Condition(found[1], value, line) for value in when[found[1]])
        return when

    def add_block(self, token: Token, line: int) -> None:
        if self.lists:
            self.in_item += 1
            if self.in_item == 2:
                self.faults.append(Fault(line, "G601", "a second paragraph in a list item is not allowed"))
        when = {fact: values for condition, _ in self.boxes for fact, values in condition.items()}
        unconfirmed = any(mark for _, mark in self.boxes)
        tables = [child for child in token.children or [] if child.type == "visa"]
        if tables:
            self.add_table(tables[0].content, line, alone=len(token.children or []) == 1 and not self.lists)
            table = Block((), when=when, unconfirmed=unconfirmed, visa=tables[0].content, line=line)
            self.blocks.append(table)
            return
        before = len(self.faults)
        spans = tuple(_joined(self.read_spans(token.children or [], line)))
        if len(self.faults) == before and not any(span.text.strip() or span.number for span in spans):
            self.faults.append(Fault(line, "G601", "a paragraph without words"))
        item = self.lists > 0
        self.blocks.append(Block(spans, item=item, when=when, unconfirmed=unconfirmed, line=line))

    def add_table(self, state: str, line: int, *, alone: bool) -> None:
        if state not in VISA_STATES:
            known = ", ".join(VISA_STATES)
            self.faults.append(Fault(line, "G601", f"`{{visa:{state}}}`: {state} is none of {known}"))
        if not alone:
            self.faults.append(Fault(line, "G601", f"`{{visa:{state}}}` must be a paragraph of its own"))
        self.uses.append(Use("visa", state, line, len(self.blocks)))

    def read_spans(self, tokens: Sequence[Token], line: int) -> Iterator[Span]:
        bold = italic = 0
        link: str | None = None
        for token in tokens:
            style = (bool(bold), bool(italic), link)
            match token.type:
                case "text" | "text_special":
                    if token.type == "text" and (found := _LEFT_OVER.search(token.content)):
                        blank = " (a blank to fill in?)" if found[0] == "{" else ""
                        why = f"`{found[0]}` was not understood here{blank}; to show it, write `\\{found[0]}`"
                        self.faults.append(Fault(line, "G601", why))
                    yield Span(token.content, *style)
                case "softbreak":
                    line += 1
                    yield Span(" ", *style)
                case "strong_open" | "strong_close":
                    bold += token.nesting
                case "em_open" | "em_close":
                    italic += token.nesting
                case "link_open":
                    link = str(token.attrs.get("href", ""))
                    self.uses.append(Use("link", link, line, len(self.blocks)))
                case "link_close":
                    link = None
                case "cite":
                    self.uses.append(Use("cite", token.content, line, len(self.blocks)))
                    yield Span("", *style, cite=token.content)
                case "number":
                    self.uses.append(Use("number", token.content, line, len(self.blocks)))
                    yield Span("", *style, number=token.content)
                case _:
                    what = _FORBIDDEN.get(token.type, token.type)
                    self.faults.append(Fault(line, "G601", f"{what} is not allowed"))


def _joined(spans: Iterator[Span]) -> Iterator[Span]:
    """Join runs of one style, and draw citations to the word before them."""
    last = Span("")
    for span in spans:
        plain = not (last.cite or last.number or span.cite or span.number)
        if plain and (last.bold, last.italic, last.link) == (span.bold, span.italic, span.link):
            last = Span(last.text + span.text, span.bold, span.italic, span.link)
            continue
        if span.cite and last.text:
            last = replace(last, text=last.text.rstrip())
        if last.text or last.cite or last.number:
            yield last
        last = span
    if last.text or last.cite or last.number:
        yield last

"""All ways through the guide as one HTML page: no script, no request, for a bright room and a dark one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from itertools import groupby

from bot.guide.model import REPAIR, START, Answer, Bilingual, Flow, Guide, Language, Rule
from bot.guide.render import Freshness, freshness

_PLACES = {
    "@crossings": "list of crossings",
    "@nearest": "nearest crossings, by location",
    REPAIR: "being repaired: its file cannot be read",
}


def page(guide: Guide, today: date, language: Language) -> str:
    """Return the page: the questions as a tree, then the answers by topic, as they stand on that day."""
    view = _View(guide, today, language)
    return _PAGE.format(
        language=language,
        style=_STYLE,
        day=today,
        counts=view.counts(),
        attention=view.attention(),
        questions=view.questions(),
        answers=view.answers(),
    )


@dataclass(frozen=True)
class _View:
    guide: Guide
    today: date
    language: Language

    def counts(self) -> str:
        guide = self.guide
        return f"{len(guide.flows)} questions, {len(guide.answers)} answers, {len(guide.numbers)} numbers"

    def attention(self) -> str:
        """Return each mark with the number of answers that bear it, and links to these."""
        answers = self.guide.answers.values()
        groups = [
            ("overdue", [one for one in answers if self._state(one) is Freshness.OVERDUE]),
            ("due", [one for one in answers if self._state(one) is Freshness.DUE]),
            ("unconfirmed", [one for one in answers if _unconfirmed(one)]),
        ]
        lines = [
            f'<details{"" if mark == "unconfirmed" else " open"}><summary><span class="mark {mark}">{mark}: '
            f"{len(found)}</span></summary> {' '.join(self._link(one.id) for one in found)}</details>"
            for mark, found in groups
            if found
        ]
        if self.guide.broken:
            names = " ".join(escape(id) for id in sorted(self.guide.broken))
            lines.append(f'<p><span class="mark overdue">cannot be read</span> {names}</p>')
        return "".join(lines) or "<p>Everything is in date.</p>"

    def questions(self) -> str:
        shown: set[str] = set()
        tree = self._flow(START, shown) if START in self.guide.flows else ""
        rest = [self._flow(id, shown) for id in self.guide.flows if id not in shown]
        return tree + "".join(rest)

    def _flow(self, id: str, shown: set[str]) -> str:
        """Return a question with all that it leads to; one that was shown before is only linked to."""
        shown.add(id)
        flow = self.guide.flows[id]
        fact = self.guide.facts[flow.ask]
        lead = f'<p class="lead">first {self._chip(flow.lead)}</p>' if flow.lead else ""
        ways = []
        for rule in flow.next:
            nested = rule.to in self.guide.flows and rule.to not in shown
            target = self._flow(rule.to, shown) if nested else self._chip(rule.to)
            kind = "way nested" if nested else "way"
            ways.append(
                f'<li class="{kind}"><span class="when">{self._when(flow, rule)}</span> {target}</li>'
            )
        return (
            f'<details open class="flow" id="q-{escape(id)}"><summary><b>{self._of(fact.ask)}</b> '
            f'<code>{escape(id)}</code></summary>{lead}<ul class="ways">{"".join(ways)}</ul></details>'
        )

    def _when(self, flow: Flow, rule: Rule) -> str:
        if not rule.when:
            rest = _left_over(flow)
            fact = self.guide.facts[flow.ask]
            return " / ".join(self._of(fact.value(value).label) for value in rest) or "otherwise"
        conditions = []
        for id, values in rule.when.items():
            fact = self.guide.facts[id]
            words = " / ".join(self._of(fact.value(value).label) for value in values)
            conditions.append(words if id == flow.ask else f"{self._of(fact.short)}: {words}")
        return "; ".join(conditions)

    def _chip(self, to: str) -> str:
        """Return a link to where a rule leads, with its marks."""
        if to in self.guide.answers:
            answer = self.guide.answers[to]
            return f'<a class="chip" href="#a-{escape(to)}">{self._of(answer.title)}</a>{self._marks(answer)}'
        if to in self.guide.flows:
            fact = self.guide.facts[self.guide.flows[to].ask]
            return f'<a class="chip question" href="#q-{escape(to)}">{self._of(fact.ask)}</a>'
        return f'<span class="chip place">{escape(_PLACES.get(to, to))}</span>'

    def answers(self) -> str:
        ordered = sorted(self.guide.answers.values(), key=lambda answer: (answer.topic, answer.id))
        sections = []
        for topic, group in groupby(ordered, key=lambda answer: answer.topic):
            cards = [self._card(answer) for answer in group]
            country = self.guide.countries.get(topic)
            name = self._of(country.name) if country and country.name else escape(topic)
            sections.append(
                f'<section><h3>{name} <small>{len(cards)}</small></h3><div class="cards">'
                f"{''.join(cards)}</div></section>"
            )
        return "".join(sections)

    def _card(self, answer: Answer) -> str:
        count = len(answer.sources)
        about = [
            f"checked {answer.checked}",
            f"{count} source{'' if count == 1 else 's'}",
            *([f"kept by {escape(answer.owner)}"] if answer.owner else []),
        ]
        asks = [self._of(self.guide.facts[need].short) for need in answer.needs]
        rows = [
            ("asks", ", ".join(asks)),
            ("from", " ".join(self._sources_of(answer.id))),
            ("see", " ".join(self._link(other) for other in answer.see)),
        ]
        return (
            f'<article class="card" id="a-{escape(answer.id)}"><h4>{self._of(answer.title)}</h4>'
            f'<p class="id"><code>{escape(answer.id)}</code></p>'
            f'<p><span class="mark {answer.risk}">{answer.risk} risk</span>{self._marks(answer)}</p>'
            f"<p>{'; '.join(about)}</p>"
            + "".join(f'<p class="row"><span>{name}</span> {words}</p>' for name, words in rows if words)
            + "</article>"
        )

    def _sources_of(self, id: str) -> Iterator[str]:
        """Yield links to the questions that lead to an answer."""
        for flow in self.guide.flows.values():
            if flow.lead == id or any(rule.to == id for rule in flow.next):
                yield f'<a href="#q-{escape(flow.id)}">{escape(flow.id)}</a>'

    def _marks(self, answer: Answer) -> str:
        state = self._state(answer)
        marks = [] if state is Freshness.FRESH else [(state.value, state.value)]
        if count := _unconfirmed(answer):
            marks.append(("unconfirmed", f"{count} unconfirmed"))
        return "".join(f' <span class="mark {mark}">{words}</span>' for mark, words in marks)

    def _link(self, id: str) -> str:
        return f'<a href="#a-{escape(id)}">{escape(id)}</a>'

    def _state(self, answer: Answer) -> Freshness:
        return freshness(answer, self.today)

    def _of(self, words: Bilingual) -> str:
        return escape(words[self.language])


def _left_over(flow: Flow) -> Sequence[str]:
    """Return the values that a flow offers and that no rule takes wholly, for "otherwise"."""
    taken = {value for rule in flow.next if set(rule.when) == {flow.ask} for value in rule.when[flow.ask]}
    return [value for value in flow.only if value not in taken]


def _unconfirmed(answer: Answer) -> int:
    return sum(block.unconfirmed for block in answer.body[Language.RU])


_PAGE = """\
<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>The guide, {day}</title>
<style>{style}</style>
<header lang="en">
<h1>The guide</h1>
<p>{counts}; as of {day}. <a href="#questions">Questions</a> <a href="#answers">Answers</a></p>
{attention}
</header>
<main>
<h2 id="questions" lang="en">Questions and where they lead</h2>
{questions}
<h2 id="answers" lang="en">Answers</h2>
{answers}
</main>
</html>
"""

_STYLE = """
:root { --ground: #f6f5f1; --paper: #fff; --ink: #23262b; --soft: #5c626b; --line: #d9d6cd; --link: #1f5fae;
  --question: #e3ecf8; --high: #fbe3e0; --high-ink: #96281b; --due: #fdf0cf; --due-ink: #74520a;
  --plain: #ebe9e3; --plain-ink: #4d525a; --doubt: #ece4f8; --doubt-ink: #5b3a94; }
@media (prefers-color-scheme: dark) { :root { --ground: #16181c; --paper: #1f2227; --ink: #e4e3df;
  --soft: #a3a8b0; --line: #383c44; --link: #8ab8f5; --question: #233146; --high: #4a2320;
  --high-ink: #ffb4a8; --due: #43361a; --due-ink: #f3cf7a; --plain: #30343b; --plain-ink: #c3c7cd;
  --doubt: #362b4d; --doubt-ink: #d2bdf7; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem clamp(.75rem, 3vw, 2rem) 4rem;
  background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif;
  overflow-wrap: break-word; }
h1, h2, h3, h4, p { margin: 0; }
h1 { font-size: 1.75rem; }
h2 { margin: 2.5rem 0 1rem; font-size: 1.3rem; }
h3 { margin: 1.75rem 0 .6rem; font-size: 1.05rem; }
h4 { font-size: 1rem; line-height: 1.35; }
small, .id, .row span, .when, .lead { color: var(--soft); }
small { font-weight: 400; }
code { color: var(--soft); font: .8125rem ui-monospace, monospace; }
a { color: var(--link); text-decoration: underline from-font; text-underline-offset: .2em; }
header details { margin: .5rem 0; font-size: .875rem; line-height: 1.7; }
header summary { margin-bottom: .2rem; cursor: pointer; }
header details a, .row a { margin-right: .3em; white-space: nowrap; }
.mark { display: inline-block; padding: 0 .5em; border-radius: .7em; background: var(--plain);
  color: var(--plain-ink); font-size: .8125rem; white-space: nowrap; }
.mark.high, .mark.overdue { background: var(--high); color: var(--high-ink); }
.mark.due { background: var(--due); color: var(--due-ink); }
.mark.unconfirmed { background: var(--doubt); color: var(--doubt-ink); }
.mark.overdue, .mark.due { font-weight: 600; }
.flow { margin: .35rem 0 .6rem; border: 1px solid var(--line); border-radius: .7rem;
  background: var(--paper); }
.flow > summary { padding: .45rem .8rem; border-radius: .65rem; background: var(--question);
  cursor: pointer; }
.lead { padding: .45rem .8rem 0; }
.ways { margin: .4rem 0 .6rem; padding: 0 .8rem 0 1.4rem; list-style: none; }
.way { position: relative; padding: .2rem 0 .2rem 1rem; border-left: 1px solid var(--line); }
.way:last-child { border-left-color: transparent; }
.way::before { content: ""; position: absolute; left: -1px; top: 0; width: .8rem; height: 1rem;
  border: solid var(--line); border-width: 0 0 1px 1px; border-bottom-left-radius: .4rem; }
.when { display: inline-block; min-width: 15rem; margin-right: .6rem; }
.nested > .when { display: block; }
.chip { font-weight: 500; }
.chip.place { color: var(--soft); font-style: italic; font-weight: 400; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr));
  gap: .8rem; }
.card { display: flex; flex-direction: column; gap: .3rem; padding: .8rem .95rem;
  border: 1px solid var(--line); border-radius: .7rem; background: var(--paper); font-size: .9375rem; }
.card:target, .flow:target { border-color: var(--link); box-shadow: 0 0 0 2px var(--link); }
.row { font-size: .875rem; }
.row span { display: inline-block; min-width: 2.6rem; }
@media (max-width: 40rem) { .ways { padding: 0 .4rem 0 .7rem; } .when { display: block; min-width: 0; } }
@media print { body { background: none; } .card, .flow > summary { break-inside: avoid; } }
"""

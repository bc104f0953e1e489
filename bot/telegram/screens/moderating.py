"""What moderators see of one crossing and do there, and what they did lately."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from html import escape

from bot.crossings import moderating
from bot.crossings.card import Card, ModeNews
from bot.crossings.catalogue import Catalogue, Crossing
from bot.crossings.moderated import HOLD_HOURS, Notice, Wrong
from bot.crossings.moderating import INVERSE, Done, Refused
from bot.crossings.standing_out import Claim, Counted, Finding, Group, Of, Why
from bot.privacy.audit import Line
from bot.telegram import buttons
from bot.telegram.buttons import AskNotice, Audit, DropNotice, Hide, HoldNumber, Moderate, PostNotice, Undo
from bot.telegram.screen import Key, Row, Screen, grid, lines, link, paragraphs
from bot.telegram.screens import card as cards
from bot.telegram.screens.report import sign
from bot.texts import Html, Texts

PAGE = 8
"""Groups on a page."""

LINES = 6
"""Lines of the audit on a page."""

LONGEST_BACK = 1_000
"""Characters of what a moderator typed that are shown back, to be copied and mended."""

_WAITS = {Of.THROUGH: "mod-said-through", Of.WAITING: "mod-said-waiting"}


@dataclass(frozen=True)
class Place:
    """A crossing as moderators see it; `groups` are its findings, then what is hidden (without a reason)."""

    card: Card
    attacked: bool
    groups: tuple[Finding | Counted, ...]

    @property
    def crossing(self) -> Crossing:
        """The crossing."""
        return self.card.crossing


def place(shown: Place, page: int, undo: int | None, texts: Texts) -> Screen:
    """Show a page of what stands out at a crossing; `undo` is the line of what was just done."""
    crossing, now = shown.crossing, shown.card.local_at
    groups = list(enumerate(shown.groups, 1))[page * PAGE : (page + 1) * PAGE]
    seen = [(number, each) for number, each in groups if isinstance(each, Finding)]
    hidden = [(number, each) for number, each in groups if isinstance(each, Counted)]
    known = [news for news in shown.card.modes if news.known]
    nothing = texts("mod-nothing") if not shown.groups else None
    return Screen(
        paragraphs(
            lines(
                texts(
                    "mod-place",
                    name=texts.of(crossing.name),
                    time=texts.clock(now, crossing.timezone),
                ),
                texts("mod-attacked") if shown.attacked else None,
            ),
            lines(
                *(cards.summary(news, shown.card.at, texts) for news in known),
                *(_let_go(news, shown.card.at, texts) for news in known if news.held is not None),
            ),
            lines(*(_notice(number, notice, now, texts) for number, notice in _numbered(shown.card.notices))),
            nothing,
            lines(
                texts("mod-found") if seen else None,
                *(_group(number, each.counted, each.why, now, texts) for number, each in seen),
            ),
            lines(
                texts("mod-hidden") if hidden else None,
                *(_group(number, each, Why.NOTHING, now, texts) for number, each in hidden),
            ),
        ),
        (
            *grid([_hide(number, each, texts) for number, each in groups], 4),
            _turning(crossing, page, len(shown.groups), texts),
            *(row for news in known for row in _holding(crossing, news, texts)),
            tuple(
                Key(texts("mod-drop-notice", number=number), DropNotice(crossing.id, notice.id))
                for number, notice in _numbered(shown.card.notices)
            ),
            (Key(texts("mod-notice"), AskNotice(crossing.id)),),
            (
                *((Key(texts("mod-undo"), Undo(undo, 0)),) if undo is not None else ()),
                Key(texts("mod-audit"), Audit(0)),
            ),
            (
                Key(texts("card-refresh"), Moderate(crossing.id, page)),
                Key(texts("card-back"), buttons.Card(crossing.id, None)),
            ),
            (Key(texts("menu-back"), Moderate("", 0)),),
        ),
        personal=True,
    )


def _let_go(news: ModeNews, now: datetime, texts: Texts) -> Html:
    """Tell what the card would say if the number were held no more."""
    return texts("mod-if-let-go", said=cards.summary(replace(news, held=None, queue=None), now, texts))


def done(outcome: Done | Refused, texts: Texts) -> Html:
    """Say over the chat what was done, or why nothing was."""
    if isinstance(outcome, Refused):
        return texts("mod-not-done", why=outcome.value)
    changed = outcome.expected is not None and outcome.expected != outcome.count
    return texts(
        "mod-done",
        action=_name(outcome.action),
        count=outcome.count,
        changed="yes" if changed else "no",
        expected=outcome.expected or 0,
    )


def audit(
    shown: Sequence[tuple[Line, bool]], page: int, count: int, catalogue: Catalogue, texts: Texts
) -> Screen:
    """Show a page of what moderators did, with buttons that undo it."""
    numbered = list(enumerate(shown, page * LINES + 1))
    told = [_line(number, line, undone, catalogue, texts) for number, (line, undone) in numbered]
    undoing = [
        Key(texts("mod-undo-line", number=number), Undo(line.id, page))
        for number, (line, undone) in numbered
        if line.action in INVERSE and not undone
    ]
    turning: Row = ()
    if page > 0:
        turning += (Key(texts("list-less"), Audit(page - 1)),)
    if (page + 1) * LINES < count:
        turning += (Key(texts("list-more"), Audit(page + 1)),)
    title = texts("mod-audit-title") if shown else texts("mod-audit-empty")
    back = (Key(texts("menu-back"), Moderate("", 0)),)
    return Screen(paragraphs(title, lines(*told)), (*grid(undoing, 3), turning, back), personal=True)


def ask_notice(crossing: Crossing, texts: Texts, username: str) -> Screen:
    """Ask for a notice to be typed; the link in the question carries what it is about."""
    address = link(AskNotice(crossing.id), username)
    name = texts("report-link", address=address, name=texts.of(crossing.name))
    return Screen(texts("notice-ask", link=name), personal=True)


def wrong_notice(why: Wrong, typed: str, texts: Texts) -> Html:
    """Say what is wrong with a notice, and show it back so that nothing is lost."""
    back = Html(f"<pre>{escape(typed[:LONGEST_BACK], quote=False)}</pre>")
    return paragraphs(texts("notice-wrong", why=why.value), back)


def preview(crossing: Crossing, notice: Notice, mark: int, now: datetime, texts: Texts) -> Screen:
    """Show a notice as the card will, and ask whether to post it."""
    text = cards.official(notice, now.astimezone(crossing.timezone), texts)
    return Screen(
        paragraphs(texts("notice-preview", name=texts.of(crossing.name)), text),
        (
            (Key(texts("notice-post"), PostNotice(crossing.id, mark)),),
            (Key(texts("notice-anew"), AskNotice(crossing.id)),),
            (Key(texts("menu-back"), Moderate(crossing.id, 0)),),
        ),
        personal=True,
    )


def claim(said: Claim, texts: Texts) -> Html:
    """Return in words what a group says."""
    if said.event is not None:
        return texts(f"event-{said.event}")
    if said.low is None:
        waiting = said.of is Of.WAITING
        return texts("mod-said-waiting-unknown") if waiting else texts("mod-said-landmark")
    if said.of in _WAITS:
        return texts(_WAITS[said.of], what=texts.span(said.low, said.high))
    return texts("mod-said-length", what=_length(said.of, said.low, said.high, texts))


def _length(of: Of, low: int, high: int | None, texts: Texts) -> Html:
    def amount(number: int) -> str:
        if of is Of.METRES:
            return texts.distance(number)
        return texts("card-vehicles" if of is Of.VEHICLES else "people", count=number)

    if high is None:
        return texts("wait-over", low=amount(low))
    return texts("wait-under", high=amount(high)) if not low else Html(f"{amount(low)} – {amount(high)}")


def _group(number: int, each: Counted, why: Why, now: datetime, texts: Texts) -> Html:
    return texts("mod-numbered", number=number, text=_counted(each, why, now, texts))


def _counted(each: Counted, why: Why, now: datetime, texts: Texts) -> Html:
    group = each.group
    return texts(
        "mod-group",
        why=why.value,
        mode=sign(group.mode, texts),
        what=claim(group.claim, texts),
        reports=each.reports,
        people=texts("people", count=each.people),
        when=_span(group, now, texts),
    )


def _span(group: Group, now: datetime, texts: Texts) -> str:
    zone = now.tzinfo
    assert zone is not None
    since, until = group.since.astimezone(zone), group.until.astimezone(zone)
    return f"{_when(since, now, texts)}–{texts.clock(until, zone)}"


def _when(at: datetime, now: datetime, texts: Texts) -> str:
    """Return a local time, with its day if that is not today."""
    return cards.local_time(at, now, texts)


def _hide(number: int, each: Finding | Counted, texts: Texts) -> Key:
    counted = each.counted if isinstance(each, Finding) else each
    group, hidden = counted.group, int(isinstance(each, Finding))
    does = Hide(group.crossing, group.mode, group.claim.code, group.first, group.steps, hidden)
    return Key(texts("mod-hide", number=number, hidden="yes" if hidden else "no"), does)


def _turning(crossing: Crossing, page: int, count: int, texts: Texts) -> Row:
    turning: Row = ()
    if page > 0:
        turning += (Key(texts("list-less"), Moderate(crossing.id, page - 1)),)
    if (page + 1) * PAGE < count:
        turning += (Key(texts("list-more"), Moderate(crossing.id, page + 1)),)
    return turning


def _holding(crossing: Crossing, news: ModeNews, texts: Texts) -> tuple[Row, ...]:
    mode = sign(news.mode, texts)
    keys = tuple(
        Key(
            texts("mod-hold", mode="" if place else f"{mode} ", hours=texts.duration(hours * 60)),
            HoldNumber(crossing.id, news.mode, hours),
        )
        for place, hours in enumerate(HOLD_HOURS)
    )
    if news.held is None:
        return (keys,)
    return (Key(texts("mod-let-go", mode=mode), HoldNumber(crossing.id, news.mode, 0)),), keys


def _notice(number: int, notice: Notice, now: datetime, texts: Texts) -> Html:
    return texts("mod-numbered", number=number, text=cards.official(notice, now, texts))


def _numbered(notices: Sequence[Notice]) -> list[tuple[int, Notice]]:
    return list(enumerate(notices, 1))


def _line(number: int, line: Line, undone: bool, catalogue: Catalogue, texts: Texts) -> Html:
    crossing = catalogue.crossings.get(line.subject.partition(" ")[0])
    what = _written(line, crossing.timezone, texts) if crossing else line.subject
    return texts(
        "mod-line",
        number=number,
        at=f"{texts.short_date(line.at.date())}, {texts.clock(line.at)} UTC",
        action=_name(line.action),
        what=f"{texts.of(crossing.name)} {what}" if crossing else what,
        undone="yes" if undone else "no",
        undoes="yes" if line.about is not None else "no",
    )


def _written(line: Line, zone: tzinfo, texts: Texts) -> str:
    """Return the words for what a line about a crossing tells."""
    told = moderating.told(line)
    if told is None:
        return line.subject.partition(" ")[2]
    parts = [sign(told.mode, texts)] if told.mode is not None else []
    if told.group is not None:
        since, until = told.group.since.astimezone(zone), told.group.until.astimezone(zone)
        when = f"{texts.short_date(since.date())} {texts.clock(since, zone)}–{texts.clock(until, zone)}"
        parts.append(
            texts("mod-line-group", what=claim(told.group.claim, texts), count=told.count, when=when)
        )
    if told.range is not None:
        parts.append(texts.span(*told.range))
    if told.until is not None:
        until = told.until.astimezone(zone)
        time = f"{texts.short_date(until.date())}, {texts.clock(until, zone)}"
        parts.append(texts("mod-line-until", time=time))
    return " ".join(parts)


def _name(action: str) -> str:
    return action.replace(" ", "-")

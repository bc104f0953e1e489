"""The picture of a queue: sent with the same in words, or in words alone."""

import asyncio
from functools import partial

from telegram.error import BadRequest

from bot.crossings.catalogue import Crossing
from bot.crossings.chart import chart
from bot.crossings.prospect import NOT_LEARNED
from bot.crossings.rendering import NoPicture
from bot.crossings.report import Mode
from bot.privacy.abuse import PICTURES
from bot.telegram.handlers.crossings import known
from bot.telegram.pictures import Picture
from bot.telegram.screens import chart as screens
from bot.telegram.turn import Turn

UNKNOWN_FILE = "file identifier"
"""What Telegram says of an id that it does not know any more."""


async def send(turn: Turn, id: str, mode: Mode) -> None:
    """Send the picture of a crossing's queue; raises `TooOften` if the person has had many."""
    crossing, desk = known(turn, id), turn.desk
    desk.limits.check(PICTURES, turn.user_id, turn.update.update_id)
    try:
        await _send(turn, crossing, mode)
    except BadRequest as refused:
        if UNKNOWN_FILE not in refused.message.lower():
            raise
        desk.pictures.forget((id, mode, turn.language))
        await _send(turn, crossing, mode)
    desk.limits.note(PICTURES, turn.user_id, turn.update.update_id)


async def _send(turn: Turn, crossing: Crossing, mode: Mode) -> None:
    pictures, now = turn.desk.pictures, turn.desk.clock.now()
    key = crossing.id, mode, turn.language
    recent = await turn.desk.reports.recent(crossing.id)
    picture = await pictures.get(key, recent.revision, now, partial(_make, turn, crossing, mode))
    if picture.content is None:
        await turn.say(picture.told)
    else:
        pictures.sent(key, picture, await turn.picture(picture.content, picture.told))


async def _make(turn: Turn, crossing: Crossing, mode: Mode) -> Picture:
    desk, texts = turn.desk, turn.texts
    of, ahead = await desk.board.card_ahead(crossing.id, mode, desk.clock.now())
    reports = (await desk.reports.recent(crossing.id)).reports
    learned = desk.history.of(crossing.id).get(mode, NOT_LEARNED) if crossing.for_people else NOT_LEARNED
    # Some 10 milliseconds; many more where thousands report.
    shown = await asyncio.to_thread(chart, of.chosen, of.events, reports, of.at, learned)
    if shown.empty:
        return Picture(screens.nothing(crossing, mode, texts), None)
    told = screens.caption(shown, of, ahead, texts, simulated=desk.simulated)
    try:
        sheet = screens.sheet(shown, of, texts, simulated=desk.simulated)
        return Picture(told, await desk.pictures.renderer.draw(sheet))
    except NoPicture:
        return Picture(screens.unseen(told, texts), None)

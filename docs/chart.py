"""Make docs/chart.png: `python docs/chart.py [ru|en]`.

Draws a queue that never was, from reports made up with a fixed seed, and says so in the picture.
"""

import math
import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.app import read_content
from bot.crossings.card import card
from bot.crossings.chart import HOUR, chart
from bot.crossings.drawing import draw
from bot.crossings.prospect import Learned
from bot.crossings.report import Event, Kind, Mode, Report, Statement, step
from bot.crossings.usual import Hour, learn
from bot.guide.model import Language
from bot.telegram.screens.chart import sheet

PICTURE = Path(__file__).parent / "chart.png"
MOST_BYTES = 60_000
CROSSING = "verkhny-lars"
NOW = datetime(2026, 11, 26, 11, 37, tzinfo=UTC)
DAYS = 28


def main() -> None:
    """Draw it; the exit code tells whether it is small enough."""
    language = Language(sys.argv[1]) if len(sys.argv) > 1 else Language.RU
    content = read_content()
    place = content.catalogue.crossings[CROSSING]
    past = [NOW.replace(minute=0) - hours * HOUR for hours in range(1, 24 * DAYS)]
    hours = [Hour(at, 0.7 * wait(at), wait(at), 1.4 * wait(at), 3) for at in past]
    learned = Learned(learn(hours, NOW), DAYS // 7)
    reports = made_up()
    country = content.catalogue.countries[place.country]
    shown = card(place, country, reports, NOW, Mode.CAR, learned={Mode.CAR: learned})
    seen = chart(shown.chosen, shown.events, reports, NOW, learned)
    PICTURE.write_bytes(draw(sheet(seen, shown, content.texts[language], simulated=True)))
    size = PICTURE.stat().st_size
    sys.stdout.write(f"{PICTURE} {size // 1000} kB\n")
    if size > MOST_BYTES:
        sys.exit(f"the picture is larger than {MOST_BYTES // 1000} kB")


def wait(at: datetime) -> float:
    """Return the minutes that the queue takes of who joins at a time: most in the morning."""
    return 260 + 150 * math.sin((at.hour + at.minute / 60 - 1) / 24 * 2 * math.pi)


def made_up() -> list[Report]:
    """Return what people told in the last day and a half: some wait, some err, one of ten lies."""
    chance = random.Random(3)  # noqa: S311 - invented people, no secret
    told: list[tuple[datetime, Statement]] = []
    for minutes in range(5, 36 * 60, 17):
        joined = NOW - timedelta(minutes=minutes)
        took = round(wait(joined) * chance.lognormvariate(0, 0.18) / 15) * 15
        through = joined + timedelta(minutes=took + 10)
        said = took if chance.random() > 0.1 else round(took * chance.choice((0.1, 3)))
        if through <= NOW:
            told.append((through, Statement(CROSSING, Mode.CAR, Kind.CROSSED, wait_minutes=said)))
        elif minutes >= 30:
            so_far = chance.randrange(30, minutes + 1, 15)
            waits = Statement(CROSSING, Mode.CAR, Kind.WAITING, wait_minutes=so_far)
            told.append((joined + timedelta(minutes=so_far), waits))
    notices = Statement(CROSSING, Mode.CAR, Kind.EVENT, event=Event.DRAFT_NOTICES)
    told += [(NOW - timedelta(minutes=minutes), notices) for minutes in (500, 470, 300, 120)]
    return [
        Report(number, said, step(at), number.to_bytes(16, "big")) for number, (at, said) in enumerate(told)
    ]


if __name__ == "__main__":
    main()

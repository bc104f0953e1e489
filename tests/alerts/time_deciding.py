"""By hand: how long it takes to decide 10,000 rules on one new estimate.

`python -m tests.alerts.time_deciding`
"""

import sys
from itertools import cycle, islice
from time import process_time

from bot.alerts.rules import Phase, State, decide
from bot.alerts.situation import look
from bot.alerts.topics import TOPICS, Rule
from bot.crossings.report import Mode
from tests.alerts.border import PLACE
from tests.crossings.saying import NOW, crossed

RULES, TIMES = 10_000, 20


def main() -> None:
    rules = [Rule(Mode.CAR, topic) for topic in islice(cycle(TOPICS), RULES)]
    for count in (3, 100, 500, 3000):
        reports = [
            crossed(60 + number % 7, f"p{number}", ago=number * 7 % 240, mode=Mode.CAR)
            for number in range(count)
        ]
        seen = look(PLACE, Mode.CAR, reports, NOW)
        took = []
        for _ in range(TIMES):
            start = process_time()
            decided = decide(dict.fromkeys((rule.topic for rule in rules), State(Phase.ARMED)), seen)
            took.append(process_time() - start)
        told = len(decided.news.topics) if decided.news else 0
        middle = sorted(took)[TIMES // 2] * 1000
        sys.stdout.write(f"{RULES:,} rules, {count:,} reports: {middle:.1f} ms CPU, {told} topics told\n")


if __name__ == "__main__":
    main()

"""What an operator's Prometheus reads."""

import re

from bot.telegram.metrics import counter, gauge, text

LINE = re.compile(r'[a-z_]+(\{[a-z]+="[a-z_ ]+"\})? [0-9.]+')


def test_the_format_is_prometheus_own() -> None:
    written = text(
        [
            gauge("up", "Whether it is.", 1),
            gauge("age_seconds", "Not known.", None),
            counter("dropped_total", "By reason.", {"paused": 2, "gone": 1}, "reason"),
            gauge("seconds", "With a fraction.", 1.25),
        ]
    )
    assert written == (
        "# HELP provodnik_up Whether it is.\n"
        "# TYPE provodnik_up gauge\n"
        "provodnik_up 1\n"
        "# HELP provodnik_age_seconds Not known.\n"
        "# TYPE provodnik_age_seconds gauge\n"
        "# HELP provodnik_dropped_total By reason.\n"
        "# TYPE provodnik_dropped_total counter\n"
        'provodnik_dropped_total{reason="gone"} 1\n'
        'provodnik_dropped_total{reason="paused"} 2\n'
        "# HELP provodnik_seconds With a fraction.\n"
        "# TYPE provodnik_seconds gauge\n"
        "provodnik_seconds 1.250\n"
    )
    assert all(LINE.fullmatch(line) for line in written.splitlines() if not line.startswith("#"))

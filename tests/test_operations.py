"""What an operator may see is explained in `docs/OPERATIONS.md`."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "OPERATIONS.md").read_text("utf-8")
NOT_SERVED = ("simulator", "bench")


def sources() -> str:
    files = (ROOT / "bot").rglob("*.py")
    return "\n".join(path.read_text("utf-8") for path in files if not set(NOT_SERVED) & set(path.parts))


def test_every_alarm_in_the_log_is_explained() -> None:
    events = re.findall(r'log\.(?:error|exception|critical)\(\s*"([^"]+)"', sources())
    assert len(events) > 5
    assert [event for event in events if f"`{event}`" not in PAGE] == []


def test_every_field_of_the_health_page_is_explained() -> None:
    health = (ROOT / "bot" / "telegram" / "health.py").read_text("utf-8")
    fields = re.findall(r'state\["(\w+)"\] =', health) + re.findall(r'= \{"(\w+)":', health)
    assert {"database", "seconds_since_poll", "token"} <= set(fields)
    assert [field for field in fields if f"| `{field}` |" not in PAGE] == []


def test_whoever_goes_live_finds_the_page() -> None:
    assert "(docs/OPERATIONS.md)" in (ROOT / "README.md").read_text("utf-8")

"""`/metrics`: what an operator's Prometheus reads, in its text format (version 0.0.4).

Counters begin at the start of this process. Labels are of closed lists; nothing here names anybody.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

from aiohttp import web

TEXT = "text/plain; version=0.0.4; charset=utf-8"
PREFIX = "provodnik_"


@dataclass(frozen=True)
class Metric:
    """One of them; `values` by the value of its `label`, if it has one. What is not known is left out."""

    name: str
    kind: str
    help: str
    values: float | Mapping[str, float] | None
    label: str = ""


def gauge(
    name: str,
    help: str,
    values: float | Mapping[str, float] | None,
    label: str = "",
) -> Metric:
    """Return what goes up and down."""
    return Metric(name, "gauge", help, values, label)


def counter(
    name: str,
    help: str,
    values: float | Mapping[str, float],
    label: str = "",
) -> Metric:
    """Return what only grows; its name ends with `_total`."""
    return Metric(name, "counter", help, values, label)


def text(metrics: Iterable[Metric]) -> str:
    """Return them as Prometheus reads them."""
    lines = []
    for metric in metrics:
        name = PREFIX + metric.name
        lines += [f"# HELP {name} {metric.help}", f"# TYPE {name} {metric.kind}"]
        if isinstance(metric.values, Mapping):
            lines += [
                f'{name}{{{metric.label}="{value}"}} {_number(number)}'
                for value, number in sorted(metric.values.items())
            ]
        elif metric.values is not None:
            lines.append(f"{name} {_number(metric.values)}")
    return "\n".join(lines) + "\n"


def _number(number: float) -> str:
    return str(int(number)) if number == int(number) else f"{number:.3f}"


class Metrics:
    """Serves what `read` returns when it is asked."""

    def __init__(self, read: Callable[[], Awaitable[Iterable[Metric]]]) -> None:
        self._read = read

    def add_to(self, app: web.Application) -> None:
        """Serve it."""
        app.router.add_get("/metrics", self.answer)

    async def answer(self, request: web.Request) -> web.Response:
        """Answer with all of them."""
        return web.Response(body=text(await self._read()).encode(), headers={"Content-Type": TEXT})

"""Prints what each part of the estimator buys, for docs/decisions/012-estimator.md.

`python -m tests.crossings.ablate [--bench ../shared/queue/bench.py] [--only TEXT] [--seed N]`, with numpy,
which the bot does not need. The benchmark's scenarios are cut to four weeks of learning and as many of
questions; `--seed` is added to theirs. One line a variant: means over the scenarios, of the coverage the
median, of the harm the worst.
"""

import argparse
import importlib.util
import io
import os
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from statistics import fmean, median
from types import ModuleType
from typing import Any

from bot.crossings import evidence, filter, recorded, usual

BENCH = Path(__file__).parents[3] / "shared" / "queue" / "bench.py"
MODULES: Mapping[str, ModuleType] = {"evidence": evidence, "filter": filter, "recorded": recorded}
NEVER = 1e9
WEEKS = 28  # days


def nothing_learned(history: object, now: datetime) -> usual.Usual:
    """Return what is usual anywhere."""
    return usual.UNKNOWN


VARIANTS: Mapping[str, Mapping[str, object]] = {
    "all of it": {},
    "who still waits is not heard": {"kind": "waiting"},
    "nobody lies (2 %)": {"evidence.LIES": 0.02, "evidence.PROVEN_LIES": 0.02},
    "nobody is borne out": {"evidence.PROVEN_LIES": evidence.LIES},
    "no wrong units": {"evidence.SLIPS": 0.0},
    "crowds as anybody": {"evidence.CROWD": NEVER},
    "who says the same weighs in full": {"evidence.ALIKE": 0.0, "evidence.HOURLY": NEVER},
    "nothing usual is learned": {"recorded.learn": nothing_learned},
    "news never gets old": {"filter.ANEW": NEVER},
    "one memory for all queues": {"filter.MEMORY_WAITS": 0.0, "filter.MEMORY_MINUTES": 480.0},
    "a queue may vanish at once": {"filter.DRAIN": NEVER},
}


def benchmark(path: Path) -> Any:
    """Return the benchmark as a module."""
    spec = importlib.util.spec_from_file_location("bench", path)
    if spec is None or spec.loader is None or not path.exists():
        raise SystemExit(f"{path} is not there: give the benchmark's bench.py with --bench")
    module = sys.modules["bench"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def answered(reports: str, questions: str, unheard: object = None) -> str:
    """Answer as `bot estimate` does, of the reports without a kind."""
    lines = [line for line in reports.splitlines(keepends=True) if f",{unheard}," not in line]
    with tempfile.TemporaryDirectory() as folder:
        paths = Path(folder, "reports.csv"), Path(folder, "questions.csv")
        for path, text in zip(paths, ("".join(lines), questions), strict=True):
            path.write_text(text, encoding="utf-8")
        out = io.StringIO()
        recorded.answer(*paths, out)
    return out.getvalue()


def scored(job: tuple[Path, str, int, str]) -> Mapping[str, Any]:
    """Score a variant on a scenario; in a process of its own, for it changes constants."""
    path, scenario, seed, variant = job
    bench = benchmark(path)
    changed = dict(VARIANTS[variant])
    unheard = changed.pop("kind", None)
    for name, value in changed.items():
        module, constant = name.split(".")
        setattr(MODULES[module], constant, value)
    found = next(each for each in bench.DEV if each.name == scenario)
    short = replace(
        found, seed=found.seed + seed, learn_days=WEEKS, test_days=WEEKS, nowcasts=120, forecasts=15
    )
    case = bench.make_case(short, path.parent / "truth")
    scores: Mapping[str, Any] = bench.evaluate(case, lambda r, q: answered(r, q, unheard))
    return scores


def cells(scores: list[Mapping[str, Any]]) -> list[str]:
    """Return a line of the table."""
    now = [score["now"] for score in scores]
    ahead = [part for score in scores for part in score["ahead"].values()]
    harmed = [score for score in scores if "harm" in score]
    return [
        f"{fmean(part['relative'] for part in now):.3f}",
        f"{fmean(part['relative'] for part in ahead):.3f}",
        f"{fmean(part['pinball'] / part['mean_wait'] for part in now):.4f}",
        f"{median(part['coverage'] for part in now):.2f}",
        f"{max((score['harm'] for score in harmed), default=0.0):.2f}",
        f"{max((score['harm_p90'] for score in harmed), default=0.0):.2f}",
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bench", type=Path, default=BENCH)
    parser.add_argument("--only", default="", help="scenarios whose name contains this")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    names = [each.name for each in benchmark(options.bench).DEV if options.only in each.name]
    sys.stdout.write(
        "| variant | now | ahead | pinball | coverage | harm | harm p90 |\n" + "|---" * 7 + "|\n"
    )
    with ProcessPoolExecutor(os.cpu_count(), max_tasks_per_child=1) as pool:
        for variant in VARIANTS:
            jobs = [(options.bench, name, options.seed, variant) for name in names]
            sys.stdout.write(f"| {variant} | {' | '.join(cells(list(pool.map(scored, jobs))))} |\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()

"""Warnings that the editors have looked at and live with: those stop no release, new ones do."""

from collections.abc import Iterable
from pathlib import Path

from bot.content.problems import Level, Problem

FILE = "accepted.txt"
BY_AGE = frozenset({"G412"})
"""Warnings that come by themselves as time passes; they never stop a release."""

_HEAD = """\
# Warnings that the editors have looked at and live with; `bot content check --accept` writes this file.
# A warning that is not in it stops a release.
"""


def read(folder: Path) -> frozenset[str]:
    """Return what a content folder's file of accepted warnings holds; nothing if there is none."""
    path = folder / FILE
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return frozenset(line for line in lines if line and not line.startswith("#"))


def write(folder: Path, problems: Iterable[Problem]) -> None:
    """Accept the warnings among these problems, and no others."""
    lines = sorted({_line(problem) for problem in problems if _acceptable(problem)})
    (folder / FILE).write_text(_HEAD + "".join(f"{line}\n" for line in lines), "utf-8")


def blocking(problems: Iterable[Problem], accepted: frozenset[str]) -> list[Problem]:
    """Return the problems that stop a release: errors, and warnings that nobody has accepted."""
    return [
        problem
        for problem in problems
        if problem.level is Level.ERROR or (_acceptable(problem) and _line(problem) not in accepted)
    ]


def _acceptable(problem: Problem) -> bool:
    return problem.level is Level.WARNING and problem.code not in BY_AGE


def _line(problem: Problem) -> str:
    # Without the line number, which changes with every line above it.
    return f"{problem.path}: {problem.code} {problem.text}"

"""What an export is made of, and the folder that it is put into."""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from importlib.resources import files
from pathlib import Path

from bot.content.problems import Level, Problem
from bot.content.version import version_of
from bot.crossings import catalogue
from bot.export.book import book
from bot.export.page import Edition
from bot.export.site import Make, site
from bot.guide import load as guide
from bot.guide.model import Language
from bot.progress import Told
from bot.texts import TextsUnreadable
from bot.texts import load as load_texts

MARKER = ".provodnik-export"
"""The file by which a folder is known to be ours, so that nothing else is ever replaced."""

_SITE = "site"
_BOOK = "provodnik-{}.html"
_OURS = frozenset({_SITE, *(_BOOK.format(language) for language in Language)})

_WHAT_IT_IS = "Made by `bot content export`: the next one replaces what it made here.\n"


class CannotExport(Exception):
    """Nothing was exported; the message is one line that says why, and what to do."""


def editions(content: Path, languages: tuple[Language, ...], made: date) -> Mapping[Language, Edition]:
    """Read a content folder; raises `CannotExport` with the first problem that stops a release."""
    try:
        texts = load_texts(content / "texts")
    except TextsUnreadable as error:
        raise CannotExport(_broken(error.problems[0])) from error
    loaded = guide.load(content)
    crossings = catalogue.load(content / "crossings", loaded.guide.answers if loaded.guide else None, made)
    for problem in (*loaded.problems, *crossings.problems):
        if problem.level is Level.ERROR:
            raise CannotExport(_broken(problem))
    assert loaded.guide is not None
    assert crossings.catalogue is not None
    version = version_of(content)
    style = files("bot.export").joinpath("style.css").read_text("utf-8")
    return {
        language: Edition(
            loaded.guide,
            crossings.catalogue,
            texts[language],
            made,
            version,
            style,
            tuple(other for other in languages if other is not language),
        )
        for language in languages
    }


def _broken(problem: Problem) -> str:
    return f"{problem}; nothing was exported: mend the content first"


def plan(editions: Mapping[Language, Edition]) -> Mapping[str, Make]:
    """Return all files of an export by their paths."""
    books = {_BOOK.format(language): _book(edition) for language, edition in editions.items()}
    return books | {f"{_SITE}/{path}": make for path, make in site(editions).items()}


def _book(edition: Edition) -> Make:
    return lambda: book(edition)


def entries(pages: Iterable[str]) -> Sequence[str]:
    """Return what stands in the folder itself when these pages are in it."""
    return [*dict.fromkeys(path.partition("/")[0] for path in pages)]


def write(folder: Path, pages: Mapping[str, Make], told: Told) -> None:
    """Make the pages and put them into a folder, in place of those of an earlier export.

    They are made beside what stands there, which is replaced when all of them are whole. Raises
    `CannotExport` if the folder holds anything else, or cannot be written.
    """
    fresh, stale = folder / f"{MARKER}-new", folder / f"{MARKER}-old"
    try:
        _claim(folder)
        _put_back(folder, stale)
        shutil.rmtree(fresh, ignore_errors=True)
        try:
            for done, (path, make) in enumerate(pages.items(), 1):
                file = fresh / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(make(), "utf-8")
                told(done, len(pages))
            _swap(folder, fresh, stale)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        raise CannotExport(f"{error.filename or folder}: {error.strerror or error}") from error


def _claim(folder: Path) -> None:
    """Make the folder ours, if it is not yet and holds nothing."""
    if folder.exists() and not folder.is_dir():
        raise CannotExport(f"{folder} is not a folder: choose another name")
    folder.mkdir(parents=True, exist_ok=True)
    marker = folder / MARKER
    if not marker.exists():
        if any(folder.iterdir()):
            raise CannotExport(f"{folder} holds something that no export made: choose a new or empty folder")
        marker.write_text(_WHAT_IT_IS, "utf-8")


def _swap(folder: Path, fresh: Path, stale: Path) -> None:
    """Put what is fresh in the place of what stands there; if that fails, all is as it was."""
    stale.mkdir()
    new: list[Path] = []
    try:
        for entry in [*folder.iterdir()]:
            if entry.name in _OURS:
                entry.rename(stale / entry.name)
        new.extend(entry.rename(folder / entry.name) for entry in [*fresh.iterdir()])
    except OSError:
        for entry in new:
            entry.rename(fresh / entry.name)
        _put_back(folder, stale)
        raise
    shutil.rmtree(stale, ignore_errors=True)


def _put_back(folder: Path, stale: Path) -> None:
    """Undo a swap that did not come to its end, were it by the death of its process."""
    if not stale.exists():
        return
    for entry in [*stale.iterdir()]:
        if not (folder / entry.name).exists():
            entry.rename(folder / entry.name)
    shutil.rmtree(stale, ignore_errors=True)

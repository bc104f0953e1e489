"""What editors let us write into their files: that the Russian was checked, that the English follows it."""

import re
from pathlib import Path

from bot.guide.model import Language
from bot.guide.read_answer import answer_parts, signature


class UnreadableAnswer(Exception):
    """There is no such answer, or it has no front matter or no Russian text; the message says which."""


def find(folder: Path, id: str) -> Path:
    """Return the file of an answer in a content folder; raises UnreadableAnswer where there is none."""
    for path in sorted((folder / "guide" / "answers").glob("*/*.md")):
        if path.stem == id:
            return path
    raise UnreadableAnswer(f"there is no answer {id} in {folder}/guide/answers")


def sign(path: Path) -> str:
    """Write that the Russian text of this file was checked against its sources; return its hash."""
    return _write(path, "signed", Language.RU)


def stamp(path: Path) -> str:
    """Write that the English text says what the Russian one says now; return the Russian text's hash."""
    return _write(path, "translated", Language.EN)


def _write(path: Path, key: str, language: Language) -> str:
    front, text = _read(path)
    current = signature(text)
    line = f"{key}: {{{language}: {current}}}"
    # The key's line, with what is indented under it; all else in the file stays as the editor wrote it.
    mended, count = re.subn(rf"(?m)^{key}:.*(?:\n[ \t]+.*)*", line, front, count=1)
    if not count:
        mended = f"{front}\n{line}"
    whole = path.read_bytes().decode("utf-8")
    path.write_bytes(whole.replace(front, mended, 1).encode())
    return current


def _read(path: Path) -> tuple[str, str]:
    parts = answer_parts(path.read_bytes().decode("utf-8-sig"))
    if parts.front is None or Language.RU not in parts.sections:
        why = [*(fault.text for fault in parts.faults), "there is no `# ru`"]
        raise UnreadableAnswer(f"{path}: {why[0]}")
    return parts.front, parts.sections[Language.RU][0]

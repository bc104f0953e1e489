"""What editors let us write into their files: that the Russian was checked, that the English follows it."""

import re
from collections.abc import Mapping
from pathlib import Path

from bot.guide.model import Language
from bot.guide.nodes import Sheet
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


def hashes(path: Path) -> Mapping[str, str | None]:
    """Return the file's hashes: `text` as it is now, `signed`, `translated`."""
    sheet = Sheet(path.name)
    front, text = _read(path, sheet)
    sheet.parse(front, 2)
    found = sheet.mapping(sheet.root)
    signed, translated = sheet.mapping(found.get("signed")), sheet.mapping(found.get("translated"))
    return {
        "text": signature(text),
        "signed": sheet.optional(signed.get("ru")),
        "translated": sheet.optional(translated.get("en")),
    }


def _write(path: Path, key: str, language: Language) -> str:
    front, text = _read(path, Sheet(path.name))
    current = signature(text)
    line = f"{key}: {{{language}: {current}}}"
    # The key's line, with what is indented under it; all else in the file stays as the editor wrote it.
    mended, count = re.subn(rf"(?m)^{key}:.*(?:\n[ \t]+.*)*", line, front, count=1)
    if not count:
        mended = f"{front}\n{line}"
    whole = path.read_bytes().decode("utf-8")
    path.write_bytes(whole.replace(front, mended, 1).encode())
    return current


def _read(path: Path, sheet: Sheet) -> tuple[str, str]:
    whole = path.read_bytes().decode("utf-8-sig")
    parts = answer_parts(sheet, whole)
    if parts is None or Language.RU not in parts.sections:
        raise UnreadableAnswer(
            f"{path}: {sheet.problems[0].text if sheet.problems else 'there is no `# ru`'}"
        )
    return parts.front, parts.sections[Language.RU][0]

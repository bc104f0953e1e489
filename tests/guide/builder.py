"""A small content folder, told in a few words: `Content(tmp_path).fact("by", "car").answer("kz-car")…`."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Self

import yaml

from bot.content.problems import Problem
from bot.guide.check import check
from bot.guide.load import Loaded, load
from bot.guide.model import Guide, Language
from bot.guide.read_answer import signature
from bot.texts import Texts
from bot.texts import load as load_texts

TODAY = date(2026, 11, 22)
REPOSITORY = Path(__file__).parents[2]
CODES = "abcdefghijklmnopqrstuvwxyz0123456789"


def source(id: object = "law", **changes: Any) -> dict[str, Any]:
    """Return a source of an answer; a change to `...` leaves a key out."""
    whole = {
        "id": id,
        "url": f"https://{id}.example/page",
        "title": f"Source {id}",
        "published": "2025-03",
        "checked": "2026-11-20",
        "mark": "H",
        **changes,
    }
    return {key: value for key, value in whole.items() if value is not ...}


def both(words: str) -> dict[str, str]:
    """Return words in both languages."""
    return {"ru": f"{words} по-русски", "en": f"{words} in English"}


@cache
def texts() -> Mapping[Language, Texts]:
    """Return the bot's real words."""
    return load_texts(REPOSITORY / "content" / "texts")


class Content:
    """Writes files of a content folder; every answer is sound unless told otherwise."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "content"
        self._facts: list[dict[str, Any]] = []
        self.guide_folder.mkdir(parents=True)

    @property
    def guide_folder(self) -> Path:
        return self.folder / "guide"

    def fact(self, id: str, *values: str, **changes: Any) -> Self:
        """Add a fact with these values to the vocabulary."""
        whole = {
            "id": id,
            "code": CODES[len(self._facts)],
            "ask": both(f"Ask {id}"),
            "short": both(f"Short {id}"),
            "values": [
                {"id": value, "code": CODES[at], "label": both(f"Label {value}")}
                for at, value in enumerate(values)
            ],
            **changes,
        }
        self._facts.append({key: value for key, value in whole.items() if value is not ...})
        return self.dump("vocab.yaml", {"facts": self._facts})

    def flow(self, id: str, ask: str, *rules: str | tuple[Mapping[str, Any], str], **changes: Any) -> Self:
        """Add a question; a rule is (when, to), or a bare target for "otherwise"."""
        written = [
            {"to": rule} if isinstance(rule, str) else {"when": rule[0], "to": rule[1]} for rule in rules
        ]
        return self.dump(f"flows/{id}.yaml", {"id": id, "ask": ask, "next": written, **changes})

    def answer(
        self,
        id: str,
        ru: str = "Русский текст. [^law]",
        en: str = "English text. [^law]",
        *,
        topic: str = "kz",
        signed: str | None = None,
        translated: str | None = None,
        **changes: Any,
    ) -> Self:
        """Add an answer, signed and stamped; a change to `...` leaves a key out."""
        hash_now = signature(ru)
        whole = {
            "id": id,
            "title": both(f"Title {id}"),
            "phrases": {"ru": [f"фраза {id}"], "en": [f"phrase {id}"]},
            "risk": "normal",
            "sources": [source()],
            "signed": {"ru": signed or hash_now},
            "translated": {"en": translated or signed or hash_now},
            **changes,
        }
        front = yaml.safe_dump(
            {key: value for key, value in whole.items() if value is not ...},
            allow_unicode=True,
            sort_keys=False,
        )
        return self.raw(f"answers/{topic}/{id}.md", f"---\n{front}---\n# ru\n{ru}\n\n# en\n{en}\n")

    def number(self, country: str, name: str, value: object = 90, **changes: Any) -> Self:
        """Add a number; one file holds one."""
        whole = {
            "value": value,
            "unit": "days",
            "source": f"Source of {name}",
            "url": f"https://numbers.example/{name}",
            "as_of": "2025-02-01",
            "checked": "2026-11-21",
            "mark": "H",
            **changes,
        }
        entry = {key: value for key, value in whole.items() if value is not ...}
        return self.dump(f"countries/{country}.yaml", {"facts": {name: entry}})

    def notice(self, id: str, **changes: Any) -> Self:
        """Add a notice that holds today in Kazakhstan."""
        whole = {
            "id": id,
            "from": "2026-11-01",
            "until": "2026-12-31",
            "where": ["kz"],
            "level": "warning",
            "text": both(f"Notice {id}"),
            "source": {
                "url": "https://notice.example",
                "title": "News",
                "published": "2026-11-01",
                "checked": "2026-11-20",
            },
            **changes,
        }
        return self.dump(
            f"notices/{id}.yaml", {key: value for key, value in whole.items() if value is not ...}
        )

    def dump(self, path: str, data: object) -> Self:
        """Write data as YAML into a file of the guide."""
        return self.raw(path, yaml.safe_dump(data, allow_unicode=True, sort_keys=False))

    def raw(self, path: str, text: str | bytes) -> Self:
        """Write a file of the guide just so."""
        file = self.guide_folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return self

    def read(self, path: str) -> str:
        """Return what a file of the guide holds."""
        return (self.guide_folder / path).read_text("utf-8")

    def replace(self, path: str, old: str, new: str) -> Self:
        """Change a file of the guide in one place."""
        text = self.read(path)
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
        return self.raw(path, text.replace(old, new))

    def load(self, *, lenient: bool = False) -> Loaded:
        """Load it."""
        return load(self.folder, lenient=lenient)

    def guide(self) -> Guide:
        """Return the guide, which must have loaded without an error."""
        loaded = self.load()
        assert loaded.guide is not None, [str(problem) for problem in loaded.problems]
        return loaded.guide

    def problems(self, **options: Any) -> tuple[Problem, ...]:
        """Check it; nothing is called by the bot itself, unless told otherwise.

        That no answer begins in bold is told only if one does: to most of these tests it does not matter.
        """
        found = check(self.folder, texts(), TODAY, **{"called": (), **options})
        style = any("\n**" in path.read_text("utf-8", "replace") for path in self.guide_folder.rglob("*.md"))
        return tuple(problem for problem in found if style or problem.code != "G606")

    def codes(self, **options: Any) -> Sequence[str]:
        """Return the codes of its problems, each once."""
        return sorted({problem.code for problem in self.problems(**options)})


def kazakhstan(folder: Path) -> Content:
    """Return a small sound guide: two countries, two ways to go, four answers, a lead."""
    return (
        Content(folder)
        .fact("country", "kz", "ge")
        .fact("by", "car", "foot")
        .flow("start", "country", ({"country": "kz"}, "kz"), "ge-entry", lead="safety")
        .flow("kz", "by", ({"by": "car"}, "kz-car"), "kz-stay")
        .answer("kz-car")
        .answer("kz-stay")
        .answer("ge-entry", topic="ge")
        .answer("safety", topic="any")
    )

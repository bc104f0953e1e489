"""Which texts have the words of a question: SQLite's own BM25 (FTS5), over an index in memory.

BM25 is Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009. Words come in as the terms that
`terms` of a search makes of them; nothing that somebody asks is written anywhere.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from threading import Lock

# How much a word weighs in a title, in a phrase and in the text itself.
_WEIGHTS = (2.0, 2.0, 1.0)
_TERMS = "unicode61 remove_diacritics 0 tokenchars ''-=@''"


class Lexical:
    """An index of what is offered: each with terms of its title, of its phrases and of its text."""

    def __init__(
        self,
        whole: Mapping[str, tuple[Iterable[str], Iterable[str], Iterable[str]]],
        lines: Iterable[tuple[str, Iterable[str]]],
    ) -> None:
        self._lock = Lock()  # a question comes from a worker thread
        self._base = sqlite3.connect(":memory:", check_same_thread=False)
        self._whole = list(whole)
        self._lines: list[str] = []
        for name, columns in (("whole", "title, phrases, body"), ("lines", "terms")):
            # Without content: only the numbers of rows come back, which is half the time.
            self._base.execute(
                f"CREATE VIRTUAL TABLE {name} USING fts5({columns}, content='', tokenize='{_TERMS}')"
            )
        for row, fields in enumerate(whole.values()):
            self._base.execute(
                "INSERT INTO whole (rowid, title, phrases, body) VALUES (?, ?, ?, ?)",
                (row, *(" ".join(terms) for terms in fields)),
            )
        for row, (id, terms) in enumerate(lines):
            self._lines.append(id)
            self._base.execute("INSERT INTO lines (rowid, terms) VALUES (?, ?)", (row, " ".join(terms)))

    def whole(self, terms: Sequence[str]) -> dict[str, float]:
        """Return how well each offer as a whole fits, by id; what has none of the terms is missing."""
        weights = ", ".join(map(str, _WEIGHTS))
        query = f"SELECT rowid, -bm25(whole, {weights}) FROM whole WHERE whole MATCH ?"  # noqa: S608 - our own numbers
        return {self._whole[row]: score for row, score in self._found(query, terms)}

    def lines(self, terms: Sequence[str]) -> dict[str, float]:
        """Return how well the best single title or phrase of each offer fits, by id."""
        best: dict[str, float] = {}
        for row, score in self._found("SELECT rowid, -bm25(lines) FROM lines WHERE lines MATCH ?", terms):
            id = self._lines[row]
            best[id] = max(best.get(id, 0.0), score)
        return best

    def _found(self, query: str, terms: Sequence[str]) -> list[tuple[int, float]]:
        if not terms:
            return []
        wanted = " OR ".join(f'"{term}"' for term in terms)
        with self._lock:
            return self._base.execute(query, (wanted,)).fetchall()

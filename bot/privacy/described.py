"""docs/DATA.md: what is kept, for people to read, made from `bot.privacy.kept` and the tables themselves."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from bot.privacy.kept import KEPT, MEANING, NEVER_KEPT, Kept, Lasting, Secrecy, Term
from bot.storage.tables import metadata

PAGE = Path(__file__).with_suffix(".md")
"""What of the page is written by hand."""


def describe(schema: sa.MetaData = metadata, kept: Kept = KEPT) -> str:
    """Return the page, in Markdown; `kept` says something of every column of the schema."""
    return (
        PAGE.read_text(encoding="utf-8")
        .rstrip("\n")
        .format(
            classes=_table("class", "what is in such a column", rows=_classes()),
            tables="\n\n".join(_described(schema.tables[name], kept) for name in kept),
            never=_table("`never`", "but", rows=NEVER_KEPT.items()),
        )
    )


def _classes() -> Iterator[tuple[str, str]]:
    return ((f"`{secrecy}`", MEANING[secrecy]) for secrecy in Secrecy)


def _described(table: sa.Table, kept: Kept) -> str:
    rows = kept[table.name]
    return "\n\n".join(
        (
            f"### {table.name}",
            f"{rows.what} The rows {_term(rows.term, 'stay', 'are deleted')}.",
            _table("column", "form", "class", "how long", "why", rows=_columns(table, kept)),
            f"Indexed: {'; '.join(sorted(_indexes(table)))}.",
        )
    )


def _columns(table: sa.Table, kept: Kept) -> Iterator[tuple[str, ...]]:
    for column in table.columns:
        its = kept[table.name].columns[column.name]
        term = "as its row" if its.term is None else _term(its.term, "", "emptied")
        yield f"`{column.name}`", _form(column), f"`{its.secrecy}`", term, its.why


def _table(*head: str, rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))


def _form(column: sa.Column[object]) -> str:
    kind = column.type
    if isinstance(kind, sa.LargeBinary):
        form = f"{kind.length} bytes"
    elif isinstance(kind, sa.String):
        form = f"text, at most {kind.length}"
    elif isinstance(kind, sa.Integer):
        form = "number of 64 bits" if isinstance(kind, sa.BigInteger) else "number"
    else:
        form = str(kind)
    return f"{form}, or empty" if column.nullable else form


def _term(term: Term | Lasting, stay: str, end: str) -> str:
    if isinstance(term, Lasting):
        return f"{stay} {term.words}".lstrip()
    return f"{end} within {_duration(term.most)} of `{term.since}`"


def _duration(time: timedelta) -> str:
    hours = time // timedelta(hours=1)
    return f"{hours // 24} days" if hours > 72 and hours % 24 == 0 else f"{hours} hours"


def _indexes(table: sa.Table) -> Iterator[str]:
    yield f"`{', '.join(column.name for column in table.primary_key)}` (names the row)"
    for index in table.indexes:
        columns = ", ".join(column.name for column in index.columns)
        where = index.dialect_options["sqlite"]["where"]  # said once for both engines
        only = f" (where `{where}`)" if where is not None else ""
        yield f"`{columns}`{' (no two alike)' if index.unique else ''}{only}"

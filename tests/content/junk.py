"""Files with something in them that does not belong there."""

from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from bot.content.document import Loc

JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [None, "", " ", "x", "kz", "2026", "{", "[a", [], [None], ["x", "x"], [["x"]], {}, {"x": "y"}, {"id": {}}]
)


def places(data: Any) -> list[Loc]:
    """Return where something stands in it."""
    if not isinstance(data, dict | list):
        return [()]
    inside = data.items() if isinstance(data, dict) else enumerate(data)
    return [(), *((key, *at) for key, value in inside for at in places(value))]


def put(data: Any, at: Loc, junk: Any) -> Any:
    """Return it with something else there."""
    if not at:
        return junk
    changed = deepcopy(data)
    changed[at[0]] = put(data[at[0]], at[1:], junk)
    return changed

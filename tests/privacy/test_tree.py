"""The tree of keys: any leaf can be cut out for good, and all others stay what they were."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from bot.privacy import tree

FULL = {"": bytes(range(32))}

# Few different digits, so that ways often have a long beginning in common.
POSITIONS = st.text("04f", min_size=tree.DEPTH, max_size=tree.DEPTH) | st.text(
    tree.CHILDREN, min_size=tree.DEPTH, max_size=tree.DEPTH
)


def cut(positions: list[str], nodes: tree.Nodes = FULL) -> tree.Nodes:
    for position in positions:
        nodes = tree.without(nodes, position)
    return nodes


@given(st.lists(POSITIONS, max_size=6), st.lists(POSITIONS, max_size=6))
def test_what_is_cut_is_gone_and_all_else_stays(gone: list[str], others: list[str]) -> None:
    left = cut(gone)
    assert [tree.leaf(left, position) for position in gone] == [None] * len(gone)
    for position in others:
        if position not in gone:
            assert tree.leaf(left, position) == tree.leaf(FULL, position)


@given(st.lists(POSITIONS, min_size=1, max_size=6))
def test_the_next_leaf_is_untouched(gone: list[str]) -> None:
    """The last to be lost by mistake is the one beside."""
    left = cut(gone)
    for position in gone:
        for digit in tree.CHILDREN:
            beside = position[:-1] + digit
            assert beside in gone or tree.leaf(left, beside) == tree.leaf(FULL, beside)


@given(st.lists(POSITIONS, min_size=1, max_size=6))
def test_nothing_is_stored_from_which_a_cut_leaf_follows(gone: list[str]) -> None:
    left = cut(gone)
    for position in gone:
        assert not [way for way in left if position.startswith(way)]
    # And no node twice: what is above another would bring back what was cut out below it.
    ways = sorted(left)
    assert not [above for above, below in itertools.pairwise(ways) if below.startswith(above)]
    assert not set(left.values()) & _path(gone[0])


def _path(position: str) -> set[bytes]:
    """Return all keys on the way to a leaf of the full tree."""
    keys, key = {FULL[""]}, FULL[""]
    for digit in position:
        key = tree._child(key, digit)
        keys.add(key)
    return keys


@given(st.lists(POSITIONS, min_size=1, max_size=5), st.data())
def test_cutting_twice_or_in_another_order_is_the_same(gone: list[str], data: st.DataObject) -> None:
    again = data.draw(st.permutations(gone))
    assert cut(again) == cut(gone) == cut(again, cut(gone))


def test_all_leaves_differ_from_each_other_and_from_what_is_above() -> None:
    positions = [
        f"{first}{'0' * (tree.DEPTH - 2)}{last}" for first in tree.CHILDREN for last in tree.CHILDREN
    ]
    leaves = [tree.leaf(FULL, position) for position in positions]
    assert len({FULL[""], *leaves}) == 257


def test_one_cut_costs_fifteen_nodes_a_digit() -> None:
    assert len(cut(["0123456789"])) == 15 * tree.DEPTH


def test_of_an_index_the_first_five_bytes_count() -> None:
    assert tree.position(bytes(range(16))) == "0001020304"


def test_values_stay_what_they_were() -> None:
    """What was sealed must be opened by the next version too."""
    leaf = tree.leaf(FULL, "0123456789")
    assert leaf is not None
    assert leaf.hex() == "c7b957248ecaac2ee1e139db7b11adc05ad4ed699844c75214ff8a1c3eb9e355"
    sibling = tree.without(FULL, "0123456789")["0123456780"]
    assert sibling.hex() == "12d4f6170bc9b463aded659eac1ca11f80dab41b1ed407a9ea604a5cdef1e0ee"

"""A key from which 2⁴⁰ keys follow, and out of which any one of them can be cut for good.

The keys are the leaves of a tree in which a node is made of its parent; at first only the root is stored. To
cut a leaf out, the nodes on the way to it are replaced by their other children: all other leaves still follow
from what is stored, and this one from nothing that exists any more.

Source: Goldreich, Goldwasser, Micali, "How to Construct Random Functions" (1986), as a puncturable function
after Boneh and Waters, "Constrained Pseudorandom Functions" (2013); here with 16 children a node.
"""

import hashlib
import hmac
from collections.abc import Mapping

DEPTH = 10
"""Of hexadecimal digits: a position has 40 bits.

Deeper would cost more: a leaf takes ten hashes, with every message, and a cut leaves 150 nodes. Of 100,000
chats in an epoch two share a leaf once in some 200 epochs; whoever of them wipes, wipes the other's choices.
"""

CHILDREN = "0123456789abcdef"

Nodes = Mapping[str, bytes]
"""What is stored, by the digits on the way to it; `{"": root}` is all of the tree."""


def position(index: bytes) -> str:
    """Return where the leaf of an index is; of its bytes the first five count."""
    return index[: DEPTH // 2].hex()


def leaf(nodes: Nodes, position: str) -> bytes | None:
    """Return the key at a position of `DEPTH` hexadecimal digits, None if it was cut out."""
    for length in range(DEPTH + 1):
        key = nodes.get(position[:length])
        if key is not None:
            for digit in position[length:]:
                key = _child(key, digit)
            return key
    return None


def without(nodes: Nodes, position: str) -> dict[str, bytes]:
    """Return the tree out of which the leaf at a position is cut; it may have been before."""
    left = dict(nodes)
    for length in range(DEPTH + 1):
        key = left.pop(position[:length], None)
        if key is None:
            continue
        for depth in range(length, DEPTH):
            way, taken = position[:depth], position[depth]
            left |= {way + digit: _child(key, digit) for digit in CHILDREN if digit != taken}
            key = _child(key, taken)
        break
    return left


def _child(key: bytes, digit: str) -> bytes:
    return hmac.digest(key, digit.encode(), hashlib.sha256)

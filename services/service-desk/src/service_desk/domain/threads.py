"""Conversations out of reply chains: every message names the one it replies to, in any order of arrival.

A conversation is a tree of replies. Its top is a message that replies to nothing, or to one that is not known (yet);
such a tree *waits* for the message that its top replies to.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from service_desk.domain.errors import RepliesInCircle, RepliesToItself

Tree = TypeVar("Tree", bound=Hashable)


@dataclass(frozen=True)
class Known(Generic[Tree]):
    """What is recorded around some new messages: the tree of each message that one of them replies to, and the trees
    that wait for one of them."""

    trees: Mapping[str, Tree] = field(default_factory=dict)
    waiting: Mapping[str, Sequence[Tree]] = field(default_factory=dict)


@dataclass(frozen=True)
class Woven(Generic[Tree]):
    """Where new messages belong: in a recorded tree, or in a new one named after its top message; which recorded trees
    become part of another; and which messages are refused."""

    tree_of: Mapping[str, Tree | str]
    joined: Mapping[Tree, Tree | str]
    refused: Mapping[str, RepliesToItself | RepliesInCircle]


def weave(replies: Sequence[tuple[str, str | None]], known: Known[Tree]) -> Woven[Tree]:
    """Find the conversations of new messages (number, number of the one it replies to), each number once.

    Whatever the order, the same trees come of the same messages, except that of a circle of replies the message that
    came last is refused: it is the one that closes it.
    """
    above: dict[tuple[bool, object], tuple[bool, object]] = {}  # (new, name) of a tree: the one it is part of

    def top(tree: tuple[bool, object]) -> tuple[bool, object]:
        path = []
        while tree in above:
            path.append(tree)
            tree = above[tree]
        above.update(dict.fromkeys(path, tree))
        return tree

    waiting: dict[str, list[tuple[bool, object]]] = {
        parent: [(False, tree) for tree in trees] for parent, trees in known.waiting.items()
    }
    trees: dict[str, tuple[bool, object]] = {number: (False, tree) for number, tree in known.trees.items()}
    refused: dict[str, RepliesToItself | RepliesInCircle] = {}
    for number, parent in replies:
        if number == parent:
            refused[number] = RepliesToItself(field="in_reply_to", message_no=number)
            continue
        below = {top(tree) for tree in waiting.get(number, ())}
        over = top(trees[parent]) if parent in trees else None
        if over in below:
            refused[number] = RepliesInCircle(field="in_reply_to", message_no=number, in_reply_to=parent)
            continue
        own = (True, number)
        trees[number] = own
        above.update(dict.fromkeys(below, own))
        if over is not None:
            above[own] = over
        elif parent is not None:
            waiting.setdefault(parent, []).append(own)
    recorded = {tree for trees_ in known.waiting.values() for tree in trees_}
    joined = {tree: top((False, tree))[1] for tree in recorded if (False, tree) in above}
    placed = {number: top(trees[number])[1] for number, _ in replies if number not in refused}
    return Woven(placed, joined, refused)  # type: ignore[arg-type]

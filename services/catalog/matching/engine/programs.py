"""Items as programs over literals: negation is moved inwards, equal parts are one node, whoever uses them.

A literal is a leaf (a distinct condition) as it is or negated. In Kleene's logic `all` is the least and `any`
the greatest of not met < undetermined < met, so flattening and sharing never change an answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal as OneOf

Kind = OneOf["literal", "all", "any"]


@dataclass(slots=True)
class Node:
    """`parts` are node ids; of a literal the leaf and 1, or 0 where it is negated."""

    kind: Kind
    parts: tuple[int, ...]
    used: int = 0


class Programs:
    """All items' conditions as one graph. Node ids are small and used again."""

    def __init__(self) -> None:
        self._nodes: list[Node | None] = []
        self._ids: dict[tuple[Kind, tuple[int, ...]], int] = {}
        self._free: list[int] = []

    def literal(self, leaf: int, positive: bool) -> int:
        return self._node("literal", (leaf, int(positive)))

    def join(self, kind: Kind, parts: Iterable[int]) -> int:
        """The node that joins these parts; parts of the same kind are taken apart, doubles left out."""
        flat: set[int] = set()
        for part in parts:
            inner = self.node(part)
            flat.update(inner.parts if inner.kind == kind else (part,))
        return flat.pop() if len(flat) == 1 else self._node(kind, tuple(sorted(flat)))

    def node(self, id: int) -> Node:
        found = self._nodes[id]
        assert found is not None, "the node is gone"
        return found

    def hold(self, id: int) -> None:
        """One more item ends in this node."""
        self.node(id).used += 1

    def release(self, id: int) -> list[int]:
        """One item less; returns the leaves whose last literal went."""
        gone: list[int] = []
        waiting = [id]
        while waiting:
            current = waiting.pop()
            node = self.node(current)
            node.used -= 1
            if node.used > 0:
                continue
            del self._ids[node.kind, node.parts]
            self._nodes[current] = None
            self._free.append(current)
            if node.kind != "literal":
                waiting += node.parts
            elif ("literal", (node.parts[0], 1 - node.parts[1])) not in self._ids:
                gone.append(node.parts[0])
        return gone

    def discard_unused(self, id: int) -> list[int]:
        """Forget a node that nobody came to hold; returns the leaves that went with it."""
        self.node(id).used += 1
        return self.release(id)

    def nodes(self) -> Iterator[tuple[int, Node]]:
        return ((id, node) for id, node in enumerate(self._nodes) if node is not None)

    def __len__(self) -> int:
        return len(self._nodes)

    def _node(self, kind: Kind, parts: tuple[int, ...]) -> int:
        found = self._ids.get((kind, parts))
        if found is not None:
            return found
        node = Node(kind, parts)
        if kind != "literal":
            for part in parts:
                self.node(part).used += 1
        if self._free:
            found = self._free.pop()
            self._nodes[found] = node
        else:
            found = len(self._nodes)
            self._nodes.append(node)
        self._ids[kind, parts] = found
        return found

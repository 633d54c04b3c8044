"""The programs as arrays, level by level: one enterprise against all items in a handful of NumPy calls.

And as one straight list of instructions: all enterprises against all items, with equal beginnings of `all`
computed once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.catalog.matching.engine.programs import Kind, Programs

Ranks = NDArray[np.int8]
"""0 not met, 1 undetermined, 2 met."""


@dataclass(frozen=True, slots=True)
class _Layer:
    reduce: np.ufunc
    nodes: NDArray[np.intp]
    parts: NDArray[np.intp]
    starts: NDArray[np.intp]


class Wiring:
    """A picture of the programs at one moment; whoever changes them makes a new one."""

    def __init__(self, programs: Programs) -> None:
        self._size = len(programs)
        literals: list[tuple[int, ...]] = []
        layers: dict[tuple[int, Kind], list[tuple[int, tuple[int, ...]]]] = {}
        depths: dict[int, int] = {}
        for id, node in programs.nodes():
            if node.kind == "literal":
                literals.append((id, *node.parts))
                depths[id] = 0
        for id, node in programs.nodes():
            if node.kind != "literal":
                layers.setdefault((_depth(id, programs, depths), node.kind), []).append((id, node.parts))
        table = np.array(literals, np.intp).reshape(-1, 3)
        self._literals, self._leaves, self._negated = table[:, 0], table[:, 1], table[:, 2] == 0
        self._layers = [_layer(kind, layers[depth, kind]) for depth, kind in sorted(layers)]

    def ranks(self, leaf_ranks: Ranks) -> Ranks:
        """The rank of every node, by node id, for one enterprise's ranks of the leaves."""
        ranks = np.zeros(self._size, np.int8)
        literal = leaf_ranks[self._leaves]
        ranks[self._literals] = np.where(self._negated, 2 - literal, literal)
        for layer in self._layers:
            ranks[layer.nodes] = layer.reduce.reduceat(ranks[layer.parts], layer.starts)
        return ranks


def _depth(id: int, programs: Programs, depths: dict[int, int]) -> int:
    found = depths.get(id)
    if found is None:
        found = depths[id] = 1 + max(_depth(part, programs, depths) for part in programs.node(id).parts)
    return found


def _layer(kind: Kind, nodes: Sequence[tuple[int, tuple[int, ...]]]) -> _Layer:
    lengths = [len(parts) for _, parts in nodes]
    return _Layer(
        np.minimum if kind == "all" else np.maximum,
        np.array([id for id, _ in nodes], np.intp),
        np.array([part for _, parts in nodes for part in parts], np.intp),
        np.concatenate(([0], np.cumsum(lengths[:-1], dtype=np.intp))).astype(np.intp),
    )


ALL, ANY, NOT_MET, COUNT = range(4)
Step = tuple[int, int, int, int]
"""(operation, left, right, out). Operands below zero are scratch rows, others bitmaps of leaves.

ALL and ANY combine two rows; NOT_MET is known (left) without met (right); COUNT counts `left` as result `out`.
"""


class CountingPlan:
    """How to count every root: COUNT number i is that of the i-th of `roots`."""

    def __init__(self, programs: Programs, rows_of: Sequence[tuple[int, int]], roots: Sequence[int]) -> None:
        self._programs = programs
        self._rows_of = rows_of
        self.steps: list[Step] = []
        self.scratch = 0
        uses = Counter(part for root in roots for part in self._parts(root))
        ordered = sorted(
            (tuple(sorted(self._parts(root), key=lambda part: (-uses[part], part))), place)
            for place, root in enumerate(roots)
        )
        before: tuple[int, ...] = ()
        rows: list[int] = []
        for parts, place in ordered:
            shared = _common(before, parts)
            del rows[shared:]
            for depth in range(shared, len(parts)):
                rows.append(self._extend(rows[-1] if rows else None, parts[depth], depth))
            self.steps.append((COUNT, rows[-1], 0, place))
            before = parts

    def _parts(self, root: int) -> tuple[int, ...]:
        node = self._programs.node(root)
        return node.parts if node.kind == "all" else (root,)

    def _extend(self, row: int | None, part: int, depth: int) -> int:
        """The row of what stands so far and `part`; scratch row `depth` belongs to this depth."""
        if row is None:
            return self._row(part, depth)
        other = self._row(part, depth)
        return self._step(ALL, row, other, depth)

    def _row(self, node_id: int, scratch: int) -> int:
        node = self._programs.node(node_id)
        if node.kind == "literal":
            met, known = self._rows_of[node.parts[0]]
            return met if node.parts[1] else self._step(NOT_MET, known, met, scratch)
        operation = ALL if node.kind == "all" else ANY
        row = self._row(node.parts[0], scratch)
        for part in node.parts[1:]:
            row = self._step(operation, row, self._row(part, scratch + 1), scratch)
        return row

    def _step(self, operation: int, left: int, right: int, scratch: int) -> int:
        self.scratch = max(self.scratch, scratch + 1)
        self.steps.append((operation, left, right, -1 - scratch))
        return -1 - scratch


def _common(left: tuple[int, ...], right: tuple[int, ...]) -> int:
    """How many parts the two begin with in common."""
    length = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        length += 1
    return length

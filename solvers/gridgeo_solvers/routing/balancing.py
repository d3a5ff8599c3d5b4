"""Choosing directions on a network with one-ways, and the repeated arcs that make it walkable.

The mixed postman by flow (Edmonds and Johnson 1973, *Matching, Euler tours and the Chinese postman*; Frederickson 1979,
*Approximation algorithms for some postman problems*, algorithm MIXED1): lines of even degree are given directions by a
least-cost flow, which repeats network arcs where it must; lines that it leaves open get their parity back by walking
alternately along open lines and repeated arcs, which costs nothing in one of the two directions of the walk.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.roads import Network
from gridgeo_solvers.routing.euler import orient


@dataclass(frozen=True)
class Line:
    """Something to be walked once: from `a` to `b` at cost `ahead`, or back at cost `behind` (inf: not allowed)."""

    a: int
    b: int
    ahead: float
    behind: float

    @property
    def open(self) -> bool:
        """Whether it may be walked in both directions."""
        return np.isfinite(self.behind) and np.isfinite(self.ahead)


@dataclass(frozen=True)
class Balance:
    """Direction of each line (true: from `a` to `b`), network arcs walked besides (with repeats), their seconds."""

    forward: list[bool]
    repeated: list[int]


def flow_bound(network: Network, lines: Sequence[Line]) -> float:
    """Seconds of repeated arcs that any closed walk over `lines` needs at the least: directions may be split."""
    _, _, cost = _flow(network, lines)
    return cost


def balance(network: Network, lines: Sequence[Line]) -> Balance:
    """Directions and repeated arcs after which every junction is left as often as it is reached.

    Every junction touches an even number of `lines`, a loop counting twice.
    """
    lean, flow, _ = _flow(network, lines)
    repeated: Counter[int] = Counter({arc: int(times) for arc, times in enumerate(flow) if times})
    direction: list[bool | None] = [True if value > 0 else False if value < 0 else None for value in lean.tolist()]
    _restore_parity(network, lines, direction, repeated)
    loose = [number for number, known in enumerate(direction) if known is None]
    for number, forward in zip(loose, orient([(lines[i].a, lines[i].b) for i in loose]), strict=True):
        direction[number] = forward
    return Balance([bool(known) for known in direction], sorted(repeated.elements()))


def _flow(network: Network, lines: Sequence[Line]) -> tuple[NDArray[np.int64], NDArray[np.int64], float]:
    """The least-cost flow: lean of each line in {-1, 0, 1} (0: left open), times each arc is repeated, its cost.

    The matrix is that of a network, hence totally unimodular: the dual simplex ends in whole numbers.
    """
    n, arcs = network.n, len(network.tail)
    a = np.array([line.a for line in lines], dtype=np.int64)
    b = np.array([line.b for line in lines], dtype=np.int64)
    low = np.array([-1.0 if np.isfinite(line.behind) else 1.0 for line in lines])
    high = np.array([1.0 if np.isfinite(line.ahead) else -1.0 for line in lines])
    prefer = np.array([(line.ahead - line.behind) / 2 if line.open else 0.0 for line in lines])
    column = np.arange(len(lines))
    rows = np.concatenate([a, b, network.tail, network.head])
    columns = np.concatenate([column, column, len(lines) + np.arange(arcs), len(lines) + np.arange(arcs)])
    signs = np.repeat([1.0, -1.0, 1.0, -1.0], [len(lines), len(lines), arcs, arcs])
    leave = sparse.csr_array((signs, (rows, columns)), shape=(n, len(lines) + arcs))
    bounds = np.column_stack([np.concatenate([low, np.zeros(arcs)]), np.concatenate([high, np.full(arcs, np.inf)])])
    cost = np.concatenate([prefer, network.seconds])
    # The stubs know dense matrices only.
    found = linprog(cost, A_eq=leave, b_eq=np.zeros(n), bounds=bounds, method="highs-ds")  # type: ignore[call-overload]
    if not found.success:
        raise BadProblem("the streets can't be walked in one closed walk: a one-way leads into a dead end")
    whole = np.rint(found.x).astype(np.int64)
    repeats = whole[len(lines) :]
    return whole[: len(lines)], repeats, float(found.fun)


def _restore_parity(
    network: Network, lines: Sequence[Line], direction: list[bool | None], repeated: Counter[int]
) -> None:
    """Give directions to open lines until the rest touch every junction an even number of times; in place."""
    loose = _Walker([(number, line.a, line.b) for number, line in enumerate(lines) if direction[number] is None])
    twin = _Walker([(arc, int(network.tail[arc]), int(network.head[arc])) for arc in sorted(repeated.elements())])
    for start in sorted(loose.odd):
        if start not in loose.odd:
            continue
        steps: list[tuple[bool, int, bool]] = []
        vertex = start
        while True:
            for walker, is_line in ((loose, True), (twin, False)):
                walked, vertex = walker.walk(vertex)
                steps += [(is_line, number, forward) for number, forward in walked]
            if vertex == start:
                break
        _apply(network, lines, steps, direction, repeated)


def _apply(
    network: Network,
    lines: Sequence[Line],
    steps: list[tuple[bool, int, bool]],
    direction: list[bool | None],
    repeated: Counter[int],
) -> None:
    """Walk the alternating cycle in the direction that costs less: open lines along it, arcs along it once more, against it once less."""
    cost = 0.0
    for is_line, number, forward in steps:
        if is_line:
            cost += (lines[number].ahead - lines[number].behind) * (1 if forward else -1)
        else:
            cost += 2 * network.seconds[number] * (1 if forward else -1)
    turned = cost > 0
    for is_line, number, forward in steps:
        if is_line:
            direction[number] = forward != turned
        else:
            repeated[number] += 1 if forward != turned else -1


class _Walker:
    """Walks over undirected lines, each used once, from one vertex of odd degree to another."""

    def __init__(self, lines: list[tuple[int, int, int]]) -> None:
        self._at: dict[int, list[tuple[int, int, bool, int]]] = {}
        self._used = [False] * len(lines)
        degree: Counter[int] = Counter()
        for key, (number, a, b) in enumerate(lines):
            self._at.setdefault(a, []).append((key, number, True, b))
            self._at.setdefault(b, []).append((key, number, False, a))
            degree.update((a, b))
        self.odd = {vertex for vertex, count in degree.items() if count % 2}
        """Vertices of odd degree that no walk has begun or ended at."""

    def walk(self, start: int) -> tuple[list[tuple[int, bool]], int]:
        """Lines walked from `start`, which is odd, to the first other odd vertex on the way, and that vertex."""
        vertex, steps = start, []
        while vertex == start or vertex not in self.odd:
            # A vertex that is passed keeps an unused line: only odd ones could run out, and the walk ends there.
            waiting = self._at[vertex]
            while self._used[waiting[-1][0]]:
                waiting.pop()
            key, number, forward, vertex = waiting.pop()
            self._used[key] = True
            steps.append((number, forward))
        self.odd -= {start, vertex}
        return steps, vertex

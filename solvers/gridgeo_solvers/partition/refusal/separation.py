"""Rules that a programme learns as plans break them: connection by separators, pairs that may not meet by cliques."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pulp
from numpy.typing import NDArray

from gridgeo_solvers.graph import Graph
from gridgeo_solvers.partition.ground.parts import IntArray
from gridgeo_solvers.partition.refusal.rulebook import Case


@dataclass
class Programme:
    """The model under construction: `x[row, grid]` are the pairs that may be used, `opened` whether a grid exists."""

    case: Case
    row_of: IntArray
    graph: Graph
    rivals: NDArray[np.bool_]
    model: Any
    x: dict[tuple[int, int], Any]
    opened: dict[int, Any]
    root: dict[int, int]
    misses: list[Any] = field(default_factory=list)
    hopeless: bool = False

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.rivals)

    def sum(self, rows: Iterable[int], grid: int) -> Any:
        """How many of `rows` lie in a grid."""
        return pulp.LpAffineExpression([(self.x[r, grid], 1) for r in rows if (r, grid) in self.x])


def add_rivals(programme: Programme, plan: IntArray) -> int:
    """At most one of a clique of rivals in a grid, for cliques around pairs that meet."""
    added = 0
    meeting = programme.rivals & (plan[:, None] == plan[None, :])
    done = np.zeros(programme.rows, dtype=bool)
    for a in np.flatnonzero(meeting.any(axis=1)).tolist():
        if done[a]:
            continue
        clique = [a]
        near = np.flatnonzero(programme.rivals[a])
        for b in near[np.argsort(~meeting[a, near], kind="stable")].tolist():
            if b != a and programme.rivals[b, clique].all():
                clique.append(b)
        done[clique] = True
        added += 1
        # A row that is its own rival fits nowhere.
        most = 0 if programme.rivals[a, a] else 1
        for s, opened in programme.opened.items():
            programme.model += programme.sum([a] if most == 0 else clique, s) - most * opened <= 0
    return added


def add_separators(programme: Programme, plan: IntArray) -> int:
    """For every piece cut off from its grid: one of its rows needs a row of a minimal separator."""
    if not programme.case.connected:
        return 0
    added = 0
    grid_of = plan[programme.row_of]
    for s in np.unique(plan).tolist():
        inside = grid_of == s
        main = _main_piece(programme, s, inside)
        done = main.copy()
        while (lost := np.flatnonzero(inside & ~done)).size:
            a = int(lost[0])
            piece = _flood(programme.graph, a, inside)
            done |= piece
            added += _separate(programme, a, piece, main)
    return added


def _main_piece(programme: Programme, s: int, inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The piece of the grid's root, or the first where it has none."""
    root = programme.root.get(s)
    units = np.flatnonzero(inside if root is None else programme.row_of == root)
    return _flood(programme.graph, int(units[0]), inside)


def _separate(programme: Programme, a: int, piece: NDArray[np.bool_], main: NDArray[np.bool_]) -> int:
    """Two cuts between unit `a` of a lost piece and the main piece: beside the one, and beside the other."""
    b = int(np.flatnonzero(main)[0])
    cuts = {tuple(_separator(programme.graph, a, main)), tuple(_separator(programme.graph, b, piece))}
    for cut in sorted(cuts):
        _cut(programme, a, b, list(cut))
    return len(cuts)


def _separator(graph: Graph, a: int, main: NDArray[np.bool_]) -> list[int]:
    """Neighbours of `main` that part it from `a`, no more than needed."""
    ring = np.zeros(graph.n, dtype=bool)
    for unit in np.flatnonzero(main).tolist():
        ring[graph.neighbours(unit)] = True
    ring &= ~main
    outer = _flood(graph, a, ~main & ~ring)
    return [c for c in np.flatnonzero(ring).tolist() if outer[graph.neighbours(c)].any()]


def _cut(programme: Programme, a: int, b: int, cut: list[int]) -> None:
    """A grid that holds `a` and a unit beyond `cut` (its root, or `b`) holds a unit of `cut`."""
    x, row_of = programme.x, programme.row_of
    barred = np.zeros(programme.graph.n, dtype=bool)
    barred[cut] = True
    beyond = ~_flood(programme.graph, a, ~barred) & ~barred
    separator = np.unique(row_of[cut]).tolist() if cut else []
    row, other = int(row_of[a]), int(row_of[b])
    rooted = np.zeros(programme.rows, dtype=bool)
    rooted[row_of[beyond]] = True
    for s in programme.opened:
        if (row, s) not in x:
            continue
        root = programme.root.get(s)
        if row == other or (root is not None and rooted[root]):
            programme.model += x[row, s] - programme.sum(separator, s) <= 0
        elif (other, s) in x:
            programme.model += x[row, s] + x[other, s] - programme.sum(separator, s) <= 1


def _flood(graph: Graph, root: int, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Units connected to `root` through allowed units."""
    seen = np.zeros(graph.n, dtype=bool)
    seen[root] = True
    stack = [root]
    while stack:
        for b in graph.neighbours(stack.pop()).tolist():
            if allowed[b] and not seen[b]:
                seen[b] = True
                stack.append(b)
    return seen

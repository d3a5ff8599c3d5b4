"""Make any plan connected: each grid keeps its heaviest piece, the rest grows onto what it borders on."""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from gridgeo_solvers.graph import Graph
from gridgeo_solvers.kernels import kernel
from gridgeo_solvers.partition.ground.parts import FloatArray, IntArray, Part, start_rows


def joined(graph: Graph, plan: IntArray, load: FloatArray, k: int) -> IntArray:
    """A plan of `k` connected grids near `plan`, on a connected graph of at least `k` rows.

    A row cut off from its grid joins the grid beside it that has the least `load`, pieces in turn from their edges. A
    grid that has no row takes one from the grid with the most rows.
    """
    ends = np.repeat(np.arange(graph.n), np.diff(graph.indptr))
    same = plan[ends] == plan[graph.indices]
    matrix = csr_array((same[same].astype(np.int8), (ends[same], graph.indices[same])), shape=(graph.n, graph.n))
    count, piece = connected_components(matrix, directed=False)
    weight = np.bincount(piece, weights=load + 1e-9, minlength=count)
    grid = np.zeros(count, dtype=np.int64)
    grid[piece] = plan
    order = np.lexsort((-weight, grid))
    kept = order[np.r_[True, np.diff(grid[order]) > 0]]
    whole = np.zeros(count, dtype=bool)
    whole[kept] = True
    connected = np.where(whole[piece], plan, -1)
    grow_on(connected, graph.indptr, graph.indices, load, k)
    return _filled(graph, connected, k)


def start_near(part: Part, assignment: IntArray, k: int) -> IntArray | None:
    """A plan of `part` with `k` connected grids to start from: a given assignment of all units, its pieces joined.

    None where it has more grids than `k`, or is no plan of grids that have seeds, which joining might lose.
    """
    exact = start_rows(part, assignment, k)
    if exact is not None or len(part.seeds):
        return exact
    labels = np.unique(assignment[part.units], return_inverse=True)[1]
    if int(labels.max()) >= k:
        return None
    plan = np.zeros(part.n, dtype=np.int64)
    plan[part.row_of] = labels
    return joined(part.graph, plan, part.weights[0] if len(part.weights) else np.ones(part.n), k)


def _filled(graph: Graph, plan: IntArray, k: int) -> IntArray:
    """`plan` with a row for every grid: a leaf of the largest grid's search tree leaves it connected."""
    for g in np.flatnonzero(np.bincount(plan, minlength=k) == 0).tolist():
        rows = np.flatnonzero(plan == int(np.bincount(plan, minlength=k).argmax()))
        plan[last_reached(plan, graph.indptr, graph.indices, int(rows[0]))] = g
    return plan


@kernel
def grow_on(plan, indptr, indices, load, k):
    """Give every row of grid -1 a grid beside it, row by row from the edges of what has one."""
    n = len(plan)
    total = np.zeros(k)
    queue = np.empty(n, dtype=np.int64)
    waiting = np.zeros(n, dtype=np.bool_)
    tail = 0
    for r in range(n):
        if plan[r] >= 0:
            total[plan[r]] += load[r]
            continue
        for e in range(indptr[r], indptr[r + 1]):
            if plan[indices[e]] >= 0:
                waiting[r] = True
        if waiting[r]:
            queue[tail] = r
            tail += 1
    head = 0
    while head < tail:
        r = queue[head]
        head += 1
        best = -1
        for e in range(indptr[r], indptr[r + 1]):
            q = indices[e]
            g = plan[q]
            if g >= 0:
                if best < 0 or total[g] < total[best]:
                    best = g
            elif not waiting[q]:
                waiting[q] = True
                queue[tail] = q
                tail += 1
        plan[r] = best
        total[best] += load[r]


@kernel
def last_reached(plan, indptr, indices, root):
    """The row of `root`'s grid that a breadth-first search reaches last."""
    seen = np.zeros(len(plan), dtype=np.bool_)
    queue = np.empty(len(plan), dtype=np.int64)
    queue[0] = root
    seen[root] = True
    head = 0
    tail = 1
    while head < tail:
        p = queue[head]
        head += 1
        for e in range(indptr[p], indptr[p + 1]):
            q = indices[e]
            if not seen[q] and plan[q] == plan[root]:
                seen[q] = True
                queue[tail] = q
                tail += 1
    return queue[tail - 1]

"""What keeps a grid in one piece, as linear rules that are learnt from answers that break them.

Units `i` and `b` of one grid, and a set S of others that every walk between them crosses: x[i] + x[b] - x(S) ≤ 1 (Carvajal
et al. 2013; Validi, Buchanan and Lykhovyd 2022). The rule holds for every connected grid, whether or not it keeps `b`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import maximum_flow

from gridgeo_solvers.graph import Graph
from gridgeo_solvers.kernels import kernel
from gridgeo_solvers.redraw.asking import FloatArray

Rule = tuple[int, int, tuple[int, ...]]
"""Units `i` and `b`, and the separator between them."""

SCALE = 1_000_000
"""Shares become whole capacities."""
NAMED = 8
"""Units of one grid for which a way home is asked at once."""
LEAST = 0.03
"""Share by which a rule has to be broken to be learnt from a relaxation."""


def broken_rules(graph: Graph, share: FloatArray, mass: FloatArray) -> list[Rule]:
    """Rules that the shares of one grid break, shape (n,); whole answers without any are connected."""
    support = share > 1e-5
    if support.sum() < 2:
        return []
    b = int(np.lexsort((mass, np.round(share, 4)))[-1])
    if share[b] < 0.5:
        return []
    core = flood(graph, [b], share > share[b] - 1e-4)
    reach = flood(graph, [b], support)
    rules: list[Rule] = []
    loose = np.flatnonzero(support & ~core)
    for i in loose[
        np.argsort(-share[loose] - 1e-6 * mass[loose] / max(float(mass.max()), 1e-9), kind="stable")
    ].tolist():
        if len(rules) >= 2 * NAMED:
            break
        if share[i] + share[b] <= 1 + LEAST:
            break
        if not reach[i]:
            piece = flood(graph, [i], support)
            rules += [(i, b, cut) for cut in {_around(graph, reach, i), _around(graph, piece, b)}]
        elif not core[graph.neighbours(i)].any():
            cut = _least_cut(graph, share, core, i, support)
            if cut is not None and share[i] + share[b] - share[list(cut)].sum() > 1 + LEAST:
                rules.append((i, b, cut))
    return rules


def flood(graph: Graph, roots: list[int], allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Units connected to `roots` through allowed units, the roots among them."""
    seen = np.zeros(graph.n, dtype=bool)
    _flood(graph.indptr, graph.indices, np.array(roots, dtype=np.int64), np.asarray(allowed), seen)
    return seen


@kernel
def _flood(indptr, indices, roots, allowed, seen):  # type: ignore[no-untyped-def]
    stack = np.empty(len(seen), dtype=np.int64)
    height = len(roots)
    for r in range(len(roots)):
        stack[r] = roots[r]
        seen[roots[r]] = True
    while height > 0:
        height -= 1
        i = stack[height]
        for e in range(indptr[i], indptr[i + 1]):
            j = indices[e]
            if allowed[j] and not seen[j]:
                seen[j] = True
                stack[height] = j
                height += 1


def _around(graph: Graph, piece: NDArray[np.bool_], far: int) -> tuple[int, ...]:
    """Neighbours of `piece` that part it from `far`, no more than needed."""
    ends = np.repeat(np.arange(graph.n), np.diff(graph.indptr))
    ring = np.zeros(graph.n, dtype=bool)
    ring[graph.indices[piece[ends]]] = True
    ring &= ~piece
    beyond = flood(graph, [far], ~piece & ~ring)
    part = np.zeros(graph.n, dtype=bool)
    part[graph.indices[beyond[ends]]] = True
    return tuple(np.flatnonzero(ring & part).tolist())


def _least_cut(
    graph: Graph, share: FloatArray, core: NDArray[np.bool_], i: int, support: NDArray[np.bool_]
) -> tuple[int, ...] | None:
    """Units of least share in all that part `i` from the core: a largest flow through units as wide as their shares."""
    inner = np.flatnonzero(support & ~core)
    spot = np.full(graph.n, -1, dtype=np.int64)
    spot[inner] = np.arange(len(inner))
    source, many = 2 * len(inner), len(inner)
    heads, tails, wide = [np.arange(many)], [many + np.arange(many)], [np.maximum((share[inner] * SCALE), 1)]
    for j in inner.tolist():
        near = graph.neighbours(j)
        open_ = near[spot[near] >= 0]
        heads.append(np.full(len(open_), many + spot[j]))
        tails.append(spot[open_])
        wide.append(np.full(len(open_), 2 * SCALE))
        if core[near].any():
            heads.append(np.array([source]))
            tails.append(np.array([spot[j]]))
            wide.append(np.array([2 * SCALE]))
    ends = np.concatenate(heads), np.concatenate(tails)
    matrix = coo_array((np.concatenate(wide).astype(np.int32), ends), shape=(source + 1, source + 1)).tocsr()
    flow = maximum_flow(matrix, source, int(spot[i]))
    if flow.flow_value >= (share[i] - LEAST) * SCALE:
        return None
    seen = _reached(csr_array(matrix - flow.flow), source)
    # Units whose way in is reached and whose way out isn't, and units without a share beside what is reached.
    near_side = core.copy()
    near_side[inner[seen[many : 2 * many]]] = True
    return _around(graph, near_side, i)


def _reached(residual: csr_array, source: int) -> NDArray[np.bool_]:
    seen = np.zeros(residual.shape[0], dtype=bool)
    seen[source] = True
    stack = [source]
    while stack:
        here = stack.pop()
        row = slice(residual.indptr[here], residual.indptr[here + 1])
        for j in residual.indices[row][residual.data[row] > 0].tolist():
            if not seen[j]:
                seen[j] = True
                stack.append(j)
    return seen

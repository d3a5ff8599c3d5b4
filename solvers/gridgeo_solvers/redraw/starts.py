"""A first labelled plan: the old one, with dissolved grids shared among neighbours and split ones cut in two."""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

from gridgeo_solvers.redraw.anchoring import anchored
from gridgeo_solvers.redraw.asking import FloatArray, IntArray
from gridgeo_solvers.redraw.cases import Case, pieces_of

TREES = 12
"""Random trees tried for one cut."""


def start_of(case: Case, k: int, held: IntArray | None, seed: int) -> tuple[IntArray, int]:
    """A labelled plan with `k` grids, and the number of labels it may use.

    Its grids may miss bands; they are in one piece wherever rows of units and locked units allow.

    Parameters
    ----------
    held
        Grids that the place of each old grid holds, shape (m,); None cuts and dissolves by size alone.
    """
    random = np.random.default_rng([seed, case.n, k])
    labels = max(case.m, k)
    if len(case.limits.anchors):
        return _absorbed(case, anchored(case, labels, random), labels), labels
    gone = np.zeros(labels, dtype=bool)
    if held is not None:
        gone[: case.m] = held == 0
    plan = _kept(case, gone)
    if not (plan >= 0).any():
        plan[:] = 0 if labels else -1
    plan = _absorbed(case, plan, labels)
    free = [g for g in range(labels) if not (plan == g).any()]
    wanted = {} if held is None else {g: int(held[g]) for g in np.flatnonzero(held > 1).tolist()}
    while len(np.unique(plan)) < k and free:
        order = _split_order(case, plan, wanted)
        g = next((g for g in order if _cut(case, plan, g, free[0], wanted.get(g, 2), random)), None)
        if g is None:
            break
        wanted[g] = wanted.get(g, 2) - 1
        free.pop(0)
    while len(np.unique(plan)) > k:
        plan = _dissolved(case, plan, labels)
    return plan, labels


def _kept(case: Case, gone: NDArray[np.bool_]) -> IntArray:
    """The heaviest connected piece of every old grid that goes on; -1 elsewhere. Rows go where most of them is."""
    plan = _joined(case, case.home)
    plan[(plan >= 0) & gone[plan]] = -1
    inside: NDArray[np.bool_] = plan >= 0
    if not inside.any():
        return plan
    piece, count = pieces_of(case.graph, np.where(inside, plan, -1 - np.arange(case.n)))
    weight = np.bincount(piece, weights=case.cost + 1e12 * (case.fixed & inside), minlength=count)
    best: dict[int, int] = {}
    for p in np.argsort(-weight, kind="stable").tolist():
        g = int(plan[np.argmax(piece == p)])
        if g >= 0:
            best.setdefault(g, p)
    keep = inside & np.isin(piece, np.array(list(best.values())))
    # A loose piece with a locked unit stays, and so do rows that lie in several pieces.
    keep |= case.fixed & inside
    split_rows = np.unique(case.row_of[~keep & inside])
    several = np.isin(case.row_of, split_rows) & (np.bincount(case.row_of)[case.row_of] > 1)
    return np.where(keep | (several & inside), plan, -1)


def _joined(case: Case, plan: IntArray) -> IntArray:
    """`plan` with every set of units that share a grid where its locked units or most of it lie."""
    plan = plan.copy()
    for row in np.flatnonzero(np.bincount(case.row_of) > 1).tolist():
        members = np.flatnonzero(case.row_of == row)
        at_home = members[case.fixed[members]]
        labels = plan[at_home] if len(at_home) else plan[members]
        weigh = np.ones(len(at_home)) if len(at_home) else case.cost[members]
        kept = labels >= 0
        plan[members] = int(np.bincount(labels[kept], weights=weigh[kept]).argmax()) if kept.any() else -1
    return plan


def _absorbed(case: Case, plan: IntArray, labels: int) -> IntArray:
    """Every unit without a grid joins the neighbouring grid that is emptiest, one after the other."""
    plan = plan.copy()
    fill = _fill(case, plan, labels)
    share = _share(case)
    queue: list[tuple[float, int, int]] = []

    def offer(i: int) -> None:
        for j in case.graph.neighbours(i).tolist():
            if plan[j] < 0:
                heapq.heappush(queue, (fill[plan[i]], j, int(plan[i])))

    for i in np.flatnonzero(plan >= 0).tolist():
        offer(i)
    while queue:
        was, i, g = heapq.heappop(queue)
        if plan[i] >= 0:
            continue
        if was < fill[g] - 1e-12:
            heapq.heappush(queue, (fill[g], i, g))
            continue
        row = np.flatnonzero(case.row_of == case.row_of[i]) if _rowed(case, i) else np.array([i])
        for j in row[plan[row] < 0].tolist():
            plan[j] = g
            fill[g] += share[j]
            offer(j)
    return np.where(plan < 0, 0, plan)


def _rowed(case: Case, i: int) -> bool:
    return bool((case.row_of == case.row_of[i]).sum() > 1) if case.rows < case.n else False


def _share(case: Case) -> FloatArray:
    """How much of a grid each unit fills: the mean over measures of its share of all."""
    parts = [w / max(float(w.sum()), 1e-12) for w in case.weights] or [np.full(case.n, 1 / case.n)]
    return np.asarray(np.mean(parts, axis=0))


def _fill(case: Case, plan: IntArray, labels: int) -> FloatArray:
    inside = plan >= 0
    return np.bincount(plan[inside], weights=_share(case)[inside], minlength=labels).astype(np.float64)


def _split_order(case: Case, plan: IntArray, wanted: dict[int, int]) -> list[int]:
    """Grids of two units or more as they are to be cut: those that are wanted in several, then the fullest."""
    fill = _fill(case, plan, int(plan.max()) + 1)
    fullest = np.argsort(-fill, kind="stable").tolist()
    first = [g for g in fullest if wanted.get(g, 0) > 1]
    return [g for g in dict.fromkeys([*first, *fullest]) if (plan == g).sum() > 1]


def _cut(case: Case, plan: IntArray, g: int, fresh: int, parts: int, random: np.random.Generator) -> bool:
    """Cut a piece of about one of `parts` off grid `g` and call it `fresh`; the best of some random trees is used.

    The piece holds no locked unit. False where no cut leaves all of them on one side.
    """
    units = np.flatnonzero(plan == g)
    graph = case.graph.subgraph(units)
    share = _share(case)[units]
    u, v, _ = graph.edges()
    best: tuple[float, IntArray] | None = None
    for _ in range(TREES):
        matrix = coo_array((random.uniform(1.0, 2.0, len(u)), (u, v)), shape=(graph.n, graph.n)).tocsr()
        tree = minimum_spanning_tree(matrix)
        order, before = breadth_first_order(tree, int(random.integers(graph.n)), directed=False)
        below = share.copy()
        locked = case.fixed[units].astype(float)
        for i in order[:0:-1].tolist():
            below[before[i]] += below[i]
            locked[before[i]] += locked[i]
        for i in order[1:].tolist():
            whole = float(locked[order[0]])
            for inner, weight in ((True, below[i]), (False, share.sum() - below[i])):
                held = locked[i] if inner else whole - locked[i]
                miss = abs(weight - share.sum() / parts)
                if held == 0 and (best is None or miss < best[0]):
                    piece = _subtree(order.astype(np.int64), before.astype(np.int64), i)
                    best = (miss, piece if inner else np.setdiff1d(np.arange(len(units)), piece))
    if best is None:
        return False
    plan[units[best[1]]] = fresh
    return True


def _subtree(order: IntArray, before: IntArray, root: int) -> IntArray:
    inside = np.zeros(len(before), dtype=bool)
    inside[root] = True
    for i in order.tolist():
        if before[i] >= 0 and inside[before[i]]:
            inside[i] = True
    return np.flatnonzero(inside)


def _dissolved(case: Case, plan: IntArray, labels: int) -> IntArray:
    """The plan without its lightest grid that holds no locked unit."""
    held = np.bincount(plan, weights=case.cost, minlength=labels).astype(np.float64)
    held[np.bincount(plan, minlength=labels) == 0] = np.inf
    held[np.unique(case.home[case.fixed])] += 1e15
    lightest = int(held.argmin())
    return _absorbed(case, np.where(plan == lightest, -1, plan), labels)

"""Integer programming on grids with fixed centres (PuLP driving HiGHS).

The model is the assignment of rows to the centres of some grids, all bands as hard rules (or priced, while a plan still
breaks them). Contiguity is held by precedence (Zoltners and Sinha 1983): a row may join a grid only together with a
neighbour that lies nearer to the centre. Nearness is measured along paths that prefer the grid's present rows, so the
present plan is always a solution of the model and the answer is never worse. Precedence is a restriction of
contiguity: bounds of these models say nothing about the problem.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pulp
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gridgeo_solvers.partition import highs
from gridgeo_solvers.partition.parts import FloatArray, IntArray, Part
from gridgeo_solvers.partition.values import Found, better, found
from gridgeo_solvers.stop import StopRule

OUTSIDE = 1000.0
"""How much longer a step is that leaves a grid's present rows."""


@dataclass(frozen=True)
class Limits:
    """Work of one polishing: variables of one programme, its nodes, and passes over the groups."""

    variables: int
    nodes: int
    passes: int = 3


def polish(part: Part, plan: IntArray, k: int, limits: Limits, stop: StopRule) -> Found:
    """Improve `plan` by integer programmes until none helps: all grids at once if small, else adjacent ones."""
    best = found(part, plan, k)
    for _ in range(limits.passes):
        before = best
        for group in _groups(part, best.plan, k, limits.variables):
            if stop():
                return best
            if not best.feasible and k > 3 and not _concerned(part, best.plan, k, group):
                continue
            best = better(best, found(part, reassign(part, best.plan, k, group, limits.nodes), k))
        if not best.value < before.value or (best.value.cost > before.value.cost * (1 - 1e-5) and best.feasible):
            break
    return best


def reassign(part: Part, plan: IntArray, k: int, grids: list[int], nodes: int) -> IntArray:
    """Best assignment of the rows of `grids` to their present centres under precedence; `plan` where none is found."""
    rows = np.flatnonzero(np.isin(plan, grids))
    centre = part.centres(plan, k)
    sites = [int(centre[g]) for g in grids]
    model = pulp.LpProblem("reassign", pulp.LpMinimize)
    x = [[model.add_variable(f"x_{i}_{p}", cat="Binary") for p in range(len(grids))] for i in range(len(rows))]
    cost = part.distances.table(np.array(sites))[rows] * part.centred
    scale = max(float(cost.mean()), 1e-12) if part.centred else 1.0
    terms: list[Any] = [(x[i][p], cost[i, p] / scale) for i in range(len(rows)) for p in range(len(grids))]
    if not part.centred:
        terms = _cut_terms(part, rows, grids, x, model)
    for row in x:
        model += pulp.LpAffineExpression([(v, 1) for v in row]) == 1
    _precede(part, plan, rows, grids, sites, x, model)
    elastic = part.violation(plan, k) > 0
    terms += _bands(part, rows, grids, x, model, elastic)
    model.setObjective(pulp.LpAffineExpression(terms))
    for i, r in enumerate(rows.tolist()):
        for p, g in enumerate(grids):
            x[i][p].setInitialValue(int(plan[r] == g))
    if not highs.run(model, nodes=nodes, gap=1e-5).solved:
        return plan
    improved = plan.copy()
    chosen = np.array([[v.value() or 0.0 for v in row] for row in x])
    improved[rows] = np.array(grids)[chosen.argmax(axis=1)]
    return improved


def _groups(part: Part, plan: IntArray, k: int, variables: int) -> list[list[int]]:
    """Sets of grids to treat at once: all, or each grid with its longest-bordering neighbours while the model fits."""
    if part.n * k <= variables:
        return [list(range(k))]
    rows = np.bincount(plan, minlength=k)
    u, v, _ = part.graph.edges()
    touch = np.zeros((k, k))
    np.add.at(touch, (plan[u], plan[v]), 1.0)
    touch += touch.T
    np.fill_diagonal(touch, 0.0)
    groups: list[list[int]] = []
    for g in range(k):
        group = [g]
        while True:
            near = touch[group].sum(axis=0)
            near[group] = 0.0
            other = int(near.argmax())
            size = len(group) + 1
            if near[other] <= 0 or size > 4 or (size > 2 and int(rows[[*group, other]].sum()) * size > variables):
                break
            group.append(other)
        if sorted(group) not in groups and len(group) > 1:
            groups.append(sorted(group))
    return groups


def _concerned(part: Part, plan: IntArray, k: int, grids: list[int]) -> bool:
    """Whether one of `grids` is outside a band."""
    totals = part.totals(plan, k)[:, grids]
    return bool(((totals > part.upper[:, None]) | (totals < part.lower[:, None])).any())


def _precede(
    part: Part, plan: IntArray, rows: IntArray, grids: list[int], sites: list[int], x: list[list[Any]], model: Any
) -> None:
    position = {int(r): i for i, r in enumerate(rows)}
    ends = np.repeat(np.arange(part.n), np.diff(part.graph.indptr))
    for p, (g, site) in enumerate(zip(grids, sites, strict=True)):
        home = int(part.row_of[site])
        inside = (plan[ends] == g) & (plan[part.graph.indices] == g)
        usable = np.isin(plan[ends], grids) & np.isin(plan[part.graph.indices], grids)
        way = np.where(inside, part.steps, part.steps * OUTSIDE)
        matrix = csr_array((way[usable], (ends[usable], part.graph.indices[usable])), shape=(part.n, part.n))
        far: FloatArray = dijkstra(matrix, directed=False, indices=home)  # type: ignore[call-overload]
        for i, r in enumerate(rows.tolist()):
            if r == home:
                model += x[i][p] == 1
                continue
            if not np.isfinite(far[r]):
                model += x[i][p] == 0
                continue
            nearer = [position[int(b)] for b in part.graph.neighbours(r) if int(b) in position and far[b] < far[r]]
            model += pulp.LpAffineExpression([(x[i][p], 1), *((x[b][p], -1) for b in nearer)]) <= 0


def _bands(part: Part, rows: IntArray, grids: list[int], x: list[list[Any]], model: Any, elastic: bool) -> list[Any]:
    """Bands of `grids`, hard or (elastic) with misses priced above any gain in cost; returns the priced terms."""
    terms: list[Any] = []
    price = 50.0 * len(rows)
    for m, (low, high, mean) in enumerate(zip(part.lower, part.upper, part.mean, strict=True)):
        w = part.weights[m, rows]
        # The programme keeps rows within an absolute 1e-6; whole numbers need no margin, others a hair of it.
        margin = 0.0 if float(np.abs(w - np.rint(w)).max()) == 0.0 else 2e-6
        for p in range(len(grids)):
            total = pulp.LpAffineExpression([(x[i][p], float(w[i])) for i in range(len(rows)) if w[i]])
            for edge, sign in ((high - margin, -1), (low + margin, 1)):
                if not np.isfinite(edge) or edge <= 0:
                    continue
                slack: Any = 0
                if elastic:
                    slack = model.add_variable(f"miss_{m}_{p}_{'over' if sign < 0 else 'under'}", lowBound=0)
                    terms.append((slack, price / float(mean)))
                model += (total + sign * slack <= edge) if sign < 0 else (total + sign * slack >= edge)
    return terms


def _cut_terms(part: Part, rows: IntArray, grids: list[int], x: list[list[Any]], model: Any) -> list[Any]:
    """One variable per edge inside the group that is 1 when its ends part; outer edges are always cut."""
    position = {int(r): i for i, r in enumerate(rows)}
    u, v, length = part.graph.edges()
    scale = max(float(length.mean()), 1e-12)
    terms = []
    for a, b, metres in zip(u.tolist(), v.tolist(), length.tolist(), strict=True):
        if a not in position or b not in position or metres <= 0:
            continue
        i, j = position[a], position[b]
        cut = model.add_variable(f"cut_{i}_{j}", lowBound=0, upBound=1)
        terms.append((cut, metres / scale))
        for p in range(len(grids)):
            model += pulp.LpAffineExpression([(x[i][p], 1), (x[j][p], -1), (cut, -1)]) <= 0
            model += pulp.LpAffineExpression([(x[j][p], 1), (x[i][p], -1), (cut, -1)]) <= 0
    return terms

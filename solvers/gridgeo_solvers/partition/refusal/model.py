"""One integer programme for every rule: does a plan exist, and which one misses the bands least?

Grids are named by their seeds, by their number where bands are unequal, else by their lowest row, so that one plan is
one solution. Connection and pairs that may not meet are added as plans break them: separators after Oehrlein and Haunert
(2017), cliques of rivals. Bands can be elastic: what totals miss them by is paid for as a share of the mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pulp
from numpy.typing import NDArray

from gridgeo_solvers import clock
from gridgeo_solvers.partition.ground import highs
from gridgeo_solvers.partition.ground.parts import FloatArray, IntArray
from gridgeo_solvers.partition.refusal.links import bundles
from gridgeo_solvers.partition.refusal.naming import ends
from gridgeo_solvers.partition.refusal.rulebook import Case, ways
from gridgeo_solvers.partition.refusal.separation import Programme, add_rivals, add_separators
from gridgeo_solvers.problems import Measure
from gridgeo_solvers.stop import StopRule

VARIABLES = 3000
"""Most pairs of row and grid for which a programme is made."""
ROUNDS = 300
"""Most rounds of solve and separate."""
SECONDS = 30.0
"""Seconds after which a programme is given up over all rounds; node limits mostly end it earlier."""
GUIDED_GAP = 1e-3
"""Relative gap at which a guided programme ends."""
ROUNDING = 1e-7
"""Share of a grid's mean by which a programme's bands are wider than the problem's, beyond the solver's tolerance."""


@dataclass(frozen=True)
class Verdict:
    """`plan` where one was found; `none` where it is proven that there is none, or (elastic) none better.

    `missed` is what the plan misses its bands by, `nodes` what was spent.
    """

    plan: IntArray | None
    none: bool
    missed: float
    nodes: int


def settle(
    case: Case,
    *,
    nodes: int,
    stop: StopRule,
    elastic: bool = False,
    start: IntArray | None = None,
    guide: FloatArray | None = None,
) -> Verdict:
    """Whether a plan keeps every rule of `case`; with `elastic` the plan that misses the bands least.

    Parameters
    ----------
    case
        What to settle; above `VARIABLES` nothing is said.
    nodes
        Branch-and-bound nodes over all rounds.
    stop
        Asked between rounds.
    elastic
        Pay for missed bands rather than forbid them.
    start
        A plan to begin from, in the numbering of the case's seeds or bands where it has them.
    guide
        Shape (n, k), with seeds and elastic bands only: what a unit adds in each grid beside the missed bands. Small
        costs that grow with the way to the seed lead to connected plans in few rounds; the plan is then only near the
        least miss.
    """
    programme = _build(case, elastic)
    if programme is None:
        return Verdict(None, False, np.inf, 0)
    if programme.hopeless:
        return Verdict(None, True, np.inf, 0)
    left, end = nodes, clock.now() + SECONDS
    if start is not None:
        _warm(programme, start)
    if guide is not None:
        _lead(programme, guide)
    for _ in range(ROUNDS):
        seconds = end - clock.now()
        if stop() or left <= 0 or seconds <= 0:
            break
        outcome = highs.run(programme.model, nodes=left, seconds=seconds, gap=1e-6 if guide is None else GUIDED_GAP)
        left -= max(outcome.nodes, 1)
        if outcome.infeasible:
            return Verdict(None, True, np.inf, nodes - left)
        if not outcome.solved:
            break
        plan = _read(programme)
        if not (add_rivals(programme, plan) + add_separators(programme, plan)):
            missed = float(sum(v.value() or 0.0 for v in programme.misses))
            best = elastic and guide is None and outcome.bound >= missed - 1e-6 * max(missed, 1.0)
            return Verdict(_numbered(programme, plan), best, missed, nodes - left)
    return Verdict(None, False, np.inf, nodes - left)


def _build(case: Case, elastic: bool) -> Programme | None:
    problem = case.problem
    row_of, first = _rows(case)
    rows = len(first)
    free = not case.labelled and (case.any_count or rows * (rows + 1) // 2 <= VARIABLES)
    if free:
        pairs = [(r, s) for s in range(rows) for r in range(s, rows)]
    else:
        # Free grids by number: the first rows lie in the first grids, which halves the ways to say one plan.
        pairs = [(r, g) for g in range(problem.k) for r in range(0 if case.labelled else g, rows)]
    if len(pairs) > VARIABLES or (not free and rows < problem.k):
        return None
    rivals = _rivals(case, row_of, rows)
    root = {g: int(row_of[unit]) for g, unit in enumerate(problem.seeds)}
    if free:
        root = {s: s for s in range(rows)}
    group = np.zeros(rows, dtype=np.int64) if problem.group is None else problem.group[first]
    pairs = [(r, s) for r, s in pairs if s not in root or (not rivals[r, root[s]] and group[r] == group[root[s]])]
    model = pulp.LpProblem("rules", pulp.LpMinimize)
    x = {(r, s): model.add_variable(f"x_{r}_{s}", cat="Binary") for r, s in pairs}
    grids = sorted({s for _, s in pairs})
    opened = {s: x.get((s, s), 1) if free else 1 for s in grids}
    graph = problem.graph if problem.group is None else problem.graph.within(problem.group)
    homeless = len({r for r, _ in pairs}) < rows or any((r, s) not in x for s, r in root.items())
    programme = Programme(case, row_of, graph, rivals, model, x, opened, root, hopeless=homeless)
    if homeless:
        return programme
    _assign(programme, free)
    _bands(programme, elastic)
    _groups(programme, group, free)
    _areas(programme)
    if case.connected:
        _beside(programme)
    return programme


def _rows(case: Case) -> tuple[IntArray, IntArray]:
    """Row of every unit and lowest unit of every row; units kept together are one row."""
    lowest = np.arange(case.problem.n, dtype=np.int64)
    for units in bundles(case.problem):
        lowest[units] = units.min()
    first, row_of = np.unique(lowest, return_inverse=True)
    return row_of.astype(np.int64), first


def _rivals(case: Case, row_of: IntArray, rows: int) -> NDArray[np.bool_]:
    """Which rows may not share a grid; a row against itself where its own units may not."""
    problem = case.problem
    rivals = np.zeros((rows, rows), dtype=bool)
    pairs = np.array(problem.apart, dtype=np.int64).reshape(-1, 2)
    if np.isfinite(problem.reach):
        every = np.arange(problem.n)
        far = np.argwhere(ways(problem, every, every) > problem.reach * (1 + 1e-9))
        pairs = np.concatenate([pairs, far])
    rivals[row_of[pairs[:, 0]], row_of[pairs[:, 1]]] = True
    return rivals | rivals.T


def _assign(programme: Programme, free: bool) -> None:
    model, x = programme.model, programme.x
    choices: dict[int, list[int]] = {r: [] for r in range(programme.rows)}
    for r, s in x:
        choices[r].append(s)
    for r, grids in choices.items():
        model += pulp.LpAffineExpression([(x[r, s], 1) for s in grids]) == 1
    problem = programme.case.problem
    if free:
        everyone = pulp.LpAffineExpression([(opened, 1) for opened in programme.opened.values()])
        if not programme.case.any_count:
            model += everyone == problem.k
        for r, s in x:
            if r != s:
                model += x[r, s] - x[s, s] <= 0
        return
    for s in range(problem.k):
        held = programme.sum(range(programme.rows), s)
        root = programme.root.get(s)
        model += (programme.sum([root], s) if root is not None else held) >= 1


def _bands(programme: Programme, elastic: bool) -> None:
    for m in programme.case.problem.measures:
        if m.banded:
            _band(programme, m, elastic)


def _band(programme: Programme, m: Measure, elastic: bool) -> None:
    problem = programme.case.problem
    weights = np.bincount(programme.row_of, weights=m.weights, minlength=programme.rows)
    mean = max(float(m.weights.sum()) / problem.k, 1e-12)
    low, high = ends(m, problem.k)
    for s, opened in programme.opened.items():
        g = s if s < problem.k and (np.ndim(m.lower) or np.ndim(m.upper)) else 0
        load = pulp.LpAffineExpression(
            [(programme.x[r, s], float(weights[r]) / mean) for r in range(programme.rows) if (r, s) in programme.x]
        )
        if np.isfinite(high[g]):
            over = _miss(programme, "over") if elastic else 0
            programme.model += load - (float(high[g]) / mean + ROUNDING) * opened - over <= 0
        if low[g] > 0:
            under = _miss(programme, "under") if elastic else 0
            programme.model += load - (float(low[g]) / mean - ROUNDING) * opened + under >= 0
    if elastic:
        programme.model.setObjective(pulp.LpAffineExpression([(v, 1) for v in programme.misses]))


def _miss(programme: Programme, name: str) -> Any:
    variable = programme.model.add_variable(f"{name}_{len(programme.misses)}", lowBound=0)
    programme.misses.append(variable)
    return variable


def _groups(programme: Programme, group: IntArray, free: bool) -> None:
    """Nesting, and the number of grids of groups where it is fixed."""
    problem, model = programme.case.problem, programme.model
    if problem.group is None:
        return
    fixed = problem.grids_per_group or {}
    for label in np.unique(group).tolist():
        rows = np.flatnonzero(group == label).tolist()
        if free:
            if label in fixed:
                model += pulp.LpAffineExpression([(programme.x[s, s], 1) for s in rows]) == fixed[label]
            continue
        lies = {s: model.add_variable(f"group_{label + 10**6}_{s}", cat="Binary") for s in programme.opened}
        for s, inside in lies.items():
            for r in rows:
                if (r, s) in programme.x:
                    model += programme.x[r, s] - inside <= 0
            others = [r for r in range(programme.rows) if group[r] != label and (r, s) in programme.x]
            for r in others:
                model += programme.x[r, s] + inside <= 1
            model += programme.sum(rows, s) - inside >= 0
        if label in fixed:
            model += pulp.LpAffineExpression([(v, 1) for v in lies.values()]) == fixed[label]


def _areas(programme: Programme) -> None:
    problem = programme.case.problem
    if problem.zone is None:
        return
    zone = np.asarray(problem.zone)
    for label in np.unique(zone[zone >= 0]).tolist():
        rows = np.unique(programme.row_of[zone == label]).tolist()
        touched = []
        for s in programme.opened:
            inside = [programme.x[r, s] for r in rows if (r, s) in programme.x]
            if inside:
                touched.append(programme.model.add_variable(f"area_{label}_{s}", cat="Binary"))
            for variable in inside:
                programme.model += variable - touched[-1] <= 0
        programme.model += pulp.LpAffineExpression([(v, 1) for v in touched]) <= problem.splits + 1


def _beside(programme: Programme) -> None:
    """Beside every row of a grid with a root lies another row of it."""
    u, v, _ = programme.graph.edges()
    near: dict[int, set[int]] = {r: set() for r in range(programme.rows)}
    for a, b in zip(programme.row_of[u].tolist(), programme.row_of[v].tolist(), strict=True):
        near[a].add(b)
        near[b].add(a)
    for (r, s), variable in programme.x.items():
        root = programme.root.get(s)
        if root is not None and r != root and root not in near[r]:
            programme.model += variable - programme.sum(near[r] - {r}, s) <= 0


def _warm(programme: Programme, start: IntArray) -> None:
    plan = np.zeros(programme.rows, dtype=np.int64)
    plan[programme.row_of] = start
    if not programme.case.labelled:
        _, first, back = np.unique(plan, return_index=True, return_inverse=True)
        plan = first[back] if programme.root else np.argsort(np.argsort(first))[back]
    for (r, s), variable in programme.x.items():
        variable.setInitialValue(int(plan[r] == s))


def _lead(programme: Programme, guide: FloatArray) -> None:
    cost = np.zeros((programme.rows, guide.shape[1]))
    np.add.at(cost, programme.row_of, guide)
    terms = [(variable, float(cost[r, s])) for (r, s), variable in programme.x.items()]
    programme.model.setObjective(pulp.LpAffineExpression([*((v, 1) for v in programme.misses), *terms]))


def _read(programme: Programme) -> IntArray:
    """Grid of every row."""
    plan = np.full(programme.rows, -1, dtype=np.int64)
    for (r, s), variable in programme.x.items():
        if (variable.value() or 0.0) > 0.5:
            plan[r] = s
    return plan


def _numbered(programme: Programme, plan: IntArray) -> IntArray:
    """Plan of all units with grids 0, 1, …; numbers are kept where they mean something."""
    grids = plan[programme.row_of]
    return grids if programme.case.labelled else np.unique(grids, return_inverse=True)[1].astype(np.int64)

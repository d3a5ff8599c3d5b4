"""Small re-drawings with every rule, for property tests, and their exact answers by trying everything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np
from hypothesis import strategies as st

from gridgeo_solvers.check import evaluate, judge
from gridgeo_solvers.check_redraw import least_moved
from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.problems import Measure, PartitionProblem
from gridgeo_solvers.redraw import Redrawing
from gridgeo_solvers.redraw.cases import Case, cases_of


@st.composite
def redrawings(draw):
    """A small re-drawing around a hidden plan that keeps its rules; the plan in force is any at all."""
    n = draw(st.integers(3, 8))
    k = draw(st.integers(1, min(3, n)))
    m = draw(st.integers(1, min(3, n)))
    hidden = [*range(k), *(draw(st.integers(0, k - 1)) for _ in range(n - k))]
    old = [*range(m), *(draw(st.integers(0, m - 1)) for _ in range(n - m))]
    everywhere = [(i, j) for i in range(n) for j in range(i + 1, n)]
    # A tree inside every hidden grid, so that it hangs together, and more borders.
    inner = []
    for g in range(k):
        units = [i for i in range(n) if hidden[i] == g]
        inner += [(units[draw(st.integers(0, p - 1))], units[p]) for p in range(1, len(units))]
    more = draw(st.lists(st.sampled_from(everywhere), max_size=8, unique=True))
    edges = sorted({(min(e), max(e)) for e in [*inner, *more]})
    weights = np.array([draw(st.integers(0, 20)) for _ in range(n)], dtype=float)
    totals = np.bincount(hidden, weights=weights, minlength=k)
    slack = draw(st.integers(0, 6))
    low = max(float(totals.min()) - slack, 0.0) if draw(st.booleans()) else -np.inf
    group = None
    if draw(st.booleans()):
        side = [draw(st.integers(0, 1)) for _ in range(k)]
        group = np.array([side[g] for g in hidden])
    pairs = st.lists(st.sampled_from(everywhere), max_size=2, unique=True)
    problem = PartitionProblem(
        graph=Graph.from_edges(n, edges),
        measures=(Measure("households", weights, low, float(totals.max()) + slack),),
        k=k,
        mass=weights,
        x=np.arange(n) * 100.0,
        y=np.zeros(n),
        group=group,
        together=tuple((i, j) for i, j in draw(pairs) if hidden[i] == hidden[j]),
        apart=tuple((i, j) for i, j in draw(pairs) if hidden[i] != hidden[j]),
    )
    moving = weights if draw(st.booleans()) else np.array([draw(st.integers(0, 9)) for _ in range(n)], dtype=float)
    locked = draw(st.lists(st.integers(0, n - 1), max_size=2, unique=True)) if draw(st.booleans()) else []
    whole = draw(st.lists(st.integers(0, m - 1), max_size=1)) if draw(st.booleans()) else []
    return Redrawing(problem, old, moving, locked_units=tuple(locked), locked_grids=tuple(whole))


@st.composite
def limited_redrawings(draw):
    """A small re-drawing that a longest way, splits of areas and unequal bands limit, around a plan that keeps them."""
    asked = draw(redrawings())
    problem, n = asked.problem, asked.problem.n
    hidden = next(plans(asked), None)
    if hidden is None:
        return asked
    spots = np.array([draw(st.integers(0, 6)) for _ in range(n)]) * 1000.0
    same = hidden[:, None] == hidden
    if draw(st.booleans()):
        away = np.abs(spots[:, None] - spots) / 1000
        problem = replace(problem, x=spots, reach=float(away[same].max()) + 0.5)
    if draw(st.booleans()):
        zone = np.array([draw(st.integers(-1, 2)) for _ in range(n)])
        split = max((len(set(hidden[zone == z].tolist())) for z in range(3)), default=1)
        problem = replace(problem, zone=zone, splits=max(split - 1, 0))
    if draw(st.booleans()):
        seeds = tuple(int(np.flatnonzero(hidden == g)[-1]) for g in range(problem.k))
        totals = np.bincount(hidden, weights=problem.measures[0].weights)
        slack = draw(st.integers(0, 4))
        band = Measure("households", problem.measures[0].weights, np.maximum(totals - slack, 0), totals + slack)
        problem = replace(problem, seeds=seeds, measures=(band,))
    return replace(asked, problem=problem)


def first_case(asked: Redrawing) -> Case | None:
    """The first part of a re-drawing without areas and locked grids; None for others and where its locks allow no plan."""
    if asked.locked_grids or asked.problem.group is not None:
        return None
    try:
        return cases_of(asked)[0]
    except Infeasible:
        return None


def plans(asked: Redrawing) -> Iterator[np.ndarray]:
    """Every plan that keeps the rules of the problem, once; locks aren't looked at."""
    n, k = asked.problem.n, asked.problem.k
    for labels in product(range(k), repeat=n):
        plan = np.array(labels)
        seeds = list(asked.problem.seeds)
        first = plan[seeds].tolist() if seeds else list(dict.fromkeys(labels))
        if len(set(labels)) == k and first == list(range(k)) and not judge(asked.problem, plan):
            yield plan


def best_by_trying(asked: Redrawing) -> float | None:
    """What moves at the least, over every plan there is; None where none keeps rules and locks."""
    best: float | None = None
    for plan in plans(asked):
        moved = _moved(asked, plan)
        if moved is not None and (best is None or moved < best):
            best = moved
    return best


def cheapest_by_trying(asked: Redrawing) -> float | None:
    """What the best plan is worth at the price of moves, over every plan there is; None where none keeps rules and locks."""
    best: float | None = None
    for plan in plans(asked):
        moved = _moved(asked, plan)
        if moved is None:
            continue
        value = asked.price * moved + evaluate(asked.problem, plan)["objective"]
        best = value if best is None else min(best, value)
    return best


def _moved(asked: Redrawing, plan: np.ndarray) -> float | None:
    """What `plan` moves with its best continuations that hold the locks."""
    held: dict[int, int] = {}
    for g in asked.locked_grids:
        units = np.flatnonzero(asked.old == g)
        new = set(plan[units].tolist())
        if len(new) > 1 or (plan == plan[units[0]]).sum() != len(units):
            return None
    for i in np.flatnonzero(asked.fixed).tolist():
        if held.setdefault(int(asked.old[i]), int(plan[i])) != plan[i]:
            return None
    if len(set(held.values())) < len(held):
        return None
    if not held:
        return least_moved(asked.old, plan, asked.moving)
    # Held continuations are taken out, the rest is matched.
    total = 0.0
    for g, new in held.items():
        total += float(asked.moving[(asked.old == g) & (plan == new)].sum())
    rest = ~np.isin(asked.old, list(held)) & ~np.isin(plan, list(held.values()))
    if rest.any():
        total += float(asked.moving[rest].sum()) - least_moved(asked.old[rest], plan[rest], asked.moving[rest])
    return float(asked.moving.sum()) - total

"""Small partition problems with every rule, and a judge of their plans written from the problem's words alone."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import strategies as st

from gridgeo_solvers.graph import Graph
from gridgeo_solvers.partition import Measure, PartitionProblem
from gridgeo_solvers.problems import Objective, Term

EVERY = ("apart", "seeds", "reach", "zone", "bands")
"""Rules beside connection and one band; `bands` are unequal ones."""


def ways(problem: PartitionProblem) -> np.ndarray:
    """Way between every two units, the longer of both directions."""
    if problem.seconds is not None:
        return np.maximum(problem.seconds, problem.seconds.T)
    return np.hypot(problem.x[:, None] - problem.x, problem.y[:, None] - problem.y) / 1000


def keeps(problem: PartitionProblem, plan: np.ndarray) -> bool:
    """Whether `plan` keeps every rule; grids are in the order of the seeds where there are any."""
    plan = np.asarray(plan)
    grids = [set(np.flatnonzero(plan == g).tolist()) for g in range(problem.k)]
    if not all(grids) or sum(map(len, grids)) != problem.n:
        return False
    if any(not connected(problem.graph, grid) for grid in grids):
        return False
    if problem.group is not None and any(len({int(problem.group[i]) for i in grid}) > 1 for grid in grids):
        return False
    for m in problem.measures:
        low, high = np.broadcast_to(m.lower, problem.k), np.broadcast_to(m.upper, problem.k)
        totals = [sum(m.weights[i] for i in grid) for grid in grids]
        if any(t < lo - 1e-9 * abs(lo) or t > hi + 1e-9 * abs(hi) for t, lo, hi in zip(totals, low, high, strict=True)):
            return False
    if any(len({plan[i] for i in units}) > 1 for units in problem.together):
        return False
    if any(plan[i] == plan[j] for i, j in problem.apart):
        return False
    if any(plan[unit] != g for g, unit in enumerate(problem.seeds)):
        return False
    if diameter(problem, plan) > problem.reach * (1 + 1e-9):
        return False
    if problem.zone is not None:
        for area in set(problem.zone.tolist()) - {-1}:
            if len({int(g) for g in plan[problem.zone == area]}) > problem.splits + 1:
                return False
    return True


def connected(graph: Graph, vertices: set[int]) -> bool:
    """Whether `vertices` hang together among themselves."""
    seen, stack = set(), [min(vertices)]
    while stack:
        i = stack.pop()
        if i not in seen:
            seen.add(i)
            stack += [int(j) for j in graph.neighbours(i) if int(j) in vertices]
    return seen == vertices


def diameter(problem: PartitionProblem, plan: np.ndarray) -> float:
    """Longest way inside a grid."""
    plan = np.asarray(plan)
    return float(np.where(plan[:, None] == plan, ways(problem), 0.0).max())


def imbalance(problem: PartitionProblem, plan: np.ndarray) -> float:
    """Largest relative deviation from the target over the measures that count."""
    counted = [m for m in problem.measures if m.aim] or [m for m in problem.measures if m.banded]
    worst = 0.0
    for m in counted:
        target = np.broadcast_to(m.weights.sum() / problem.k if m.target is None else m.target, problem.k)
        totals = np.bincount(plan, weights=m.weights, minlength=problem.k)
        worst = max(worst, float((np.abs(totals - target) / target).max()))
    return worst


def worth(problem: PartitionProblem, plan: np.ndarray, term: Term) -> float:
    """Value of one objective, without its weight."""
    plan = np.asarray(plan)
    if term.objective is Objective.BALANCE:
        return imbalance(problem, plan)
    if term.objective is Objective.DIAMETER:
        return diameter(problem, plan)
    if term.objective in (Objective.COMPACTNESS, Objective.TRAVEL):
        way = problem.seconds if term.objective is Objective.TRAVEL else ways(problem) ** 2
        total = 0.0
        for g in range(problem.k):
            inside = np.flatnonzero(plan == g)
            total += float((problem.mass[inside] @ way[np.ix_(inside, inside)]).min())
        return total
    u, v, length = problem.graph.edges()
    per_edge = {Objective.BOUNDARY: length, Objective.CUTS: np.ones(len(u)), Objective.TIES: problem.ties}
    return float(np.asarray(per_edge[term.objective])[plan[u] != plan[v]].sum())


def rank_value(problem: PartitionProblem, plan: np.ndarray, rank: int) -> float:
    """Weighted sum of the objectives of one rank."""
    return sum(t.weight * worth(problem, plan, t) for t in problem.terms if t.rank == rank)


def valid_plans(problem: PartitionProblem) -> list[np.ndarray]:
    """Every plan that keeps every rule; up to names of grids where there are no seeds."""
    plans = []
    for plan in product(range(problem.k), repeat=problem.n):
        if not problem.seeds and (plan[0] != 0 or any(plan[i] > max(plan[:i]) + 1 for i in range(1, problem.n))):
            continue
        if keeps(problem, np.array(plan)):
            plans.append(np.array(plan))
    return plans


@st.composite
def ruled_problems(draw, objectives=("compactness", "boundary", "ties"), most=8, rules=EVERY) -> PartitionProblem:
    """Connected graphs of 3 to `most` units under a draw of `rules`; many have no valid plan."""
    n = draw(st.integers(3, most))
    tree = [(draw(st.integers(0, i - 1)), i) for i in range(1, n)]
    pair = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda e: e[0] != e[1])
    edges = sorted({(min(e), max(e)) for e in [*tree, *draw(st.lists(pair, max_size=6))]})
    k = draw(st.integers(2, min(n, 3)))
    households = np.array(draw(st.lists(st.integers(1, 20), min_size=n, max_size=n)), dtype=float)
    spot = st.lists(st.integers(0, 30), min_size=n, max_size=n)
    rules = draw(st.sets(st.sampled_from(rules), max_size=3)) if rules else set()
    mean = households.sum() / k
    lower, upper = mean * 0.5, mean * 1.5
    fields = {}
    if "seeds" in rules or "bands" in rules:
        fields["seeds"] = tuple(draw(st.permutations(range(n)))[:k])
    if "bands" in rules:
        lower = np.array(draw(st.lists(st.sampled_from([0.0, 0.4, 0.8]), min_size=k, max_size=k))) * mean
        upper = np.array(draw(st.lists(st.sampled_from([1.2, 1.6, 3.0]), min_size=k, max_size=k))) * mean
    if "apart" in rules:
        fields["apart"] = tuple(sorted({(min(e), max(e)) for e in draw(st.lists(pair, min_size=1, max_size=3))}))
    if "reach" in rules:
        fields["reach"] = draw(st.sampled_from([1.0, 2.0, 3.0]))
    if "zone" in rules:
        fields["zone"] = np.array(draw(st.lists(st.integers(-1, 2), min_size=n, max_size=n)))
        fields["splits"] = draw(st.integers(0, 1))
    return PartitionProblem(
        graph=Graph.from_edges(n, edges, draw(st.lists(st.integers(1, 9), min_size=len(edges), max_size=len(edges)))),
        measures=(Measure("households", households, lower, upper),),
        k=k,
        mass=households,
        x=np.array(draw(spot)) * 100.0,
        y=np.array(draw(spot)) * 100.0,
        objective=draw(st.sampled_from(objectives)),
        ties=np.array(draw(st.lists(st.integers(0, 5), min_size=len(edges), max_size=len(edges))), dtype=float),
        **fields,
    )

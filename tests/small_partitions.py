"""Small partition problems for property tests, and all plans of one."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import strategies as st

from gridgeo_solvers.graph import Graph
from gridgeo_solvers.partition import PartitionParams
from gridgeo_solvers.partition.bounds.lagrangian import lagrangian
from gridgeo_solvers.partition.ground.parts import Part
from gridgeo_solvers.partition.ground.values import Found, found
from gridgeo_solvers.partition.proof.exact import proof_of
from gridgeo_solvers.problems import Measure, PartitionProblem
from gridgeo_solvers.stop import StopRule


@st.composite
def cases(draw):
    """A small problem with every rule, made around a hidden plan, and a plan that is near it."""
    n = draw(st.integers(3, 9))
    k = draw(st.integers(2, 3))
    hidden = [*range(k), *(draw(st.integers(0, k - 1)) for _ in range(n - k))]
    everywhere = [(i, j) for i in range(n) for j in range(i + 1, n)]
    pairs = st.lists(st.sampled_from(everywhere), max_size=3, unique=True)
    edges = draw(st.lists(st.sampled_from(everywhere), min_size=n // 2, unique=True))
    numbers = st.integers(0, 10**8)
    places = st.integers(-5000, 5000).map(float)
    weights = [np.array([draw(numbers) for _ in range(n)], dtype=float) for _ in range(2)]
    totals = [np.bincount(hidden, weights=w, minlength=k) for w in weights]
    seeded = draw(st.booleans())
    grouped = draw(st.booleans())
    side = [draw(st.integers(0, 1)) for _ in range(k)]
    measures = (
        Measure("households", weights[0], totals[0].min(), totals[0].max()),
        Measure("area", weights[1], totals[1] if seeded else 0.0, totals[1] + 5 if seeded else totals[1].max()),
    )
    group = np.array([side[g] for g in hidden])
    held = {label: side.count(label) for label in set(side)}
    problem = PartitionProblem(
        graph=Graph.from_edges(n, edges, [1.5 * (i + 1) for i in range(len(edges))]),
        measures=measures,
        k=k,
        mass=weights[0],
        x=np.array([draw(places) for _ in range(n)]),
        y=np.array([draw(places) for _ in range(n)]),
        seconds=np.array([draw(st.integers(0, 99)) for _ in range(n * n)]).reshape(n, n)
        if draw(st.booleans())
        else None,
        group=group if grouped else None,
        grids_per_group=held if grouped and draw(st.booleans()) else None,
        together=tuple((i, j) for i, j in draw(pairs) if hidden[i] == hidden[j]),
        apart=tuple((i, j) for i, j in draw(pairs) if hidden[i] != hidden[j]),
        seeds=tuple(range(k)) if seeded else (),
        reach=draw(st.one_of(st.just(np.inf), st.integers(1, 99).map(float))),
        zone=np.array([draw(st.integers(-1, 2)) for _ in range(n)]) if draw(st.booleans()) else None,
        splits=draw(st.integers(0, 2)),
        ties=np.array([draw(st.integers(0, 9)) for _ in edges]) if draw(st.booleans()) else None,
        whole_km=draw(st.booleans()),
    )
    moved = draw(st.dictionaries(st.integers(0, n - 1), st.integers(0, k - 1), max_size=2))
    return problem, [moved.get(i, g) for i, g in enumerate(hidden)]


def bound_of(part: Part, best: Found, k: int, stop: StopRule) -> tuple[Found, float]:
    """The bound of a part and the best plan met on the way, pursued to proof as the engine does it with more rows."""
    params = PartitionParams()
    bound = lagrangian(part, k, best.value.cost, best.plan, params.bound_steps, stop)
    return proof_of(part, best, k, bound, params, 0.0, stop)


@st.composite
def connected_edges(draw, n: int) -> list[tuple[int, int]]:
    """Edges of a connected graph of `n` vertices: a tree and up to eight more."""
    tree = [(draw(st.integers(0, i - 1)), i) for i in range(1, n)]
    extra = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=8))
    return sorted({(min(e), max(e)) for e in [*tree, *extra] if e[0] != e[1]})


def all_plans(part: Part, k: int) -> list[Found]:
    """Every connected plan that keeps every rule, grids named by their lowest row."""
    plans = []
    for tail in product(range(k), repeat=part.n - 1):
        labels = (0, *tail)
        if any(g > max(labels[:i], default=-1) + 1 for i, g in enumerate(labels)) or max(labels) != k - 1:
            continue
        plan = np.array(labels)
        if part.violation(plan, k) == 0 and int(part.graph.within(plan).components().max()) + 1 == k:
            plans.append(found(part, plan, k))
    return plans

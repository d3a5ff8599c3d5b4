"""Small partition problems with every kind of rule, and all plans of one judged rule by rule, without the solvers."""

from itertools import product

import numpy as np
from hypothesis import strategies as st

from gridgeo_solvers.graph import Graph
from gridgeo_solvers.problems import Measure, PartitionProblem


@st.composite
def ruled_problems(draw, most_units=6, most_grids=4) -> PartitionProblem:
    """Graphs of 2 to `most_units` units, connected or not, with a random choice of rules."""
    n = draw(st.integers(2, most_units))
    k = draw(st.integers(1, min(n, most_grids)))
    unit = st.integers(0, n - 1)
    pairs = st.tuples(unit, unit).filter(lambda pair: pair[0] != pair[1])
    edges = sorted({(min(pair), max(pair)) for pair in draw(st.lists(pairs, max_size=2 * n))})
    households = np.array(draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)), dtype=float)
    group = np.array(draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))) if draw(st.booleans()) else None
    together = draw(st.lists(pairs, max_size=1))
    if group is not None:
        together = [pair for pair in together if group[pair[0]] == group[pair[1]]]
    fixed = None
    if group is not None and draw(st.booleans()):
        fixed = {int(group[0]): draw(st.integers(1, 2))}
    seeds = tuple(draw(st.permutations(range(n)))[:k]) if draw(st.booleans()) else ()
    zone = np.array(draw(st.lists(st.integers(-1, 1), min_size=n, max_size=n))) if draw(st.booleans()) else None
    return PartitionProblem(
        graph=Graph.from_edges(n, edges),
        measures=(band(draw, households, k), Measure("area", np.ones(n), upper=draw(st.sampled_from([2.0, np.inf])))),
        k=k,
        mass=np.ones(n),
        x=np.array(draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))) * 1000.0,
        y=np.zeros(n),
        group=group,
        grids_per_group=fixed,
        together=tuple(together),
        apart=tuple(draw(st.lists(pairs, max_size=2))),
        seeds=seeds,
        reach=draw(st.sampled_from([np.inf, np.inf, 1.0, 2.0])),
        zone=zone,
        splits=draw(st.integers(0, 1)),
    )


def band(draw, households, k) -> Measure:
    """A band around the mean, equal for all grids or drawn for each."""
    mean = float(households.sum()) / k
    if draw(st.booleans()):
        return Measure.within("households", households, k, draw(st.sampled_from([0.0, 0.3, 1.0])))
    ends = st.lists(st.integers(0, 12), min_size=k, max_size=k)
    low = np.minimum(np.array(draw(ends), dtype=float), mean)
    return Measure("households", households, low, low + np.array(draw(ends), dtype=float))


def every_plan(problem, most) -> np.ndarray:
    """All ways to label the units with 0..most-1, shape (plans, n)."""
    return np.array(list(product(range(most), repeat=problem.n)), dtype=np.int64)


def labelled(problem) -> bool:
    """Whether it matters which grid is called which."""
    return bool(problem.seeds) or any(np.ndim(m.lower) or np.ndim(m.upper) for m in problem.measures)


def verdicts(problem) -> tuple[dict[tuple, np.ndarray], np.ndarray]:
    """Which plans keep each rule, by kind and item, and which plans count at all."""
    n = problem.n
    plans = every_plan(problem, problem.k if labelled(problem) else n)
    grids = int(plans.max()) + 1
    held = plans[:, None, :] == np.arange(grids)[None, :, None]
    used = held.any(axis=2)
    counts = used.sum(axis=1)
    kept: dict[tuple, np.ndarray] = {("count", None): counts == problem.k}
    fair = counts == problem.k if labelled(problem) else np.ones(len(plans), dtype=bool)
    for m in problem.measures:
        totals = held @ m.weights
        low, high = np.asarray(m.lower, dtype=float), np.asarray(m.upper, dtype=float)
        kept["least", m.name] = ((totals >= low - 1e-9 * np.abs(low)) | ~used).all(axis=1)
        kept["most", m.name] = ((totals <= high + 1e-9 * np.abs(high)) | ~used).all(axis=1)
    whole = _connected_sets(problem)
    kept["contiguity", None] = (whole[held @ (1 << np.arange(n))] | ~used).all(axis=1)
    for number, units in enumerate(problem.together):
        kept["together", number] = (plans[:, list(units)] == plans[:, [units[0]]]).all(axis=1)
    for number, (a, b) in enumerate(problem.apart):
        kept["apart", number] = plans[:, a] != plans[:, b]
    if problem.seeds:
        kept["seeds", None] = (plans[:, list(problem.seeds)] == np.arange(problem.k)).all(axis=1)
    far = np.argwhere(np.abs(problem.x[:, None] - problem.x) / 1000 > problem.reach)
    kept["reach", None] = (plans[:, far[:, 0]] != plans[:, far[:, 1]]).all(axis=1)
    if problem.zone is not None:
        for label in set(problem.zone[problem.zone >= 0].tolist()):
            touched = held[:, :, problem.zone == label].any(axis=2).sum(axis=1)
            kept["splits", label] = touched <= problem.splits + 1
    if problem.group is not None:
        inside = {label: held[:, :, problem.group == label].any(axis=2) for label in set(problem.group.tolist())}
        kept["nesting", None] = (sum(one.astype(int) for one in inside.values()) <= 1).all(axis=1)
        for label, count in (problem.grids_per_group or {}).items():
            kept["fixed", label] = inside[label].sum(axis=1) == count
    return kept, fair


def _connected_sets(problem) -> np.ndarray:
    """Whether the units of each bit mask are connected; the empty set isn't."""
    near = [sum(1 << int(j) for j in problem.graph.neighbours(i)) for i in range(problem.n)]
    answer = np.zeros(1 << problem.n, dtype=bool)
    for mask in range(1, 1 << problem.n):
        reached, grown = 0, mask & -mask
        while grown != reached:
            reached = grown
            for i in range(problem.n):
                if reached >> i & 1:
                    grown |= near[i] & mask
        answer[mask] = reached == mask
    return answer


def has_plan(problem) -> bool:
    """Whether any plan keeps every rule."""
    kept, fair = verdicts(problem)
    return bool((np.logical_and.reduce(list(kept.values())) & fair).any())

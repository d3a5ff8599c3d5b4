"""Small partition problems with every kind of rule, and all plans of one judged rule by rule, without the solvers."""

from itertools import product

import numpy as np
from hypothesis import reject
from hypothesis import strategies as st

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.problems import Measure, PartitionProblem

KINDS = ("group", "fixed", "together", "apart", "seeds", "reach", "zone", "area", "unequal", "islands")


@st.composite
def ruled_problems(draw, most_units=6, most_grids=4) -> PartitionProblem:
    """Graphs of 2 to `most_units` units in a row, some with more borders or cut into islands, with up to four rules."""
    n = draw(st.integers(2, most_units))
    k = draw(st.integers(1, min(n, most_grids)))
    kinds = draw(st.sets(st.sampled_from(KINDS), max_size=4))
    pairs = st.sampled_from([(i, j) for i in range(n) for j in range(i + 1, n)])
    row = {(i, i + 1) for i in range(n - 1)} - (draw(st.sets(pairs)) if "islands" in kinds else set())
    households = np.array(draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)), dtype=float)
    group = np.array(draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))) if {"group", "fixed"} & kinds else None
    together = draw(st.lists(pairs, min_size=1, max_size=2)) if "together" in kinds else []
    zone = np.array(draw(st.lists(st.integers(-1, 1), min_size=n, max_size=n))) if "zone" in kinds else None
    fields = {
        "graph": Graph.from_edges(n, sorted(row | draw(st.sets(pairs, max_size=3)))),
        "measures": (
            _band(draw, households, k, "unequal" in kinds),
            Measure("area", np.ones(n), upper=draw(st.integers(1, 3)) if "area" in kinds else np.inf),
        ),
        "k": k,
        "mass": np.ones(n),
        "x": np.array(draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))) * 1000.0,
        "y": np.zeros(n),
        "group": group,
        "grids_per_group": {int(group[0]): draw(st.integers(1, 2))} if group is not None and "fixed" in kinds else None,
        "together": tuple(pair for pair in together if group is None or group[pair[0]] == group[pair[1]]),
        "apart": tuple(draw(st.lists(pairs, min_size=1, max_size=2))) if "apart" in kinds else (),
        "seeds": tuple(draw(st.permutations(range(n)))[:k]) if "seeds" in kinds else (),
        "reach": draw(st.sampled_from([1.0, 2.0])) if "reach" in kinds else np.inf,
        "zone": zone,
        "splits": draw(st.integers(0, 1)),
    }
    try:
        return PartitionProblem(**fields)
    except BadProblem:
        # Contradictions that are refused when a problem is made have tests of their own.
        reject()


def _band(draw, households, k, unequal) -> Measure:
    """A band around the mean, equal for all grids or drawn for each."""
    if not unequal:
        return Measure.within("households", households, k, draw(st.sampled_from([0.1, 0.4, 1.0, 3.0])))
    mean = float(households.sum()) / k
    low = np.array(draw(st.lists(st.integers(0, 10), min_size=k, max_size=k))) / 10 * mean
    width = np.array(draw(st.lists(st.integers(0, 20), min_size=k, max_size=k))) / 10 * mean
    return Measure("households", households, low, low + width)


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

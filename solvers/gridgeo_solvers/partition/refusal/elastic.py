"""The plan that breaks least: bands give way, every other rule holds, grids around the worst ones are drawn anew.

Adjacent grids are taken together and split again by an integer programme that pays for what totals miss their bands by
(elastic programming, Chinneck and Dravnieks 1991); the whole problem at once where it is small.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gridgeo_solvers.partition.ground.parts import FloatArray, IntArray
from gridgeo_solvers.partition.refusal.model import VARIABLES, settle
from gridgeo_solvers.partition.refusal.naming import ends
from gridgeo_solvers.partition.refusal.rulebook import Case, broken, labelled, misses, rules_of
from gridgeo_solvers.problems import Objective, PartitionProblem
from gridgeo_solvers.stop import StopRule
from gridgeo_solvers.words import against, figures

REGION_NODES = 100
"""Most branch-and-bound nodes for one group of grids."""
WHOLE = 600
"""Most pairs of unit and grid for which the whole problem is taken at once."""
GUIDE = 1e-3
"""What the compactness of a group of grids is worth against a missed mean."""
REGIONS = (2, 3, 4)
"""Numbers of adjacent grids that are drawn anew together."""


def missed(problem: PartitionProblem, plan: IntArray) -> FloatArray:
    """What every grid misses its bands by, summed over measures as shares of the means; shape (grids,).

    Examples
    --------
    >>> from gridgeo_solvers.graph import Graph
    >>> from gridgeo_solvers.problems import Measure
    >>> path = Graph.from_edges(3, [(0, 1), (1, 2)])
    >>> problem = PartitionProblem(
    ...     path, (Measure("households", np.array([5.0, 10, 5]), 8, 12),), 2, np.ones(3), np.arange(3.0), np.zeros(3)
    ... )
    >>> missed(problem, np.array([0, 0, 1])).tolist()
    [0.3, 0.3]
    """
    summed = np.zeros(int(plan.max()) + 1)
    for m in problem.measures:
        mean = max(float(m.weights.sum()) / problem.k, 1e-12)
        summed += (misses(problem, m.name, plan, "least") + misses(problem, m.name, plan, "most")) / mean
    return summed


def nearest_plan(
    problem: PartitionProblem, start: IntArray, *, nodes: int = 3000, stop: StopRule | None = None
) -> IntArray:
    """A plan that misses the bands no more than `start`, and breaks no rule beside them that `start` keeps.

    Parameters
    ----------
    problem
        The problem, feasible or not.
    start
        Grid 0..k-1 of every unit, e.g. the best plan of a search; with another number of grids it comes back as it is.
    nodes
        Branch-and-bound nodes in all.
    stop
        Asked between groups of grids.

    Returns
    -------
    IntArray
        Shape (n,); its total miss is the least possible where the whole problem was small enough to be taken at once and
        the work sufficed.
    """
    ask = stop or (lambda: False)
    plan = np.asarray(start, dtype=np.int64).copy()
    if not np.array_equal(np.unique(plan), np.arange(problem.k)):
        return plan
    hard = [rule for rule in rules_of(problem) if rule.kind not in ("most", "least")]
    kept = broken(problem, hard, plan)
    left = nodes
    tried: set[tuple[int, ...]] = set()
    while left > 0 and not ask() and missed(problem, plan).any():
        grids = next((grids for grids in _regions(problem, plan) if grids not in tried), None)
        if grids is None:
            break
        trial, spent = _redrawn(problem, plan, grids, min(left, REGION_NODES if len(grids) < problem.k else left), ask)
        left -= max(spent, 1)
        better = trial is not None and missed(problem, trial).sum() < missed(problem, plan).sum() * (1 - 1e-6)
        if trial is not None and better and broken(problem, hard, trial) <= kept:
            changed = set(np.unique(plan[trial != plan]).tolist()) | set(np.unique(trial[trial != plan]).tolist())
            tried = {one for one in tried if changed.isdisjoint(one)}
            plan = trial
        tried.add(grids)
    return plan


def causes(problem: PartitionProblem, plan: IntArray, most: int = 5) -> list[str]:
    """The grids that miss their bands most, each with the unit that weighs most in it, the worst first.

    Examples
    --------
    >>> from gridgeo_solvers.graph import Graph
    >>> from gridgeo_solvers.problems import Measure
    >>> path = Graph.from_edges(3, [(0, 1), (1, 2)])
    >>> problem = PartitionProblem(
    ...     path, (Measure("households", np.array([5.0, 16, 5]), 8, 12),), 2, np.ones(3), np.arange(3.0), np.zeros(3)
    ... )
    >>> for sentence in causes(problem, np.array([0, 0, 1])):
    ...     print(sentence)
    the grid of unit 0 has 21 households, 9 above the band 8 to 12; unit 1 alone has 16
    the grid of unit 2 has 5 households, 3 below the band 8 to 12
    """
    told: list[tuple[float, str]] = []
    for m in problem.measures:
        low, high = ends(m, problem.k)
        mean = max(float(m.weights.sum()) / problem.k, 1e-12)
        for kind, word in (("most", "above"), ("least", "below")):
            miss = misses(problem, m.name, plan, kind)
            for g in np.flatnonzero(miss).tolist():
                units = np.flatnonzero(plan == g)
                heaviest = units[m.weights[units].argmax()]
                value, band = against(float(m.weights[units].sum()), float(low[g]), float(high[g]))
                text = (
                    f"the grid of {problem.unit_name(int(units[problem.mass[units].argmax()]))} has {m.told(value)}, "
                )
                text += f"{figures(float(miss[g]))[0]} {word} the band {band}"
                if kind == "most" and len(units) > 1 and 2 * m.weights[heaviest] > high[g]:
                    text += f"; {problem.unit_name(int(heaviest))} alone has {figures(float(m.weights[heaviest]))[0]}"
                told.append((-float(miss[g]) / mean, text))
    return [text for _, text in sorted(told, key=lambda one: one[0])[:most]]


def _regions(problem: PartitionProblem, plan: IntArray) -> Iterator[tuple[int, ...]]:
    """Groups of adjacent grids to draw anew, those around the worst grids first, small ones before large ones."""
    if problem.n * problem.k <= WHOLE:
        yield tuple(range(problem.k))
        return
    miss = missed(problem, plan)
    u, v, _ = problem.graph.edges()
    near: dict[int, set[int]] = {g: set() for g in range(problem.k)}
    for a, b in np.unique(np.column_stack([plan[u], plan[v]])[plan[u] != plan[v]], axis=0).tolist():
        near[a].add(b)
        near[b].add(a)
    worst = np.argsort(-miss, kind="stable")[: int((miss > 0).sum())].tolist()
    size = np.bincount(plan, minlength=problem.k)
    mean = np.array([[w.weights[plan == g].sum() for g in range(problem.k)] for w in problem.measures if w.banded])
    for count in REGIONS:
        for g in worst:
            # Neighbours that differ most from the grid have most to give or to take.
            others = sorted(near[g], key=lambda h: (-float(np.abs(mean[:, g] - mean[:, h]).sum()), h))
            for other in others:
                grown = [g, other]
                while len(grown) < count:
                    beside = sorted(set().union(*(near[h] for h in grown)) - set(grown), key=lambda h: (-miss[h], h))
                    if not beside:
                        break
                    grown.append(beside[0])
                if len(grown) == count and int(size[grown].sum()) * count <= VARIABLES:
                    yield tuple(sorted(grown))


def _redrawn(
    problem: PartitionProblem, plan: IntArray, grids: tuple[int, ...], nodes: int, stop: StopRule
) -> tuple[IntArray | None, int]:
    """The plan with `grids` drawn anew at the least miss, and the nodes spent."""
    units = np.flatnonzero(np.isin(plan, grids))
    label = np.searchsorted(np.array(grids), plan[units])
    whole = len(units) == problem.n
    part = _restricted(problem, units, grids)
    guide = None
    if not whole:
        anchors = part.seeds or _anchors(part, label)
        part = part if labelled(problem) else replace(part, seeds=anchors)
        guide = _guide(part, anchors)
    outcome = settle(Case(part, False, True), nodes=nodes, stop=stop, elastic=True, start=label, guide=guide)
    if outcome.plan is None:
        return None, outcome.nodes
    trial = plan.copy()
    trial[units] = np.array(grids)[outcome.plan]
    return trial, outcome.nodes


def _restricted(problem: PartitionProblem, units: IntArray, grids: tuple[int, ...]) -> PartitionProblem:
    """The problem of `units` alone, split into as many grids as `grids`."""
    position = np.full(problem.n, -1, dtype=np.int64)
    position[units] = np.arange(len(units))
    chosen = list(grids)
    whole = len(units) == problem.n
    measures = tuple(
        replace(
            m,
            weights=m.weights[units],
            lower=m.lower[chosen] if isinstance(m.lower, np.ndarray) and m.lower.ndim else m.lower,
            upper=m.upper[chosen] if isinstance(m.upper, np.ndarray) and m.upper.ndim else m.upper,
            target=None,
        )
        for m in problem.measures
        if m.banded
    )
    sets = [tuple(int(position[i]) for i in one if position[i] >= 0) for one in problem.together]
    pairs = position[np.array(problem.apart, dtype=np.int64).reshape(-1, 2)]
    return PartitionProblem(
        graph=problem.graph.subgraph(units),
        measures=measures,
        k=len(grids),
        mass=problem.mass[units],
        x=problem.x[units],
        y=problem.y[units],
        objective=Objective.CUTS,
        seconds=None if problem.seconds is None else np.asarray(problem.seconds)[np.ix_(units, units)],
        group=None if problem.group is None else problem.group[units],
        grids_per_group=problem.grids_per_group if whole else None,
        together=tuple(one for one in sets if len(one) > 1),
        apart=tuple((int(a), int(b)) for a, b in pairs[(pairs >= 0).all(axis=1)]),
        seeds=tuple(int(position[problem.seeds[g]]) for g in grids) if problem.seeds else (),
        reach=problem.reach,
        zone=None if problem.zone is None else np.asarray(problem.zone)[units],
        splits=problem.splits,
    )


def _anchors(part: PartitionProblem, label: IntArray) -> tuple[int, ...]:
    """One unit of each grid that stays in it: the one nearest to the middle of its grid."""
    anchors = []
    for g in range(part.k):
        units = np.flatnonzero(label == g)
        x, y = part.x[units], part.y[units]
        anchors.append(int(units[np.hypot(x - x.mean(), y - y.mean()).argmin()]))
    return tuple(anchors)


def _guide(part: PartitionProblem, anchors: tuple[int, ...]) -> FloatArray:
    """Squared way of every unit to every grid's anchor, `GUIDE` in all."""
    at = list(anchors)
    square = (part.x[:, None] - part.x[at]) ** 2 + (part.y[:, None] - part.y[at]) ** 2
    return np.asarray(square * (GUIDE / max(float(square.sum()), 1e-12)), dtype=np.float64)

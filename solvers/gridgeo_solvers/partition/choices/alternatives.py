"""Several good plans that differ from each other, so that a planner has a choice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from gridgeo_solvers.check import judge
from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.partition.engine import solve
from gridgeo_solvers.partition.ground.answer import Partition, PartitionParams
from gridgeo_solvers.partition.ground.parts import SLACK, FloatArray, IntArray, Part, parts_of
from gridgeo_solvers.partition.ground.values import Found
from gridgeo_solvers.partition.objectives.thresholds import BOTTLENECKS, held
from gridgeo_solvers.partition.objectives.worth import worth
from gridgeo_solvers.problems import Objective, PartitionProblem, Term
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.results import Status, relative_gap
from gridgeo_solvers.stop import AnyOf, MaxSeconds, StopRule

ROUNDS = 12
"""Plans tried for every alternative asked for."""
POOL = 12
"""Plans of one part that new ones are made from."""
QUARRELS = 3
"""Most pairs that share a grid in a known plan and must not in the new one."""
BEST_FIRST = 0.4
"""Share of the time for the best plan."""


def alternatives(
    problem: PartitionProblem,
    count: int,
    *,
    worse: float = 0.05,
    apart: float = 0.1,
    seed: int = 0,
    time_limit: float | None = None,
    progress: Progress | None = None,
    stop: StopRule | None = None,
    params: PartitionParams | None = None,
) -> list[Partition]:
    """Up to `count` valid plans, the best first.

    The best plan is solved for; others come from new starts, from grids of known plans joined and split, and from
    known plans heated. Each is annealed while a few pairs of units that share a grid of a known plan are kept apart,
    so that the search doesn't end where it began. Of those within the price the best that differs enough from all kept is kept.

    Parameters
    ----------
    problem
        What to split; with several ranks, the lowest says what is dearer.
    count
        Number of plans wanted; fewer come back where fewer were found.
    worse
        Share by which a plan may be dearer than the best.
    apart
        Share of the mass (of the units, where none has any) that lies elsewhere in every other plan, at the least,
        whatever the grids are called.
    seed, time_limit, progress, stop, params
        As for `solve`; without a time limit the number of plans tried is fixed.

    Raises
    ------
    Infeasible
        As `solve` raises it.

    Examples
    --------
    >>> from gridgeo_solvers.graph import Graph
    >>> from gridgeo_solvers.problems import Measure
    >>> square = Graph.from_edges(4, [(0, 1), (1, 3), (3, 2), (2, 0)])
    >>> x, y = np.array([0.0, 100, 0, 100]), np.array([0.0, 0, 100, 100])
    >>> band = Measure.within("households", [10, 10, 10, 10], k=2, tolerance=0.1)
    >>> plans = alternatives(PartitionProblem(square, (band,), 2, np.ones(4), x, y), 3)
    >>> sorted(plan.assignment.tolist() for plan in plans)
    [[0, 0, 1, 1], [0, 1, 0, 1]]
    """
    _refuse(count, worse, apart)
    progress = progress or Progress()
    rules: list[StopRule] = [rule for rule in (stop,) if rule is not None]
    if time_limit is not None:
        rules.append(MaxSeconds(time_limit))
    ended = AnyOf(tuple(rules))
    ended()
    share = None if time_limit is None else time_limit * BEST_FIRST
    best = solve(problem, stop=ended, time_limit=share, seed=seed, params=params, progress=progress)
    kept = _Kept(problem, best, worse, apart)
    rounds = ROUNDS * count if count > 1 else 0
    progress.stage("alternatives", rounds)
    drawn = _draws(problem, best, kept.most, seed, params or PartitionParams())
    for _ in range(rounds):
        if ended():
            break
        kept.consider(next(drawn))
        progress.advance()
    return kept.chosen(count)


def difference(a: IntArray, b: IntArray, mass: FloatArray) -> float:
    """Share of `mass` that lies elsewhere in `b` than in `a` once grids are matched as well as can be.

    Examples
    --------
    >>> difference(np.array([0, 0, 1, 1]), np.array([1, 1, 1, 0]), np.ones(4))
    0.25
    """
    k = int(max(a.max(), b.max())) + 1
    weights = mass if mass.sum() > 0 else np.ones(len(mass))
    shared = np.bincount(a * k + b, weights=weights, minlength=k * k).reshape(k, k)
    rows, columns = linear_sum_assignment(shared, maximize=True)
    return float(1 - shared[rows, columns].sum() / weights.sum())


def _refuse(count: int, worse: float, apart: float) -> None:
    if count < 1:
        raise BadProblem(f"count is {count}: ask for at least one plan")
    if not worse >= 0:
        raise BadProblem(f"worse is {worse}: it must be a share ≥ 0")
    if not 0 < apart < 1:
        raise BadProblem(f"apart is {apart}: it must be a share above 0 and below 1")


class _Kept:
    """Valid plans within the price, the best known one first."""

    def __init__(self, problem: PartitionProblem, best: Partition, worse: float, apart: float) -> None:
        self._problem, self._best, self._apart = problem, best, apart
        lowest = min(term.rank for term in problem.terms)
        self._terms = [term for term in problem.terms if term.rank == lowest]
        self._pool: list[tuple[float, IntArray]] = []
        self._value = self._worth(best.assignment)
        self._worse = worse
        self.most = {
            term.objective: worth(problem, best.assignment, term.objective) * (1 + worse)
            for term in self._terms
            if len(self._terms) == 1 and term.objective in BOTTLENECKS
        }

    def consider(self, plan: IntArray) -> None:
        """Keep `plan` in mind if it is valid and not too dear."""
        value = self._worth(plan)
        cheap = value <= self._value * (1 + self._worse) * (1 + SLACK) + SLACK
        if cheap and not any(np.array_equal(plan, other) for _, other in self._pool) and not judge(self._problem, plan):
            self._pool.append((value, plan))

    def chosen(self, count: int) -> list[Partition]:
        """Up to `count` plans that differ pairwise, taken greedily from the cheapest on."""
        pool = [(self._value, self._best.assignment), *self._pool]
        pool.sort(key=lambda one: one[0])
        ceiling = pool[0][0] * (1 + self._worse) * (1 + SLACK) + SLACK
        plans: list[tuple[float, IntArray]] = []
        for value, plan in pool:
            distances = (difference(plan, other, self._problem.mass) for _, other in plans)
            if len(plans) < count and value <= ceiling and all(d >= self._apart * (1 - SLACK) for d in distances):
                plans.append((value, plan))
        return [self._partition(value, plan) for value, plan in plans]

    def _worth(self, plan: IntArray) -> float:
        return sum(term.weight * worth(self._problem, plan, term.objective) for term in self._terms)

    def _partition(self, value: float, plan: IntArray) -> Partition:
        if np.array_equal(plan, self._best.assignment):
            return self._best
        bound = None if self._best.bound is None else min(self._best.bound, value)
        gap = relative_gap(value, bound)
        totals = {
            m.name: np.bincount(plan, weights=m.weights, minlength=self._problem.k).astype(np.float64)
            for m in self._problem.measures
        }
        status = Status.OPTIMAL if gap == 0.0 and self._best.status is Status.OPTIMAL else Status.FEASIBLE
        return replace(
            self._best, assignment=plan, objective=value, bound=bound, gap=gap, status=status, totals=totals, notes=()
        )


@dataclass
class _Source:
    """Plans of one part for a fixed number of grids, and new ones made from them."""

    part: Part
    k: int
    pool: list[Found]
    random: np.random.Generator
    sweeps: int

    def draw(self) -> Found:
        """A new plan: in turn from nothing, from grids joined and split, from a known plan heated."""
        from gridgeo_solvers.partition.ground.values import found
        from gridgeo_solvers.partition.heuristics.annealing import anneal
        from gridgeo_solvers.partition.heuristics.seeded import seeded_start
        from gridgeo_solvers.partition.heuristics.shaking import merge_and_split
        from gridgeo_solvers.partition.heuristics.starts import fresh_start

        part, k, random = self.part, self.k, self.random
        if k == 1 or k == part.n:
            return self.pool[0]
        parent = self.pool[int(random.integers(len(self.pool)))].plan
        kind = int(random.integers(3))
        if kind == 0:
            plan, hot = (seeded_start(part, k) if len(part.seeds) else fresh_start(part, k, random)), 5.0
        elif kind == 1 and not len(part.seeds):
            plan, hot = merge_and_split(part, parent, k, random), 1.0
        else:
            plan, hot = parent, 5.0
        forced = _quarrelled(part, parent, random)
        new = anneal(forced, plan, k, sweeps=self.sweeps, hot=hot, seed=int(random.integers(1 << 31)))
        new = found(part, new.plan, k)
        if all(new.value != known.value for known in self.pool):
            self.pool = sorted([*self.pool, new], key=lambda one: one.value)[:POOL]
        return new


def _quarrelled(part: Part, plan: IntArray, random: np.random.Generator) -> Part:
    """The part with a few pairs of rows that share a grid of `plan` as rivals: its best plan is another one."""
    pairs = [np.column_stack(part.apart.edges()[:2])]
    for _ in range(int(random.integers(1, QUARRELS + 1))):
        one = int(random.integers(part.n))
        mates = np.flatnonzero(plan == plan[one])
        pairs.append(np.array([[one, int(random.choice(mates))]]))
    ends = np.sort(np.concatenate(pairs), axis=1)
    ends = np.unique(ends[ends[:, 0] != ends[:, 1]], axis=0)
    return replace(part, apart=Graph.from_edges(part.n, ends))


def _draws(
    problem: PartitionProblem,
    best: Partition,
    caps: dict[Objective, float],
    seed: int,
    params: PartitionParams,
) -> Iterator[IntArray]:
    """New assignments without end, grids shared among the connected parts as in `best`."""
    from gridgeo_solvers.partition.ground.values import found

    lowest = min(term.rank for term in problem.terms)
    terms = [term for term in problem.terms if term.rank == lowest and term.objective not in BOTTLENECKS]
    within = held(problem, caps) or problem
    random = np.random.default_rng([seed, problem.n, problem.k])
    sources, labels = [], []
    for part in parts_of(replace(within, objective=tuple(terms) or (Term(Objective.COMPACTNESS),))):
        names, plan = np.unique(best.assignment[part.units], return_inverse=True)
        rows = np.zeros(part.n, dtype=np.int64)
        rows[part.row_of] = plan
        sources.append(_Source(part, len(names), [found(part, rows, len(names))], random, max(params.sweeps // 2, 8)))
        labels.append(names)
    while True:
        assignment = np.full(problem.n, -1, dtype=np.int64)
        for source, names in zip(sources, labels, strict=True):
            assignment[source.part.units] = names[source.draw().plan[source.part.row_of]]
        yield assignment if problem.seeds else _by_lowest_unit(assignment)


def _by_lowest_unit(assignment: Sequence[int] | IntArray) -> IntArray:
    _, first, label = np.unique(assignment, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[label]

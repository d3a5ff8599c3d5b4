"""Which days for which village, and the rounds of each day.

A periodic vehicle routing problem (Beltrami and Bodin 1974, *Networks and vehicle routing for municipal waste collection*;
Christofides and Beasley 1984, *The period routing problem*). Days are first dealt out by the bearing from the depot (Gillett and
Miller 1974), then villages change their days by annealing (Kirkpatrick, Gelatt and Vecchi 1983) on quick estimates of
the rounds; last, the rounds of each day are planned in earnest, and the days first dealt out are kept if theirs turn out better.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.collection.days import ROUND_S, DayRounds, day_rounds, round_seconds
from gridgeo_solvers.collection.estimate import day_cost
from gridgeo_solvers.collection.patterns import patterns
from gridgeo_solvers.collection.problem import Collection, CollectionProblem, gaps
from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.progress import Progress

_COOL = 0.02
"""Temperature at the end, as a share of that at the beginning."""


def plan_rounds(
    problem: CollectionProblem,
    *,
    balance: float = 0.5,
    seed: int = 0,
    steps: int = 4000,
    rounds: DayRounds = day_rounds,
    progress: Progress | None = None,
) -> Collection:
    """Plan rounds that fetch every item in time.

    Parameters
    ----------
    problem
        Villages, depot, vehicle, limit.
    balance
        What a minute counts by which the longest day exceeds the mean day, for each day of the cycle; 0 makes the rounds
        short and lets days differ.
    seed, steps
        Same problem, seed and steps: same rounds. `steps` is the number of changes of days that are tried.
    rounds
        Plans the rounds of one day.
    progress
        Told of each better estimate.

    Raises
    ------
    Infeasible
        No days or no number of vehicles keep the rules; the reasons name the villages by their numbers.
    """
    choices = patterns(problem)
    round_s = ROUND_S if problem.vehicles is None else 2 * problem.shift
    if rounds is day_rounds:
        rounds = partial(day_rounds, round_s=round_s)
    dealt = _Table(problem, choices, balance, round_s)
    dealt.begin(_dealt(problem, choices))
    first = dealt.days()
    days = _search(dealt, choices, seed, steps, progress or Progress())
    plans = [_planned(problem, one, rounds, seed) for one in dict.fromkeys([tuple(days), tuple(first)])]
    plan = min(plans, key=lambda one: dealt.worth(np.array(one.minutes)))
    if problem.vehicles is not None:
        plan = min(plans, key=lambda one: max(map(len, one.rounds)))
        short = [
            f"day {day} of {problem.cycle} needs {len(orders)} rounds, there are {problem.vehicles} vehicles"
            for day, orders in enumerate(plan.rounds)
            if len(orders) > problem.vehicles
        ]
        if short:
            raise Infeasible(short, proven=False)
    return plan


def _planned(problem: CollectionProblem, days: tuple[tuple[int, ...], ...], rounds: DayRounds, seed: int) -> Collection:
    """The rounds of every day of the cycle, the days of each village being settled."""
    planned, minutes = [], []
    for day in range(problem.cycle):
        members = np.array([v for v, own in enumerate(days) if day in own], dtype=np.int64)
        orders = _day(problem, days, day, members, rounds, seed)
        planned.append(tuple(tuple(order) for order in orders))
        minutes.append(sum(round_seconds(problem.seconds, problem.service, order) for order in orders) / 60)
    return Collection(days, tuple(planned), tuple(minutes), float(sum(minutes)), seed)


def _day(
    problem: CollectionProblem,
    days: tuple[tuple[int, ...], ...],
    day: int,
    members: NDArray[np.int64],
    rounds: DayRounds,
    seed: int,
) -> list[list[int]]:
    """Villages of each round of a day, the earliest village first among rounds."""
    if not len(members):
        return []
    places = np.concatenate([[0], members + 1])
    load = np.array([_loads(problem, days[v])[days[v].index(day)][v] for v in members.tolist()])
    orders = rounds(problem.seconds[np.ix_(places, places)], load, problem.service[members], problem.capacity, problem.shift, seed)  # fmt: skip
    named = [[int(members[place]) for place in order] for order in orders]
    return sorted(named, key=min)


def _loads(problem: CollectionProblem, days: tuple[int, ...]) -> list[NDArray[np.float64]]:
    return [problem.load(gap) for gap in gaps(days, problem.cycle)]


def _search(
    table: _Table, choices: list[list[tuple[int, ...]]], seed: int, steps: int, progress: Progress
) -> list[tuple[int, ...]]:
    """Days of each village, better than those that `table` begins with."""
    random = np.random.default_rng(seed)
    movable = [v for v, own in enumerate(choices) if len(own) > 1]
    if not movable:
        return table.days()
    best, kept = table.score, table.chosen.copy()
    heat = 0.02 * table.score / max(1.0, np.sqrt(len(choices)))
    progress.stage("days", steps)
    for step in range(steps):
        warmth = heat * _COOL ** (step / steps)
        village = movable[int(random.integers(len(movable)))]
        changes = {village: int(random.integers(len(choices[village])))}
        if random.random() < 0.5:  # two villages change places, so that the days stay as full as they are
            near = table.near(village, random)
            if near in movable:
                changes = {village: table.pattern_like(village, near), near: table.pattern_like(near, village)}
        table.change(changes, lambda worse, w=warmth: worse <= 0 or random.random() < np.exp(-worse / max(w, 1e-9)))
        if table.score < best - 1e-6:
            best, kept = table.score, table.chosen.copy()
            progress.incumbent(best / 60)
        progress.advance()
    return [choices[v][int(k)] for v, k in enumerate(kept)]


def _dealt(problem: CollectionProblem, choices: list[list[tuple[int, ...]]]) -> NDArray[np.int64]:
    """Patterns dealt out so that villages that lie together share days: along a chain of near villages."""
    n = len(choices)
    left = set(range(n))
    chain = [int(problem.seconds[0, 1:].argmax())]
    left.discard(chain[0])
    while left:
        here = chain[-1] + 1
        chain.append(min(left, key=lambda v: (problem.seconds[here, v + 1], v)))
        left.discard(chain[-1])
    work = problem.service + 60.0
    before = np.cumsum(work[chain]) - work[chain] / 2
    share = np.empty(n)
    share[chain] = before / work.sum()
    return np.array([min(int(share[v] * len(own)), len(own) - 1) for v, own in enumerate(choices)], dtype=np.int64)


class _Table:
    """The chosen pattern of each village, what each day costs, and what all of it is worth."""

    def __init__(
        self, problem: CollectionProblem, choices: list[list[tuple[int, ...]]], balance: float, round_s: float
    ) -> None:
        self._problem, self._choices, self._balance, self._round_s = problem, choices, balance, round_s
        self._loads = [[_loads(problem, own) for own in some] for some in choices]
        cycle = problem.cycle
        self._work = int(sum(problem.open_days)) if not all(problem.open_days) else cycle
        self._nearest = np.argsort(problem.seconds[1:, 1:], axis=1, kind="stable")[:, 1:13]
        self._load = np.zeros((cycle, len(choices)))
        self._on = np.zeros((cycle, len(choices)), dtype=bool)
        self._cost = np.zeros(cycle)
        self.chosen = np.zeros(len(choices), dtype=np.int64)
        self.score = np.inf

    def begin(self, chosen: NDArray[np.int64]) -> None:
        self.chosen = chosen.copy()
        for village in range(len(chosen)):
            self._put(village, int(chosen[village]))
        self._cost = np.array([self._price(day) for day in range(len(self._cost))])
        self.score = self.worth(self._cost)

    def days(self) -> list[tuple[int, ...]]:
        return [self._choices[v][int(k)] for v, k in enumerate(self.chosen)]

    def near(self, village: int, random: np.random.Generator) -> int:
        some = self._nearest[village]
        return int(some[random.integers(len(some))]) if len(some) else village

    def pattern_like(self, village: int, other: int) -> int:
        """The pattern of `village` that shares the most days with that of `other`."""
        wanted = set(self._choices[other][int(self.chosen[other])])
        shared = [len(wanted.intersection(own)) for own in self._choices[village]]
        return int(np.argmax(shared))

    def change(self, changes: dict[int, int], accept) -> None:  # type: ignore[no-untyped-def]
        """Give villages other patterns if `accept` likes the difference."""
        before = {v: int(self.chosen[v]) for v in changes}
        if before == changes:
            return
        touched = {d for v, k in changes.items() for d in (*self._choices[v][k], *self._choices[v][before[v]])}
        for v, k in changes.items():
            self._put(v, k)
        cost = self._cost.copy()
        for day in sorted(touched):
            cost[day] = self._price(day)
        score = self.worth(cost)
        if accept(score - self.score):
            self._cost, self.score = cost, score
            return
        for v, k in before.items():
            self._put(v, k)

    def _put(self, village: int, pattern: int) -> None:
        self._on[:, village] = False
        for day, load in zip(self._choices[village][pattern], self._loads[village][pattern], strict=True):
            self._on[day, village], self._load[day, village] = True, load[village]
        self.chosen[village] = pattern

    def _price(self, day: int) -> float:
        members = np.flatnonzero(self._on[day])
        problem = self._problem
        price = day_cost(problem.seconds, self._load[day], problem.service, members, len(members), problem.capacity, problem.shift, self._round_s)  # fmt: skip
        return float(price)

    def worth(self, cost: NDArray[np.float64]) -> float:
        mean = float(cost.sum()) / self._work
        return float(cost.sum()) + self._balance * self._work * (float(cost.max()) - mean)

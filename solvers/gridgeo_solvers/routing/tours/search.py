"""The course of a search: how hot, how long, and at what price limits may be passed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridgeo_solvers import clock
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.routing.tours.annealing import anneal, begin, restore, total
from gridgeo_solvers.routing.tours.one_round import better_round, is_one_round, round_of
from gridgeo_solvers.routing.tours.plan import Days, Routes
from gridgeo_solvers.routing.tours.problem import Goal, Tours
from gridgeo_solvers.routing.tours.reading import days_of, lay, with_modes
from gridgeo_solvers.routing.tours.tables import Tables, state_of
from gridgeo_solvers.stop import StopRule

LEGS = 200
"""Legs of a search, between which prices follow and stops are asked."""
FIRST = 50
"""Steps of the first leg by the clock."""
HARD = 1e9
"""Price of what is exceeded by the first plan."""
RACE = 0.7
"""Share of a search for the least longest route, before the total counts."""
JUST_BELOW = 1 - 1e-6
DEARER = 1.1
"""Factor by which prices follow, up or down, after every leg."""


@dataclass(frozen=True)
class Course:
    """What a search is told.

    Parameters
    ----------
    hot, cold
        First and last temperature, in mean legs of the first plan.
    blink
        Chance that the better place of a route is passed over.
    most
        Visits taken out by a step, on average.
    one_day
        Chance that all strings of a step are of one day.
    whole
        Chance that tasks lose all their visits.
    fine
        Share of steps that prices keep without excess.
    price
        First price: of a mean demand too much in mean legs, and of a unit of duration too much.
    """

    hot: float = 1.0
    cold: float = 0.05
    blink: float = 0.01
    most: float = 10.0
    one_day: float = 0.5
    whole: float = 0.5
    fine: float = 0.5
    price: float = 10.0


def course_for(tables: Tables) -> Course:
    """The course that suits a problem's kind: coolest for doors on one day, hottest on several days."""
    if tables.days > 1:
        return Course(hot=1.5, cold=0.05)
    return Course() if tables.two else Course(hot=0.5, cold=0.01)


ONE_ROUND = Course(hot=1.0, cold=0.1)
"""Of a search for one round alone."""


class Search:
    """One search; `done` counts its steps.

    `until` is when it ends by the clock; where it is None, `steps` alone count, so that the answer repeats.
    """

    def __init__(
        self,
        problem: Tours,
        tables: Tables,
        *,
        seed: int,
        steps: int | None,
        until: float | None,
        stop: StopRule | None,
        progress: Progress,
        bound: float,
        course: Course | None = None,
    ) -> None:
        self.problem, self.tables, self.state = problem, tables, state_of(tables, seed)
        self.steps, self.until, self.stop, self.progress, self.bound = steps, until, stop, progress, bound
        self.course = course or course_for(tables)
        self.done = 0
        self.record = np.full(2, np.inf)
        self._began = self._last = clock.now()
        self._count = FIRST

    def run(self, start: Routes | None) -> Days:
        """The best plan found, begun from `start` where one is given."""
        tables, state = self.tables, self.state
        begin(tables, state, np.full(2, HARD))
        if start is not None:
            lay(tables, state, start)
            restore(tables, state)
        cost, over = total(tables, state, np.ones(2))
        leg = self._mean_leg(cost)
        if over == 0.0:
            self._note(cost, float((state.cost + state.wait)[state.row].max()))
        if is_one_round(tables):
            self._go_round(leg)
            return days_of(tables, state, all_vehicles=self.problem.starts is not None)
        if self.problem.objective is Goal.LONGEST:
            given = tables.longest.copy()
            tables.longest[:] = np.minimum(given, self.record[1] * JUST_BELOW)
            self._anneal(leg, 0.0, RACE, race=True)
            tables.longest[:] = np.minimum(given, self.record[1])
            restore(tables, state)
        self._anneal(leg, self._share(), 1.0, race=False)
        return days_of(tables, state, all_vehicles=self.problem.starts is not None)

    def _anneal(self, leg: float, begin_at: float, end_at: float, *, race: bool) -> None:
        """Anneal while the share of the search is between `begin_at` and `end_at`."""
        course = self.course
        price = np.array([course.price * leg / max(float(self.tables.demand.mean()), 1e-9), course.price])
        falls = course.cold / course.hot
        while (share := self._share()) < end_at and not (self.stop is not None and self.stop()):
            part = (share - begin_at) / (end_at - begin_at)
            count = self._next_count()
            before, hot = self.record.copy(), leg * course.hot * falls**part
            fine = anneal(
                self.tables, self.state, price, count, hot, hot * falls ** min(1 / LEGS, 1.0 - part), course.blink,
                course.most, course.one_day, course.whole, self.record, race,
            )  # fmt: skip
            self.done += count
            if self.record[0] != before[0]:
                self._note(*self.record.tolist())
            if not race:
                price *= DEARER if fine < course.fine * count else 1 / DEARER
                if self.problem.objective is Goal.TOTAL and self.record[0] <= self.bound:
                    break

    def _go_round(self, leg: float) -> None:
        """Anneal the one round."""
        tables, state = self.tables, self.state
        row = state.stop[state.row[0], : tables.n + 2]
        driven = round_of(tables, with_modes(tables, row.tolist()), state.random)
        minutes, falls = float(tables.minutes.sum()), ONE_ROUND.cold / ONE_ROUND.hot
        while (share := self._share()) < 1.0 and not (self.stop is not None and self.stop()):
            count, hot = self._next_count(), leg * ONE_ROUND.hot * falls**share
            cost = better_round(driven, count, hot, hot * falls ** min(1 / LEGS, 1.0 - share))
            self.done += count
            state.best_stop[0, : tables.n + 2] = driven.node // driven.modes
            if cost < self.record[0] and cost + minutes <= tables.longest[0]:
                self._note(cost, cost + minutes)
            if self.record[0] <= self.bound:
                break

    def _note(self, cost: float, longest: float) -> None:
        """A new best plan."""
        self.record[:] = cost, longest
        self.progress.incumbent(longest if self.problem.objective is Goal.LONGEST else cost, self.bound)

    def _share(self) -> float:
        """How much of the search is over, 0 to 1."""
        by_steps = 0.0 if self.steps is None else self.done / self.steps
        by_clock = 0.0 if self.until is None else (clock.now() - self._began) / max(self.until - self._began, 1e-9)
        return max(by_steps, by_clock)

    def _next_count(self) -> int:
        """Steps of the next leg: the same share of the whole by steps or by the clock."""
        if self.until is None:
            assert self.steps is not None
            return min(max(self.steps // LEGS, 1), self.steps - self.done)
        now = clock.now()
        if self.done:
            wanted = (self.until - self._began) / LEGS
            took = max(now - self._last, 1e-6)
            self._count = max(1, int(self._count * min(2.0, max(0.5, wanted / took))))
        self._last = now
        return self._count if self.steps is None else min(self._count, self.steps - self.done)

    def _mean_leg(self, cost: float) -> float:
        """Cost of a way between two stops, on average."""
        sizes = self.state.size[self.state.row]
        served = sum(
            float(self.tables.serve[self.state.stop[row, 1 : size + 1]].sum())
            for row, size in zip(self.state.row, sizes, strict=True)
        )
        return max((cost - served) / float(sizes.sum() + (sizes > 0).sum()), 1e-9)

"""What is answered: routes by day, and what they are worth, computed afresh from the problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gridgeo_solvers.results import Status, relative_gap
from gridgeo_solvers.routing.tours.problem import Goal, Tours

Route = tuple[tuple[int, int], ...]
"""Tasks in order, each with its mode."""
Days = tuple[tuple[Route, ...], ...]
"""Routes of every day."""
Routes = Sequence[Sequence[Sequence[tuple[int, int]]]]
"""The same, of any kind of sequence."""


@dataclass(frozen=True)
class TourPlan:
    """Routes that serve every task.

    Parameters
    ----------
    days
        Routes of each day; where vehicles have their own starts or ends, one route for each vehicle, empty where it stays at home.
    cost
        Travel and service of all routes.
    longest
        Duration of the longest route.
    objective
        Which of the two was made small.
    bound
        What no plan can be below, of the cost or the longest as `objective` says; None where nothing is known.
    status
        How far the plan is proven.
    iterations, seconds
        Steps of the search, and seconds by the clock that doesn't count compiling.
    seed
        Of all randomness.
    """

    days: Days
    cost: float
    longest: float
    objective: Goal
    bound: float | None
    status: Status
    iterations: int
    seconds: float
    seed: int

    @property
    def gap(self) -> float | None:
        """Share that may still be gained at the most; None where no bound is known."""
        return relative_gap(self.longest if self.objective is Goal.LONGEST else self.cost, self.bound)


@dataclass(frozen=True)
class Worth:
    """Cost of all routes, duration of the longest, and what is wrong with them, in words."""

    cost: float
    longest: float
    faults: tuple[str, ...]


NEARLY = 1e-7
"""Share by which a sum of decimals may pass a limit."""


def worth_of(problem: Tours, days: Routes) -> Worth:
    """What the routes of each day are worth; nothing here is shared with the search.

    Examples
    --------
    >>> problem = Tours.of_doors([[0, 2, 3], [2, 0, 4], [3, 4, 0]])
    >>> worth_of(problem, [[[(0, 0), (1, 0)]]])
    Worth(cost=9.0, longest=9.0, faults=())
    >>> worth_of(problem, [[[(0, 0)]]]).faults
    ('task 1 is visited on no day, which none of its patterns allows',)
    """
    faults: list[str] = []
    visits = [[0] * problem.days for _ in range(problem.n)]
    cost = longest = 0.0
    if len(days) != problem.days:
        return Worth(0.0, 0.0, (f"{len(days)} days are planned, the problem has {problem.days}",))
    for day, routes in enumerate(days):
        used = [number for number, route in enumerate(routes) if route]
        if len(used) > problem.vehicles[day]:
            faults.append(f"day {day} has {len(used)} routes for {problem.vehicles[day]} vehicles")
        for number in used:
            place = problem.depot if problem.starts is None else int(problem.starts[number])
            home = problem.depot if problem.ends is None else int(problem.ends[number])
            length = waited = load = 0.0
            for task, mode in routes[number]:
                if not 0 <= task < problem.n:
                    faults.append(f"route {number} of day {day} has task {task}; there are {problem.n}, from 0")
                    continue
                if not 0 <= mode < problem.modes[task]:
                    faults.append(f"{problem.task_name(task)} has no mode {mode}")
                    continue
                length += float(problem.travel[place, problem.entry[task, mode]]) + float(problem.service[task, mode])
                waited += float(problem.minutes[task])
                load += float(problem.demand[task])
                place = int(problem.exit[task, mode])
                visits[task][day] += 1
            length += float(problem.travel[place, home])
            cost += length
            longest = max(longest, length + waited)
            for what, value, most in (
                ("carries", load, float(problem.capacity[day])),
                ("takes", length + waited, float(problem.longest[day])),
            ):
                if value > most + NEARLY * max(most, 1.0):
                    faults.append(f"route {number} of day {day} {what} {value:g}, {most:g} at the most")
    for task, times in enumerate(visits):
        mask = sum(1 << day for day, count in enumerate(times) if count)
        if max(times) > 1:
            faults.append(f"{problem.task_name(task)} is visited {max(times)} times on day {times.index(max(times))}")
        if mask not in problem.patterns[task]:
            on = ", ".join(f"day {day}" for day, count in enumerate(times) if count) or "no day"
            faults.append(f"{problem.task_name(task)} is visited on {on}, which none of its patterns allows")
    return Worth(cost, longest, tuple(faults))

"""Periodic arc routing: streets served some times in a period of days that repeats.

As Lacomme, Prins and Ramdane-Chérif 2005 (*Evolutionary algorithms for periodic arc routing problems*) and Chu, Labadie and Prins 2006
(*A scatter search for the periodic capacitated arc routing problem*) state it: each street has a number of services, and
combinations of days on which they may be; here those that spread the services as evenly as can be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.routing.formats.carplib import StreetInstance
from gridgeo_solvers.routing.formats.tours import TURNED, figures, tours_of_streets
from gridgeo_solvers.routing.period.patterns import even_patterns
from gridgeo_solvers.routing.tours import Goal, TourPlan, Tours
from gridgeo_solvers.routing.tours.rules import MOST_DAYS


@dataclass(frozen=True)
class StreetDays:
    """How often each street is served.

    Parameters
    ----------
    days
        Days of the period.
    times
        Shape (tasks,): services of each street in a period, 1 to `days`.

    Raises
    ------
    BadProblem
        A number is out of range; the message names the task.
    """

    days: int
    times: NDArray[np.int64]

    def __post_init__(self) -> None:
        if not 1 <= self.days <= MOST_DAYS:
            raise BadProblem(f"days is {self.days}: give 1 to {MOST_DAYS}")
        bad = (self.times < 1) | (self.times > self.days)
        if bad.any():
            task = int(bad.argmax())
            raise BadProblem(
                f"task {task} is to be served {self.times[task]} times in {self.days} days; give 1 to {self.days}"
            )

    @classmethod
    def by_demand(cls, instance: StreetInstance, days: int, times: Sequence[int]) -> StreetDays:
        """As many classes of streets, alike in size, as there are `times`; the first holds the streets of most demand."""
        rank = np.argsort(np.argsort(-instance.demand, kind="stable"), kind="stable")
        return cls(days, np.asarray(times, dtype=np.int64)[rank * len(times) // max(instance.tasks, 1)])

    @property
    def patterns(self) -> tuple[tuple[int, ...], ...]:
        """The sets of days, each a sum of 2 ** day, on which each street may be served."""
        every = (1 << self.days) - 1
        return tuple(even_patterns(self.days, times, every, self.days) for times in self.times.tolist())

    def repeated(self, instance: StreetInstance) -> StreetInstance:
        """The instance with each task as often as it is served: a plan of the period is a plan of this, so what bounds this
        bounds the period.
        """
        count = np.append(self.times, np.ones(len(instance.cost) - instance.tasks, dtype=np.int64))
        named: dict[str, Any] = {
            name: np.repeat(getattr(instance, name), count) for name in ("tail", "head", "cost", "two_way")
        }
        return replace(instance, demand=np.repeat(instance.demand, self.times), **named)


def tours_of_street_days(
    instance: StreetInstance, period: StreetDays, objective: Goal | str = Goal.TOTAL, vehicles: int | None = None
) -> Tours:
    """The period as tours of several days; `vehicles` are tours of a day, as `tours_of_streets` takes them."""
    if len(period.times) != instance.tasks:
        raise BadProblem(f"{len(period.times)} numbers of services for {instance.tasks} tasks; give one for each")
    once = tours_of_streets(instance, objective, vehicles)
    limits: dict[str, Any] = {"capacity": instance.capacity, "vehicles": int(once.vehicles[0]), "longest": None}
    return replace(once, days=period.days, patterns=period.patterns, **limits)


def street_days_solution(plan: TourPlan) -> dict[str, Any]:
    """``{days: [[[[task, reversed], …], …], …], cost, …}``, tasks numbered as in the file from 0."""
    days = [[[[task, mode == TURNED] for task, mode in route] for route in routes if route] for routes in plan.days]
    return {"days": days} | figures(plan)

"""From a published instance to the problem that the tour engine solves, and from its plan to a solution document."""

from __future__ import annotations

from typing import Any

import numpy as np

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.routing.formats.carplib import StreetInstance
from gridgeo_solvers.routing.formats.cordeau import PeriodicInstance
from gridgeo_solvers.routing.formats.vrplib import VehicleInstance
from gridgeo_solvers.routing.tours import Goal, TourPlan, Tours

TURNED = 1
"""Mode of a street that is gone from head to tail."""


def tours_of_streets(
    instance: StreetInstance, objective: Goal | str = Goal.TOTAL, vehicles: int | None = None
) -> Tours:
    """Arc routing as tours: a street is a task with two modes, a one-way street a task with one.

    Parameters
    ----------
    instance
        The streets.
    objective
        See `Goal`.
    vehicles
        Tours at the most. None: any number where the total is made small, as best known costs are published; those that
        the file names where the longest is.

    Raises
    ------
    BadProblem
        The longest tour can't be made small without a number of tours.
    """
    objective = _goal(objective, vehicles or instance.vehicles, "VEHICULOS")
    if vehicles is None and objective is Goal.LONGEST:
        vehicles = instance.vehicles
    tail, head = instance.tail[: instance.tasks], instance.head[: instance.tasks]
    limits: dict[str, Any] = {"capacity": instance.capacity, "vehicles": vehicles}
    return Tours(
        travel=instance.ways(),
        entry=np.column_stack([tail, head]),
        exit=np.column_stack([head, tail]),
        depot=instance.depot,
        demand=instance.demand,
        service=instance.cost[: instance.tasks],
        modes=1 + instance.two_way[: instance.tasks].astype(np.int64),
        objective=objective,
        **limits,
    )


def tours_of_periods(
    instance: PeriodicInstance, objective: Goal | str = Goal.TOTAL, vehicles: int | None = None
) -> Tours:
    """Periodic visits as tours of several days; `vehicles` a day at the most, None for those of the file."""
    return Tours.of_doors(
        instance.distances(),
        demand=instance.demand[1:],
        capacity=instance.capacity,
        minutes=instance.service[1:],
        days=instance.days,
        patterns=tuple(tuple(sum(1 << day for day in chosen) for chosen in sets) for sets in instance.patterns[1:]),
        vehicles=instance.vehicles if vehicles is None else vehicles,
        longest=instance.longest,
        objective=Goal(objective),
        names=_client_names(len(instance.x) - 1),
    )


def tours_of_clients(
    instance: VehicleInstance, objective: Goal | str = Goal.TOTAL, vehicles: int | None = None
) -> Tours:
    """Clients of one day as tours; `vehicles` at the most, None for those of the file or, without, any number.

    Raises
    ------
    BadProblem
        The clients have time windows, which `gridgeo_solvers.routing.windows` plans, or the longest tour can't be made
        small without a number of tours.
    """
    if instance.windows is not None:
        raise BadProblem("clients with time windows aren't tours of this engine; give them to solve_windows")
    vehicles = instance.vehicles if vehicles is None else vehicles
    return Tours.of_doors(
        instance.distance,
        demand=instance.demand[1:],
        capacity=instance.capacity,
        minutes=instance.service[1:],
        vehicles=vehicles,
        longest=instance.longest,
        objective=_goal(objective, vehicles, "VEHICLES"),
        names=_client_names(len(instance.demand) - 1),
    )


def street_solution(plan: TourPlan) -> dict[str, Any]:
    """``{routes: [[[task, reversed], …], …], cost, …}``, tasks numbered as in the file from 0."""
    (routes,) = plan.days
    return {"routes": [[[task, mode == TURNED] for task, mode in route] for route in routes if route]} | figures(plan)


def periodic_solution(plan: TourPlan) -> dict[str, Any]:
    """``{days: [[[client, …], …], …], cost, …}``, clients numbered as in the file."""
    return {"days": [_clients(routes) for routes in plan.days]} | figures(plan)


def client_solution(plan: TourPlan) -> dict[str, Any]:
    """``{routes: [[client, …], …], cost, …}``, clients numbered from 1."""
    (routes,) = plan.days
    return {"routes": _clients(routes)} | figures(plan)


def figures(plan: TourPlan) -> dict[str, Any]:
    """What every solution document says of its plan."""
    return {
        "cost": plan.cost,
        "longest": plan.longest,
        "objective": str(plan.objective),
        "bound": plan.bound,
        "gap": plan.gap,
        "status": str(plan.status),
        "seconds": round(plan.seconds, 3),
        "seed": plan.seed,
    }


def _clients(routes: tuple[tuple[tuple[int, int], ...], ...]) -> list[list[int]]:
    return [[task + 1 for task, _ in route] for route in routes if route]


def _client_names(count: int) -> tuple[str, ...]:
    return tuple(f"client {i}" for i in range(1, count + 1))


def _goal(objective: Goal | str, vehicles: int | None, heading: str) -> Goal:
    goal = Goal(objective)
    if goal is Goal.LONGEST and vehicles is None:
        raise BadProblem(
            f"the longest tour needs a number of tours: the instance has no {heading}; give vehicles (--vehicles)"
        )
    return goal

"""Between routes and the rows of a search."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from gridgeo_solvers.routing.tours.plan import Days, Route, Routes
from gridgeo_solvers.routing.tours.tables import State, Tables


def days_of(tables: Tables, state: State, *, all_vehicles: bool) -> Days:
    """Routes of each day from the best plan; with `all_vehicles` one for each slot, empty ones too."""
    days = []
    for day in range(tables.days):
        slots = range(tables.slots[day], tables.slots[day + 1])
        rows = [state.best_stop[slot, : state.best_size[slot] + 2].tolist() for slot in slots]
        days.append(tuple(with_modes(tables, row) for row in rows if len(row) > 2 or all_vehicles))
    return tuple(days)


def with_modes(tables: Tables, row: list[int]) -> Route:
    """The tasks of `row`, each in the mode that makes the whole cheapest."""
    tasks = row[1:-1]
    if not tables.two:
        return tuple((task, 0) for task in tasks)
    costs, chosen = np.array([0.0, np.inf]), []
    for before, stop in pairwise(row):
        reached = costs[:, None] + tables.ways[before, stop, 4:].reshape(2, 2)
        chosen.append(reached.argmin(axis=0).tolist())
        costs = reached.min(axis=0)
    modes, mode = [], 0
    for back in reversed(chosen):
        mode = back[mode]
        modes.append(mode)
    return tuple(zip(tasks, modes[-2::-1], strict=True))


def lay(tables: Tables, state: State, days: Routes) -> None:
    """Make routes of each day the best plan of `state`."""
    state.best_size[:] = 0
    for day, routes in enumerate(days):
        slots = range(tables.slots[day], tables.slots[day + 1])
        driven = [route for route in routes if route] if tables.alike else routes
        for slot, route in zip(slots, driven, strict=False):
            state.best_size[slot] = len(route)
            state.best_stop[slot, 1 : len(route) + 1] = [task for task, _ in route]
            state.best_stop[slot, [0, len(route) + 1]] = tables.home[slot]

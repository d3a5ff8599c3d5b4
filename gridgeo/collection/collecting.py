"""Collection rounds over a town's streets: days for every village, rounds for every day, and a month to prove them."""

from __future__ import annotations

from collections.abc import Collection as Several
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgeo.arguments import proven
from gridgeo.between import Between
from gridgeo.collection.tables import CollectionPlan
from gridgeo.errors import BadInput, NoFeasiblePlan
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.placed import Placed, placed
from gridgeo_solvers.collection import Collection, CollectionProblem, Simulated, plan_rounds, simulate
from gridgeo_solvers.errors import BadProblem, Infeasible
from gridgeo_solvers.progress import Progress

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Days of a week as `closed` names them; day 1 of the rounds is a Monday."""

Legs = dict[tuple[int, int], tuple[float, shapely.LineString]]
"""Metres and line of the way from one place to another, the depot being 0."""

_SAME_M = 1e-6

SERVICE_MIN = 5.0
"""Minutes of a stop where the table doesn't tell them."""


@proven
def collection_rounds(
    town: Jurisdiction,
    villages: pd.DataFrame,
    *,
    depot: tuple[float, float],
    most_days: int = 3,
    capacity: float,
    shift_min: float = 480.0,
    closed: Several[str] = (),
    vehicles: int | None = None,
    mode: str = "car",
    balance: float = 0.5,
    days: int = 30,
    seed: int = 0,
    progress: Progress | None = None,
) -> CollectionPlan:
    """Plan rounds that fetch what is made in every village before it has waited too long.

    A round fetches what was made on the days before. The rounds are then driven for `days` days by a simulation that knows
    nothing of the planner; a plan in which an item waits too long isn't handed out.

    Parameters
    ----------
    town
        Whose streets are driven.
    villages
        Columns `village` (unique), `items` (made in a day, fractions too) and `lon`, `lat` (degrees) or a geometry; perhaps
        `minutes` of a stop.
    depot
        Longitude and latitude where rounds begin and end.
    most_days
        Days that an item may wait.
    capacity
        Items that a vehicle holds.
    shift_min
        Minutes of a round at the most.
    closed
        Days of the week without rounds, of `WEEKDAYS`.
    vehicles
        Rounds of a day at the most; None for as many as are needed.
    mode
        foot, ebike or car.
    balance
        What the longest day counts for against short ways; 0 lets days differ.
    days
        Days of the simulation.
    seed
        Same input and seed: same rounds.
    progress
        Told while days are chosen.

    Raises
    ------
    BadInput
        An option or a row can't be used, or no road leads to a village and back; the message names it.
    NoFeasiblePlan
        No rounds keep the limits; the reasons name the villages.
    """
    strange = [day for day in closed if day not in WEEKDAYS]
    if strange:
        raise BadInput(f"closed day '{strange[0]}' is unknown; name days of {', '.join(WEEKDAYS)}")
    if days < 1:
        raise BadInput(f"days is {days}; simulate at least one")
    if not balance >= 0:
        raise BadInput(f"balance is {balance:g}; give 0, or more for days that are alike")
    rows = placed(villages, "village", "villages", town)
    items, service = rows.numbers("items"), rows.numbers("minutes", SERVICE_MIN) * 60
    home = placed(pd.DataFrame({"depot": ["depot"], "lon": [depot[0]], "lat": [depot[1]]}), "depot", "depot", town)
    streets, xy = Between.of(town, mode), np.concatenate([home.xy, rows.xy])
    seconds = streets.seconds(xy)
    lost = ~(np.isfinite(seconds[0, 1:]) & np.isfinite(seconds[1:, 0]))
    rows.refuse(lost, "village", f"no road leads there by {mode} and back; mend its place or leave it out")
    open_days = tuple(day not in closed for day in WEEKDAYS) if closed else (True,)
    try:
        problem = CollectionProblem(
            seconds, np.zeros_like(seconds), items, service, most_days, capacity, shift_min * 60, open_days, vehicles
        )
        plan = plan_rounds(problem, balance=balance, seed=seed, progress=progress)
    except BadProblem as wrong:
        raise BadInput(str(wrong)) from None
    except Infeasible as none:
        raise NoFeasiblePlan([_named(reason, rows.ids) for reason in none.reasons]) from None
    legs = streets.legs(xy, _legs(plan))
    metres = np.zeros_like(seconds)
    for pair, (length, _) in legs.items():
        metres[pair] = length
    month = simulate(
        plan.rounds, seconds=seconds, metres=metres, items=items, service=service, most_days=most_days,
        capacity=capacity, shift=shift_min * 60, days=days,
    )  # fmt: skip
    if month.faults:
        raise NoFeasiblePlan([_named(fault, rows.ids) for fault in month.faults])
    return _told(town, rows, problem, plan, month, legs, mode)


def _named(reason: str, ids: list[str]) -> str:
    """A reason of the solvers with the village's name in place of its number."""
    first, _, rest = reason.partition("village ")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    return f"{first}village '{ids[int(digits)]}'{rest[len(digits) :]}" if digits else reason


def _told(
    town: Jurisdiction,
    rows: Placed,
    problem: CollectionProblem,
    plan: Collection,
    month: Simulated,
    legs: Legs,
    mode: str,
) -> CollectionPlan:
    closed = () if all(problem.open_days) else problem.open_days
    people = gpd.GeoDataFrame(
        {
            "village": rows.ids,
            "items": problem.items,
            "days": [", ".join(_day_name(day, closed) for day in own) for own in plan.days],
            "visits": [len(own) for own in plan.days],
            "longest_wait": month.waits,
        },
        geometry=shapely.points(rows.xy),
        crs=town.crs,
    )
    lines = [
        _round(problem, legs, rows.ids, day, number, list(order))
        for day, orders in enumerate(plan.rounds)
        for number, order in enumerate(orders, start=1)
    ]
    rounds = gpd.GeoDataFrame(pd.DataFrame(lines), geometry="geometry", crs=town.crs)
    count = np.arange(len(month.km))
    diary = pd.DataFrame(
        {
            "day": count + 1,
            "rounds": [len(plan.rounds[day % len(plan.rounds)]) for day in count.tolist()],
            "minutes": month.minutes,
            "km": month.km,
        }
    )
    meta: dict[str, Any] = {
        "mode": mode,
        "most_days": problem.most_days,
        "capacity": problem.capacity,
        "shift_min": problem.shift / 60,
        "cycle_days": problem.cycle,
        "days": len(month.km),
        "longest_wait": month.longest_wait,
        "fetched": month.fetched,
        "left": month.left,
        "objective": round(plan.objective, 3),
        "bound": None,
        "gap": None,
        "status": "feasible",
        "seed": plan.seed,
    }
    return CollectionPlan(people, rounds, diary, meta)


def _day_name(day: int, closed: tuple[bool, ...]) -> str:
    return WEEKDAYS[day] if closed else str(day + 1)


def _legs(plan: Collection) -> list[tuple[int, int]]:
    """Pairs of places, the depot being 0, that the rounds go between."""
    stops = [[0, *(village + 1 for village in order), 0] for orders in plan.rounds for order in orders]
    return sorted({pair for way in stops for pair in pairwise(way)})


def _round(
    problem: CollectionProblem, legs: Legs, ids: list[str], day: int, number: int, order: list[int]
) -> dict[str, Any]:
    pairs = list(pairwise([0, *(village + 1 for village in order), 0]))
    points = np.concatenate([shapely.get_coordinates(legs[pair][1]) for pair in pairs])
    keep = np.append(True, (np.abs(np.diff(points, axis=0)) > _SAME_M).any(axis=1))
    if keep.sum() < 2:
        keep[-1] = True
    return {
        "day": day + 1,
        "round": number,
        "villages": " > ".join(ids[village] for village in order),
        "stops": len(order),
        "minutes": float(sum(problem.seconds[pair] for pair in pairs) + problem.service[order].sum()) / 60,
        "km": sum(legs[pair][0] for pair in pairs) / 1000,
        "geometry": shapely.LineString(points[keep]),
    }

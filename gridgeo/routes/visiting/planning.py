"""Plan a week, a month or a quarter of visits: who calls at which door on which day, and by which way."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridgeo.arguments import proven
from gridgeo.errors import BadInput
from gridgeo.graphs import MODES
from gridgeo.plans.plan import Plan
from gridgeo.routes.tables import Routes
from gridgeo.routes.visiting.drawing import drawn
from gridgeo.routes.visiting.field import Field
from gridgeo.routes.visiting.lists import check_visits
from gridgeo.routes.visiting.officers import check_officers, officers_of
from gridgeo.routes.visiting.tasks import join_tasks
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.routing.visiting import Visiting, VisitingProblem, Wishes, solve_visiting

BORDERS = ("kept", "open")


@dataclass(frozen=True)
class Booked:
    """The visits of a plan by position: `stops` (officer, day, door, number, arrive, begin, leave; seconds after midnight),
    `tours` (officer, day, start, end, travel, rest) and `left_out` (door, number, reason).
    """

    stops: pd.DataFrame
    tours: pd.DataFrame
    left_out: pd.DataFrame
    objective: float
    travel: float


@dataclass(frozen=True)
class VisitPlan:
    """A plan of visits: what it was made from, what was booked, and its routes."""

    field: Field
    booked: Booked
    routes: Routes


@proven
def plan_visits(
    plan: Plan,
    visits: pd.DataFrame,
    officers: pd.DataFrame | None = None,
    *,
    start: date,
    days: int,
    mode: str = "foot",
    shift_min: float = 240.0,
    shift_from: str = "08:00",
    each: int = 1,
    borders: str = "kept",
    join: bool = True,
    within_m: float = 150.0,
    stations: gpd.GeoDataFrame | None = None,
    wishes: Wishes | None = None,
    seed: int = 0,
    iterations: int | None = None,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> VisitPlan:
    """Plan visits over some days: frequencies and spacing kept, days even, each round within its officer's shift.

    Doors and officers that have to do with each other are planned together by ruin and recreate; groups without common
    officers are planned side by side. No bound is known.

    Parameters
    ----------
    plan
        Grids over the jurisdiction's streets.
    visits
        A list as `gridgeo.routes.check_visits` describes it.
    officers
        A table as `gridgeo.routes.check_officers` describes it; `each` officers for every grid if None.
    start, days
        First day, and how many.
    mode, shift_min, shift_from
        For officers who have none of their own.
    each
        Officers of every grid where no table is given.
    borders
        ``kept``: officers work in their own grids and those they may also go to; ``open``: everywhere.
    join
        Whether tasks at one door become one stop, where the list has a column `task`; see `join_tasks`.
    within_m
        Metres at the most between a door and its street.
    stations
        Points with a column `grid`: where the days of its officers begin and end; see `patrol_routes`.
    wishes
        What even days, familiar officers and visits left out weigh, in seconds of travel.
    seed, iterations
        Same input, seed and iterations: same plan, whatever the executor. Iterations of each group grow with its visits if
        None.
    progress
        Told when a group is done.
    executor
        Groups are planned in it side by side, e.g. in processes; without one, one after the other.

    Returns
    -------
    The plan; `unserved` of its routes lists each visit that isn't made, with the reason that binds.

    Raises
    ------
    BadInput
        An option is out of range, or a row of a table can't be used.
    """
    field = prepare(
        plan,
        visits,
        officers,
        start=start,
        days=days,
        mode=mode,
        shift_min=shift_min,
        shift_from=shift_from,
        each=each,
        borders=borders,
        join=join,
        within_m=within_m,
        stations=stations,
        wishes=wishes,
    )
    if iterations is not None and iterations < 1:
        raise BadInput(f"iterations is {iterations}; give 1 or more, or None to let them grow with the visits")
    booked = book(field, seed, iterations, progress or Progress(), executor)
    meta = {"kind": "visits", "mode": mode, "shift_min": shift_min, "shift_from": shift_from, "from": start.isoformat()}
    meta |= {"days": days, "borders": borders, "within_m": within_m, "seed": seed, "iterations": iterations}
    return VisitPlan(field, booked, drawn(field, booked, meta))


@proven
def plan_again(
    plan: Plan, visits: pd.DataFrame, officers: pd.DataFrame | None, routes: Routes, **options: Any
) -> VisitPlan:
    """The plan that was made from the same tables and options and written to a file, ready to be changed.

    Parameters
    ----------
    plan, visits, officers
        As in `plan_visits`.
    routes
        What was written.
    options
        The options of `plan_visits` that the plan was made with, without seed and iterations.

    Raises
    ------
    BadInput
        The routes name a door or an officer that isn't in the tables, or a day outside the plan.
    """
    field = prepare(plan, visits, officers, **options)
    return VisitPlan(field, rebooked(field, routes), routes)


def prepare(
    plan: Plan,
    visits: pd.DataFrame,
    officers: pd.DataFrame | None,
    *,
    start: date,
    days: int,
    mode: str = "foot",
    shift_min: float = 240.0,
    shift_from: str = "08:00",
    each: int = 1,
    borders: str = "kept",
    join: bool = True,
    within_m: float = 150.0,
    stations: gpd.GeoDataFrame | None = None,
    wishes: Wishes | None = None,
) -> Field:
    """Prove tables and options and bring them together; see `plan_visits`."""
    for name, value in (("days", days), ("each", each)):
        if value < 1:
            raise BadInput(f"{name} is {value}; give 1 or more")
    if days > 400:
        raise BadInput(f"days is {days}; plan a year at a time at the most")
    for name, size in (("within_m", within_m), ("shift_min", shift_min)):
        if not (np.isfinite(size) and size > 0):
            raise BadInput(f"{name} is {size}; give a number above 0")
    if borders not in BORDERS:
        raise BadInput(f"borders is '{borders}'; write {' or '.join(BORDERS)}")
    if mode not in MODES:
        raise BadInput(f"unknown mode '{mode}'; use {', '.join(MODES)}")
    doors = check_visits(visits, plan, shift_from=shift_from)
    if join and "task" in visits.columns:
        doors = join_tasks(doors)
    if officers is None:
        grids = sorted(plan.grids["grid"].astype(str))
        crew = officers_of(grids, each, plan, shift_from=shift_from, shift_min=shift_min, mode=mode)
    else:
        crew = check_officers(officers, plan, shift_from=shift_from, shift_min=shift_min, mode=mode)
    return Field.of(
        plan,
        doors,
        crew,
        start=start,
        days=days,
        borders=borders,
        within_m=within_m,
        stations=stations,
        wishes=wishes or Wishes(),
    )


def book(field: Field, seed: int, iterations: int | None, progress: Progress, executor: Executor | None) -> Booked:
    """Plan every group of a field."""
    groups = field.groups()
    progress.stage("visits", len(groups))
    tasks = ((field.problem(*group), seed * 1_000_003 + number, iterations) for number, group in enumerate(groups))
    answers = []
    for answer in _solved(tasks, executor):
        answers.append(answer)
        progress.advance()
    return booked_of(groups, answers)


WAITING = 32
"""Groups that wait in an executor at the most: a whole city's would not fit into memory."""


def _solved(tasks: Iterable[tuple[VisitingProblem, int, int | None]], executor: Executor | None) -> Iterator[Visiting]:
    """The answers in order, while no more than `WAITING` tasks are held."""
    if executor is None:
        yield from (_solve(*task) for task in tasks)
        return
    waiting: deque[Future[Visiting]] = deque()
    for task in tasks:
        waiting.append(executor.submit(_solve, *task))
        if len(waiting) == WAITING:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _solve(problem: VisitingProblem, seed: int, iterations: int | None) -> Visiting:
    return solve_visiting(problem, seed=seed, iterations=iterations)


def booked_of(
    groups: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]], answers: Iterable[Visiting], first_day: int = 0
) -> Booked:
    """Answers of groups in the positions of the whole field; days are counted on from `first_day`."""
    stops, tours, left_out = [], [], []
    objective = travel = 0.0
    for (doors, officers), answer in zip(groups, answers, strict=True):
        stops += list(_stops(doors, officers, answer, first_day))
        tours += [
            (int(officers[one.officer]), one.day + first_day, one.start, one.end, one.travel, one.rest)
            for one in answer.tours
        ]
        left_out += [(int(doors[one.door]), one.number, one.reason) for one in answer.left_out]
        objective += answer.objective
        travel += answer.travel
    return Booked(
        table(stops, STOPS).sort_values(["officer", "day", "begin"], kind="stable", ignore_index=True),
        table(tours, TOURS).sort_values(["officer", "day"], kind="stable", ignore_index=True),
        table(left_out, LEFT_OUT).sort_values(["door", "number"], kind="stable", ignore_index=True),
        objective,
        travel,
    )


STOPS = {"officer": "int64", "day": "int64", "door": "int64", "number": "int64"}
STOPS |= {"arrive": "float64", "begin": "float64", "leave": "float64"}
TOURS = {
    "officer": "int64",
    "day": "int64",
    "start": "float64",
    "end": "float64",
    "travel": "float64",
    "rest": "float64",
}
LEFT_OUT = {"door": "int64", "number": "int64", "reason": "str"}


def table(rows: Sequence[tuple[object, ...]], columns: dict[str, str]) -> pd.DataFrame:
    """A frame of rows, with the column types also where there is no row."""
    return pd.DataFrame(list(rows), columns=pd.Index(columns)).astype(columns)


def _stops(
    doors: NDArray[np.int64], officers: NDArray[np.int64], answer: Visiting, first_day: int
) -> Iterator[tuple[object, ...]]:
    for tour in answer.tours:
        for stop in tour.stops:
            who, day = int(officers[tour.officer]), tour.day + first_day
            yield who, day, int(doors[stop.door]), stop.number, stop.arrive, stop.begin, stop.leave


def rebooked(field: Field, routes: Routes) -> Booked:
    """What routes that were written say, in the positions of a field."""
    if not {"officer", "date", "begin"} <= set(routes.stops.columns):
        raise BadInput("these routes have no officers and dates; only a plan made with a first day can be changed")
    officer = _found(field.officers["officer"], routes.stops["officer"], "officer")
    door = _found(field.doors["door"], routes.stops["what"], "door")
    began = field.officers["from_min"].to_numpy(dtype=float)
    moments = {
        name: (began[officer] + routes.stops[name].to_numpy(dtype=float)) * 60 for name in ("arrive_min", "leave_min")
    }
    stops = pd.DataFrame(
        {
            "officer": officer,
            "day": _days(field, routes.stops["date"]),
            "door": door,
            "number": routes.stops["visit"].to_numpy(dtype=np.int64) - 1,
            "arrive": moments["arrive_min"],
            "begin": moments["arrive_min"] + routes.stops["wait_min"].to_numpy(dtype=float) * 60,
            "leave": moments["leave_min"],
        }
    )
    lines = routes.routes
    who = _found(field.officers["officer"], lines["officer"], "officer")
    start = (began[who] + lines["start_min"].to_numpy(dtype=float)) * 60
    length = lines["minutes"].to_numpy(dtype=float) * 60
    tours = pd.DataFrame(
        {
            "officer": who,
            "day": _days(field, lines["date"]),
            "start": start,
            "end": start + length,
            "travel": lines["travel_min"].to_numpy(dtype=float) * 60,
            "rest": (began[who] + lines["break_min"].to_numpy(dtype=float)) * 60,
        }
    )
    left = routes.unserved
    left = left[left["rule"] != "place"] if "rule" in left.columns else left.assign(rule="", visit=1)
    left_out = pd.DataFrame(
        {
            "door": _found(field.doors["door"], left["what"], "door"),
            "number": left["visit"].to_numpy(dtype=np.int64) - 1,
            "reason": left["rule"].to_numpy(dtype=object),
        }
    )
    return Booked(
        stops.astype(STOPS).sort_values(["officer", "day", "begin"], kind="stable", ignore_index=True),
        tours.astype(TOURS).sort_values(["officer", "day"], kind="stable", ignore_index=True),
        left_out.astype(LEFT_OUT),
        float(routes.meta.get("objective") or 0.0) * 60,
        float(tours["travel"].sum()),
    )


def _found(known: pd.Series, names: pd.Series, what: str) -> NDArray[np.int64]:
    position = pd.Index(known).get_indexer(pd.Index(names))
    if (position < 0).any():
        name = names.iloc[int(np.flatnonzero(position < 0)[0])]
        raise BadInput(
            f"the routes call {what} '{name}', which isn't in the tables; give those that the plan was made from"
        )
    return np.asarray(position, dtype=np.int64)


def _days(field: Field, dates: pd.Series) -> NDArray[np.int64]:
    days = np.array([(date.fromisoformat(str(day)) - field.start).days for day in dates], dtype=np.int64)
    if ((days < 0) | (days >= field.days)).any():
        raise BadInput(
            f"the routes were made for other days than {field.start} and the {field.days - 1} after; give the same --from and --days"
        )
    return days

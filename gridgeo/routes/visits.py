"""Visits: rounds to a list of doors, within windows and shifts."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridgeo.arguments import proven
from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan
from gridgeo.roads import NO_ROAD, OTHER_PART, Roads, Snapped
from gridgeo.routes.doors import check_doors, grid_of
from gridgeo.routes.starts import starts_of
from gridgeo.routes.streets import patrolled_streets
from gridgeo.routes.tables import Routes, layer
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.results import Status
from gridgeo_solvers.roads import Places, Route, seconds_of
from gridgeo_solvers.routing import LeftOut, Round, Rounds, RoundsProblem, solve_rounds
from gridgeo_solvers.routing.rounds import LONGER_THAN_SHIFT, NO_ROUND_LEFT, WINDOW


@proven
def visit_routes(
    plan: Plan,
    doors: pd.DataFrame,
    *,
    mode: str = "foot",
    shift_min: float = 240.0,
    shift_from: str = "08:00",
    within_m: float = 150.0,
    rounds: int | None = None,
    stations: gpd.GeoDataFrame | None = None,
    seed: int = 0,
    iterations: int | None = None,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> Routes:
    """Plan rounds to doors, grid by grid, along the streets, within windows and shifts.

    A door is called at from the nearest place on a street; the steps from there to the door are part of the visit's
    minutes. Each round begins and ends at the grid's start and fills one shift at the most; there are as few as
    could be found, by the shortest ways that could be found with them. No bound is known.

    Parameters
    ----------
    plan
        Grids over the jurisdiction's streets.
    doors
        A table as `gridgeo.routes.check_doors` describes it: `door`, `minutes`, where it is, and perhaps `from`, `to`,
        `grid`, `name`.
    mode
        foot, ebike or car.
    shift_min
        Minutes from the beginning of the shift until a round must be back.
    shift_from
        Time of day at which the shift begins, HH:MM.
    within_m
        Metres at the most between a door and its street.
    rounds
        Rounds of a grid at the most; None for as many as are needed.
    stations
        Points with a column `grid`: where its rounds begin and end; see `patrol_routes`.
    seed, iterations
        Same plan, doors and options, same seed, same iterations: same rounds. They grow with the doors if None.
    progress
        Told when a grid is done.
    executor
        Grids are solved in it side by side, e.g. in processes; without one, one after the other.

    Returns
    -------
    Routes named ``<grid>-V1``, …; doors that can't be called at stand in `unserved` with the reason.

    Raises
    ------
    BadInput
        An option is out of range, a door's row is wrong (see `check_doors`), or a station names no grid.
    """
    _check_options(shift_min, within_m, rounds, iterations)
    place = plan.jurisdiction
    listed = check_doors(doors, plan, shift_from=shift_from, shift_min=shift_min)
    roads = Roads.of(place.road_nodes, place.road_edges, mode)
    starts = starts_of(plan, roads, patrolled_streets(plan, mode=mode), stations)
    unserved = _placed(listed, plan, roads, starts, within_m, mode)
    called = {str(grid): own for grid, own in listed[listed["piece"] >= 0].groupby("grid")}
    stands = {grid: _stands(roads, starts[grid], own) for grid, own in called.items()}
    problems = {grid: _problem(roads, stands[grid], own, shift_min, rounds) for grid, own in called.items()}
    answers = _solved(problems, seed, iterations, progress or Progress(), executor)
    for grid, answer in answers.items():
        unserved += [_left_out(called[grid].iloc[one.door], one, shift_min, rounds) for one in answer.left_out]
    lines, stops = (layer(name, rows, place.crs) for name, rows in _drawn(roads, called, answers, stands, mode).items())
    meta: dict[str, Any] = {"kind": "visits", "mode": mode, "shift_min": shift_min, "shift_from": shift_from}
    meta |= {"within_m": within_m, "seed": seed, "iterations": iterations, "doors": len(listed)} | _told(answers)
    return Routes(lines, stops, layer("unserved", unserved, place.crs), meta)


def _check_options(shift_min: float, within_m: float, rounds: int | None, iterations: int | None) -> None:
    for name, value in (
        ("shift_min", shift_min),
        ("within_m", within_m),
        ("iterations", 1 if iterations is None else iterations),
    ):
        if not (np.isfinite(value) and value > 0):
            raise BadInput(f"{name} is {value}; give a number above 0")
    if rounds is not None and rounds < 1:
        raise BadInput(f"rounds is {rounds}; allow at least one round a grid, or None for as many as are needed")


def _placed(
    doors: gpd.GeoDataFrame, plan: Plan, roads: Roads, starts: Mapping[str, int], within_m: float, mode: str
) -> list[dict[str, Any]]:
    """The doors that no street is near to, with the reason.

    Writes into `doors`: its grid, the `piece` of street (-1: none) and the `share` of it at which it lies, and `off_m`, metres from there.
    """
    doors["grid"] = grid_of(doors, plan)
    inside = np.flatnonzero(doors["grid"].notna().to_numpy())
    part = np.array([roads.network.parts[starts[str(grid)]] for grid in doors["grid"].iloc[inside]], dtype=np.int64)
    snapped = roads.snap(doors.geometry.iloc[inside], within_m=within_m, part=part)
    doors["piece"], doors["share"], doors["off_m"] = -1, 0.0, np.nan
    for column in ("piece", "share", "off_m"):
        doors.iloc[inside, doors.columns.get_loc(column)] = getattr(snapped, column)
    return _unreachable(doors, inside, snapped, mode, within_m)


def _stands(roads: Roads, start: int, own: gpd.GeoDataFrame) -> Places:
    """The start of a grid's rounds, and where each of its doors is called at."""
    begin = roads.junctions(np.array([start]))
    return Places(np.append(begin.piece, own["piece"]), np.append(begin.share, own["share"]))


def _problem(
    roads: Roads, stands: Places, own: gpd.GeoDataFrame, shift_min: float, rounds: int | None
) -> RoundsProblem:
    times = seconds_of(roads.travel.table(stands, stands))
    early, late = own["from_min"].to_numpy() * 60, own["to_min"].to_numpy() * 60
    return RoundsProblem(times, own["minutes"].to_numpy() * 60, early, late, shift_min * 60, rounds)


def _solved(
    problems: Mapping[str, RoundsProblem],
    seed: int,
    iterations: int | None,
    progress: Progress,
    executor: Executor | None,
) -> dict[str, Rounds]:
    progress.stage("visits", len(problems))
    run = map if executor is None else executor.map
    answers = {}
    count = len(problems)
    for grid, answer in zip(
        problems, run(_solve, problems.values(), [seed] * count, [iterations] * count), strict=True
    ):
        answers[grid] = answer
        progress.advance()
    return answers


def _solve(problem: RoundsProblem, seed: int, iterations: int | None) -> Rounds:
    return solve_rounds(problem, seed=seed, iterations=iterations)


def _unreachable(
    doors: gpd.GeoDataFrame, inside: NDArray[np.int64], snapped: Snapped, mode: str, within_m: float
) -> list[dict[str, Any]]:
    words = {
        NO_ROAD: f"no road for {mode} within {within_m:g} m",
        OTHER_PART: f"in another part of the street network: no way by {mode} from the start and back",
    }
    reasons = dict(zip(inside.tolist(), snapped.reason.tolist(), strict=True))
    rows = []
    for row, door in enumerate(doors.itertuples(index=False)):
        reason = "outside every grid" if row not in reasons else words.get(reasons[row], "")
        if reason:
            rows.append({"what": door.door, "grid": door.grid, "reason": reason, "geometry": door.geometry})
    return rows


def _left_out(door: pd.Series, one: LeftOut, shift_min: float, rounds: int | None) -> dict[str, Any]:
    minutes = one.seconds / 60
    waits = f", which may begin at minute {door['from_min']:g}," if door["from_min"] > 0 else ""
    reason = {
        WINDOW: f"the window of minute {door['from_min']:g} to {door['to_min']:g} can't be met: arrival at minute {minutes:.1f} "
        f"at the earliest",
        LONGER_THAN_SHIFT: f"the visit alone{waits} ends at minute {minutes:.1f}, after the shift of {shift_min:g} min",
        NO_ROUND_LEFT: f"no room in {rounds} round{'s' if rounds != 1 else ''}",
    }[one.reason]
    return {"what": door["door"], "grid": door["grid"], "reason": reason, "geometry": door["geometry"]}


def _drawn(
    roads: Roads,
    called: Mapping[str, gpd.GeoDataFrame],
    answers: Mapping[str, Rounds],
    stands: Mapping[str, Places],
    mode: str,
) -> dict[str, list[dict[str, Any]]]:
    routes, stops = [], []
    for grid, answer in answers.items():
        for number, one in enumerate(answer.rounds, start=1):
            ways = _ways(roads, one, stands[grid])
            metres = [way.metres(roads.network) for way in ways]
            name = f"{grid}-V{number}"
            routes.append(
                {
                    "route": name,
                    "grid": grid,
                    "kind": "visits",
                    "mode": mode,
                    "minutes": (one.end - one.start) / 60,
                    "length_m": sum(metres),
                    "service_m": 0.0,
                    "stops": len(one.doors),
                    "start_min": one.start / 60,
                    "geometry": roads.line(*ways),
                }
            )
            stops += _stops(name, one, called[grid], metres)
    return {"routes": routes, "stops": stops}


def _ways(roads: Roads, one: Round, stands: Places) -> list[Route]:
    """The way to each stop of a round, and back to the start, which is place 0."""
    order = np.array([0, *(door + 1 for door in one.doors), 0], dtype=np.int64)
    return roads.travel.routes(stands.rows(order[:-1]), stands.rows(order[1:]))


def _stops(route: str, one: Round, own: gpd.GeoDataFrame, metres: list[float]) -> list[dict[str, Any]]:
    rows = []
    before = one.start
    for order, door in enumerate(one.doors):
        about = own.iloc[door]
        rows.append(
            {
                "route": route,
                "order": order,
                "what": about["door"],
                "name": about["name"],
                "arrive_min": one.arrive[order] / 60,
                "leave_min": one.leave[order] / 60,
                "travel_m": metres[order],
                "travel_min": (one.arrive[order] - before) / 60,
                "wait_min": (one.begin[order] - one.arrive[order]) / 60,
                "off_m": about["off_m"],
                "geometry": about["geometry"],
            }
        )
        before = one.leave[order]
    return rows


def _told(answers: Mapping[str, Rounds]) -> dict[str, Any]:
    """Objective in minutes, of all grids and of each; no bound is known for rounds."""
    proven = all(answer.status is Status.OPTIMAL for answer in answers.values())
    return {
        "objective": round(sum(answer.objective for answer in answers.values()) / 60, 3),
        "bound": None,
        "gap": None,
        "status": str(Status.OPTIMAL if proven else Status.FEASIBLE),
        "grids": {
            grid: {"rounds": len(answer.rounds), "objective": round(answer.objective / 60, 3)}
            for grid, answer in answers.items()
        },
    }

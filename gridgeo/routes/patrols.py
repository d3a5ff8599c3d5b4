"""Patrols: for each grid, routes that cover every street of it."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from typing import Any

import geopandas as gpd
import numpy as np

from gridgeo.arguments import proven
from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan
from gridgeo.roads import Roads
from gridgeo.routes.starts import starts_of
from gridgeo.routes.streets import SKIP, patrolled_streets
from gridgeo.routes.tables import Routes, layer
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.results import Status, relative_gap
from gridgeo_solvers.routing import Patrol, PatrolProblem, Walk, solve_patrol
from gridgeo_solvers.routing.patrol import LONGER_THAN_SHIFT, OTHER_PART

PATROL_KMH: Mapping[str, float] = {"foot": 4.0, "ebike": 10.0, "car": 15.0}
"""Speed while a street is being patrolled; between streets the mode's own speed counts."""


@proven
def patrol_routes(
    plan: Plan,
    *,
    mode: str = "foot",
    shift_min: float = 240.0,
    patrol_kmh: float | None = None,
    skip: tuple[str, ...] = SKIP,
    stations: gpd.GeoDataFrame | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> Routes:
    """Cover every street of every grid, along the streets, within shifts.

    Each piece of street counts in one grid (`gridgeo.routes.streets.patrolled_streets`) and is walked once on patrol,
    in either direction its one-ways allow. The ways between may lead through the whole town. The method and its
    bound are those of `gridgeo_solvers.routing.solve_patrol`.

    Parameters
    ----------
    plan
        Grids over the jurisdiction's streets.
    mode
        foot (one-ways both ways), ebike or car.
    shift_min
        Minutes of a route at the most, from the start and back to it.
    patrol_kmh
        Speed on patrol, km/h; by default that of `PATROL_KMH`.
    skip
        OpenStreetMap classes that are not patrolled.
    stations
        Points with a column `grid`: where its routes begin and end. Without one they begin at the junction nearest
        to the middle of the grid, in the part of the network that holds most of its streets.
    seed
        Same plan, same options, same seed: same routes.
    progress
        Told when a grid is done.
    executor
        Grids are solved in it side by side, e.g. in processes; without one, one after the other.

    Returns
    -------
    Routes named ``<grid>-P1``, …; pieces that can't be patrolled stand in `unserved` with the reason.

    Raises
    ------
    BadInput
        An option is out of range, the mode is unknown, or a station names no grid.
    """
    speed = PATROL_KMH.get(mode, 4.0) if patrol_kmh is None else patrol_kmh
    for name, value in (("shift_min", shift_min), ("patrol_kmh", speed)):
        if not (np.isfinite(value) and value > 0):
            raise BadInput(f"{name} is {value}; give a number above 0")
    place = plan.jurisdiction
    roads = Roads.of(place.road_nodes, place.road_edges, mode)
    streets = patrolled_streets(plan, mode=mode, skip=skip)
    starts = starts_of(plan, roads, streets, stations)
    service = roads.piece_metres / (speed / 3.6)
    problems = {
        grid: PatrolProblem(roads.network, roads.pieces(own["street"]), starts[grid], service, shift_min * 60)
        for grid, own in streets.groupby("grid")
    }
    answers = _solved(problems, seed, progress or Progress(), executor)
    tables = _tables(roads, streets, answers, starts, mode, shift_min)
    meta = {
        "kind": "patrol",
        "mode": mode,
        "shift_min": shift_min,
        "patrol_kmh": speed,
        "seed": seed,
        "street_m": round(float(streets["length_m"].sum()), 1),
    }
    return Routes(*tables, meta=meta | _told(answers))


def _solved(
    problems: Mapping[str, PatrolProblem], seed: int, progress: Progress, executor: Executor | None
) -> dict[str, Patrol]:
    progress.stage("patrols", len(problems))
    run = map if executor is None else executor.map
    answers = {}
    for grid, answer in zip(problems, run(_solve, problems.values(), [seed] * len(problems)), strict=True):
        answers[grid] = answer
        progress.advance()
    return answers


def _solve(problem: PatrolProblem, seed: int) -> Patrol:
    return solve_patrol(problem, seed=seed)


def _tables(
    roads: Roads,
    streets: gpd.GeoDataFrame,
    answers: Mapping[str, Patrol],
    starts: Mapping[str, int],
    mode: str,
    shift_min: float,
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    names = dict(zip(streets["street"].tolist(), streets["name"].tolist(), strict=True))
    reasons = {
        OTHER_PART: f"in another part of the street network: no way by {mode} from the start and back",
        LONGER_THAN_SHIFT: f"alone, with the way there and back, longer than the shift of {shift_min:g} min",
    }
    routes, stops, unserved = [], [], []
    for grid, answer in answers.items():
        for number, walk in enumerate(answer.walks, start=1):
            name = f"{grid}-P{number}"
            own = _stops(roads, walk, name, names)
            routes.append(_route(roads, walk, name, grid, starts[grid], mode, len(own)))
            stops += own
        for piece, why in answer.left_out:
            row = streets.loc[streets["street"] == roads.streets[piece]].iloc[0]
            middle = row.geometry.interpolate(0.5, normalized=True)
            unserved.append(
                {"what": f"street {row['street']}", "grid": grid, "reason": reasons[why], "geometry": middle}
            )
    crs = streets.crs
    return layer("routes", routes, crs), layer("stops", stops, crs), layer("unserved", unserved, crs)


def _route(roads: Roads, walk: Walk, name: str, grid: str, start: int, mode: str, stops: int) -> dict[str, Any]:
    metres = roads.network.metres[walk.arcs]
    return {
        "route": name,
        "grid": grid,
        "kind": "patrol",
        "mode": mode,
        "minutes": walk.seconds / 60,
        "length_m": float(metres.sum()),
        "service_m": float(metres[walk.serves].sum()),
        "stops": stops,
        "start_min": 0.0,
        "geometry": roads.path(walk.arcs, start),
    }


def _stops(roads: Roads, walk: Walk, route: str, names: Mapping[int, str | None]) -> list[dict[str, Any]]:
    network = roads.network
    minutes = np.diff(walk.clock, prepend=0.0) / 60
    metres = network.metres[walk.arcs]
    rows: list[dict[str, Any]] = []
    travel_min = travel_m = 0.0
    for place, arc in enumerate(walk.arcs.tolist()):
        if not walk.serves[place]:
            travel_min += float(minutes[place])
            travel_m += float(metres[place])
            continue
        street = int(roads.streets[network.piece[arc]])
        rows.append(
            {
                "route": route,
                "order": len(rows),
                "what": f"street {street}",
                "name": names[street],
                "arrive_min": float(walk.clock[place] / 60 - minutes[place]),
                "leave_min": float(walk.clock[place] / 60),
                "travel_m": travel_m,
                "travel_min": travel_min,
                "wait_min": 0.0,
                "geometry": roads.point(int(network.tail[arc])),
            }
        )
        travel_min = travel_m = 0.0
    return rows


def _told(answers: Mapping[str, Patrol]) -> dict[str, Any]:
    """Objective and bound, minutes, of all grids and of each."""
    objective = sum(answer.objective for answer in answers.values()) / 60
    bound = sum(answer.bound for answer in answers.values()) / 60
    proven = all(answer.status is Status.OPTIMAL for answer in answers.values())
    grids = {
        grid: {
            "routes": len(answer.walks),
            "objective": round(answer.objective / 60, 3),
            "bound": round(answer.bound / 60, 3),
            "gap": None if answer.gap is None else round(answer.gap, 6),
            "status": str(answer.status),
        }
        for grid, answer in answers.items()
    }
    gap = relative_gap(objective, bound)
    return {
        "objective": round(objective, 3),
        "bound": round(bound, 3),
        "gap": None if gap is None else round(gap, 6),
        "status": str(Status.OPTIMAL if proven else Status.FEASIBLE),
        "grids": grids,
    }

"""Patrols of a period: streets and hot spots some times in some shifts, by the officers of each grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan
from gridgeo.roads import Roads
from gridgeo.routes.classes import CLASSES, TIMES, classes_of, shifts_open
from gridgeo.routes.patrols import PATROL_KMH
from gridgeo.routes.period_tables import NEAR_M, Answer, period_figures, period_layers
from gridgeo.routes.reading import Rows, points
from gridgeo.routes.starts import starts_of
from gridgeo.routes.streets import SKIP, patrolled_streets
from gridgeo.routes.tables import Routes
from gridgeo_solvers.errors import BadProblem, Infeasible
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.routing.period import (
    Period,
    least_gap,
    mix,
    pool_of,
    solve_period,
)
from gridgeo_solvers.routing.period.problem import SPOT


@dataclass(frozen=True)
class Draw:
    """How shifts are drawn at random: at most `longer` (a share) above the best plan, for `periods` periods; what an observer
    guesses are slots of `slot_min` minutes.
    """

    longer: float = 0.1
    periods: int = 1
    slot_min: float = 30.0

    def __post_init__(self) -> None:
        if not (np.isfinite(self.longer) and self.longer >= 0):
            raise BadInput(f"plans may be {self.longer:.0%} longer; give a share of 0 or more, e.g. 0.1")
        if self.periods < 1 or not self.slot_min > 0:
            raise BadInput(f"periods is {self.periods}, slot_min {self.slot_min}; both must be above 0")


def patrol_period(
    plan: Plan,
    *,
    shifts: int = 7,
    officers: int = 1,
    times: Mapping[str, int] | None = None,
    most_gap: Mapping[str, int] | None = None,
    classes: pd.DataFrame | None = None,
    by_highway: Mapping[str, str] = CLASSES,
    both_sides: Sequence[str] = (),
    spots: pd.DataFrame | None = None,
    begins: Sequence[str] = ("08:00",),
    closed: Mapping[str, Sequence[tuple[str, str]]] | None = None,
    mode: str = "foot",
    shift_min: float = 240.0,
    patrol_kmh: float | None = None,
    skip: tuple[str, ...] = SKIP,
    stations: gpd.GeoDataFrame | None = None,
    ends: gpd.GeoDataFrame | None = None,
    draw: Draw | None = None,
    steps: int = 20_000,
    seed: int = 0,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> Routes:
    """Patrol every street of every grid as often as its class asks in a period of shifts, spread evenly.

    Parameters
    ----------
    plan
        Grids over the jurisdiction's streets.
    shifts, officers
        Shifts of the period, which repeats; officers of each grid, who walk side by side in every shift.
    times
        Passes in a period of each class of street (`gridgeo.routes.classes.TIMES`, none above `shifts`, where left out).
    most_gap
        Shifts from a pass to the next at the most, by class; where left out twice an even gap, rounded up.
    classes
        Table street, class; other streets have that of their column `patrol_class` or of `by_highway`.
    by_highway
        Class of OpenStreetMap classes; those not named are normal.
    both_sides
        OpenStreetMap classes of wide streets: each pass is two, one in each direction (in the one there is on one-ways).
    spots
        Table spot, minutes[, times], placed as doors are: places to stay at, as often as hot streets by default.
        The officer stays at the junction nearest to it.
    begins, closed
        Times of day HH:MM at which shifts begin, taken in turn; for a class (or "spots") pairs of times of day, within
        which its streets may not be patrolled: shifts that touch them are not used for it.
    mode, shift_min, patrol_kmh, skip, stations
        As in `gridgeo.routes.patrol_routes`.
    ends
        Points with a column `grid`: where routes end; where they begin if left out.
    draw
        Draw the way of each shift at random from a pool of plans that are nearly as good. None: the best plan.
    steps
        Of the search in each grid.
    seed, progress, executor
        As in `gridgeo.routes.patrol_routes`.

    Returns
    -------
    Routes named ``<grid>-S<shift>-O<officer>``, with their `shift` and `officer` from 1; what can't be patrolled stands
    in `unserved`. `meta` tells, for each grid and class, the greatest gap that is promised; with `draw` the mean of extra
    seconds and the entropy too.

    Raises
    ------
    BadInput
        An option, a class, a gap or a hot spot that makes no sense, by name and with the mend.
    gridgeo.errors.NoFeasiblePlan
        The passes don't fit into the shifts of the officers.
    """
    speed = PATROL_KMH.get(mode, 4.0) if patrol_kmh is None else patrol_kmh
    wanted = dict(times) if times is not None else {name: min(k, shifts) for name, k in TIMES.items()}
    for name, value in (("shift_min", shift_min), ("patrol_kmh", speed)):
        if not (np.isfinite(value) and value > 0):
            raise BadInput(f"{name} is {value}; give a number above 0")
    for name, count in (("shifts", shifts), ("officers", officers)):
        if count < 1:
            raise BadInput(f"{name} is {count}; give at least 1")
    for kind, count in wanted.items():
        if not 1 <= count <= shifts:
            raise BadInput(f"'{kind}' is to be passed {count} times in {shifts} shifts; give 1 to {shifts}")
    if not begins:
        raise BadInput("begins is empty; give at least one time of day at which shifts begin, e.g. 08:00")
    place = plan.jurisdiction
    roads = Roads.of(place.road_nodes, place.road_edges, mode)
    streets = patrolled_streets(plan, mode=mode, skip=skip)
    if streets.empty:
        raise BadInput(f"{place.name} has no street that is patrolled by {mode}; is the right map imported?")
    streets["class"] = classes_of(streets, place.road_edges, classes, by_highway, wanted)
    for name in wanted if times is not None else ():
        if name not in set(streets["class"]):
            raise BadInput(f"no street is of class '{name}'; leave it out of the times, or name its streets in a table")
    for name in both_sides:
        if name not in set(streets["highway"]):
            known = ", ".join(sorted(set(streets["highway"])))
            raise BadInput(f"no street of OpenStreetMap class '{name}' has two sides to patrol; choose among {known}")
    rules = _rules(wanted, most_gap or {}, closed or {}, begins, shift_min, shifts)
    placed = _placed(spots, plan, roads, max(wanted.values()), shifts)
    starts = starts_of(plan, roads, streets, stations)
    goals = starts if ends is None else starts_of(plan, roads, streets, ends)
    asked = {}
    for grid, own in streets.groupby("grid"):
        here = placed[(placed["grid"] == grid) & (placed["node"] >= 0)]
        asked[str(grid)] = _tasks(roads, own, here, rules, both_sides, speed, shifts)
    problems = {
        grid: Period(
            roads.network, starts[grid], goals[grid], shifts, officers, shift_min * 60,
            *(tasks[name].to_numpy() for name in ("piece", "place", "service", "times", "allowed", "most")),
        )
        for grid, tasks in asked.items()
    }  # fmt: skip
    answers = _solved(problems, draw, steps, seed, progress or Progress(), executor)
    names = dict(zip(streets["street"].tolist(), streets["name"].tolist(), strict=True))
    tables = period_layers(roads, asked, problems, answers, placed, names, mode, shift_min, streets.crs)
    meta = {
        "kind": "patrol", "mode": mode, "shift_min": shift_min, "patrol_kmh": speed, "seed": seed, "shifts": shifts,
        "officers": officers, "times": wanted, "street_m": round(float(streets["length_m"].sum()), 1),
        **period_figures(asked, answers, tables[0]),
    }  # fmt: skip
    return Routes(*tables, meta=meta)


def _rules(
    times: Mapping[str, int],
    most_gap: Mapping[str, int],
    closed: Mapping[str, Sequence[tuple[str, str]]],
    begins: Sequence[str],
    shift_min: float,
    shifts: int,
) -> dict[str, tuple[int, int, int | None]]:
    """Passes, open shifts and greatest gap of each class, and of spots."""
    for option, names in (("a greatest gap", most_gap), ("closed times", closed)):
        for name in names:
            if name not in times and name != "spots":
                raise BadInput(f"{option} of class '{name}', which is none; choose one of {', '.join(times)}, spots")
    rules: dict[str, tuple[int, int, int | None]] = {}
    for name, count in times.items():
        allowed = shifts_open(closed.get(name, ()), begins, shift_min, shifts, name)
        most = _most_gap(f"'{name}'", count, allowed, most_gap.get(name), shifts)
        rules[name] = (count, allowed, most)
    open_ = shifts_open(closed.get("spots", ()), begins, shift_min, shifts, "spots")
    return rules | {"spots": (1, open_, most_gap.get("spots"))}


def _most_gap(what: str, count: int, allowed: int, most: int | None, shifts: int) -> int:
    """The greatest gap of what is passed `count` times in its open shifts; twice an even one where none is asked for."""
    if count > allowed.bit_count():
        raise BadInput(
            f"{what} is to be passed {count} times, but its closed times leave {allowed.bit_count()} of {shifts} "
            "shifts: ask for fewer passes, other closed times or other beginnings of shifts"
        )
    least = least_gap(shifts, count, allowed)
    most = max(2 * -(-shifts // count), least) if most is None else int(most)
    if most < least:
        raise BadInput(
            f"the greatest gap of {what} is {most} shifts, but {count} passes in {shifts} shifts leave one of "
            f"{least} at the least: allow {least}, or ask for more passes"
        )
    return most


def _placed(spots: pd.DataFrame | None, plan: Plan, roads: Roads, usual: int, shifts: int) -> pd.DataFrame:
    """Hot spots with their grid and nearest junction, -1 where they are off the map."""
    if spots is None or spots.empty:
        return pd.DataFrame({"spot": [], "grid": [], "node": [], "seconds": [], "times": [], "point": []})
    if "spot" not in spots.columns or "minutes" not in spots.columns:
        raise BadInput("hot spots need columns spot and minutes, and lon and lat or a geometry")
    rows = Rows(spots, "spot", "hot spots")
    minutes, times = rows.numbers("minutes"), rows.numbers("times", float(usual))
    rows.refuse(minutes <= 0, "minutes", "must be above 0: how long an officer stays")
    rows.refuse(
        (times < 1) | (times > shifts) | (times % 1 != 0), "times", f"must be a whole number from 1 to {shifts}"
    )
    where = points(rows, plan)
    used = np.unique(np.concatenate([roads.network.tail, roads.network.head]))
    grid, node = [], []
    for point in where:
        away = np.hypot(roads.x[used] - point.x, roads.y[used] - point.y)
        near = int(away.argmin())
        inside = plan.grids[shapely.dwithin(plan.grids.geometry.to_numpy(), point, NEAR_M)]
        on_map = away[near] <= NEAR_M and len(inside) > 0
        node.append(int(used[near]) if on_map else -1)
        grid.append(str(inside.loc[inside.distance(point).idxmin(), "grid"]) if on_map else None)
    return pd.DataFrame(
        {
            "spot": rows.ids,
            "grid": grid,
            "node": node,
            "seconds": minutes * 60,
            "times": times.astype(int),
            "point": where,
        }
    )


def _tasks(
    roads: Roads,
    streets: gpd.GeoDataFrame,
    spots: pd.DataFrame,
    rules: Mapping[str, tuple[int, int, int | None]],
    both_sides: Sequence[str],
    speed: float,
    shifts: int,
) -> pd.DataFrame:
    """One row a task of a grid: what it is, and the columns of a `Period`."""
    network = roads.network
    rows = []
    for street, piece, kind, highway in zip(
        streets["street"], roads.pieces(streets["street"]).tolist(), streets["class"], streets["highway"], strict=True
    ):
        count, allowed, most = rules[kind]
        seconds = float(roads.piece_metres[piece]) / (speed / 3.6)
        ahead, back = int(network.forward[piece]), int(network.back[piece])
        sides = (ahead, back if back >= 0 else ahead) if highway in both_sides else (-1,)
        rows += [(f"street {street}", kind, piece, arc, seconds, count, allowed, most) for arc in sides]
    _, allowed, limit = rules["spots"]
    for spot, node, seconds, count in spots[["spot", "node", "seconds", "times"]].itertuples(index=False, name=None):
        most = _most_gap(f"hot spot '{spot}'", count, allowed, limit, shifts)
        rows.append((f"spot {spot}", "spots", SPOT, node, seconds, count, allowed, most))
    return pd.DataFrame(rows, columns=["what", "class", "piece", "place", "service", "times", "allowed", "most"])


def _solved(
    problems: Mapping[str, Period],
    draw: Draw | None,
    steps: int,
    seed: int,
    progress: Progress,
    executor: Executor | None,
) -> dict[str, Answer]:
    progress.stage("patrols", len(problems))
    run = map if executor is None else executor.map
    count = len(problems)
    answers = {}
    found = run(_solve, problems, problems.values(), [draw] * count, [steps] * count, [seed] * count)
    for grid, answer in zip(problems, found, strict=True):
        answers[grid] = answer
        progress.advance()
    return answers


def _solve(grid: str, problem: Period, draw: Draw | None, steps: int, seed: int) -> Answer:
    try:
        plan = solve_period(problem, seed=seed, steps=steps)
    except Infeasible as none:
        raise Infeasible([f"grid {grid}: {reason}" for reason in none.reasons], proven=none.proven) from None
    except BadProblem as wrong:
        raise BadInput(f"grid {grid}: {wrong}") from None
    told: dict[str, Any] = {
        "routes": sum(1 for routes in plan.shifts for route in routes if route),
        "minutes": round(plan.total / 60, 3),
        "longest_min": round(plan.longest / 60, 3),
        "bound_min": round(plan.bound / 60, 3),
    }
    if draw is None:
        walked = [[(route, 0.0) for route in routes if route] for routes in plan.shifts]
        return Answer(plan, walked, np.zeros(problem.n, dtype=np.int64), told)
    pool = pool_of(problem, plan, longer=draw.longer, slot=draw.slot_min * 60, steps=steps, seed=seed)
    mixture = mix(problem, pool)
    drawn = mixture.draw(pool, draw.periods, seed)
    walked = [list(zip(way.routes, way.out, strict=True)) for shifts in drawn for way in shifts]
    gap = np.zeros(problem.n, dtype=np.int64)
    gap[pool.tasks] = pool.gap
    best = max(pool.best, 1e-9)
    told |= {
        "allotments": len(pool.ways),
        "ways": sum(len(ways) for shifts in pool.ways for ways in shifts),
        "best_minutes": round(pool.best / 60, 3),
        "extra": round(mixture.mean / best - 1, 6) if pool.best else 0.0,
        "bits": round(mixture.bits, 4),
        "bits_bound": round(mixture.bound, 4),
        "bits_highest": round(mixture.highest, 4),
        "tasks": len(pool.tasks),
    }
    return Answer(plan, walked, gap, told)

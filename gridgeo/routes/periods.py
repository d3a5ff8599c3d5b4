"""Patrols of a period: streets and hot spots some times in some shifts, by the officers of each grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan
from gridgeo.roads import NO_ROAD, Roads
from gridgeo.routes.classes import CLASSES, TIMES, begin_of_shift, classes_of, shifts_open
from gridgeo.routes.clock import Clock
from gridgeo.routes.patrols import PATROL_KMH
from gridgeo.routes.period_tables import NEAR_M, Answer, period_figures, period_layers
from gridgeo.routes.reading import Rows, points
from gridgeo.routes.starts import starts_of
from gridgeo.routes.streets import SKIP, patrolled_streets
from gridgeo.routes.tables import Routes
from gridgeo_solvers.errors import BadProblem, Infeasible
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.roads.snapping import ANY
from gridgeo_solvers.routing.period import (
    Period,
    Pool,
    least_gap,
    mix,
    pool_of,
    solve_period,
)
from gridgeo_solvers.routing.tours.plan import Route


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
    start: date | None = None,
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
        The officer goes along the street to the point nearest to it, stays, and goes on to the street's end.
    begins, closed
        Times of day HH:MM at which shifts begin, taken in turn; for a class (or "spots") pairs of times of day, within
        which its streets may not be patrolled: shifts that touch them are not used for it.
    mode, shift_min, patrol_kmh, skip, stations
        As in `gridgeo.routes.patrol_routes`.
    ends
        Points with a column `grid`: where routes end; where they begin if left out.
    start
        Day of the first shift, from which routes have their `date`.
    draw
        Draw the way of each shift at random from a pool of plans that are nearly as good. None: the best plan.
    steps
        Of the search in each grid.
    seed, progress, executor
        As in `gridgeo.routes.patrol_routes`.

    Returns
    -------
    Routes named ``<grid>-S<shift>-O<officer>``, with their `shift`, `day` and `officer` from 1, and when the shift begins; stops
    with `gap_h`, hours since what is served was served before. What can't be patrolled stands in `unserved`. `meta`
    tells, for each class, the greatest gap that is promised, in shifts and in hours, and the one walked; with `draw` what is
    walked more than in the best plan, in time and in metres, and the entropy too.

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
    first = [begin_of_shift(time) for time in begins]
    if first != sorted(set(first)):
        raise BadInput(
            f"begins is {', '.join(begins)}; give times of day in their order, each once, e.g. 06:00,14:00,22:00"
        )
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
    starts = starts_of(plan, roads, streets, stations)
    placed = _placed(spots, plan, roads, starts, max(wanted.values()), shifts)
    goals = starts if ends is None else starts_of(plan, roads, streets, ends)
    asked = {}
    for grid, own in streets.groupby("grid"):
        here = placed[(placed["grid"] == grid) & (placed["reason"] == "")]
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
    clock = Clock(begins, shifts, shift_min, start)
    tables = period_layers(roads, asked, problems, answers, placed, names, mode, clock, streets.crs)
    meta = {
        "kind": "patrol", "mode": mode, "shift_min": shift_min, "patrol_kmh": speed, "seed": seed, "shifts": shifts,
        "officers": officers, "times": wanted, "street_m": round(float(streets["length_m"].sum()), 1),
        "begins": list(begins), "from": None if start is None else start.isoformat(),
        **period_figures(roads, asked, problems, answers, tables, clock, 1 if draw is None else draw.periods),
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


def _placed(
    spots: pd.DataFrame | None, plan: Plan, roads: Roads, starts: Mapping[str, int], usual: int, shifts: int
) -> pd.DataFrame:
    """Hot spots with their grid, the piece of street along which they lie and how far along it, or the reason why none does."""
    if spots is None or spots.empty:
        columns = ("spot", "grid", "piece", "share", "reason", "seconds", "times", "point")
        return pd.DataFrame({name: [] for name in columns})
    if "spot" not in spots.columns or "minutes" not in spots.columns:
        raise BadInput("hot spots need columns spot and minutes, and lon and lat or a geometry")
    rows = Rows(spots, "spot", "hot spots")
    minutes, times = rows.numbers("minutes"), rows.numbers("times", float(usual))
    rows.refuse(minutes <= 0, "minutes", "must be above 0: how long an officer stays")
    rows.refuse(
        (times < 1) | (times > shifts) | (times % 1 != 0), "times", f"must be a whole number from 1 to {shifts}"
    )
    where = points(rows, plan)
    grid = [_near_grid(plan, point) for point in where]
    part = np.array([ANY if name is None else roads.network.parts[starts[name]] for name in grid], dtype=np.int64)
    snapped = roads.snap_at(shapely.get_coordinates(where), within_m=NEAR_M, part=part)
    outside = np.array([name is None for name in grid])
    return pd.DataFrame(
        {
            "spot": rows.ids,
            "grid": grid,
            "piece": snapped.piece,
            "share": snapped.share,
            "reason": np.where(outside, NO_ROAD, snapped.reason),
            "seconds": minutes * 60,
            "times": times.astype(int),
            "point": where,
        }
    )


def _near_grid(plan: Plan, point: shapely.Point) -> str | None:
    inside = plan.grids[shapely.dwithin(plan.grids.geometry.to_numpy(), point, NEAR_M)]
    return str(inside.loc[inside.distance(point).idxmin(), "grid"]) if len(inside) else None


def _tasks(
    roads: Roads,
    streets: gpd.GeoDataFrame,
    spots: pd.DataFrame,
    rules: Mapping[str, tuple[int, int, int | None]],
    both_sides: Sequence[str],
    speed: float,
    shifts: int,
) -> pd.DataFrame:
    """One row a task of a grid: what it is, the columns of a `Period`, and of a spot how far along its street it lies and seconds there."""
    network = roads.network
    rows = []
    for street, piece, kind, highway in zip(
        streets["street"], roads.pieces(streets["street"]).tolist(), streets["class"], streets["highway"], strict=True
    ):
        count, allowed, most = rules[kind]
        seconds = float(roads.piece_metres[piece]) / (speed / 3.6)
        ahead, back = int(network.forward[piece]), int(network.back[piece])
        sides = (ahead, back if back >= 0 else ahead) if highway in both_sides else (-1,)
        rows += [(f"street {street}", kind, piece, arc, seconds, count, allowed, most, 0.0, 0.0) for arc in sides]
    _, allowed, limit = rules["spots"]
    for spot, piece, share, stay, count in spots[["spot", "piece", "share", "seconds", "times"]].itertuples(
        index=False, name=None
    ):
        most = _most_gap(f"hot spot '{spot}'", count, allowed, limit, shifts)
        ahead, back = int(network.forward[piece]), int(network.back[piece])
        seconds = stay + float(max(network.seconds[ahead], network.seconds[back] if back >= 0 else 0.0))
        rows.append((f"spot {spot}", "spots", int(piece), -1, seconds, count, allowed, most, share, stay))
    columns = ["what", "class", "piece", "place", "service", "times", "allowed", "most", "share", "stay"]
    return pd.DataFrame(rows, columns=columns)


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
        return Answer(plan, walked, (), np.zeros(problem.n, dtype=np.int64), told)
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
    return Answer(plan, walked, _best(pool), gap, told)


def _best(pool: Pool) -> tuple[Route, ...]:
    """The routes of the shortest allotment of a pool, walked as they were found."""
    if not pool.ways:
        return ()
    totals = [sum(ways[0].seconds for ways in shifts) for shifts in pool.ways]
    return tuple(route for ways in pool.ways[int(np.argmin(totals))] for route in ways[0].routes)

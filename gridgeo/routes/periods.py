"""Patrols of a period: streets and hot spots some times in some shifts, by the officers of each grid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan
from gridgeo.roads import Roads
from gridgeo.routes.classes import CLASSES, TIMES, classes_of
from gridgeo.routes.clock import Clock
from gridgeo.routes.patrols import PATROL_KMH
from gridgeo.routes.period_tables import Answer, period_figures, period_layers
from gridgeo.routes.rhythm import Passes, Rhythm
from gridgeo.routes.spots import placed_spots
from gridgeo.routes.starts import starts_of
from gridgeo.routes.streets import SKIP, patrolled_streets
from gridgeo.routes.tables import Routes
from gridgeo_solvers.errors import BadProblem, Infeasible
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.routing.period import (
    Period,
    Pool,
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
    rhythm = Rhythm(shifts, officers, shift_min, speed, wanted, begins)
    roads = Roads.of(plan.jurisdiction.road_nodes, plan.jurisdiction.road_edges, mode)
    streets = _classed_streets(plan, mode, skip, classes, by_highway, wanted)
    _check_names(streets, wanted if times is not None else (), both_sides)
    passes = rhythm.passes(most_gap or {}, closed or {})
    starts = starts_of(plan, roads, streets, stations)
    placed = placed_spots(spots, plan, roads, starts, rhythm)
    goals = starts if ends is None else starts_of(plan, roads, streets, ends)
    asked = {}
    for grid, own in streets.groupby("grid"):
        here = placed[(placed["grid"] == grid) & (placed["reason"] == "")]
        rows = [
            *_street_tasks(roads, own, passes, both_sides, speed),
            *_spot_tasks(roads, here, passes["spots"], rhythm),
        ]
        asked[str(grid)] = pd.DataFrame(rows, columns=list(Task._fields))
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


class Task(NamedTuple):
    """Something to patrol in a grid: what it is, the columns of a `Period`, and of a spot how far along its street it lies
    and seconds there.
    """

    what: str
    kind: str
    piece: int
    place: int
    service: float
    times: int
    allowed: int
    most: int | None
    share: float = 0.0
    stay: float = 0.0


def _classed_streets(
    plan: Plan,
    mode: str,
    skip: tuple[str, ...],
    classes: pd.DataFrame | None,
    by_highway: Mapping[str, str],
    times: Mapping[str, int],
) -> gpd.GeoDataFrame:
    """The streets that are patrolled, with their class."""
    place = plan.jurisdiction
    streets = patrolled_streets(plan, mode=mode, skip=skip)
    if streets.empty:
        raise BadInput(f"{place.name} has no street that is patrolled by {mode}; is the right map imported?")
    return streets.assign(**{"class": classes_of(streets, place.road_edges, classes, by_highway, times)})


def _check_names(streets: gpd.GeoDataFrame, named: Iterable[str], both_sides: Sequence[str]) -> None:
    """Refuse classes, `named` ones and OpenStreetMap's, of which there is no street."""
    for name in named:
        if name not in set(streets["class"]):
            raise BadInput(f"no street is of class '{name}'; leave it out of the times, or name its streets in a table")
    for name in both_sides:
        if name not in set(streets["highway"]):
            known = ", ".join(sorted(set(streets["highway"])))
            raise BadInput(f"no street of OpenStreetMap class '{name}' has two sides to patrol; choose among {known}")


def _street_tasks(
    roads: Roads, streets: gpd.GeoDataFrame, passes: Mapping[str, Passes], both_sides: Sequence[str], speed: float
) -> Iterator[Task]:
    """One for each street, or for each of its sides."""
    network = roads.network
    for street, piece, kind, highway in zip(
        streets["street"], roads.pieces(streets["street"]).tolist(), streets["class"], streets["highway"], strict=True
    ):
        seconds = float(roads.piece_metres[piece]) / (speed / 3.6)
        ahead, back = int(network.forward[piece]), int(network.back[piece])
        for arc in (ahead, back if back >= 0 else ahead) if highway in both_sides else (-1,):
            yield Task(f"street {street}", kind, piece, arc, seconds, *passes[kind])


def _spot_tasks(roads: Roads, spots: pd.DataFrame, passes: Passes, rhythm: Rhythm) -> Iterator[Task]:
    """One for each spot: along its street and the stay."""
    network = roads.network
    told = spots[["spot", "piece", "share", "seconds", "times"]]
    for spot, piece, share, stay, count in told.itertuples(index=False, name=None):
        most = rhythm.most_gap(f"hot spot '{spot}'", count, passes.allowed, passes.most)
        ahead, back = int(network.forward[piece]), int(network.back[piece])
        seconds = stay + float(max(network.seconds[ahead], network.seconds[back] if back >= 0 else 0.0))
        yield Task(f"spot {spot}", "spots", int(piece), -1, seconds, count, passes.allowed, most, share, stay)


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

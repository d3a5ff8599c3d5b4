"""An officer's day: a round to 100 doors on a real road graph, at a few tenths of a second, PyVRP beside.

Every limit holds the table of travel times too, which the road engine makes anew for each run; the city's hierarchy, built
once for all days, is told apart. The best known round of a day is the best of long searches in the same run, kept in the
results.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from roads import GRAPH, city, spent
from roads import warm as warm_roads
from tour_bars import DAY_BARS
from tour_peers import peer_round
from tours import cpu_clock, warm

from gridgeo_solvers.roads import Network
from gridgeo_solvers.routing.tours import Tours, solve

DOORS = 100
AROUND = 2000
"""Doors are drawn among so many junctions around the office."""
DAYS = 5
LIMITS = (0.05, 0.1, 0.2, 0.3, 1.0)
LONG_SECONDS = 10.0
LONG_SEEDS = 3


def cases(shared: Path, seeds: int) -> dict[str, Any]:
    """The one case, where the graph is."""
    return {"officer day": lambda: run_days(shared, seeds)} if (shared / GRAPH).exists() else {}


def doors_of(network: Network, day: int) -> NDArray[np.int64]:
    """The office and the doors of a day, junctions that can all be left again."""
    town = np.flatnonzero(network.parts == np.bincount(network.parts).argmax())
    random = np.random.default_rng(day)
    office = int(random.choice(town))
    assert network.xy is not None
    near = town[np.argsort(np.hypot(*(network.xy[town] - network.xy[office]).T), kind="stable")[1 : AROUND + 1]]
    return np.concatenate([[office], random.choice(near, DOORS, replace=False)])


def travel_times(network: Network, places: NDArray[np.int64]) -> NDArray[np.float64]:
    """Seconds between places, in whole tenths, which PyVRP counts in."""
    return np.rint(network.times(places) * 10) / 10


def run_days(shared: Path, seeds: int) -> dict[str, Any]:
    """Every day within every limit and seed, and what it is above the best round known."""
    cpu_clock()
    cold = warm() + warm_roads()
    network = city(shared)
    built, _ = spent(lambda: network.engine)
    days = []
    for day in range(DAYS):
        places = doors_of(network, day)
        problem = Tours.of_doors(travel_times(network, places), vehicles=1)
        best = min(solve(problem, time_limit=LONG_SECONDS, seed=100 + seed).cost for seed in range(LONG_SEEDS))
        runs: list[dict[str, Any]] = [
            {"limit": limit, "seed": seed, "own": _run("own", network, places, limit, seed)}
            | {"peer": _run("peer", network, places, limit, seed)}
            for limit in LIMITS
            for seed in range(seeds)
        ]
        best = min([best] + [run[who]["cost"] for run in runs for who in ("own", "peer")])
        days.append({"day": day, "best_known": best, "runs": runs})
    row: dict[str, Any] = {"doors": DOORS, "cold_seconds": round(cold, 2), "hierarchy_cpu": round(built, 2)}
    row["matrix_cpu"] = float(np.mean([run["own"]["matrix_cpu"] for day in days for run in day["runs"]]))
    for who in ("own", "peer"):
        row[f"{who}_over"] = {f"{limit:g} s": mean_over(days, who, limit) for limit in LIMITS}
    row["bars"] = {
        f"{bar.level} {bar}": bar.met({"mean_over": mean_over(days, "own", bar.seconds)}) for bar in DAY_BARS
    }
    return row | {"days": days}


def mean_over(days: list[dict[str, Any]], who: str, limit: float) -> float:
    """Mean share above the best round known within a limit."""
    return float(
        np.mean(
            [run[who]["cost"] / day["best_known"] - 1 for day in days for run in day["runs"] if run["limit"] == limit]
        )
    )


def _run(who: str, network: Network, places: NDArray[np.int64], limit: float, seed: int) -> dict[str, Any]:
    """The table of travel times, then a round in what is left of the limit."""
    start = time.process_time()
    travel = travel_times(network, places)
    matrix = time.process_time() - start
    told: dict[str, Any] = {"matrix_cpu": round(matrix, 4)}
    if who == "own":
        plan = solve(Tours.of_doors(travel, vehicles=1), time_limit=limit - (time.process_time() - start), seed=seed)
        told |= {"cost": plan.cost, "steps": plan.iterations}
    else:
        order = [0, *peer_round(travel, limit - matrix, seed), 0]
        told["cost"] = float(travel[order[:-1], order[1:]].sum())
    return told | {"cpu": round(time.process_time() - start, 3)}

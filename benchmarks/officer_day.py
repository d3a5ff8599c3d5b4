"""An officer's day: a round to 100 doors on a real road graph, at a few tenths of a second, PyVRP beside.

The best known round of each day is the best of long searches in the same run, kept in the results.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
from bars import Bar
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra
from tour_bars import DAY_BARS
from tour_peers import peer_round
from tours import cpu_clock, warm

from gridgeo_solvers.routing.tours import Tours, solve

DOORS = 100
AROUND = 2000
"""Doors are drawn among so many junctions around the office."""
DAYS = 5
LIMITS = (0.05, 0.09, 0.1, 0.25, 0.3, 1.0)
LONG_SECONDS = 10.0
LONG_SEEDS = 3
GRAPH = Path("benchmarks") / "graphs" / "porto_alegre.npz"


def cases(shared: Path, seeds: int) -> dict[str, Any]:
    """The one case, where the graph is."""
    return {"officer day": lambda: run_days(shared / GRAPH, seeds)} if (shared / GRAPH).exists() else {}


def travel_times(graph: Path, day: int) -> tuple[NDArray[np.float64], float]:
    """Seconds between the office and the doors of a day, in whole tenths, and the CPU seconds that the table took."""
    with np.load(graph) as held:
        xy, u, v, sec = (held[name] for name in ("xy", "u", "v", "sec"))
    matrix = coo_array((sec.astype(float), (u, v)), shape=(len(xy), len(xy))).tocsr()
    _, part = connected_components(matrix, connection="strong")
    town = np.flatnonzero(part == np.bincount(part).argmax())
    random = np.random.default_rng(day)
    office = int(random.choice(town))
    near = town[np.argsort(np.hypot(*(xy[town] - xy[office]).T), kind="stable")[1 : AROUND + 1]]
    places = np.concatenate([[office], random.choice(near, DOORS, replace=False)])
    start = time.process_time()
    times = dijkstra(matrix, indices=places)[:, places]
    return np.rint(times * 10) / 10, time.process_time() - start


def run_days(graph: Path, seeds: int) -> dict[str, Any]:
    """Every day within every limit and seed, and what it is above the best round known."""
    cpu_clock()
    cold = warm()
    days = []
    for day in range(DAYS):
        travel, spent = travel_times(graph, day)
        problem = Tours.of_doors(travel, vehicles=1)
        best = min(solve(problem, time_limit=LONG_SECONDS, seed=100 + seed).cost for seed in range(LONG_SEEDS))
        short = [
            {"limit": limit, "seed": seed, "own": _own(problem, limit, seed), "peer": _peer(travel, limit, seed)}
            for limit in LIMITS
            for seed in range(seeds)
        ]
        best = min([best] + [run[who]["cost"] for run in short for who in ("own", "peer")])
        days.append({"day": day, "best_known": best, "matrix_cpu": round(spent, 3), "runs": short})
    row: dict[str, Any] = {"doors": DOORS, "cold_seconds": round(cold, 2), "days": days}
    for who in ("own", "peer"):
        row[f"{who}_over"] = {f"{limit:g} s": mean_over(days, who, limit) for limit in LIMITS}
    matrix = float(np.mean([day["matrix_cpu"] for day in days]))
    row["bars"] = {f"{bar.level} {bar}": in_time(days, bar, matrix) for bar in DAY_BARS}
    return row


def in_time(days: list[dict[str, Any]], bar: Bar, matrix: float) -> bool:
    """Whether a bar is met by the longest search that fits into its seconds beside the matrix."""
    fitting = [limit for limit in LIMITS if limit + matrix <= bar.seconds]
    return bool(fitting) and bar.met({"mean_over": mean_over(days, "own", max(fitting))})


def mean_over(days: list[dict[str, Any]], who: str, limit: float) -> float:
    """Mean share above the best round known within a limit."""
    return float(
        np.mean(
            [run[who]["cost"] / day["best_known"] - 1 for day in days for run in day["runs"] if run["limit"] == limit]
        )
    )


def _own(problem: Tours, limit: float, seed: int) -> dict[str, Any]:
    start = time.process_time()
    plan = solve(problem, time_limit=limit, seed=seed)
    return {"cost": plan.cost, "cpu": round(time.process_time() - start, 3), "steps": plan.iterations}


def _peer(travel: NDArray[np.float64], limit: float, seed: int) -> dict[str, Any]:
    start = time.process_time()
    order = [0, *peer_round(travel, limit, seed), 0]
    return {"cost": float(travel[order[:-1], order[1:]].sum()), "cpu": round(time.process_time() - start, 3)}

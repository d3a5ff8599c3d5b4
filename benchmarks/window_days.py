"""Days of visits with narrow windows: `python benchmarks/window_days.py [--days N] [--doors N] [--window MIN] [--steps N …] [--iterations N …]`.

Doors lie at random in a square of 2 km around the office and take ten minutes; nine in ten have a window somewhere in a shift of
eight hours. Told are rounds, minutes of all rounds (waiting included) and CPU seconds, of `solve_rounds` and of PyVRP, which
minimises rounds first and then their minutes too.
"""

from __future__ import annotations

import argparse
import json
import time

import numpy as np
import pyvrp
from pyvrp.stop import MaxIterations

from gridgeo_solvers.routing import RoundsProblem, solve_rounds

SIDE_M, METRES_A_SECOND, SHIFT = 2000.0, 1.25, 8 * 3600.0


def day(number: int, doors: int, window_min: float) -> RoundsProblem:
    """One random day."""
    random = np.random.default_rng([17, number])
    xy = np.vstack([[SIDE_M / 2, SIDE_M / 2], random.uniform(0, SIDE_M, (doors, 2))])
    times = np.rint(np.abs(xy[:, None] - xy).sum(axis=2) / METRES_A_SECOND)
    narrow = random.random(doors) < 0.9
    early = np.where(narrow, np.rint(random.uniform(1800, SHIFT - 5400, doors)), 0.0)
    late = np.where(narrow, early + window_min * 60, SHIFT)
    return RoundsProblem(times, np.full(doors, 600.0), early, late, SHIFT)


def peer(problem: RoundsProblem, iterations: int, seed: int) -> tuple[int, float]:
    """Rounds and minutes by PyVRP in so many iterations."""
    shift, times = int(problem.shift), problem.times.astype(np.int64)
    clients = [
        pyvrp.Client(place + 1, service_duration=int(spent), tw_early=int(early), tw_late=int(late))
        for place, (spent, early, late) in enumerate(zip(problem.service, problem.early, problem.late, strict=True))
    ]
    crew = pyvrp.VehicleType(
        len(clients), tw_late=shift, fixed_cost=10 * shift, unit_distance_cost=0, unit_duration_cost=1
    )
    places = [pyvrp.Location(0, 0) for _ in times]
    data = pyvrp.ProblemData(places, clients, [pyvrp.Depot(0)], [crew], [np.zeros_like(times)], [times])
    found = pyvrp.solve(data, MaxIterations(iterations), seed=seed, collect_stats=False, display=False).best
    return found.num_routes(), found.duration() / 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=6)
    parser.add_argument("--doors", type=int, default=40)
    parser.add_argument("--window", type=float, default=20.0)
    parser.add_argument("--steps", type=int, nargs="*", default=[])
    parser.add_argument("--iterations", type=int, nargs="*", default=[300, 2_000])
    asked = parser.parse_args()
    solve_rounds(day(0, 5, asked.window), iterations=50)
    found: dict[str, list[tuple[float, float, float]]] = {}
    for number in range(asked.days):
        problem = day(number, asked.doors, asked.window)
        for steps in asked.steps or [None]:
            began = time.process_time()
            own = solve_rounds(problem, seed=number, iterations=steps)
            row = (len(own.rounds), own.objective / 60, time.process_time() - began)
            found.setdefault(f"gridgeo, {steps or 'as many steps as usual'}", []).append(row)
        for iterations in asked.iterations:
            began = time.process_time()
            told = peer(problem, iterations, number)
            found.setdefault(f"PyVRP, {iterations} iterations", []).append((*told, time.process_time() - began))
    for who, rows in found.items():
        rounds, minutes, cpu = np.mean(rows, axis=0)
        print(json.dumps({"who": who, "rounds": rounds, "minutes": round(minutes, 1), "cpu": round(cpu, 2)}))


if __name__ == "__main__":
    main()

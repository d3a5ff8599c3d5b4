"""A city's month of visits: `python benchmarks/visiting.py [--officers N] [--jobs N] [--times 10] [--output FILE]`.

By default 1,000 officers, each with a grid of 1,000 households and 100 doors a month, in communities of four. Of the doors
3 % are called at weekly, 60 % monthly, the others once; 20 % have a window, 5 % need two officers, 5 % a skill that half of the
officers have. Officers walk a lattice of streets 100 m apart, work Monday to Friday for four hours, rest for 20 minutes, and are
on leave on some days. A community is one problem: single visits stay in their grid, what needs two or a skill may cross.

``--times 10`` also plans every `--sample`-th community with ten times the steps and tells how far the plan lies above that. The
judge looks at every answer, and progress goes to standard error. CPU seconds are added up over the processes; compiling isn't counted.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from gridgeo_solvers.check_visits import Call, Day, visit_faults
from gridgeo_solvers.processes import pool
from gridgeo_solvers.routing.visiting import Doors, Officers, Rhythm, Visiting, VisitingProblem, solve_visiting

TEAM = 4
DAYS = 28
DOORS = 100
SIDE_M = 400.0


def community(number: int, seed: int = 0) -> VisitingProblem:
    """Four grids of 400 m side around an office, with 100 doors each."""
    random = np.random.default_rng([seed, number])
    n = TEAM * DOORS
    grid = np.repeat(np.arange(TEAM), DOORS)
    corner = np.array([(0, 0), (1, 0), (0, 1), (1, 1)])[grid] * SIDE_M
    # A door lies along a street: one of its coordinates is a multiple of 100 m.
    xy = corner + random.uniform(0, SIDE_M, (n, 2))
    along = random.integers(0, 2, n)
    xy[np.arange(n), along] = np.round(xy[np.arange(n), along] / 100.0) * 100.0
    places = np.concatenate([xy, [[SIDE_M, SIDE_M]]])
    travel = (lattice_metres(places) / 1.25)[None]
    kind = random.random(n)
    weekly = kind < 0.03
    special = random.random(n)
    persons = np.where(special < 0.05, 2, 1)
    skilled = (special >= 0.05) & (special < 0.10)
    window = random.random(n) < 0.2
    early = np.where(window, random.choice([8.0, 9.0, 10.0], n) * 3600, 0.0)
    end = np.full(n, DAYS - 1)
    rhythm = Rhythm(
        count=np.where(weekly, 4, 1),
        least=np.where(weekly, 5, 1),
        most=np.where(weekly, 9, 1000),
        first_from=np.zeros(n, dtype=np.int64),
        first_to=np.where(weekly, 6, end),
        last_from=np.where(weekly, DAYS - 9, 0),
        last_to=end,
    )
    works = np.tile(np.arange(DAYS) % 7 < 5, (TEAM, 1)) & (random.random((TEAM, DAYS)) > 0.05)
    clock = np.where(works, 1.0, 0.0)
    home = np.full((TEAM, DAYS), n)
    may = (grid[:, None] == np.arange(TEAM)[None]) | ((persons == 2) | skilled)[:, None]
    return VisitingProblem(
        travel,
        Doors(
            place=np.arange(n),
            service=random.choice([900.0, 1200.0, 1800.0], n),
            early=early,
            late=np.where(window, early + 3600.0, 86400.0),
            open=np.ones((n, DAYS), dtype=bool),
            persons=persons,
            need=skilled.astype(np.int64),
            weight=np.where(weekly, 3.0, 1.0),
            own=grid,
            may=may,
            rhythm=rhythm,
        ),
        Officers(
            mode=np.zeros(TEAM, dtype=np.int64),
            has=np.array([0, 1, 0, 1]),
            since=clock * 8 * 3600,
            until=clock * 12 * 3600,
            start=home,
            end=home,
            rest=clock * 1200,
            rest_from=clock * 9.5 * 3600,
            rest_to=clock * 10.5 * 3600,
        ),
    )


def lattice_metres(xy: np.ndarray) -> np.ndarray:
    """Metres along streets 100 m apart between places on them, exactly."""
    x, y = xy[:, 0], xy[:, 1]
    across = np.abs(x[:, None] - x) + np.abs(y[:, None] - y)
    for a, b in ((x, y), (y, x)):
        # Two doors on parallel streets, in the same block: the way leads round by one of its corners.
        on = np.isclose(a % 100, 0) | np.isclose(a % 100, 100)
        on &= ~(np.isclose(b % 100, 0) | np.isclose(b % 100, 100))
        same = on[:, None] & on & (np.floor(b / 100)[:, None] == np.floor(b / 100)) & ~np.isclose(a[:, None], a)
        low = (b % 100)[:, None] + (b % 100)
        across = np.where(same, np.abs(a[:, None] - a) + np.minimum(low, 200 - low), across)
    return across


def faults_of(problem: VisitingProblem, answer: Visiting) -> list[str]:
    """What the judge says."""
    return visit_faults(
        doors=vars(problem.doors) | vars(problem.doors.rhythm),
        officers=vars(problem.officers),
        travel=problem.travel,
        calls=[Call(t.officer, t.day, s.door, s.number, s.begin, s.leave) for t in answer.tours for s in t.stops],
        days=[Day(t.officer, t.day, t.start, t.end, t.rest) for t in answer.tours],
        left_out=[(one.door, one.number) for one in answer.left_out],
    )


def plan(number: int, times: int, steps: int | None) -> dict[str, Any]:
    """Plan one community and tell what came out; with `times` once more, with so many times the steps."""
    problem = community(number)
    start = time.process_time()
    answer = solve_visiting(problem, seed=number, iterations=steps)
    seconds = time.process_time() - start
    row: dict[str, Any] = {
        "cpu_seconds": seconds,
        "objective": answer.objective,
        "travel": answer.travel,
        "visits": int(problem.doors.rhythm.count.sum()),
        "left_out": len(answer.left_out),
        "tours": len(answer.tours),
        "faults": len(faults_of(problem, answer)),
    }
    if times > 1:
        longer = solve_visiting(problem, seed=number, iterations=answer.iterations * times)
        row["above"] = answer.objective / longer.objective - 1
        row["travel_above"] = answer.travel / longer.travel - 1
    return row


def warm(_: int) -> None:
    """Load or make compiled code, which doesn't count."""
    solve_visiting(community(0), iterations=50)


def rows(numbers: range, times: int, sample: int, steps: int | None, jobs: int) -> Iterator[dict[str, Any]]:
    again = [times if number % sample == 0 else 1 for number in numbers]
    if jobs == 1:
        warm(0)
        yield from map(plan, numbers, again, [steps] * len(numbers))
        return
    with pool(jobs) as executor:
        list(executor.map(warm, range(jobs)))
        yield from executor.map(plan, numbers, again, [steps] * len(numbers), chunksize=4)


def peak_mb() -> float:
    """Megabytes that the largest process of this run has held at once."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(one).ru_maxrss for one in who) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--officers", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="number of the first community, to do the work by parts")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--sample", type=int, default=1)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--output", type=Path)
    asked = parser.parse_args()
    numbers = range(asked.first, asked.first + asked.officers // TEAM)
    start = time.perf_counter()
    found: list[dict[str, Any]] = []
    for row in rows(numbers, asked.times, asked.sample, asked.steps, asked.jobs):
        found.append(row)
        if len(found) % 10 == 0 or len(found) == len(numbers):
            spent = time.perf_counter() - start
            print(f"{len(found)} of {len(numbers)} communities, {spent:.0f} s", file=sys.stderr, flush=True)
    sums = {
        name: sum(row[name] for row in found)
        for name in ("visits", "left_out", "tours", "faults", "objective", "travel")
    }
    told = {"officers": len(found) * TEAM, "jobs": asked.jobs, "wall_seconds": time.perf_counter() - start}
    told["peak_mb_of_a_process"] = peak_mb()
    told |= {"cpu_seconds": sum(row["cpu_seconds"] for row in found)} | sums
    for name in ("above", "travel_above"):
        seen = [row[name] for row in found if name in row]
        if seen:
            told[f"mean_{name}_{asked.times}_times"] = float(np.mean(seen))
    print(json.dumps(told, indent=1))
    if asked.output:
        asked.output.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()

"""Cases of the tour engine: published sets within the CPU seconds of their bars, PyVRP beside; weeks; the longest tour.

Limits are kept in CPU time, so that figures don't depend on what else a machine does.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from instances import _module
from tour_bars import WORKS, Work, figures
from tour_peers import peer_clients, peer_streets

from gridgeo_solvers import clock
from gridgeo_solvers.check_tours import Verdict, judge_clients, judge_periods, judge_street_days, judge_streets
from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.routing.formats import (
    client_solution,
    periodic_solution,
    read_carp,
    read_pvrp,
    read_vrp,
    street_solution,
    tours_of_clients,
    tours_of_periods,
)
from gridgeo_solvers.routing.street_days import StreetDays, street_days_solution
from gridgeo_solvers.routing.streets import solve_streets
from gridgeo_solvers.routing.tours import Goal, TourPlan, Tours, solve
from gridgeo_solvers.routing.windows import solve_windows

Case = Callable[[], dict[str, Any]]
ENDINGS = {"carp": "*.dat", "pvrp": "*.txt", "vrp": "*.vrp"}
READERS: dict[str, Callable[[str], Any]] = {"carp": read_carp, "pvrp": read_pvrp, "vrp": read_vrp}
LONGEST_SECONDS = 2.0
WEEK_SECONDS = 4.0
WEEK = 5
"""Days of a periodic arc routing case."""


def cpu_clock() -> None:
    """Keep every limit of this process by CPU time; what compiling takes is still spared."""
    clock.now = lambda: time.process_time() - clock._spared


def cases(shared: Path, seeds: int) -> dict[str, Case]:
    """``KIND SET LIMIT s`` and ``peers KIND SET LIMIT s`` for every set of which an instance is there, and the variants."""
    found: dict[str, Case] = {}
    for work in WORKS:
        files = files_of(work, shared)
        for limit in work.limits if files else ():
            name = f"{work.kind} {work.name} {limit:g} s"
            found[name] = partial(run_set, work, shared, limit, seeds)
            if work.kind != "pvrp":
                found[f"peers {name}"] = partial(run_set, work, shared, limit, seeds, peer=True)
    small = [work for work in WORKS if work.kind == "carp" and work.name in ("gdb", "val")]
    streets = [file for work in small for file in files_of(work, shared)]
    if streets:
        found[f"longest carp {LONGEST_SECONDS:g} s"] = partial(run_longest, streets, seeds)
        found[f"week carp {WEEK_SECONDS:g} s"] = partial(run_weeks, streets, seeds)
    return found


def files_of(work: Work, shared: Path) -> list[Path]:
    """The instances of a set that are there."""
    folder = shared / "benchmarks" / work.kind
    return [file for file in sorted(folder.glob(ENDINGS[work.kind])) if work.holds(file.stem)]


def run_set(work: Work, shared: Path, limit: float, seeds: int, *, peer: bool = False) -> dict[str, Any]:
    """Every instance of a set with every seed; the first plan of the process, which may compile, is measured apart."""
    cpu_clock()
    cold = warm()
    best = best_known(shared / "benchmarks" / work.kind / "best_known.csv")
    runs = []
    for file in files_of(work, shared):
        instance = READERS[work.kind](file.read_text(encoding="utf-8", errors="replace"))
        for seed in range(seeds):
            run = _timed(lambda i=instance, s=seed: (_peer if peer else _own)(work.kind, i, limit, s))
            run |= _judged(work.kind, instance, run, shared, file)
            cost, known = run.get("cost"), best.get(file.stem)
            run["over_best_known"] = None if cost is None or known is None else cost / known - 1
            runs.append({"instance": file.stem, "seed": seed} | run)
    return {"set": f"{work.kind} {work.name}", "limit": limit, "cold_seconds": round(cold, 2), "tours": runs} | figures(
        runs
    )


def warm() -> float:
    """Seconds that the first small plan of a process takes, in which compiled code is made or loaded."""
    start = time.perf_counter()
    ring = np.abs(np.arange(6)[:, None] - np.arange(6)).astype(float)
    ring = np.minimum(ring, 6 - ring)
    for days, turned in ((1, True), (2, False)):
        place = np.arange(1, 6)
        both = np.column_stack([place, (place + 1) % 6]) if turned else place
        limits: dict[str, Any] = {"capacity": 3, "demand": np.ones(5)}
        for goal in Goal:
            problem = Tours(
                ring, both, both[:, ::-1] if turned else both, days=days, vehicles=3, objective=goal, **limits
            )
            solve(problem, steps=50)
    return time.perf_counter() - start


def _timed(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    wall, cpu = time.perf_counter(), time.process_time()
    told = work()
    return told | {"wall": round(time.perf_counter() - wall, 3), "cpu": round(time.process_time() - cpu, 3)}


def _own(kind: str, instance: Any, limit: float, seed: int) -> dict[str, Any]:
    """What the commands `gridgeo solve KIND` do with an instance."""
    options: dict[str, Any] = {"time_limit": limit, "seed": seed}
    try:
        if kind == "carp":
            return street_solution(solve_streets(instance, **options))
        if kind == "pvrp":
            return periodic_solution(solve(tours_of_periods(instance), **options))
        if instance.windows is not None:
            return client_solution(solve_windows(instance, **options))
        return client_solution(solve(tours_of_clients(instance), **options))
    except Infeasible as refused:
        return {"status": "infeasible", "reasons": refused.reasons}


def _peer(kind: str, instance: Any, limit: float, seed: int) -> dict[str, Any]:
    routes = (peer_streets if kind == "carp" else peer_clients)(instance, limit, seed)
    return {"status": "infeasible"} if routes is None else {"status": "feasible", "routes": routes}


def _judged(kind: str, instance: Any, run: Mapping[str, Any], shared: Path, file: Path) -> dict[str, Any]:
    """What both judges say; the cost is theirs."""
    if "routes" not in run and "days" not in run:
        return {"valid": False}
    judges: dict[str, Callable[..., Verdict]] = {"carp": judge_streets, "pvrp": judge_periods, "vrp": judge_clients}
    verdict = judges[kind](instance, run["days" if kind == "pvrp" else "routes"], cost=run.get("cost"))
    told = {"cost": verdict.total, "longest": verdict.longest, "valid": verdict.ok, "faults": list(verdict.faults[:5])}
    other = second_judge(shared / "benchmarks" / kind / "check.py")
    if other is not None:
        try:
            told["second_judge"] = _second(kind, other, other.parse(str(file)), run)
        except (AssertionError, ValueError) as broken:
            told |= {"second_judge": None, "valid": False, "faults": [f"the second judge: {broken}"]}
    return told


def _second(kind: str, judge: Any, instance: Any, run: Mapping[str, Any]) -> float:
    if kind == "carp":
        return float(judge.cost(instance, run["routes"]))
    return float(judge.check(instance, [(day + 1, tour) for day, tours in enumerate(run["days"]) for tour in tours]))


@cache
def second_judge(path: Path) -> Any:
    """The judge that came with a folder of instances; None where there is none."""
    return _module(f"second_judge_{path.parent.name}", path)


def best_known(path: Path) -> dict[str, float]:
    """Best known cost of each instance."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8") as rows:
        return {row["instance"]: float(row["best_known"]) for row in csv.DictReader(rows)}


def run_longest(files: list[Path], seeds: int) -> dict[str, Any]:
    """The longest tour first, with the tours that the file names, against plans whose total was made small."""
    cpu_clock()
    warm()
    rows = []
    for file in files:
        instance = read_carp(file.read_text(encoding="utf-8", errors="replace"))
        if instance.vehicles is None:
            continue
        for seed in range(seeds):
            plans: dict[str, TourPlan] = {}
            for goal in Goal:
                try:
                    plans[str(goal)] = solve_streets(
                        instance, goal, vehicles=instance.vehicles, time_limit=LONGEST_SECONDS, seed=seed
                    )
                except Infeasible as refused:
                    rows.append({"instance": file.stem, "seed": seed, "reasons": refused.reasons})
            if len(plans) == len(Goal):
                rows.append({"instance": file.stem, "seed": seed} | _compared(instance, plans))
    return {"limit": LONGEST_SECONDS, "compared": rows}


def _compared(instance: Any, plans: Mapping[str, TourPlan]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for goal, plan in plans.items():
        verdict = judge_streets(instance, street_solution(plan)["routes"], vehicles=instance.vehicles, cost=plan.cost)
        told |= {f"{goal}_cost": verdict.total, f"{goal}_longest": verdict.longest, f"{goal}_valid": verdict.ok}
    return told | {"longest_bound": plans["longest"].bound}


def week_of(instance: Any) -> tuple[StreetDays, int]:
    """Five days: the third of the streets with most demand every day, the next third twice, the rest once, spread evenly; and
    the tours of a day, one more than all streets would need.
    """
    return StreetDays.by_demand(instance, WEEK, (WEEK, 2, 1)), int(
        np.ceil(instance.demand.sum() / instance.capacity)
    ) + 1


def run_weeks(files: list[Path], seeds: int) -> dict[str, Any]:
    """Periodic arc routing: the week at once, by the total and by the longest tour, against PyVRP day by day on days that are
    spread in turn.
    """
    cpu_clock()
    warm()
    rows = []
    for file in files:
        instance = read_carp(file.read_text(encoding="utf-8", errors="replace"))
        period, vehicles = week_of(instance)
        for seed in range(seeds):
            row: dict[str, Any] = {"instance": file.stem, "seed": seed}
            for goal in Goal:
                plan = solve_streets(
                    instance, goal, vehicles=vehicles, period=period, time_limit=WEEK_SECONDS, seed=seed
                )
                days = street_days_solution(plan)["days"]
                verdict = judge_street_days(instance, days, period.times, vehicles=vehicles, cost=plan.cost)
                row |= {f"{goal}_cost": verdict.total, f"{goal}_longest": verdict.longest}
                row |= {f"{goal}_valid": verdict.ok, f"{goal}_bound": plan.bound}
            row["by_day_cost"] = _by_day(instance, period, seed)
            rows.append(row)
    return {"limit": WEEK_SECONDS, "compared": rows}


def _by_day(instance: Any, week: StreetDays, seed: int) -> float | None:
    """Cost of a week whose patterns are taken in turn and whose days PyVRP plans, each in its share of the time."""
    chosen = np.array([sets[number % len(sets)] for number, sets in enumerate(week.patterns)])
    cost = 0.0
    for day in range(WEEK):
        tasks = np.flatnonzero(chosen >> day & 1)
        rest = np.setdiff1d(np.arange(len(instance.cost)), tasks)
        order = np.concatenate([tasks, rest])
        named = {name: getattr(instance, name)[order] for name in ("tail", "head", "cost", "two_way")}
        today = replace(instance, demand=instance.demand[tasks], **named)
        routes = peer_streets(today, WEEK_SECONDS / WEEK, seed)
        if routes is None:
            return None
        cost += judge_streets(today, routes).total
    return cost

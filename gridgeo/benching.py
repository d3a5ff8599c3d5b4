"""Fixed work on partition instances: what came out beside what it took, by the word of the judge."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

import numpy as np

from gridgeo.errors import BadInput
from gridgeo_solvers.check import evaluate, judge
from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.partition import Partition, PartitionProblem, read_instance, solve
from gridgeo_solvers.partition.instances import MOI_KM2
from gridgeo_solvers.problems import Measure, Objective
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.results import Status
from gridgeo_solvers.stop import StopRule

NAMED = 5
"""How many broken rules a row says in words."""


def warm(measures: int = 1) -> float:
    """Seconds that the first small problem of a process takes: compiled code is made or read from its cache by it.

    Measure it before anything that is to be timed.
    """
    start = time.perf_counter()
    side = 6
    column, row = (axis.ravel() for axis in np.meshgrid(np.arange(side), np.arange(side)))
    beside = [(i, i + 1) for i in range(side * side) if i % side < side - 1]
    beside += [(i, i + side) for i in range(side * (side - 1))]
    weights = np.random.default_rng(0).integers(50, 151, (measures, side * side)).astype(float)
    problem = PartitionProblem(
        graph=Graph.from_edges(side * side, beside),
        measures=tuple(Measure.within(f"measure {m}", weights[m], 4, 0.2) for m in range(measures)),
        k=4,
        mass=weights[0],
        x=(column * 1000).astype(np.float64),
        y=(row * 1000).astype(np.float64),
    )
    solve(problem, time_limit=10.0, seed=0)
    return time.perf_counter() - start


def measure_partition(
    problem: PartitionProblem,
    time_limit: float | None = None,
    seed: int = 0,
    *,
    best_known: float | None = None,
    scale: float = 1.0,
    stop: StopRule | None = None,
    progress: Progress | None = None,
    executor: Executor | None = None,
) -> dict[str, Any]:
    """Solve `problem` once and say how good the answer is, judged, and how long it took.

    Parameters
    ----------
    problem
        What to split.
    time_limit, seed, stop, progress, executor
        As `gridgeo_solvers.partition.solve` takes them.
    best_known
        Best value that anybody has found, in the unit of the row.
    scale
        The row's objective and bound are those of the problem divided by it.

    Returns
    -------
    dict
        ``objective``, ``bound``, ``gap``, ``status`` (``infeasible`` with ``reasons`` where no plan was found; figures
        are then those of the nearest one), ``proven``, ``over_best_known`` (a share), ``valid``, ``faults`` in words,
        ``in_band`` (share of the grids inside every band), ``worst`` deviation of every measure from its mean, ``wall``
        and ``cpu`` seconds (those of child processes included), ``seed``, ``time_limit`` and ``assignment``.
    """
    wall, cpu = time.perf_counter(), _cpu_seconds()
    reasons: list[str] = []
    status = "infeasible"
    answer: Partition | None
    more: dict[str, Any] = {} if executor is None else {"executor": executor}
    try:
        answer = solve(problem, time_limit=time_limit, seed=seed, stop=stop, progress=progress, **more)
        status = str(answer.status)
    except Infeasible as refused:
        answer, reasons = refused.nearest, refused.reasons
    row: dict[str, Any] = {
        "time_limit": time_limit,
        "seed": seed,
        "status": status,
        "wall": round(time.perf_counter() - wall, 3),
        "cpu": round(_cpu_seconds() - cpu, 3),
    }
    if reasons:
        row["reasons"] = reasons[:NAMED]
    if answer is None:
        return row | {"valid": False, "objective": None, "bound": None, "gap": None, "proven": False}
    # Several objectives have no single value that the judge could give: the engine's own is told then.
    figures = evaluate(problem, answer.assignment)
    single = not isinstance(problem.objective, tuple)
    objective = (float(figures["objective"]) if single else float(answer.objective)) / scale
    faults = judge(problem, answer.assignment)
    return row | {
        "objective": objective,
        "bound": None if answer.bound is None else answer.bound / scale,
        "gap": answer.gap,
        "proven": answer.status is Status.OPTIMAL,
        "over_best_known": None if best_known is None else objective / best_known - 1,
        "valid": not faults,
        "faults": [fault.text for fault in faults[:NAMED]],
        "in_band": share_in_band(problem, figures["totals"]),
        "worst": {name: float(value) for name, value in figures["max_deviation"].items()},
        "assignment": answer.assignment.tolist(),
    }


def measure_instance(
    document: Mapping[str, Any], time_limit: float | None = None, seed: int = 0, **options: Any
) -> dict[str, Any]:
    """As `measure_partition`, for a parsed benchmark instance: objective in its published unit, 10⁶ mass · km²."""
    problem = read_instance(document)
    return measure_partition(
        problem, time_limit, seed, best_known=best_known(document), scale=unit_of(problem), **options
    )


def unit_of(problem: PartitionProblem) -> float:
    """What to divide objectives of an instance by to get the published unit."""
    return MOI_KM2 if problem.objective is Objective.COMPACTNESS else 1.0


def best_known(document: Mapping[str, Any]) -> float | None:
    """Best published moment of inertia of an instance, where it says one."""
    try:
        return float(document["best_known"]["moi_km2"]["value"])
    except (KeyError, TypeError, ValueError):
        return None


def share_in_band(problem: PartitionProblem, totals: Mapping[str, Any]) -> float:
    """Share of the grids whose totals lie in the bands of all measures."""
    inside = np.ones(problem.k, dtype=bool)
    for m in problem.measures:
        low, high = np.asarray(m.lower), np.asarray(m.upper)
        inside &= (totals[m.name] >= low - 1e-9 * np.abs(low)) & (totals[m.name] <= high + 1e-9 * np.abs(high))
    return float(inside.mean())


def summary(name: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One line for the runs of one instance: medians over the seeds; valid and proven only if every run is."""
    if not rows:
        raise BadInput(f"{name}: no run to sum up; ask for at least one seed")

    def middle(key: str) -> float | None:
        values = [row[key] for row in rows if row.get(key) is not None]
        return statistics.median(values) if values else None

    return {
        "instance": name,
        "objective": middle("objective"),
        "over_best_known": middle("over_best_known"),
        "gap": middle("gap"),
        "status": ", ".join(sorted({str(row["status"]) for row in rows})),
        "valid": all(row["valid"] for row in rows),
        "wall": middle("wall"),
        "cpu": middle("cpu"),
    }


def _cpu_seconds() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system

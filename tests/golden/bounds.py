"""A regression of bounds: small problems made by rule, with the best plan ever found and the best bound ever reported.

A bound above the value of any plan, found at any time by any version, is wrong. So both are kept and only ever improve.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial import Delaunay

from gridgeo_solvers.check import evaluate, judge
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.partition import Partition, solve
from gridgeo_solvers.problems import Measure, Objective, PartitionProblem

KEPT = Path(__file__).resolve().parent / "values" / "bounds.json"
SLACK = 1e-9
"""Share by which sums of floating-point numbers may differ."""


def lattice(rows: int, columns: int, k: int, tolerance: float, seed: int, **more: Any) -> PartitionProblem:
    """Units on a grid 1 km apart with 50 to 150 households each."""
    n = rows * columns
    households = np.random.default_rng(seed).integers(50, 151, n).astype(float)
    beside = [(i, i + 1) for i in range(n) if i % columns < columns - 1] + [
        (i, i + columns) for i in range(n - columns)
    ]
    return PartitionProblem(
        graph=Graph.from_edges(n, beside, [1000.0] * len(beside)),
        measures=(Measure.within("households", households, k, tolerance),),
        k=k,
        mass=households,
        x=(np.arange(n) % columns) * 1000.0,
        y=(np.arange(n) // columns) * 1000.0,
        **more,
    )


def scattered(
    n: int, k: int, tolerance: float, seed: int, *, measures: int = 1, scale: float = 1.0, **more: Any
) -> PartitionProblem:
    """Units at random points, neighbours by Delaunay's triangulation, lognormal weights times `scale`."""
    random = np.random.default_rng(seed)
    points = random.integers(0, 60_000, (n, 2)).astype(float)
    triangles = Delaunay(points).simplices
    edges = np.unique(np.sort(np.vstack([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]])), axis=0)
    ends = points[edges]
    lengths = np.hypot(*(ends[:, 0] - ends[:, 1]).T).round()
    weights = (random.lognormal(5.0, 0.4, (measures, n)).round() + 1) * scale
    return PartitionProblem(
        graph=Graph.from_edges(n, edges, lengths),
        measures=tuple(Measure.within(f"measure {m}", weights[m], k, tolerance) for m in range(measures)),
        k=k,
        mass=weights[0],
        x=points[:, 0],
        y=points[:, 1],
        **more,
    )


def travelled(n: int, k: int, tolerance: float, seed: int) -> PartitionProblem:
    """Travel instead of squared distance: seconds along straight lines with a delay of each unit's own."""
    plain = scattered(n, k, tolerance, seed)
    delay = np.random.default_rng(seed + 1).integers(0, 300, n)
    metres = np.hypot(plain.x[:, None] - plain.x, plain.y[:, None] - plain.y)
    seconds = (metres / 8).round() + delay[:, None]
    np.fill_diagonal(seconds, 0)
    return scattered(n, k, tolerance, seed, objective=Objective.TRAVEL, seconds=seconds)


def nested(n: int, k: int, tolerance: float, seed: int) -> PartitionProblem:
    """Two groups side by side that no grid may cross."""
    plain = scattered(n, k, tolerance, seed)
    return scattered(n, k, tolerance, seed, group=(plain.x > np.median(plain.x)).astype(np.int64))


CASES: dict[str, Callable[[], PartitionProblem]] = {
    "lattice 6 × 6": lambda: lattice(6, 6, 4, 0.05, 1),
    "lattice 5 × 8 whole km": lambda: lattice(5, 8, 5, 0.03, 2, whole_km=True),
    "lattice 6 × 7 boundary": lambda: lattice(6, 7, 4, 0.10, 3, objective=Objective.BOUNDARY),
    "scattered 30": lambda: scattered(30, 3, 0.03, 4),
    "scattered 45 two measures": lambda: scattered(45, 4, 0.10, 5, measures=2),
    "scattered 60 whole km": lambda: scattered(60, 5, 0.02, 6, whole_km=True),
    "scattered 50 of many millions": lambda: scattered(50, 4, 0.05, 7, scale=1e6),
    "scattered 40 travel": lambda: travelled(40, 4, 0.08, 8),
    "scattered 48 nested": lambda: nested(48, 6, 0.15, 9),
}
"""Problems by name."""


def kept() -> dict[str, dict[str, Any]]:
    """For each case ``best`` (value), ``plan`` (assignment) and ``bound`` (null where none was ever reported)."""
    return json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}


def short_run(problem: PartitionProblem, seed: int = 0, seconds: float = 3.0) -> Partition:
    """An answer by the way that everybody takes."""
    return solve(problem, time_limit=seconds, seed=seed)


def above(bound: float | None, value: float) -> bool:
    """Whether a bound is refuted by a plan of that value."""
    return bound is not None and bound > value + SLACK * max(abs(value), 1.0)


def value_of(problem: PartitionProblem, assignment: Any) -> float:
    """What the judge says a plan is worth; a plan that breaks a rule is refused."""
    faults = judge(problem, np.asarray(assignment))
    if faults:
        raise ValueError(f"the plan breaks a rule: {faults[0].text}")
    return float(evaluate(problem, np.asarray(assignment))["objective"])


def improved(
    old: dict[str, Any] | None, problem: PartitionProblem, answers: list[Partition], name: str
) -> dict[str, Any]:
    """The better of what was kept and what `answers` bring.

    Raises
    ------
    ValueError
        A bound, kept or new, lies above the value of a plan.
    """
    best = dict(old) if old else {"best": np.inf, "bound": None, "plan": []}
    for answer in answers:
        worth = value_of(problem, answer.assignment)
        if worth < best["best"] - SLACK * abs(worth):
            best |= {"best": worth, "plan": answer.assignment.tolist()}
        if answer.bound is not None and (best["bound"] is None or answer.bound > best["bound"]):
            best["bound"] = float(answer.bound)
    if above(best["bound"], best["best"]):
        raise ValueError(f"{name}: a bound of {best['bound']!r} stands against a plan of {best['best']!r}")
    return best


def renew(seeds: int = 2, seconds: float = 10.0) -> dict[str, dict[str, Any]]:
    """Solve every case anew with some seeds, short and long, and keep what is better; write the file."""
    old, new = kept(), {}
    for name, make in CASES.items():
        problem = make()
        answers = [short_run(problem, seed, limit) for seed in range(seeds) for limit in (1.0, seconds)]
        new[name] = improved(old.get(name), problem, answers, name)
    rows = ",\n".join(f" {json.dumps(name, ensure_ascii=False)}: {json.dumps(row)}" for name, row in new.items())
    KEPT.write_text(f"{{\n{rows}\n}}\n", encoding="utf-8")
    return new

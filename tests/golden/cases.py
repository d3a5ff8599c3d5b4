"""The cases whose answers are kept: small towns drawn by rule, a district of villages, and the Monaco sample."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np

from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.partitioning import partition
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.partition import solve
from gridgeo_solvers.problems import Measure, PartitionProblem
from towns import lattice_town

LIBRARIES = ("numpy", "scipy", "numba", "pulp", "highspy", "shapely")

MONACO: dict[str, Any] = {"k": 15, "balance": {"households": 0.10, "area": 0.75, "difficulty": 0.15}}
TOWNS: dict[str, dict[str, Any]] = {
    "lattice-balanced": {"k": 4, "balance": {"households": 0.15}},
    "lattice-nested": {"k": 4, "balance": {"households": 0.30}, "within": "quarter"},
    "lattice-travel": {"k": 3, "balance": {"households": 0.25, "area": 0.40}, "objective": "travel"},
}


def villages(seed: int = 7) -> PartitionProblem:
    """Eighteen natural villages of 40 to 400 households, 1 to 3 km apart, to be split into seven grids."""
    random = np.random.default_rng(seed)
    column, row = np.meshgrid(np.arange(6), np.arange(3))
    x = column.ravel() * 2000.0 + random.uniform(-500, 500, 18).round()
    y = row.ravel() * 2000.0 + random.uniform(-500, 500, 18).round()
    beside = [(i, i + 1) for i in range(18) if i % 6 < 5] + [(i, i + 6) for i in range(12)]
    households = random.integers(40, 401, 18).astype(float)
    return PartitionProblem(
        graph=Graph.from_edges(18, beside, [1000.0] * len(beside)),
        measures=(Measure.within("households", households, 7, 0.5),),
        k=7,
        mass=households,
        x=x,
        y=y,
    )


def _town(town: Jurisdiction, rules: dict[str, Any], seed: int) -> dict[str, Any]:
    plan = partition(town, seed=seed, **rules)
    figures = plan.figures
    return _record(
        rules, figures.objective, figures.bound, figures.status, seed, plan.grids["households"].astype(int).tolist()
    )


def _villages() -> dict[str, Any]:
    answer = solve(villages(), seed=0)
    households = answer.totals["households"].astype(int).tolist()
    rules = {"k": 7, "balance": {"households": 0.5}}
    return _record(rules, answer.objective, answer.bound, str(answer.status), 0, households)


def _record(
    rules: dict[str, Any], objective: float, bound: float | None, status: str, seed: int, households: list[int]
) -> dict[str, Any]:
    return {
        "rules": rules,
        "objective": objective,
        "bound": bound,
        "status": status,
        "seed": seed,
        "households": households,
        "versions": {name: version(name) for name in LIBRARIES},
    }


def monaco_answer(town: Jurisdiction) -> dict[str, Any]:
    """What the demo draws for Monaco."""
    return _town(town, MONACO, seed=1)


SMALL: dict[str, Callable[[], dict[str, Any]]] = {
    "lattice-balanced": lambda: _town(lattice_town(), TOWNS["lattice-balanced"], 0),
    "lattice-nested": lambda: _town(lattice_town(), TOWNS["lattice-nested"], 0),
    "lattice-travel": lambda: _town(lattice_town(), TOWNS["lattice-travel"], 0),
    "villages": _villages,
}
"""Cases that need no map, by name."""

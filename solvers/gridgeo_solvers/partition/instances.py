"""The benchmark instance format: a parsed JSON document in, a solution document out. Files are opened elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.partition.answer import Partition
from gridgeo_solvers.problems import Measure, Objective, PartitionProblem

MASS = "pop"
MOI_KM2 = 1e6
"""Published moments of inertia are in millions of person · km²."""


def read_instance(document: Mapping[str, Any], objective: Objective | str = Objective.COMPACTNESS) -> PartitionProblem:
    """Problem of an instance: ``{nodes, edges, k, tolerance, bounds?}``.

    Compactness is the published moment of inertia: population times squared whole kilometres (its `moi_km2` is our
    objective divided by `MOI_KM2`). Boundary counts cut edges.

    Raises
    ------
    BadProblem
        Names the key, node or edge that is missing or wrong.
    """
    for key in ("nodes", "edges", "k", "tolerance"):
        if key not in document:
            raise BadProblem(f"the instance has no {key!r}")
    nodes = document["nodes"]
    if not nodes:
        raise BadProblem("the instance has no node")
    k = int(document["k"])
    measures = []
    for name, tolerance in document["tolerance"].items():
        weights = _attribute(nodes, name)
        bounds = document.get("bounds", {}).get(name)
        if bounds is None:
            measures.append(Measure.within(name, weights, k, float(tolerance)))
        else:
            measures.append(Measure(name, weights, float(bounds[0]), float(bounds[1])))
    edges = [(int(edge[0]), int(edge[1])) for edge in document["edges"]]
    return PartitionProblem(
        graph=Graph.from_edges(len(nodes), edges),
        measures=tuple(measures),
        k=k,
        mass=_attribute(nodes, MASS),
        x=_attribute(nodes, "x"),
        y=_attribute(nodes, "y"),
        objective=Objective(objective),
        whole_km=True,
        names=tuple(str(node.get("id", i)) for i, node in enumerate(nodes)),
    )


def write_solution(answer: Partition) -> dict[str, Any]:
    """Solution document: ``{assignment, objective, bound, gap, status, seconds, seed}``."""
    return {
        "assignment": answer.assignment.tolist(),
        "objective": answer.objective,
        "bound": answer.bound,
        "gap": answer.gap,
        "status": str(answer.status),
        "seconds": round(answer.seconds, 3),
        "seed": answer.seed,
    }


def _attribute(nodes: list[Mapping[str, Any]], name: str) -> NDArray[np.float64]:
    values = []
    for i, node in enumerate(nodes):
        value = node[name] if name in node else node.get("attrs", {}).get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadProblem(f"node {i} ({node.get('id', i)}) has {name} {value!r}: it must be a number")
        values.append(float(value))
    return np.array(values)

"""The benchmark instance format: a parsed JSON document in, a solution document out. Files are opened elsewhere."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.partition.ground.answer import Partition
from gridgeo_solvers.problems import Measure, Objective, PartitionProblem, Term

MASS = "pop"
MOI_KM2 = 1e6
"""Published moments of inertia are in millions of person · km²."""
PERIMETER, LENGTH = 2, 3
"""Where an edge of an instance tells its shared perimeter and the length of the way between its two nodes."""


def read_instance(
    document: Mapping[str, Any], objective: Objective | str | tuple[Term, ...] = Objective.COMPACTNESS
) -> PartitionProblem:
    """Problem of an instance: ``{nodes, edges, k, tolerance, bounds?}``.

    Every measure of `tolerance` has a band around its mean, or that of `bounds` where it stands there too. Compactness
    is the published moment of inertia: population times squared whole kilometres (its `moi_km2` is our objective divided
    by `MOI_KM2`). Boundary adds the shared perimeters of cut edges (their third item, in the unit of the instance; null
    is 0), cuts counts them. Diameter is the longest way along edges where they tell their length (fourth item), as
    published; else straight km.

    Raises
    ------
    BadProblem
        Names the key, node or edge that is missing or wrong.
    """
    if not isinstance(document, Mapping):
        raise BadProblem(f"an instance is an object with nodes, edges, k and tolerance, not {_short(document)}")
    for key in ("nodes", "edges", "k", "tolerance"):
        if key not in document:
            raise BadProblem(f"the instance has no {key!r}")
    nodes = _nodes(document["nodes"])
    k = _count(document["k"])
    pairs, perimeters, lengths = _edges(document["edges"], len(nodes))
    problem = PartitionProblem(
        graph=Graph.from_edges(len(nodes), pairs, perimeters),
        measures=_measures(document, nodes, k),
        k=k,
        mass=_attribute(nodes, MASS),
        x=_attribute(nodes, "x"),
        y=_attribute(nodes, "y"),
        objective=objective,
        whole_km=True,
        names=tuple(str(node.get("id", i)) for i, node in enumerate(nodes)),
    )
    if lengths is None or all(term.objective is not Objective.DIAMETER for term in problem.terms):
        return problem
    return _with_ways(problem, pairs, lengths)


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


def _nodes(given: Any) -> Sequence[Mapping[str, Any]]:
    if not isinstance(given, list | tuple):
        raise BadProblem(f"nodes is {_short(given)}: it must be a list of objects")
    if not given:
        raise BadProblem("the instance has no node")
    for i, node in enumerate(given):
        if not isinstance(node, Mapping) or not isinstance(node.get("attrs") or {}, Mapping):
            raise BadProblem(
                f"node {i} is {_short(node)}: it must be an object with id, {MASS}, x, y and perhaps attrs"
            )
    return given


def _count(given: Any) -> int:
    if not _is_number(given) or given != math.floor(given) or given < 1:
        raise BadProblem(f"k is {_short(given)}: it must be a whole number ≥ 1")
    return int(given)


def _measures(document: Mapping[str, Any], nodes: Sequence[Mapping[str, Any]], k: int) -> tuple[Measure, ...]:
    tolerances, bounds = document["tolerance"], document.get("bounds") or {}
    for key, given in (("tolerance", tolerances), ("bounds", bounds)):
        if not isinstance(given, Mapping):
            raise BadProblem(f"{key} is {_short(given)}: it must be an object with an entry for each measure")
    measures = []
    for name in dict.fromkeys([*tolerances, *bounds]):
        weights = _attribute(nodes, name)
        if bounds.get(name) is not None:
            measures.append(Measure(name, weights, *_bounds(name, bounds[name])))
            continue
        tolerance = tolerances.get(name)
        if not _is_number(tolerance) or tolerance < 0:
            raise BadProblem(f"tolerance of {name} is {_short(tolerance)}: it must be a number ≥ 0, 0.05 for ±5 %")
        measures.append(Measure.within(name, weights, k, float(tolerance)))
    return tuple(measures)


def _bounds(name: str, given: Any) -> tuple[float, float]:
    two = isinstance(given, list | tuple) and len(given) == 2
    if not two or not all(_is_number(end) for end in given) or given[0] > given[1]:
        raise BadProblem(f"bounds of {name} is {_short(given)}: it must be [lower, upper], two numbers in that order")
    return float(given[0]), float(given[1])


def _edges(given: Any, n: int) -> tuple[NDArray[np.int64], NDArray[np.float64] | None, NDArray[np.float64] | None]:
    """Ends, shared perimeters and lengths of the edges; None for what no edge tells."""
    if not isinstance(given, list | tuple):
        raise BadProblem(f"edges is {_short(given)}: it must be a list of [node, node, shared perimeter]")
    for number, edge in enumerate(given):
        if not isinstance(edge, list | tuple) or len(edge) < 2:
            raise BadProblem(f"edge {number} is {_short(edge)}: it must be [node, node, shared perimeter]")
        for end in edge[:2]:
            if isinstance(end, bool) or not isinstance(end, int) or not 0 <= end < n:
                raise BadProblem(f"edge {number} {_short(edge)} names node {end!r}: nodes are counted 0 to {n - 1}")
        for what, value in zip(("shared perimeter", "length"), edge[2:4], strict=False):
            if value is not None and (not _is_number(value) or value < 0):
                raise BadProblem(f"edge {number} {_short(edge)} has {what} {value!r}: it must be a number ≥ 0, or null")
    pairs = np.array([edge[:2] for edge in given], dtype=np.int64).reshape(-1, 2)
    return pairs, _items(given, PERIMETER, 0.0), _items(given, LENGTH, np.nan)


def _items(edges: Sequence[Sequence[Any]], item: int, absent: float) -> NDArray[np.float64] | None:
    """An item of every edge, `absent` where it is null or left out; None where no edge has it."""
    if all(len(edge) <= item for edge in edges):
        return None
    return np.array([absent if len(edge) <= item or edge[item] is None else float(edge[item]) for edge in edges])


def _with_ways(problem: PartitionProblem, pairs: NDArray[np.int64], lengths: NDArray[np.float64]) -> PartitionProblem:
    """The problem with its ways along edges as `seconds`; they may leave the grid, as in the published objective."""
    untold = np.flatnonzero(np.isnan(lengths))
    if len(untold):
        raise BadProblem(f"edge {untold[0]} {pairs[untold[0]].tolist()} has no length (fourth item), others have one")
    matrix = coo_array((lengths, (pairs[:, 0], pairs[:, 1])), shape=(problem.n, problem.n)).tocsr()
    ways = dijkstra(matrix, directed=False)
    # Nodes without a way between them never share a grid; the number only has to be finite.
    ways[np.isinf(ways)] = float(lengths.sum())
    return replace(problem, seconds=ways)


def _attribute(nodes: Sequence[Mapping[str, Any]], name: str) -> NDArray[np.float64]:
    values = []
    for i, node in enumerate(nodes):
        value = node[name] if name in node else (node.get("attrs") or {}).get(name)
        if not _is_number(value):
            raise BadProblem(f"node {i} ({node.get('id', i)}) has {name} {_short(value)}: it must be a number")
        if value < 0 and name not in ("x", "y"):
            raise BadProblem(f"node {i} ({node.get('id', i)}) has {name} {_short(value)}: it must be ≥ 0")
        values.append(float(value))
    return np.array(values)


def _is_number(value: Any) -> TypeGuard[float]:
    """Whether a value of a document is a finite number that floats can hold."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."

"""Problems of regular shape, a street of units and a lattice of blocks, for tests of the partition solver."""

import numpy as np

from gridgeo_solvers.graph import Graph
from gridgeo_solvers.problems import Measure, PartitionProblem


def street(weights, k, lower=0.0, upper=np.inf, **changes) -> PartitionProblem:
    """Units a, b, c, … in a row, 1 km apart."""
    n = len(weights)
    fields = {
        "graph": Graph.from_edges(n, [(i, i + 1) for i in range(n - 1)]),
        "measures": (Measure("households", np.array(weights, dtype=float), lower, upper),),
        "k": k,
        "mass": np.array(weights, dtype=float),
        "x": np.arange(n) * 1000.0,
        "y": np.zeros(n),
        "names": tuple("abcdefghijklmnopqrstuvwxyz"[:n]),
    }
    return PartitionProblem(**{**fields, **changes})


def lattice(rows: int, columns: int, k: int, *, tolerance: float = 0.2, **changes) -> PartitionProblem:
    """Blocks of 100 m in rows and columns with 5 to 14 households each, in a band around their mean."""
    random = np.random.default_rng(rows)
    edges = [(r * columns + c, r * columns + c + 1) for r in range(rows) for c in range(columns - 1)]
    edges += [(r * columns + c, (r + 1) * columns + c) for r in range(rows - 1) for c in range(columns)]
    households = random.integers(5, 15, rows * columns).astype(float)
    fields = {
        "graph": Graph.from_edges(rows * columns, edges, [100.0] * len(edges)),
        "measures": (Measure.within("households", households, k, tolerance),),
        "k": k,
        "mass": households,
        "x": np.tile(np.arange(columns) * 100.0, rows),
        "y": np.repeat(np.arange(rows) * 100.0, columns),
    }
    return PartitionProblem(**{**fields, **changes})

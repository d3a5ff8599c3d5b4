"""What is still open in a part: rows joined into one, rows that clash, sites and pairs not ruled out.

Neighbouring rows either share a grid, and are one row from then on, or clash. Decided for every edge of the graph that
is a plan, so branching on edges finds every plan (Ryan and Foster 1981).
"""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.graph import Graph
from gridgeo_solvers.kernels import kernel
from gridgeo_solvers.partition.ground.parts import SLACK, FloatArray, IntArray, Part
from gridgeo_solvers.partition.proof.pricing import OUT, ways

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Space:
    """Rows and sites that plans are still made of.

    `label`, shape (rows of the part,): the row here of every row there. `columns`, shape (sites, rows): what every row
    adds to a site; `home` is the row of each site, `allowed` says which pairs may be used. `weights`, `lower`, `upper`
    are those of the banded measures (one of weight 1 without a band where there is none), the ends widened by what
    the judge forgives; `measure` is the tightest. `clash`, shape (rows, rows): never in one grid.
    """

    label: IntArray
    columns: FloatArray
    home: IntArray
    allowed: BoolArray
    weights: FloatArray
    lower: FloatArray
    upper: FloatArray
    measure: int
    graph: Graph
    clash: BoolArray

    @property
    def n(self) -> int:
        """Number of rows."""
        return self.graph.n

    @property
    def weight(self) -> FloatArray:
        """Weights of the tightest measure."""
        return np.ascontiguousarray(self.weights[self.measure])

    @property
    def low(self) -> float:
        """Lower end of the tightest band."""
        return float(self.lower[self.measure])

    @property
    def high(self) -> float:
        """Upper end of the tightest band."""
        return float(self.upper[self.measure])

    def kept(self, allowed: BoolArray) -> Space:
        """The same with these pairs alone; sites without their own row leave."""
        stay = allowed[np.arange(len(self.home)), self.home]
        return replace(self, columns=self.columns[stay], home=self.home[stay], allowed=allowed[stay])

    def apart(self, a: int, b: int) -> Space:
        """The same with rows `a` and `b` in different grids."""
        clash = self.clash.copy()
        clash[a, b] = clash[b, a] = True
        return _closed(replace(self, clash=clash))

    def joined(self, a: int, b: int) -> Space | None:
        """The same with neighbouring rows `a` and `b` in one grid; None where that can't be."""
        if self.clash[a, b] or (self.weights[:, a] + self.weights[:, b] > self.upper).any():
            return None
        merged = np.arange(self.n)
        merged[b] = a
        merged = np.unique(merged, return_inverse=True)[1].astype(np.int64)
        first = np.unique(merged, return_index=True)[1]
        columns = self.columns[:, first].copy()
        allowed = self.allowed[:, first].copy()
        weights = self.weights[:, first].copy()
        clash = self.clash[np.ix_(first, first)].copy()
        c = int(merged[a])
        columns[:, c] = self.columns[:, a] + self.columns[:, b]
        allowed[:, c] = self.allowed[:, a] & self.allowed[:, b]
        weights[:, c] = self.weights[:, a] + self.weights[:, b]
        both = (self.clash[a] | self.clash[b])[first]
        both[c] = False
        clash[c] |= both
        clash[:, c] |= both
        joined = replace(
            self, label=merged[self.label], columns=columns, home=merged[self.home], weights=weights, clash=clash,
            graph=self.graph.quotient(merged),
        )  # fmt: skip
        return _closed(joined.kept(allowed))


def whole(part: Part, pairs: BoolArray) -> Space:
    """Everything that `pairs`, shape (rows, sites), leaves open in `part`."""
    n = part.n
    weights, lower, upper = part.weights, part.lower, part.upper
    measure = 0
    if len(weights):
        measure = int(((np.minimum(upper, 10 * part.mean) - lower) / part.mean).argmin())
    else:
        weights, lower, upper = np.ones((1, n)), np.zeros(1), np.full(1, np.inf)
    clash = np.zeros((n, n), dtype=bool)
    a, b, _ = part.apart.edges()
    clash[a, b] = clash[b, a] = True
    space = Space(
        label=np.arange(n, dtype=np.int64),
        columns=np.ascontiguousarray(part.cost.T),
        home=part.row_of.copy(),
        allowed=np.ascontiguousarray(pairs.T),
        weights=np.ascontiguousarray(weights, dtype=np.float64),
        lower=lower * (1 - SLACK),
        upper=upper * (1 + SLACK),
        measure=measure,
        graph=part.graph,
        clash=clash,
    )
    return _closed(space.kept(space.allowed))


def _closed(space: Space) -> Space:
    """The same with rows that clash because no way between them is light enough for one grid."""
    clash = space.clash.copy()
    for m in range(len(space.weights)):
        if np.isfinite(space.upper[m]):
            _too_far(space.weights[m], space.upper[m], space.graph.indptr, space.graph.indices, clash)
    return replace(space, clash=clash)


@kernel
def _too_far(weight, high, indptr, indices, clash):
    n = len(weight)
    state = np.empty(n, dtype=np.int8)
    dist = np.empty(n)
    back = np.empty(n, dtype=np.int64)
    queue = np.empty(n, dtype=np.int64)
    changed = True
    while changed:
        changed = False
        for a in range(n):
            for i in range(n):
                state[i] = OUT if clash[a, i] else 0
            ways(a, weight, state, indptr, indices, high - weight[a], dist, back, queue)
            for b in range(n):
                if b != a and not clash[a, b] and dist[b] == np.inf:
                    clash[a, b] = True
                    clash[b, a] = True
                    changed = True

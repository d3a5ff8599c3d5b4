"""First plans around homes: every row in one of k connected grids."""

import numpy as np
import pytest

from gridgeo_solvers.graph import Graph
from gridgeo_solvers.partition.heuristics.starts import grow

STAR = Graph.from_edges(5, [(0, 1), (0, 4), (1, 2), (1, 3), (1, 4)])


@pytest.mark.parametrize("homes", [[1, 4, 2, 3], [1, 4, 4, 3], [1, 1, 1, 1], [0, 0, 3, 3]])
def test_every_row_has_a_grid_and_every_grid_a_row_even_where_homes_are_one(homes):
    near = np.random.default_rng(1).random((5, 4))
    plan = grow(near, np.zeros(4), np.array(homes), STAR.indptr, STAR.indices)
    assert sorted(set(plan.tolist())) == [0, 1, 2, 3]
    assert int(STAR.within(plan).components().max()) == 3

"""The units of grids that change are found as if all were looked at."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridgeo_solvers.graph import Graph
from gridgeo_solvers.redraw.members import Members


@given(st.lists(st.integers(0, 3), min_size=4, max_size=12), st.data())
def test_units_and_neighbours_are_those_of_the_plan_after_changes(labels, data) -> None:
    n = len(labels)
    graph = Graph.from_edges(n, [(i, i + 1) for i in range(n - 1)])
    plan = np.array(labels)
    members = Members(graph, plan, 5)
    region = np.unique(plan)[:2]
    for i in members.of(region).tolist():
        plan[i] = data.draw(st.sampled_from(region.tolist()))
    members.renew(region, plan)
    for g in np.unique(plan).tolist():
        assert members.of(np.array([g])).tolist() == np.flatnonzero(plan == g).tolist()
        around = members.around(g, plan, 5, np.random.default_rng(0))
        u, v, _ = graph.edges()
        met = {g}
        while True:
            more = met | {int(b) for a, b in zip(plan[u], plan[v], strict=True) if a in met}
            more |= {int(a) for a, b in zip(plan[u], plan[v], strict=True) if b in met}
            if more == met:
                break
            met = more
        assert set(around.tolist()) == met
    assert members.some.tolist() == [bool((plan == g).any()) for g in range(5)]

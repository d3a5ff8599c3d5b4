"""Rules of room and need hold for every connected grid within its band, and bite where a grid reaches too far for little."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo_solvers.graph import Graph
from gridgeo_solvers.measures import Measure
from gridgeo_solvers.problems import PartitionProblem
from gridgeo_solvers.redraw import Redrawing
from gridgeo_solvers.redraw.cases import Case, cases_of, pieces_of
from gridgeo_solvers.redraw.reaching import broken_reaches, reach_of, rows_of
from redrawings import first_case, redrawings


def grids(case: Case):
    """Every connected set of units whose measures fit the bands."""
    for pick in product((False, True), repeat=case.n):
        inside = np.array(pick)
        totals = case.weights[:, inside].sum(axis=1)
        if not inside.any() or (totals < case.low).any() or (totals > case.high).any():
            continue
        alone = case.graph.subgraph(np.flatnonzero(inside))
        if pieces_of(alone, np.zeros(alone.n, dtype=np.int64))[1] == 1:
            yield inside


@settings(max_examples=60, deadline=None)
@given(redrawings(), st.data())
def test_no_connected_grid_within_its_band_breaks_a_rule_whatever_the_core(asked, data) -> None:
    case = first_case(asked)
    if case is None or case.n < 3:
        return
    units = st.integers(0, case.n - 1)
    cut = tuple(sorted(data.draw(st.sets(units, min_size=1, max_size=3))))
    i = data.draw(units.filter(lambda one: one not in cut)) if len(cut) < case.n else 0
    reach = reach_of(case, 0, i, cut)
    core = reach.near & np.array(data.draw(st.lists(st.booleans(), min_size=case.n, max_size=case.n)))
    for row in rows_of(case, reach, core):
        for inside in grids(case):
            assert row.values @ inside[row.units] <= row.high + 1e-9


def test_a_grid_that_lacks_households_and_reaches_with_a_small_share_breaks_the_rule_of_need() -> None:
    weights = np.array([10.0, 10, 20, 10, 10])
    problem = PartitionProblem(
        graph=Graph.from_edges(5, [(i, i + 1) for i in range(4)]),
        measures=(Measure("households", weights, 30, 40),),
        k=2,
        mass=weights,
        x=np.arange(5) * 100.0,
        y=np.zeros(5),
    )
    asked = Redrawing(problem, np.array([0, 0, 1, 1, 1]), weights)
    case = cases_of(asked)[0]
    reach = reach_of(case, 0, 3, (2,))
    # A tenth of the corridor, half of the unit beyond, and of what it lacks nothing before the corridor.
    shares = np.array([[1.0, 0.0], [1.0, 0.0], [0.1, 0.9], [0.5, 0.5], [0.0, 1.0]])
    assert broken_reaches(case, [reach], shares, 10)
    whole = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    assert broken_reaches(case, [reach], whole, 10) == []

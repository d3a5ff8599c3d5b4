from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from gridgeo_solvers.assignment import arrivals, nearest
from gridgeo_solvers.errors import BadProblem


@st.composite
def _roads(draw: st.DrawFn) -> nx.DiGraph:
    """A small directed graph with whole seconds."""
    n = draw(st.integers(2, 8))
    pairs = [(u, v) for u in range(n) for v in range(n) if u != v]
    graph = nx.DiGraph()
    graph.add_nodes_from(range(n))
    for u, v in draw(st.lists(st.sampled_from(pairs), unique=True, max_size=20)):
        graph.add_edge(u, v, weight=draw(st.integers(1, 50)))
    return graph


@given(graph=_roads(), data=st.data())
@settings(deadline=None, max_examples=60)
def test_times_are_those_of_an_independent_search_in_the_officers_own_direction(
    graph: nx.DiGraph, data: st.DataObject
) -> None:
    n = graph.number_of_nodes()
    last = data.draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=2, unique=True))
    extra = [data.draw(st.integers(0, 30)) for _ in last]
    matrix = sparse.csr_array(nx.to_scipy_sparse_array(graph, nodelist=range(n), dtype=float))
    reached = arrivals(matrix, last, [float(value) for value in extra])
    for start in range(n):
        lengths = nx.single_source_dijkstra_path_length(graph, start)
        best = min((lengths[v] + e for v, e in zip(last, extra, strict=True) if v in lengths), default=np.inf)
        assert reached.seconds[start] == best
        path = reached.path(start)
        if np.isinf(best):
            assert path == []
        else:
            driven = sum(graph[u][v]["weight"] for u, v in pairwise(path))
            end = min(e for v, e in zip(last, extra, strict=True) if v == path[-1])
            assert driven + end == best


def test_the_quickest_goes_first_then_the_less_loaded_then_the_lower_position() -> None:
    assert nearest([30.0, 20.0, 30.0, 30.0, np.inf], load=[1, 5, 0, 0, 0]).tolist() == [1, 2, 3, 0]


def test_nobody_is_nearest_where_nobody_can_come() -> None:
    assert nearest([np.inf, np.inf]).tolist() == []


@pytest.mark.parametrize("seconds", [[np.nan], [-1.0]])
def test_a_time_that_is_no_time_is_refused(seconds: list[float]) -> None:
    with pytest.raises(BadProblem, match="negative or not a number"):
        nearest(seconds)


def test_a_vertex_outside_the_graph_is_refused_by_its_number() -> None:
    with pytest.raises(BadProblem, match="vertex 7"):
        arrivals(sparse.csr_array(np.ones((2, 2))), [7], [0.0])


def test_lists_of_different_length_are_refused() -> None:
    with pytest.raises(BadProblem, match="one for each"):
        arrivals(sparse.csr_array(np.ones((2, 2))), [1], [0.0, 1.0])
    with pytest.raises(BadProblem, match="one for each"):
        nearest([1.0, 2.0], load=[1])

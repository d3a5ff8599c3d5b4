import numpy as np
import pytest

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.graph import Graph


@pytest.fixture
def square() -> Graph:
    """Four corners 0-1-2-3 in a ring and a vertex 4 apart; borders of 1, 2, 3, 4 m."""
    return Graph.from_edges(5, [(0, 1), (2, 1), (2, 3), (3, 0)], [1, 2, 3, 4])


def test_every_edge_stands_in_both_directions_with_its_length(square):
    assert square.neighbours(1).tolist() == [0, 2]
    assert square.lengths[square.indptr[1] : square.indptr[2]].tolist() == [1, 2]
    u, v, length = square.edges()
    assert list(zip(u.tolist(), v.tolist(), length.tolist(), strict=True)) == [
        (0, 1, 1), (0, 3, 4), (1, 2, 2), (2, 3, 3),
    ]  # fmt: skip


def test_components_are_numbered_by_their_lowest_vertex(square):
    assert square.components().tolist() == [0, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("root", "barred", "joined"), [(0, [], [0, 1, 2, 3]), (0, [1, 3], [0]), (0, [3], [0, 1, 2]), (1, [1], [0, 1, 2, 3])]
)
def test_paths_go_through_allowed_vertices_alone(square, root, barred, joined):
    allowed = ~np.isin(np.arange(square.n), barred)
    assert np.flatnonzero(square.reached(root, allowed)).tolist() == joined


def test_a_quotient_sums_parallel_borders_and_drops_inner_ones(square):
    merged = square.quotient(np.array([0, 0, 1, 1, 2]))
    assert merged.n == 3
    u, v, length = merged.edges()
    assert (u.tolist(), v.tolist(), length.tolist()) == ([0], [1], [6.0])


def test_edges_between_labels_can_be_dropped(square):
    u, v, _ = square.within(np.array([0, 0, 1, 1, 1])).edges()
    assert list(zip(u.tolist(), v.tolist(), strict=True)) == [(0, 1), (2, 3)]


@pytest.mark.parametrize(
    ("edges", "lengths", "words"),
    [
        ([(0, 3)], None, "outside"),
        ([(1, 1)], None, "to itself"),
        ([(0, 1), (1, 0)], None, "stands twice"),
        ([(0, 1)], [-1.0], "negative"),
        ([(0, 1)], [float("nan")], "not a number"),
        ([(0, 1)], [1.0, 2.0], "one length per edge"),
    ],
)
def test_what_is_not_a_simple_graph_is_refused(edges, lengths, words):
    with pytest.raises(BadProblem, match=words):
        Graph.from_edges(3, edges, lengths)

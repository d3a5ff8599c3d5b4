import networkx as nx
import numpy as np
from hypothesis import given, settings

from gridgeo_solvers.roads import Ends, Hierarchy, TravelGraph
from gridgeo_solvers.roads.dissection import dissect
from streetnets import travel_graphs


def lattice(side: int) -> TravelGraph:
    """`side` × `side` junctions, streets of one second both ways."""
    grid = nx.convert_node_labels_to_integers(nx.grid_2d_graph(side, side))
    ends = np.array(grid.edges)
    tail, head = np.concatenate([ends, ends[:, ::-1]]).T
    xy = np.array([divmod(node, side) for node in range(side * side)], dtype=float)
    return TravelGraph(side * side, tail, head, np.full(len(tail), 1000, np.int32), xy, np.empty((0, 2), np.int64))


def test_the_last_of_the_order_cut_a_lattice_in_two_halves():
    side = 24
    hierarchy = Hierarchy.of(lattice(side))
    left = nx.grid_2d_graph(side, side)
    left.remove_nodes_from([divmod(node, side) for node in np.flatnonzero(hierarchy.rank >= side * side - side)])
    parts = sorted(len(part) for part in nx.connected_components(left))
    assert len(parts) >= 2
    assert parts[-1] <= 0.8 * side * side


def test_a_lattice_of_n_junctions_is_a_few_times_its_side_deep():
    for side in (10, 20, 40):
        assert Hierarchy.of(lattice(side)).depth.max() <= 5 * side


@settings(max_examples=60, deadline=None)
@given(graph=travel_graphs())
def test_the_order_takes_every_node_once(graph):
    assert sorted(Hierarchy.of(graph).rank.tolist()) == list(range(graph.n))


def test_a_lattice_is_crossed_in_as_many_steps_as_its_sides_say():
    graph = lattice(9)
    nodes = Ends.at(np.arange(81))
    far = np.abs(graph.xy[:, None] - graph.xy[None]).sum(axis=2)
    assert (Hierarchy.of(graph).table(nodes, nodes) == 1000 * far).all()


def test_junctions_that_all_meet_each_other_are_put_in_some_order():
    for n in (5, 12, 30):
        near = np.array([[j for j in range(n) if j != i] for i in range(n)])
        order = dissect(np.arange(n + 1) * (n - 1), near.ravel(), np.random.default_rng(n).random((n, 2)))
        assert sorted(order.tolist()) == list(range(n))

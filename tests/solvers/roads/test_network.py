import networkx as nx
import numpy as np
import pytest

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.routing import Network


def test_times_agree_with_networkx(city):
    network = city(5, 6, 3, oneway=0.3)
    graph = nx.DiGraph()
    for tail, head, seconds in zip(network.tail, network.head, network.seconds, strict=True):
        graph.add_edge(int(tail), int(head), weight=float(seconds))
    wanted = np.array([0, 7, 11, 29])
    times = network.times(wanted)
    for i, a in enumerate(wanted.tolist()):
        reached = nx.single_source_dijkstra_path_length(graph, a)
        assert times[i].tolist() == pytest.approx([reached.get(b, np.inf) for b in wanted.tolist()])


def test_a_path_runs_arc_by_arc_and_takes_the_told_time(city):
    network = city(5, 6, 4)
    arcs = network.paths([(0, 29), (3, 3)])
    assert arcs[1] == []
    assert network.tail[arcs[0][0]] == 0
    assert network.head[arcs[0][-1]] == 29
    assert (network.head[arcs[0][:-1]] == network.tail[arcs[0][1:]]).all()
    assert network.seconds[arcs[0]].sum() == pytest.approx(network.times(np.array([0, 29]))[0, 1])


def test_the_quicker_of_parallel_streets_is_taken():
    network = Network(
        2,
        np.array([0, 0, 1]),
        np.array([1, 1, 0]),
        np.array([9.0, 4.0, 4.0]),
        np.array([9.0, 4.0, 4.0]),
        np.array([0, 1, 1]),
    )
    assert network.paths([(0, 1)]) == [[1]]


def test_a_one_way_into_a_dead_end_is_a_part_of_its_own():
    one = np.ones(3)
    network = Network(3, np.array([0, 1, 1]), np.array([1, 0, 2]), one, one, np.array([0, 0, 1]))
    assert network.parts[0] == network.parts[1] != network.parts[2]
    with pytest.raises(BadProblem, match="no road leads from junction 2 to 0"):
        network.paths([(2, 0)])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seconds": np.array([1.0, 0.0])}, "arc 1 takes 0.0 seconds"),
        ({"head": np.array([1, 5])}, "junction 5, outside 0..1"),
        ({"tail": np.array([0, 0]), "head": np.array([1, 1])}, "run against each other"),
        ({"piece": np.array([0, 2])}, "piece 1 has no arc"),
        ({"metres": np.array([1.0])}, "one entry for each arc"),
    ],
)
def test_a_broken_network_is_refused(change, message):
    good = {
        "tail": np.array([0, 1]),
        "head": np.array([1, 0]),
        "seconds": np.ones(2),
        "metres": np.ones(2),
        "piece": np.array([0, 0]),
    }
    with pytest.raises(BadProblem, match=message):
        Network(2, **(good | change))

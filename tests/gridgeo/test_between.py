import itertools

import networkx as nx
import numpy as np
import pytest

from gridgeo.between import Between
from gridgeo.errors import BadInput
from gridgeo.roads.network import to_graph
from towns import BLOCK, EAST, NORTH


def at(*cells: tuple[float, float]) -> np.ndarray:
    return np.array([(EAST + c * BLOCK, NORTH + r * BLOCK) for c, r in cells])


def test_round_trips_are_there_and_back_in_the_directions_that_are_allowed(lattice):
    graph = to_graph(lattice.road_nodes, lattice.road_edges, "car")
    here, there = [0, 9, 27, 34], [5, 22, 30]
    xy = {node: (graph.nodes[node]["x"], graph.nodes[node]["y"]) for node in (*here, *there)}
    found = Between.of(lattice, "car").round_trips(np.array([xy[n] for n in here]), np.array([xy[n] for n in there]))
    for i, a in enumerate(here):
        for j, b in enumerate(there):
            way = nx.dijkstra_path_length(graph, a, b, "travel_time") + nx.dijkstra_path_length(
                graph, b, a, "travel_time"
            )
            assert found[i, j] * 60 == pytest.approx(way)


def test_metres_seconds_and_lines_tell_of_one_way(lattice):
    between = Between.of(lattice, "car")
    seconds, metres, ways = between.table(at((0, 1), (3, 1), (3, 3), (0, 1)))
    assert metres[0, 1] == pytest.approx(300)
    assert metres[1, 0] == pytest.approx(500)
    assert seconds[0, 2] == pytest.approx(metres[0, 2] / 8.3)
    assert metres[0, 3] == seconds[0, 3] == 0
    for stops in ([0, 1], [1, 0], [0, 2, 1], [2, 0, 1, 2]):
        line = ways.line(stops)
        assert line.length == pytest.approx(sum(metres[a, b] for a, b in itertools.pairwise(stops)))
    assert ways.line([0, 3]).length == 0


def test_places_beside_the_street_are_reached_on_foot(lattice):
    between = Between.of(lattice, "foot")
    seconds, metres, _ = between.table(np.add(at((0, 1), (3, 1)), [[0.0, 25.0], [0.0, -25.0]]))
    assert metres[0, 1] == pytest.approx(300)
    assert seconds[0, 1] == pytest.approx(300 / 1.25 + 50 / 1.25)


def test_an_unknown_mode_is_refused(lattice):
    with pytest.raises(BadInput, match="unknown mode 'boat'"):
        Between.of(lattice, "boat")

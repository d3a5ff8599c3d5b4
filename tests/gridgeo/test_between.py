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
            assert found[i, j] * 60 == pytest.approx(way, rel=1e-3)


def test_metres_and_lines_are_those_of_the_quickest_way(lattice):
    between, xy = Between.of(lattice, "car"), at((0, 1), (3, 1), (3, 3))
    seconds = between.seconds(xy)
    legs = between.legs(xy, [(0, 1), (1, 0), (0, 2)])
    assert legs[0, 1][0] == pytest.approx(300)
    assert legs[1, 0][0] == pytest.approx(500)
    for pair, (metres, line) in legs.items():
        assert line.length == pytest.approx(metres)
        assert seconds[pair] == pytest.approx(metres / 8.3, rel=1e-3)


def test_places_beside_the_street_are_reached_on_foot(lattice):
    between = Between.of(lattice, "foot")
    seconds = between.seconds(np.add(at((0.4, 1), (2.6, 1)), [[0.0, 25.0], [0.0, -25.0]]))
    assert seconds[0, 1] == pytest.approx(220 / 1.25 + 50 / 1.25, rel=1e-3)
    assert seconds[0, 0] == 0


def test_an_unknown_mode_is_refused(lattice):
    with pytest.raises(BadInput, match="unknown mode 'boat'"):
        Between.of(lattice, "boat")

"""Labels become positions in `gridgeo.graphs` alone; nothing may be mixed up on the way."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import Point

from gridgeo.errors import BadInput
from gridgeo.graphs import road_graph, unit_doors, unit_graph, unit_travel_seconds
from towns import lattice_town


def test_every_walkable_border_is_an_edge_between_the_rows_of_its_units(divided):
    graph = unit_graph(divided.units, divided.borders)
    u, v, length = graph.edges()
    names = divided.units["unit"].to_numpy()
    found = {frozenset(pair) for pair in zip(names[u], names[v], strict=True)}
    walkable = divided.borders[divided.borders["walkable"]]
    assert found == {frozenset(pair) for pair in zip(walkable["unit_a"], walkable["unit_b"], strict=True)}
    assert length.sum() == pytest.approx(walkable["length_m"].sum())
    assert len(walkable) < len(divided.borders)


def test_shuffled_rows_with_a_gapped_index_give_the_same_graph_under_the_same_names(divided):
    shuffled = divided.units.sample(frac=1, random_state=3)
    shuffled.index = np.arange(len(shuffled)) * 7 + 5
    pairs = []
    for units in (divided.units, shuffled):
        u, v, length = unit_graph(units, divided.borders.sample(frac=1, random_state=1)).edges()
        names = units["unit"].to_numpy()
        pairs.append({(frozenset((names[a], names[b])), m) for a, b, m in zip(u, v, length, strict=True)})
    assert pairs[0] == pairs[1]


def test_all_borders_are_kept_on_request(divided):
    assert len(unit_graph(divided.units, divided.borders, walkable=False).edges()[0]) == len(divided.borders)


def test_an_unknown_unit_is_refused_by_name(lattice):
    borders = lattice.borders.copy()
    borders.loc[borders.index[2], "unit_b"] = "U999"
    with pytest.raises(BadInput, match=r"'borders', column 'unit_b', row 2: 'U999' is no known unit"):
        unit_graph(lattice.units, borders)


def test_a_link_beside_a_border_adds_no_second_edge(lattice):
    borders = lattice.borders
    both = pd.concat([borders, borders.iloc[[0]].assign(kind="link", length_m=0.0)], ignore_index=True)
    graph = unit_graph(lattice.units, both)
    assert len(graph.edges()[0]) == len(borders)
    assert graph.edges()[2].sum() == pytest.approx(borders["length_m"].sum())


def test_a_unit_that_stands_twice_is_refused_by_name(lattice):
    units = lattice.units.copy()
    units.loc[1, "unit"] = units.loc[0, "unit"]
    with pytest.raises(BadInput, match="'U000' stands more than once"):
        unit_graph(units, lattice.borders)


@pytest.mark.parametrize(("mode", "column"), [("foot", "seconds"), ("ebike", "seconds_ebike"), ("car", "seconds_car")])
def test_each_mode_uses_the_edges_that_have_its_seconds(lattice, mode, column):
    roads = road_graph(lattice.road_nodes, lattice.road_edges, mode)
    usable = lattice.road_edges[lattice.road_edges[column].notna()]
    assert len(roads.row) == len(usable)
    back = lattice.road_edges.iloc[roads.row]
    assert (roads.nodes[roads.tail] == back["u"].to_numpy()).all()
    assert (roads.nodes[roads.head] == back["v"].to_numpy()).all()
    assert (roads.seconds == back[column].to_numpy()).all()
    assert (np.diff(roads.tail) >= 0).all()
    assert (roads.indptr[1:] - roads.indptr[:-1]).sum() == len(roads.row)


def test_one_way_streets_have_no_way_back_by_car(lattice):
    car = road_graph(lattice.road_nodes, lattice.road_edges, "car")
    foot = road_graph(lattice.road_nodes, lattice.road_edges, "foot")
    assert len(car.row) < len(foot.row)
    assert car.network.matrix.nnz == len(car.row)


def test_an_edge_to_an_unknown_node_is_refused(lattice):
    edges = lattice.road_edges.copy()
    edges.loc[4, "v"] = 12345
    with pytest.raises(BadInput, match=r"'road_edges', column 'v', row 4: '12345' is no known node"):
        road_graph(lattice.road_nodes, edges)


def test_an_unknown_mode_and_a_map_without_streets_are_refused(lattice):
    with pytest.raises(BadInput, match="unknown mode 'boat'"):
        road_graph(lattice.road_nodes, lattice.road_edges, "boat")
    with pytest.raises(BadInput, match="no street may be used by car"):
        road_graph(lattice.road_nodes, lattice.road_edges.iloc[:0], "car")


def test_travel_between_units_agrees_with_networkx(lattice):
    seconds = unit_travel_seconds(lattice)
    streets = nx.DiGraph()
    for row in lattice.road_edges.itertuples():
        streets.add_edge(row.u, row.v, seconds=row.seconds)
    assert (np.diag(seconds) == 0).all()
    assert np.allclose(seconds, seconds.T)
    # Opposite corner cells are 5 columns and 3 rows apart; a corner junction to the middle of its cell is half a diagonal.
    expected = nx.dijkstra_path_length(streets, 0, 3 * 7 + 5, weight="seconds") + 2 * np.hypot(50, 50) / 1.25
    assert abs(seconds[0, -1] - expected) <= 4 * 100 / 1.25


def test_units_that_no_street_joins_stay_at_a_finite_distance(lattice):
    cut = lattice.road_edges[lattice.road_edges["street"] % 3 == 0]
    parts = lattice.__class__(**{**{n: getattr(lattice, n) for n in lattice.layers()}, "road_edges": cut})
    assert np.isfinite(unit_travel_seconds(parts)).all()


def scrap(town, x, y):
    """`town` with a footpath of three metres at this spot that no street joins."""
    nodes, edges = town.road_nodes, town.road_edges
    first = int(nodes["node"].max()) + 1
    more = nodes.iloc[:2].assign(node=[first, first + 1])
    more.geometry = [Point(x, y), Point(x + 3, y)]
    path = edges.iloc[:1].assign(u=first, v=first + 1, street=int(edges["street"].max()) + 1, seconds=2.4)
    return pd.concat([nodes, more], ignore_index=True), pd.concat([edges, path], ignore_index=True)


def test_a_scrap_of_path_that_leads_nowhere_is_no_door_unless_streets_are_far():
    # Of 210 junctions, two are no more than the hundredth part.
    town = lattice_town(13, 14)
    spot = shapely.get_coordinates(town.units.geometry.iloc[0].centroid)[0]
    roads = road_graph(*scrap(town, *spot))
    (near,) = unit_doors(roads, np.array([spot]))
    assert roads.nodes[near] == 0
    assert np.hypot(*(spot - [roads.x[near], roads.y[near]])) == pytest.approx(np.hypot(50, 50))
    nodes, edges = scrap(town, *(spot - 10_000))
    assert road_graph(nodes, edges).nodes[unit_doors(road_graph(nodes, edges), np.array([spot - 10_000]))[0]] == 210


def test_of_equally_near_junctions_the_first_is_the_door(lattice):
    roads = road_graph(lattice.road_nodes, lattice.road_edges)
    spots = shapely.get_coordinates(lattice.units.geometry.centroid.to_numpy())
    assert unit_doors(roads, spots).tolist() == [r * 7 + c for r in range(4) for c in range(6)]


def test_links_join_units_without_a_length(lattice):
    graph = unit_graph(lattice.units, lattice.borders, links=[("U023", "U000")])
    u, v, length = graph.edges()
    assert length[(u == 0) & (v == 23)].tolist() == [0.0]
    assert len(u) == len(lattice.borders) + 1
    with pytest.raises(BadInput, match=r"'links'.*'moon' is no known unit"):
        unit_graph(lattice.units, lattice.borders, links=[("U000", "moon")])

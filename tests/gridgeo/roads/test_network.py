import networkx as nx
import numpy as np
import osmnx as ox
import pandas as pd
import pytest
from shapely import box

from gridgeo import schemas
from gridgeo.crs import local_metric
from gridgeo.errors import BadInput, UnknownCRS
from gridgeo.roads.network import build_roads, components, from_graph, to_graph
from gridgeo.sources import read_osm, sample_map
from sketches import Sketch, village

CRS = local_metric(7.0, 43.7)


def roads_of(sketch, folder, **wishes):
    """Nodes, edges and notes of a sketch, proven against the schemas."""
    nodes, edges, notes = build_roads(read_osm(sketch.write(folder / "place.osm")), CRS, **wishes)
    schemas.check(nodes, schemas.JURISDICTION["road_nodes"])
    schemas.check(edges, schemas.JURISDICTION["road_edges"])
    assert set(edges["u"]) | set(edges["v"]) == set(nodes["node"])
    assert not edges.duplicated(["u", "v", "key"]).any()
    return nodes, edges, notes


@pytest.fixture(scope="module")
def monaco_roads():
    """Nodes and edges of the sample."""
    return build_roads(read_osm(sample_map()), local_metric(7.42, 43.74))[:2]


def test_streets_are_cut_at_junctions_and_kept_whole_between(tmp_path):
    _, edges, notes = roads_of(village(), tmp_path)
    assert notes["streets"] == 4
    assert len(edges) == 8
    assert edges.groupby("street").size().eq(2).all()
    assert edges.groupby("name").size().to_dict() == {"High Street": 4, "Low Street": 4}


def test_both_directions_share_a_street_and_its_length(tmp_path):
    _, edges, _ = roads_of(village(), tmp_path)
    for _, pair in edges.groupby("street"):
        a, b = pair.iloc[0], pair.iloc[1]
        assert (a["u"], a["v"]) == (b["v"], b["u"])
        assert a["length_m"] == b["length_m"] == pytest.approx(a.geometry.length)
        assert a.geometry.reverse().equals_exact(b.geometry, 0)


def test_lines_run_from_their_first_node_to_their_last(monaco_roads):
    nodes, edges = monaco_roads
    spot = dict(zip(nodes["node"], nodes.geometry, strict=True))
    for u, v, line in edges[["u", "v", "geometry"]].itertuples(index=False):
        assert line.coords[0] == spot[u].coords[0]
        assert line.coords[-1] == spot[v].coords[0]


def test_one_ways_hold_for_wheels_and_not_for_walkers(tmp_path):
    sketch = Sketch(200, 200)
    sketch.way((0, 0), (100, 0), highway="residential", oneway="yes")
    _, edges, _ = roads_of(sketch, tmp_path)
    assert edges["seconds"].notna().tolist() == [True, True]
    assert edges["seconds_car"].notna().tolist() == [True, False]
    assert edges["oneway"].all()


def test_a_direction_that_nobody_may_use_is_no_edge(tmp_path):
    sketch = Sketch(200, 200)
    sketch.way((0, 0), (100, 0), highway="motorway")
    _, edges, _ = roads_of(sketch, tmp_path)
    assert len(edges) == 1


def test_parallel_streets_between_two_junctions_have_different_keys(tmp_path):
    sketch = Sketch(200, 200)
    sketch.way((0, 0), (100, 0), highway="residential")
    sketch.way((0, 0), (50, 50), (100, 0), highway="residential")
    sketch.way((0, 0), (0, 100), (50, 100), (0, 0), highway="residential")
    _, edges, _ = roads_of(sketch, tmp_path)
    assert sorted(edges["key"]) == [0, 0, 0, 1, 1, 1]
    assert (edges["u"] == edges["v"]).sum() == 2


def test_streets_far_outside_are_left_out_and_near_ones_kept(tmp_path):
    sketch = village()
    sketch.way((5000, 0), (5100, 0), highway="residential", name="Far")
    extract = read_osm(sketch.write(tmp_path / "place.osm"))
    here = box(*build_roads(extract, CRS)[0].geometry.iloc[:3].total_bounds)
    _, edges, _ = build_roads(extract, CRS, within=here)
    assert "Far" not in set(edges["name"])


def test_components_are_counted_for_each_mode(tmp_path):
    sketch = Sketch(2000, 200)
    sketch.way((0, 0), (100, 0), (200, 0), highway="residential")
    sketch.way((1000, 0), (1100, 0), highway="residential", oneway="yes")
    sketch.way((200, 0), (300, 0), highway="steps")
    nodes, edges, notes = roads_of(sketch, tmp_path)
    assert notes["networks"]["foot"]["parts"] == 2
    assert notes["networks"]["foot"]["largest_share"] == pytest.approx(0.75, abs=0.01)
    assert notes["networks"]["car"] == {"parts": 3, "largest_share": pytest.approx(0.8, abs=0.01)}
    assert components(nodes, edges) == notes["networks"]


def test_a_map_without_streets_is_refused_by_name(tmp_path):
    sketch = Sketch(200, 200)
    sketch.house(50, 50)
    with pytest.raises(BadInput, match=r"place\.osm: shows no street"):
        roads_of(sketch, tmp_path)
    with pytest.raises(BadInput, match="shows no street"):
        roads_of(village(), tmp_path, within=box(0, 0, 1, 1))


def test_osmnx_accepts_the_graph(monaco_roads):
    nodes, edges = monaco_roads
    graph = to_graph(nodes, edges, "foot")
    frames = ox.graph_to_gdfs(graph)
    assert len(frames[1]) == edges["seconds"].notna().sum()
    assert frames[0].crs == nodes.crs
    start, end = ox.distance.nearest_nodes(graph, [372_500, 373_500], [4_843_000, 4_844_500])
    route = ox.routing.shortest_path(graph, start, end, weight="travel_time")
    assert route[0] == start
    assert route[-1] == end
    assert nx.path_weight(nx.DiGraph(graph), route, "length") > 1000


def test_a_graph_of_a_mode_holds_only_what_it_may_use(tmp_path):
    sketch = village()
    sketch.way((0, 100), (0, 200), highway="steps")
    nodes, edges, _ = roads_of(sketch, tmp_path)
    assert len(to_graph(nodes, edges).edges) == len(edges)
    assert len(to_graph(nodes, edges, "car").nodes) == len(nodes) - 1
    with pytest.raises(BadInput, match="mode 'horse' is unknown; choose one of foot, ebike, car"):
        to_graph(nodes, edges, "horse")


def test_frames_come_back_from_their_graph(tmp_path):
    nodes, edges, _ = roads_of(village(), tmp_path)
    back_nodes, back_edges = from_graph(to_graph(nodes, edges))
    pd.testing.assert_frame_equal(back_nodes, nodes)
    order = ["street", "u"]
    was, now = (frame.sort_values(order, ignore_index=True) for frame in (edges, back_edges))
    pd.testing.assert_frame_equal(now[was.columns], was, check_dtype=False)


def test_a_graph_of_osmnx_becomes_streets_for_all_modes():
    graph = nx.MultiDiGraph(crs="EPSG:32632")
    for node, x in ((1, 0.0), (2, 100.0), (3, 200.0)):
        graph.add_node(node, x=372_000 + x, y=4_843_000.0)
    graph.add_edge(1, 2, osmid=7, highway="residential", oneway=False, length=100.0)
    graph.add_edge(2, 1, osmid=7, highway="residential", oneway=False, length=100.0)
    graph.add_edge(2, 3, osmid=[8, 9], highway=["tertiary", "service"], oneway=True, length=100.0, name="Ring")
    nodes, edges = from_graph(graph)
    schemas.check(nodes, schemas.JURISDICTION["road_nodes"])
    schemas.check(edges, schemas.JURISDICTION["road_edges"])
    assert edges["street"].tolist() == [0, 0, 1, 1]
    assert edges["seconds"].notna().all()
    np.testing.assert_array_equal(edges["seconds_car"].notna(), [True, True, True, False])


def test_a_graph_without_reference_system_or_edges_is_refused():
    with pytest.raises(UnknownCRS, match="declares no"):
        from_graph(nx.MultiDiGraph())
    with pytest.raises(BadInput, match="no edges"):
        from_graph(nx.MultiDiGraph(crs="EPSG:32632"))
    graph = nx.MultiDiGraph(crs="EPSG:32632")
    graph.add_edge("a", "b")
    with pytest.raises(BadInput, match="node 'a'"):
        from_graph(graph)

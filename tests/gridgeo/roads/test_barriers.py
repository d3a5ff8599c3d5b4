import pytest
from shapely import box

from gridgeo import schemas
from gridgeo.crs import local_metric
from gridgeo.roads.barriers import find_barriers
from gridgeo.roads.network import build_roads
from gridgeo.sources import read_osm
from sketches import Sketch

CRS = local_metric(7.0, 43.7)


def found(sketch, folder):
    """Barriers and crossings of a sketch, proven against the schemas."""
    extract = read_osm(sketch.write(folder / "place.osm"))
    nodes, edges, _ = build_roads(extract, CRS)
    barriers, crossings = find_barriers(extract, CRS, edges, within=box(*nodes.total_bounds).buffer(500))
    schemas.check(barriers, schemas.JURISDICTION["barriers"])
    schemas.check(crossings, schemas.JURISDICTION["crossings"])
    assert crossings["barrier"].isin(barriers["barrier"]).all()
    assert crossings["street"].isin(edges["street"]).all()
    assert barriers.set_index("barrier")["crossings"].to_dict() == {
        name: int((crossings["barrier"] == name).sum()) for name in barriers["barrier"]
    }
    return barriers, crossings


def wall(**tags) -> Sketch:
    """A barrier from south to north, and one street on each side of it."""
    sketch = Sketch(1000, 1000)
    sketch.way((500, 0), (500, 1000), **tags)
    sketch.way((200, 0), (200, 1000), highway="residential")
    sketch.way((800, 0), (800, 1000), highway="residential")
    return sketch


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"highway": "motorway"}, "motorway"),
        ({"highway": "trunk"}, "motorway"),
        ({"railway": "rail"}, "railway"),
        ({"waterway": "river"}, "river"),
        ({"waterway": "canal"}, "river"),
    ],
)
def test_barriers_have_their_kind_and_no_crossing_where_no_street_leads_over(tmp_path, tags, kind):
    barriers, crossings = found(wall(**tags), tmp_path)
    assert barriers["kind"].tolist() == [kind]
    assert barriers["crossings"].tolist() == [0]
    assert len(crossings) == 0


@pytest.mark.parametrize(
    "tags",
    [
        {"railway": "rail", "tunnel": "yes"},
        {"railway": "rail", "service": "siding"},
        {"railway": "tram"},
        {"waterway": "stream"},
        {"highway": "primary"},
        {"waterway": "river", "tunnel": "culvert"},
    ],
)
def test_what_one_can_walk_over_is_no_barrier(tmp_path, tags):
    assert found(wall(**tags), tmp_path)[0].empty


@pytest.mark.parametrize(
    ("tags", "kind"), [({}, "level"), ({"bridge": "yes", "layer": "1"}, "bridge"), ({"tunnel": "yes"}, "tunnel")]
)
def test_a_street_that_runs_across_is_a_crossing_of_its_kind(tmp_path, tags, kind):
    sketch = wall(railway="rail")
    sketch.way((200, 500), (800, 500), highway="residential", **tags)
    barriers, crossings = found(sketch, tmp_path)
    assert crossings["kind"].tolist() == [kind]
    assert barriers["crossings"].tolist() == [1]


def test_a_barrier_away_from_the_land_is_none(tmp_path):
    sketch = wall(railway="rail")
    sketch.way((500.5, 2000), (500.5, 3000), waterway="river")
    extract = read_osm(sketch.write(tmp_path / "place.osm"))
    _, edges, _ = build_roads(extract, CRS)
    barriers, _ = find_barriers(extract, CRS, edges, within=box(*edges.total_bounds))
    schemas.check(barriers, schemas.JURISDICTION["barriers"])
    assert barriers["kind"].tolist() == ["railway"]


def test_one_walks_under_a_viaduct(tmp_path):
    sketch = wall(railway="rail", bridge="viaduct")
    sketch.way((200, 500), (800, 500), highway="residential")
    assert found(sketch, tmp_path)[1]["kind"].tolist() == ["tunnel"]


def test_a_motorway_only_street_is_no_crossing(tmp_path):
    sketch = wall(railway="rail")
    sketch.way((200, 500), (800, 500), highway="motorway_link", bridge="yes")
    assert found(sketch, tmp_path)[1].empty


def test_a_junction_with_streets_on_both_sides_is_a_crossing_and_on_one_side_is_none(tmp_path):
    sketch = Sketch(1000, 1000)
    sketch.way((500, 0), (500, 300), (500, 600), (500, 1000), highway="trunk")
    sketch.way((200, 300), (500, 300), highway="residential")
    sketch.way((500, 300), (800, 300), highway="residential")
    sketch.way((200, 600), (500, 600), highway="residential")
    barriers, crossings = found(sketch, tmp_path)
    assert crossings["kind"].tolist() == ["level"]
    assert barriers["crossings"].tolist() == [1]


def test_two_tracks_of_one_line_are_one_barrier_crossed_once(tmp_path):
    sketch = Sketch(1000, 1000)
    for x in (500, 504):
        sketch.way((x, 0), (x, 1000), railway="rail", name="Main Line")
    sketch.way((200, 500), (800, 500), highway="residential")
    barriers, crossings = found(sketch, tmp_path)
    assert len(barriers) == 1
    assert len(crossings) == 1


def test_barriers_of_one_kind_are_numbered_longest_first(tmp_path):
    sketch = Sketch(1000, 1000)
    sketch.way((100, 0), (100, 300), railway="rail", name="Branch")
    sketch.way((500, 0), (500, 1000), railway="rail", name="Main Line")
    sketch.way((200, 500), (800, 500), highway="residential")
    barriers, _ = found(sketch, tmp_path)
    assert barriers.set_index("barrier")["name"].to_dict() == {"railway-1": "Main Line", "railway-2": "Branch"}

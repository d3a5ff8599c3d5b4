from shapely import box

from gridgeo import schemas
from gridgeo.crs import local_metric
from gridgeo.places import find_places
from gridgeo.sources import read_osm
from sketches import village

CRS = local_metric(7.0, 43.7)


def test_places_inside_have_their_kind_and_names_and_street_furniture_is_none(tmp_path):
    sketch = village()
    sketch.node(50.5, 50.5, amenity="school", name="École", name__zh="学校")
    sketch.node(60.5, 50.5, amenity="bench")
    sketch.node(70.5, 50.5, shop="bakery;cafe")
    sketch.node(5000, 50, amenity="police")
    extract = read_osm(sketch.write(tmp_path / "place.osm"))
    streets = extract.lines.to_crs(CRS).total_bounds
    places = find_places(extract, CRS, within=box(*streets))
    schemas.check(places, schemas.JURISDICTION["places"])
    assert places["kind"].tolist() == ["school", "bakery"]
    assert places["name_zh"].iloc[0] == "学校"
    assert places["name"].isna().tolist() == [False, True]


def test_a_map_without_places_has_an_empty_layer(tmp_path):
    extract = read_osm(village().write(tmp_path / "place.osm"))
    places = find_places(extract, CRS, within=box(0, 0, 1, 1))
    schemas.check(places, schemas.JURISDICTION["places"])
    assert places.empty

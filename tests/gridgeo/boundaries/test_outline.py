import geopandas as gpd
import pytest
from shapely import Point, Polygon, box

from gridgeo import schemas
from gridgeo.boundaries.outline import find_outline
from gridgeo.crs import local_metric
from gridgeo.errors import BadInput
from gridgeo.sources import read_osm, sample_map
from sketches import Sketch, degrees

CRS = local_metric(7.0, 43.7)


def outlined(sketch, folder, **wishes):
    """The outline of a sketch, proven against the schemas and as a tiling."""
    extract = read_osm(sketch.write(folder / "place.osm"))
    found = find_outline(extract, CRS, **wishes)
    proven(found)
    return found


def proven(found):
    for name in ("boundary", "areas", "water"):
        schemas.check(getattr(found, name), schemas.JURISDICTION[name])
        assert getattr(found, name).is_valid.all()
    land = found.boundary.geometry.iloc[0]
    for _, level in found.areas.groupby("level", sort=False):
        assert level.geometry.area.sum() == pytest.approx(land.area, rel=1e-6)
        assert level.union_all().symmetric_difference(land).area < 1e-6 * land.area
    assert found.areas["parent"].isna().sum() == 1
    assert found.areas["parent"].dropna().isin(found.areas["area"]).all()


def streets(sketch, width, height, step=100):
    """Streets and houses all over, so that the map is built everywhere."""
    for x in range(0, width + 1, step):
        sketch.way(*[(x, y) for y in range(0, height + 1, step)], highway="residential")
    for y in range(0, height + 1, step):
        sketch.way(*[(x, y) for x in range(0, width + 1, step)], highway="residential")
    for x in range(40, width, step):
        for y in range(40, height, step):
            sketch.house(x + 0.5, y + 0.5)
    return sketch


@pytest.fixture
def town() -> Sketch:
    """A built-up map of 600 m × 400 m without any outline."""
    return streets(Sketch(600, 400), 600, 400)


def test_a_map_without_outlines_is_one_area(town, tmp_path):
    found = outlined(town, tmp_path)
    assert found.boundary["source"].tolist() == ["extent"]
    assert found.boundary["name"].tolist() == ["place"]
    assert found.areas["level"].tolist() == ["jurisdiction"]
    assert found.areas["source"].tolist() == ["whole"]
    assert found.boundary.area.iloc[0] == pytest.approx(600 * 400, rel=0.01)


def test_the_largest_settlement_names_a_piece_of_a_map(town, tmp_path):
    town.node(300.5, 200.5, place="village", name="Oberdorf")
    town.node(100.5, 200.5, place="hamlet", name="Weiler")
    assert outlined(town, tmp_path).boundary["name"].tolist() == ["Oberdorf"]
    assert outlined(town, tmp_path, name="Tal").boundary["name"].tolist() == ["Tal"]


def test_an_outline_that_holds_most_buildings_is_the_jurisdiction(town, tmp_path):
    way = town.way((50.5, 50.5), (550.5, 50.5), (550.5, 350.5), (50.5, 350.5), (50.5, 50.5))
    town.relation(
        ("way", way, "outer"), type="boundary", boundary="administrative", admin_level="8", name="Stadt", name__zh="城"
    )
    found = outlined(town, tmp_path)
    assert found.boundary.to_dict("records")[0]["source"] == "relation"
    assert found.areas["name_zh"].tolist() == ["城"]
    assert found.boundary.area.iloc[0] == pytest.approx(500 * 300, rel=0.01)
    assert found.areas["level"].tolist() == ["jurisdiction"]


def test_an_outline_that_holds_few_buildings_is_not(town, tmp_path):
    way = town.way((50.5, 50.5), (150.5, 50.5), (150.5, 150.5), (50.5, 150.5), (50.5, 50.5))
    town.relation(("way", way, "outer"), type="boundary", boundary="administrative", admin_level="8", name="Weiler")
    assert outlined(town, tmp_path).boundary["source"].tolist() == ["extent"]


def test_two_halves_are_recovered_from_the_one_border_that_the_map_shows(town, tmp_path):
    border = town.way((250.5, -30), (250.5, 430))
    label = town.node(100.7, 100.7, place="quarter", name="West")
    for name, label_of in (("West", [("node", label, "label")]), ("Ost", [])):
        members = [("way", border, "outer"), ("way", 77, "outer"), *label_of]
        town.relation(*members, type="boundary", boundary="administrative", admin_level="10", name=name)
    found = outlined(town, tmp_path)
    quarters = found.areas[found.areas["level"] == "quarter"].set_index("name")
    assert quarters["source"].to_dict() == {"West": "recovered", "Ost": "recovered"}
    assert quarters.loc["West"].geometry.area == pytest.approx(250.5 * 400, rel=0.01)
    assert quarters.loc["Ost"].geometry.area == pytest.approx(349.5 * 400, rel=0.01)
    assert quarters.loc["West"].geometry.centroid.x < quarters.loc["Ost"].geometry.centroid.x


def test_what_the_areas_of_a_level_leave_open_becomes_the_rest(town, tmp_path):
    way = town.way((-20.5, -20.5), (400.5, -20.5), (400.5, 420.5), (-20.5, 420.5), (-20.5, -20.5))
    town.relation(("way", way, "outer"), type="boundary", boundary="administrative", admin_level="9", name="West")
    found = outlined(town, tmp_path, levels={"9": "ward"})
    wards = found.areas[found.areas["level"] == "ward"]
    assert sorted(wards["source"]) == ["relation", "rest"]
    assert wards.loc[wards["source"] == "rest", "name"].tolist() == ["place (rest)"]
    assert found.notes["levels"] == ["ward"]


def test_only_named_levels_are_kept_where_names_are_given(town, tmp_path):
    way = town.way((-20.5, -20.5), (400.5, -20.5), (400.5, 420.5), (-20.5, 420.5), (-20.5, -20.5))
    town.relation(("way", way, "outer"), type="boundary", boundary="administrative", admin_level="9", name="West")
    assert outlined(town, tmp_path, levels={"10": "quarter"}).areas["level"].tolist() == ["jurisdiction"]


def test_an_island_keeps_the_sea_out(tmp_path):
    sketch = streets(Sketch(600, 400), 600, 400, step=50)
    sketch.ways = [way for way in sketch.ways if "building" not in way[2]]
    sketch.way((110, 110), (410, 110), (410, 310), (110, 310), (110, 110), natural="coastline")
    sketch.house(220, 220)
    found = outlined(sketch, tmp_path)
    assert found.boundary.area.iloc[0] == pytest.approx(300 * 200, rel=0.01)
    assert found.water["kind"].tolist() == ["sea"]
    sea, land = found.water.geometry.iloc[0], found.boundary.geometry.iloc[0]
    assert sea.intersection(land).area == pytest.approx(0, abs=1e-6)
    # All that isn't land within the map, 600 m × 400 m around the island, and on beyond its edge.
    assert box(*land.bounds).buffer(80).difference(sea.union(land)).area < 5.0  # a centimetre along the coast


@pytest.mark.parametrize("turned", [False, True])
def test_land_lies_left_of_the_coastline(tmp_path, turned):
    sketch = streets(Sketch(600, 400), 600, 400)
    sketch.ways = [way for way in sketch.ways if "building" not in way[2]]
    shore = [(-20, 150), (310, 150), (620, 150)]
    sketch.way(*(shore[::-1] if turned else shore), natural="coastline")
    sketch.house(220, 75 if turned else 275)
    land = outlined(sketch, tmp_path).boundary.area.iloc[0]
    assert land == pytest.approx(600 * (150 if turned else 250), rel=0.02)


def test_a_town_is_never_drowned_by_a_coastline_turned_round(town, tmp_path):
    town.way((-20, 10.5), (620, 10.5), natural="coastline")
    town.ways[-1][1].reverse()
    found = outlined(town, tmp_path)
    assert found.boundary.area.iloc[0] > 0.9 * 600 * 400
    assert found.notes["sea_faces_taken_for_land"] == 1


def test_lakes_are_taken_out_and_ponds_are_not(town, tmp_path):
    town.way((210.5, 210.5), (290.5, 210.5), (290.5, 290.5), (210.5, 290.5), (210.5, 210.5), natural="water")
    town.way(
        (310.5, 310.5), (330.5, 310.5), (330.5, 330.5), (310.5, 330.5), (310.5, 310.5), natural="water", water="pond"
    )
    found = outlined(town, tmp_path)
    assert found.water["kind"].tolist() == ["lake"]
    assert found.boundary.area.iloc[0] == pytest.approx(600 * 400 - 80 * 80, rel=0.01)
    both = outlined(town, tmp_path, min_water_m2=100.0)
    assert sorted(both.water["kind"]) == ["lake", "pond"]


def test_a_river_whose_banks_leave_the_map_is_water_between_them(town, tmp_path):
    banks = [town.way((x, -40), (x, 440)) for x in (320.5, 380.5)]
    members = [("way", way, "outer") for way in (*banks, 77, 78)]
    town.relation(*members, type="multipolygon", natural="water", water="river")
    town.way((350.5, -40), (350.5, 440), waterway="river", name="Fluss")
    found = outlined(town, tmp_path)
    assert found.water["kind"].tolist() == ["river"]
    assert found.water.area.sum() == pytest.approx(60 * 400, rel=0.01)


def test_an_empty_map_around_a_built_part_is_left_out(tmp_path):
    sketch = streets(Sketch(1000, 800), 600, 400)
    found = outlined(sketch, tmp_path)
    assert found.boundary["source"].tolist() == ["extent"]
    assert "hull" in found.notes["boundary"]
    assert 600 * 400 < found.boundary.area.iloc[0] < 850 * 650


def test_a_given_boundary_is_kept_and_cut_by_water(town, tmp_path):
    town.way((210.5, 210.5), (290.5, 210.5), (290.5, 290.5), (210.5, 290.5), (210.5, 210.5), natural="water")
    corners = [degrees(*corner) for corner in ((150, 150), (450, 150), (450, 350), (150, 350))]
    given = gpd.GeoDataFrame({"name": ["Gegeben"]}, geometry=[Polygon(corners)], crs=4326)
    found = outlined(town, tmp_path, given=given)
    assert found.boundary.drop(columns="geometry").to_dict("records") == [{"name": "Gegeben", "source": "given"}]
    assert found.boundary.area.iloc[0] == pytest.approx(300 * 200 - 80 * 80, rel=0.01)
    same = outlined(town, tmp_path, given=given.to_crs(3857))
    assert same.boundary.area.iloc[0] == pytest.approx(found.boundary.area.iloc[0], rel=1e-3)


def test_a_boundary_elsewhere_or_without_polygons_is_refused(town, tmp_path):
    far = gpd.GeoDataFrame(geometry=[box(43.70, 7.00, 43.71, 7.01)], crs=4326)
    with pytest.raises(BadInput, match=r"lies outside .*place\.osm.*longitude first"):
        outlined(town, tmp_path, given=far)
    with pytest.raises(BadInput, match="holds no polygon"):
        outlined(town, tmp_path, given=gpd.GeoDataFrame(geometry=[Point(7, 43.7)], crs=4326))


def test_monaco_is_recovered_with_its_nine_quarters():
    extract = read_osm(sample_map())
    found = find_outline(extract, local_metric(7.42, 43.74))
    proven(found)
    assert found.boundary["name"].tolist() == ["Monaco"]
    assert found.boundary["source"].tolist() == ["recovered"]
    assert found.boundary.area.iloc[0] == pytest.approx(2.08e6, rel=0.01)
    quarters = found.areas[found.areas["level"] == "quarter"]
    assert quarters["source"].value_counts().to_dict() == {"relation": 6, "recovered": 3}
    assert set(found.water["kind"]) == {"sea"}
    assert found.notes["guessed_joints_m"]["Monaco (2)"] < 800


@pytest.mark.parametrize(
    ("name", "leaves"),
    [("Helsinki.osm.pbf", 6), ("krems.osm.gz", 5), ("north-bayreuth.osm.gz", 9)],
)
def test_clipped_maps_are_tiled_by_the_areas_they_show(shared, name, leaves):
    extract = read_osm(shared / "maps" / name)
    west, south, east, north = extract.bounds
    found = find_outline(extract, local_metric((west + east) / 2, (south + north) / 2))
    proven(found)
    assert (~found.areas["area"].isin(found.areas["parent"])).sum() == leaves

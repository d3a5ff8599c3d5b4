import json

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from gridgeo.errors import BadInput, UnknownCRS, UnreadableSource
from gridgeo.importing import import_osm
from gridgeo.sources import read_households, read_jurisdiction, write_jurisdiction
from gridgeo_solvers.progress import Progress
from sketches import Sketch, degrees


def town(width=600, height=400, step=100) -> Sketch:
    """Streets every 100 m and an apartment house in each block."""
    sketch = Sketch(width, height)
    for x in range(0, width + 1, step):
        sketch.way(*[(x, y) for y in range(0, height + 1, step)], highway="residential", name=f"Avenue {x}")
    for y in range(0, height + 1, step):
        sketch.way(*[(x, y) for x in range(0, width + 1, step)], highway="residential", name=f"Street {y}")
    for x in range(30, width, step):
        for y in range(30, height, step):
            sketch.house(x + 0.5, y + 0.5, 30, building="apartments", building__levels="4")
    return sketch


def faults(jurisdiction):
    """What isn't so: units tile the boundary, buildings lie in units, and households add up."""
    land, units = jurisdiction.boundary.geometry.iloc[0], jurisdiction.units
    per_unit = jurisdiction.buildings.groupby("unit")["households"].sum().reindex(units["unit"], fill_value=0)
    holds = {
        "units are valid": units.geometry.is_valid.all(),
        "areas add up": units.area.sum() == pytest.approx(land.area, rel=1e-6),
        "units tile the boundary": units.union_all().symmetric_difference(land).area < 1e-6 * land.area,
        "buildings lie in units": jurisdiction.buildings["unit"].isin(units["unit"]).all(),
        "households add up": (units["households"].to_numpy() == per_unit.to_numpy()).all(),
    }
    return [name for name, held in holds.items() if not held]


def test_a_town_becomes_a_jurisdiction(tmp_path):
    made = import_osm(town().write(tmp_path / "town.osm"))
    assert faults(made) == []
    assert made.name == "town"
    assert len(made.buildings) == 24
    assert made.units["households"].sum() > 100
    assert made.units["part"].eq(0).all()
    assert made.notes["attribution"].startswith("© OpenStreetMap contributors")
    json.dumps(dict(made.notes))


def test_the_same_input_gives_the_same_file(tmp_path):
    path = town().write(tmp_path / "town.osm")
    for name in ("a.gpkg", "b.gpkg"):
        write_jurisdiction(import_osm(path), tmp_path / name)
    assert (tmp_path / "a.gpkg").read_bytes() == (tmp_path / "b.gpkg").read_bytes()


def test_streets_within_the_boundary_are_charged_once(tmp_path):
    made = import_osm(town().write(tmp_path / "town.osm"))
    streets = made.road_edges.drop_duplicates("street").geometry
    inside = streets.intersection(made.boundary.geometry.iloc[0].buffer(0.5)).length.sum()
    assert made.units["street_m"].sum() == pytest.approx(inside, rel=0.02)


def test_parts_across_a_harbour_are_told(tmp_path):
    sketch = town()
    sketch.ways = [
        way for way in sketch.ways if not way[2].get("name", "").startswith("Street") or way[2]["name"] == "Street 200"
    ]
    sketch.ways = [way for way in sketch.ways if way[2].get("name") != "Avenue 300"]
    sketch.way((280.5, -40), (280.5, 440), (390.5, 440), (390.5, -40), (280.5, -40), natural="water")
    made = import_osm(sketch.write(tmp_path / "town.osm"))
    assert faults(made) == []
    assert made.water["kind"].tolist() == ["lake"]
    assert (made.borders["kind"] == "link").sum() == 1
    assert made.units["part"].eq(0).all()


def test_parts_that_no_street_joins_stay_parts(tmp_path):
    sketch = town()
    sketch.ways = [way for way in sketch.ways if not way[2].get("name", "").startswith("Street")]
    sketch.ways = [way for way in sketch.ways if way[2].get("name") != "Avenue 300"]
    sketch.way((280.5, -40), (280.5, 440), (390.5, 440), (390.5, -40), (280.5, -40), natural="water")
    made = import_osm(sketch.write(tmp_path / "town.osm"))
    assert faults(made) == []
    assert made.units["part"].nunique() == 2
    assert len(made.notes["units"]["parts"]) == 2


def test_a_given_table_of_households_is_joined(tmp_path):
    path = town().write(tmp_path / "town.osm")
    houses = import_osm(path).buildings["building"]
    (tmp_path / "households.csv").write_text(
        "building,households\n" + "".join(f"{name},{row}\n" for row, name in enumerate(houses))
    )
    made = import_osm(path, households=read_households(tmp_path / "households.csv"))
    assert faults(made) == []
    assert made.units["households"].sum() == sum(range(len(houses)))


def test_a_given_boundary_is_the_jurisdiction(tmp_path):
    path = town().write(tmp_path / "town.osm")
    west, south = degrees(50, 50)
    east, north = degrees(350, 350)
    made = import_osm(
        path, boundary=gpd.GeoDataFrame({"name": ["Mitte"]}, geometry=[box(west, south, east, north)], crs=4326)
    )
    assert faults(made) == []
    assert made.name == "Mitte"
    assert made.boundary.area.iloc[0] == pytest.approx(300 * 300, rel=0.01)


class Listener(Progress):
    """Remembers what it hears."""

    def __init__(self):
        self.stages, self.notes = [], []

    def stage(self, name, total=None):
        self.stages.append(name)

    def note(self, text):
        self.notes.append(text)


def test_progress_names_the_stages_and_the_choice_of_boundary(tmp_path):
    heard = Listener()
    import_osm(town().write(tmp_path / "town.osm"), progress=heard)
    assert heard.stages[:3] == ["read the map", "boundary and areas", "streets"]
    assert any("boundary of town" in note for note in heard.notes)


def test_a_map_without_buildings_is_refused_with_the_mend(tmp_path):
    sketch = town()
    sketch.ways = [way for way in sketch.ways if "building" not in way[2]]
    with pytest.raises(BadInput, match=r"no building.*choose an extract"):
        import_osm(sketch.write(tmp_path / "town.osm"))


def test_a_map_without_streets_is_refused_with_the_mend(tmp_path):
    sketch = town()
    sketch.ways = [way for way in sketch.ways if "building" in way[2]]
    with pytest.raises(BadInput, match=r"no street.*choose an extract"):
        import_osm(sketch.write(tmp_path / "town.osm"))


def test_a_map_of_bare_nodes_or_of_none_of_both_is_refused(tmp_path):
    bare = Sketch()
    bare.node(10, 10)
    with pytest.raises(BadInput, match="neither a street nor a building"):
        import_osm(bare.write(tmp_path / "bare.osm"))
    bare.node(10, 10, amenity="bench")
    bare.node(90, 90, amenity="bench")
    with pytest.raises(BadInput, match="neither a street nor a building"):
        import_osm(bare.write(tmp_path / "bare.osm"))


def test_a_header_that_names_another_place_is_not_believed(tmp_path):
    sketch = town()
    text = sketch.write(tmp_path / "town.osm").read_text()
    (tmp_path / "town.osm").write_text(
        text.replace('minlat="43.7', 'minlat="12.7').replace('maxlat="43.7', 'maxlat="12.7')
    )
    made = import_osm(tmp_path / "town.osm")
    assert faults(made) == []
    assert len(made.buildings) == 24


def test_a_boundary_outside_the_map_or_without_reference_system_is_refused(tmp_path):
    path = town().write(tmp_path / "town.osm")
    far = gpd.GeoDataFrame(geometry=[box(8, 44, 8.1, 44.1)], crs=4326)
    with pytest.raises(BadInput, match="lies outside"):
        import_osm(path, boundary=far)
    with pytest.raises(UnknownCRS, match="declares no"):
        import_osm(path, boundary=far.set_crs(None, allow_override=True))


def test_a_missing_map_is_refused(tmp_path):
    with pytest.raises(UnreadableSource, match="no such file"):
        import_osm(tmp_path / "nowhere.osm.pbf")


def test_the_sample_is_a_jurisdiction_and_reads_back_as_written(monaco, monaco_file):
    assert faults(monaco) == []
    monaco.check()
    assert monaco.name == "Monaco"
    assert monaco.levels() == ["jurisdiction", "quarter"]
    assert 200 <= len(monaco.units) <= 600
    again = read_jurisdiction(monaco_file)
    pd.testing.assert_frame_equal(pd.DataFrame(again.units), pd.DataFrame(monaco.units))


@pytest.mark.parametrize("name", ["Helsinki.osm.pbf", "krems.osm.gz", "north-bayreuth.osm.gz"])
def test_other_maps_are_imported_without_a_special_case(shared, name):
    assert faults(import_osm(shared / "maps" / name)) == []

import gzip

import numpy as np
import osmium
import pytest

from gridgeo.errors import UnreadableSource
from gridgeo.sources import read_osm, sample_map
from sketches import Sketch, degrees, village


@pytest.fixture(scope="module")
def monaco_extract():
    """The sample as it is mapped."""
    return read_osm(sample_map())


def test_the_sample_holds_its_buildings_streets_and_outlines(monaco_extract):
    assert len(monaco_extract.buildings) == 1280
    assert monaco_extract.lines["highway"].notna().sum() > 2000
    quarters = monaco_extract.relations[monaco_extract.relations["admin_level"] == "10"]
    assert len(quarters) == 9
    assert (~quarters.geometry.is_empty).sum() == 6
    assert all(len(missing) == 1 for missing in quarters.loc[quarters.geometry.is_empty, "missing"])


def test_every_frame_is_in_degrees_and_every_line_has_a_node_for_each_vertex(monaco_extract):
    for name in ("lines", "buildings", "water", "landuse", "points", "relations"):
        assert getattr(monaco_extract, name).crs.to_epsg() == 4326
    for nodes, line in zip(monaco_extract.lines["nodes"], monaco_extract.lines.geometry, strict=True):
        assert len(nodes) == len(line.coords)


@pytest.mark.parametrize("ending", [".osm", ".osm.gz", ".osm.pbf"])
def test_the_same_map_reads_alike_from_every_format(tmp_path, ending):
    plain = village().write(tmp_path / "village.osm")
    path = tmp_path / f"copy{ending}"
    if ending == ".osm.pbf":
        with osmium.SimpleWriter(str(path)) as writer:
            for item in osmium.FileProcessor(str(plain)):
                writer.add(item)
    else:
        village().write(path)
    extract = read_osm(path)
    assert sorted(extract.buildings["id"]) == ["w1002", "w1003", "w1004", "w1005"]
    assert extract.lines["name"].tolist() == ["Low Street", "High Street"]
    assert extract.lines["nodes"].iloc[0].tolist() == [1, 2, 3]
    assert extract.counts["ways"] == 6


def test_a_file_that_is_not_sorted_is_read_like_one_that_is(tmp_path):
    sketch = village()
    sorted_ = read_osm(sketch.write(tmp_path / "sorted.osm"))
    sketch.ways.reverse()
    sketch.nodes = dict(reversed(sketch.nodes.items()))
    shuffled = read_osm(sketch.write(tmp_path / "shuffled.osm"))
    assert shuffled.buildings["id"].tolist() == sorted_.buildings["id"].tolist()
    assert shuffled.lines["id"].tolist() == sorted_.lines["id"].tolist()
    assert shuffled.counts == sorted_.counts
    assert shuffled.path.name == "shuffled.osm"


def test_bounds_come_from_the_header_and_else_from_what_is_mapped(tmp_path):
    framed = read_osm(village().write(tmp_path / "a.osm"))
    np.testing.assert_allclose(framed.bounds, (*degrees(0, 0), *degrees(200, 200)), atol=1e-7)
    sketch = village()
    sketch.size = None
    np.testing.assert_allclose(read_osm(sketch.write(tmp_path / "b.osm")).bounds, framed.bounds, atol=1e-7)


def test_a_way_that_leaves_the_extract_and_comes_back_is_two_lines(tmp_path):
    sketch = Sketch()
    sketch.way((0, 0), (10, 0), (20, 0), (30, 0), (40, 0), highway="residential")
    sketch.lose(20, 0)
    extract = read_osm(sketch.write(tmp_path / "cut.osm"))
    assert [len(nodes) for nodes in extract.lines["nodes"]] == [2, 2]
    assert extract.lines["id"].tolist() == [1000, 1000]
    assert extract.lines["clipped"].all()
    assert extract.counts["clipped_ways"] == 1
    assert extract.counts["missing_nodes"] == 1


def test_a_building_cut_by_the_edge_is_counted_and_left_out(tmp_path):
    sketch = village()
    sketch.lose(40, 40)
    extract = read_osm(sketch.write(tmp_path / "cut.osm"))
    assert len(extract.buildings) == 3
    assert extract.counts["clipped_buildings"] == 1


def test_a_courtyard_building_is_counted_once_and_has_its_hole(tmp_path):
    sketch = Sketch()
    outer = sketch.house(0, 0, 40)
    inner = sketch.way((10, 10), (30, 10), (30, 30), (10, 30), (10, 10))
    sketch.relation(("way", outer, "outer"), ("way", inner, "inner"), type="multipolygon", building="apartments")
    sketch.write(tmp_path / "yard.osm")
    extract = read_osm(tmp_path / "yard.osm")
    assert extract.buildings["id"].tolist() == ["r9000"]
    assert len(extract.buildings.geometry.iloc[0].interiors) == 1


def test_a_building_part_alone_is_no_building(tmp_path):
    sketch = village()
    sketch.way((41, 41), (45, 41), (45, 45), (41, 41), building__part="yes")
    assert len(read_osm(sketch.write(tmp_path / "part.osm")).buildings) == 4


def test_untagged_members_of_an_outline_are_kept_and_missing_ones_listed(tmp_path):
    sketch = village()
    way = sketch.way((0, 0), (200, 0))
    sketch.relation(
        ("way", way, "outer"), ("way", 77, "outer"), type="boundary", boundary="administrative", admin_level="8"
    )
    extract = read_osm(sketch.write(tmp_path / "town.osm"))
    assert way in extract.lines["id"].to_list()
    assert extract.relations["missing"].iloc[0].tolist() == [77]
    assert extract.relations.geometry.iloc[0].is_empty
    assert extract.counts["clipped_relations"] == 1


def test_places_mapped_as_areas_are_points_inside_them(tmp_path):
    sketch = village()
    sketch.way((150, 150), (190, 150), (190, 190), (150, 190), (150, 150), amenity="school", name="School")
    extract = read_osm(sketch.write(tmp_path / "school.osm"))
    school = extract.points[extract.points["amenity"] == "school"]
    assert school["id"].tolist() == ["w1006"]
    lon, lat = degrees(170, 170)
    assert school.geometry.iloc[0].distance(school.geometry.iloc[0].__class__(lon, lat)) < 0.001


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("missing.osm.pbf", None, "no such file"),
        ("empty.osm.pbf", b"", "is empty"),
        ("notes.txt", b"hello", "not named as"),
        ("words.osm.pbf", b"these are words, not a map", "cut off or damaged"),
        ("words.osm", b"these are words, not a map", "cut off or damaged"),
        ("words.osm.gz", b"these are words, not a map", "cut off or damaged"),
        ("hollow.osm", b'<osm version="0.6"></osm>', "no OpenStreetMap nodes"),
    ],
)
def test_what_is_no_extract_is_refused_by_name(tmp_path, name, data, says):
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(UnreadableSource, match=says) as caught:
        read_osm(path)
    assert name in str(caught.value)


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(UnreadableSource, match="is a folder"):
        read_osm(tmp_path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_pbf_is_refused(tmp_path, share):
    data = sample_map().read_bytes()
    (tmp_path / "half.osm.pbf").write_bytes(data[: int(len(data) * share)])
    with pytest.raises(UnreadableSource, match=r"half\.osm\.pbf: cut off or damaged"):
        read_osm(tmp_path / "half.osm.pbf")


def test_a_truncated_gz_is_refused(tmp_path):
    data = gzip.compress(village().text().encode())
    (tmp_path / "half.osm.gz").write_bytes(data[: len(data) // 2])
    with pytest.raises(UnreadableSource, match=r"half\.osm\.gz: cut off or damaged"):
        read_osm(tmp_path / "half.osm.gz")

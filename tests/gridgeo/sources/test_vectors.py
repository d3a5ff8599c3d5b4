import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, box

from gridgeo.errors import BadInput, UnknownCRS, UnreadableSource
from gridgeo.sources import read_layer, read_layers, write_layer, write_layers


@pytest.fixture
def squares() -> gpd.GeoDataFrame:
    """Three squares near Monaco, UTM zone 32, with an odd index."""
    return gpd.GeoDataFrame(
        {"name": ["一", "two", None], "count": [1, 2, 3]},
        geometry=[box(372_000 + 10 * i, 4_843_000, 372_010 + 10 * i, 4_843_010) for i in range(3)],
        crs=32632,
        index=[7, 3, 5],
    )


@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".fgb", ".parquet", ".shp"])
def test_a_layer_comes_back_as_it_was(tmp_path, squares, ending):
    path = tmp_path / f"squares{ending}"
    write_layer(squares, path)
    back = read_layer(path).to_crs(squares.crs)
    back = back.sort_values("count", ignore_index=True)
    assert back["count"].tolist() == [1, 2, 3]
    assert back["name"].iloc[:2].tolist() == ["一", "two"]
    assert back["name"].isna().iloc[2]
    for was, now in zip(squares.geometry, back.geometry, strict=True):
        assert was.hausdorff_distance(now) < 0.05


def test_geojson_is_in_degrees(tmp_path, squares):
    write_layer(squares, tmp_path / "squares.geojson")
    west, south, east, north = read_layer(tmp_path / "squares.geojson").total_bounds
    assert 7 < west < east < 8
    assert 43 < south < north < 44


def test_the_same_frames_give_the_same_bytes(tmp_path, squares):
    for name in ("a.gpkg", "b.gpkg"):
        write_layers({"squares": squares, "table": pd.DataFrame({"a": [1]})}, tmp_path / name)
    assert (tmp_path / "a.gpkg").read_bytes() == (tmp_path / "b.gpkg").read_bytes()


@pytest.mark.parametrize("name", ["town.gpkg", "town"])
def test_layers_and_plain_tables_come_back_by_name(tmp_path, squares, name):
    lines = gpd.GeoDataFrame({"a": [1, 2]}, geometry=[LineString([(0, 0), (1, 1)]), LineString()], crs=32632)
    empty = squares.iloc[:0]
    write_layers(
        {"squares": squares, "lines": lines, "none": empty, "table": pd.DataFrame({"note": ["x"]})}, tmp_path / name
    )
    back = read_layers(tmp_path / name)
    assert set(back) == {"squares", "lines", "none", "table"}
    assert isinstance(back["squares"], gpd.GeoDataFrame)
    assert not isinstance(back["table"], gpd.GeoDataFrame)
    assert len(back["none"]) == 0
    assert back["none"].crs == squares.crs
    assert len(back["lines"]) == 2


def test_a_failed_write_leaves_the_earlier_file(tmp_path, squares):
    path = tmp_path / "town.gpkg"
    write_layers({"squares": squares}, path)
    before = path.read_bytes()
    with pytest.raises(UnknownCRS, match="layer 'lost' declares no"):
        write_layers({"squares": squares, "lost": squares.set_crs(None, allow_override=True)}, path)
    assert path.read_bytes() == before
    assert [item.name for item in tmp_path.iterdir()] == ["town.gpkg"]


def test_csv_points_need_degrees(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("name,lon,lat\na,7.4,43.7\n")
    assert read_layer(path).geometry.iloc[0].coords[0] == (7.4, 43.7)
    path.write_text("name,lon,lat\na,7.4,nowhere\n")
    with pytest.raises(BadInput, match="line 2: lat is 'nowhere'"):
        read_layer(path)
    path.write_text("name,x,y\na,7.4,43.7\n")
    with pytest.raises(UnreadableSource, match="no columns lon and lat"):
        read_layer(path)


def test_a_layer_without_reference_system_is_refused(tmp_path, squares):
    write_layer(squares, tmp_path / "squares.shp")
    (tmp_path / "squares.prj").unlink()
    with pytest.raises(UnknownCRS, match=r"add the \.prj file"):
        read_layer(tmp_path / "squares.shp")


def test_one_of_several_layers_must_be_named(tmp_path, squares):
    path = tmp_path / "two.gpkg"
    write_layers({"a": squares, "b": squares}, path)
    assert len(read_layer(path, "b")) == 3
    with pytest.raises(UnreadableSource, match="holds 2 layers"):
        read_layer(path)
    with pytest.raises(UnreadableSource, match="has no layer 'c'; it has a, b"):
        read_layer(path, "c")


@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".fgb", ".parquet", ".shp"])
def test_a_file_of_another_kind_is_refused_by_name(tmp_path, ending):
    path = tmp_path / f"words{ending}"
    path.write_text("these are words, not a map")
    with pytest.raises(UnreadableSource, match=f"words{ending}"):
        read_layer(path)


def test_unknown_endings_are_refused(tmp_path, squares):
    (tmp_path / "map.xyz").write_text("?")
    with pytest.raises(UnreadableSource, match=r"'\.xyz' isn't read"):
        read_layer(tmp_path / "map.xyz")
    with pytest.raises(BadInput, match=r"'\.xyz' isn't written"):
        write_layer(squares, tmp_path / "map.xyz")
    with pytest.raises(BadInput, match="holds only one"):
        write_layers({"a": squares}, tmp_path / "map.geojson")
    with pytest.raises(UnreadableSource, match="no GeoPackage"):
        read_layers(tmp_path / "map.xyz")
    (tmp_path / "hollow").mkdir()
    with pytest.raises(UnreadableSource, match=r"no \.parquet file"):
        read_layers(tmp_path / "hollow")

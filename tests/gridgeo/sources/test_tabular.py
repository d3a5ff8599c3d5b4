"""Every table of a file, whatever its format, with rows counted as the file counts them."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from gridgeo.errors import UnreadableSource
from gridgeo.sources import Sheet, read_tables, write_csv, write_layer, write_layers, write_workbook

TABLE = pd.DataFrame({"unit": ["a", "b"], "grid": ["1", "2"]})


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx", "t.gpkg", "t.parquet", "t.geojson", "t.fgb", "t.shp"])
def test_the_rows_of_every_format_are_counted(tmp_path, name):
    path = tmp_path / name
    if name == "t.csv":
        write_csv(TABLE, path)
    elif name == "t.xlsx":
        write_workbook({"t": Sheet(TABLE)}, path)
    else:
        write_layer(gpd.GeoDataFrame(TABLE, geometry=[Point(0, 0), Point(1, 1)], crs=4326), path, "t")
    tables = read_tables(path)
    assert list(tables) == ["t"]
    # A FlatGeobuf keeps its features in the order of their places.
    assert sorted(tables["t"]["unit"]) == ["a", "b"]
    assert tables["t"].index.tolist() == ([2, 3] if name in ("t.csv", "t.xlsx") else [1, 2])


def test_a_geopackage_of_plain_tables_gives_each_of_them(tmp_path):
    write_layers({"a": TABLE, "b": TABLE}, tmp_path / "t.gpkg")
    assert list(read_tables(tmp_path / "t.gpkg")) == ["a", "b"]


def test_names_that_look_like_dates_stay_names(tmp_path):
    frame = gpd.GeoDataFrame({"name": ["2024-01-01"]}, geometry=[Point(0, 0)], crs=4326)
    write_layer(frame, tmp_path / "t.geojson")
    assert read_tables(tmp_path / "t.geojson")["t"]["name"].tolist() == ["2024-01-01"]


@pytest.mark.parametrize(("name", "message"), [("t.xls", r"save it as \.xlsx"), ("t.docx", "isn't read; give one of")])
def test_a_kind_that_isnt_read_is_refused_with_the_mend(tmp_path, name, message):
    (tmp_path / name).write_text("x")
    with pytest.raises(UnreadableSource, match=message):
        read_tables(tmp_path / name)

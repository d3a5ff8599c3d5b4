"""Fields of ten letters, each with its meaning, and back to the columns they stand for."""

import geopandas as gpd
import pytest
from shapely import box

from gridgeo.plans.exchange.shapefiles import long_names, write_shapefile
from gridgeo.sources import read_csv, read_layer


@pytest.fixture
def frame():
    """Columns that would all be cut to the same ten letters, and one in Chinese."""
    columns = {"households_A": [1], "households_B": [2], "households": [3], "网格负责人姓名": ["王"], "unit": ["007"]}
    return gpd.GeoDataFrame(columns, geometry=[box(0, 0, 1, 1)], crs=4326)


def test_columns_that_would_be_cut_alike_get_fields_of_their_own_and_come_back(frame, tmp_path):
    write_shapefile(frame, tmp_path / "t.shp")
    layer = read_layer(tmp_path / "t.shp").drop(columns="geometry")
    assert layer.columns.is_unique
    assert all(len(name.encode()) <= 10 for name in layer.columns)
    back = layer.rename(columns=long_names(tmp_path / "t.shp", layer.columns))
    assert back.iloc[0].to_dict() == frame.drop(columns="geometry").iloc[0].to_dict()


def test_fields_that_are_always_short_are_known_without_the_legend(frame, tmp_path):
    write_shapefile(frame[["households", "geometry"]], tmp_path / "t.shp")
    legend = tmp_path / "t.legend.csv"
    assert read_csv(legend)["field"].tolist() == ["househlds"]
    legend.unlink()
    assert long_names(tmp_path / "t.shp", ["househlds", "other"]) == {"househlds": "households"}


def test_a_legend_of_another_kind_is_left_alone(tmp_path):
    (tmp_path / "t.legend.csv").write_text("colour,meaning\nred,fire\n")
    assert long_names(tmp_path / "t.shp", ["unit"]) == {}
    (tmp_path / "t.legend.csv").write_bytes(b"")
    assert long_names(tmp_path / "t.shp", ["unit"]) == {}

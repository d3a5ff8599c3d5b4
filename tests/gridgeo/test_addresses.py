import geopandas as gpd
import pytest
from shapely.geometry import Point, box

from gridgeo.addresses import with_addresses
from gridgeo.errors import BadInput
from gridgeo.schemas import JURISDICTION, check

CRS = 32632


@pytest.fixture
def buildings():
    """Three houses in a row, on an index of their own."""
    return gpd.GeoDataFrame(
        {"building": ["w2", "w1", "w3"]}, geometry=[box(0, 0, 9, 9), box(10, 0, 19, 9), box(20, 0, 29, 9)], index=[7, 3, 5], crs=CRS
    )  # fmt: skip


def tagged(rows, shapes):
    columns = ("id", "name", "addr:street", "addr:housenumber")
    return gpd.GeoDataFrame([dict(zip(columns, row, strict=True)) for row in rows], geometry=shapes, crs=CRS)


def test_addresses_come_from_the_building_and_from_points_inside_it(buildings):
    raw = tagged([("w1", "Town Hall", "Main Street", "4"), ("w2", None, None, None), ("w3", "School", "Main Street", None)],
                 [box(10, 0, 19, 9), box(0, 0, 9, 9), box(20, 0, 29, 9)])  # fmt: skip
    points = tagged([("n1", "Shop", "Side Street", "1"), ("n2", None, None, "2b"), ("n3", None, "Main Street", "4"), ("n4", None, "Far", "9")],
                    [Point(11, 1), Point(1, 1), Point(12, 2), Point(99, 99)])  # fmt: skip
    found = with_addresses(buildings, raw, points)
    assert found.index.tolist() == [7, 3, 5]
    assert found["addresses"].fillna("").tolist() == [
        "2b",
        "Main Street 4; Side Street 1",
        "",
    ]
    assert found["name"].fillna("").tolist() == ["", "Town Hall", "School"]


def test_a_map_without_any_address_gives_empty_columns(buildings):
    raw = gpd.GeoDataFrame({"id": ["w1"]}, geometry=[box(10, 0, 19, 9)], crs=CRS)
    points = gpd.GeoDataFrame(geometry=gpd.GeoSeries([], crs=CRS))
    found = with_addresses(buildings, raw, points)
    assert found[["name", "addresses"]].isna().all(axis=None)


def test_a_jurisdiction_may_do_without_these_columns_but_not_without_others(lattice):
    check(lattice.buildings, JURISDICTION["buildings"])
    with pytest.raises(BadInput, match="no column 'households'"):
        check(lattice.buildings.drop(columns="households"), JURISDICTION["buildings"])


def test_the_sample_map_tells_addresses(monaco):
    told = monaco.buildings["addresses"].dropna()
    assert len(told) > 200
    assert "Rue Grimaldi 6" in set("; ".join(told).split("; "))

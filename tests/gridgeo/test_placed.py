import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from gridgeo import crs
from gridgeo.errors import BadInput, UnknownCRS
from gridgeo.placed import placed
from towns import CRS, EAST, NORTH


@pytest.fixture
def table() -> pd.DataFrame:
    """Two places in the lattice town."""
    lon, lat = crs.transform([EAST + 50, EAST + 250], [NORTH + 50, NORTH + 150], CRS, 4326)
    return pd.DataFrame({"shop": ["a", "b"], "lon": lon, "lat": lat, "size": ["1", "2.5"]})


def test_rows_are_brought_onto_the_map(lattice, table):
    rows = placed(table, "shop", "shops", lattice)
    assert rows.ids == ["a", "b"]
    assert np.allclose(rows.xy, [[EAST + 50, NORTH + 50], [EAST + 250, NORTH + 150]], atol=0.01)
    assert rows.numbers("size").tolist() == [1.0, 2.5]
    assert rows.numbers("rent", 3.0).tolist() == [3.0, 3.0]


def test_a_layer_is_read_in_its_own_system(lattice, table):
    layer = gpd.GeoDataFrame(table[["shop"]], geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs=4326)
    assert np.allclose(
        placed(layer.to_crs(3035), "shop", "shops", lattice).xy, placed(table, "shop", "shops", lattice).xy
    )
    with pytest.raises(UnknownCRS, match="the shops declare no"):
        placed(layer.set_crs(None, allow_override=True), "shop", "shops", lattice)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.iloc[:0], "the table of shops is empty"),
        (lambda t: t.drop(columns="shop"), "the shops have no column 'shop'"),
        (lambda t: t.drop(columns="lon"), "the shops have no column 'lon'"),
        (lambda t: t.assign(shop=["a", "a"]), r"row 2 \('a'\), column 'shop': 'a'; it stands twice"),
        (lambda t: t.assign(shop=["a", None]), "row 2 .*the cell is empty; give each a name"),
        (lambda t: t.assign(lat=[43.7, "north"]), "row 2 .*'north'; give a number"),
        (lambda t: t.assign(lat=[43.7, 99]), "row 2 .*'99.0'; give degrees from -90 to 90"),
        (
            lambda t: t.rename(columns={"lon": "lat", "lat": "lon"}),
            r"row 1 \('a'\): lies .* km from Lattice; are lon and lat",
        ),
    ],
)
def test_a_row_that_cant_be_used_is_named(lattice, table, change, words):
    with pytest.raises(BadInput, match=words):
        placed(change(table), "shop", "shops", lattice)


def test_numbers_out_of_range_are_named(lattice, table):
    rows = placed(table.assign(size=["1", "-2"]), "shop", "shops", lattice)
    with pytest.raises(BadInput, match=r"shops, row 2 \('b'\), column 'size': '-2'; give a number of at least 0"):
        rows.numbers("size")
    with pytest.raises(BadInput, match="the shops have no column 'rent'"):
        rows.numbers("rent")

"""The encoding of a Shapefile is told by what its text says, not only by what its .cpg claims."""

import geopandas as gpd
import pytest
from shapely import box

from gridgeo.sources import read_layer
from gridgeo.sources.shapefiles import shapefile_encoding


@pytest.fixture
def written(tmp_path):
    """Writes a Shapefile with Chinese text in an encoding, and what its .cpg says (None: no .cpg)."""

    def write(encoding, cpg):
        frame = gpd.GeoDataFrame({"网格": ["东街", "西街·一号"]}, geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)], crs=4326)
        path = tmp_path / "town.shp"
        frame.to_file(path, encoding=encoding)
        path.with_suffix(".cpg").unlink(missing_ok=True)
        if cpg is not None:
            path.with_suffix(".cpg").write_text(cpg)
        return path

    return write


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK", "GB18030"])
@pytest.mark.parametrize("cpg", [None, "right", "OEM", "UTF-8", "936", "nonsense", ""])
def test_chinese_is_read_whatever_the_cpg_claims(written, encoding, cpg):
    path = written(encoding, encoding if cpg == "right" else cpg)
    if encoding == "UTF-8" and cpg == "936":
        # These bytes happen to be GBK as well: then the .cpg is believed.
        assert shapefile_encoding(path) in ("gbk", "utf-8")
        return
    layer = read_layer(path)
    assert layer["网格"].tolist() == ["东街", "西街·一号"]


def test_another_declared_encoding_is_kept(tmp_path):
    frame = gpd.GeoDataFrame({"name": ["Müller"]}, geometry=[box(0, 0, 1, 1)], crs=4326)
    frame.to_file(tmp_path / "town.shp", encoding="cp1252")
    assert shapefile_encoding(tmp_path / "town.shp") == "cp1252"
    assert read_layer(tmp_path / "town.shp")["name"].tolist() == ["Müller"]


def test_a_character_cut_off_by_the_width_of_the_field_is_no_other_encoding(tmp_path):
    frame = gpd.GeoDataFrame({"name": ["街"]}, geometry=[box(0, 0, 1, 1)], crs=4326)
    frame.to_file(tmp_path / "town.shp", encoding="UTF-8")
    table = tmp_path / "town.dbf"
    data = bytearray(table.read_bytes())
    data[data.rindex("街".encode()) + 2] = 0x20
    table.write_bytes(data)
    (tmp_path / "town.cpg").unlink()
    assert shapefile_encoding(tmp_path / "town.shp") == "utf-8"


@pytest.mark.parametrize("size", [0, 10, 40, 70])
def test_a_damaged_table_has_no_encoding_and_no_traceback(tmp_path, size):
    frame = gpd.GeoDataFrame({"name": ["东街"], "other": ["西"]}, geometry=[box(0, 0, 1, 1)], crs=4326)
    frame.to_file(tmp_path / "town.shp")
    table = tmp_path / "town.dbf"
    table.write_bytes(table.read_bytes()[:size])
    assert shapefile_encoding(tmp_path / "town.shp") in (None, "utf-8")
    table.unlink()
    assert shapefile_encoding(tmp_path / "town.shp") is None

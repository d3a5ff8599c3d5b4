import geopandas as gpd
import pandas as pd
import pytest
import shapely

from gridgeo.errors import BadInput
from gridgeo.sources import read_answer, read_layer, write_answer, write_layers

LINES = gpd.GeoDataFrame({"name": ["东街"]}, geometry=[shapely.LineString([(0, 0), (1, 1)])], crs=32632)
DIARY = pd.DataFrame({"day": [1, 2]})


def test_an_answer_comes_back_with_how_it_was_made(tmp_path):
    write_answer({"lines": LINES, "diary": DIARY}, {"seed": 7, "note": "网格"}, tmp_path / "a.gpkg")
    tables, meta = read_answer(tmp_path / "a.gpkg", ("lines", "diary"), "answer", "make it")
    assert list(tables) == ["lines", "diary"]
    assert tables["lines"]["name"].tolist() == ["东街"]
    assert tables["diary"]["day"].tolist() == [1, 2]
    assert meta == {"seed": 7, "note": "网格"}


def test_another_map_file_holds_the_first_table_alone(tmp_path):
    write_answer({"lines": LINES, "diary": DIARY}, {}, tmp_path / "a.geojson")
    assert read_layer(tmp_path / "a.geojson")["name"].tolist() == ["东街"]


@pytest.mark.parametrize(
    ("meta", "message"),
    [
        (None, "holds no answer: layer diary, meta is missing; make it"),
        (pd.DataFrame({"meta": ["{"]}), "can't be read"),
        (pd.DataFrame({"other": ["{}"]}), "can't be read"),
        (pd.DataFrame({"meta": ["[]"]}), "holds no object"),
    ],
)
def test_a_file_that_holds_something_else_is_refused_by_what_is_missing(tmp_path, meta, message):
    more = {} if meta is None else {"diary": DIARY, "meta": meta}
    write_layers({"lines": LINES, **more}, tmp_path / "a.gpkg")
    with pytest.raises(BadInput, match=message):
        read_answer(tmp_path / "a.gpkg", ("lines", "diary"), "answer", "make it")

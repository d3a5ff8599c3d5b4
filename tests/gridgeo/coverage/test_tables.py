import pandas as pd
import pytest

from gridgeo.coverage import read_coverage, street_coverage
from gridgeo.errors import BadInput
from gridgeo.sources import read_layer, write_layers
from tracks import track_along


@pytest.fixture(scope="module")
def done(plan, round_walk):
    """The coverage of one round."""
    return street_coverage(plan, track_along(round_walk, plan.jurisdiction.crs, seed=5, gaps=0))


def test_what_is_written_is_read_again(done, tmp_path):
    done.to_file(tmp_path / "c.gpkg")
    again = read_coverage(tmp_path / "c.gpkg")
    for name, table in done.tables().items():
        other = again.tables()[name]
        plain = [column for column in table.columns if column != "geometry"]
        pd.testing.assert_frame_equal(pd.DataFrame(table[plain]), pd.DataFrame(other[plain]))
    assert again.meta == done.meta
    assert again.figures() == done.figures()


def test_the_layer_of_streets_goes_into_any_map_file(done, tmp_path):
    done.to_file(tmp_path / "c.geojson")
    streets = read_layer(tmp_path / "c.geojson")
    assert len(streets) == len(done.streets)
    assert {"last_pass", "passes", "gap_days"} <= set(streets.columns)


def test_another_file_is_refused(done, tmp_path):
    write_layers({"coverage": done.streets}, tmp_path / "x.gpkg")
    with pytest.raises(BadInput, match="holds no coverage: layer walked"):
        read_coverage(tmp_path / "x.gpkg")

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gridgeo.errors import UnreadableSource
from gridgeo_server.town import Town, plain, read_town


def test_a_folder_is_read_back_as_it_was_written(town: Town, tmp_path: Path) -> None:
    from gridgeo.sources import write_jurisdiction

    write_jurisdiction(town.jurisdiction, tmp_path / "town.gpkg")
    town.plan.to_file(tmp_path / "plan.gpkg")
    found = read_town(tmp_path)
    assert found.summary() == town.summary()
    assert found.planned is None
    assert found.grids.drop(columns="geometry").equals(town.grids.drop(columns="geometry"))


def test_coverage_in_the_folder_is_served_as_a_layer_of_streets(town: Town, tmp_path: Path) -> None:
    from gridgeo.coverage import Coverage
    from gridgeo.coverage.tables import layer
    from gridgeo.sources import write_jurisdiction
    from gridgeo_server.layers.features import still_collections

    crs = town.jurisdiction.crs
    street = town.jurisdiction.road_edges.iloc[[0]][["street", "name", "highway", "length_m", "geometry"]]
    streets = street.assign(
        grid="01", counts_as="metres", planned=2, passes=1, covered=0.75, last_pass="2026-12-01 09:30", gap_days=0.5
    )
    none = {name: layer(name, pd.DataFrame(), crs) for name in ("walked", "passes", "weeks", "stays")}
    write_jurisdiction(town.jurisdiction, tmp_path / "town.gpkg")
    town.plan.to_file(tmp_path / "plan.gpkg")
    Coverage(layer("coverage", streets, crs), **none).to_file(tmp_path / "coverage.gpkg")
    found = still_collections(read_town(tmp_path))["coverage"]
    assert [(one["planned"], one["passes"], one["covered"]) for one in found.properties] == [(2, 1, 0.75)]
    assert still_collections(town)["coverage"].properties == []
    assert still_collections(town)["coverage"].fields[:2] == ("street", "grid")


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="is no folder"):
        read_town(tmp_path / "none")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.int64(3), 3),
        (np.float64(0.5), 0.5),
        (float("nan"), None),
        (float("inf"), None),
        (pd.NA, None),
        (None, None),
        (np.bool_(True), True),
        ("a", "a"),
        ([1, 2], [1, 2]),
    ],
)
def test_values_of_tables_become_json_values(value: object, expected: object) -> None:
    found = plain(value)
    assert found == expected
    assert type(found) is type(expected)

import dataclasses

import geopandas as gpd
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal

from gridgeo.errors import BadInput, UnreadableSource
from gridgeo.plans.plan import Plan
from gridgeo.routes import patrol_routes, read_routes
from gridgeo.sources import write_layers


def test_routes_come_back_from_a_geopackage_as_they_were(islanded: Plan, tmp_path):
    routes = patrol_routes(islanded, shift_min=30)
    routes.to_file(tmp_path / "patrols.gpkg")
    again = read_routes(tmp_path / "patrols.gpkg")
    assert again.meta == routes.meta
    for name in ("routes", "stops", "unserved"):
        assert_geodataframe_equal(
            getattr(again, name), getattr(routes, name), check_dtype=False, check_less_precise=True
        )


def test_the_same_routes_make_the_same_file(plan: Plan, tmp_path):
    for name in ("a.gpkg", "b.gpkg"):
        patrol_routes(plan).to_file(tmp_path / name)
    assert (tmp_path / "a.gpkg").read_bytes() == (tmp_path / "b.gpkg").read_bytes()


def test_lines_go_into_geojson_in_degrees(plan: Plan, tmp_path):
    patrol_routes(plan).to_file(tmp_path / "patrols.geojson")
    lines = gpd.read_file(tmp_path / "patrols.geojson")
    assert lines.crs.to_epsg() == 4326
    assert set(lines["grid"]) == {"01", "02", "03", "04"}


def test_figures_and_summary_agree_with_the_tables(plan: Plan):
    routes = patrol_routes(plan, shift_min=30)
    figures, summary = routes.figures(), routes.summary()
    assert figures["routes"] == len(summary) == len(routes.routes)
    assert figures["stops"] == summary["stops"].sum() == len(routes.stops)
    assert figures["km"] == pytest.approx(summary["length_m"].sum() / 1000, abs=0.001 * len(summary))


def test_a_file_without_routes_is_refused_by_name(plan: Plan, tmp_path):
    write_layers({"grids": plan.grids}, tmp_path / "other.gpkg")
    with pytest.raises(BadInput, match=r"other\.gpkg: holds no routes: layer routes, stops, unserved, meta is missing"):
        read_routes(tmp_path / "other.gpkg")
    with pytest.raises(UnreadableSource):
        read_routes(tmp_path / "nothing.gpkg")


def test_a_broken_table_is_refused_by_name(plan: Plan, tmp_path):
    routes = patrol_routes(plan)
    broken = dataclasses.replace(routes, stops=routes.stops.drop(columns="arrive_min"))
    broken.to_file(tmp_path / "patrols.gpkg")
    with pytest.raises(BadInput, match="table 'stops' has no column 'arrive_min'"):
        read_routes(tmp_path / "patrols.gpkg")
    tables = {name: getattr(routes, name) for name in ("routes", "stops", "unserved")}
    write_layers(tables | {"meta": pd.DataFrame({"meta": ["{"]})}, tmp_path / "meta.gpkg")
    with pytest.raises(BadInput, match="table 'meta' can't be read"):
        read_routes(tmp_path / "meta.gpkg")

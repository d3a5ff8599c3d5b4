"""One number travels: the households of a building, from the map to the tile and to who is sent."""

import math
import shutil

import mapbox_vector_tile
import pytest
from fastapi.testclient import TestClient

from gridgeo.plans import read_plan
from gridgeo.plans.partitioning import build_problem, partition
from gridgeo.sources import read_jurisdiction
from gridgeo_server.app import create_app
from gridgeo_server.settings import Settings


@pytest.fixture(scope="module")
def folder(monaco, monaco_file, tmp_path_factory):
    """The sample with a plan of six grids, as `gridgeo serve` finds it."""
    path = tmp_path_factory.mktemp("served")
    shutil.copy(monaco_file, path / "town.gpkg")
    partition(monaco, 6, balance={"households": 0.25}).to_file(path / "plan.gpkg")
    return path


def test_no_household_is_lost_or_counted_twice_from_file_to_tile_to_case(folder):
    town = read_jurisdiction(folder / "town.gpkg")
    plan = read_plan(folder / "plan.gpkg", town)
    total = int(town.buildings["households"].sum())
    weights = next(m.weights for m in build_problem(town, plan.rules).measures if m.name == "households")
    assert int(town.units["households"].sum()) == int(weights.sum()) == int(plan.grids["households"].sum()) == total

    with TestClient(create_app(Settings(data=folder)), base_url="http://127.0.0.1") as client:
        items = client.get("/ogc/collections/grids/items", params={"limit": 1000}).json()["features"]
        served = {item["properties"]["grid"]: item["properties"]["households"] for item in items}
        assert sum(served.values()) == total

        west, south, east, north = client.get("/api/v1/board").json()["jurisdiction"]["bounds"]
        drawn = {}
        for y, x in _tiles(west, south, east, north, zoom=12):
            answer = client.get(f"/ogc/collections/grids/tiles/WebMercatorQuad/12/{y}/{x}")
            if answer.status_code == 200:
                for feature in mapbox_vector_tile.decode(answer.content)["grids"]["features"]:
                    drawn[feature["properties"]["grid"]] = feature["properties"]["households"]
        assert drawn == served

        category = client.get("/api/v1/board").json()["categories"][0]["category"]
        for item in items:
            place = {"lon": item["properties"]["label_lon"], "lat": item["properties"]["label_lat"]}
            case = client.post("/api/v1/cases", json={"category": category} | place).json()
            assert served[case["grid"]] == item["properties"]["households"]
            assert case["grid"] == item["properties"]["grid"]


def _tiles(west, south, east, north, zoom):
    n = 2**zoom

    def row(lat):
        return int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n)

    columns = range(int((west + 180) / 360 * n), int((east + 180) / 360 * n) + 1)
    return [(y, x) for y in range(row(north), row(south) + 1) for x in columns]

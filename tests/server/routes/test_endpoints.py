from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from fastapi.testclient import TestClient
from shapely import LineString, Point

from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from gridgeo_server.app import create_app
from gridgeo_server.settings import Settings
from gridgeo_server.town import RouteTables, Town
from server.offices import people_of
from server.plans.conftest import quartered
from towns import CRS, EAST, NORTH, lattice_town


@pytest.fixture
def routed(tmp_path: Path, town: Town) -> Iterator[TestClient]:
    """The lattice town with one patrol and one visit round."""
    line = LineString([(EAST, NORTH), (EAST + 200, NORTH), (EAST + 200, NORTH + 100)])
    routes = gpd.GeoDataFrame(
        {
            "route": ["04-P1", "04-V1"],
            "grid": "04",
            "kind": ["patrol", "visits"],
            "mode": "foot",
            "minutes": [12.5, 30.0],
            "length_m": 300.0,
            "service_m": [300.0, 0.0],
            "stops": [2, 0],
        },
        geometry=[line, line],
        crs=CRS,
    )
    stops = gpd.GeoDataFrame(
        {"route": "04-P1", "order": [1, 0], "what": ["b", "a"], "name": ["Row 7", None], "arrive_min": [3.0, 0.0], "leave_min": [6.0, 3.0]},
        geometry=[Point(EAST + 200, NORTH), Point(EAST, NORTH)],
        crs=CRS,
    )  # fmt: skip
    app = create_app(Settings(data=tmp_path), Town(town.plan, RouteTables(routes, stops)))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


def test_routes_are_listed_and_filtered_by_grid_and_kind(routed: TestClient) -> None:
    assert [one["route"] for one in routed.get("/api/v1/routes").json()["routes"]] == ["04-P1", "04-V1"]
    assert [one["route"] for one in routed.get("/api/v1/routes?kind=patrol").json()["routes"]] == ["04-P1"]
    assert routed.get("/api/v1/routes?grid=01").json() == {"routes": []}
    assert routed.get("/api/v1/routes?kind=dance").status_code == 422


def test_a_route_has_its_line_in_degrees_and_its_stops_in_order(routed: TestClient) -> None:
    found = routed.get("/api/v1/routes/04-P1").json()
    assert found["geometry"]["type"] == "LineString"
    assert found["geometry"]["coordinates"][0] == pytest.approx([7.4107, 43.7290], abs=1e-3)
    assert [stop["what"] for stop in found["stop_list"]] == ["a", "b"]
    assert found["stop_list"][0]["name"] is None
    assert found["stop_list"][1]["geometry"]["type"] == "Point"
    assert routed.get("/api/v1/routes/none").status_code == 404
    assert routed.get("/ogc/collections/routes/items").json()["numberMatched"] == 2


def test_a_town_without_routes_says_so_by_an_empty_list(client: TestClient) -> None:
    assert client.get("/api/v1/routes").json() == {"routes": []}
    assert client.get("/api/v1/routes/x").status_code == 404


@pytest.fixture
def dated(tmp_path: Path, town: Town) -> Iterator[TestClient]:
    """The lattice town with rounds of two officers on a day, of three visits."""
    line = LineString([(EAST, NORTH), (EAST + 200, NORTH)])
    about = {"kind": "visits", "mode": "foot", "minutes": 60.0, "length_m": 200.0, "service_m": 0.0}
    routes = gpd.GeoDataFrame(
        {
            "route": ["Li-1", "Zhou-1"],
            "grid": ["03", "04"],
            "officer": ["Li", "Zhou"],
            "date": "2026-12-01",
            "shift_from": ["08:00", "09:00"],
            "stops": [2, 1],
            **about,
        },
        geometry=[line, line],
        crs=CRS,
    )
    stops = gpd.GeoDataFrame(
        {
            "route": ["Li-1", "Li-1", "Zhou-1"],
            "order": [0, 1, 0],
            "what": ["a", "b", "c"],
            "name": ["Row 7", None, "Mill"],
            "arrive_min": [5.0, 30.0, 0.0],
            "wait_min": [0.0, 10.0, 0.0],
            "leave_min": [20.0, 60.0, 15.0],
        },
        geometry=[Point(EAST, NORTH), Point(EAST + 200, NORTH), Point(EAST, NORTH)],
        crs=CRS,
    )
    app = create_app(Settings(data=tmp_path), Town(town.plan, RouteTables(routes, stops)))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


def test_an_officer_is_told_the_visits_ahead_first_the_one_that_goes_on(dated: TestClient) -> None:
    def ahead(clock: str, **wanted: str) -> list[tuple[str, str, bool]]:
        told = dated.get("/api/v1/routes/next", params={"at": f"2026-12-01T{clock}:00", **wanted}).json()
        return [(one["what"], one["begin"], one["going_on"]) for one in told["stops"]]

    assert ahead("07:00", officer="Li") == [("a", "08:05", False), ("b", "08:40", False)]
    assert ahead("08:10", officer="Li") == [("a", "08:05", True), ("b", "08:40", False)]
    assert ahead("08:20", officer="Li") == [("b", "08:40", False)]
    assert ahead("08:20") == [("b", "08:40", False), ("c", "09:00", False)]
    assert ahead("08:20", grid="04", limit="1") == [("c", "09:00", False)]
    assert ahead("10:00") == []


def test_nobody_has_visits_ahead_on_a_day_without_rounds(dated: TestClient, routed: TestClient) -> None:
    assert dated.get("/api/v1/routes/next?at=2026-12-02T07:00:00").json()["stops"] == []
    assert routed.get("/api/v1/routes/next?at=2026-12-01T07:00:00").json()["stops"] == []
    assert dated.get("/api/v1/routes/next?at=noon").status_code == 422
    assert dated.get("/api/v1/routes/next?limit=0").status_code == 422


def test_rounds_of_a_day_are_listed_with_officer_and_the_days_that_have_any(
    dated: TestClient, routed: TestClient
) -> None:
    told = dated.get("/api/v1/routes?on=2026-12-01").json()
    assert [(one["route"], one["officer"], one["date"]) for one in told["routes"]] == [
        ("Li-1", "Li", "2026-12-01"),
        ("Zhou-1", "Zhou", "2026-12-01"),
    ]
    assert dated.get("/api/v1/routes?on=2026-12-02").json() == {"routes": [], "days": ["2026-12-01", "2026-12-01"]}
    # Routes without dates are of any day.
    told = routed.get("/api/v1/routes?on=2026-12-02&kind=visits").json()
    assert ([one["route"] for one in told["routes"]], told["days"]) == (["04-V1"], [])
    assert routed.get("/api/v1/routes/04-P1").json()["stop_list"][0]["begin"] is None
    assert dated.get("/api/v1/routes?on=soon").status_code == 422


def test_who_speaks_for_an_area_is_told_of_its_routes_stops_and_coverage_alone(tmp_path: Path) -> None:
    plan = Plan(lattice_town(8, 12), pd.Series(quartered()).rename_axis("unit"), Rules(k=8, within="quarter"))
    homes = plan.grids.set_index("area")["grid"].astype(str)
    west, east = homes.loc["west"].iloc[0], homes.loc["east"].iloc[0]
    line = LineString([(EAST, NORTH), (EAST + 200, NORTH)])
    shifts = {"date": "2026-11-18", "officer": ["a", "b"], "shift_from": "08:00", "shift_to": "12:00"}
    measures = {"mode": "foot", "minutes": 12.0, "length_m": 300.0, "service_m": 0.0, "stops": 1}
    named = {"route": ["W-V1", "E-V1"], "grid": [west, east], "kind": "visits", **measures, **shifts}
    routes = gpd.GeoDataFrame(named, geometry=[line, line], crs=CRS)
    doors = {"route": ["W-V1", "E-V1"], "order": 0, "what": "visit", "name": ["Row 1", "Row 9"]}
    times = {"arrive_min": 3.0, "leave_min": 6.0}
    stops = gpd.GeoDataFrame({**doors, **times}, geometry=[Point(EAST, NORTH)] * 2, crs=CRS)
    covered = gpd.GeoDataFrame({"street": [1, 2], "grid": [west, east]}, geometry=[line, line], crs=CRS)
    town = Town(plan, RouteTables(routes, stops), covered)
    with TestClient(create_app(Settings(data=tmp_path, auth="required"), town), base_url="http://127.0.0.1") as client:
        people = people_of(client)
        people.join("planner of the west", "planner", area="west")
        for who, seen in (("planner", {west, east}), ("planner of the west", {west})):
            assert {one["grid"] for one in people.get(who, "/routes")["routes"]} == seen
            next_ = people.get(who, "/routes/next?at=2026-11-18T08:00")["stops"]
            assert {one["name"] for one in next_} == ({"Row 1", "Row 9"} if east in seen else {"Row 1"})
            assert people.ask(who, "GET", "/routes/E-V1").status_code == (200 if east in seen else 404)
            for layer in ("routes", "coverage"):
                found = people.get(who, f"/ogc/collections/{layer}/items")
                assert {one["properties"]["grid"] for one in found["features"]} == seen
                assert people.get(who, f"/ogc/collections/{layer}/items?grid={east}")["numberMatched"] == (east in seen)

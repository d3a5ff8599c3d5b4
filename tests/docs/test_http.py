"""What the server really answers has the fields that the HTTP reference names, no more and no fewer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from boards import lattice_plan
from gridgeo.crs import to_wgs84
from gridgeo.routes import patrol_routes
from gridgeo_server.app import create_app
from gridgeo_server.settings import Settings
from gridgeo_server.town import RouteTables, Town

Section = Callable[[str, str], str]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A server of the lattice town with its patrols."""
    plan = lattice_plan()
    patrols = patrol_routes(plan)
    town = Town(plan, RouteTables(patrols.routes, patrols.stops))
    app = create_app(Settings(data=tmp_path_factory.mktemp("served")), town)
    with TestClient(app, base_url="http://127.0.0.1") as made:
        yield made


@pytest.fixture(scope="module")
def case(client: TestClient) -> dict[str, Any]:
    """A case in the middle of the town, with its events."""
    place = to_wgs84(lattice_plan().jurisdiction.boundary).geometry.iloc[0].representative_point()
    report = {"category": "street_lamp", "lon": place.x, "lat": place.y}
    answer = client.post("/api/v1/cases", json=report)
    assert answer.status_code == 201
    return dict(client.get(f"/api/v1/cases/{answer.json()['case']}").json())


@pytest.fixture(scope="module")
def fields(section: Section) -> Callable[[str], set[str]]:
    """Names in the first column of the table under a heading."""

    def read(heading: str) -> set[str]:
        rows = re.findall(r"^\| (`[^|]+) \|", section("reference/http.md", heading), re.MULTILINE)
        return {name for row in rows for name in re.findall(r"`(\w+)`", row)}

    return read


def test_a_case_has_the_fields_that_are_named(case: dict[str, Any], fields: Callable[[str], set[str]]) -> None:
    assert set(case) == fields("Case") | fields("Case in full")


def test_a_likely_duplicate_has_the_fields_that_are_named(
    client: TestClient, case: dict[str, Any], fields: Callable[[str], set[str]]
) -> None:
    asked = {"category": case["category"], "lon": case["lon"], "lat": case["lat"]}
    (alike,) = client.get("/api/v1/cases/duplicates", params=asked).json()["cases"]
    assert set(alike) == fields("Likely duplicate")


def test_indicators_of_a_period_have_the_fields_that_are_named(
    client: TestClient, fields: Callable[[str], set[str]]
) -> None:
    row = client.get("/api/v1/indicators", params={"by": "grid"}).json()["rows"][0]
    assert set(row) == fields("Indicators of a period")
    assert {*row["figures"], *row["rates"]} == fields("Figures")


def test_an_event_has_the_fields_that_are_named(case: dict[str, Any], fields: Callable[[str], set[str]]) -> None:
    assert [event["action"] for event in case["events"]] == ["report", "accept", "dispatch"]
    for event in case["events"]:
        assert set(event) == fields("Event")


def test_an_officer_has_the_fields_that_are_named(client: TestClient, fields: Callable[[str], set[str]]) -> None:
    officers = client.get("/api/v1/responders").json()["responders"]
    assert officers
    assert set(officers[0]) == fields("Officer")


def test_a_candidate_has_the_fields_that_are_named(
    client: TestClient, case: dict[str, Any], fields: Callable[[str], set[str]]
) -> None:
    answer = client.get(f"/api/v1/cases/{case['case']}/candidates").json()
    assert set(answer) == {"candidates", "not_offered"}
    assert set(answer["candidates"][0]) == fields("Candidate")


def test_the_board_has_the_fields_that_are_named(
    client: TestClient, fields: Callable[[str], set[str]], section: Section
) -> None:
    board = client.get("/api/v1/board").json()
    assert set(board) == fields("Board")
    told = section("reference/http.md", "Board")
    inner = {*board["jurisdiction"], *board["plan"], *board["plan"]["measures"]["households"]}
    assert [name for name in sorted(inner) if f"`{name}`" not in told] == []


def test_the_indicators_are_those_that_are_named(client: TestClient, fields: Callable[[str], set[str]]) -> None:
    assert set(client.get("/api/v1/indicators").json()) == fields("Indicators")


def test_a_route_has_the_fields_that_are_named(
    client: TestClient, fields: Callable[[str], set[str]], section: Section
) -> None:
    route = client.get("/api/v1/routes").json()["routes"][0]
    assert set(route) == fields("Route")
    whole = client.get(f"/api/v1/routes/{route['route']}").json()
    told = section("reference/http.md", "Route")
    assert set(whole) == set(route) | {"geometry", "stop_list"}
    assert [name for name in whole["stop_list"][0] if f"`{name}`" not in told] == []


def test_the_layers_of_the_tiles_are_those_that_are_named(
    client: TestClient, fields: Callable[[str], set[str]]
) -> None:
    tiles = client.get("/ogc/tiles/WebMercatorQuad?f=tilejson").json()
    assert {layer["id"] for layer in tiles["vector_layers"]} == fields("Layers of the tiles")


def test_the_collections_are_those_that_are_named(client: TestClient, fields: Callable[[str], set[str]]) -> None:
    collections = client.get("/ogc/collections").json()["collections"]
    assert {one["id"] for one in collections} <= fields("Collections")
    assert len(collections) > 5


def test_the_properties_of_a_grid_are_documented(client: TestClient, section: Section) -> None:
    told = section("reference/http.md", "Collections") + section_of_files(section)
    feature = client.get("/ogc/collections/grids/items?limit=1").json()["features"][0]
    assert [name for name in feature["properties"] if f"`{name}`" not in told] == []


def section_of_files(section: Section) -> str:
    return section("reference/files.md", "grids")


def test_an_error_is_a_problem_that_is_named(client: TestClient, section: Section) -> None:
    answer = client.post("/api/v1/cases", json={"category": "street_lamp", "lon": 0, "lat": 0})
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert f"| {answer.status_code} | `{problem['type']}` |" in section("reference/http.md", "Problems")
    assert {"type", "title", "status", "detail"} <= set(problem)


def test_the_demos_server_needs_only_the_files_that_are_named(section: Section) -> None:
    told = section("reference/commands.md", "gridgeo demo")
    from gridgeo_server import demo

    named = set(re.findall(r"\w+\.(?:gpkg|html|csv)", Path(str(demo.__file__)).read_text(encoding="utf-8")))
    assert named
    assert [name for name in sorted(named) if f"`{name}`" not in told] == []


@pytest.fixture(scope="module")
def planner(client: TestClient) -> dict[str, str]:
    """The header of an administrator's key."""
    from datetime import UTC, datetime

    from gridgeo_server.auth import keys, store

    identifier, secret, token = keys.new_token()
    key = keys.Key(identifier, "Admin", "admin", datetime.now(UTC))
    opened = client.app.state.gridgeo.store  # type: ignore[attr-defined]
    opened.write(lambda transaction: store.insert(transaction.connection, key, keys.hashed(secret)))
    return {"Authorization": f"Bearer {token}"}


def test_a_plan_and_its_events_have_the_fields_that_are_named(
    client: TestClient, fields: Callable[[str], set[str]], section: Section
) -> None:
    first = client.get("/api/v1/plans").json()["plans"][-1]
    assert set(first) == fields("Plan")
    whole = client.get(f"/api/v1/plans/{first['plan']}").json()
    assert set(whole) == set(first) | {"events", "conflicts"}
    assert set(whole["events"][0]) == fields("Event of a plan")
    told = section("reference/http.md", "Plan")
    inner = {*first["measures"], *first["measures"]["spread"]["households"], *first["periods"][0], *first["steps"][0]}
    assert [name for name in sorted(inner) if f"`{name}`" not in told] == []


def test_comments_and_parts_have_the_fields_that_are_named(
    client: TestClient, planner: dict[str, str], fields: Callable[[str], set[str]], section: Section
) -> None:
    made = client.post("/api/v1/plans", json={"name": "Draft", "copy_of": _first(client)}, headers=planner).json()
    path = f"/api/v1/plans/{made['plan']}"
    comment = client.post(f"{path}/comments", json={"text": "Why?", "grid": "01"}, headers=planner).json()
    assert set(comment) == fields("Comment")
    part = {"area": "west", "assignment": {"U000": "02"}}
    assert set(client.post(f"{path}/proposals", json=part, headers=planner).json()) == fields("Part of an area")
    told = section("reference/http.md", "Part of an area")
    conflicts = client.get(f"{path}/proposals").json()["conflicts"]
    assert {"unclaimed", "broken"} <= {one["kind"] for one in conflicts}
    assert [name for one in conflicts for name in (*one, one["kind"]) if f"`{name}`" not in told] == []


def test_a_comparison_has_the_fields_that_are_named(
    client: TestClient, fields: Callable[[str], set[str]], section: Section
) -> None:
    plan = _first(client)
    assert set(client.get(f"/api/v1/plans/{plan}/compare/{plan}").json()) == fields("Comparison")


def test_a_grid_of_the_register_has_the_fields_that_are_named(
    client: TestClient, case: dict[str, Any], fields: Callable[[str], set[str]], section: Section
) -> None:
    told = section("reference/http.md", "Grid of the register")
    grid = client.get("/api/v1/register/grids/01").json()
    assert set(grid) == fields("Grid of the register") | {"on", "history", "revision"}
    located = client.get(f"/api/v1/register/locate?lon={case['lon']}&lat={case['lat']}").json()["grids"][0]
    assert [name for name in located if f"`{name}`" not in told] == []


def _first(client: TestClient) -> str:
    return str(client.get("/api/v1/plans").json()["plans"][-1]["plan"])

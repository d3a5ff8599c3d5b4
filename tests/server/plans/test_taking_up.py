"""A running server serves what comes into force, on the day and by a step, whole and without a restart."""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pandas as pd
import pytest
from fastapi.testclient import TestClient

import gridgeo_server.app as app_module
from gridgeo import crs
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from gridgeo_server.app import create_app
from gridgeo_server.live.audiences import Audience
from gridgeo_server.live.hub import Viewer
from gridgeo_server.plans.taking_up import held_on, settle_and_take_up, take_up
from gridgeo_server.settings import Settings
from gridgeo_server.state import State
from gridgeo_server.town import Town
from server.plans.conftest import Office, make_key, quartered

FIRST, TODAY, TOMORROW = "P-2026-001", "2026-11-18", "2026-11-19"


def _state(office: Office) -> State:
    found = office.client.app.state.gridgeo  # type: ignore[attr-defined]
    assert isinstance(found, State)
    return found


def _merged(shift: int = 1) -> dict[str, str]:
    """N2 is merged into N1: seven grids are left."""
    return {unit: {"N2": "N1"}.get(grid, grid) for unit, grid in quartered(shift).items()}


def _approved(office: Office, assignment: dict[str, str]) -> str:
    plan = str(office.ask("planner", "POST", "/plans", json={"name": "x", "assignment": assignment}).json()["plan"])
    for to in ("proposed", "consulted", "approved"):
        assert office.move("admin", plan, to).status_code == 200
    return plan


def _place(town: Town, unit: str) -> tuple[float, float]:
    spot = town.jurisdiction.units.set_index("unit").geometry[unit].centroid
    lon, lat = crs.transform(spot.x, spot.y, town.jurisdiction.crs, crs.WGS84)
    return round(float(lon), 7), round(float(lat), 7)


def _everywhere(office: Office, town: Town, unit: str) -> dict[str, Any]:
    """What each part of the server says of the grids and of the place of a unit."""
    lon, lat = _place(town, unit)
    case = office.client.post("/api/v1/cases", json={"category": "noise", "lon": lon, "lat": lat}).json()
    grids = office.client.get("/ogc/collections/grids/items").json()["features"]
    units = office.client.get(f"/ogc/collections/units/items?unit={unit}").json()["features"]
    return {
        "board": office.client.get("/api/v1/board").json()["plan"]["k"],
        "ready": office.client.get("/readyz").json()["grids"],
        "zero": office.client.get("/api/v1/indicators").json()["grids_at_zero"] + 1,
        "grids": len(grids),
        "unit": units[0]["properties"]["grid"],
        "case": case["grid"],
        "owner": case["owner"],
        "register": office.ask(None, "GET", f"/register/locate?lon={lon}&lat={lat}").json()["grids"][0]["grid"],
    }


def _tile(office: Office) -> list[dict[str, Any]]:
    """Properties of the grids in the one tile that holds the town."""
    x, y = _tile_at(office)
    answer = office.client.get(f"/ogc/collections/grids/tiles/WebMercatorQuad/12/{y}/{x}")
    assert answer.status_code == 200
    return [one["properties"] for one in mapbox_vector_tile.decode(answer.content)["grids"]["features"]]


def _tile_at(office: Office) -> tuple[int, int]:
    west, south, east, north = _state(office).fresh().town.bounds
    lon, lat = (west + east) / 2, math.radians((south + north) / 2)
    return int((lon + 180) / 360 * 2**12), int((1 - math.asinh(math.tan(lat)) / math.pi) / 2 * 2**12)


def _all(count: int, grid: str) -> dict[str, Any]:
    counts = dict.fromkeys(("board", "ready", "zero", "grids"), count)
    return {**counts, "unit": grid, "case": grid, "owner": f"officer-{grid}", "register": grid}


@contextmanager
def _heard(office: Office) -> Iterator[list[tuple[str, Any]]]:
    """What a viewer of the stream is told meanwhile, up to the officers of a new plan: name and values of every event."""
    hub, told = _state(office).hub, []
    viewer = Viewer(seen=hub.sequence)
    hub.join(viewer)
    yield told
    deadline, wire = time.monotonic() + 30, b""
    # Moves are gathered: those of what was done before the plan may be told ahead of it.
    while b"event: responder" not in wire.partition(b"event: plan")[2] and time.monotonic() < deadline:
        time.sleep(0.01)
        wire += hub.take(viewer) or b""
    for message in wire.decode().removesuffix("\n\n").split("\n\n"):
        name, data = message.split("\nid: ", 1)
        told.append((name.removeprefix("event: "), json.loads(data.split("\ndata: ")[1])))
    hub.leave(viewer)


def test_a_step_that_puts_a_plan_in_force_today_changes_board_layers_dispatch_and_stream_at_once(
    office: Office, quarters: Town
) -> None:
    assert _everywhere(office, quarters, "U003") == _all(8, "N2")
    tile = _tile(office)
    plan = _approved(office, _merged())
    with _heard(office) as told:
        assert office.move("approver", plan, "in_force", date=TODAY).status_code == 200
    # U003 lay in N2, which is part of N1 now.
    assert _everywhere(office, quarters, "U003") | {"zero": 7} == _all(7, "N1")
    after = _tile(office)
    assert (len(tile), len(after)) == (8, 7)
    assert {one["owner"] for one in after} == {f"officer-{one['grid']}" for one in after}
    news = dict(told)
    assert news["plan"] == {"on": TODAY, "grids": 7, "plans": {"east": plan, "west": plan}}
    officers = {one["responder"]: one for one in news["responder"]["responders"]}
    assert (officers["officer-N1"]["grids"], officers["officer-N2"]["grids"]) == (["N1"], [])


def test_whoever_sees_an_area_alone_is_told_all_its_officers_when_a_plan_comes_into_force_and_so_who_is_gone(
    office: Office,
) -> None:
    plan = _approved(office, _merged())
    with _heard(office) as told:
        assert office.move("approver", plan, "in_force", date=TODAY).status_code == 200
    news, town = dict(told)["responder"], _state(office).fresh().town
    homes = dict(zip(town.grids["grid"], town.grids["area"], strict=True))
    home = homes["N1"]
    seen = Audience.of(town, home).told("responder", news)
    assert seen is not None
    here = [f"officer-{grid}" for grid, area in homes.items() if area == home]
    assert (seen["all"], [one["responder"] for one in seen["responders"]]) == (True, sorted(here))
    assert "officer-N2" not in here


def test_on_the_day_the_running_server_takes_up_the_plan_by_itself(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, quarters: Town, clock: Any
) -> None:
    monkeypatch.setattr(app_module, "_DAY_LOOK_S", 0.01)
    app = create_app(Settings(data=tmp_path, indicators_s=3_600), quarters, clock)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        token = make_key(app.state.gridgeo.store, "admin", "Admin")[1]
        office = Office(client, dict.fromkeys(("planner", "reviewer", "approver", "admin"), token))
        plan = _approved(office, _merged())
        assert office.move("admin", plan, "in_force", date=TOMORROW).status_code == 200
        assert _everywhere(office, quarters, "U003") == _all(8, "N2")
        with _heard(office) as told:
            clock.pass_seconds(86_400)
        assert dict(told)["plan"]["on"] == TOMORROW
        assert _everywhere(office, quarters, "U003") == _all(7, "N1")
        deadline = time.monotonic() + 30
        while office.read(FIRST)["state"] != "retired" and time.monotonic() < deadline:
            time.sleep(0.01)
        assert office.read(FIRST)["state"] == "retired"


def test_stages_of_different_plans_are_served_together_as_they_begin(office: Office, clock: Any) -> None:
    plan = _approved(office, _merged())
    office.move("approver", plan, "in_force", date=TOMORROW, areas=["west"])
    office.move("approver", plan, "in_force", date="2026-11-20")
    state = _state(office)
    served = []
    for _ in range(3):
        settle_and_take_up(state)
        grids = office.client.get("/ogc/collections/grids/items").json()["features"]
        served.append({one["properties"]["grid"]: one["properties"]["units"] for one in grids})
        assert sum(served[-1].values()) == 96
        clock.pass_seconds(86_400)
    assert [one.get("N2") for one in served] == [12, None, None]
    assert [one["N4"] for one in served] == [12, 12, 9]


def test_nothing_is_swapped_where_nothing_changed(office: Office, clock: Any) -> None:
    state = _state(office)
    before = state.slot.served
    clock.pass_seconds(86_400)
    assert take_up(state) is False
    office.move("approver", office.approved(1), "in_force", date="2027-03-01")
    assert take_up(state) is False
    assert state.slot.served is before


def test_what_no_plan_changes_is_not_made_again(office: Office) -> None:
    state = _state(office)
    before = state.slot.served
    before.shelf.prepare()
    roads, tiles, streets = before.shelf.take("roads", state), before.tiles.layer("roads"), before.town.roads
    office.move("approver", _approved(office, _merged()), "in_force", date=TODAY)
    after = state.slot.served
    assert after is not before
    assert after.shelf.take("roads", state) is roads
    assert after.tiles.layer("roads") is tiles
    assert after.town.roads is streets
    assert after.tiles.layer("grids") is not before.tiles.layer("grids")


def test_a_request_sees_one_plan_from_its_beginning_to_its_end(office: Office) -> None:
    state = _state(office).fresh()
    office.move("approver", _approved(office, _merged()), "in_force", date=TODAY)
    assert (len(state.town.grids), len(state.shelf.take("grids", state).shapes)) == (8, 8)
    assert (len(state.fresh().town.grids), len(state.desk.town.grids)) == (7, 7)


def test_no_case_is_taken_half_by_the_old_and_half_by_the_new_plan_while_it_changes(
    office: Office, quarters: Town
) -> None:
    plan = _approved(office, _merged())
    lon, lat = _place(quarters, "U003")
    stop, cases = threading.Event(), []

    def report() -> None:
        while not stop.is_set():
            body = {"category": "noise", "lon": lon, "lat": lat}
            answer = office.client.post("/api/v1/cases", json=body)
            assert answer.status_code == 201
            cases.append(answer.json())

    worker = threading.Thread(target=report)
    worker.start()
    try:
        while len(cases) < 3:
            time.sleep(0.01)
        assert office.move("approver", plan, "in_force", date=TODAY).status_code == 200
        after = len(cases)
        while len(cases) < after + 3:
            time.sleep(0.01)
    finally:
        stop.set()
        worker.join(60)
    assert {(case["grid"], case["grid_name"], case["owner"]) for case in cases} == {
        ("N2", "N2", "officer-N2"),
        ("N1", "N1", "officer-N1"),
    }
    told = office.client.get("/api/v1/cases?limit=1000").json()["cases"]
    assert {case["case"] for case in cases} == {case["case"] for case in told}


def test_a_grid_that_is_handed_over_today_is_served_by_its_new_name(office: Office) -> None:
    body = {"owner": "Wang Fang", "name": "Harbour", "why": "moved"}
    with _heard(office) as told:
        assert office.ask("approver", "PATCH", "/register/grids/N1", json=body).status_code == 200
    assert dict(told)["plan"]["grids"] == 8
    (grid,) = office.client.get("/ogc/collections/grids/items?grid=N1").json()["features"]
    assert grid["properties"]["name"] == "Harbour"
    assert _state(office).fresh().town.plan.identities.loc["N1", "owner"] == "Wang Fang"


def test_officers_named_in_a_list_keep_the_grids_that_are_left(
    tmp_path: Path, quarters: Town, clock: Callable[[], Any]
) -> None:
    (tmp_path / "officers.csv").write_text("officer,name,grids\na,Ann,N1 N2\nb,Bo,N2\nc,Cy,N3\n", encoding="utf-8")
    settings = Settings(data=tmp_path, indicators_s=3_600)
    with TestClient(create_app(settings, quarters, clock), base_url="http://127.0.0.1") as client:
        token = make_key(client.app.state.gridgeo.store, "admin", "Admin")[1]  # type: ignore[attr-defined]
        office = Office(client, dict.fromkeys(("planner", "reviewer", "approver", "admin"), token))
        office.move("admin", _approved(office, _merged()), "in_force", date=TODAY)
        told = {one["responder"]: one["grids"] for one in client.get("/api/v1/responders").json()["responders"]}
        assert told == {"a": ["N1"], "b": [], "c": ["N3"]}
    # The list is as it was, and the server starts with the plan that is in force.
    with TestClient(create_app(settings, quarters, clock), base_url="http://127.0.0.1") as client:
        assert client.get("/api/v1/board").json()["plan"]["k"] == 7


def test_the_old_grids_go_on_where_what_is_in_force_cant_be_served(office: Office, clock: Any) -> None:
    assert office.move("approver", FIRST, "retired", date=TOMORROW).status_code == 200
    clock.pass_seconds(86_400)
    state = _state(office)
    assert take_up(state) is False
    assert len(state.fresh().town.grids) == 8
    assert office.client.get("/readyz").json()["grids"] == 8
    plan = _approved(office, _merged())
    assert office.move("approver", plan, "in_force", date=TOMORROW).status_code == 409
    clock.pass_seconds(86_400)
    assert office.move("approver", plan, "in_force", date="2026-11-20").status_code == 200
    assert office.client.get("/readyz").json()["grids"] == 7


def test_grids_of_one_identifier_in_two_plans_are_served_by_their_codes(office: Office, quarters: Town) -> None:
    """A copy whose identifiers were given anew, while the codes stay: what `gridgeo partition` makes of each run."""
    from gridgeo_server.plans import service
    from gridgeo_server.plans.drawn import draw
    from gridgeo_server.plans.service import Deed

    state = _state(office)
    other = {unit: {"N1": "N4", "N4": "N1"}.get(grid, grid) for unit, grid in quartered(1).items()}
    identities = pd.DataFrame({"grid": ["N4", "N1"], "code": ["N1", "N4"]})
    plan = Plan(quarters.jurisdiction, pd.Series(other).rename_axis("unit"), Rules(k=8), identities=identities)
    record = state.store.write(lambda t: service.create(t, draw(plan), "Renamed", Deed(state.clock(), state.zone)))
    for to in ("proposed", "consulted", "approved"):
        assert office.move("admin", record.plan, to).status_code == 200
    assert office.move("admin", record.plan, "in_force", date=TODAY, areas=["west"]).status_code == 200
    grids = office.client.get("/ogc/collections/grids/items").json()["features"]
    told = {one["properties"]["grid"]: (one["properties"]["code"], one["properties"]["units"]) for one in grids}
    assert (told["N1"], told["N4"], len(told)) == (("N1", 9), ("N4", 12), 8)


def test_what_is_held_on_a_day_names_plans_and_hand_overs(office: Office) -> None:
    state = _state(office)
    named = []
    for body in ({}, {"owner": "Wang", "date": TOMORROW}):
        if body:
            office.ask("approver", "PATCH", "/register/grids/N1", json={"why": "x", **body})
        with state.store.reading() as connection:
            calendar = state.calendars.at(connection)
        named.append([held_on(calendar, date(2026, 11, day)) for day in (17, 18, 19)])
    assert named[0][1] == named[1][1] == named[0][2] != named[0][0]
    assert named[1][2] != named[0][2]


def test_the_day_of_plans_is_the_towns_whatever_the_machines_zone(
    settings: Settings, town: Town, clock: Any, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.now = datetime(2026, 11, 1, 3, 50, tzinfo=UTC)  # 23:50 of the day before in New York, 14:50 in Sydney
    monkeypatch.setenv("TZ", "Australia/Sydney")
    time.tzset()
    try:
        there = settings.model_copy(update={"time_zone": "America/New_York"})
        with TestClient(create_app(there, town, clock), base_url="http://127.0.0.1") as client:
            lon, lat = at(480, 200)
            assert client.get("/api/v1/locate", params={"lon": lon, "lat": lat}).json()["date"] == "2026-10-31"
            zone = client.app.state.gridgeo.zone  # type: ignore[attr-defined]
            assert app_module._seconds_of_day_left(clock.now, zone) == 600
            assert app_module._seconds_of_day_left(datetime(2026, 11, 1, 4, tzinfo=UTC), zone) == 25 * 3_600
            assert client.get("/api/v1/board").json()["time_zone"] == "America/New_York"
            assert client.get("/api/v1/routes/next").json()["at"] == "2026-10-31T23:50"
    finally:
        monkeypatch.undo()
        time.tzset()

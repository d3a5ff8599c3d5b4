"""What a server makes of the plan it finds, and of the plan that is in force when it starts again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fastapi.testclient import TestClient

from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from gridgeo_server.app import create_app
from gridgeo_server.settings import Settings
from gridgeo_server.town import Town
from server.plans.conftest import Office, make_key, quartered

Start = Callable[..., Any]


@pytest.fixture
def start(tmp_path: Path, quarters: Town, clock: Any) -> Start:
    """Starts a server on the test's folder, with a plan as its file; everybody in it is the administrator."""

    @contextmanager
    def started(plan: Plan | None = None, day: int = 0) -> Iterator[Office]:
        clock.pass_seconds(86_400 * day)
        town = quarters if plan is None else replace(quarters, plan=plan)
        app = create_app(Settings(data=tmp_path, indicators_s=3_600), town, clock)
        with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
            _, token = make_key(app.state.gridgeo.store, "admin", "Admin")
            yield Office(client, dict.fromkeys(("planner", "reviewer", "approver", "admin"), token))

    return started


def _plans(office: Office) -> dict[str, str]:
    return {one["plan"]: one["state"] for one in office.ask(None, "GET", "/plans").json()["plans"]}


def _served(office: Office) -> dict[str, int]:
    items = office.client.get("/ogc/collections/grids/items").json()["features"]
    return {one["properties"]["grid"]: one["properties"]["units"] for one in items}


def _drawn(quarters: Town, shift: int) -> Plan:
    return Plan(quarters.jurisdiction, pd.Series(quartered(shift)).rename_axis("unit"), Rules(k=8))


def test_the_same_file_is_registered_once_however_often_the_server_starts(start: Start) -> None:
    for _ in range(3):
        with start() as office:
            assert _plans(office) == {"P-2026-001": "in_force"}


def test_the_plan_in_force_is_served_when_the_server_starts_again(start: Start) -> None:
    with start() as office:
        plan = office.approved(1)
        assert office.move("admin", plan, "in_force", date="2026-11-20").status_code == 200
        assert _served(office)["N1"] == 12
    with start(day=1) as office:
        assert _served(office)["N1"] == 12
    with start(day=1) as office:
        assert _served(office)["N1"] == 9
        assert _plans(office) == {"P-2026-001": "retired", plan: "in_force"}


def test_areas_of_different_plans_are_served_together(start: Start) -> None:
    with start() as office:
        plan = office.approved(1)
        assert office.move("admin", plan, "in_force", date="2026-11-18", areas=["west"]).status_code == 200
    with start() as office:
        served = _served(office)
        assert (served["N1"], served["N4"]) == (9, 12)
        assert sum(served.values()) == 96


def test_a_plan_file_that_was_replaced_is_in_force_from_that_start_on(start: Start, quarters: Town) -> None:
    with start():
        pass
    with start(_drawn(quarters, 2), day=3) as office:
        assert _plans(office) == {"P-2026-001": "retired", "P-2026-002": "in_force"}
        assert _served(office)["N1"] == 6
        for day, units in (("2026-11-20", 12), ("2026-11-21", 6)):
            assert office.ask(None, "GET", f"/register/grids/N1?on={day}").json()["units"] == units


def test_a_plan_file_replaced_twice_in_a_day_leaves_the_last_in_force(start: Start, quarters: Town) -> None:
    for shift in (0, 1, 2):
        with start(_drawn(quarters, shift)) as office:
            assert _served(office)["N1"] == 12 - 3 * shift
    with start(_drawn(quarters, 2)) as office:
        assert list(_plans(office).values()) == ["in_force", "retired", "retired"]
        assert office.ask(None, "GET", "/register/grids/N1").json()["units"] == 6


def test_a_plan_in_force_that_is_written_to_the_folder_is_not_entered_again(start: Start, quarters: Town) -> None:
    with start() as office:
        office.move("admin", office.approved(1), "in_force", date="2026-11-18")
    with start(_drawn(quarters, 1)) as office:
        assert len(_plans(office)) == 2


def test_plans_of_other_units_stay_to_be_looked_at_but_can_no_longer_be_used(start: Start, quarters: Town) -> None:
    with start() as office:
        old = office.approved(1)
    units = quarters.jurisdiction.units.assign(households=quarters.jurisdiction.units["households"] + 1)
    grown = replace(quarters.jurisdiction, units=units)
    with start(Plan(grown, quarters.plan.assignment, Rules(k=8)), day=1) as office:
        assert office.read(old)["current_units"] is False
        assert len(office.ask(None, "GET", f"/plans/{old}/grids").json()["features"]) == 8
        assert office.ask(None, "GET", f"/plans/{old}/assignment").json()["assignment"] == quartered(1)
        for answer in (
            office.move("admin", old, "in_force", date="2026-12-01"),
            office.ask(None, "GET", f"/plans/P-2026-001/compare/{old}"),
            office.ask("admin", "POST", "/plans", json={"name": "Copy", "copy_of": old}),
        ):
            assert (answer.status_code, answer.json()["type"]) == (409, "urn:gridgeo:problem:clash")
            assert "drawn on other units" in answer.json()["detail"]
        # What was in force on the old units is still answered.
        assert office.ask(None, "GET", "/register/grids/N1?on=2026-11-18").json()["plan"] == "P-2026-001"

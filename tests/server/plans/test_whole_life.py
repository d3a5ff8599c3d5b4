"""The life of a plan as a district lives it, after Kongtong (DOMAIN §8): grids are merged, three pilots first, seventeen later.

A district of 20 communities with 80 grids of 15 digits is redrawn into 40. The plan is drafted, proposed, consulted on, approved
by one of two who try at once, and comes into force in three pilot communities and then in the other seventeen; that second
start is withdrawn once and set anew; a grid is handed over in between. One server runs all the while.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from fastapi.testclient import TestClient

from gridgeo import crs
from gridgeo.plans.continuity import keep_identities
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from gridgeo.register import number_grids
from gridgeo_server.app import create_app
from gridgeo_server.plans.taking_up import settle_and_take_up
from gridgeo_server.settings import Settings
from gridgeo_server.town import Town
from server.plans.conftest import Office, make_key
from towns import lattice_town

ROWS, COMMUNITIES = 4, 20
PILOTS = ["c01", "c02", "c03"]
OLD, NEW = "P-2026-001", "P-2026-002"
PILOT_DAY, SECOND_DAY, LATER_DAY, HANDED = "2026-12-01", "2027-03-01", "2027-04-01", "2027-01-10"

OWNERS = {
    # code of the grid: day → plan and owner, None where no such grid was in force
    "110101001001001": {
        "2026-11-17": None,
        "2026-11-18": (OLD, "Owner c01-1"),
        "2026-11-30": (OLD, "Owner c01-1"),
        PILOT_DAY: (NEW, "Owner c01-1"),
        "2027-01-09": (NEW, "Owner c01-1"),
        HANDED: (NEW, "Wang Fang"),
        "2030-01-01": (NEW, "Wang Fang"),
    },
    "110101001001002": {"2026-11-30": (OLD, "Owner c01-2"), PILOT_DAY: None, "2030-01-01": None},
    # Of the two that are merged in the last community the second has more households: its code goes on.
    "110101001020001": {SECOND_DAY: (OLD, "Owner c20-1"), "2027-03-31": (OLD, "Owner c20-1"), LATER_DAY: None},
    "110101001020002": {
        PILOT_DAY: (OLD, "Owner c20-2"),
        SECOND_DAY: (OLD, "Owner c20-2"),
        "2027-03-31": (OLD, "Owner c20-2"),
        LATER_DAY: (NEW, "Owner c20-2"),
    },
}
"""What anybody is told in the end, whatever day is asked about."""


def _district() -> Town:
    """Twenty communities of two columns of blocks, each with four grids, one a row."""
    place = lattice_town(ROWS, 2 * COMMUNITIES)
    column = [int(unit[1:]) % (2 * COMMUNITIES) for unit in place.units["unit"]]
    units = place.units.assign(area=[f"c{c // 2 + 1:02d}" for c in column])
    names = sorted(set(units["area"]))
    shapes = units.dissolve("area").geometry.loc[names].to_list()
    columns: dict[str, Any] = {
        "area": ["district", *names],
        "parent": [None, *["district"] * COMMUNITIES],
        "level": ["jurisdiction", *["community"] * COMMUNITIES],
        "name": ["District", *names],
        "code": ["110101001", *[f"110101001{i:03d}" for i in range(1, COMMUNITIES + 1)]],
        "source": "given",
    }
    empty = dict.fromkeys(("name_zh", "name_en"))
    areas = gpd.GeoDataFrame({**columns, **empty}, geometry=[units.union_all(), *shapes], crs=units.crs)
    town = replace(place, units=units, areas=areas.astype({"name_zh": "str", "name_en": "str"}))
    plan = number_grids(_drawn(town, 1))
    owners = [f"Owner {grid}" for grid in plan.identities.index]
    return Town(replace(plan, identities=plan.identities.assign(owner=owners)))


def _drawn(town: Any, rows: int) -> Plan:
    """A grid for so many rows of each community: c01-1 is the northernmost of the first."""
    row = [int(unit[1:]) // (2 * COMMUNITIES) // rows for unit in town.units["unit"]]
    grids = [f"{area}-{r + 1}" for area, r in zip(town.units["area"], row, strict=True)]
    return Plan(town, pd.Series(grids, index=town.units["unit"]), Rules(k=COMMUNITIES * ROWS // rows))


@pytest.fixture
def district(tmp_path: Path, empty_store: Path, clock: Any) -> Iterator[tuple[Office, Town]]:
    """The people of the district, at a server that runs until the end."""
    shutil.copy(empty_store, tmp_path)
    town = _district()
    app = create_app(Settings(data=tmp_path, indicators_s=3_600), town, clock)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        opened = app.state.gridgeo.store
        people = {"planner": "planner", "reviewer": "reviewer", "approver": "approver", "second": "approver"}
        yield Office(client, {who: make_key(opened, role, f"{who} Li")[1] for who, role in people.items()}), town


def _redrawn(town: Town) -> Plan:
    """Two rows to a grid; a new grid keeps the code, name and owner of the old one that it shares most households with."""
    fresh = _drawn(town.jurisdiction, 2)
    used = set(town.plan.identities["code"])
    return keep_identities(town.plan, fresh, lambda new, old: number_grids(new, used | set(old))).plan


def _until(office: Office, clock: Any, year: int, month: int, day: int) -> int:
    """Let the day begin at the running server; how many grids it serves then."""
    clock.now = datetime(year, month, day, 9, tzinfo=UTC)
    settle_and_take_up(office.client.app.state.gridgeo)  # type: ignore[attr-defined]
    return int(office.client.get("/api/v1/board").json()["plan"]["k"])


def _approve_at_once(office: Office, plan: str, revision: int) -> None:
    gate = threading.Barrier(2)

    def approve(who: str) -> int:
        gate.wait(30)
        return office.move(who, plan, "approved", headers={"If-Match": f'"{revision}"'}).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(approve, ("approver", "second"))) == [200, 412]


def test_a_district_is_redrawn_in_two_stages_and_every_day_is_answered(
    district: tuple[Office, Town], clock: Any
) -> None:
    office, town = district
    redrawn = _redrawn(town)
    kept = set(redrawn.identities["code"])
    assert len(kept) == 40
    assert kept < set(town.plan.identities["code"])

    grid = redrawn.assignment.map(redrawn.identities["code"])
    body = {"name": "Forty grids", "assignment": {str(u): str(g) for u, g in grid.items()}, "why": "too many grids"}
    made = office.ask("planner", "POST", "/plans", json=body)
    assert (made.status_code, made.json()["plan"]) == (201, NEW)
    assert office.move("planner", NEW, "proposed").status_code == 200
    consulted = office.move("reviewer", NEW, "consulted", why="all departments heard").json()
    _approve_at_once(office, NEW, consulted["revision"])
    assert office.move("approver", NEW, "in_force", date=PILOT_DAY, areas=PILOTS).status_code == 200
    waiting = office.move("approver", NEW, "in_force", date=SECOND_DAY).json()["waiting_areas"]
    assert waiting == []

    assert _until(office, clock, 2026, 11, 30) == 80
    assert _until(office, clock, 2026, 12, 1) == 74
    body = {"owner": "Wang Fang", "date": HANDED, "why": "Owner c01-1 retires"}
    assert office.ask("approver", "PATCH", "/register/grids/110101001001001", json=body).status_code == 200
    clock.now = datetime(2027, 2, 1, 9, tzinfo=UTC)
    early = office.ask("approver", "POST", f"/plans/{NEW}/withdrawals", json={"why": "x", "areas": ["c01"]})
    assert early.status_code == 409
    withdrawn = office.ask("second", "POST", f"/plans/{NEW}/withdrawals", json={"why": "officers aren't trained yet"})
    assert len(withdrawn.json()["waiting_areas"]) == 17
    assert _until(office, clock, 2027, 3, 1) == 74
    assert office.move("approver", NEW, "in_force", date=LATER_DAY).status_code == 200
    assert _until(office, clock, 2027, 4, 1) == 40

    told = {code: {day: _owner(office, code, day) for day in days} for code, days in OWNERS.items()}
    assert told == OWNERS
    _check_places(office, town, redrawn)
    assert office.read(OLD)["state"] == "retired"
    assert [_deed(event) for event in office.read(NEW)["events"]] == LIFE


LIFE = [
    ("create", "draft", "planner Li", "too many grids"),
    ("transition", "proposed", "planner Li", None),
    ("transition", "consulted", "reviewer Li", "all departments heard"),
    ("transition", "approved", "approver", None),
    ("transition", "in_force", "approver Li", None),
    ("transition", "in_force", "approver Li", None),
    ("hand_over", "in_force", "approver Li", "Owner c01-1 retires"),
    ("withdraw", "in_force", "second Li", "officers aren't trained yet"),
    ("transition", "in_force", "approver Li", None),
]
"""Everything that was done with the new plan; either approver may have been the faster."""


def _deed(event: dict[str, Any]) -> tuple[str, str, str, str | None]:
    who = event["actor_name"]
    if event["to_state"] == "approved":
        assert event["role"] == "approver"
        who = "approver"
    return event["action"], event["to_state"], who, event["why"]


def _owner(office: Office, code: str, day: str) -> tuple[str, str] | None:
    answer = office.ask(None, "GET", f"/register/grids/{code}?on={day}")
    return None if answer.status_code == 404 else (answer.json()["plan"], answer.json()["owner"])


def _check_places(office: Office, town: Town, redrawn: Plan) -> None:
    """A place in each row of a pilot and of another community lay in one grid on every day."""
    shapes = town.jurisdiction.units.set_index("unit").geometry
    before, after = (plan.assignment.map(plan.identities["code"]) for plan in (town.plan, redrawn))
    for number in (0, 40, 80, 120, 39, 79, 119, 159):
        unit, pilot = f"U{number:03d}", number % 40 < 6
        spot = shapes[unit].centroid
        lon, lat = crs.transform(spot.x, spot.y, shapes.crs, crs.WGS84)
        for day, code in (
            ("2026-11-30", before[unit]),
            (PILOT_DAY, (after if pilot else before)[unit]),
            (SECOND_DAY, (after if pilot else before)[unit]),
            (LATER_DAY, after[unit]),
        ):
            found = office.ask(None, "GET", f"/register/locate?lon={lon}&lat={lat}&on={day}").json()["grids"]
            assert [one["code"] for one in found] == [code]

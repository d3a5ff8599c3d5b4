"""Whose grid it was, on any day."""

from __future__ import annotations

from typing import Any

import pytest

from gridgeo import crs
from server.plans.conftest import Office, quartered

TODAY, SPRING, SUMMER = "2026-11-18", "2027-03-01", "2027-06-01"


def _middle(quarters: Any, unit: str) -> tuple[float, float]:
    shape = quarters.jurisdiction.units.set_index("unit").geometry[unit]
    lon, lat = crs.transform(shape.centroid.x, shape.centroid.y, quarters.jurisdiction.crs, crs.WGS84)
    return float(lon), float(lat)


@pytest.fixture
def staged(office: Office) -> Office:
    """The west is redrawn in spring, the east in summer; in the west the third row of blocks goes from N to S."""
    plan = office.approved(1)
    assert office.move("approver", plan, "in_force", date=SPRING, areas=["west"]).status_code == 200
    assert office.move("approver", plan, "in_force", date=SUMMER).status_code == 200
    return office


@pytest.mark.parametrize(
    ("unit", "day", "grid", "plan"),
    [
        ("U036", TODAY, "N1", "P-2026-001"),
        ("U036", "2027-02-28", "N1", "P-2026-001"),
        ("U036", SPRING, "S1", "P-2026-002"),
        ("U047", SPRING, "N4", "P-2026-001"),
        ("U047", "2027-05-31", "N4", "P-2026-001"),
        ("U047", SUMMER, "S4", "P-2026-002"),
        ("U000", "2099-12-31", "N1", "P-2026-002"),
    ],
)
def test_a_place_is_found_in_the_grid_it_was_in_on_that_day(
    staged: Office, quarters: Any, unit: str, day: str, grid: str, plan: str
) -> None:
    lon, lat = _middle(quarters, unit)
    told = staged.ask(None, "GET", f"/register/locate?lon={lon}&lat={lat}&on={day}").json()
    (found,) = told["grids"]
    assert (told["on"], found["grid"], found["plan"], found["snapped_m"]) == (day, grid, plan, 0.0)
    by_name = staged.ask(None, "GET", f"/register/locate?address={unit.lower()}&on={day}").json()
    assert [one["grid"] for one in by_name["grids"]] == [grid]


def test_every_unit_is_in_exactly_one_grid_on_every_day(staged: Office, quarters: Any) -> None:
    for day, shift_west, shift_east in ((TODAY, 0, 0), (SPRING, 1, 0), (SUMMER, 1, 1)):
        for unit in quarters.jurisdiction.units["unit"][::7]:
            lon, lat = _middle(quarters, unit)
            west = int(unit[1:]) % 12 < 6
            wanted = quartered(shift_west if west else shift_east)[unit]
            found = staged.ask(None, "GET", f"/register/locate?lon={lon}&lat={lat}&on={day}").json()["grids"]
            assert [one["grid"] for one in found] == [wanted]


def test_a_grid_tells_its_owner_and_plan_on_a_day_and_its_history(staged: Office) -> None:
    before = staged.ask(None, "GET", f"/register/grids/N1?on={TODAY}").json()
    after = staged.ask(None, "GET", f"/register/grids/N1?on={SPRING}").json()
    assert (before["plan"], before["from"], before["to"], before["units"]) == ("P-2026-001", TODAY, SPRING, 12)
    assert (after["plan"], after["from"], after["to"], after["units"]) == ("P-2026-002", SPRING, None, 9)
    assert before["owner"] == "Officer N1"
    assert [(row["plan"], row["from"], row["to"]) for row in after["history"]] == [
        ("P-2026-001", TODAY, SPRING),
        ("P-2026-002", SPRING, None),
    ]


def test_before_the_register_began_and_after_a_plan_was_retired_nothing_was_in_force(
    office: Office, quarters: Any
) -> None:
    lon, lat = _middle(quarters, "U000")
    assert office.move("approver", "P-2026-001", "retired", date=SPRING).status_code == 200
    for day, status in (("2026-11-17", 404), (TODAY, 200), ("2027-02-28", 200), (SPRING, 404)):
        assert office.ask(None, "GET", f"/register/grids/N1?on={day}").status_code == status
        assert office.ask(None, "GET", f"/register/locate?lon={lon}&lat={lat}&on={day}").status_code == status
    told = office.ask(None, "GET", f"/register/grids/N1?on={SPRING}").json()["detail"]
    assert f"{TODAY} to {SPRING} (plan P-2026-001)" in told


def test_a_street_that_several_grids_share_gives_all_of_them(office: Office, quarters: Any) -> None:
    names = quarters.jurisdiction.road_edges["name"].dropna()
    street = next(name for name in sorted(set(names)) if name)
    told = office.ask(None, "GET", "/register/locate", params={"address": street.upper()}).json()
    assert len(told["grids"]) > 1
    assert {(one["what"], one["found"]) for one in told["grids"]} == {("street", street)}
    school = office.ask(None, "GET", "/register/locate", params={"address": "学校"}).json()["grids"]
    assert [(one["what"], one["grid"]) for one in school] == [("place", "N1")]


def test_a_place_just_off_the_shore_counts_to_the_nearest_grid(office: Office, quarters: Any) -> None:
    shape = quarters.jurisdiction.units.set_index("unit").geometry["U000"]
    for metres, status in ((12.0, 200), (45.0, 404)):
        lon, lat = crs.transform(shape.bounds[0] - metres, shape.centroid.y, quarters.jurisdiction.crs, crs.WGS84)
        answer = office.ask(None, "GET", f"/register/locate?lon={lon}&lat={lat}")
        assert answer.status_code == status
        if status == 200:
            (found,) = answer.json()["grids"]
            assert found["grid"] == "N1"
            assert found["snapped_m"] == pytest.approx(metres, abs=0.3)


@pytest.mark.parametrize(
    "query",
    ["", "lon=7.4", "lat=43", "lon=7&lat=43&address=x", "lon=700&lat=43", "lon=7&lat=43&on=2026-13-01", "address="],
)
def test_a_question_that_cant_be_read_is_a_422(office: Office, query: str) -> None:
    assert office.ask(None, "GET", f"/register/locate?{query}").status_code == 422


def test_an_address_that_isnt_known_and_a_grid_that_never_was_are_a_404(office: Office) -> None:
    for path in ("/register/locate?address=nowhere", "/register/grids/Z9", "/register/locate?lon=0&lat=0"):
        answer = office.ask(None, "GET", path)
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:gridgeo:problem:not-found")

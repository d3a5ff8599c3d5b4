"""A code is one grid's for ever: not in force twice, and a retired one doesn't come back for other ground."""

from __future__ import annotations

from typing import Any

from httpx import Response

from server.plans.conftest import Office, quartered

SPRING, SUMMER, AUTUMN = "2027-03-01", "2027-06-01", "2027-09-01"


def _approved(office: Office, assignment: dict[str, str]) -> str:
    answer = office.ask("planner", "POST", "/plans", json={"name": "Drawn", "assignment": assignment})
    assert answer.status_code == 201, answer.text
    plan = str(answer.json()["plan"])
    for to in ("proposed", "consulted", "approved"):
        assert office.move("admin", plan, to).status_code == 200
    return plan


def _begin(office: Office, plan: str, day: str, **more: Any) -> Response:
    return office.move("admin", plan, "in_force", date=day, **more)


def _merged() -> dict[str, str]:
    return {unit: {"N2": "N1"}.get(grid, grid) for unit, grid in quartered().items()}


def test_a_code_that_is_in_force_elsewhere_is_refused(office: Office) -> None:
    swapped = {unit: {"N1": "N4", "N4": "N1"}.get(grid, grid) for unit, grid in quartered().items()}
    plan = _approved(office, swapped)
    answer = _begin(office, plan, SPRING, areas=["west"])
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:gridgeo:problem:clash")
    assert "code 'N4'" in answer.json()["detail"]
    assert "area 'east'" in answer.json()["detail"]
    assert _begin(office, plan, SPRING).status_code == 200


def test_a_retired_code_never_stands_for_another_grid(office: Office) -> None:
    assert _begin(office, _approved(office, _merged()), SPRING).status_code == 200
    elsewhere = {unit: {"S1": "N2"}.get(grid, grid) for unit, grid in _merged().items()}
    answer = _begin(office, _approved(office, elsewhere), SUMMER)
    assert (answer.status_code, "code 'N2'" in answer.json()["detail"]) == (409, True)
    assert "retired and never used again" in answer.json()["detail"]


def test_a_change_that_is_taken_back_gives_every_grid_its_code_again(office: Office) -> None:
    merged = _approved(office, _merged())
    assert _begin(office, merged, SPRING).status_code == 200
    back = office.ask("planner", "POST", f"/plans/{merged}/versions", json={"why": "taken back"}).json()["plan"]
    body = {"assignment": quartered(), "why": "as it was"}
    assert office.ask("planner", "PUT", f"/plans/{back}/assignment", json=body).status_code == 200
    for to in ("proposed", "consulted", "approved"):
        assert office.move("admin", back, to).status_code == 200
    assert _begin(office, back, AUTUMN).status_code == 200
    told = office.ask(None, "GET", f"/register/grids/N2?on={AUTUMN}").json()
    assert [(row["from"], row["to"]) for row in told["history"]] == [("2026-11-18", SPRING), (AUTUMN, None)]

"""Whose ground a place or an address is, on any day."""

from __future__ import annotations

from typing import Any

import pytest

from gridgeo import crs
from gridgeo.crs import _gcj02_to_bd09, _wgs84_to_gcj02
from gridgeo_server.town import Town
from server.plans.conftest import Office
from towns import BLOCK

TODAY, SPRING = "2026-11-18", "2027-03-01"


def ask(office: Office, lang: str = "en", **query: Any) -> dict[str, Any]:
    answer = office.ask(None, "GET", "/locate", params=query, headers={"Accept-Language": lang})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.fixture
def north_west(quarters: Town) -> Any:
    """From metres east and north of the south-western corner of the town's north-western unit to degrees."""
    west, south, *_ = quarters.jurisdiction.units.set_index("unit").geometry["U000"].bounds

    def degrees(east: float, north: float) -> dict[str, float]:
        lon, lat = crs.transform(west + east, south + north, quarters.jurisdiction.crs, crs.WGS84)
        return {"lon": float(lon), "lat": float(lat)}

    return degrees


def test_a_place_is_told_with_its_grid_plan_and_days(office: Office, north_west: Any) -> None:
    told = ask(office, **north_west(50, 50))
    (match,) = told["matches"]
    assert (told["date"], told["outcome"], match["snapped_m"], match["beside"]) == (TODAY, "found", 0.0, [])
    assert [match["grid"][name] for name in ("grid", "area", "plan", "from", "to")] == [
        "N1", "west", "P-2026-001", TODAY, None,
    ]  # fmt: skip


def test_another_day_is_answered_by_the_plan_of_that_day(office: Office, north_west: Any) -> None:
    assert office.move("approver", office.approved(1), "in_force", date=SPRING).status_code == 200
    place = north_west(50, -3 * BLOCK + 50)
    assert ask(office, **place)["matches"][0]["grid"]["grid"] == "N1"
    (match,) = ask(office, **place, date=SPRING, near_m=60)["matches"]
    assert (match["grid"]["grid"], match["grid"]["plan"]) == ("S1", "P-2026-002")
    assert [(one["grid"], one["metres"]) for one in match["beside"]] == [("N1", pytest.approx(BLOCK - 50, abs=0.3))]


@pytest.mark.parametrize("date", [TODAY, "2027-01-01"])
def test_near_a_border_the_other_grid_is_named_with_its_distance(office: Office, north_west: Any, date: str) -> None:
    place = north_west(3 * BLOCK - 8, 50)
    assert ask(office, **place, near_m=5, date=date)["matches"][0]["beside"] == []
    (match,) = ask(office, **place, near_m=10, date=date)["matches"]
    assert match["grid"]["grid"] == "N1"
    assert [(one["grid"], one["metres"]) for one in match["beside"]] == [("N2", pytest.approx(8.0, abs=0.1))]


@pytest.mark.parametrize("date", [TODAY, "2027-01-01"])
def test_outside_the_nearest_grid_is_told_with_its_distance(office: Office, north_west: Any, date: str) -> None:
    told = ask(office, "zh", **north_west(-400, 50), date=date)
    (match,) = told["matches"]
    assert (told["outcome"], match["grid"], match["snapped_m"], match["swapped"]) == ("outside", None, None, False)
    assert (match["nearest"]["grid"], match["nearest"]["metres"]) == ("N1", pytest.approx(400, rel=0.005))
    assert match["hint"].startswith("该处不在任何网格内；最近的网格为 N1，相距 ")
    assert ask(office, **north_west(-12, 50), date=date)["matches"][0]["snapped_m"] == pytest.approx(12, abs=0.1)


@pytest.mark.parametrize("date", [TODAY, "2027-01-01"])
def test_swapped_coordinates_are_told_as_such(office: Office, north_west: Any, date: str) -> None:
    place = north_west(50, 50)
    told = ask(office, lon=place["lat"], lat=place["lon"], date=date)
    assert (told["outcome"], told["matches"][0]["swapped"]) == ("outside", True)
    assert told["matches"][0]["hint"] == "longitude and latitude look swapped: exchanged, the place lies in a grid"


def test_before_the_first_plan_a_place_is_outside_of_nothing(office: Office, north_west: Any) -> None:
    told = ask(office, **north_west(50, 50), date="2020-01-01")
    assert (told["outcome"], told["matches"][0]["nearest"], told["matches"][0]["hint"]) == ("outside", None, None)
    assert ask(office, lon=-172.6, lat=0.0)["outcome"] == "outside"


def test_shifted_coordinates_are_converted_only_when_declared(
    office: Office, north_west: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crs, "_SHIFTED", (-180.0, -90.0, 180.0, 90.0))
    place = north_west(50, 50)
    gcj = _wgs84_to_gcj02(place["lon"], place["lat"])
    for system, (lon, lat) in (("gcj02", gcj), ("bd09", _gcj02_to_bd09(*gcj))):
        (match,) = ask(office, lon=lon, lat=lat, crs=system)["matches"]
        assert (match["lon"], match["lat"]) == pytest.approx((place["lon"], place["lat"]), abs=1e-7)
        assert match["grid"]["grid"] == "N1"
        assert ask(office, lon=lon, lat=lat)["matches"][0]["lon"] == pytest.approx(lon, abs=1e-7)


def test_an_address_gives_each_of_its_grids_or_says_why_not(office: Office) -> None:
    told = ask(office, address="学校", near_m=500)
    assert (told["outcome"], [(one["what"], one["grid"]["grid"]) for one in told["matches"]]) == (
        "found",
        [("place", "N1")],
    )
    assert told["matches"][0]["beside"]
    unknown = ask(office, address="nowhere at all")
    assert (unknown["outcome"], unknown["reason"], unknown["matches"]) == ("unmatched", "no_street", [])
    assert ask(office, address="学校", date="2020-01-01")["outcome"] == "outside"


def test_while_the_register_is_ahead_of_what_is_served_the_register_answers(
    office: Office, north_west: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(office.client.app.state.gridgeo.town.__dict__, "grid_names", dict.fromkeys(["N1"], "gone"))  # type: ignore[attr-defined]
    assert ask(office, **north_west(50, 50))["matches"][0]["grid"]["grid"] == "N1"


def test_a_question_that_cant_be_read_is_a_422(office: Office) -> None:
    place = "lon=7&lat=43"
    for query in ("", "lon=7.4", f"{place}&address=x", "lon=7&lat=nan", f"{place}&crs=utm", f"{place}&near_m=501"):
        assert office.ask(None, "GET", f"/locate?{query}").status_code == 422, query

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gridgeo.errors import BadInput
from gridgeo_server.cases.categories import Categories, presets
from gridgeo_server.cases.files import categories_of, responsibility_of
from gridgeo_server.clocks import KINDS, Calendar
from gridgeo_server.errors import BadRequest

CALENDAR = Calendar(ZoneInfo("Asia/Shanghai"))
HEAD = "category,name_en,name_zh,limit,clock"
DAY = date(2026, 11, 18)


def _own(folder: Path, text: str) -> Categories:
    (folder / "categories.csv").write_text(text, encoding="utf-8")
    return categories_of(folder, CALENDAR, None)


def test_the_limits_of_cities_that_come_along_are_marked_as_secondary_sources() -> None:
    assert set(presets()) == {"city_a", "city_b", "golden"}
    for name, preset in presets().items():
        table = Categories.packaged(CALENDAR, name)
        assert "secondary source" in table.source
        for category, row in preset["limits"].items():
            assert (table[category].limit, table[category].clock) == (row["limit"], row["clock"])
            assert row["clock"] in KINDS


@pytest.mark.parametrize(
    ("limits", "category", "seconds"),
    [
        (None, "exposed_rubbish", 4 * 3_600),
        ("city_a", "exposed_rubbish", 4 * 3_600),
        ("city_b", "exposed_rubbish", 8 * 3_600),
        ("city_a", "greenery", 40 * 3_600),
        ("city_b", "greenery", 5 * 86_400),
        ("golden", "manhole_cover", 2 * 3_600),
    ],
)
def test_a_preset_changes_what_it_names_and_leaves_the_rest(limits: str | None, category: str, seconds: int) -> None:
    assert Categories.packaged(CALENDAR, limits)[category].limit_s == seconds


def test_limits_that_do_not_come_along_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="GRIDGEO_LIMITS='city_z': there are no such limits; choose city_a, city_b"):
        categories_of(tmp_path, CALENDAR, "city_z")


def test_a_table_of_ones_own_takes_the_place_of_the_other_whose_kinds_are_still_named(tmp_path: Path) -> None:
    table = _own(tmp_path, f"{HEAD},verify,urgent\nleak,Leak,漏水,2,working_hours,yes,是\n")
    assert [one.category for one in table.all()] == ["leak"]
    assert (table["leak"].verify, table["leak"].urgent, table["leak"].limit_s) == (True, True, 7_200)
    with pytest.raises(BadRequest, match="unknown category 'noise'; known are leak"):
        table["noise"]
    assert table.held("noise", None, DAY).name_en == "Noise"
    assert table.held("gone", None, DAY).name_en == "gone"


def test_a_row_holds_from_day_to_day_and_an_areas_own_goes_first(tmp_path: Path) -> None:
    rows = [
        "leak,Leak,漏水,2,urgent_hours,,,2026-11-17",
        "leak,Leak,漏水,4,urgent_hours,,2026-11-18,2026-11-30",
        "leak,Leak,漏水,6,urgent_hours,west,2026-11-18,",
    ]
    table = _own(tmp_path, "\n".join([f"{HEAD},area,valid_from,valid_to", *rows]))
    assert table.at("leak", "east", date(2026, 11, 17)).limit == 2
    assert table.at("leak", "east", DAY).limit == 4
    assert table.at("leak", "west", DAY).limit == 6
    with pytest.raises(BadRequest, match="can't be used there on 2026-12-01"):
        table.at("leak", "east", date(2026, 12, 1))


def test_a_table_may_be_json_too(tmp_path: Path) -> None:
    row = {
        "category": "leak",
        "name_zh": "漏水",
        "limit": 0.5,
        "clock": "urgent_hours",
        "code": "01102",
        "kind": "part",
    }
    (tmp_path / "categories.json").write_text(json.dumps([row]), encoding="utf-8")
    assert categories_of(tmp_path, CALENDAR, None)["leak"].limit_s == 1_800
    (tmp_path / "categories.json").write_text("{}", encoding="utf-8")
    with pytest.raises(BadInput, match="must be a list of objects"):
        categories_of(tmp_path, CALENDAR, None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("category,name_en,limit\nleak,Leak,2\n", "line 2: 'clock' is missing"),
        (f"{HEAD},colour\nleak,Leak,漏水,2,working_hours,red\n", "line 2: unknown field 'colour'"),
        (f"{HEAD}\nleak,Leak,漏水,2,working_hours\nleak,,,2,working_hours\n", "line 3: name_en is empty"),
        (f"{HEAD}\n,Leak,漏水,2,working_hours\n", "line 2: category is empty"),
        (f"{HEAD}\nleak,Leak,漏水,2,hours\n", "line 2: clock 'hours' is unknown; choose urgent_hours"),
        (f"{HEAD}\nleak,Leak,漏水,-2,working_hours\n", "line 2: limit '-2' must be a number above 0"),
        (f"{HEAD}\nleak,Leak,漏水,nan,working_hours\n", "line 2: limit"),
        (f"{HEAD},code\nleak,Leak,漏水,2,working_hours,1x\n", "line 2: code '1x' must have 2 digits"),
        (f"{HEAD},kind\nleak,Leak,漏水,2,working_hours,thing\n", "line 2: kind 'thing' is unknown"),
        (f"{HEAD},urgent\nleak,Leak,漏水,2,working_hours,maybe\n", "line 2: urgent 'maybe' must be yes or no"),
        (f"{HEAD},valid_from\nleak,Leak,漏水,2,working_hours,18.11.26\n", "line 2: valid_from '18.11.26' is no day"),
        (
            f"{HEAD},valid_from,valid_to\nleak,Leak,漏水,2,working_hours,2026-11-18,2026-11-17\n",
            "comes before valid_from",
        ),
        (
            f"{HEAD}\nleak,Leak,漏水,2,working_hours\nleak,Leak,漏水,3,working_hours\n",
            "line 3: category 'leak' holds there",
        ),
        (f"{HEAD}\n", "has no category"),
    ],
)
def test_a_row_that_cant_be_used_is_refused_with_line_field_and_mend(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        _own(tmp_path, text)
    assert said in str(caught.value)
    assert "categories.csv" in str(caught.value)


def test_who_is_responsible_is_told_by_area_and_kind_first_then_by_one_of_them(tmp_path: Path) -> None:
    rows = ["west,noise,Police,", "west,,Street office,Committee", ",greenery,Gardeners,"]
    (tmp_path / "responsibility.csv").write_text("\n".join(["area,category,department,territory", *rows]), "utf-8")
    duties = responsibility_of(tmp_path, Categories.packaged(), ["west", "east"])
    told = {(a, c): duties.of(a, c, DAY) for a in ("west", "east") for c in ("noise", "greenery", "fire_hazard")}
    assert [one.department for one in told.values()] == [
        "Police",
        "Street office",
        "Street office",
        "enforcement",
        "Gardeners",
        "fire",
    ]
    assert [one.territory for one in told.values()] == ["Committee"] * 3 + ["east"] * 3


def test_a_gap_is_named_with_area_and_kind_and_the_packaged_table_has_none(tmp_path: Path) -> None:
    assert responsibility_of(tmp_path, Categories.packaged(), ["west"]).gaps(["west"]) == []
    table = _own(tmp_path, f"{HEAD},department\nleak,Leak,漏水,2,working_hours,\nfire,Fire,火,2,urgent_hours,brigade\n")
    (tmp_path / "responsibility.csv").write_text("area,category,department\nwest,leak,works\n", "utf-8")
    assert responsibility_of(tmp_path, table, ["west", "east"]).gaps(["west", "east"]) == [("east", "leak")]


def test_a_department_is_responsible_from_day_to_day_in_its_area_and_a_gap_between_is_named(tmp_path: Path) -> None:
    rows = [
        "leak,Leak,漏水,2,working_hours,works,,,2026-12-31",
        "leak,Leak,漏水,2,working_hours,water,,2027-01-01,",
        "leak,Leak,漏水,2,working_hours,port,east,,2027-06-30",
        "fire,Fire,火,2,urgent_hours,brigade,,,2026-12-31",
        "fire,Fire,火,2,urgent_hours,,,2027-01-01,",
    ]
    table = _own(tmp_path, "\n".join([f"{HEAD},department,area,valid_from,valid_to", *rows]))
    duties = responsibility_of(tmp_path, table, ["west", "east"])
    days = (DAY, date(2027, 1, 1), date(2027, 7, 1))
    assert [duties.of("west", "leak", day).department for day in days] == ["works", "water", "water"]
    assert [duties.of("east", "leak", day).department for day in days] == ["port", "port", "water"]
    assert duties.gaps(["west", "east"]) == [("west", "fire"), ("east", "fire")]


def test_a_row_of_who_is_responsible_holds_from_day_to_day_both_included(tmp_path: Path) -> None:
    rows = [",noise,Police,,2026-12-31", ",noise,Wardens,2027-01-01,", "west,,Street office,2027-02-01,2027-02-28"]
    (tmp_path / "responsibility.csv").write_text(
        "\n".join(["area,category,department,valid_from,valid_to", *rows]), "utf-8"
    )
    duties = responsibility_of(tmp_path, Categories.packaged(), ["west"])
    days = [date(2026, 12, 31), date(2027, 1, 1), date(2027, 2, 1), date(2027, 2, 28), date(2027, 3, 1)]
    told = [duties.of("west", "noise", day).department for day in days]
    assert told == ["Police", "Wardens", "Street office", "Street office", "Wardens"]


def test_a_day_on_which_no_row_of_who_is_responsible_holds_is_a_gap(tmp_path: Path) -> None:
    table = _own(tmp_path, f"{HEAD}\nleak,Leak,漏水,2,working_hours\n")
    rows = ["west,works,,2026-12-31", "west,water,2027-01-02,", "east,works,,2026-12-31", "east,water,2027-01-01,"]
    (tmp_path / "responsibility.csv").write_text("\n".join(["area,department,valid_from,valid_to", *rows]), "utf-8")
    assert responsibility_of(tmp_path, table, ["west", "east"]).gaps(["west", "east"]) == [("west", "leak")]


def test_a_day_on_which_a_kind_is_not_reported_is_no_gap(tmp_path: Path) -> None:
    rows = ["leak,Leak,漏水,2,working_hours,,2027-01-01", "fire,Fire,火,2,urgent_hours,brigade,"]
    table = _own(tmp_path, "\n".join([f"{HEAD},department,valid_from", *rows]))
    rows = ["leak,water,2027-01-01", "fire,brigade,2026-06-01"]
    (tmp_path / "responsibility.csv").write_text("\n".join(["category,department,valid_from", *rows]), "utf-8")
    assert responsibility_of(tmp_path, table, ["west"]).gaps(["west"]) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("area,category\nwest,noise\n", "line 2: 'department' is missing"),
        ("area,category,department\nnorth,noise,x\n", "line 2: unknown area 'north'; areas are west"),
        ("area,category,department\nwest,ufo,x\n", "line 2: unknown category 'ufo'"),
        ("area,category,department\nwest,noise,\n", "line 2: department is empty"),
        ("area,category,department\nwest,noise,x\nwest,noise,y\n", "line 3: west and noise stand in line 2 too"),
        (
            "department,valid_from,valid_to\nx,,2026-12-31\ny,2026-12-31,\n",
            "line 3: everywhere and everything stand in line 2 too, for the same time",
        ),
        ("department,valid_from,valid_to\nx,2027-01-01,2026-12-31\n", "line 2: valid_to 2026-12-31 comes before"),
        ("department,valid_from\nx,soon\n", "line 2: valid_from 'soon' is no day"),
    ],
)
def test_a_duty_that_cant_be_used_is_refused_with_its_line(tmp_path: Path, text: str, said: Any) -> None:
    (tmp_path / "responsibility.csv").write_text(text, "utf-8")
    with pytest.raises(BadInput, match=said):
        responsibility_of(tmp_path, Categories.packaged(), ["west"])


def test_a_kind_of_case_needs_the_skills_of_its_row(tmp_path: Path) -> None:
    table = _own(
        tmp_path, f"{HEAD},skills\nleak,Leak,漏水,2,urgent_hours,plumbing; climbing\nnoise,Noise,噪音,1,urgent_hours,\n"
    )
    assert (table["leak"].skills, table["noise"].skills) == (("plumbing", "climbing"), ())

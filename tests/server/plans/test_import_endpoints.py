"""Plan files of every kind: looked at, then kept, and never anything else than what was looked at."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from gridgeo.plans.exchange import FINDINGS, export_plan
from gridgeo_server.texts import table
from server.plans.conftest import Office, quartered


def send(office: Office, path: str, data: bytes, filename: str, who: str | None = "planner", **query: Any) -> Any:
    headers = {"Content-Type": "application/octet-stream", "Accept-Language": query.pop("language", "en")}
    params = {"filename": filename, **query}
    return office.ask(who, "POST", f"/plans/import{path}", content=data, params=params, headers=headers)


def csv(units: dict[str, str], encoding: str = "utf-8", heads: str = "unit,grid") -> bytes:
    return "\n".join([heads, *(f"{unit},{grid}" for unit, grid in units.items())]).encode(encoding)


def plans(office: Office) -> list[str]:
    return [one["plan"] for one in office.ask(None, "GET", "/plans").json()["plans"]]


@pytest.mark.parametrize("ending", ["csv", "xlsx", "geojson", "gpkg", "parquet", "fgb"])
def test_a_file_of_any_kind_is_looked_at_then_becomes_a_draft_of_the_same_units(
    office: Office, quarters: Any, tmp_path: Path, ending: str
) -> None:
    file = tmp_path / f"plan.{ending}"
    export_plan(quarters.plan.move(["U036"], "S1"), file)
    looked = send(office, "/check", file.read_bytes(), file.name).json()
    assert (looked["ok"], looked["units"], looked["matched"], looked["grids"]) == (True, 96, 96, 8)
    assert (looked["changes"]["units"], looked["changes"]["grids_new"]) == (1, [])
    assert plans(office) == ["P-2026-001"]
    made = send(office, "", file.read_bytes(), file.name, name="Redrawn", checked=looked["checked"], why="asked for")
    assert (made.status_code, made.json()["state"], made.json()["events"][0]["data"]["file"]) == (
        201,
        "draft",
        file.name,
    )
    kept = office.ask(None, "GET", f"/plans/{made.json()['plan']}/assignment").json()["assignment"]
    assert kept == {**quartered(), "U036": "S1"}


def test_a_shapefile_comes_in_an_archive_with_its_parts_and_nothing_else_is_unpacked(
    office: Office, quarters: Any, tmp_path: Path
) -> None:
    export_plan(quarters.plan, tmp_path / "grids.shp")
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for part in tmp_path.glob("grids.*"):
            archive.write(part, f"../up/{part.name}")
        archive.writestr("readme.txt", "hello")
    looked = send(office, "/check", data.getvalue(), "grids.zip").json()
    assert (looked["ok"], looked["kind"], looked["changes"]["units"]) == (True, "polygons", 0)


@pytest.mark.parametrize(
    ("encoding", "heads"), [("utf-8", "unit,grid"), ("gbk", "单元,网格"), ("utf-8-sig", "单元编号,网格编号")]
)
def test_a_csv_may_be_chinese_in_either_encoding(office: Office, encoding: str, heads: str) -> None:
    assert send(office, "/check", csv(quartered(), encoding, heads), "网格.csv").json()["ok"] is True


BAD = {**quartered(), "X1": "N1", "u003": "N1", "U005": "N2"}


@pytest.fixture
def faulty() -> bytes:
    """Two units that aren't known (one of them alike to U003, which is missing), one in two grids, one without a grid."""
    rows = {unit: grid for unit, grid in BAD.items() if unit not in ("U003", "U007")}
    return csv(rows) + b"\nU006,S4\nU008,N3\n,N1"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", {"missing": "unit U003 has no grid", "unmatched": "unit X1 isn't known here", "similar": "unit u003 isn't known; U003 is alike",
                "conflict": "unit U006 is given to two grids", "blank unit": "a grid without a unit", "repeated": "unit U008 stands twice"}),
        ("zh-CN", {"missing": "单元 U003 没有网格", "unmatched": "单元 X1 在本辖区不存在", "similar": "单元 u003 不存在；与 U003 相近",
                   "conflict": "单元 U006 被分给两个网格", "blank unit": "有网格而无单元", "repeated": "单元 U008 重复"}),
    ],
)  # fmt: skip
def test_every_unmatched_and_duplicate_id_is_told_before_anything_is_written(
    office: Office, faulty: bytes, language: str, said: dict[str, str]
) -> None:
    looked = send(office, "/check", faulty, "plan.csv", language=language).json()
    assert (looked["ok"], looked["checked"], looked["changes"]) == (False, None, None)
    told = {one["finding"]: one["text"] for one in reversed(looked["findings"])}
    assert {kind: told[kind] for kind in said} == said
    rows = {one["finding"]: one["row"] for one in looked["findings"]}
    assert faulty.decode().splitlines()[rows["unmatched"] - 1] == "X1,N1"
    assert {one["finding"]: one["blocks"] for one in looked["counts"]} == {kind: FINDINGS[kind].blocks for kind in told}
    refused = send(office, "", faulty, "plan.csv", name="x", language=language)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:gridgeo:problem:bad-request")
    assert refused.headers["Content-Language"] == language
    assert plans(office) == ["P-2026-001"]


def test_alike_ids_are_read_as_the_known_ones_where_that_is_asked(office: Office) -> None:
    data = csv({(unit.lower() if unit == "U003" else unit): grid for unit, grid in quartered().items()})
    assert send(office, "/check", data, "plan.csv").json()["ok"] is False
    looked = send(office, "/check", data, "plan.csv", accept_suggestions=True).json()
    assert (looked["ok"], [one["finding"] for one in looked["counts"]]) == (True, ["corrected"])
    more = csv({**quartered(), "Z1": "N1"})
    assert send(office, "/check", more, "plan.csv", ignore_unmatched=True).json()["ok"] is True


@pytest.fixture
def older(quarters: Any, tmp_path: Path) -> bytes:
    """The plan in force as a layer of older units: all called otherwise, and U000 was one with U001."""
    units = quarters.jurisdiction.units[["unit", "geometry"]].assign(grid=list(quartered().values()))
    units["unit"] = ("A" + units["unit"]).replace("AU001", "AU000")
    file = tmp_path / "older.fgb"
    units.dissolve("unit", aggfunc="first").reset_index().to_file(file, driver="FlatGeobuf")
    return file.read_bytes()


def test_a_plan_of_older_units_is_carried_over_by_its_ground_where_that_is_asked(office: Office, older: bytes) -> None:
    looked = send(office, "/check", older, "older.fgb").json()
    assert (looked["ok"], {one["finding"] for one in looked["counts"]}) == (False, {"missing", "unmatched"})
    looked = send(office, "/check", older, "older.fgb", carry_over=True, language="zh").json()
    assert (looked["ok"], looked["kind"], looked["changes"]["units"]) == (True, "carried over", 0)
    assert {one["finding"]: one["count"] for one in looked["counts"]} == {"carried over": 96, "gone": 95}
    assert looked["findings"][0]["text"] == "单元 U000 为新增；按其所在地划入网格 N1"
    other = send(office, "", older, "older.fgb", name="x", checked=looked["checked"])
    assert other.status_code == 422
    made = send(office, "", older, "older.fgb", name="Older", checked=looked["checked"], carry_over=True)
    kept = office.ask(None, "GET", f"/plans/{made.json()['plan']}/assignment").json()["assignment"]
    assert (made.status_code, kept) == (201, quartered())


@pytest.mark.parametrize(
    ("language", "said"), [("en", "has no shapes of its units"), ("zh", "没有单元或网格的图形可依")]
)
def test_a_table_of_older_units_has_no_ground_to_go_by(office: Office, language: str, said: str) -> None:
    data = csv({f"A{unit}": grid for unit, grid in quartered().items()})
    refused = send(office, "/check", data, "older.csv", carry_over=True, language=language)
    assert (refused.status_code, said in refused.json()["detail"]) == (422, True), refused.text


def test_only_what_was_looked_at_is_kept(office: Office) -> None:
    looked = send(office, "/check", csv(quartered()), "plan.csv").json()
    other = send(office, "", csv(quartered(1)), "plan.csv", name="x", checked=looked["checked"])
    assert (other.status_code, other.json()["type"]) == (412, "urn:gridgeo:problem:changed")
    assert plans(office) == ["P-2026-001"]


def test_a_retry_with_the_same_key_makes_one_draft(office: Office) -> None:
    headers = {"Content-Type": "application/octet-stream", "Idempotency-Key": "k"}
    params = {"filename": "plan.csv", "name": "x"}
    answers = [
        office.ask("planner", "POST", "/plans/import", content=csv(quartered()), params=params, headers=headers)
        for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [201, 201]
    assert plans(office) == ["P-2026-002", "P-2026-001"]


def test_the_draft_has_the_towns_rules_and_owners_where_the_file_brings_none(office: Office) -> None:
    made = send(office, "", csv({**quartered(), "U000": "N9"}), "plan.csv", name="x").json()
    assert (made["rules"]["k"], made["figures"]["objective"]) == (9, None)
    grids = office.ask(None, "GET", f"/plans/{made['plan']}/grids").json()["features"]
    owners = {one["properties"]["code"]: one["properties"]["owner"] for one in grids}
    assert (owners["N9"], owners["S1"]) == ("", "Officer S1")


@pytest.mark.parametrize(
    ("filename", "data", "said"),
    [
        ("plan", b"x", "文件名没有后缀"),
        ("plan.docx", b"x", "不能读取“.docx”"),
        ("plan.shp", b"x", "不能读取“.shp”"),
        ("../../etc/passwd.csv", b"", "文件为空"),
        ("plan.csv", b"a,b\n1,2\n", "没有网格列；请用 grid_column 指明；现有列：a, b"),
        ("plan.csv", b"grid\nN1\n", "没有单元列；请用 unit_column 指明"),
        ("plan.gpkg", b"no database", ""),
        ("plan.xlsx", b"no workbook", ""),
        ("plan.geojson", b"{", ""),
        ("plan.zip", b"no archive", "压缩包无法解开"),
    ],
)
def test_a_file_that_cant_be_read_is_a_422_in_the_readers_language(
    office: Office, filename: str, data: bytes, said: str
) -> None:
    answer = send(office, "/check", data, filename, language="zh")
    assert (answer.status_code, answer.json()["title"]) == (422, "内容不可用"), answer.text
    assert said in answer.json()["detail"]
    assert "/tmp" not in answer.text


def test_an_archive_of_two_shapefiles_or_of_none_is_refused(office: Office) -> None:
    for names in ((), ("a.shp", "b.shp")):
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as archive:
            for name in names:
                archive.writestr(name, "x")
        answer = send(office, "/check", data.getvalue(), "plan.zip")
        assert (answer.status_code, f"holds {len(names)} Shapefiles" in answer.json()["detail"]) == (422, True)


def test_an_archive_that_swells_is_refused(office: Office) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.shp", bytes(40_000_000))
    answer = send(office, "/check", data.getvalue(), "plan.zip")
    assert (answer.status_code, "too large" in answer.json()["detail"]) == (422, True)


@pytest.mark.parametrize(("who", "status"), [(None, 401), ("reviewer", 403), ("approver", 403), ("planner", 200)])
def test_only_who_drafts_plans_may_hand_files_in(office: Office, who: str | None, status: int) -> None:
    assert send(office, "/check", csv(quartered()), "plan.csv", who).status_code == status


def test_a_grid_whose_name_is_too_long_is_refused(office: Office) -> None:
    answer = send(office, "/check", csv({**quartered(), "U000": "N" * 65}), "plan.csv")
    assert (answer.status_code, "give 1 to 64 characters" in answer.json()["detail"]) == (422, True)


def test_every_kind_of_finding_has_a_sentence_and_a_heading() -> None:
    keys = {kind.replace(" ", "_") for kind in FINDINGS}
    assert {key.removeprefix("finding.") for key in table() if key.startswith("finding.")} == keys
    assert {key.removeprefix("kind.") for key in table() if key.startswith("kind.")} == keys


def test_many_findings_are_counted_and_the_first_ones_named(office: Office) -> None:
    rows = pd.DataFrame({"unit": [f"Z{n}" for n in range(300)], "grid": "N1"})
    looked = send(office, "/check", rows.to_csv(index=False).encode(), "plan.csv").json()
    assert (len(looked["findings"]), looked["findings_left_out"]) == (200, 300 + 96 - 200)

"""Roster files: looked at, taken in whole or not at all, given out as the contact cards read them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from gridgeo.rosters import read_roster
from gridgeo.sources import write_workbook
from gridgeo.sources.workbooks import Sheet
from gridgeo_server.rosters import files
from server.plans.conftest import Office

GBK = "网格编号,岗位,姓名,联系电话,起始日期,截止日期\nN1,网格督导员,周敏,13800000001,2026年1月1日,\nN2,警员,周敏,,,\n".encode(
    "gbk"
)


def send(office: Office, path: str, data: bytes, who: str = "approver", **query: Any) -> Any:
    headers = {"Content-Type": "application/octet-stream", **query.pop("headers", {})}
    params = {"filename": "花名册.csv", **query}
    return office.ask(who, "POST", f"/rosters/{path}", content=data, params=params, headers=headers)


def test_a_file_is_looked_at_then_taken_in_and_a_second_time_nothing_is_new(office: Office) -> None:
    looked = send(office, "import/check", GBK).json()
    assert {name: looked[name] for name in ("ok", "rows", "added", "changed", "known", "findings")} == {
        "ok": True, "rows": 2, "added": 2, "changed": 0, "known": 0, "findings": [],
    }  # fmt: skip
    assert office.ask("approver", "GET", "/rosters/terms").json()["terms"] == []
    assert send(office, "import", GBK, checked=looked["checked"]).json()["added"] == 2
    terms = office.ask("approver", "GET", "/rosters/terms").json()["terms"]
    assert [(one["grid"], one["role"], one["person"], one["from"]) for one in terms] == [
        ("N1", "supervisor", "周敏", "2026-01-01"), ("N2", "police", "周敏", None),
    ]  # fmt: skip
    again = send(office, "import", GBK).json()
    assert (again["added"], again["changed"], again["known"]) == (0, 0, 2)


def test_what_another_writes_while_a_file_is_sorted_is_not_entered_twice(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    sort, waiting = files.sort, [True]

    def overtaken(*given: Any) -> files.Sorted:
        found = sort(*given)
        if waiting:
            waiting.clear()
            assert send(office, "import", GBK).json()["added"] == 2
        return found

    monkeypatch.setattr(files, "sort", overtaken)
    late = send(office, "import", GBK).json()
    assert (late["added"], late["known"]) == (0, 2)
    assert len(office.ask("approver", "GET", "/rosters/terms").json()["terms"]) == 2


def test_a_row_of_a_known_term_changes_it(office: Office) -> None:
    send(office, "import", GBK)
    newer = (
        b"grid,role,person,phone,from,to\nN1,supervisor,\xe5\x91\xa8\xe6\x95\x8f,13800000001,2026-01-01,2026-12-31\n"
    )
    assert send(office, "import", newer).json()["changed"] == 1
    term = office.ask("approver", "GET", "/rosters/terms?grid=N1").json()["terms"][0]
    assert (term["to"], term["revision"]) == ("2026-12-31", 2)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["no grid 'Z1' is in force", "no grid 'n1' is in force; 'N1' is alike", "Li already holds Fire officer in grid N2 from"]),
        ("zh", ["没有施行中的网格“Z1”", "没有施行中的网格“n1”；与“N1”相近", "Li已于 起始 至 无期 在网格 N2 任消防员"]),
    ],
)  # fmt: skip
def test_every_row_that_cant_be_used_is_told_and_nothing_is_written(
    office: Office, language: str, said: list[str]
) -> None:
    office.ask("approver", "POST", "/rosters/terms", json={"grid": "N2", "role": "fire", "person": "Li", "from": None})
    data = b"grid,role,person,from\nZ1,fire,Wang,\nn1,fire,Wang,\nN2,fire,Li,2026-01-01\nN3,fire,Wang,\n"
    looked = send(office, "import/check", data, headers={"Accept-Language": language}).json()
    assert (looked["ok"], looked["added"], [one["row"] for one in looked["findings"]]) == (False, 1, [2, 3, 4])
    assert all(part in one["text"] for part, one in zip(said, looked["findings"], strict=True)), looked
    refused = send(office, "import", data, headers={"Accept-Language": language})
    assert refused.status_code == 422
    assert said[0] in refused.json()["detail"]
    assert len(office.ask("approver", "GET", "/rosters/terms").json()["terms"]) == 1


def test_what_is_confirmed_is_what_was_looked_at(office: Office) -> None:
    looked = send(office, "import/check", GBK).json()
    other = send(office, "import", GBK + "N3,警员,Li,,,\n".encode("gbk"), checked=looked["checked"])
    office.ask("approver", "POST", "/rosters/terms", json={"grid": "N2", "role": "police", "person": "周敏"})
    later = send(office, "import", GBK, checked=looked["checked"])
    assert [one.status_code for one in (other, later)] == [412, 412]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("r.docx", b"x", "花名册可读 .csv、.xlsx、.gpkg"),
        ("r.csv", b"", "文件为空"),
        ("r.csv", b"grid,person\nN1,Li\n", "缺少“role”"),
        ("r.csv", b"grid,role,person\nN1,cook,Li\n", "花名册第 2 行：没有角色“cook”"),
        ("r.csv", b"grid,role,person,from\nN1,fire,Li,soon\n", "花名册第 2 行，起始日期：“soon”不是日期"),
        ("r.xlsx", b"no workbook", ""),
        ("r.gpkg", b"no geopackage", ""),
    ],
)  # fmt: skip
def test_a_file_that_cant_be_read_is_a_422_with_the_mend(office: Office, name: str, data: bytes, said: str) -> None:
    for path in ("import/check", "import"):
        answer = send(office, path, data, filename=name, headers={"Accept-Language": "zh"})
        assert answer.status_code == 422, answer.text
        assert said in answer.json()["detail"]
        assert "/tmp" not in answer.text


@pytest.mark.parametrize("ending", ["csv", "xlsx", "gpkg"])
def test_what_is_given_out_is_the_file_that_the_library_reads_for_contact_cards(
    office: Office, quarters: Any, tmp_path: Path, ending: str
) -> None:
    send(office, "import", GBK)
    answer = office.ask("approver", "GET", f"/rosters/export?f={ending}")
    assert f'filename="roster.{ending}"' in answer.headers["Content-Disposition"]
    file = tmp_path / f"roster.{ending}"
    file.write_bytes(answer.content)
    read = read_roster(file, plan=quarters.plan)
    held = read.holders("N1", "2026-11-18")
    assert held[["role", "person", "phone"]].to_numpy().tolist() == [["supervisor", "周敏", "13800000001"]]
    told = office.ask(None, "GET", "/rosters/gaps").json()["gaps"]
    gaps = read.gaps(quarters.plan, "2026-11-18")
    assert {(one["grid"], one["role"]) for one in told} == set(gaps.itertuples(index=False, name=None))


def test_a_workbook_is_taken_in_and_a_csv_comes_out_in_gbk(office: Office, tmp_path: Path) -> None:
    table = pd.DataFrame({"网格": ["N1"], "角色": ["消防员"], "姓名": ["王芳"], "工号": ["007"]})
    write_workbook({"花名册": Sheet(table)}, tmp_path / "r.xlsx")
    assert send(office, "import", (tmp_path / "r.xlsx").read_bytes(), filename="r.xlsx").json()["added"] == 1
    answer = office.ask("approver", "GET", "/rosters/export?encoding=gb18030")
    assert "王芳" in answer.content.decode("gbk")
    assert answer.headers["Content-Type"] == "text/csv; charset=gb18030"


def test_a_roster_longer_than_other_requests_may_be_is_taken_from_who_has_a_key(office: Office) -> None:
    rows = "".join(f"N{n % 4 + 1},police,Officer {n:05d},,,\n" for n in range(2500))
    data = f"grid,role,person,phone,from,to\n{rows}".encode()
    assert len(data) > 65_536
    assert send(office, "import/check", data).json()["added"] == 2500

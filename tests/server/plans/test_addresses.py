"""Which grid an address was in on a day: by its text, however it is written."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from gridgeo_server.app import create_app
from gridgeo_server.gazetteer.addresses import Addresses
from gridgeo_server.settings import Settings
from gridgeo_server.town import Town
from server.plans.conftest import Office, make_key


def addressed(quarters: Town) -> Town:
    """The town of quarters with addresses: 中山路 12 in N1 and 14–16 in S1, 桥街 1 twice, in the north-west and south-east."""
    place = quarters.jurisdiction
    told = dict.fromkeys(place.buildings["building"])
    first = place.buildings.drop_duplicates("unit").set_index("unit")["building"]
    told |= {first["U000"]: "中山路 12; 桥街 1", first["U084"]: "中山路 14-16", first["U095"]: "桥街 1"}
    buildings = place.buildings.assign(addresses=[told[name] for name in place.buildings["building"]], name=None)
    edges = place.road_edges.copy()
    edges.loc[edges["name"] == sorted(set(edges["name"].dropna()))[0], "name"] = "中山路"
    changed = dataclasses.replace(place, buildings=buildings, road_edges=edges)
    return Town(dataclasses.replace(quarters.plan, jurisdiction=changed))


@pytest.fixture
def numbered(tmp_path: Path, empty_store: Path, quarters: Town, clock: Callable[[], datetime]) -> Iterator[Office]:
    """An office in that town."""
    shutil.copy(empty_store, tmp_path)
    app = create_app(Settings(data=tmp_path, indicators_s=3_600), addressed(quarters), clock)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        opened = app.state.gridgeo.store
        tokens = {who: make_key(opened, who, f"{who} Li")[1] for who in ("planner", "reviewer", "approver")}
        yield Office(client, tokens)


def ask(office: Office, text: str, language: str = "en", **query: Any) -> dict[str, Any]:
    answer = office.ask(
        None, "GET", "/register/addresses", params={"text": text, **query}, headers={"Accept-Language": language}
    )
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.mark.parametrize(
    "text",
    [
        "中山路12号",
        "中山路１２號",
        "中山路 12",
        "12 中山路",
        " 中山路12栋 ",
        "Lattice中山路12号",
        "12 中山路, Lattice",
        "中山路12号402室",
    ],
)
def test_an_address_is_found_however_it_is_written(numbered: Office, text: str) -> None:
    told = ask(numbered, text)
    assert (told["outcome"], [one["held"]["grid"] for one in told["matches"]]) == ("found", ["N1"])
    assert told["matches"][0]["name"] == "中山路 12"
    assert told["left_out"] == (["402"] if "402" in text else [])


def test_a_house_of_a_range_is_found_by_either_number(numbered: Office) -> None:
    assert [ask(numbered, f"中山路{n}号")["matches"][0]["held"]["grid"] for n in (14, 16)] == ["S1", "S1"]


def test_the_grid_is_the_one_of_the_day_that_is_asked_about(numbered: Office) -> None:
    plan = numbered.approved(1)
    assert numbered.move("approver", plan, "in_force", date="2027-03-01").status_code == 200
    for day, name, outcome in (
        ("2026-11-17", None, "unmatched"),
        ("2026-11-18", "P-2026-001", "found"),
        ("2027-03-01", plan, "found"),
    ):
        told = ask(numbered, "中山路12号", on=day)
        held = told["matches"][0]["held"]
        assert (told["outcome"], held and held["plan"]) == (outcome, name)
    assert ask(numbered, "中山路12号", "zh", on="2026-11-17")["reason_text"] == "2026-11-17 该处没有施行中的网格"


def test_an_address_in_two_grids_is_ambiguous_and_both_are_told(numbered: Office) -> None:
    told = ask(numbered, "桥街1号")
    assert (told["outcome"], sorted(one["held"]["grid"] for one in told["matches"])) == ("ambiguous", ["N1", "S4"])


def test_a_street_without_a_number_is_in_all_its_grids(numbered: Office) -> None:
    told = ask(numbered, "中山路")
    assert told["outcome"] == "ambiguous"
    assert len({one["held"]["grid"] for one in told["matches"]}) == len(told["matches"]) > 1


@pytest.mark.parametrize(
    ("text", "reason", "chinese", "candidates"),
    [
        ("中山路13号", "no_number", "有“中山路”，但其上没有 13 号", ["中山路 12", "中山路 14-16"]),
        ("中山路99号", "no_number", "有“中山路”，但其上没有 99 号", ["中山路 14-16", "中山路 12"]),
        ("山路", "no_street", "没有这样的路名", ["中山路 12", "中山路 14-16", "中山路"]),
        ("长安街1号", "no_street", "没有这样的路名", []),
        ("中山璐", "no_street", "没有这样的路名", ["中山路", "中山路 12", "中山路 14-16"]),
        ("中山璐16号", "no_street", "没有这样的路名", ["中山路 14-16", "中山路", "中山路 12"]),
        ("！？", "empty", "地址中没有文字或数字", []),
    ],
)
def test_what_isnt_known_says_why_and_offers_what_is_nearest(
    numbered: Office, text: str, reason: str, chinese: str, candidates: list[str]
) -> None:
    told = ask(numbered, text, "zh")
    assert (told["outcome"], told["reason"], told["reason_text"], told["matches"]) == ("unmatched", reason, chinese, [])
    assert [one["name"] for one in told["candidates"]] == candidates


def test_a_town_without_house_numbers_says_so(quarters: Town) -> None:
    street = sorted(set(quarters.jurisdiction.road_edges["name"].dropna()))[0]
    found = Addresses(quarters.jurisdiction).find(f"{street} 7777号")
    assert (found.spots, found.reason and found.reason.key) == ([], "address.no_numbers")


def test_a_town_finds_addresses_however_wide_their_signs_are(quarters: Town) -> None:
    assert [one.what for one in quarters.addresses.find(" ＳＣＨＯＯＬ ").spots] == ["place"]
    assert [one.name for one in quarters.addresses.find("u０00").spots] == ["U000"]


@pytest.mark.parametrize("query", ["", "text=", "text=x&on=soon", f"text={'x' * 201}"])
def test_a_question_that_cant_be_read_is_a_422_in_chinese_too(numbered: Office, query: str) -> None:
    answer = numbered.ask(None, "GET", f"/register/addresses?{query}", headers={"Accept-Language": "zh"})
    assert (answer.status_code, answer.json()["title"]) == (422, "内容不可用")

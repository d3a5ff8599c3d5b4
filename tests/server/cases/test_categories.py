from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient

from gridgeo_server.app import create_app
from gridgeo_server.cases.categories import Categories
from gridgeo_server.cases.files import categories_of
from gridgeo_server.clocks import Calendar
from gridgeo_server.errors import BadRequest
from gridgeo_server.settings import Settings
from gridgeo_server.town import Town

HEAD = "category,name_en,name_zh,limit,clock,urgent,area,valid_from,valid_to"
ZONE = "Asia/Shanghai"


def test_every_kind_has_both_names_and_a_limit() -> None:
    table = Categories.packaged()
    assert len(table.all()) >= 10
    for kind in table.all():
        assert kind.name_zh
        assert kind.name_en
        assert kind.limit_s > 0
        assert table[kind.category] is kind
    assert "secondary source" in table.source


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadRequest, match="unknown category 'ufo'; known are manhole_cover, "):
        Categories.packaged()["ufo"]


def test_a_kind_and_its_cases_are_shown_as_they_hold_now_not_as_they_will(
    settings: Settings, town: Town, clock: Any, at: Any
) -> None:
    day = clock.now.astimezone(ZoneInfo(ZONE)).date()
    rows = [
        f"leak,Leak,漏水,2,urgent_hours,no,,,{day}",
        f"leak,Burst pipe,爆管,1,urgent_hours,yes,,{day + timedelta(days=1)},",
    ]
    (settings.data / "categories.csv").write_text("\n".join([HEAD, *rows]), encoding="utf-8")
    lon, lat = at(480, 200)
    app = create_app(settings.model_copy(update={"time_zone": ZONE}), town, clock)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        case = client.post("/api/v1/cases", json={"category": "leak", "lon": lon, "lat": lat}).json()["case"]

        def told() -> list[tuple[str, bool]]:
            features = client.get("/ogc/collections/cases/items").json()["features"]
            views = [
                *client.get("/api/v1/board").json()["categories"],
                client.get(f"/api/v1/cases/{case}").json(),
                *client.get("/api/v1/cases").json()["cases"],
                *(one["properties"] for one in features),
            ]
            return [(view["name_en"], view["urgent"]) for view in views]

        assert told() == [("Leak", False)] * 4
        clock.pass_seconds(86_400)
        assert told() == [("Burst pipe", True)] * 4


def test_where_no_row_of_a_kind_holds_it_is_shown_as_the_last_that_began(tmp_path: Path) -> None:
    rows = ["leak,Leak,漏水,2,urgent_hours,no,,,2026-11-17", "leak,Burst,爆管,1,urgent_hours,yes,,2027-01-01,"]
    (tmp_path / "categories.csv").write_text("\n".join([HEAD, *rows]), encoding="utf-8")
    table = categories_of(tmp_path, Calendar(ZoneInfo(ZONE)), None)
    assert [one.name_en for one in table.on(date(2026, 12, 1))] == ["Leak"]
    assert table.held("leak", "west", date(2026, 12, 1)).name_en == "Leak"


def test_a_kind_that_holds_in_one_area_alone_is_shown_as_there(tmp_path: Path) -> None:
    rows = ["leak,Leak,漏水,2,urgent_hours,no,,,2026-11-17", "leak,Burst,爆管,1,urgent_hours,yes,west,2026-11-18,"]
    (tmp_path / "categories.csv").write_text("\n".join([HEAD, *rows]), encoding="utf-8")
    table = categories_of(tmp_path, Calendar(ZoneInfo(ZONE)), None)
    assert [one.name_en for one in table.on(date(2026, 12, 1))] == ["Burst"]
    assert table.held("leak", "east", date(2026, 12, 1)).name_en == "Leak"

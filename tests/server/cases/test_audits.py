"""Who reads where photos were taken, and who looked at personal data: of the whole place, or of an area alone."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fastapi.testclient import TestClient

from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from gridgeo_server.app import create_app
from gridgeo_server.auth import looks
from gridgeo_server.settings import Settings
from gridgeo_server.town import Town
from server.offices import People
from server.photos.conftest import photo
from server.plans.conftest import quartered
from towns import lattice_town

WEST, EAST = (50, 50), (1_150, 750)
PLACE = (7.4246, 43.7384)


@pytest.fixture(scope="module")
def people(
    tmp_path_factory: pytest.TempPathFactory, empty_store: Path, new_clock: Callable[[], Any]
) -> Iterator[People]:
    """A server that takes keys on a town with a west and an east; supervisors and administrators of all and of one."""
    folder = tmp_path_factory.mktemp("audits")
    shutil.copy(empty_store, folder)
    assignment = pd.Series(quartered()).rename_axis("unit")
    town = Town(Plan(lattice_town(8, 12), assignment, Rules(k=8, within="quarter")))
    app = create_app(Settings(data=folder, indicators_s=3_600, auth="required"), town, new_clock())
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        found = People(client, {}, {})
        for role in ("supervisor", "admin", "dispatcher"):
            found.join(role, role)
        found.join("supervisor of the west", "supervisor", area="west")
        found.join("admin of the east", "admin", area="east")
        yield found


@pytest.fixture(scope="module")
def looked(people: People) -> dict[str, tuple[str, str]]:
    """A case and its photo in the west and in the east, at all of which somebody looked, and at a roster."""
    found = {}
    for name, (east_m, south_m) in (("west", WEST), ("east", EAST)):
        case = people.report(east_m, south_m)["case"]
        made = people.ask("dispatcher", "POST", f"/cases/{case}/photos", content=photo(place=PLACE))
        assert made.status_code == 201, made.text
        found[name] = case, made.json()["photo"]
        people.get("dispatcher", f"/cases/{case}/reporter")
        people.get("supervisor", f"/photos/{found[name][1]}/origin")
    people.get("supervisor", "/rosters/terms")
    return found


def read(people: People, who: str, more: str = "") -> set[tuple[str, str | None]]:
    """At what somebody is told that others looked."""
    return {(one["what"], one["of"]) for one in people.get(who, f"/access-log{more}")["looks"]}


def test_who_looked_is_told_of_the_cases_that_a_supervisor_sees_and_of_rosters_to_the_administrator_alone(
    people: People, looked: dict[str, tuple[str, str]]
) -> None:
    west, east = ({("reporter", case), ("photo origin", shot)} for case, shot in (looked["west"], looked["east"]))
    assert read(people, "admin") == west | east | {("terms", None)}
    assert read(people, "supervisor") == west | east
    assert read(people, "supervisor of the west") == west
    assert read(people, "admin of the east") == east
    assert read(people, "supervisor", "?what=terms") == set()
    for name in looked["east"]:
        assert read(people, "supervisor of the west", f"?of={name}") == set()
    assert people.ask("dispatcher", "GET", "/access-log").status_code == 403


def test_pages_pass_over_what_is_not_told(people: People, looked: dict[str, tuple[str, str]]) -> None:
    whole = people.get("supervisor of the west", "/access-log")["looks"]
    pages, after = [], ""
    for _ in whole:
        page = people.get("supervisor of the west", f"/access-log?limit=1{after}")
        pages += page["looks"]
        after = f"&after={page['next']}"
    assert pages == whole
    assert page["next"] is None


def test_where_a_photo_was_taken_is_for_the_supervisor_of_the_area_of_its_case_and_a_refused_look_is_none(
    people: People, looked: dict[str, tuple[str, str]]
) -> None:
    def count() -> int:
        with people.state.store.reading() as connection:
            return len(looks.looks(connection, 1_000))

    _, west = looked["west"]
    _, east = looked["east"]
    before = count()
    told = people.get("supervisor of the west", f"/photos/{west}/origin")
    assert (told["lon"], told["lat"]) == pytest.approx(PLACE, abs=1e-6)
    assert count() == before + 1
    refused = people.ask("supervisor of the west", "GET", f"/photos/{east}/origin")
    none = people.ask("supervisor of the west", "GET", "/photos/ph_none/origin")
    assert (refused.status_code, none.status_code) == (404, 404)
    assert refused.text.replace(east, "") == none.text.replace("ph_none", "")
    assert people.ask("dispatcher", "GET", f"/photos/{west}/origin").status_code == 403
    assert people.ask(None, "GET", f"/photos/{west}/origin").status_code == 401
    assert count() == before + 1

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from gridgeo.errors import BadInput
from gridgeo.sources import write_jurisdiction
from gridgeo_server.app import create_app
from gridgeo_server.cases.commands import app
from gridgeo_server.cases.wishes import Actor, Report
from gridgeo_server.settings import Settings
from gridgeo_server.store import Store, tables
from gridgeo_server.store.folder import STORE, held
from gridgeo_server.town import Town


def _run(*words: str) -> tuple[int, Any]:
    answer = CliRunner().invoke(app, [*words, "--json"])
    if answer.exception is not None and not isinstance(answer.exception, SystemExit | typer.Exit):
        raise answer.exception
    return answer.exit_code, json.loads(answer.stdout)


def test_cases_are_checked_against_their_events_and_mended(
    tmp_path: Path, empty_store: Path, town: Town, at: Any, clock: Any
) -> None:
    shutil.copy(empty_store, tmp_path / STORE)
    state = create_app(Settings(data=tmp_path), town, clock).state.gridgeo
    lon, lat = at(480, 200)
    case = state.store.write(lambda t: state.desk.report(t, Report("noise", lon, lat), clock(), Actor())).case
    state.store.close()
    folder = ("--data", str(tmp_path))
    assert _run("rebuild", "--check", *folder) == (0, {"differences": [], "mended": False})
    store = Store(tmp_path / STORE)
    store.write(lambda t: t.connection.execute(tables.cases.update().values(stage="closed")) and None)
    store.close()
    wrong = [{"case": case, "field": "stage", "stored": "closed", "events": "dispatched"}]
    assert _run("rebuild", "--check", *folder) == (1, {"differences": wrong, "mended": False})
    with held(tmp_path), pytest.raises(BadInput, match="in use by another"):
        _run("rebuild", *folder)
    assert _run("rebuild", *folder) == (0, {"differences": wrong, "mended": True})
    assert _run("rebuild", "--check", *folder)[0] == 0


def test_a_folder_without_a_store_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is missing"):
        _run("rebuild", "--data", str(tmp_path))
    with pytest.raises(BadInput, match="no such folder"):
        _run("check", "--data", str(tmp_path / "none"))


def test_the_tables_of_a_folder_are_read_and_what_nobody_is_responsible_for_is_named(
    tmp_path: Path, town: Town
) -> None:
    write_jurisdiction(town.jurisdiction, tmp_path / "town.gpkg")
    town.plan.to_file(tmp_path / "plan.gpkg")
    folder = ("--data", str(tmp_path))
    assert _run("check", *folder) == (0, {"categories": 16, "gaps": []})
    table = "category,name_en,limit,clock,department\nleak,Leak,2,working_hours,\nfire,Fire,1,urgent_hours,brigade\n"
    (tmp_path / "categories.csv").write_text(table, encoding="utf-8")
    assert _run("check", *folder) == (1, {"categories": 2, "gaps": [{"area": "town", "category": "leak"}]})
    (tmp_path / "calendar.json").write_text('{"zone": "Mars"}', encoding="utf-8")
    with pytest.raises(BadInput, match="unknown time zone 'Mars'"):
        _run("check", *folder)

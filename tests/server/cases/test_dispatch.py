from __future__ import annotations

import threading

import pytest

from gridgeo_server.cases.dispatch import first_ways
from gridgeo_server.town import Town


def test_the_streets_of_every_mode_are_ready_before_the_first_case(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[object] = []
    asked = "gridgeo_server.cases.dispatch.ways_between"
    monkeypatch.setattr(asked, lambda roads, starts, goal: found.append(roads))
    first_ways(town, threading.Event())
    assert found == list(town.roads.values())


def test_a_server_that_stops_finds_no_more_ways(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[object] = []
    monkeypatch.setattr("gridgeo_server.cases.dispatch.ways_between", lambda *asked: found.append(asked))
    stop = threading.Event()
    stop.set()
    first_ways(town, stop)
    assert not found


def test_ways_that_fail_ahead_are_written_to_the_log(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*asked: object) -> None:
        raise RuntimeError("no such street")

    monkeypatch.setattr("gridgeo_server.cases.dispatch.ways_between", fail)
    first_ways(town, threading.Event())
    assert "could not be found ahead" in caplog.text

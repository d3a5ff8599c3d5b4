from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gridgeo.roads import Roads
from gridgeo_server import reach as module
from gridgeo_server.reach import Reach
from gridgeo_server.responders.model import Responder, one_per_grid
from gridgeo_server.town import Town


@pytest.fixture
def reach(town: Town) -> Reach:
    """Reach over the lattice town, of which nothing is known yet."""
    return Reach(town.jurisdiction.units, town.roads)


@pytest.fixture
def crew(town: Town, at: Any) -> list[Responder]:
    """Two officers at junctions of the lattice: in its north-west, and in its middle."""
    one, two = one_per_grid(town)[:2]
    return [replace(officer, lon=lon, lat=lat) for officer, (lon, lat) in ((one, at(100, 100)), (two, at(600, 400)))]


def test_reach_is_what_the_road_times_from_the_junctions_say(town: Town, reach: Reach, crew: list[Responder]) -> None:
    found = reach.within(crew, 300)
    roads, units = town.roads["foot"], town.jurisdiction.units
    here = roads.snap_at(np.array([one.coords[0] for one in (town.locator.to_metric(*who.place) for who in crew)]))
    spots = units.geometry.representative_point()
    there = roads.snap_at(np.column_stack([spots.x, spots.y]), within_m=np.inf)
    assert np.array_equal(found, roads.times(here, there).to_numpy() <= 300)
    assert found[1].sum() > found[0].sum() > 0
    assert reach.share.sum() == pytest.approx(1)


def test_times_are_looked_up_once_for_each_junction_at_which_somebody_stands(
    reach: Reach, crew: list[Responder], at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    times = Roads.times
    monkeypatch.setattr(
        Roads, "times", lambda self, here, there: asked.append(len(here.piece)) or times(self, here, there)
    )
    lon, lat = at(110, 100)  # a few steps on, still nearer to the same junction
    for officers in (crew, crew, [replace(crew[0], lon=lon, lat=lat), crew[1]]):
        reach.within(officers, 300)
    assert asked == [2]
    lon, lat = at(300, 100)
    reach.within([replace(crew[0], lon=lon, lat=lat), crew[1]], 300)
    assert asked == [2, 1]


def test_no_more_junctions_are_remembered_than_may_be(
    reach: Reach, crew: list[Responder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 1)
    one, two = (reach.within([officer], 300) for officer in crew)
    assert np.array_equal(reach.within(crew, 300), np.vstack([one, two]))

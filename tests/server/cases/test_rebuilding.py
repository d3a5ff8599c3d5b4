"""Whatever is done with cases, and in whatever order: the rows are what the events make of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridgeo_server.app import create_app
from gridgeo_server.cases import store as case_store
from gridgeo_server.cases.rebuilding import differences, rebuild_all
from gridgeo_server.cases.service import Desk
from gridgeo_server.cases.stages import machine
from gridgeo_server.cases.wishes import Actor, Report, Wish
from gridgeo_server.errors import BadRequest, OffDuty, WrongStage
from gridgeo_server.settings import Settings
from gridgeo_server.state import State
from gridgeo_server.store import tables
from gridgeo_server.store.folder import STORE
from gridgeo_server.town import Town

ACTIONS = [name for name, row in machine().actions.items() if row.who]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, town: Town, empty_store: Path, new_clock: Any) -> Iterator[State]:
    """One server for every example: cases of one example don't mind those of another."""
    folder = tmp_path_factory.mktemp("rebuilding")
    shutil.copy(empty_store, folder / STORE)
    state = create_app(Settings(data=folder), town, new_clock()).state.gridgeo
    yield state
    state.store.close()


def verifying(desk: Desk) -> Desk:
    """The desk of a town in which noise must be verified before it is filed."""
    from gridgeo_server.cases.categories import Categories

    rows = [replace(row, verify=row.category == "noise") for row in desk.categories.all()]
    return replace(desk, categories=Categories(rows, ""))


@st.composite
def wishes(draw: st.DrawFn) -> tuple[int, float, Wish]:
    """Which of three cases, after how many seconds, and what."""
    action = draw(st.sampled_from(ACTIONS))
    note = draw(st.sampled_from(["why", "why", "why", None]))
    more: dict[str, Any] = {}
    if action == "extend":
        more["amount"] = draw(st.sampled_from([0.5, 2, None]))
    if action == "transfer":
        more["category"] = draw(st.sampled_from(["noise", "greenery", "street_stall", None]))
        more["department"] = draw(st.sampled_from(["works", None]))
    if action == "merge":
        more["into"] = draw(st.sampled_from([0, 1, 2]))
    return (
        draw(st.integers(0, 2)),
        draw(st.sampled_from([0.0, 61.5, 1_800.0, 40_000.0, -3_600.0])),
        Wish(action, note, **more),
    )


def facts(connection: sa.Connection, name: str) -> tuple[Any, list[Any]]:
    return case_store.get(connection, name), case_store.events_of(connection, name)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(wishes(), min_size=3, max_size=14))
def test_rows_are_what_their_events_make_of_them_and_what_is_refused_changes_nothing(
    shared: State, at: Any, wished: list[tuple[int, float, Wish]]
) -> None:
    state, desk = shared, verifying(shared.desk)
    state.clock.now = datetime.fromisoformat("2026-11-18T09:00:00+00:00")
    lon, lat = at(480, 200)

    def begin(transaction: Any) -> list[str]:
        kinds = ("noise", "greenery", "street_stall")
        return [desk.report(transaction, Report(kind, lon, lat), state.clock(), Actor()).case for kind in kinds]

    names = state.store.write(begin)
    for which, seconds, wish in wished:
        state.clock.pass_seconds(seconds)
        name = names[which]
        if wish.into is not None:
            wish = replace(wish, into=names[wish.into])
        state.store.write(lambda t: desk.climbing.climb(t, state.clock()))
        with state.store.reading() as connection:
            before = [facts(connection, one) for one in names]
        try:
            changed = state.store.write(lambda t, n=name, w=wish: desk.act(t, n, w, state.clock(), Actor("x", "X")))
        except (WrongStage, BadRequest, OffDuty):
            with state.store.reading() as connection:
                assert [facts(connection, one) for one in names] == before
        else:
            assert changed.version > before[which][0].version
    with state.store.reading() as connection:
        assert list(differences(connection)) == []
        for name in names:
            row, events = facts(connection, name)
            rungs = [event.rung for event in events if event.action == "escalate"]
            assert len(set(rungs)) == len(rungs)
            assert row.version == len(events)


def test_a_row_that_was_tampered_with_is_named_and_mended(shared: State, at: Any) -> None:
    lon, lat = at(50, 50)

    def spoil(transaction: Any) -> list[str]:
        names = [
            shared.desk.report(transaction, Report("noise", lon, lat), shared.clock(), Actor()).case for _ in range(2)
        ]
        cases = tables.cases
        transaction.connection.execute(cases.update().where(cases.c.case == names[0]).values(stage="closed", level=3))
        transaction.connection.execute(cases.delete().where(cases.c.case == names[1]))
        return names

    names = shared.store.write(spoil)
    with shared.store.reading() as connection:
        found = [(one.case, one.field, one.stored, one.rebuilt) for one in differences(connection)]
    assert sorted(found) == [
        (names[0], "level", 3, 0),
        (names[0], "stage", "closed", "dispatched"),
        (names[1], "", None, "dispatched"),
    ]
    assert len(shared.store.write(lambda t: rebuild_all(t.connection))) == 3
    with shared.store.reading() as connection:
        assert list(differences(connection)) == []
        assert case_store.get(connection, names[1]).stage == "dispatched"

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from gridgeo_server.cases.wishes import Actor, Report
from gridgeo_server.state import State
from gridgeo_server.store import Transaction, hook_tables, tables
from server.webhooks.conftest import Receiver


def laid(state: State) -> list[tuple[str, str, int]]:
    table = hook_tables.webhook_messages
    with state.store.reading() as connection:
        query = sa.select(table.c.webhook, table.c.type, table.c.seq).order_by(table.c.number)
        return [tuple(row) for row in connection.execute(query)]


def test_every_event_lies_in_the_outbox_once_it_is_stored(
    hook: dict[str, Any], report: Callable[..., Any], client: TestClient, state: State
) -> None:
    case = report(480, 200)
    client.post(f"/api/v1/cases/{case['case']}/actions", json={"action": "start"})
    events = client.get(f"/api/v1/cases/{case['case']}").json()["events"]
    assert laid(state) == [(hook["webhook"], f"case.{event['action']}", event["seq"]) for event in events]
    assert [kind for _, kind, _ in laid(state)] == ["case.report", "case.accept", "case.dispatch", "case.start"]


def test_a_transaction_that_fails_after_the_event_leaves_neither(hook: dict[str, Any], state: State, at: Any) -> None:
    lon, lat = at(480, 200)

    def work(transaction: Transaction) -> None:
        state.desk.report(transaction, Report("noise", lon, lat), state.clock(), Actor())
        count = sa.select(sa.func.count()).select_from(hook_tables.webhook_messages)
        assert transaction.connection.execute(count).scalar_one() == 3
        raise RuntimeError("the power fails")

    with pytest.raises(RuntimeError, match="power"):
        state.store.write(work)
    assert laid(state) == []
    with state.store.reading() as connection:
        assert connection.execute(sa.select(tables.events)).all() == []


def test_only_the_kinds_and_areas_that_were_asked_for_are_laid(
    ask: Callable[..., Any], receiver: Receiver, report: Callable[..., Any], state: State
) -> None:
    named = ask("POST", "", 201, json={"url": receiver.address, "events": ["report"], "areas": ["town"]})
    stopped = ask("POST", "", 201, json={"url": receiver.address})
    ask("PATCH", f"/{stopped['webhook']}", json={"state": "stopped"})
    report(480, 200)
    assert [row[:2] for row in laid(state)] == [(named["webhook"], "case.report")]


def test_a_body_says_what_happened_and_how_the_case_stood_then_but_not_who_reported(
    hook: dict[str, Any], report: Callable[..., Any], state: State
) -> None:
    case = report(480, 200, reporter="13800000001")
    table = hook_tables.webhook_messages
    with state.store.reading() as connection:
        bodies = [str(row[0]) for row in connection.execute(sa.select(table.c.body).order_by(table.c.number))]
    first, last = json.loads(bodies[0]), json.loads(bodies[-1])
    assert (first["type"], first["data"]["case"]["stage"]) == ("case.report", "reported")
    assert (last["type"], last["data"]["case"]["stage"]) == ("case.dispatch", "dispatched")
    assert last["data"]["event"]["data"]["responder"] == case["responder"]
    assert not any("13800000001" in body for body in bodies)

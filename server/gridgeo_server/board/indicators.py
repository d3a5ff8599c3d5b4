"""Figures of the board, and the snapshot that a new viewer is given."""

from __future__ import annotations

from collections.abc import Collection, Container
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gridgeo_server.board.figures import VOID
from gridgeo_server.board.period import silent
from gridgeo_server.cases import store as case_store
from gridgeo_server.cases.looking import Looker
from gridgeo_server.cases.model import Case
from gridgeo_server.cases.views import case_view
from gridgeo_server.responders import store as responder_store
from gridgeo_server.responders.model import STALE_S, Responder, view
from gridgeo_server.responders.shifts import as_on_shift
from gridgeo_server.state import State
from gridgeo_server.store.instants import to_text

_RECENT = timedelta(hours=24)


def indicators(
    open_cases: list[Case],
    recent: list[Case],
    officers: list[Responder],
    load: dict[str, int],
    grids: Collection[str],
    now: datetime,
    today: datetime,
) -> dict[str, Any]:
    """The strip of indicators.

    Parameters
    ----------
    open_cases
        Every case that is not finished.
    recent
        Every case reported in the last 24 hours and since `today` began.
    load
        Cases on each officer's hands.
    grids
        Grids of which something is known: one without a report has none.
    today
        When the day began.

    Notes
    -----
    `on_time` speaks of the last 24 hours: due are the cases that were handled or whose time is up, on time those
    handled before it was. At the end of a case that was refused, withdrawn, merged or shelved nothing was due. The rate is None
    when nothing is due: a rate without a base is unknown, not 0.
    """
    pending = [case for case in open_cases if case.handled_at is None]
    lights = [case.light(now) for case in pending]
    reported_today = [case for case in recent if case.reported_at >= today]
    counted = [case for case in recent if case.stage not in VOID and case.reported_at >= now - _RECENT]
    due = [case for case in counted if case.handled_at is not None or case.due_at <= now]
    on_time = [case for case in due if case.on_time]
    on_duty = [officer for officer in officers if officer.on_duty]
    busy = [officer for officer in on_duty if load.get(officer.responder)]
    stale = [officer for officer in on_duty if (age := officer.fix_age_s(now)) is not None and age > STALE_S]
    return {
        "overdue": lights.count("over"),
        "soon": lights.count("soon"),
        "ok": lights.count("ok"),
        "on_time": {
            "rate": round(len(on_time) / len(due), 4) if due else None,
            "on_time": len(on_time),
            "due": len(due),
        },
        "on_duty": len(on_duty),
        "free": len(on_duty) - len(busy),
        "busy": len(busy),
        "stale": len(stale),
        "reported_today": len(reported_today),
        "grids_at_zero": len(set(grids) - {case.grid for case in reported_today}),
    }


def current(
    connection: sa.Connection,
    grids: Collection[str],
    now: datetime,
    zone: ZoneInfo,
    looker: Looker | None = None,
    away: Container[str] = (),
) -> dict[str, Any]:
    """The indicators of this moment: of all `grids`, or of those in the areas of a `looker`; `away` are officers off shift.

    Today is the day of the wall clock of `zone`.
    """
    where = [] if looker is None else looker.where()
    open_cases, _ = case_store.search(connection, is_open=True, where=where)
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0).astimezone(UTC)
    recent, _ = case_store.search(connection, reported_since=min(today, now - _RECENT), where=where)
    everybody = responder_store.everybody(connection)
    officers = [one for one in everybody if one.responder not in away]
    if looker is not None and (own := looker.grids) is not None:
        officers = [one for one in officers if not own.isdisjoint(one.grids)]
        grids = own
    known = set(grids) - silent(everybody, now)
    return indicators(open_cases, recent, officers, case_store.open_by_responder(connection), known, now, today)


def snapshot(state: State, looker: Looker | None = None) -> dict[str, Any]:
    """Everything a new viewer needs: open cases, officers, indicators, those of the areas of `looker` where one is given."""
    now = state.clock()
    with state.store.reading() as connection:
        open_cases, _ = case_store.search(connection, is_open=True)
        officers = responder_store.everybody(connection)
        load = case_store.open_by_responder(connection)
        figures = current(connection, state.town.grid_names, now, state.zone, looker, state.desk.sending.away(now))
    return {
        "server_time": to_text(now),
        "cases": [case_view(case, state.desk.kind_of(case, now), now) for case in open_cases],
        "responders": as_on_shift(
            state.desk.duty, [view(officer, load.get(officer.responder, 0)) for officer in officers], now
        ),
        "indicators": figures,
    }

"""Indicators of a period by grid, area, department, officer, category, month or day, each with the cases behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gridgeo_server.board import figures
from gridgeo_server.board.figures import FIGURES, GROUPS, Period
from gridgeo_server.board.small import suppressed
from gridgeo_server.cases.looking import Looker
from gridgeo_server.errors import BadRequest
from gridgeo_server.responders import store as responder_store
from gridgeo_server.responders.model import Responder
from gridgeo_server.state import State
from gridgeo_server.store import tables
from gridgeo_server.store.instants import to_text
from gridgeo_server.texts import say

BY = (*GROUPS, "month", "day")
SILENT = timedelta(hours=24)
"""A grid whose officers' devices were silent for so long before the period's end is no longer known to be without a case."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
MOST_PERIODS = 62


def table(
    state: State, connection: sa.Connection, by: str, period: Period, now: datetime, looker: Looker | None = None
) -> dict[str, Any]:
    """The indicators by `by`, and of everything together; a group without cases reports 0 by itself.

    A `looker` who may see figures whole is told those of the own areas; others are told them without small counts.
    """
    looker = looker or Looker()
    whole = looker.holds("figures.whole")
    where = looker.where() if whole else []
    if by in GROUPS:
        counted = figures.counted(connection, by, period, now, where)
        unknown = silent_grids(state, connection, period, now) if by == "grid" else set()
        members = _members(state, connection, by, looker if whole else Looker())
        keys = list(dict.fromkeys([*members, *sorted(counted)]))
        ahead = period.start >= now
        rows = [
            _row(key, counted.get(key), period, {GROUPS[by]: key}, ahead or (key in unknown and key not in counted))
            for key in keys
        ]
    else:
        rows = [
            _row(key, figures.counted(connection, None, part, now, where).get(""), part, {}, part.start >= now)
            for key, part in _parts(period, by, state.zone)
        ]
    counted_all = figures.counted(connection, None, period, now, where).get("")
    total = _row("", counted_all, period, {}, period.start >= now)
    if not whole:
        rows, total = suppressed([{**row, "cases": {}} for row in rows], {**total, "cases": {}})
    return {"by": by, "from": to_text(period.start), "to": to_text(period.end), "rows": rows, "total": total}


def silent_grids(state: State, connection: sa.Connection, period: Period, now: datetime) -> set[str]:
    """Grids of which nothing is known at the period's end, so that no case there isn't a 0.

    All devices of the grid's officers that ever told a position have been silent since `SILENT` before the end, or the period
    was over before anything at all was recorded.
    """
    end = min(period.end, now)
    grids = {str(grid) for grid in state.town.grids["grid"]}
    first = connection.execute(sa.select(sa.func.min(tables.events.c.at))).scalar_one()
    if first is not None and period.end <= first:
        return grids
    officers = responder_store.everybody(connection)
    return silent(officers if end == now else _as_heard(connection, officers, end), end)


def _as_heard(connection: sa.Connection, officers: Iterable[Responder], end: datetime) -> list[Responder]:
    """Officers with what was known of their last fix at `end`: of those who told one since, what is kept of then."""
    heard = responder_store.last_heard(connection, end)
    return [
        replace(one, fix_at=heard.get(one.responder, _LONG_AGO)) if one.fix_at is not None and one.fix_at > end else one
        for one in officers
    ]


def silent(officers: Iterable[Responder], end: datetime) -> set[str]:
    """Grids whose officers' devices told their positions once, and none since `SILENT` before `end`."""
    seen: dict[str, list[datetime]] = {}
    for officer in officers:
        if officer.fix_at is not None:
            for grid in officer.grids:
                seen.setdefault(grid, []).append(officer.fix_at)
    return {grid for grid, fixes in seen.items() if max(fixes) + SILENT < end}


def _row(
    key: str, counted: Mapping[str, int] | None, period: Period, group: Mapping[str, str], unknown: bool
) -> dict[str, Any]:
    told: dict[str, int | None] = (
        dict.fromkeys(FIGURES, None) if unknown else {**dict.fromkeys(FIGURES, 0), **(counted or {})}
    )
    state = "unknown" if unknown else ("known" if counted else "zero")
    return {
        "key": key,
        "state": state,
        "figures": told,
        "rates": figures.rates(told),
        "cases": {} if unknown else {name: _link(name, period, group) for name in FIGURES},
    }


def _link(figure: str, period: Period, group: Mapping[str, str]) -> str:
    asked = {"figure": figure, "from": to_text(period.start), "to": to_text(period.end), **group}
    return f"/api/v1/cases?{urlencode(asked)}"


def _members(state: State, connection: sa.Connection, by: str, looker: Looker) -> list[str]:
    """Everything that is reported on, with cases or without, as far as `looker` may look."""
    desk, grids = state.desk, state.town.grids
    match by:
        case "grid":
            found = [str(grid) for grid in grids["grid"]]
            return found if looker.grids is None else [one for one in found if one in looker.grids]
        case "area":
            return sorted(
                one for one in map(str, grids["area"].unique()) if looker.areas is None or one in looker.areas
            )
        case "category":
            return [one.category for one in desk.categories.all()]
        case "officer":
            everybody, own = responder_store.everybody(connection), looker.grids
            return [one.responder for one in everybody if own is None or not own.isdisjoint(one.grids)]
    return sorted({one.department for one in desk.categories.rows() if one.department})


def _parts(period: Period, by: str, zone: ZoneInfo) -> Iterator[tuple[str, Period]]:
    """Months or days of a period on the wall clock of `zone`, the first and the last perhaps cut."""
    start = period.start
    for _ in range(MOST_PERIODS):
        here = start.astimezone(zone)
        midnight = here.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        following = (
            midnight + timedelta(days=1)
            if by == "day"
            else (midnight.replace(day=1) + timedelta(days=32)).replace(day=1)
        )
        end = min(period.end, following.astimezone(period.end.tzinfo))
        yield f"{here:%Y-%m-%d}" if by == "day" else f"{here:%Y-%m}", Period(start, end)
        if end >= period.end:
            return
        start = end
    raise BadRequest(say("figures.too_many", most=MOST_PERIODS), "by")

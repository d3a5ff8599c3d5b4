"""The visits that lie ahead of an officer at a moment of a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from gridgeo.crs import to_wgs84
from gridgeo_server.town import RouteTables


@dataclass(frozen=True)
class NextStop:
    """A visit that hasn't ended: where (degrees), and from when to when (HH:MM)."""

    route: str
    officer: str | None
    order: int
    what: str
    name: str | None
    begin: str
    leave: str
    going_on: bool
    point: Any


def next_stops(
    planned: RouteTables, at: datetime, *, officer: str | None = None, grid: str | None = None
) -> list[NextStop]:
    """Visits of the day of `at` (local time) that haven't ended by then, in order of time.

    Only rounds with dates tell which day they belong to; others are no one's day.
    """
    lines = planned.routes
    if not {"date", "officer", "shift_from"} <= set(lines.columns):
        return []
    own = lines[(lines["kind"] == "visits") & (lines["date"] == at.date().isoformat())]
    if officer is not None:
        own = own[own["officer"].astype(str) == officer]
    if grid is not None:
        own = own[own["grid"].astype(str) == grid]
    began = {row["route"]: (_minutes(str(row["shift_from"])), str(row["officer"])) for row in own.to_dict("records")}
    stops = planned.stops[planned.stops["route"].isin(began)]
    now = at.hour * 60 + at.minute + at.second / 60
    found = []
    for stop in to_wgs84(stops).to_dict("records"):
        since, who = began[stop["route"]]
        wait = stop.get("wait_min")
        begin = since + float(stop["arrive_min"]) + (0.0 if wait is None or pd.isna(wait) else float(wait))
        leave = since + float(stop["leave_min"])
        if leave > now:
            name = stop["name"] if isinstance(stop["name"], str) else None
            visit = NextStop(
                route=str(stop["route"]),
                officer=who,
                order=int(stop["order"]),
                what=str(stop["what"]),
                name=name,
                begin=_clock(begin),
                leave=_clock(leave),
                going_on=begin <= now,
                point=stop["geometry"],
            )
            found.append((begin, visit.route, visit.order, visit))
    return [visit for *_, visit in sorted(found, key=lambda row: row[:3])]


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _clock(minutes: float) -> str:
    whole = round(minutes)
    return f"{whole // 60:02d}:{whole % 60:02d}"

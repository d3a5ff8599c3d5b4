"""Booked visits as routes on the map: a line for each officer's day, its stops with clock times, and what is left out."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgeo.routes.tables import Routes, layer
from gridgeo.routes.visiting.field import Field
from gridgeo.routes.visiting.ways import words

if TYPE_CHECKING:
    from gridgeo.routes.visiting.planning import Booked

WHY = {
    "border": "no officer may work in this grid",
    "skill": "nobody who may call has the skills {skills}",
    "persons": "two officers are needed, and no two who may call work on one day",
    "leave": "nobody who may call works on a day on which the door is open (weekday or leave)",
    "window": "the window {window} doesn't meet a shift and the way there",
    "shift": "the way there, the visit of {minutes:g} min and the way back don't fit into a shift",
    "spacing": "{count} visits {least} to {most} days apart don't fit into the days on which a visit is possible",
    "no room": "the officers' time goes to other visits",
}
"""What the reasons of `gridgeo_solvers.routing.visiting.reasons` are called."""


def drawn(field: Field, booked: Booked, meta: Mapping[str, Any]) -> Routes:
    """The routes of booked visits, in the contract of `gridgeo.schemas.ROUTES`.

    Besides it, routes have `officer`, `date`, `start_min`, `shift_from` and, in stops, `date`, `officer`, `door`, `visit` (1, 2,
    …) of `visits`, `begin`, `leave` (HH:MM), `with` (the second officer), `travel_m`, `travel_min`, `wait_min`, `off_m`.
    """
    routes, stops = [], []
    calls, company = _calls(field, booked.stops), _company(field, booked.stops)
    tours = _tours(field, booked.tours)
    for mode, name in enumerate(field.ways.modes):
        mine = [one for one in tours if one.mode == name]
        legs = [leg for one in mine for leg in _legs(field, one, calls[one.officer, one.day])]
        ways = field.ways.routes(mode, legs)
        metres = [way.metres(field.ways.streets[mode].network) for way in ways]
        at = 0
        for one in mine:
            own = calls[one.officer, one.day]
            here = slice(at, at + len(own) + 1)
            at = here.stop
            line = field.ways.streets[mode].line(*ways[here])
            routes.append(_route(field, one, own, line, sum(metres[here])))
            stops += _stops(one, own, metres[here], company, routes[-1])
    routes.sort(key=lambda row: (row["date"], row["route"]))
    rank = {row["route"]: number for number, row in enumerate(routes)}
    stops.sort(key=lambda row: (rank[row["route"]], row["order"]))
    crs = field.doors.crs
    left = left_out_rows(field, booked, meta)
    return Routes(_layer("routes", routes, crs), _layer("stops", stops, crs), left, dict(meta) | figures(field, booked))


def _layer(name: str, rows: list[dict[str, Any]], crs: Any) -> gpd.GeoDataFrame:
    """The table `name`, with officers and dates also where nobody calls anywhere."""
    table = layer(name, rows, crs)
    return table if rows else gpd.GeoDataFrame(table.assign(**{column: [] for column in _DATED[name]}))


_DATED = {
    "routes": ("officer", "date", "start_min", "shift_from", "sets_out", "back", "break", "break_min", "travel_min"),
    "stops": (
        *("date", "officer", "door", "visit", "visits", "begin", "leave", "with", "tasks"),
        *("travel_m", "travel_min", "wait_min", "off_m"),
    ),
}
"""Columns of rounds besides the contract of all routes."""


def each(table: pd.DataFrame) -> Iterator[Any]:
    """The rows of a table, their cells by name."""
    return iter(table.itertuples(index=False))


def clock(seconds: float) -> str:
    """Time of day, HH:MM, of seconds after midnight.

    Examples
    --------
    >>> clock(8.5 * 3600)
    '08:30'
    """
    minutes = round(seconds / 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def route_name(officer: str, day: date) -> str:
    """Name of an officer's day."""
    return f"{officer}-{day:%Y%m%d}"


def _tours(field: Field, tours: pd.DataFrame) -> list[Any]:
    """The days of officers, with what their table says of each."""
    about = field.officers.iloc[tours["officer"]]
    told = {name: about[name].to_numpy() for name in ("mode", "from_min", "break_min")}
    return list(each(tours.assign(who=about["officer"].to_numpy(), **told)))


def _calls(field: Field, stops: pd.DataFrame) -> dict[tuple[int, int], list[Any]]:
    """The stops of each (officer, day) in order, with what the doors' table says of each."""
    door = stops["door"].to_numpy()
    about = field.doors.iloc[door]
    told = {name: about[name].to_numpy() for name in ("name", "grid", "tasks", "geometry")}
    told |= {"what": about["door"].to_numpy(), "visits": field.due["count"][door], "off_m": field.ways.off_m[door]}
    found: dict[tuple[int, int], list[Any]] = {}
    for one in each(stops.assign(**told)):
        found.setdefault((one.officer, one.day), []).append(one)
    return found


def _legs(field: Field, tour: Any, own: list[Any]) -> list[tuple[int, int]]:
    n, m = len(field.doors), len(field.officers)
    places = [n + tour.officer, *(stop.door for stop in own), n + m + tour.officer]
    return list(itertools.pairwise(places))


def _company(field: Field, stops: pd.DataFrame) -> dict[tuple[int, int, int], str]:
    """The other officer of each visit of two, by (door, number, officer)."""
    names = field.officers["officer"].tolist()
    found: dict[Any, str] = {}
    for (door, number), who in stops.groupby(["door", "number"])["officer"]:
        officers = who.tolist()
        if len(officers) == 2:
            found[door, number, officers[0]] = names[officers[1]]
            found[door, number, officers[1]] = names[officers[0]]
    return found


def _route(field: Field, tour: Any, own: list[Any], line: shapely.LineString, metres: float) -> dict[str, Any]:
    day = field.date_of(tour.day)
    grids = Counter(str(stop.grid) for stop in own)
    return {
        "route": route_name(tour.who, day),
        "grid": min(grids, key=lambda grid: (-grids[grid], grid)),
        "kind": "visits",
        "mode": tour.mode,
        "minutes": (tour.end - tour.start) / 60,
        "length_m": metres,
        "service_m": 0.0,
        "stops": len(own),
        "start_min": max(0.0, tour.start / 60 - tour.from_min),
        "officer": tour.who,
        "date": day.isoformat(),
        "shift_from": clock(tour.from_min * 60),
        "sets_out": clock(tour.start),
        "back": clock(tour.end),
        "break": "" if pd.isna(tour.rest) else clock(tour.rest),
        "break_min": tour.rest / 60 - tour.from_min,
        "travel_min": tour.travel / 60,
        "geometry": line,
    }


def _stops(
    tour: Any,
    own: list[Any],
    metres: list[float],
    company: Mapping[tuple[int, int, int], str],
    route: Mapping[str, Any],
) -> list[dict[str, Any]]:
    rows = []
    began, before, rest = tour.from_min * 60, tour.start, tour.break_min * 60
    for order, stop in enumerate(own):
        rested = rest if before <= tour.rest < stop.begin else 0.0
        rows.append(
            {
                "route": route["route"],
                "order": order,
                "what": stop.what,
                "name": stop.name,
                "arrive_min": (stop.arrive - began) / 60,
                "leave_min": (stop.leave - began) / 60,
                "travel_m": metres[order],
                "travel_min": (stop.arrive - before - rested) / 60,
                "wait_min": (stop.begin - stop.arrive) / 60,
                "off_m": stop.off_m,
                "officer": route["officer"],
                "date": route["date"],
                "begin": clock(stop.begin),
                "leave": clock(stop.leave),
                "visit": stop.number + 1,
                "visits": stop.visits,
                "tasks": "; ".join(stop.tasks),
                "with": company.get((stop.door, stop.number, tour.officer), ""),
                "geometry": stop.geometry,
            }
        )
        before = stop.leave
    return rows


def left_out_rows(field: Field, booked: Booked, meta: Mapping[str, Any]) -> gpd.GeoDataFrame:
    """One row for each visit that nobody makes, with the rule that forbids it and the reason in words."""
    rows = []
    why = field.ways.reason[: len(field.doors)]
    outside = field.doors["grid"].isna().to_numpy()
    told = words(meta["within_m"], field.ways.modes)
    for place in np.flatnonzero(outside | (why != "")).tolist():
        reason = "outside every grid" if outside[place] else told.get(why[place], "")
        if reason:
            rows += [
                _unserved(field, place, number, "place", reason) for number in range(max(1, field.due["count"][place]))
            ]
    for one in each(booked.left_out):
        rows.append(_unserved(field, one.door, one.number, one.reason, _said(field, one.door, one.reason)))
    return layer("unserved", rows, field.doors.crs)


def _unserved(field: Field, door: int, number: int, rule: str, reason: str) -> dict[str, Any]:
    about = field.doors.iloc[door]
    return {
        "what": about["door"],
        "grid": about["grid"],
        "reason": reason,
        "rule": rule,
        "visit": number + 1,
        "visits": int(field.due["count"][door]),
        "geometry": about["geometry"],
    }


def _said(field: Field, door: int, reason: str) -> str:
    about = field.doors.iloc[door]
    return WHY[reason].format(
        skills=", ".join(about["skills"]),
        window=f"{clock(about['from_min'] * 60)}–{clock(about['to_min'] * 60)}",
        minutes=about["minutes"],
        count=int(field.due["count"][door]),
        least=int(field.due["least"][door]),
        most=int(field.due["most"][door]),
    )


def figures(field: Field, booked: Booked) -> dict[str, Any]:
    """A plan of visits in a few numbers; minutes."""
    stops = booked.stops
    work = (stops["leave"] - stops["begin"]).groupby([stops["officer"], stops["day"]]).sum() / 60
    return {
        "objective": round(booked.objective / 60, 3),
        "bound": None,
        "gap": None,
        "status": "feasible",
        "doors": len(field.doors),
        "not_due": int((field.due["count"] == 0).sum()),
        "visits": len(stops.drop_duplicates(["door", "number"])),
        "travel_min": round(booked.travel / 60, 1),
        "work_min": round(float(work.sum()), 1),
        "least_day_min": round(float(work.min()), 1) if len(work) else 0.0,
        "most_day_min": round(float(work.max()), 1) if len(work) else 0.0,
        "continuity": continuity(field, stops),
    }


def continuity(field: Field, stops: pd.DataFrame) -> float | None:
    """Share of the visits made by the door's own officer: the preferred one, or else the one who comes most often.

    Doors with one visit and no preference don't count; None where no others are.
    """
    own, count = field.own, field.due["count"]
    told = stops[(own[stops["door"]] >= 0) | (count[stops["door"]] > 1)]
    if told.empty:
        return None
    made = told.groupby("door")["number"].nunique()
    by = told.groupby(["door", "officer"])["number"].nunique().reset_index()
    preferred = own[by["door"]]
    best = by[(preferred < 0) | (preferred == by["officer"])].groupby("door")["number"].max()
    return round(float(best.sum() / made.sum()), 4)

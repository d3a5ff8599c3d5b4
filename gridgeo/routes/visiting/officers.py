"""The officers who call: shifts, leave, breaks, skills, and the grids they work in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridgeo import crs
from gridgeo.errors import BadInput
from gridgeo.graphs import MODES
from gridgeo.plans.plan import Plan
from gridgeo.rosters.dates import read_day
from gridgeo.routes.reading import Rows, objects
from gridgeo.routes.visiting.lists import weekdays

_SPAN = re.compile(r"\s*(?:\.\.|至|~| to )\s*")
WORKING = "1111100"
"""Monday to Friday."""


def check_officers(
    officers: pd.DataFrame, plan: Plan, *, shift_from: str = "08:00", shift_min: float = 240.0, mode: str = "foot"
) -> gpd.GeoDataFrame:
    """Prove a table of officers.

    Parameters
    ----------
    officers
        Column `officer` (unique). May have `grid` (grids of their own, with ; between; every grid if empty), `also` (further
        grids they may go to), `from` and `to` (HH:MM, the shift), `weekdays` (Mon-Fri if empty), `leave` (days and spans of
        days: ``2026-12-24; 2026-12-28..2026-12-31``), `lon` and `lat` (degrees, where their day begins; the start of their
        first grid if empty), `end_lon` and `end_lat` (where it ends; where it began if empty), `break_min` (minutes of a break),
        `break_from` and `break_to` (HH:MM between which it begins; the middle of the shift if empty), `skills` (with ;
        between), `mode` (foot, ebike, car), `name`.
    plan
        The plan in which they work.
    shift_from, shift_min, mode
        For officers whose cells are empty.

    Returns
    -------
    One row an officer: `officer`, `name`, `grids`, `also` (tuples), `from_min`, `to_min` (minutes after midnight), `weekdays`
    (seven letters, from Monday), `leave` (set of dates), `break_min`, `break_from_min`, `break_to_min`, `skills` (tuple),
    `mode`, `end` (a point or None), and the start (a point, or empty) as geometry in the plan's CRS.

    Raises
    ------
    BadInput
        As `check_visits`; an officer without a shift is one.
    """
    if officers.empty:
        raise BadInput("the table of officers is empty; give one row for each officer: officer, grid, from, to")
    if "officer" not in officers.columns:
        raise BadInput(
            f"officers have no column 'officer' (a unique name); they have {', '.join(map(str, officers.columns))}"
        )
    rows = Rows(officers, "officer", "officers")
    begins = rows.clock("shift_from", shift_from)
    since, until = rows.minutes("from", 0.0, begins), rows.minutes("to", 0.0, begins + shift_min)
    rows.refuse(~(until > since), "to" if rows.has("to") else "officer", "leaves no shift; it ends after 'from'")
    works = weekdays(rows, WORKING)
    rest = rows.numbers("break_min", 0.0)
    rows.refuse(rest < 0, "break_min", "is negative; give minutes, 0 for none")
    rows.refuse(rest >= until - since, "break_min", "is as long as the shift; give fewer minutes or a longer shift")
    middle = (since + until - rest) / 2
    rest_from, rest_to = (rows.minutes(name, 0.0, -1.0) for name in ("break_from", "break_to"))
    rest_from, rest_to = (np.where(told < 0, np.nan, told) for told in (rest_from, rest_to))
    rest_from = np.where(np.isnan(rest_from), np.fmin(middle - 30, np.nan_to_num(rest_to, nan=np.inf)), rest_from)
    rest_to = np.where(np.isnan(rest_to), np.fmax(middle + 30, rest_from), rest_to)
    rows.refuse((rest > 0) & (rest_from > rest_to), "break_to", "lies before 'break_from'; swap or mend them")
    missed = (rest > 0) & (np.maximum(rest_from, since) > np.minimum(rest_to, until - rest))
    rows.refuse(missed, "break_from", "lies outside the shift; a break begins and ends within it")
    if mode not in MODES:
        raise BadInput(f"unknown mode '{mode}'; use {', '.join(MODES)}")
    modes = [mode if value is None else value.strip() for value in rows.texts("mode", [None] * len(officers))]
    rows.refuse(np.array([one not in MODES for one in modes]), "mode", f"is no mode; write {', '.join(MODES)}")
    table = {
        "officer": rows.ids,
        "name": rows.texts("name", rows.ids),
        "grids": _known(rows, "grid", plan),
        "also": _known(rows, "also", plan),
        "from_min": since,
        "to_min": until,
        "weekdays": works,
        "leave": _leave(rows),
        "break_min": rest,
        "break_from_min": rest_from,
        "break_to_min": rest_to,
        "skills": rows.lists("skills"),
        "mode": modes,
        "end": objects(list(_points(rows, "end_lon", "end_lat", plan))),
    }
    starts = _points(rows, "lon", "lat", plan)
    return gpd.GeoDataFrame(table, geometry=starts, crs=plan.jurisdiction.crs)


def officers_of(
    grids: Sequence[str],
    each: int,
    plan: Plan,
    *,
    shift_from: str = "08:00",
    shift_min: float = 240.0,
    mode: str = "foot",
) -> gpd.GeoDataFrame:
    """Officers for a plan that names none: `each` for every grid, named as the grid and a number."""
    table = pd.DataFrame([{"officer": f"{grid}-{n}", "grid": grid} for grid in grids for n in range(1, each + 1)])
    return check_officers(table, plan, shift_from=shift_from, shift_min=shift_min, mode=mode)


def works_on(officers: pd.DataFrame, start: date, days: int) -> NDArray[np.bool_]:
    """Shape (officers, days): whether each works on each day from `start` on."""
    calendar = [start + timedelta(days=day) for day in range(days)]
    return np.array(
        [
            [week[day.weekday()] == "1" and day not in leave for day in calendar]
            for week, leave in zip(officers["weekdays"], officers["leave"], strict=True)
        ],
        dtype=bool,
    ).reshape(len(officers), days)


def _known(rows: Rows, column: str, plan: Plan) -> list[tuple[str, ...]]:
    known = set(plan.grids["grid"].astype(str))
    named = rows.lists(column)
    for row, names in enumerate(named):
        unknown = [name for name in names if name not in known]
        if unknown:
            bad = np.arange(len(named)) == row
            rows.refuse(bad, column, f"names '{unknown[0]}', no grid of the plan; its grids are {_some(sorted(known))}")
    return named


def _some(names: list[str]) -> str:
    return ", ".join(names[:6]) + (f", … ({len(names)})" if len(names) > 6 else "")


def _leave(rows: Rows) -> list[frozenset[date]]:
    found = []
    for row, cells in enumerate(rows.lists("leave")):
        away: set[date] = set()
        for cell in cells:
            ends = [read_day(end, f"officers, row {row + 1}, column 'leave'") for end in _SPAN.split(cell)]
            if len(ends) > 2 or ends[0] > ends[-1]:
                raise BadInput(
                    f"officers, row {row + 1}, column 'leave': '{cell}' is no span of days; write 2026-12-28..2026-12-31"
                )
            away |= {ends[0] + timedelta(days=day) for day in range((ends[-1] - ends[0]).days + 1)}
        found.append(frozenset(away))
    return found


def _points(rows: Rows, lon: str, lat: str, plan: Plan) -> NDArray[np.object_]:
    """Points in the plan's CRS; None where both cells are empty."""
    found = np.full(len(rows.table), None, dtype=object)
    if not (rows.has(lon) and rows.has(lat)):
        return found
    x, y = rows.numbers(lon, 999.0), rows.numbers(lat, 999.0)
    given = (x != 999.0) | (y != 999.0)
    rows.refuse(given & (abs(x) > 180), lon, f"is no longitude; give {lon} and {lat} in degrees, or neither")
    rows.refuse(given & (abs(y) > 90), lat, f"is no latitude; give {lon} and {lat} in degrees, or neither")
    east, north = crs.transform(x[given], y[given], crs.WGS84, plan.jurisdiction.crs)
    found[given] = shapely.points(east, north)
    return found

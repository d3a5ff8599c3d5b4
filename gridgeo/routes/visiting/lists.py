"""The list of doors and places to call at again and again, proven and brought onto the plan's map."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan
from gridgeo.rosters.dates import read_day
from gridgeo.routes.reading import Rows, grids, objects, points
from gridgeo.routes.visiting.frequency import Frequency, read_frequency

FLOOR_MIN = 0.7
"""Minutes up and down the stairs for each floor (20 s up, 20 s down, and catching breath)."""
DAY_MIN = 24 * 60.0
_DAYS = {
    name: number
    for number, names in enumerate(
        (
            ("mon", "monday", "1", "周一", "一"),
            ("tue", "tuesday", "2", "周二", "二"),
            ("wed", "wednesday", "3", "周三", "三"),
            ("thu", "thursday", "4", "周四", "四"),
            ("fri", "friday", "5", "周五", "五"),
            ("sat", "saturday", "6", "周六", "六"),
            ("sun", "sunday", "7", "周日", "日"),
        )
    )
    for name in names
}
_RANGE = re.compile(r"\s*(?:-|–|to|至)\s*")


def check_visits(
    visits: pd.DataFrame, plan: Plan, *, shift_from: str = "08:00", floor_min: float = FLOOR_MIN
) -> gpd.GeoDataFrame:
    """Prove a list of visits and place it on the plan's map.

    Parameters
    ----------
    visits
        Columns `door` (unique) and `minutes` (> 0), and where it is, as in `gridgeo.routes.check_doors`. May have `every` (how
        often, see `read_frequency`; a single visit if empty), `slack` (days by which a gap may differ), `last` (day of the last
        visit), `from` and `to` (HH:MM or minutes after `shift_from`, between which a visit begins), `weekdays` (``Mon-Fri``, ``Tue;Thu``; any if empty),
        `difficulty` (multiplies the minutes; 1 if empty), `floor` (adds minutes for the stairs; no lift), `skills` (with ;
        between), `priority` (> 0, 1 if empty; outweighs others when not all can be made), `officer` (preferred), `persons` (1
        or 2), `grid`, `name`. With a column `task` (unique) each row is one department's task, a door may stand in several rows,
        and `fields` names what its form asks (with ; between): see `join_tasks`.
    plan
        The plan in which the doors lie.
    shift_from
        Time of day at which shifts begin, HH:MM; reads `from` and `to` that are minutes.
    floor_min
        Minutes for each floor.

    Returns
    -------
    One row a door: `door`, `name`, `minutes` (of each visit, with difficulty and stairs), `from_min`, `to_min` (minutes after
    midnight), `weekdays` (seven letters, from Monday, 1 for open), `every` (a `Frequency`), `last` (date or None), `skills`
    (tuple), `priority`, `officer`, `persons`, `grid` (the given one, else None), `at` (the door, also where `door` is a task),
    `fields` and `tasks` (tuples), point in the plan's CRS.

    Raises
    ------
    BadInput
        The table is empty or a column is missing; or a cell is empty, no number, out of range, unknown or repeated: the
        message names the row, the door, the column and the mend.
    UnknownCRS
        The table has a geometry, but declares no CRS.
    """
    if visits.empty:
        raise BadInput("the list of visits is empty; give one row for each door: door, lon, lat, minutes, every")
    for column, meaning in (("door", "a unique name for each door"), ("minutes", "the length of each visit")):
        if column not in visits.columns:
            raise BadInput(
                f"visits have no column '{column}' ({meaning}); they have {', '.join(map(str, visits.columns))}"
            )
    by_task = "task" in visits.columns
    rows = Rows(visits, "task" if by_task else "door", "visits")
    doors = Rows(visits, "door", "visits", twice=True).ids
    places = points(rows, plan)
    minutes = rows.numbers("minutes")
    rows.refuse(~(minutes > 0), "minutes", "isn't above 0; give the length of the visit")
    difficulty = rows.numbers("difficulty", 1.0)
    rows.refuse(~(difficulty > 0), "difficulty", "isn't above 0; 1 is ordinary")
    floor = rows.numbers("floor", 0.0)
    begins = rows.clock("shift_from", shift_from)
    early = begins + rows.minutes("from", begins, -begins)
    late = begins + rows.minutes("to", begins, DAY_MIN - begins)
    rows.refuse(early > late, "to", "lies before 'from'; a window ends after it begins")
    rows.refuse((late < 0) | (early > DAY_MIN), "from", "is no time of this day; give HH:MM between 00:00 and 24:00")
    priority = rows.numbers("priority", 1.0)
    rows.refuse(~(priority > 0), "priority", "isn't above 0; 1 is ordinary, 3 weighs three times as much")
    persons = rows.numbers("persons", 1.0)
    rows.refuse(~np.isin(persons, (1, 2)), "persons", "is neither 1 nor 2; one officer calls, or two together")
    table = {
        "door": rows.ids,
        "name": rows.texts("name", doors),
        "minutes": minutes * difficulty + np.maximum(floor, 0.0) * floor_min,
        "from_min": early,
        "to_min": late,
        "weekdays": weekdays(rows, "1111111"),
        "every": _frequencies(rows),
        "last": objects(days_of(rows, "last")),
        "skills": rows.lists("skills"),
        "priority": priority,
        "officer": objects([name and name.strip() for name in rows.texts("officer", [None] * len(visits))]),
        "persons": persons.astype(np.int64),
        "grid": grids(rows, plan),
        "at": doors,
        "fields": rows.lists("fields"),
        "tasks": [(task,) for task in rows.ids] if by_task else [()] * len(visits),
    }
    return gpd.GeoDataFrame(table, geometry=places, crs=plan.jurisdiction.crs)


def weekdays(rows: Rows, default: str) -> list[str]:
    """Seven letters for each row, from Monday: 1 where the day is named in its column `weekdays`."""
    cells = rows.lists("weekdays")
    return [_weekdays(words, default, _refusal(rows, "weekdays", row)) for row, words in enumerate(cells)]


def _weekdays(words: tuple[str, ...], default: str, refuse: Callable[[str], None]) -> str:
    if not words:
        return default
    chosen = set()
    for word in words:
        ends = [_DAYS.get(end.strip().lower()) for end in _RANGE.split(word)]
        if None in ends or len(ends) > 2:
            refuse("names no weekdays; write Mon-Fri, or Tue;Thu, or 周一至周五")
            continue
        first, last = ends[0], ends[-1]
        assert first is not None
        assert last is not None
        chosen |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
    return "".join("1" if day in chosen else "0" for day in range(7))


def days_of(rows: Rows, column: str) -> list[date | None]:
    """The day in each cell, None where it is empty."""
    if not rows.has(column):
        return [None] * len(rows.table)
    found: list[date | None] = []
    for row, cell in enumerate(rows.table[column]):
        found.append(None if _empty(cell) else read_day(cell, f"{rows.what}, row {row + 1}, column '{column}'"))
    return found


def _frequencies(rows: Rows) -> list[Frequency]:
    cells = rows.table["every"].tolist() if rows.has("every") else [None] * len(rows.table)
    slack = rows.numbers("slack", -1.0)
    given = np.zeros(len(rows.table), dtype=bool)
    if rows.has("slack"):
        given = rows.table["slack"].notna().to_numpy()
    rows.refuse(given & ((slack < 0) | (slack % 1 != 0)), "slack", "is no whole number of days, 0 or more")
    found = []
    for row, cell in enumerate(cells):
        every = read_frequency(cell, int(slack[row]) if given[row] else None)
        if every is None:
            _refusal(rows, "every", row)(
                "is no frequency of once a day at the most; write weekly, monthly, quarterly, yearly, every 10 days, at most 14 days, 2 a week, or 每月"
            )
        assert every is not None
        found.append(every)
    return found


def _refusal(rows: Rows, column: str, row: int) -> Callable[[str], None]:
    bad = np.zeros(len(rows.table), dtype=bool)
    bad[row] = True
    return lambda why: rows.refuse(bad, column, why)


def _empty(cell: Any) -> bool:
    return cell is None or (not isinstance(cell, str) and bool(pd.isna(cell))) or not str(cell).strip()

"""How often streets are patrolled: their classes, from a table, a column or the map, and the shifts open to each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from gridgeo.errors import BadInput
from gridgeo.routes.reading import Rows, minutes_of_day

TIMES: Mapping[str, int] = {"hot": 7, "normal": 2, "quiet": 1}
"""Passes in a period of each class of street."""
CLASSES: Mapping[str, str] = {
    **dict.fromkeys(("trunk", "primary", "primary_link", "secondary", "secondary_link", "pedestrian"), "hot"),
    **dict.fromkeys(("footway", "path", "steps", "cycleway", "bridleway", "track", "service"), "quiet"),
}
"""Class of each OpenStreetMap class where nobody says better; all others are normal."""
DAY = 24 * 60


def classes_of(
    streets: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame,
    table: pd.DataFrame | None,
    by_highway: Mapping[str, str],
    times: Mapping[str, int],
) -> pd.Series:
    """Class of each row of `streets`: that of `table` (columns street, class), else of the column `patrol_class` of the
    streets, else by their OpenStreetMap class.

    Raises
    ------
    BadInput
        A class that isn't in `times`, or a street that is none.
    """
    found = streets["highway"].map(lambda highway: by_highway.get(highway, "normal")).astype(object)
    if "patrol_class" in edges.columns:
        own = edges.drop_duplicates("street").set_index("street")["patrol_class"].reindex(streets["street"])
        found = pd.Series(np.where(own.notna(), own, found), index=streets.index, dtype=object)
    if table is not None:
        for column in ("street", "class"):
            if column not in table.columns:
                raise BadInput(f"street classes have no column '{column}'; give columns street and class")
        rows = Rows(table, "street", "street classes")
        known = edges["street"].astype(str)
        rows.refuse(~pd.Series(rows.ids).isin(known).to_numpy(), "street", "is no street of the town")
        given = table["class"].astype(str).str.strip()
        rows.refuse(~given.isin(list(times)).to_numpy(), "class", f"is no class; choose one of {', '.join(times)}")
        better = streets["street"].astype(str).map(dict(zip(rows.ids, given, strict=True)))
        found = found.where(better.isna(), better)
    unknown = sorted(set(found) - set(times))
    if unknown:
        row = streets.loc[found == unknown[0]].iloc[0]
        raise BadInput(
            f"street {row['street']} ({row['highway']}) is of class '{unknown[0]}', which has no number of passes; "
            f"give one, e.g. --times {unknown[0]}=1, or choose one of {', '.join(times)}"
        )
    return found


def shifts_open(
    closed: Sequence[tuple[str, str]], begins: Sequence[str], shift_min: float, shifts: int, what: str
) -> int:
    """Sum of 2 ** shift over the shifts that touch none of the `closed` times of day; `begins` are taken in turn.

    Examples
    --------
    >>> f"{shifts_open([('22:00', '06:00')], ['08:00', '20:00'], 240, 4, 'quiet'):04b}"
    '0101'
    """
    first = [begin_of_shift(time) for time in begins]
    mask = 0
    for shift in range(shifts):
        a = first[shift % len(first)]
        touched = False
        for low, high in closed:
            b, c = (_minutes(f"the closed time of '{what}', '{time}',", time) for time in (low, high))
            # The closed time on the day before, on the day and on the day after.
            lasts = (c - b) % DAY or DAY
            touched |= any(b + day * DAY < a + shift_min and a < b + day * DAY + lasts for day in (-1, 0, 1))
        mask |= 0 if touched else 1 << shift
    return mask


def begin_of_shift(time: str) -> float:
    """Minutes after midnight of the beginning of a shift; `BadInput` where it is no time of day."""
    return _minutes(f"the beginning of a shift, '{time}',", time)


def _minutes(what: str, time: str) -> float:
    found = minutes_of_day(time)
    if found is None:
        raise BadInput(f"{what} is no time of day; write HH:MM, e.g. 22:00")
    return found

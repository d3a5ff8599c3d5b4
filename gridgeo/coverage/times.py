"""Times as devices write them, and the local clock they are told by."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridgeo.errors import BadInput

_EARLIEST = pd.Timestamp("2000-01-01", tz="UTC")
_ZONED = r"(?:[Zz]|[+-]\d{2}(?::?\d{2})?)$"


def zone_of(name: str) -> ZoneInfo:
    """The time zone of a name such as Asia/Shanghai; `BadInput` where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput(f"time zone '{name}' is unknown; give a name such as Asia/Shanghai or UTC") from None


def read_times(column: pd.Series, zone: ZoneInfo, what: str) -> NDArray[np.float64]:
    """Seconds after 1970 (UTC) of a column of times; one without a zone of its own is told by `zone`.

    Raises
    ------
    BadInput
        A cell is empty, no time, or before the year 2000; `what` and the row stand in the message.
    """
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        found = column.dt.tz_convert("UTC")
    else:
        text = column.astype("str").str.strip().str.replace("/", "-", regex=False)
        zoned = text.str.contains(r"\d{2}:\d{2}", regex=True) & text.str.contains(_ZONED, regex=True)
        found = pd.to_datetime(text.where(zoned), format="ISO8601", utc=True, errors="coerce")
        local = pd.to_datetime(text.where(~zoned), format="ISO8601", errors="coerce")
        local = local.dt.tz_localize(zone, ambiguous="NaT", nonexistent="shift_forward").dt.tz_convert("UTC")
        # In the hour that comes twice in autumn a time means its first coming.
        twice = local.isna() & ~zoned
        if twice.any():
            again = pd.to_datetime(text.where(twice), format="ISO8601", errors="coerce")
            first = again.dt.tz_localize(zone, ambiguous=np.ones(len(again), dtype=bool), nonexistent="shift_forward")
            local = local.where(~twice, first.dt.tz_convert("UTC"))
        found = found.where(zoned, local)
    bad = found.isna() | (found < _EARLIEST)
    if bad.any():
        row = int(bad.to_numpy().argmax())
        cell = column.iloc[row]
        shown = "the cell is empty" if pd.isna(cell) else f"'{cell}' is no time after the year 2000"
        raise BadInput(f"{what}, row {row + 1}, column '{column.name}': {shown}; write it as 2026-11-24T09:30:00")
    seconds = (found - pd.Timestamp("1970-01-01", tz="UTC")).dt.total_seconds()
    return seconds.to_numpy(dtype=float)


def local_times(seconds: NDArray[np.float64], zone: ZoneInfo) -> pd.DatetimeIndex:
    """Seconds after 1970 on the local clock."""
    return pd.to_datetime(np.round(seconds * 1000).astype("int64"), unit="ms", utc=True).tz_convert(zone)


def written(seconds: NDArray[np.float64], zone: ZoneInfo) -> list[str]:
    """Local times as text, 2026-11-24 09:30:00."""
    return local_times(seconds, zone).strftime("%Y-%m-%d %H:%M:%S").tolist()

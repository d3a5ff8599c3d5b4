"""Positions proven, brought onto the town's map, put in order and cut down to what counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridgeo import crs
from gridgeo.coverage.times import read_times
from gridgeo.errors import BadInput, UnknownCRS
from gridgeo.jurisdictions import Jurisdiction

NEAR_M = 500.0
"""Positions farther than this from every street of the town are off its map."""

_AHEAD_DAYS = 31.0
"""A track without a position for longer is taken for one whose clock jumped ahead."""
_SORTED_LONGER = 1.3
"""Positions whose way gets longer than so many times when they are sorted by time come from a clock that was set back."""


@dataclass(frozen=True)
class Run:
    """Positions of one officer in order of time: metres, seconds after 1970, metres of deviation (NaN where not told)."""

    officer: str
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    seconds: NDArray[np.float64]
    accuracy_m: NDArray[np.float64]


@dataclass(frozen=True)
class Tracks:
    """What can be followed, and how many positions were left out for which reason."""

    runs: list[Run]
    positions: int
    dropped: Counter[str]
    notes: list[str]


def prepared(tracks: pd.DataFrame, town: Jurisdiction, duty: pd.DataFrame | None, zone: ZoneInfo) -> Tracks:
    """Prove a table of positions and cut it into runs.

    Parameters
    ----------
    tracks
        Columns `time`, and `lon` and `lat` (degrees) or a geometry of points with a CRS; `officer` and `track` where several
        are in one table; `accuracy_m` (metres, one standard deviation) where it is known.
    town
        Where the tracks should lie.
    duty
        Columns `officer`, `from`, `to`: positions outside of these times are left out before anything is made of them.
        Without a table all count.
    zone
        Clock of times that name no zone.

    Raises
    ------
    BadInput
        A column is missing, a cell can't be used, a track lies in another town, or nothing is left.
    UnknownCRS
        A geometry declares no CRS.
    """
    if "time" not in tracks.columns:
        raise BadInput(f"the tracks have no column 'time'; they have {', '.join(map(str, tracks.columns))}")
    if tracks.empty:
        raise BadInput("the tracks hold no position; give at least one")
    seconds = read_times(tracks["time"], zone, "tracks")
    x, y = _metric(tracks, town)
    track = _texts(tracks, "track", "the track")
    officer = _texts(tracks, "officer", None) if "officer" in tracks.columns else track
    accuracy = _accuracy(tracks)
    dropped: Counter[str] = Counter()
    notes: list[str] = []
    on = _on_duty(officer, seconds, duty, zone)
    dropped["off_duty"] = int((~on).sum())
    if not on.any():
        raise BadInput(
            "no position of the tracks lies within the duty of its officer; check names, days and the time zone"
        )
    here = _on_map(x, y, track, on, town)
    dropped["off_the_map"] = int((on & ~here).sum())
    runs = []
    for who in dict.fromkeys(officer[on].tolist()):
        for one in dict.fromkeys(track[on & (officer == who)].tolist()):
            rows = np.flatnonzero(on & here & (officer == who) & (track == one))
            for part in _ordered(rows, x, y, seconds, one, notes):
                keep = np.append(True, np.diff(seconds[part]) > 0)
                dropped["same_time"] += int((~keep).sum())
                part = part[keep]
                _note_jumps(seconds[part], one, notes)
                runs.append(Run(str(who), x[part], y[part], seconds[part], accuracy[part]))
    return Tracks(runs, len(tracks), dropped, notes)


def _texts(tracks: pd.DataFrame, column: str, other: str | None) -> NDArray[np.object_]:
    if column not in tracks.columns:
        return np.full(len(tracks), other, dtype=object)
    empty = tracks[column].isna()
    if empty.any() and other is None:
        raise BadInput(f"tracks, row {int(empty.to_numpy().argmax()) + 1}, column '{column}': empty; name the officer")
    return tracks[column].astype("str").where(~empty, other).to_numpy(dtype=object)


def _accuracy(tracks: pd.DataFrame) -> NDArray[np.float64]:
    if "accuracy_m" not in tracks.columns:
        return np.full(len(tracks), np.nan)
    values = pd.to_numeric(tracks["accuracy_m"], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return np.where(values > 0, values, np.nan)


def _metric(tracks: pd.DataFrame, town: Jurisdiction) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if isinstance(tracks, gpd.GeoDataFrame) and tracks.active_geometry_name is not None:
        if tracks.crs is None:
            raise UnknownCRS("the tracks declare no coordinate reference system; set one, e.g. frame.set_crs(4326)")
        bad = (tracks.geometry.isna() | tracks.geometry.is_empty).to_numpy()
        if bad.any():
            raise BadInput(f"tracks, row {int(bad.argmax()) + 1}: has no geometry; give a point")
        points = shapely.centroid(crs.to_metric(tracks, town.crs).geometry.to_numpy())
        return shapely.get_x(points), shapely.get_y(points)
    degrees = {}
    for name, limit in (("lon", 180.0), ("lat", 90.0)):
        if name not in tracks.columns:
            raise BadInput(
                f"the tracks have no column '{name}' (degrees); they have {', '.join(map(str, tracks.columns))}"
            )
        values = pd.to_numeric(tracks[name], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        bad = ~(np.abs(values) <= limit)
        if bad.any():
            row = int(bad.argmax())
            raise BadInput(
                f"tracks, row {row + 1}, column '{name}': '{tracks[name].iloc[row]}'; give degrees from -{limit:g} to {limit:g}"
            )
        degrees[name] = values
    return crs.transform(degrees["lon"], degrees["lat"], crs.WGS84, town.crs)


def _on_duty(
    officer: NDArray[np.object_], seconds: NDArray[np.float64], duty: pd.DataFrame | None, zone: ZoneInfo
) -> NDArray[np.bool_]:
    if duty is None:
        return np.ones(len(officer), dtype=bool)
    missing = [name for name in ("officer", "from", "to") if name not in duty.columns]
    if missing:
        raise BadInput(f"the duty table has no column {', '.join(missing)}; it needs officer, from and to")
    if duty.empty:
        raise BadInput("the duty table is empty; give a row for each officer and shift")
    begins, ends = (read_times(duty[name], zone, "duty") for name in ("from", "to"))
    if (ends <= begins).any():
        raise BadInput(f"duty, row {int(np.argmax(ends <= begins)) + 1}: 'to' isn't after 'from'; mend the times")
    on = np.zeros(len(officer), dtype=bool)
    for who, begin, end in zip(duty["officer"].astype("str").str.strip(), begins.tolist(), ends.tolist(), strict=True):
        on |= (officer == who) & (seconds >= begin) & (seconds <= end)
    return on


def _on_map(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    track: NDArray[np.object_],
    on: NDArray[np.bool_],
    town: Jurisdiction,
) -> NDArray[np.bool_]:
    """Which positions lie near the town; a track of which none does is refused by name."""
    west, south, east, north = town.road_edges.total_bounds
    with np.errstate(invalid="ignore"):
        aside = np.maximum(np.maximum(west - x, x - east), 0.0)
        away = np.hypot(aside, np.maximum(np.maximum(south - y, y - north), 0.0))
    here = np.isfinite(x) & np.isfinite(y) & (away <= NEAR_M)
    for name in dict.fromkeys(track[on].tolist()):
        own = on & (track == name)
        if not here[own].any():
            gap = float(np.min(away[own], initial=np.inf, where=np.isfinite(away[own])))
            far = f"{gap / 1000:,.1f} km from" if np.isfinite(gap) else "on another side of the Earth than"
            raise BadInput(
                f"{name}: lies {far} {town.name}; give tracks of {town.name}, or check whether lon and lat are swapped"
            )
    return here


def _ordered(
    rows: NDArray[np.int64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    seconds: NDArray[np.float64],
    track: str,
    notes: list[str],
) -> Iterator[NDArray[np.int64]]:
    """The rows of one track in order of time: sorted where they came late, cut where the clock was set back."""
    if not len(rows):
        return
    backs = np.flatnonzero(np.diff(seconds[rows]) < 0)
    if not len(backs):
        yield rows
        return
    by_time = rows[np.argsort(seconds[rows], kind="stable")]
    if _way(x[by_time], y[by_time]) <= _SORTED_LONGER * _way(x[rows], y[rows]):
        notes.append(f"{track}: {len(backs)} times ran backwards; the positions were sorted by time")
        yield by_time
        return
    back = int(backs[0])
    minutes = (seconds[rows[back]] - seconds[rows[back + 1]]) / 60
    notes.append(
        f"{track}: the clock was set back by {minutes:.1f} min after position {back + 1}; the track was cut there, times count as told"
    )
    yield from np.split(rows, backs + 1)


def _note_jumps(seconds: NDArray[np.float64], track: str, notes: list[str]) -> None:
    ahead = np.diff(seconds) / 86_400
    if len(ahead) and ahead.max() > _AHEAD_DAYS:
        at = int(ahead.argmax())
        notes.append(
            f"{track}: {ahead[at]:,.0f} days pass after position {at + 1}; if the clock jumped ahead, mend the times: "
            "weeks and gaps count as told"
        )


def _way(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    return float(np.hypot(np.diff(x), np.diff(y)).sum())

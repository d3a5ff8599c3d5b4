"""Tracks on disk: GPX, CSV or any file of points, as one table of positions in time."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from gridgeo.crs import to_wgs84
from gridgeo.errors import BadInput, UnreadableSource
from gridgeo.sources.files import existing
from gridgeo.sources.tables import read_csv
from gridgeo.sources.vectors import FORMATS, read_layer

COLUMNS = ("track", "officer", "time", "lon", "lat", "accuracy_m")
"""Columns of a table of positions; `accuracy_m` may be missing."""

HEADINGS = {
    "时间": "time", "定位时间": "time", "timestamp": "time", "datetime": "time",
    "姓名": "officer", "人员": "officer", "网格员": "officer", "工号": "officer", "person": "officer", "device": "officer",
    "精度": "accuracy_m", "accuracy": "accuracy_m",
}  # fmt: skip
"""Headings that are read as each column, beside its own name; `lon` and `lat` as in every CSV."""


def read_tracks(paths: Iterable[str | os.PathLike[str]]) -> pd.DataFrame:
    """The positions of several files, one below the other.

    A GPX file gives the points of its tracks; an officer is called as the track is, or as the file where it has no name. A CSV,
    or a layer of points, needs `time`, and a CSV `lon` and `lat` (degrees, WGS 84); `officer` is the file's name where it is
    missing, `accuracy_m` may be given.

    Raises
    ------
    UnreadableSource
        A file is missing, damaged, of a kind that isn't read, or holds no positions.
    BadInput
        No file is given, or a column is missing.
    """
    tables = [_read(existing(path, "a track")) for path in paths]
    if not tables:
        raise BadInput("no track is given; name a GPX or CSV file")
    return pd.concat(tables, ignore_index=True)


def _read(file: Path) -> pd.DataFrame:
    suffix = file.suffix.lower()
    if suffix == ".gpx":
        table = _read_gpx(file)
    elif suffix == ".csv":
        table = _named(read_csv(file), file)
    elif suffix in FORMATS:
        layer = to_wgs84(read_layer(file))
        points = shapely.centroid(layer.geometry.to_numpy())
        table = _named(pd.DataFrame(layer.drop(columns=layer.geometry.name)), file)
        table = table.assign(lon=shapely.get_x(points), lat=shapely.get_y(points))
    else:
        raise UnreadableSource(f"{file}: '{suffix}' isn't read as a track; give .gpx, .csv or a layer of points")
    if table.empty:
        raise UnreadableSource(f"{file}: holds no position; record the track again")
    missing = [name for name in ("time", "lon", "lat") if name not in table.columns]
    if missing:
        raise BadInput(f"{file}: has no column {', '.join(missing)}; a track needs time, lon and lat")
    if "officer" not in table.columns:
        table = table.assign(officer=file.stem)
    return table.assign(track=file.name).reindex(columns=[*COLUMNS])


def _read_gpx(file: Path) -> pd.DataFrame:
    try:
        names = pyogrio.read_dataframe(file, layer="tracks", read_geometry=False)
        points = pyogrio.read_dataframe(file, layer="track_points", datetime_as_string=True)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError) as broken:
        raise UnreadableSource(f"{file}: damaged or no GPX file ({broken}); record or export it again") from broken
    named = names["name"].astype(object).where(names["name"].notna(), file.stem).tolist() if "name" in names else []
    fid = points["track_fid"].to_numpy()
    officer = [named[number] if number < len(named) else file.stem for number in fid.tolist()]
    where = gpd.GeoSeries(points.geometry)
    return pd.DataFrame(
        {"officer": officer, "time": points["time"], "lon": shapely.get_x(where), "lat": shapely.get_y(where)}
    )


def _named(table: pd.DataFrame, file: Path) -> pd.DataFrame:
    names = {head: HEADINGS.get(str(head).strip().casefold(), str(head)) for head in table.columns}
    chosen = list(names.values())
    again = {name for name in chosen if chosen.count(name) > 1}
    if again:
        raise BadInput(f"{file}: two columns are read as '{min(again)}'; keep one of them")
    return table.rename(columns=names)

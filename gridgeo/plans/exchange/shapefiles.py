"""Shapefiles hold field names of ten letters: the short names used, and the legend that says what they stand for."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd

from gridgeo.errors import BadInput, UnreadableSource
from gridgeo.plans.exchange.columns import headings
from gridgeo.schemas import JURISDICTION, PLAN
from gridgeo.sources import read_csv, write_csv, write_layer

SHORT: Mapping[str, str] = {
    "households": "househlds",
    "workload_min": "workld_min",
    "households_deviation": "househ_dev",
    "grid_owner": "grid_owner",
}
"""Field names for columns that are longer than ten letters, or that would be cut into something unclear."""

WIDEST = 254
"""Bytes of text that a field of a .dbf can hold."""


def write_shapefile(frame: gpd.GeoDataFrame, path: str | os.PathLike[str], lang: str = "en") -> None:
    """Write a layer as a Shapefile in UTF-8 (with .cpg), and beside it ``NAME.legend.csv`` with the meaning of every field.

    Raises
    ------
    BadInput
        A text is longer than a field can hold, or the path can't be written.
    """
    file = Path(path)
    columns = [str(name) for name in frame.columns if name != frame.geometry.name]
    for name in columns:
        if frame[name].dtype.kind in "OTU" or isinstance(frame[name].dtype, pd.StringDtype):
            _refuse_long(frame[name], name, file)
    short = _short_names(columns)
    write_layer(frame.rename(columns=short), file, file.stem)
    heads = headings(columns, lang)
    legend = pd.DataFrame(
        {
            "field": [short.get(name, name) for name in columns],
            "column": columns,
            "heading": [heads[name] for name in columns],
            "meaning": [_meaning(name) for name in columns],
        }
    )
    write_csv(legend, legend_path(file), encoding="utf-8-sig")


def long_names(path: str | os.PathLike[str], fields: Iterable[object]) -> dict[str, str]:
    """Field → column of a Shapefile, from the legend beside it, else from the short names that are always used."""
    names = [str(name) for name in fields]
    known = {short: name for name, short in SHORT.items()}
    legend = legend_path(Path(path))
    if legend.is_file():
        try:
            table = read_csv(legend)
        except UnreadableSource:
            table = pd.DataFrame()
        if {"field", "column"} <= set(table.columns):
            known |= dict(table[["field", "column"]].dropna().itertuples(index=False))
    return {name: known[name] for name in names if name in known and known[name] not in names}


def legend_path(path: Path) -> Path:
    """Where the legend of a Shapefile stands."""
    return path.with_name(f"{path.stem}.legend.csv")


def _short_names(columns: Iterable[str]) -> dict[str, str]:
    short: dict[str, str] = {}
    used: set[str] = set()
    for name in columns:
        field = SHORT.get(name, name)
        if len(field.encode()) > 10 or field in used:
            stem = field.encode()[:8].decode(errors="ignore")
            field = next(f"{stem}{n:02d}" for n in range(100) if f"{stem}{n:02d}" not in used)
        used.add(field)
        if field != name:
            short[name] = field
    return short


def _refuse_long(column: pd.Series, name: str, file: Path) -> None:
    texts = column.dropna().astype(str)
    long = texts[[len(text.encode()) > WIDEST for text in texts]]
    if len(long):
        raise BadInput(
            f"{file}: column '{name}' holds a text of {len(long.iloc[0].encode())} bytes ('{long.iloc[0][:20]}…'), a "
            f"Shapefile holds {WIDEST}; write .gpkg, or shorten it"
        )


def _meaning(name: str) -> str:
    """The meaning of a column as the schemas state it; the grid's own columns stand under their short names there."""
    for schema in (PLAN["grids"], PLAN["assignment"], JURISDICTION["units"]):
        column = schema.columns.get(name) or schema.columns.get(name.removeprefix("grid_"))
        if column is not None:
            return column.meaning
    return name

"""What a file holds of a plan: a table of units with their grid, or polygons of grids, and what grids are called."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from gridgeo.errors import BadInput, UnreadableSource
from gridgeo.plans.exchange.columns import (
    CHINESE,
    GRID_IDENTITY_NAMES,
    GRID_NAMES,
    IDENTITY_NAMES,
    SHEETS,
    UNIT_NAMES,
    as_text,
    find_column,
)
from gridgeo.plans.exchange.shapefiles import long_names
from gridgeo.sources import read_tables


@dataclass(frozen=True)
class Found:
    """A plan as a file tells it, before it meets a jurisdiction.

    Parameters
    ----------
    layer
        The table that was read.
    table
        `grid`, and `unit` where the file names units; text or missing, indexed by row of the file.
    shapes
        Polygons of the rows where the file names no units.
    identities
        What each grid is called: `grid` and any of `code`, `name`, `owner`; may hold a grid several times.
    record
        The one row of our own table `plan`, where the file has it.
    drawn
        Polygons of the grids in our own file, beside its table.
    cells
        Polygons of the units, where the table that names them has some.
    """

    layer: str
    table: pd.DataFrame
    shapes: gpd.GeoDataFrame | None = None
    identities: pd.DataFrame = field(default_factory=pd.DataFrame)
    record: Mapping[str, Any] | None = None
    drawn: gpd.GeoDataFrame | None = None
    cells: gpd.GeoDataFrame | None = None

    def rules(self) -> dict[str, Any]:
        """The rules in our own table `plan`; empty where the file has none."""
        return {} if self.record is None else dict(json.loads(self.record["rules"]))


def read_found(
    path: str | os.PathLike[str],
    *,
    unit_column: str | None = None,
    grid_column: str | None = None,
    layer: str | None = None,
) -> Found:
    """Read what a file tells of a plan; columns are found by name where they aren't given.

    Raises
    ------
    UnreadableSource
        The file is missing, damaged or of a kind that isn't read.
    BadInput
        It has no such layer or column, or several that could be meant.
    """
    tables = read_tables(
        path, headings=(*UNIT_NAMES, *GRID_NAMES, *CHINESE.values(), *_given(unit_column, grid_column))
    )
    if Path(path).suffix.lower() == ".shp":
        tables = {name: table.rename(columns=long_names(path, table.columns)) for name, table in tables.items()}
    name = _choose(tables, path, unit_column, grid_column, layer)
    found = _columns(tables[name], unit_column, grid_column, path)
    record = _record(tables)
    identities = _identities(tables, name, found)
    if found[0] is not None:
        grids = tables.get("grids")
        drawn = (
            grids if isinstance(grids, gpd.GeoDataFrame) and "grid" in grids.columns and record is not None else None
        )
        cells = tables[name] if _is_spatial(tables[name]) else None
        return Found(name, _texts(tables[name], found), None, identities, record, drawn, _cells(cells))
    return Found(name, _texts(tables[name], found), _polygons(tables[name], path), identities, record)


def _given(*names: str | None) -> list[str]:
    return [name for name in names if name is not None]


def _choose(
    tables: Mapping[str, pd.DataFrame],
    path: str | os.PathLike[str],
    unit_column: str | None,
    grid_column: str | None,
    layer: str | None,
) -> str:
    """The layer that is asked for; else the only one with units and grids; else the only polygons with grids."""
    if layer is not None:
        if layer not in tables:
            raise BadInput(f"{path}: has no layer or sheet '{layer}'; it has {', '.join(tables)}")
        return layer
    if len(tables) == 1:
        return next(iter(tables))
    for wanted in (
        [
            name
            for name, table in tables.items()
            if _fits(table, unit_column, UNIT_NAMES) and _fits(table, grid_column, GRID_NAMES)
        ],
        [name for name, table in tables.items() if _is_spatial(table) and _fits(table, grid_column, GRID_NAMES)],
    ):
        if len(wanted) == 1:
            return wanted[0]
        if wanted:
            raise BadInput(f"{path}: the layers {', '.join(wanted)} could each be the plan; say which with --layer")
    if {"boundary", "units", "borders"} <= tables.keys():
        raise BadInput(
            f"{path}: is a jurisdiction, not a plan; give the plan's file here and the jurisdiction's before it"
        )
    told = "; ".join(f"{name} ({', '.join(map(str, table.columns))})" for name, table in tables.items())
    raise BadInput(
        f"{path}: no layer has units with their grid, or polygons with their grid; name the columns with --unit-column "
        f"and --grid-column; it has {told or 'no table with rows'}"
    )


def _fits(table: pd.DataFrame, given: str | None, known: tuple[str, ...]) -> bool:
    names = (given,) if given is not None else known
    return find_column([str(name) for name in table.columns], None, names, "") is not None


def _is_spatial(table: pd.DataFrame) -> bool:
    return isinstance(table, gpd.GeoDataFrame)


def _columns(
    table: pd.DataFrame, unit_column: str | None, grid_column: str | None, path: str | os.PathLike[str]
) -> tuple[str | None, str]:
    names = [str(name) for name in table.columns if not (_is_spatial(table) and name == table.geometry.name)]
    try:
        unit = find_column(names, unit_column, UNIT_NAMES, "--unit-column")
        grid = find_column(names, grid_column, GRID_NAMES, "--grid-column")
    except BadInput as wrong:
        raise BadInput(f"{path}: {wrong}") from None
    if grid is None:
        raise BadInput(f"{path}: no column says the grid; name it with --grid-column; it has {', '.join(names)}")
    if unit is None and not _is_spatial(table):
        raise BadInput(f"{path}: no column says the unit; name it with --unit-column; it has {', '.join(names)}")
    if unit == grid:
        raise BadInput(f"{path}: column '{unit}' is given both as the units and as the grids; name two columns")
    return unit, grid


def _texts(table: pd.DataFrame, found: tuple[str | None, str]) -> pd.DataFrame:
    unit, grid = found
    columns = {"grid": as_text(table[grid])} | ({} if unit is None else {"unit": as_text(table[unit])})
    return pd.DataFrame(columns)


def _polygons(table: pd.DataFrame, path: str | os.PathLike[str]) -> gpd.GeoDataFrame:
    assert isinstance(table, gpd.GeoDataFrame)
    shapes = table.geometry
    other = ~(shapes.isna() | shapes.is_empty | shapes.geom_type.isin(["Polygon", "MultiPolygon"]))
    if other.any():
        row = shapes.index[other.to_numpy()][0]
        raise BadInput(
            f"{path}, row {row}: holds a {shapes[row].geom_type}; grids are polygons, or a column names their units (--unit-column)"
        )
    return gpd.GeoDataFrame(geometry=shapes, crs=table.crs)


def _cells(table: pd.DataFrame | None) -> gpd.GeoDataFrame | None:
    """The shapes of a table of units, if each is a polygon."""
    if not isinstance(table, gpd.GeoDataFrame) or table.crs is None:
        return None
    polygons = table.geometry.geom_type.isin(["Polygon", "MultiPolygon"])
    return gpd.GeoDataFrame(geometry=table.geometry, crs=table.crs) if polygons.all() else None


def _record(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any] | None:
    """Our own table `plan`: one row in a GeoPackage, one line an item in a workbook."""
    table = next((tables[name] for name in ("plan", SHEETS["plan"]) if name in tables), None)
    if table is None:
        return None
    if len(table.columns) == 2:
        record: dict[str, Any] = dict(zip(table.iloc[:, 0], table.iloc[:, 1], strict=True))
    elif len(table) == 1:
        record = {str(name): value for name, value in table.iloc[0].items()}
    else:
        return None
    needed = {"rules", "objective", "bound", "gap", "status", "seed"}
    if not needed <= set(record):
        return None
    try:
        json.loads(record["rules"])
        json.loads(record.get("objectives") or "{}")
    except (TypeError, ValueError):
        raise UnreadableSource(
            "table 'plan': its rules are no JSON; export the plan again, or give its table unit,grid alone"
        ) from None
    return record


def _identities(tables: Mapping[str, pd.DataFrame], chosen: str, found: tuple[str | None, str]) -> pd.DataFrame:
    """From the chosen table, and from a table of grids beside it, which counts more."""
    parts = []
    beside = next((tables[name] for name in ("grids", SHEETS["grids"]) if name in tables and name != chosen), None)
    if beside is not None:
        names = [str(name) for name in beside.columns]
        grid = find_column(names, None, GRID_NAMES, "")
        if grid is not None and find_column(names, None, UNIT_NAMES, "") is None:
            parts.append(_called(beside, grid, GRID_IDENTITY_NAMES))
    unit, grid = found
    parts.append(_called(tables[chosen], grid, GRID_IDENTITY_NAMES if unit is None else IDENTITY_NAMES))
    return pd.concat([part for part in parts if len(part.columns) > 1] or [pd.DataFrame()], ignore_index=True)


def _called(table: pd.DataFrame, grid: str, names: Mapping[str, tuple[str, ...]]) -> pd.DataFrame:
    columns = {"grid": as_text(table[grid])}
    left = [str(name) for name in table.columns if name != grid]
    for name, known in names.items():
        column = find_column(left, None, known, "")
        if column is not None:
            columns[name] = as_text(table[column])
    frame = pd.DataFrame(columns)
    return frame[frame["grid"].notna()]

"""A frame proven against a schema: what breaks it is named by table, column and row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from gridgeo.errors import BadInput, UnknownCRS


@dataclass(frozen=True)
class Column:
    """One column: its kind (``str``, ``int``, ``float``, ``bool``), its meaning, and whether it may be empty or left out."""

    kind: str
    meaning: str
    nullable: bool = False
    least: float | None = None
    unique: bool = False
    optional: bool = False


@dataclass(frozen=True)
class Schema:
    """One table: `columns` that must be there, and the geometry types it may hold (none: a plain table)."""

    name: str
    columns: Mapping[str, Column]
    geometry: tuple[str, ...] = ()


_KINDS = {"int": "iu", "float": "fiu", "bool": "b"}


def check(frame: pd.DataFrame, schema: Schema) -> None:
    """Prove `frame` against `schema`.

    Raises
    ------
    BadInput
        A column is missing or of another kind, a cell is empty, negative or repeated, or a geometry is
        empty or of another type. The message names the table, the column and the first bad row.
    UnknownCRS
        A spatial table has no CRS.
    """
    for name, column in schema.columns.items():
        if name not in frame.columns:
            if column.optional:
                continue
            raise BadInput(
                f"table '{schema.name}' has no column '{name}' ({column.meaning}); it has {', '.join(map(str, frame.columns))}"
            )
        _check_column(frame[name], schema.name, name, column)
    if schema.geometry:
        _check_geometry(frame, schema)


def _check_column(series: pd.Series, table: str, name: str, column: Column) -> None:
    empty = series.isna()
    if empty.any() and not column.nullable:
        raise BadInput(f"table '{table}', column '{name}', row {_first(series, empty)}: empty; give {column.meaning}")
    if column.kind in _KINDS and series.dtype.kind not in _KINDS[column.kind] and not empty.all():
        raise BadInput(
            f"table '{table}', column '{name}' holds {series.dtype}; it must hold {column.kind} ({column.meaning})"
        )
    if column.least is not None:
        low = series < column.least
        if low.any():
            raise BadInput(
                f"table '{table}', column '{name}', row {_first(series, low)}: {series[low].iloc[0]} is below {column.least:g}"
            )
    if column.unique:
        again = series.duplicated()
        if again.any():
            raise BadInput(
                f"table '{table}', column '{name}': '{series[again].iloc[0]}' stands more than once; it must be unique"
            )


def _check_geometry(frame: pd.DataFrame, schema: Schema) -> None:
    if not isinstance(frame, gpd.GeoDataFrame):
        raise BadInput(f"table '{schema.name}' has no geometry; it must hold {' or '.join(schema.geometry)}")
    if frame.crs is None:
        raise UnknownCRS(
            f"table '{schema.name}' declares no coordinate reference system; set one, e.g. frame.set_crs(4326)"
        )
    geometry = frame.geometry
    bad = geometry.isna() | geometry.is_empty
    # Empty line geometries are how a link between two units that share no line is written.
    if schema.name != "borders" and bad.any():
        raise BadInput(f"table '{schema.name}', row {_first(geometry, bad)}: empty geometry")
    other = ~bad & ~geometry.geom_type.isin(schema.geometry)
    if other.any():
        raise BadInput(
            f"table '{schema.name}', row {_first(geometry, other)}: {geometry[other].iloc[0].geom_type}; it must be {' or '.join(schema.geometry)}"
        )


def _first(series: pd.Series, mask: pd.Series) -> object:
    return series.index[mask.to_numpy()][0]

"""A jurisdiction on disk: one GeoPackage, or a folder of GeoParquet with the same layer names."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from gridgeo.arguments import proven
from gridgeo.errors import BadInput, UnknownCRS
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.schemas import JURISDICTION, Schema
from gridgeo.sources.vectors import read_layers, write_layers

MAY_BE_ABSENT = ("places", "barriers", "crossings", "water")
"""Layers that stand empty where a file doesn't have them."""


@proven
def write_jurisdiction(jurisdiction: Jurisdiction, path: str | os.PathLike[str]) -> None:
    """Write all layers and the notes to `path`: a GeoPackage (`.gpkg`), or a folder of GeoParquet (no ending).

    The same jurisdiction gives the same bytes. Nothing half-written is left behind.

    Raises
    ------
    BadInput
        A layer breaks its schema, or the path can't be written.
    """
    jurisdiction.check()
    frames: dict[str, pd.DataFrame] = {
        name: layer.reset_index(drop=True) for name, layer in jurisdiction.layers().items()
    }
    frames["notes"] = pd.DataFrame(
        {
            "name": pd.Series(list(jurisdiction.notes), dtype="str"),
            "value": pd.Series(
                [json.dumps(value, ensure_ascii=False, sort_keys=True) for value in jurisdiction.notes.values()],
                dtype="str",
            ),
        }
    )
    write_layers(frames, path)


@proven
def read_jurisdiction(path: str | os.PathLike[str]) -> Jurisdiction:
    """Read what `write_jurisdiction` wrote, or a file of the same layers made elsewhere.

    Raises
    ------
    UnreadableSource
        The file is missing, damaged or of another kind.
    BadInput
        A layer or column is missing or of another kind; the message names it and the row.
    UnknownCRS
        A layer declares no CRS, or another one than the boundary, or one whose unit isn't the metre.
    """
    file = Path(path)
    found = read_layers(file)
    missing = [name for name in JURISDICTION if name not in found and name not in MAY_BE_ABSENT]
    if missing:
        raise BadInput(
            f"{file}: is no jurisdiction: it has no layer {', '.join(missing)} (it has {', '.join(found) or 'none'}); make one with 'gridgeo import'"
        )
    crs = _metric_crs(found["boundary"], file)
    layers = {name: _layer(found.get(name), schema, crs, file) for name, schema in JURISDICTION.items()}
    jurisdiction = Jurisdiction(**layers, notes=_notes(found.get("notes"), file))
    try:
        jurisdiction.check()
    except BadInput as wrong:
        raise type(wrong)(f"{file}: {wrong}") from wrong
    _keys_agree(jurisdiction, file)
    return jurisdiction


def _metric_crs(boundary: pd.DataFrame, file: Path) -> Any:
    crs = getattr(boundary, "crs", None)
    if crs is None:
        raise UnknownCRS(
            f"{file}: layer 'boundary' declares no coordinate reference system; declare the one its coordinates are in"
        )
    if not crs.is_projected:
        raise UnknownCRS(
            f"{file}: is in {crs.name} (degrees); a jurisdiction is kept in a metric system: reproject it, e.g. to its UTM zone"
        )
    return crs


def _layer(frame: pd.DataFrame | None, schema: Schema, crs: Any, file: Path) -> gpd.GeoDataFrame:
    if frame is None:
        frame = gpd.GeoDataFrame({name: [] for name in schema.columns}, geometry=gpd.GeoSeries([], crs=crs))
    if isinstance(frame, gpd.GeoDataFrame) and frame.crs is not None and frame.crs != crs:
        raise UnknownCRS(
            f"{file}: layer '{schema.name}' is in {frame.crs.name}, the boundary in {crs.name}; reproject it so that all layers share one"
        )
    return typed(frame, schema, file)


def typed(frame: pd.DataFrame, schema: Schema, file: Path) -> Any:
    """`frame` with its columns in the kinds that `schema` names, as far as a file format blurred them.

    Raises
    ------
    BadInput
        A cell can't be read as the kind its column promises; the message names file, table, column and row.
    """
    changed = {}
    for name, column in schema.columns.items():
        if name not in frame.columns:
            continue
        values = frame[name]
        try:
            changed[name] = _cast(values, column.kind)
        except (ValueError, TypeError) as wrong:
            raise BadInput(
                f"{file}: table '{schema.name}', column '{name}' must hold {column.kind} ({column.meaning}): {wrong}"
            ) from wrong
    return frame.assign(**changed)


def _cast(values: pd.Series, kind: str) -> pd.Series:
    if kind == "str":
        return values.where(values.isna(), values.astype(str)).astype("str")
    if values.isna().all() and len(values) and kind != "float":
        return values
    if kind == "float":
        return pd.to_numeric(values).astype("float64")
    if kind == "bool":
        if values.dtype == bool:
            return values
        strange = ~values.isin([0, 1])
        if strange.any():
            raise ValueError(f"row {int(strange.to_numpy().argmax())} holds {values[strange].iloc[0]!r}")
        return values.astype("bool")
    numbers = pd.to_numeric(values)
    if numbers.isna().any():
        return numbers
    if numbers.dtype.kind == "f" and (numbers % 1 != 0).any():
        row = int((numbers % 1 != 0).to_numpy().argmax())
        raise ValueError(f"row {row} holds {numbers.iloc[row]}, a fraction")
    return numbers.astype("int64")


def _notes(table: pd.DataFrame | None, file: Path) -> Mapping[str, Any]:
    if table is None:
        return {}
    try:
        return {str(name): json.loads(value) for name, value in zip(table["name"], table["value"], strict=True)}
    except (KeyError, TypeError, ValueError) as wrong:
        raise BadInput(
            f"{file}: table 'notes' must hold a name and a JSON value in each row ({wrong!r}); remove it or write the file again"
        ) from wrong


def _keys_agree(jurisdiction: Jurisdiction, file: Path) -> None:
    """Every reference from one layer to another finds its row."""
    units, areas, nodes = jurisdiction.units["unit"], jurisdiction.areas["area"], jurisdiction.road_nodes["node"]
    for layer, column, known, what in (
        ("units", "area", areas, "areas"),
        ("areas", "parent", areas, "areas"),
        ("buildings", "unit", units, "units"),
        ("borders", "unit_a", units, "units"),
        ("borders", "unit_b", units, "units"),
        ("road_edges", "u", nodes, "road_nodes"),
        ("road_edges", "v", nodes, "road_nodes"),
    ):
        values = getattr(jurisdiction, layer)[column].dropna()
        lost = ~values.isin(known)
        if lost.any():
            raise BadInput(
                f"{file}: layer '{layer}', column '{column}', row {values.index[lost.to_numpy()][0]}: '{values[lost].iloc[0]}' isn't in layer '{what}'; mend the reference or the layer"
            )

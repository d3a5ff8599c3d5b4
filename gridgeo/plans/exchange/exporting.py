"""Hand a plan to others: one format for each habit, and the same plan when it comes back."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import geopandas as gpd
import pandas as pd

from gridgeo.arguments import proven
from gridgeo.errors import BadInput
from gridgeo.plans.exchange.columns import headings
from gridgeo.plans.exchange.shapefiles import write_shapefile
from gridgeo.plans.exchange.sheets import plan_sheets
from gridgeo.plans.identities import COLUMNS
from gridgeo.plans.plan import Plan
from gridgeo.sources import write_csv, write_layer, write_layers, write_workbook
from gridgeo.sources.vectors import FORMATS

WRITTEN = (*FORMATS, ".xlsx")
"""Endings that `export_plan` writes."""

ENCODINGS = ("utf-8", "utf-8-sig", "gb18030")
"""Encodings in which a CSV is written; gb18030 is read wherever GBK is."""

LAYERS = ("grids", "units")


@proven
def export_plan(
    plan: Plan, path: str | os.PathLike[str], *, layer: str | None = None, lang: str = "en", encoding: str = "utf-8"
) -> None:
    """Write a plan; the ending of `path` chooses the format.

    Parameters
    ----------
    plan
        What is written.
    path
        `.gpkg` and `.xlsx` hold the whole plan, `.csv` its table `unit,grid` (with code, name and owner of the grids where they
        say something), `.geojson`, `.fgb`, `.parquet` and `.shp` a layer.
    layer
        ``grids`` or ``units``: which layer of a format that holds one; grids where nothing is said, units in a CSV.
    lang
        ``en`` or ``zh``: the language of the headings of `.csv` and `.xlsx`, and of the legend of a `.shp`.
    encoding
        Of a CSV: ``utf-8``, ``utf-8-sig`` (the mark by which Excel knows it) or ``gb18030``.

    Raises
    ------
    BadInput
        The ending names no format that is written, an option doesn't fit it, an identifier or name begins or ends with
        a space or holds a control character, or the path can't be written.
    """
    file = Path(path)
    suffix = file.suffix.lower()
    _refuse(file, suffix, layer, lang, encoding)
    if suffix == ".gpkg":
        assignment = plan.assignment.rename("grid").rename_axis("unit").reset_index()
        write_layers({"assignment": assignment, "grids": plan.grids, "plan": pd.DataFrame([plan.record()])}, file)
        return
    _refuse_untidy(plan)
    if suffix == ".xlsx":
        write_workbook(plan_sheets(plan, lang), file)
    elif suffix == ".csv":
        table = pd.DataFrame(plan.grids.drop(columns="geometry")) if layer == "grids" else assignment_table(plan)
        write_csv(table.rename(columns=headings(table.columns, lang)), file, encoding=encoding)
    else:
        frame = unit_layer(plan) if layer == "units" else plan.grids
        if suffix == ".shp":
            write_shapefile(frame, file, lang)
        else:
            write_layer(frame, file, layer or "grids")


def assignment_table(plan: Plan) -> pd.DataFrame:
    """`unit` and `grid`, and `grid_code`, `grid_name`, `grid_owner` where a grid has one that isn't its default."""
    table = plan.assignment.rename("grid").rename_axis("unit").reset_index()
    identities = plan.identities
    plain = identities.index.to_series()
    for name in COLUMNS:
        default = plain if name == "code" else ""
        if (identities[name] != default).any():
            table[f"grid_{name}"] = table["grid"].map(identities[name])
    return table


def unit_layer(plan: Plan) -> gpd.GeoDataFrame:
    """The units with their grid, what it is called, and their measures."""
    units = plan.jurisdiction.units
    table = assignment_table(plan)
    measures = units[["area", "kind", "households", "area_m2", "difficulty", "workload_min"]].reset_index(drop=True)
    return gpd.GeoDataFrame(pd.concat([table, measures], axis=1), geometry=units.geometry.to_numpy(), crs=units.crs)


def refuse_format(path: str | os.PathLike[str]) -> None:
    """Refuse a path whose ending names no format that `export_plan` writes.

    Raises
    ------
    BadInput
        Names the ending and those that are written.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in WRITTEN:
        raise BadInput(f"{path}: '{suffix}' isn't written; choose one of {', '.join(WRITTEN)}")


def _refuse(file: Path, suffix: str, layer: str | None, lang: str, encoding: str) -> None:
    refuse_format(file)
    if layer is not None and layer not in LAYERS:
        raise BadInput(f"a plan has no layer '{layer}' to write alone; choose {' or '.join(LAYERS)}")
    if layer is not None and suffix in (".gpkg", ".xlsx"):
        raise BadInput(
            f"{file}: {suffix} holds the whole plan; leave the layer '{layer}' out, or choose another ending"
        )
    headings([], lang)
    if lang != "en" and suffix not in (".csv", ".xlsx", ".shp"):
        raise BadInput(f"{file}: fields of {suffix} have one name in every language; leave the language '{lang}' out")
    if encoding not in ENCODINGS:
        raise BadInput(f"a CSV isn't written in '{encoding}'; choose {', '.join(ENCODINGS)}")
    if encoding != "utf-8" and suffix != ".csv":
        raise BadInput(f"{file}: only a .csv has an encoding; leave '{encoding}' out")


def _refuse_untidy(plan: Plan) -> None:
    """What one of the formats would lose: outer spaces, control characters."""
    texts = [("unit", plan.assignment.index), ("grid", plan.identities.index)]
    texts += [(name, pd.Index(plan.identities[name])) for name in COLUMNS]
    for what, values in texts:
        for text in values:
            if text != text.strip() or any(unicodedata.category(sign) in ("Cc", "Cs") for sign in text):
                raise BadInput(
                    f"{what} {text!r} has a space at its end or a control character, which tables lose; rename it, or write .gpkg"
                )
            if not text and what in ("unit", "grid"):
                raise BadInput(f"a {what} has an empty identifier; name it, or write .gpkg")

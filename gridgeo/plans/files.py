"""A plan on disk: a GeoPackage with all of it, or the assignment as CSV, or the grids as a map layer."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from gridgeo.errors import BadInput
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.identities import COLUMNS
from gridgeo.plans.plan import Figures, Plan, choice_table, from_record, read_assignment
from gridgeo.plans.rules import Rules
from gridgeo.sources import read_csv, read_layers, write_csv, write_layer, write_layers
from gridgeo.sources.files import replacing
from gridgeo.sources.vectors import FORMATS


def write_plan(plan: Plan, path: str | os.PathLike[str]) -> None:
    """Write a plan; the ending chooses what is in the file.

    `.gpkg` holds the tables `assignment` and `plan` and the layer `grids`; `.csv` holds `unit,grid`;
    `.geojson`, `.fgb`, `.parquet` and `.shp` hold the grids.

    Raises
    ------
    BadInput
        The ending names no format that is written, or the path can't be written.
    """
    file = Path(path)
    suffix = file.suffix.lower()
    if suffix not in FORMATS:
        raise BadInput(f"{file}: '{suffix}' isn't written; choose one of {', '.join(FORMATS)}")
    assignment = plan.assignment.rename("grid").rename_axis("unit").reset_index()
    if suffix == ".gpkg":
        write_layers({"assignment": assignment, "grids": plan.grids, "plan": pd.DataFrame([plan.record()])}, file)
    elif suffix == ".csv":
        write_csv(assignment, file)
    else:
        write_layer(plan.grids, file, "grids")


def read_plan(path: str | os.PathLike[str], jurisdiction: Jurisdiction) -> Plan:
    """The plan of `jurisdiction` in a GeoPackage that `write_plan` wrote, or in a CSV table `unit,grid` (UTF-8 or GBK).

    A CSV says nothing of rules: its plan has the rules of an empty wish with as many grids as it names.

    Raises
    ------
    UnreadableSource
        The file is missing, damaged or of another kind.
    BadInput
        It isn't a plan, or a plan of other units.
    """
    file = Path(path)
    try:
        if file.suffix.lower() == ".csv":
            assignment = read_assignment(read_csv(file))
            return Plan(jurisdiction, assignment, Rules(k=int(assignment.nunique())), Figures())
        layers = read_layers(file)
        missing = [name for name in ("assignment", "plan") if name not in layers]
        if missing:
            raise BadInput(f"it is no plan: it has no table {', '.join(missing)}; make one with 'gridgeo partition'")
        if len(layers["plan"]) != 1:
            raise BadInput(f"its table 'plan' has {len(layers['plan'])} rows; it must have one")
        record = {str(name): value for name, value in layers["plan"].iloc[0].items()}
        return from_record(jurisdiction, read_assignment(layers["assignment"]), record, _identities(layers))
    except BadInput as wrong:
        text = str(wrong)
        raise type(wrong)(text if text.startswith(str(file)) else f"{file}: {text}") from wrong


def _identities(layers: Mapping[str, pd.DataFrame]) -> pd.DataFrame | None:
    """What the layer `grids` says its grids are called; a file without it says nothing."""
    grids = layers.get("grids")
    if grids is None or "grid" not in grids.columns:
        return None
    return pd.DataFrame(grids[["grid", *(name for name in COLUMNS if name in grids.columns)]])


def write_choices(plans: Sequence[Plan], folder: str | os.PathLike[str]) -> None:
    """Write several plans into one new folder: ``plan-1.gpkg``, … and the table ``plans.csv`` that compares them.

    Raises
    ------
    BadInput
        The folder names a file format, or can't be written.
    """
    target = Path(folder)
    if target.suffix.lower() in FORMATS:
        raise BadInput(f"{target}: several plans are written into a folder; give one, without '{target.suffix}'")
    if target.is_file():
        raise BadInput(f"{target}: is a file; several plans are written into a folder, give another path")
    with replacing(target) as fresh:
        fresh.mkdir()
        for number, plan in enumerate(plans, start=1):
            write_plan(plan, fresh / f"plan-{number}.gpkg")
        write_csv(choice_table(plans), fresh / "plans.csv")

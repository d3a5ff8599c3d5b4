"""A plan file of yesterday's units, taken in on today's, with everything told that was matched by ground."""

from __future__ import annotations

import os
from pathlib import Path

import geopandas as gpd
import pandas as pd

from gridgeo.arguments import proven
from gridgeo.crosswalks.carrying import CarriedOver, carry_ground, carry_over
from gridgeo.errors import BadInput
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.exchange.importing import Imported, import_plan
from gridgeo.plans.exchange.reading import Found, read_found
from gridgeo.plans.exchange.report import ImportReport, empty, listed
from gridgeo.plans.identities import COLUMNS
from gridgeo.plans.rules import Rules

WORDS = {
    "same": "is as it was",
    "renamed": "is the same ground under another name",
    "split": "is a part of {old}",
    "merged": "is made of {old}",
    "redrawn": "has other borders than {old}",
    "new": "isn't named by the old plan",
    "new land": "lies where the old plan had no grid; it went to the nearest",
}
"""What is said of a new unit."""
GONE = {
    "renamed": "is called {new} now",
    "split": "was split into {new}",
    "merged": "was merged into {new}",
    "redrawn": "has other borders now: {new}",
    "vanished": "has vanished: most of its land is in no unit now",
    "gone": "is no unit now; give the town file it was drawn for to see what became of it (--old-town)",
}
"""What is said of an old unit."""


@proven
def carry_plan(
    path: str | os.PathLike[str],
    town: Jurisdiction,
    old_town: Jurisdiction | None = None,
    *,
    unit_column: str | None = None,
    grid_column: str | None = None,
    layer: str | None = None,
    accept_suggestions: bool = False,
    ignore_unmatched: bool = False,
) -> Imported:
    """The plan of a file on the units of `town`, by ground where its units are others, with a report of every such unit.

    Parameters
    ----------
    path
        A plan; one of `town`'s own units is taken in as it is.
    town
        The place as it is now.
    old_town
        The place as it was when the plan was drawn: with it any format will do, and what became of each unit is told.
        Without it the file itself must hold shapes: of its grids, as our own plan files do, or of its units.
    unit_column, grid_column, layer, accept_suggestions, ignore_unmatched
        As for `gridgeo.import_plan`.

    Raises
    ------
    BadInput
        There are no shapes to go by, the plan lies somewhere else, or `old_town` doesn't have its units.
    """
    taken = import_plan(
        path,
        town if old_town is None else old_town,
        unit_column=unit_column,
        grid_column=grid_column,
        layer=layer,
        accept_suggestions=accept_suggestions,
        ignore_unmatched=ignore_unmatched and old_town is not None,
    )
    if old_town is not None:
        if taken.plan is None:
            raise BadInput(f"{taken.report.why()} (read for the units of the old town)")
        return _told(carry_over(taken.plan, town), path, taken.report.layer)
    if taken.plan is not None:
        return taken
    found = read_found(path, unit_column=unit_column, grid_column=grid_column, layer=layer)
    return _told(_from_file(found, Path(path), town), path, found.layer)


def _from_file(found: Found, path: Path, town: Jurisdiction) -> CarriedOver:
    """Carried over by the shapes that the file itself has."""
    table = found.table.dropna()
    grids = found.drawn
    cells = found.cells
    if grids is None and cells is not None:
        grids = cells.assign(grid=table["grid"]).loc[table.index].dissolve("grid").reset_index()[["grid", "geometry"]]
    if grids is None or "unit" not in table.columns:
        raise BadInput(
            f"{path}: has no shapes of its units or grids to go by; give the town file that it was drawn for (--old-town "
            "OLD.gpkg), or a plan file (.gpkg)"
        )
    shapes = None if cells is None else cells.geometry.loc[table.index]
    before = gpd.GeoDataFrame(
        table[["unit", "grid"]], geometry=[None] * len(table) if shapes is None else shapes.to_numpy(), crs=grids.crs
    )
    rules = Rules(k=int(table["grid"].nunique()))
    if found.record is not None:
        rules = Rules.from_json(found.rules())
    called = found.identities
    if "grid" in called.columns:
        names = [name for name in COLUMNS if name in called.columns]
        called = called.drop_duplicates("grid")[["grid", *names]]
    return carry_ground(before, grids, town, rules, called)


def _told(carried: CarriedOver, path: str | os.PathLike[str], layer: str) -> Imported:
    """The carried plan with a report of the kind that an import has."""
    units, gone = carried.units, carried.gone
    other = units[units["change"] != "same"]
    land = other["change"] == "new land"
    notes = [
        _listed("carried over", other[~land]),
        _listed("new land", other[land]),
        listed(
            "gone",
            unit=gone["unit"],
            grid=gone["grid"],
            suggestion=gone["new_units"].where(gone["new_units"] != "", None),
            text=[f"unit {r.unit} {GONE[str(r.change)].format(new=r.new_units)}" for r in gone.itertuples()],
        ),
        listed(
            "lost grid",
            grid=list(carried.lost_grids),
            text=[f"grid {grid} has no unit any more" for grid in carried.lost_grids],
        ),
    ]
    kept = [note for note in notes if len(note)]
    town = carried.plan.jurisdiction
    matched = units[["unit", "grid", "share"]].assign(how=units["change"])
    report = ImportReport(
        source=str(path),
        layer=layer,
        kind="carried over",
        jurisdiction=town.name,
        units=len(town.units),
        matched=matched,
        findings=pd.concat(kept, ignore_index=True) if kept else empty(),
    )
    return Imported(report, carried.plan)


def _listed(kind: str, rows: pd.DataFrame) -> pd.DataFrame:
    return listed(
        kind,
        unit=rows["unit"],
        grid=rows["grid"],
        suggestion=rows["old_units"].where(rows["old_units"] != "", None),
        share=rows["share"],
        text=[f"unit {r.unit} {WORDS[str(r.change)].format(old=r.old_units)}" for r in rows.itertuples()],
    )

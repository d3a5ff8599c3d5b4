"""Take in a plan that was drawn or kept elsewhere: look first, then make it, or say row by row why not."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgeo.arguments import proven
from gridgeo.crosswalks.matching import match_units
from gridgeo.crosswalks.overlay import make_faces
from gridgeo.crs import to_metric
from gridgeo.errors import BadInput, UnknownCRS
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.exchange.likeness import spellings
from gridgeo.plans.exchange.reading import Found, read_found
from gridgeo.plans.exchange.report import ImportReport, empty, listed
from gridgeo.plans.exchange.tables import match_table
from gridgeo.plans.identities import COLUMNS
from gridgeo.plans.plan import Figures, Plan, fingerprint, from_record
from gridgeo.plans.rules import Rules

MISMATCH = 0.01
"""Smallest share of a unit's households or land that is told as a mismatch, gap or overlap."""


@dataclass(frozen=True)
class Imported:
    """A file that was looked at: the report, and the plan where one can be made of it."""

    report: ImportReport
    plan: Plan | None


@proven
def import_plan(
    path: str | os.PathLike[str],
    jurisdiction: Jurisdiction,
    *,
    unit_column: str | None = None,
    grid_column: str | None = None,
    layer: str | None = None,
    accept_suggestions: bool = False,
    ignore_unmatched: bool = False,
    least_overlap: float = 0.5,
) -> Imported:
    """The plan of `jurisdiction` that a file tells, with a report of everything that didn't fit; nothing is written.

    A file holds either units with their grid (CSV, XLSX, or any layer with such columns) or polygons of grids, which
    are laid over the units: a unit goes where most of its households live, then where most of its land lies.

    Parameters
    ----------
    path
        CSV (UTF-8, GBK), XLSX, GeoJSON, Shapefile, GeoPackage, GeoParquet or FlatGeobuf.
    jurisdiction
        Whose units are assigned.
    unit_column, grid_column
        Columns of the units and of the grids, where they aren't called so (or 单元, 网格, …).
    layer
        The layer or sheet, where the file holds several that could be meant.
    accept_suggestions
        Read ids that differ by leading zeros, spaces, case or full-width signs as those they are alike to, of grids
        too; without it they are only told.
    ignore_unmatched
        Leave out units and polygons that the jurisdiction has nothing for, e.g. where the file is of a whole district.
    least_overlap
        Smallest share of a unit's households (of its land, where nobody lives) that must lie in its polygon.

    Raises
    ------
    UnreadableSource
        The file is missing, damaged or of a kind that isn't read.
    UnknownCRS
        Polygons declare no coordinate reference system.
    BadInput
        A column or layer isn't there, or more than one could be meant.
    """
    if not 0 < least_overlap <= 1:
        raise BadInput(f"the least overlap is {least_overlap:g}; give a share above 0, up to 1")
    found = read_found(path, unit_column=unit_column, grid_column=grid_column, layer=layer)
    found, spelled = _spelled(found, accept_suggestions)
    if found.shapes is None:
        known = pd.Index(jurisdiction.units["unit"])
        matched, findings = match_table(
            found.table, known, accept_suggestions=accept_suggestions, ignore_unmatched=ignore_unmatched
        )
        notes = [findings, *_drift(found, jurisdiction, matched)]
    else:
        matched, findings = _laid_over(found, jurisdiction, str(path), ignore_unmatched, least_overlap)
        notes = [findings]
    identities, called = _one_identity(found.identities, matched["grid"])
    notes = [frame for frame in (*notes, spelled, called) if len(frame)]
    report = ImportReport(
        source=str(path),
        layer=found.layer,
        kind="table" if found.shapes is None else "polygons",
        jurisdiction=jurisdiction.name,
        units=len(jurisdiction.units),
        matched=matched,
        findings=pd.concat(notes, ignore_index=True) if notes else empty(),
    )
    return Imported(report, _plan(jurisdiction, matched, identities, found.record) if report.ok else None)


def _plan(
    jurisdiction: Jurisdiction, matched: pd.DataFrame, identities: pd.DataFrame, record: Mapping[str, Any] | None
) -> Plan:
    assignment = pd.Series(matched["grid"].to_numpy(), index=pd.Index(matched["unit"], name="unit"), name="grid")
    if record is not None:
        return from_record(jurisdiction, assignment, record, identities)
    return Plan(jurisdiction, assignment, Rules(k=int(assignment.nunique())), Figures(), identities)


def _spelled(found: Found, accept: bool) -> tuple[Found, pd.DataFrame]:
    """One spelling for each grid where that is wished; what is spelled differently is told either way."""
    other = spellings(found.table["grid"].dropna())
    rows = found.table[found.table["grid"].isin(list(other))]
    did = "was read as" if accept else "is another grid than"
    text = [
        f"grid '{name}' {did} '{other[name]}', which differs by zeros, spaces, case or width" for name in rows["grid"]
    ]
    notes = listed(
        "corrected" if accept else "spelling",
        row=rows.index,
        unit=rows["unit"].to_numpy() if "unit" in rows.columns else [None] * len(rows),
        grid=rows["grid"].to_numpy(),
        suggestion=rows["grid"].map(other).to_numpy(),
        text=text,
    )
    if not accept or not other:
        return found, notes
    identities = found.identities
    if "grid" in identities.columns:
        identities = identities.assign(grid=identities["grid"].replace(other))
    return replace(
        found, table=found.table.assign(grid=found.table["grid"].replace(other)), identities=identities
    ), notes


def _drift(found: Found, jurisdiction: Jurisdiction, matched: pd.DataFrame) -> list[pd.DataFrame]:
    """Our own file remembers what it was drawn for: units of one name that lie elsewhere now aren't the same units."""
    if found.record is None or found.record.get("input_hash") in (None, fingerprint(jurisdiction)):
        return []
    text = "the plan was drawn for another state of the units or their figures"
    other = listed("other input", suggestion=["check the plan with 'gridgeo check'"], text=[text])
    if found.drawn is None or found.drawn.crs is None or not len(matched):
        return [other]
    shapes = to_metric(found.drawn, jurisdiction.crs).set_index("grid").geometry
    shapes = shapes[~shapes.index.duplicated()]
    rows = matched[matched["grid"].isin(shapes.index)]
    points = jurisdiction.units.set_index("unit").geometry[rows["unit"]].representative_point()
    polygons = shapes[rows["grid"]].to_numpy()
    shapely.prepare(shapes.to_numpy())
    away = rows[~shapely.intersects_xy(polygons, points.x.to_numpy(), points.y.to_numpy())]
    told = [f"unit {unit} no longer lies in grid {grid}" for unit, grid in zip(away["unit"], away["grid"], strict=True)]
    return [
        other,
        listed(
            "drifted",
            unit=away["unit"],
            grid=away["grid"],
            suggestion=["carry the plan over by its shapes: import its layer grids (--layer grids)"] * len(away),
            text=told,
        ),
    ]


def _laid_over(
    found: Found, jurisdiction: Jurisdiction, path: str, ignore_unmatched: bool, least_overlap: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    assert found.shapes is not None
    if found.shapes.crs is None:
        raise UnknownCRS(
            f"{path}: declares no coordinate reference system; add the .prj file, or declare it in the file"
        )
    frame = to_metric(found.shapes, jurisdiction.crs)
    shapes, notes = _one_polygon_a_grid(found.table["grid"], frame.geometry)
    laid = _matched(jurisdiction, shapes)
    notes += _misfits(laid, least_overlap)
    unused = shapes.index[~shapes.index.isin(laid.loc[laid["share"] > 0, "grid"])]
    text = [f"the polygon of grid {grid} takes no unit" for grid in unused]
    notes.append(listed("left out" if ignore_unmatched else "unmatched", grid=unused, text=text))
    matched = laid.loc[laid["share"] >= least_overlap, ["unit", "grid", "how", "share"]].reset_index(drop=True)
    return matched, pd.concat([note for note in notes if len(note)] or [empty()], ignore_index=True)


def _matched(jurisdiction: Jurisdiction, shapes: gpd.GeoSeries) -> pd.DataFrame:
    """The polygon of each unit; a unit that lies in none has no grid and a share of 0."""
    if not len(shapes):
        units = jurisdiction.units["unit"].to_numpy()
        nothing = {"share": 0.0, "next": "", "next_share": 0.0, "claimed": 0.0}
        return pd.DataFrame({"unit": units, "grid": np.nan, "how": "nearest"} | nothing)
    ordered = shapes.sort_index()
    found = match_units(jurisdiction, make_faces(ordered.index.to_series(), ordered))
    nowhere = found["how"] == "nearest"
    return found.assign(grid=found["grid"].mask(nowhere), share=found["share"].mask(nowhere, 0.0))


def _one_polygon_a_grid(grids: pd.Series, shapes: gpd.GeoSeries) -> tuple[gpd.GeoSeries, list[pd.DataFrame]]:
    empties = shapes.isna() | shapes.is_empty
    nameless = grids.isna() & ~empties
    used = grids[~grids.isna() & ~empties]
    valid = shapely.is_valid(shapes[used.index].to_numpy())
    whole = np.where(
        valid,
        shapes[used.index].to_numpy(),
        shapely.make_valid(shapes[used.index].to_numpy(), method="structure", keep_collapsed=False),
    )
    again, bad, blank = used[used.duplicated()], used[~valid], grids[empties]
    notes = [
        listed("blank grid", row=grids.index[nameless], text=["a polygon has no grid"] * int(nameless.sum())),
        listed(
            "repeated",
            row=again.index,
            grid=again,
            text=[f"grid {grid} has one more polygon; they count as one" for grid in again],
        ),
        listed("mended", row=bad.index, grid=bad, text=[f"the polygon of grid {grid} crossed itself" for grid in bad]),
        listed("unmatched", row=blank.index, grid=blank, text=[f"grid {grid} has no shape" for grid in blank]),
    ]
    if not len(again):
        return gpd.GeoSeries(whole, index=used.to_numpy(), crs=shapes.crs), notes
    rows = pd.Series(np.arange(len(whole))).groupby(used.to_numpy(), sort=False).indices
    parts = [shapely.union_all(whole[at]) for at in rows.values()]
    return gpd.GeoSeries(parts, index=list(rows), crs=shapes.crs), notes


def _misfits(laid: pd.DataFrame, least_overlap: float) -> list[pd.DataFrame]:
    """Units without a polygon, with too little of one, cut by a border, in a gap, or under two polygons."""
    alone = laid["how"] == "nearest"
    weak = ~alone & (laid["share"] < least_overlap)
    kept = ~alone & ~weak
    cases: tuple[tuple[str, pd.Series, Callable[[Any], str]], ...] = (
        ("missing", alone, lambda r: f"unit {r.unit} lies in no polygon"),
        ("weak", weak, lambda r: f"only {r.share:.0%} of unit {r.unit} lies in grid {r.grid}"),
        ("mismatch", kept & (laid["next_share"] > MISMATCH), _cut),
        (
            "overlap",
            kept & (laid["claimed"] > 1 + MISMATCH),
            lambda r: f"polygons lie over each other on unit {r.unit}",
        ),
        (
            "gap",
            kept & (laid["claimed"] < 1 - MISMATCH),
            lambda r: f"{1 - r.claimed:.0%} of unit {r.unit} lies in no polygon",
        ),
    )
    notes = []
    for kind, mask, tell in cases:
        rows = laid[mask]
        notes.append(
            listed(
                kind,
                unit=rows["unit"],
                grid=rows["grid"],
                suggestion=rows["next"] if kind == "mismatch" else rows["grid"] if kind == "weak" else np.nan,
                share=rows["share"],
                text=[tell(row) for row in rows.itertuples()],
            )
        )
    return notes


def _cut(row: Any) -> str:
    inside = f"{1 - row.share_households_outside:.0%} of its households, {1 - row.share_area_outside:.0%} of its land"
    return f"unit {row.unit} is cut: {inside} in grid {row.grid}; grid {row.next} has the next most"


def _one_identity(identities: pd.DataFrame, grids: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The first code, name and owner of each grid, and the grids that have several of one."""
    if "grid" not in identities.columns:
        return pd.DataFrame(), empty()
    used = identities[identities["grid"].isin(grids)]
    names = [name for name in COLUMNS if name in used.columns]
    if not names:
        return pd.DataFrame(), empty()
    several = used.groupby("grid")[names].nunique() > 1
    told = []
    for name in names:
        for grid in several.index[several[name]]:
            values = used.loc[used["grid"] == grid, name].dropna().unique()
            told.append(
                (grid, values[0], f"grid {grid} has the {name}s {', '.join(map(repr, values[:3]))}; the first was kept")
            )
    columns = list(zip(*told, strict=True)) if told else [(), (), ()]
    notes = listed("two names", grid=columns[0], suggestion=columns[1], text=columns[2])
    return used.groupby("grid", sort=False)[names].first().reset_index(), notes

"""From one division of a place to another: which share of each source lies in which target."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgeo.arguments import proven
from gridgeo.crosswalks.overlay import Faces, cut_units, make_faces, overlapping, read_polygons
from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan

OUTSIDE = "(outside)"
"""Target of what lies in no polygon, or outside the jurisdiction."""

LISTED_M2 = 1.0
"""Gaps and overlaps of less land, in which nobody lives, aren't listed; they still count in the weights."""


@dataclass(frozen=True)
class Crosswalk:
    """Shares of sources in targets.

    Parameters
    ----------
    weights
        One row for each source and target with land or households in common: `source`, `target`, `households`,
        `area_m2`, and the shares of the source that these are, `share_households` and `share_area`. The shares of each
        source sum to 1; what lies in no target is told as `OUTSIDE`. A source where nobody lives has its shares of land
        as those of households.
    overlaps
        Pairs of polygons that claim the same ground: `a`, `b`, `area_m2`, `households`.
    gaps
        Units that lie in no polygon, wholly or in part: `unit`, `grid`, `area_m2`, `households`.
    """

    weights: pd.DataFrame
    overlaps: pd.DataFrame
    gaps: pd.DataFrame

    def convert(self, values: pd.Series | Mapping[str, float], by: str = "households") -> pd.Series:
        """Figures of the sources as figures of the targets, shared out by households or by area; the sum stays.

        Raises
        ------
        BadInput
            A value of no known source, or another `by`.
        """
        given = pd.Series(values, dtype=float)
        if by not in ("households", "area"):
            raise BadInput(f"figures can't be shared out by '{by}'; choose households or area")
        unknown = given.index.difference(pd.Index(self.weights["source"]))
        if len(unknown):
            raise BadInput(f"'{unknown[0]}' is no source of this crosswalk; its sources are its column source")
        used = self.weights[self.weights["source"].isin(given.index)]
        parts = used[f"share_{by}"].to_numpy() * given[used["source"]].to_numpy()
        return (
            pd.Series(parts, index=used["target"].to_numpy(), name="value").groupby(level=0).sum().rename_axis("target")
        )

    def figures(self) -> dict[str, Any]:
        """The counts that a command prints."""
        outside = self.weights[self.weights["target"] == OUTSIDE]
        return {
            "sources": int(self.weights["source"].nunique()),
            "targets": int(self.weights.loc[self.weights["target"] != OUTSIDE, "target"].nunique()),
            "pairs": len(self.weights),
            "overlaps": len(self.overlaps),
            "overlap_m2": float(self.overlaps["area_m2"].sum()),
            "gaps": len(self.gaps),
            "outside_m2": float(outside["area_m2"].sum()),
            "outside_households": float(outside["households"].sum()),
        }

    def to_file(self, path: str | os.PathLike[str]) -> None:
        """Write the weights as CSV."""
        from gridgeo.sources import write_csv

        write_csv(self.weights, path)


@proven
def crosswalk(source: Plan | gpd.GeoDataFrame, target: Plan | gpd.GeoDataFrame, *, key: str | None = None) -> Crosswalk:
    """Which share of each grid of `source` lies in which grid of `target`, by households and by area.

    Two plans of the same units are compared unit by unit. Where one side is polygons that don't follow the units
    (another department's grids), or a plan of other units, units are cut, and their households go with their buildings,
    else with their land. Polygons may overlap and leave gaps: ground that several polygons claim is shared out among
    them equally as a target, and counts for each of them as a source.

    Parameters
    ----------
    source, target
        Plans, or polygons with a declared CRS; at least one is a plan.
    key
        Column that names the polygons; see `gridgeo.crosswalks.overlay.read_polygons`.

    Raises
    ------
    BadInput
        Neither is a plan, or the polygons can't be read.
    UnknownCRS
        The polygons declare no CRS.
    """
    if isinstance(source, Plan) and isinstance(target, Plan):
        if list(source.assignment.index) == list(target.assignment.index):
            return _unit_by_unit(source, target)
        return _from_polygons(source.grids, target, "grid")
    if isinstance(source, Plan):
        return _to_polygons(source, target, key)
    if isinstance(target, Plan):
        return _from_polygons(source, target, key)
    raise BadInput("two sets of polygons have no households of their own; give a plan on one side")


def _unit_by_unit(source: Plan, target: Plan) -> Crosswalk:
    units = source.jurisdiction.units
    table = pd.DataFrame(
        {
            "source": source.assignment.to_numpy(),
            "target": target.assignment.to_numpy(),
            "households": units["households"].to_numpy(dtype=float),
            "area_m2": units["area_m2"].to_numpy(dtype=float),
        }
    )
    return Crosswalk(_shares(table), _no_overlaps(), _no_gaps())


def _to_polygons(source: Plan, frame: gpd.GeoDataFrame, key: str | None) -> Crosswalk:
    faces, claimed = _claimed(source, frame, key)
    shared = claimed.assign(
        target=_names(faces)[claimed["polygon"]],
        households=claimed["households"] / claimed["claims"],
        area_m2=claimed["area_m2"] / claimed["claims"],
    )
    return Crosswalk(_shares(shared.rename(columns={"grid": "source"})), _overlaps(faces, claimed), _gaps(claimed))


def _from_polygons(frame: gpd.GeoDataFrame, target: Plan, key: str | None) -> Crosswalk:
    faces, claimed = _claimed(target, frame, key)
    held = claimed[claimed["polygon"] >= 0].rename(columns={"grid": "target"})
    inside = held.groupby("polygon")["area_m2"].sum().reindex(range(len(faces.names)), fill_value=0.0)
    beyond = np.maximum(shapely.area(faces.shapes) - inside.to_numpy(), 0.0)
    far = np.flatnonzero(beyond > np.maximum(1e-6 * shapely.area(faces.shapes), 1e-6))
    outside = pd.DataFrame({"polygon": far, "target": OUTSIDE, "households": 0.0, "area_m2": beyond[far]})
    columns = ["polygon", "target", "households", "area_m2"]
    table = pd.concat([held[columns], outside[columns]], ignore_index=True) if len(far) else held[columns]
    named = table.assign(source=_names(faces)[table["polygon"]])
    return Crosswalk(_shares(named), _overlaps(faces, claimed), _gaps(claimed))


def _claimed(plan: Plan, frame: gpd.GeoDataFrame, key: str | None) -> tuple[Faces, pd.DataFrame]:
    """The pieces of the plan's units with their unit and grid, and the polygons that claim each."""
    town = plan.jurisdiction
    faces = make_faces(*read_polygons(frame, town, key))
    pieces = cut_units(town, faces.face)
    at = pieces["unit"].to_numpy()
    named = pieces.assign(
        unit=town.units["unit"].to_numpy()[at], grid=plan.assignment.to_numpy()[at], piece=np.arange(len(pieces))
    )
    return faces, faces.claimed(named)


def _names(faces: Faces) -> np.ndarray:
    """Names by position; the last one, also at -1, stands for outside."""
    return np.append(faces.names, np.array([OUTSIDE], dtype=object))


def _shares(table: pd.DataFrame) -> pd.DataFrame:
    sums = table.groupby(["source", "target"], as_index=False)[["households", "area_m2"]].sum()
    sums = sums[(sums["households"] > 0) | (sums["area_m2"] > 0)].reset_index(drop=True)
    whole = sums.groupby("source")[["households", "area_m2"]].transform("sum")
    land = np.where(whole["area_m2"] > 0, sums["area_m2"] / whole["area_m2"].where(whole["area_m2"] > 0, 1.0), 0.0)
    people = sums["households"] / whole["households"].where(whole["households"] > 0, 1.0)
    return sums.assign(share_households=np.where(whole["households"] > 0, people, land), share_area=land)


def _overlaps(faces: Faces, claimed: pd.DataFrame) -> pd.DataFrame:
    a, b, shared = overlapping(faces.shapes)
    double = claimed.loc[claimed["claims"] > 1, ["piece", "polygon", "households"]]
    pairs = double.merge(double[["piece", "polygon"]], on="piece", suffixes=("_a", "_b"))
    people = pairs.groupby(["polygon_a", "polygon_b"])["households"].sum()
    table = pd.DataFrame({"a": faces.names[a], "b": faces.names[b], "area_m2": shared})
    table["households"] = people.reindex(pd.MultiIndex.from_arrays([a, b]), fill_value=0.0).to_numpy(dtype=float)
    return table[(table["area_m2"] >= LISTED_M2) | (table["households"] > 0)].reset_index(drop=True)


def _gaps(claimed: pd.DataFrame) -> pd.DataFrame:
    lost = claimed.loc[claimed["polygon"] < 0, ["unit", "grid", "area_m2", "households"]]
    return lost[(lost["area_m2"] >= LISTED_M2) | (lost["households"] > 0)].reset_index(drop=True)


def _no_overlaps() -> pd.DataFrame:
    return pd.DataFrame(
        {
            name: pd.Series(dtype=kind)
            for name, kind in (("a", "str"), ("b", "str"), ("area_m2", float), ("households", float))
        }
    )


def _no_gaps() -> pd.DataFrame:
    kinds = (("unit", "str"), ("grid", "str"), ("area_m2", float), ("households", float))
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds})

"""Polygons that don't follow the units become a plan of units, with what doesn't fit told unit by unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgeo.crosswalks.overlay import cut_units, make_faces, read_polygons
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules

WHOLE = 0.001
"""Share of a unit's land that may lie outside its polygon while the unit is still called whole."""


@dataclass(frozen=True)
class Fitted:
    """Units given to the polygons that hold most of their households.

    Parameters
    ----------
    jurisdiction
        Where the units lie.
    units
        One row a unit, in their order: `unit`, `grid` (its polygon), `how` (``whole``: it lies in it; ``most``: more of it
        than in any other; ``nearest``: it lies in none), `households_outside` and `area_outside_m2` (what of it lies
        outside its polygon), `share_households_outside`, `share_area_outside`, and `next`, the polygon with the next
        largest part, if there is one.
    unused
        Names of the polygons that no unit was given to.
    """

    jurisdiction: Jurisdiction
    units: pd.DataFrame
    unused: tuple[str, ...]

    @property
    def assignment(self) -> pd.Series:
        """Grid of each unit."""
        return pd.Series(self.units["grid"].to_numpy(), index=pd.Index(self.units["unit"], name="unit"), name="grid")

    def plan(self, rules: Rules | None = None) -> Plan:
        """The units' grids as a plan; without `rules`, of as many grids as there are."""
        kept = Rules(k=int(self.units["grid"].nunique())) if rules is None else rules
        return Plan(self.jurisdiction, self.assignment, kept)

    def figures(self) -> dict[str, Any]:
        """How well the polygons fit: units by `how`, and what lies outside its unit's polygon in all."""
        counts = self.units["how"].value_counts()
        return {
            **{how: int(counts.get(how, 0)) for how in ("whole", "most", "nearest")},
            "households_outside": float(self.units["households_outside"].sum()),
            "area_outside_m2": float(self.units["area_outside_m2"].sum()),
            "unused": list(self.unused),
        }


def fit_polygons(town: Jurisdiction, polygons: gpd.GeoDataFrame, key: str | None = None) -> Fitted:
    """Give each unit to the polygon that holds most of its households, then most of its land, then the first by name.

    Households count where their buildings stand, else as the land lies. A unit that lies in no polygon is given to the
    nearest one and marked.

    Parameters
    ----------
    town
        The jurisdiction.
    polygons
        Areas with a declared CRS; they may overlap, leave gaps and reach beyond the jurisdiction.
    key
        Column that names them; see `gridgeo.crosswalks.overlay.read_polygons`.

    Raises
    ------
    BadInput
        The polygons can't be read, or none touches the jurisdiction.
    UnknownCRS
        They declare no CRS.
    """
    names, shapes = read_polygons(polygons, town, key)
    faces = make_faces(names, shapes)
    claimed = faces.claimed(cut_units(town, faces.face))
    held = (
        claimed[claimed["polygon"] >= 0].groupby(["unit", "polygon"], as_index=False)[["households", "area_m2"]].sum()
    )
    order = held.sort_values(
        ["unit", "households", "area_m2", "polygon"], ascending=[True, False, False, True], kind="stable"
    )
    best = order.groupby("unit").nth(0).set_index("unit")
    second = order.groupby("unit").nth(1).set_index("unit")["polygon"]
    units, count = town.units, len(town.units)
    polygon = best["polygon"].reindex(range(count))
    lost = np.flatnonzero(polygon.isna())
    points = units.geometry.iloc[lost].representative_point().to_numpy()
    polygon.iloc[lost] = shapely.STRtree(faces.shapes).nearest(points)
    people, land = units["households"].to_numpy(dtype=float), units["area_m2"].to_numpy(dtype=float)
    out_people = _rest(people, best["households"].reindex(range(count), fill_value=0.0).to_numpy())
    out_land = _rest(land, best["area_m2"].reindex(range(count), fill_value=0.0).to_numpy())
    fits = (out_land <= WHOLE * land) & (out_people <= 0)
    table = pd.DataFrame(
        {
            "unit": units["unit"].to_numpy(),
            "grid": faces.names[polygon.to_numpy(dtype=np.int64)],
            "how": np.where(polygon.index.isin(lost), "nearest", np.where(fits, "whole", "most")),
            "households_outside": out_people,
            "share_households_outside": out_people / np.where(people > 0, people, 1.0),
            "area_outside_m2": out_land,
            "share_area_outside": out_land / np.where(land > 0, land, 1.0),
            "next": second.map(dict(enumerate(faces.names))).reindex(range(count)).fillna("").to_numpy(),
        }
    )
    return Fitted(town, table, tuple(sorted(set(faces.names) - set(table["grid"]))))


def _rest(whole: np.ndarray, part: np.ndarray) -> np.ndarray:
    """What is left of `whole`; 0 where only rounding is left."""
    rest = whole - part
    return np.where(rest > 1e-9 * np.maximum(whole, 1.0), rest, 0.0)

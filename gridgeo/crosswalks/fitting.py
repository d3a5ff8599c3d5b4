"""Polygons that don't follow the units become a plan of units, with what doesn't fit told unit by unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from gridgeo.arguments import proven
from gridgeo.crosswalks.matching import match_units
from gridgeo.crosswalks.overlay import make_faces, read_polygons
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules


@dataclass(frozen=True)
class Fitted:
    """Units given to the polygons that hold most of their households.

    Parameters
    ----------
    jurisdiction
        Where the units lie.
    units
        One row a unit, in their order, with columns as in `gridgeo.crosswalks.matching.match_units`.
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


@proven
def fit_polygons(town: Jurisdiction, polygons: gpd.GeoDataFrame, key: str | None = None) -> Fitted:
    """Give each unit to the polygon that holds most of its households, then most of its land, then the first by name.

    How units are matched is told at `gridgeo.crosswalks.matching.match_units`.

    Parameters
    ----------
    town
        Whose units are given.
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
    faces = make_faces(*read_polygons(polygons, town, key))
    units = match_units(town, faces)
    return Fitted(town, units, tuple(sorted(set(faces.names) - set(units["grid"]))))

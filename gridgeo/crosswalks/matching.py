"""Units under polygons that don't follow them: the polygon that takes each unit, and what of the unit lies elsewhere."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridgeo.crosswalks.overlay import Faces, cut_units
from gridgeo.jurisdictions import Jurisdiction

WHOLE = 0.001
"""Share of a unit's land that may lie outside its polygon while the unit is still called whole."""


def match_units(town: Jurisdiction, faces: Faces) -> pd.DataFrame:
    """The polygon that holds most of each unit's households, then most of its land, then the first one.

    Households count where their buildings stand, else as the land lies. A unit that lies in no polygon is given to the
    nearest one and marked.

    Parameters
    ----------
    town
        The jurisdiction.
    faces
        The polygons in its CRS, from `gridgeo.crosswalks.overlay.make_faces`.

    Returns
    -------
    One row a unit, in their order:

    * `unit`, `grid` (its polygon), and `how`: ``whole`` (it lies in it), ``most`` (more of it than in any other) or
      ``nearest`` (it lies in none);
    * `share`, the part of its households (of its land, where nobody lives) that lies in its polygon;
    * `households_outside`, `share_households_outside`, `area_outside_m2`, `share_area_outside`: what lies outside;
    * `next`, the polygon with the next largest part (empty where there is none), and `next_share`, the larger of its
      shares of households and land;
    * `claimed`, how often its land is claimed in all: below 1 there is a gap, above 1 polygons overlap.
    """
    units, count = town.units, len(town.units)
    people, land = units["households"].to_numpy(dtype=float), units["area_m2"].to_numpy(dtype=float)
    held = _held(town, faces)
    rank = held.groupby("unit").cumcount()
    best, second = (held[rank == place].set_index("unit").reindex(range(count)) for place in (0, 1))
    polygon = best["polygon"].copy()
    lost = np.flatnonzero(polygon.isna())
    points = units.geometry.iloc[lost].representative_point().to_numpy()
    polygon.iloc[lost] = shapely.STRtree(faces.shapes).nearest(points)
    out_people = _rest(people, best["households"].fillna(0.0).to_numpy())
    out_land = _rest(land, best["area_m2"].fillna(0.0).to_numpy())
    share_people, share_land = _of(out_people, people), _of(out_land, land)
    fits = (share_land <= WHOLE) & (out_people <= 0)
    total = held.groupby("unit")["area_m2"].sum().reindex(range(count), fill_value=0.0).to_numpy()
    next_people = _of(second["households"].fillna(0.0).to_numpy(), people)
    next_land = _of(second["area_m2"].fillna(0.0).to_numpy(), land)
    return pd.DataFrame(
        {
            "unit": units["unit"].to_numpy(),
            "grid": faces.names[polygon.to_numpy(dtype=np.int64)],
            "how": np.where(polygon.index.isin(lost), "nearest", np.where(fits, "whole", "most")),
            "share": 1 - np.where(people > 0, share_people, share_land),
            "households_outside": out_people,
            "share_households_outside": share_people,
            "area_outside_m2": out_land,
            "share_area_outside": share_land,
            "next": second["polygon"].map(dict(enumerate(faces.names))).fillna("").to_numpy(),
            "next_share": np.maximum(next_people, next_land),
            "claimed": _of(total, land),
        }
    )


def _held(town: Jurisdiction, faces: Faces) -> pd.DataFrame:
    """What each polygon has of each unit, the one with most of it first."""
    claimed = faces.claimed(cut_units(town, faces.face))
    held = claimed[claimed["polygon"] >= 0].groupby(["unit", "polygon"], as_index=False)[["households", "area_m2"]]
    return held.sum().sort_values(
        ["unit", "households", "area_m2", "polygon"], ascending=[True, False, False, True], kind="stable"
    )


def _rest(whole: NDArray[np.float64], part: NDArray[np.float64]) -> NDArray[np.float64]:
    """What is left of `whole`; 0 where only rounding is left."""
    rest = whole - part
    return np.where(rest > 1e-9 * np.maximum(whole, 1.0), rest, 0.0)


def _of(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(part / np.where(whole > 0, whole, 1.0))

"""Units cut by polygons that don't follow them: which part of a unit's land and households lies where."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from gridgeo import crs
from gridgeo.errors import BadInput
from gridgeo.jurisdictions import Jurisdiction

SLIVER_M2 = 0.01
"""Square metres up to which two polygons that should only touch may overlap."""
NOISE = 1e-6
"""Share of a unit up to which land that is missing or double comes from rounded corners."""

KEYS = ("grid", "code", "id", "name")
"""Columns that name a polygon, in the order in which they are looked for."""


@dataclass(frozen=True)
class Faces:
    """Polygons cut into faces that don't overlap.

    Parameters
    ----------
    names, shapes
        Name and shape of each polygon.
    face
        Shape of each face.
    claims
        Shape (m, 2): a face and a polygon that holds it, sorted; a face in an overlap has several.
    """

    names: NDArray[np.object_]
    shapes: NDArray[np.object_]
    face: NDArray[np.object_]
    claims: NDArray[np.int64]

    def claimed(self, pieces: pd.DataFrame) -> pd.DataFrame:
        """One row for each piece and each polygon that claims it: `polygon` is -1 outside, `claims` counts them."""
        count = np.bincount(self.claims[:, 0], minlength=len(self.face))
        table = pd.DataFrame(self.claims, columns=["face", "polygon"])
        table = pd.concat([table, pd.DataFrame({"face": [-1], "polygon": [-1]})], ignore_index=True)
        table["claims"] = np.append(count[self.claims[:, 0]], 1)
        return pieces.merge(table, on="face", how="left")


def read_polygons(
    frame: gpd.GeoDataFrame, town: Jurisdiction, key: str | None = None
) -> tuple[pd.Series, gpd.GeoSeries]:
    """Names and shapes of polygons in the town's CRS; rows of one name are one polygon of several parts.

    Parameters
    ----------
    key
        Column that names a polygon; the first of `KEYS` that is there if not given.

    Raises
    ------
    BadInput
        No such column, an empty name, a shape that is no polygon, or none that touches the jurisdiction.
    UnknownCRS
        The polygons declare no CRS.
    """
    local = crs.to_metric(frame, town.crs)
    column = key if key is not None else next((name for name in KEYS if name in local.columns), None)
    if column is None or column not in local.columns:
        columns = ", ".join(str(name) for name in local.columns if name != local.geometry.name)
        wanted = f"no column '{key}'" if key is not None else f"none of the columns {', '.join(KEYS)}"
        raise BadInput(f"the polygons have {wanted}; they have {columns}: say which one names them")
    if not len(local):
        raise BadInput("there are no polygons; give a layer with at least one")
    names = local[column]
    for wrong, what in (
        (names.isna() | (names.astype(str).str.strip() == ""), f"has no name in column '{column}'; give one"),
        (local.geometry.isna() | local.geometry.is_empty, "has no shape; draw it or remove the row"),
        (~local.geometry.geom_type.isin(["Polygon", "MultiPolygon"]), "is no polygon; remove the row"),
    ):
        if wrong.any():
            raise BadInput(f"polygon in row {names.index[wrong.to_numpy()][0]}: {what}")
    shapes = _polygonal(local.geometry.to_numpy())
    label, known = pd.factorize(names.astype(str), sort=True)
    order = np.argsort(label, kind="stable")
    parts = np.split(shapes[order], np.cumsum(np.bincount(label))[:-1])
    joined = np.array([shapely.union_all(part) for part in parts], dtype=object)
    if not shapely.intersects(shapely.union_all(town.boundary.geometry.to_numpy()), joined).any():
        raise BadInput(f"none of the {len(joined)} polygons touches {town.name}; check their coordinates and their CRS")
    return pd.Series(known, dtype="str"), gpd.GeoSeries(joined, crs=town.crs)


def _polygonal(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Valid polygons: what crosses itself is mended, lines and points that are left over are dropped."""
    valid = shapely.make_valid(shapes)
    mixed = np.flatnonzero(~np.isin(shapely.get_type_id(valid), (3, 6)))
    for row in mixed.tolist():
        parts = [part for part in shapely.get_parts(shapely.get_parts(valid[row])) if part.geom_type == "Polygon"]
        valid[row] = shapely.MultiPolygon(parts)
    return np.asarray(valid, dtype=object)


def make_faces(names: pd.Series, shapes: gpd.GeoSeries) -> Faces:
    """The faces of polygons; only those that overlap are cut."""
    shape = shapes.to_numpy()
    a, b, _ = overlapping(shape)
    label = connected_components(
        sparse.coo_array((np.ones(len(a)), (a, b)), shape=(len(shape), len(shape))), directed=False
    )[1]
    size = np.bincount(label)
    alone = np.flatnonzero(size[label] == 1)
    face = [shape[alone]]
    claims = [np.column_stack([np.arange(len(alone)), alone])]
    made = len(alone)
    for group in np.flatnonzero(size > 1):
        members = np.flatnonzero(label == group)
        parts = _noded(shape[members])
        inside = shapely.STRtree(shape[members]).query(shapely.point_on_surface(parts), predicate="within")
        used, number = np.unique(inside[0], return_inverse=True)
        face.append(parts[used])
        claims.append(np.column_stack([made + number, members[inside[1]]]))
        made += len(used)
    table = np.concatenate(claims)
    order = np.lexsort((table[:, 1], table[:, 0]))
    return Faces(names.to_numpy(dtype=object), shape, np.concatenate(face), table[order].astype(np.int64))


def overlapping(shapes: NDArray[np.object_]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Pairs of shapes (i < j) that share more than `SLIVER_M2`, and the square metres that they share."""
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    a, b = a[a < b], b[a < b]
    shared = shapely.area(shapely.intersection(shapes[a], shapes[b]))
    real = shared > SLIVER_M2
    return a[real], b[real], shared[real]


def _noded(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    lines = shapely.union_all(shapely.boundary(shapes))
    return np.asarray(shapely.get_parts(shapely.polygonize(shapely.get_parts(lines))), dtype=object)


def cut_units(town: Jurisdiction, face: NDArray[np.object_]) -> pd.DataFrame:
    """How the land and the households of each unit lie among faces that don't overlap.

    Households go with the buildings they live in (by a point inside each); where a unit has none with households, they
    lie as its land does.

    Returns
    -------
    Columns `unit` (position), `face` (position, -1 for outside of all), `area_m2`, `households`. Each unit's rows sum to
    its area and households.
    """
    units = town.units
    land = _land_shares(units.geometry.to_numpy(), face)
    people = _people_shares(town, face)
    settled = np.bincount(people["unit"], weights=people["people"], minlength=len(units)) > 0
    land["people"] = np.where(settled[land["unit"]], 0.0, land["land"])
    table = (
        pd.concat([land, people.assign(land=0.0)]).groupby(["unit", "face"], as_index=False)[["land", "people"]].sum()
    )
    at = table["unit"].to_numpy()
    table["area_m2"] = table["land"] * units["area_m2"].to_numpy(dtype=float)[at]
    table["households"] = table["people"] * units["households"].to_numpy(dtype=float)[at]
    return table[["unit", "face", "area_m2", "households"]]


def _land_shares(shapes: NDArray[np.object_], face: NDArray[np.object_]) -> pd.DataFrame:
    which, where = shapely.STRtree(face).query(shapes, predicate="intersects")
    whole = shapely.area(shapes)
    share = shapely.area(shapely.intersection(shapes[which], face[where])) / whole[which]
    real = share > 0
    which, where, share = which[real], where[real], share[real]
    total = np.bincount(which, weights=share, minlength=len(shapes))
    # What is missing or double by rounded corners alone belongs to the faces that are there.
    full = (total > 1 - NOISE) & (total > 0)
    share = np.where(full[which], share / np.where(total > 0, total, 1.0)[which], share)
    rest = np.flatnonzero(~full)
    return pd.DataFrame(
        {
            "unit": np.concatenate([which, rest]),
            "face": np.concatenate([where, np.full(len(rest), -1)]),
            "land": np.concatenate([share, 1 - total[rest]]),
        }
    )


def _people_shares(town: Jurisdiction, face: NDArray[np.object_]) -> pd.DataFrame:
    homes = town.buildings[town.buildings["households"] > 0]
    at = pd.Index(town.units["unit"]).get_indexer(homes["unit"])
    count = homes["households"].to_numpy(dtype=float)
    points = shapely.point_on_surface(homes.geometry.to_numpy())
    which, where = shapely.STRtree(face).query(points, predicate="intersects")
    found = np.full(len(homes), len(face), dtype=np.int64)
    np.minimum.at(found, which, where)
    known = at >= 0
    total = np.bincount(at[known], weights=count[known], minlength=len(town.units))
    table = pd.DataFrame({"unit": at[known], "face": np.where(found == len(face), -1, found)[known]})
    table["people"] = count[known] / total[at[known]]
    return table.groupby(["unit", "face"])[["people"]].sum().reset_index()

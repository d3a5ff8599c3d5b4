"""Which pieces of street are patrolled, and in which grid each of them counts."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridgeo.graphs import MODES
from gridgeo.plans.plan import Plan

SKIP = ("motorway", "motorway_link", "trunk_link", "corridor", "elevator", "construction", "proposed")
"""OpenStreetMap classes that nobody patrols."""

_BESIDE_M = 1.0
"""A street this near to a grid's border runs along it, in that grid and in its neighbour."""
_SHARED = 0.95
"""Grids that hold at least this share of what the fullest one holds of a piece share it."""


def patrolled_streets(plan: Plan, *, mode: str = "foot", skip: tuple[str, ...] = SKIP) -> gpd.GeoDataFrame:
    """Pieces of street to be patrolled, each with the one grid in which it counts.

    A piece counts in the grid that holds most of it. Where streets run along a border, all pieces between the same
    grids go to one of them: longest borders first, to the grid that has less street so far. Pieces that lie
    outside the jurisdiction for more than half of their length are not patrolled.

    Parameters
    ----------
    plan
        Grids, and the jurisdiction with its streets.
    mode
        foot, ebike or car; pieces that it may not use are not patrolled.
    skip
        OpenStreetMap classes to leave out.

    Returns
    -------
    One row a piece, ordered by its number: `street`, `grid`, `name`, `highway`, `length_m`, line.
    """
    edges = plan.jurisdiction.road_edges
    used = edges[edges[MODES[mode]].notna() & ~edges["highway"].isin(skip)]
    pieces = used.drop_duplicates("street").sort_values("street")[["street", "name", "highway", "length_m", "geometry"]]
    pieces = pieces[_inside(pieces, plan.jurisdiction.boundary)]
    grid = _one_grid_each(_held(pieces, plan.grids), pieces)
    inside = pieces[grid.notna().to_numpy()].copy()
    inside.insert(1, "grid", grid.dropna().to_numpy())
    return gpd.GeoDataFrame(inside.reset_index(drop=True), geometry="geometry", crs=edges.crs)


def _inside(pieces: gpd.GeoDataFrame, boundary: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Which pieces lie within the boundary, or along it, for at least half of their length."""
    lines = pieces.geometry.to_numpy()
    ground = shapely.buffer(boundary.geometry.union_all(), _BESIDE_M)
    shapely.prepare(ground)
    length = shapely.length(lines)
    within = np.where(shapely.contains(ground, lines), length, 0.0)
    cut = np.flatnonzero((within == 0.0) & shapely.intersects(ground, lines))
    within[cut] = shapely.length(shapely.intersection(lines[cut], ground))
    return (within >= 0.5 * length) & shapely.intersects(ground, lines)


def _held(pieces: gpd.GeoDataFrame, grids: gpd.GeoDataFrame) -> pd.DataFrame:
    """Metres of each piece in or along each grid: columns piece (position), grid, metres."""
    lines = pieces.geometry.to_numpy()
    shapes = shapely.buffer(grids.geometry.to_numpy(), _BESIDE_M)
    piece, shape = shapely.STRtree(shapes).query(lines, predicate="intersects")
    shapely.prepare(shapes)
    whole = shapely.contains_properly(shapes[shape], lines[piece])
    metres = shapely.length(lines)[piece]
    cut = np.flatnonzero(~whole)
    metres[cut] = shapely.length(shapely.intersection(lines[piece[cut]], shapes[shape[cut]]))
    names = grids["grid"].astype(str).to_numpy()
    return pd.DataFrame({"piece": piece, "grid": names[shape], "metres": metres})


def _one_grid_each(held: pd.DataFrame, pieces: gpd.GeoDataFrame) -> pd.Series:
    """Grid of each piece by position, empty where no grid holds any of it."""
    fullest = held.groupby("piece")["metres"].transform("max")
    told = held[held["metres"] >= _SHARED * fullest]
    among = told.sort_values("grid").groupby("piece")["grid"].agg(tuple)
    length = shapely.length(pieces.geometry.to_numpy())
    grid = np.full(len(pieces), None, dtype=object)
    load: dict[str, float] = {}
    alone = among[among.map(len) == 1]
    for piece, (name,) in zip(alone.index.to_numpy(), alone, strict=True):
        grid[piece] = name
        load[name] = load.get(name, 0.0) + length[piece]
    shared = among[among.map(len) > 1]
    runs: dict[tuple[str, ...], list[int]] = {}
    for piece, names in zip(shared.index.to_numpy().tolist(), shared, strict=True):
        runs.setdefault(names, []).append(piece)
    metres = {names: round(float(length[run].sum()), 3) for names, run in runs.items()}
    for names in sorted(runs, key=lambda names: (-metres[names], names)):
        taker = min(names, key=lambda name: (load.get(name, 0.0), name))
        grid[runs[names]] = taker
        load[taker] = load.get(taker, 0.0) + metres[names]
    return pd.Series(grid, dtype=object)

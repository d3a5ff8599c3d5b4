"""Blocks: the faces that streets, paths, railways, waterways and area borders cut the land into.

All lines are noded on a grid of a centimetre (snap rounding), so neighbouring blocks share their vertices exactly: there is no gap and no
overlap to mend afterwards. Lines that end loose cut nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridgeo.arrangements import arrange
from gridgeo.errors import BadInput

RESISTANCE: Mapping[str, float] = MappingProxyType(
    {
        **dict.fromkeys(("motorway", "trunk", "motorway_link", "trunk_link"), 1.0),
        **dict.fromkeys(("rail", "light_rail", "narrow_gauge", "subway", "funicular", "river", "canal"), 1.0),
        **dict.fromkeys(("primary", "secondary", "primary_link", "secondary_link"), 0.8),
        **dict.fromkeys(("tertiary", "tertiary_link", "busway"), 0.6),
        **dict.fromkeys(("residential", "unclassified", "living_street", "road", "pedestrian", "stream"), 0.45),
        **dict.fromkeys(("service", "track", "raceway"), 0.25),
        **dict.fromkeys(("footway", "path", "steps", "cycleway", "bridleway"), 0.1),
    }
)
"""Lines that cut blocks, and how strongly each keeps two blocks apart when small ones are merged: 0 not at all, 1 a barrier."""


@dataclass(frozen=True)
class CutOptions:
    """Which mapped lines cut blocks.

    Parameters
    ----------
    resistance
        Class of highway, railway or waterway → how strongly it keeps blocks apart, 0 to 1. A class that is missing cuts nothing.
    left_out
        Kinds of service ways and footways that cut nothing: they run beside or across a street that does.
    """

    resistance: Mapping[str, float] = field(default_factory=lambda: RESISTANCE)
    left_out: frozenset[str] = frozenset(
        {"sidewalk", "crossing", "parking_aisle", "drive-through", "traffic_island", "link"}
    )


@dataclass(frozen=True)
class SizeOptions:
    """How large a unit may be.

    Parameters
    ----------
    least_area_m2
        Blocks below this are merged into a neighbour, square metres.
    least_empty_m2
        Blocks without any building are merged below this, square metres.
    most_households
        Blocks above this are split, as far as buildings allow: none is cut. A merge above it is made only where nothing else is left.
    most_area_m2
        Blocks above this are split, square metres.
    """

    least_area_m2: float = 1500.0
    least_empty_m2: float = 10_000.0
    most_households: int = 400
    most_area_m2: float = 1_000_000.0

    def __post_init__(self) -> None:
        for name in ("least_area_m2", "least_empty_m2"):
            if not 0 <= getattr(self, name) < np.inf:
                raise BadInput(f"size option {name} is {getattr(self, name)}; give square metres, 0 or more")
        if self.most_households < 1:
            raise BadInput(f"size option most_households is {self.most_households}; give 1 or more")
        if not self.most_area_m2 > 2 * max(self.least_area_m2, self.least_empty_m2):
            raise BadInput(
                f"size option most_area_m2 is {self.most_area_m2:g}; give more than twice least_area_m2 and least_empty_m2"
            )


@dataclass(frozen=True)
class Blocks:
    """Faces inside the boundary and their neighbourhood.

    Parameters
    ----------
    shapes
        Polygons that tile the boundary.
    leaf
        Position of the area each lies in, among the leaves.
    a, b
        Neighbours: positions of the two blocks of each pair that shares a line.
    shared_m
        Metres that the pair shares.
    open_m
        The same, each metre reduced by the resistance of the line it runs on.
    """

    shapes: NDArray[Any]
    leaf: NDArray[np.int64]
    a: NDArray[np.int64]
    b: NDArray[np.int64]
    shared_m: NDArray[np.float64]
    open_m: NDArray[np.float64]


def cutting_lines(lines: gpd.GeoDataFrame, options: CutOptions | None = None) -> gpd.GeoDataFrame:
    """The mapped lines that cut blocks, with the column `resistance`.

    Parameters
    ----------
    lines
        Lines with OpenStreetMap tags `highway`, `railway`, `waterway`, `tunnel`, … as columns.
    options
        Which classes cut; the defaults where left out.

    Returns
    -------
    Lines on the ground: tunnels, culverts and what lies on a lower layer cut nothing.
    """
    options = options or CutOptions()
    resistance = np.full(len(lines), np.nan)
    for tag in ("waterway", "railway", "highway"):
        strength = _column(lines, tag).map(options.resistance).to_numpy(dtype=float)
        resistance = np.fmax(resistance, strength)
    hidden = ~_column(lines, "tunnel").isin(["", "no"]) | _column(lines, "layer").str.startswith("-")
    hidden |= _column(lines, "indoor").isin(["yes", "room", "corridor"]) | (_column(lines, "covered") == "yes")
    for tag in ("service", "footway"):
        hidden |= _column(lines, tag).isin(options.left_out)
    keep = ~np.isnan(resistance) & ~hidden.to_numpy()
    return gpd.GeoDataFrame({"resistance": resistance[keep]}, geometry=lines.geometry.to_numpy()[keep], crs=lines.crs)


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    if name not in frame.columns:
        return pd.Series("", index=frame.index, dtype="str")
    return frame[name].astype(object).where(frame[name].notna(), "").astype("str")


def cut_blocks(boundary: Any, leaves: NDArray[Any], lines: NDArray[Any], resistance: NDArray[np.float64]) -> Blocks:
    """Cut the land along lines.

    Parameters
    ----------
    boundary
        The land, polygon or multipolygon, metres.
    leaves
        Polygons of the deepest areas; each block lies in exactly one.
    lines, resistance
        Lines that cut, and how strongly each keeps blocks apart, 0 to 1.

    Returns
    -------
    Blocks ordered by the position of a point inside them, west to east, then north to south. Their union is the boundary up to a
    centimetre. A block that no leaf holds goes to the nearest leaf.
    """
    near = shapely.buffer(boundary, 1.0)
    shapely.prepare(near)
    lines = lines.copy()
    crossing = ~np.asarray(shapely.contains_properly(near, lines))
    lines[crossing] = shapely.intersection(lines[crossing], near)
    parts, source = shapely.get_parts(lines, return_index=True)
    linear = (shapely.get_dimensions(parts) == 1) & ~shapely.is_empty(parts)
    outlines = shapely.get_parts(shapely.boundary(np.append(leaves, boundary)))
    arrangement = arrange([*outlines, *parts[linear]])
    strength = np.concatenate([np.ones(len(outlines)), resistance[source[linear]]])
    inside = arrangement.within(boundary)
    shapes = arrangement.faces[inside]
    inner = shapely.point_on_surface(shapes)
    order = np.lexsort((-shapely.get_y(inner), shapely.get_x(inner)))
    shapes, inner = shapes[order], inner[order]
    position = np.full(len(arrangement.faces) + 1, -1)
    position[np.flatnonzero(inside)[order]] = np.arange(len(shapes))
    left, right = position[arrangement.left], position[arrangement.right]
    pair = (left >= 0) & (right >= 0) & (left != right)
    held_by = np.array([max((strength[i] for i in label), default=0.0) for label in arrangement.labels])
    metres = arrangement.length[pair]
    keys, back = np.unique(
        np.minimum(left, right)[pair] * len(shapes) + np.maximum(left, right)[pair], return_inverse=True
    )
    return Blocks(
        shapes=shapes,
        leaf=_leaf_of(inner, leaves),
        a=keys // max(len(shapes), 1),
        b=keys % max(len(shapes), 1),
        shared_m=_summed(back, metres, len(keys)),
        open_m=_summed(back, metres * (1 - held_by[pair]), len(keys)),
    )


def _summed(group: NDArray[np.int64], metres: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    return np.asarray(np.bincount(group, weights=metres, minlength=count), dtype=np.float64)


def _leaf_of(inner: NDArray[Any], leaves: NDArray[Any]) -> NDArray[np.int64]:
    leaf = np.full(len(inner), -1, dtype=np.int64)
    tree = shapely.STRtree(leaves)
    point, area = tree.query(inner, predicate="intersects")
    leaf[point[::-1]] = area[::-1]
    lost = leaf < 0
    if lost.any():
        leaf[lost] = tree.query_nearest(inner[lost], all_matches=False)[1]
    return leaf

"""Places brought onto the streets: the nearest point along a street that can be left again, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from gridgeo.crs import to_metric
from gridgeo.errors import BadInput, UnknownCRS
from gridgeo_solvers.roads import Places

NO_ROAD = "no road"
"""Reason: no street of the profile within reach."""
OTHER_PART = "other part"
"""Reason: the streets within reach don't lead to the others and back."""


@dataclass(frozen=True)
class Snapped:
    """Where places meet the streets.

    Parameters
    ----------
    label
        Shape (k,): name of each place, unique.
    piece
        Shape (k,): piece of street (position in `Roads.streets`), -1 where there is none.
    share
        Shape (k,): share of the piece's line, in the direction of its first edge.
    off_m
        Shape (k,): metres between place and street, inf where there is none.
    reason
        Shape (k,): why there is no piece (`NO_ROAD`, `OTHER_PART`), empty where there is one.
    """

    label: pd.Index
    piece: NDArray[np.int64]
    share: NDArray[np.float64]
    off_m: NDArray[np.float64]
    reason: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.piece)

    @cached_property
    def found(self) -> NDArray[np.int64]:
        """Positions of the places that meet a street."""
        return np.flatnonzero(self.piece >= 0)

    @property
    def places(self) -> Places:
        """Those places, for the solvers."""
        return Places(self.piece[self.found], self.share[self.found])

    @property
    def left_out(self) -> pd.Series:
        """Reason of each place that meets no street, by its label."""
        out = self.piece < 0
        return pd.Series(self.reason[out], index=self.label[out], name="reason", dtype=object)

    def rows(self, which: Sequence[int] | NDArray[np.int64]) -> Snapped:
        """Some of the places, by position."""
        chosen = np.asarray(which, dtype=np.int64)
        return Snapped(
            self.label[chosen], self.piece[chosen], self.share[chosen], self.off_m[chosen], self.reason[chosen]
        )


def coordinates_of(places: gpd.GeoDataFrame | gpd.GeoSeries, crs: pyproj.CRS) -> NDArray[np.float64]:
    """Shape (k, 2): x, y in `crs` of places by points (the middle of other shapes), proven.

    Raises
    ------
    UnknownCRS
        The places declare no CRS.
    BadInput
        A label stands twice, or a place has no geometry or coordinates that are no numbers.
    """
    if not isinstance(places, gpd.GeoDataFrame | gpd.GeoSeries):
        raise BadInput(f"places are a {type(places).__name__}; give a GeoDataFrame or GeoSeries of points")
    if places.crs is None:
        raise UnknownCRS("the places declare no coordinate reference system; set one, e.g. places.set_crs(4326)")
    if places.index.has_duplicates:
        twice = places.index[places.index.duplicated()][0]
        raise BadInput(f"place '{twice}' stands twice; give each place a label of its own in the index")
    frame = to_metric(gpd.GeoDataFrame(geometry=places.geometry), crs)
    shapes = frame.geometry.to_numpy()
    points = np.where(shapely.get_type_id(shapes) == 0, shapes, shapely.centroid(shapes))
    xy = np.column_stack([shapely.get_x(points), shapely.get_y(points)])
    bad = ~np.isfinite(xy).all(axis=1)
    if bad.any():
        label = places.index[int(np.argmax(bad))]
        raise BadInput(f"place '{label}' has no coordinates that lie on the map; give it a point, or leave it out")
    return xy

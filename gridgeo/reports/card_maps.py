"""The maps of contact cards: one grid each with its streets named, its neighbours pale with their codes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from markupsafe import Markup

from gridgeo.plans.plan import Plan
from gridgeo.reports.frames import PER_MM, Frame
from gridgeo.reports.ground import Layer, grid_lines
from gridgeo.reports.labels import Labels, label_spots, street_lines
from gridgeo.reports.maps import ACCENT, Look, codes, finish


class CardMaps:
    """The maps of the cards of one plan, each `width_mm` × `height_mm`; a map costs what lies around its grid."""

    def __init__(self, plan: Plan, look: Look, width_mm: float, height_mm: float) -> None:
        self._look, self._width, self._height = look, width_mm, height_mm
        self._grids = plan.grids.set_index("grid", drop=False)
        self._shapes = Layer(self._grids.geometry)
        self._borders = Layer(look.ground.borders(plan.assignment))

    def draw(self, grid: str) -> Markup:
        """The map of one grid."""
        look, own = self._look, self._grids.loc[[grid]]
        west, south, east, north = (float(end) for end in own.total_bounds)
        frame = Frame.around((west, south, east, north), self._width, self._height, margin_mm=7.0)
        edge = shapely.boundary(own.geometry.to_numpy())
        parts = look.ground.base(frame, [(own.geometry.iloc[0], look.colours[grid])], fade=0.8)
        parts.append(grid_lines(frame, self._borders.near(frame), 0.3, colour="#8A94A0"))
        parts.append(grid_lines(frame, edge, 0.65, colour=ACCENT))
        labels = Labels(frame)
        labels.reserve((self._width - 11) * PER_MM, 0, 11 * PER_MM, 13 * PER_MM)
        labels.avoid(frame.drawn(edge))
        codes(labels, own, look, frame, size_mm=4.2, names=False)
        self._neighbours(labels, grid, frame)
        for name, line in street_lines(look.ground.named, frame, 40 if self._width > 120 else 24):
            labels.street(name, line)
        return finish(parts + labels.parts, frame, (), look.words.plain("map_grid", code=str(own["code"].iloc[0])))

    def _neighbours(self, labels: Labels, grid: str, frame: Frame) -> None:
        rows = self._grids.iloc[self._shapes.rows(frame)]
        near = rows[rows["grid"] != grid]
        cut = shapely.clip_by_rect(near.geometry.to_numpy(), *frame.box)
        seen = gpd.GeoDataFrame(near.assign(geometry=cut)[~shapely.is_empty(cut)], crs=near.crs)
        if seen.empty:
            return
        spots, radii = label_spots(seen, frame)
        for spot, code in zip(spots[big := radii >= 2.2 * PER_MM], np.asarray(seen["code"])[big], strict=True):
            labels.pale(self._look.short.get(str(code), str(code)), spot)

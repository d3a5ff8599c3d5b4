"""What lies under the grids on every map: land, water, buildings, streets, and where grids border each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridgeo.jurisdictions import Jurisdiction
from gridgeo.reports.frames import PER_MM, Frame, path_data
from gridgeo.reports.svg import element

LAND, OUT, WATER, SHORE = "#F5F4F0", "#ECEDEC", "#D5E1E9", "#A9BBC8"
ROAD, ROAD_EDGE, PATH, INK, LABEL, GRID = "#FFFFFF", "#CFCDC6", "#C9C5BA", "#17202B", "#57626D", "#4A5B6E"

_ROADS: Mapping[str, tuple[float, float]] = {
    "pedestrian": (4.5, 14.0), "service": (3.5, 7.0), "living_street": (6.0, 40.0), "residential": (7.0, 40.0),
    "unclassified": (7.0, 60.0), "tertiary": (9.5, 120.0), "secondary": (11.5, 1e9), "primary": (14.0, 1e9),
    "trunk": (16.0, 1e9), "motorway": (18.0, 1e9),
}  # fmt: skip
"""Class of street → width on the ground, metres, and the metres a millimetre up to which it is drawn; lowest first."""

_SLIM = 0.75
"""Streets are drawn so much narrower than they are, so that the grids' colours carry."""

_PATHS = ("footway", "path", "steps", "track", "cycleway")
_PATHS_UP_TO = 6.0


class Layer:
    """Shapes by where they lie, for many drawings of a small part each."""

    def __init__(self, shapes: Iterable[Any]) -> None:
        self.shapes = np.asarray(list(shapes), dtype=object)
        self._tree = shapely.STRtree(self.shapes)

    def __len__(self) -> int:
        return len(self.shapes)

    def near(self, frame: Frame) -> NDArray[Any]:
        """Those around the frame, in their order."""
        return np.asarray(self.shapes[self.rows(frame)], dtype=object)

    def rows(self, frame: Frame) -> NDArray[np.int64]:
        """Positions of those around the frame, in order."""
        around = shapely.buffer(shapely.box(*frame.box), 2.0 * frame.metres)
        return np.asarray(np.sort(self._tree.query(around)), dtype=np.int64)


class Ground:
    """The layers of a jurisdiction, sorted once for many drawings."""

    def __init__(self, town: Jurisdiction) -> None:
        self.town = town
        self._water = shapely.simplify(town.water.geometry.to_numpy(), 0.5)
        self._land = town.boundary.geometry.to_numpy()
        self._buildings = Layer(town.buildings.geometry)
        streets = town.road_edges.drop_duplicates("street")
        streets = streets[~streets["tunnel"].astype(bool)]
        kind = streets["highway"].astype(str).str.removesuffix("_link")
        self._roads = {name: Layer(streets.geometry[kind == name]) for name in _ROADS}
        self._paths = Layer(streets.geometry[kind.isin(_PATHS)])
        self.named = streets[streets["name"].notna() & (streets["name"] != "") & (streets["highway"] != "ferry")]
        self._limit = self._dry_limit()

    def base(self, frame: Frame, tints: Iterable[tuple[Any, str]] = (), *, fade: float = 1.0) -> list[str]:
        """Land, water, grids tinted by `tints` (shape, colour), buildings and streets, lowest first."""
        parts = [
            element("rect", width=frame.width_mm * PER_MM, height=frame.height_mm * PER_MM, fill=OUT),
            area(frame, self._water, fill=WATER),
            area(frame, self._land, fill=LAND),
        ]
        parts += [area(frame, [shape], fill=colour, fill_opacity=fade) for shape, colour in tints]
        parts.append(area(frame, self._buildings.near(frame), fill=INK, fill_opacity=0.10))
        parts += self._streets(frame)
        parts.append(_line(frame, self._limit, 0.25, stroke="#8A94A0", stroke_dasharray=dashes(1.6, 0.6, 0.4, 0.6)))
        return [part for part in parts if part]

    def _streets(self, frame: Frame) -> list[str]:
        shown = {
            name: (lines.near(frame), max(_SLIM * metres / frame.metres, 0.2))
            for (name, (metres, up_to)), lines in zip(_ROADS.items(), self._roads.values(), strict=True)
            if frame.metres <= up_to and len(lines)
        }
        parts = []
        if frame.metres <= _PATHS_UP_TO:
            parts.append(_line(frame, self._paths.near(frame), 0.15, stroke=PATH, stroke_dasharray=dashes(0.7, 0.5)))
        traced = [(frame.path(lines), width) for lines, width in shown.values()]
        parts += [_stroke(path, width + 0.22, stroke=ROAD_EDGE, stroke_linecap="round") for path, width in traced]
        parts += [_stroke(path, width, stroke=ROAD, stroke_linecap="round") for path, width in traced]
        return parts

    def _dry_limit(self) -> NDArray[Any]:
        """The limit of the jurisdiction on land: the coast is drawn by the water itself."""
        edge = shapely.boundary(shapely.union_all(self._land))
        if len(self._water):
            near = shapely.intersection(shapely.union_all(self._water), shapely.buffer(edge, 10.0))
            edge = shapely.difference(edge, shapely.buffer(near, 4.0))
        return np.array([edge], dtype=object)

    def borders(self, assignment: pd.Series, *, other: pd.Series | None = None) -> NDArray[Any]:
        """Lines between grids of `assignment`, each once; with `other`, only those that don't part grids there."""
        return self._lines(self._parting(assignment, other))

    def area_borders(self, area: pd.Series) -> NDArray[Any]:
        """Lines between areas, for units' areas indexed by unit."""
        return self._lines(self._parting(area, None))

    def _parting(self, groups: pd.Series, other: pd.Series | None) -> NDArray[np.bool_]:
        borders = self.town.borders
        parts = groups.reindex(borders["unit_a"]).to_numpy() != groups.reindex(borders["unit_b"]).to_numpy()
        if other is not None:
            parts &= other.reindex(borders["unit_a"]).to_numpy() == other.reindex(borders["unit_b"]).to_numpy()
        return np.asarray(parts & (borders["kind"] == "border").to_numpy(), dtype=bool)

    def _lines(self, chosen: NDArray[np.bool_]) -> NDArray[Any]:
        lines = shapely.get_parts(self.town.borders.geometry.to_numpy()[chosen])
        return shapely.get_parts(np.array([shapely.line_merge(shapely.multilinestrings(lines))], dtype=object))


def grid_lines(frame: Frame, lines: Iterable[Any], width_mm: float, *, colour: str = GRID, **attributes: Any) -> str:
    """Borders of grids with a white casing, so that they stand out from any tint."""
    path = frame.path(lines)
    joined = {"stroke_linejoin": "round", "stroke_linecap": "round"}
    casing = _stroke(path, width_mm + 0.7, stroke="#FFFFFF", stroke_opacity=0.85, **joined)
    return casing + _stroke(path, width_mm, stroke=colour, **(joined | attributes))


def hatching(frame: Frame, shapes: Iterable[Any], *, colour: str, gap_mm: float = 1.1, width_mm: float = 0.22) -> str:
    """Slanted lines inside `shapes`: what a tint can't say twice, a hatch says."""
    drawn = frame.drawn(shapes)
    if not len(drawn):
        return ""
    whole = shapely.union_all(shapely.make_valid(drawn))
    west, top, east, bottom = shapely.bounds(whole)
    gap = gap_mm * PER_MM * np.sqrt(2)
    # Starts on a common raster, so that neighbouring hatches run into each other.
    first = np.floor((west - bottom) / gap) * gap
    starts = np.arange(first, east - top + gap, gap)
    lines = shapely.linestrings([[(x + top, top), (x + bottom, bottom)] for x in starts])
    inside = shapely.intersection(lines, whole)
    return _stroke(path_data(inside[~shapely.is_empty(inside)]), width_mm, stroke=colour)


def outline(frame: Frame, shapes: Iterable[Any], width_mm: float, **attributes: Any) -> str:
    """The outlines of polygons as lines."""
    return _line(frame, shapely.boundary(np.asarray(list(shapes), dtype=object)), width_mm, **attributes)


def area(frame: Frame, shapes: Iterable[Any], **attributes: Any) -> str:
    """Polygons as one path; empty where none lies in the frame."""
    path = frame.path(shapes)
    return element("path", d=path, fill_rule="evenodd", **attributes) if path else ""


def _line(frame: Frame, lines: Iterable[Any], width_mm: float, **attributes: Any) -> str:
    return _stroke(frame.path(lines), width_mm, **attributes)


def _stroke(path: str, width_mm: float, **attributes: Any) -> str:
    if not path:
        return ""
    return element("path", d=path, fill="none", stroke_width=round(width_mm * PER_MM, 1), **attributes)


def dashes(*millimetres: float) -> str:
    """Lengths of dashes and gaps as SVG takes them."""
    return " ".join(f"{length * PER_MM:g}" for length in millimetres)

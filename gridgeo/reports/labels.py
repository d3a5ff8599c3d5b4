"""Labels on a map that don't lie on each other: codes of grids, names of streets, what moves where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridgeo.reports.frames import PER_MM, Frame
from gridgeo.reports.ground import INK, LABEL
from gridgeo.reports.svg import element, text, width_of


class Labels:
    """The labels of one map; a new one takes room that no earlier one has."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._sheet = shapely.box(0, 0, frame.width_mm * PER_MM, frame.height_mm * PER_MM)
        self._taken: list[Any] = []
        self._lines: Any = None
        self.parts: list[str] = []

    def reserve(self, x: float, y: float, width: float, height: float) -> None:
        """Keep labels out of a box, drawing units."""
        self._taken.append(shapely.box(x, y, x + width, y + height))

    def avoid(self, lines: NDArray[Any], room_mm: float = 0.5) -> None:
        """Keep streets' names off lines, drawing units."""
        self._lines = shapely.buffer(shapely.union_all(lines), room_mm * PER_MM)
        shapely.prepare(self._lines)

    def code(self, label: str, name: str, spot: NDArray[np.float64], radius: float, *, size_mm: float = 3.1) -> None:
        """A grid's code around `spot`, and its name below where the circle of `radius` has room for it."""
        size = float(np.clip(radius / PER_MM * 0.75, 1.9, size_mm))
        under = 0.72 * size
        wide = width_of(label, size, bold=True)
        named = bool(name) and under >= 1.75 and width_of(name, under) <= 2.6 * radius
        wide = (max(wide, width_of(name, under)) if named else wide) + 0.9 * PER_MM
        high = (1.25 * size + (1.2 * under if named else 0.0)) * PER_MM
        x, top = float(spot[0]), float(spot[1]) - high / 2
        self._take(shapely.box(x - wide / 2, top, x + wide / 2, top + high))
        self.parts += [
            element(
                "rect", x=round(x - wide / 2), y=round(top), width=round(wide), height=round(high), rx=0.5 * PER_MM,
                fill="#FFFFFF", fill_opacity=0.78,
            ),
            text(label, x, top + 0.98 * size * PER_MM, size, font_weight=700, text_anchor="middle"),
        ]  # fmt: skip
        if named:
            low = top + (1.15 * size + 0.88 * under) * PER_MM
            self.parts.append(text(name, x, low, under, fill="#48535F", text_anchor="middle"))

    def pale(self, label: str, spot: NDArray[np.float64], *, size_mm: float = 2.4) -> bool:
        """A neighbour's code in grey; whether there was room."""
        wide, high = width_of(label, size_mm, bold=True), size_mm * PER_MM
        x, y = float(spot[0]), float(spot[1])
        box = shapely.box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
        if not self._free(box):
            return False
        self._take(box)
        low = y + 0.36 * size_mm * PER_MM
        self.parts.append(text(label, x, low, size_mm, fill="#626D79", text_anchor="middle", font_weight=700))
        return True

    def street(self, name: str, line: NDArray[np.float64], *, size_mm: float = 1.95) -> bool:
        """A street's name along the straightest stretch of `line` (drawing units) that is free, on it or beside it.

        Whether one was found.
        """
        wide, aside = width_of(name, size_mm) + 0.8 * PER_MM, 1.05 * size_mm * PER_MM
        for spot, angle in _stretch(line, wide):
            turn = np.radians(angle)
            across = np.array([-np.sin(turn), np.cos(turn)])
            for shift in (0.0, -aside, aside):
                middle = spot + shift * across
                box = _turned(middle, wide, size_mm * PER_MM * 1.15, angle)
                if not self._free(box) or (self._lines is not None and self._lines.intersects(box)):
                    continue
                self._take(box)
                place = f"translate({middle[0]:.0f} {middle[1]:.0f}) rotate({angle:.1f})"
                self.parts.append(
                    text(name, 0, 0.36 * size_mm * PER_MM, size_mm, fill=LABEL, text_anchor="middle", transform=place)
                )
                return True
        return False

    def open_spot(self, shapes: NDArray[Any]) -> NDArray[np.float64]:
        """A place inside the largest of `shapes` (polygons, drawing units) on which no label lies, where there is one."""
        clear = shapely.difference(shapes, shapely.union_all(np.array(self._taken, dtype=object)))
        parts = shapely.get_parts(np.where(shapely.is_empty(clear), shapes, clear))
        largest = parts[int(np.argmax(shapely.area(parts)))]
        return np.asarray(shapely.get_coordinates(shapely.point_on_surface(largest))[0])

    def chip(self, words: str, spot: NDArray[np.float64], *, size_mm: float = 2.2) -> bool:
        """A dark label beside `spot`, joined to it by a line; whether there was room."""
        wide, high = width_of(words, size_mm, bold=True) + 1.8 * PER_MM, (size_mm + 1.3) * PER_MM
        for x, y in _around(spot, wide, high):
            box = shapely.box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
            if not self._free(box):
                continue
            self._take(box)
            lead = {"stroke": INK, "stroke_width": 0.25 * PER_MM}
            self.parts += [
                element("path", d=f"M{spot[0]:.0f} {spot[1]:.0f}L{x:.0f} {y:.0f}", fill="none", **lead),
                element("circle", cx=round(spot[0]), cy=round(spot[1]), r=0.5 * PER_MM, fill=INK),
                element(
                    "rect", x=round(x - wide / 2), y=round(y - high / 2), width=round(wide), height=round(high),
                    rx=0.5 * PER_MM, fill=INK,
                ),
                text(words, x, y + 0.36 * size_mm * PER_MM, size_mm, fill="#FFFFFF", text_anchor="middle", font_weight=700),
            ]  # fmt: skip
            return True
        return False

    def _free(self, box: Any) -> bool:
        return bool(self._sheet.contains(box)) and not any(box.intersects(other) for other in self._taken)

    def _take(self, box: Any) -> None:
        self._taken.append(box)


def label_spots(grids: gpd.GeoDataFrame, frame: Frame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centre and radius of the largest circle in each grid, drawing units."""
    circles = shapely.maximum_inscribed_circle(grids.geometry.to_numpy(), tolerance=max(frame.metres, 1.0))
    centres = frame.place(shapely.get_coordinates(shapely.get_point(circles, 0)))
    return centres, shapely.length(circles) / frame.metres * PER_MM


def short_codes(codes: Sequence[str]) -> Mapping[str, str]:
    """Codes without the beginning that all of them share, so that they fit on a map; two signs stay at the least.

    Examples
    --------
    >>> short_codes(["110101001001007", "110101001001012"])
    {'110101001001007': '07', '110101001001012': '12'}
    """
    if len(set(codes)) < 2:
        return {code: code for code in codes}
    same = 0
    while len({code[: same + 1] for code in codes}) == 1:
        same += 1
    same = min(same, min(map(len, codes)) - 2)
    return {code: code[max(same, 0) :] for code in codes}


def street_lines(named: gpd.GeoDataFrame, frame: Frame, most: int) -> list[tuple[str, NDArray[np.float64]]]:
    """The `most` longest named streets in the frame, each as its longest line in drawing units."""
    west, south, east, north = frame.box
    inside = named.iloc[np.sort(named.sindex.query(shapely.box(west, south, east, north)))]
    if inside.empty:
        return []
    cut = shapely.clip_by_rect(inside.geometry.to_numpy(), west, south, east, north)
    pieces = pd.Series(cut, index=inside["name"].astype(str))
    found = []
    for name, lines in pieces.groupby(level=0):
        merged = shapely.get_parts(shapely.line_merge(shapely.union_all(lines.to_numpy())))
        merged = merged[shapely.get_type_id(merged) == 1]
        if len(merged):
            longest = max(merged, key=lambda line: line.length)
            found.append((longest.length, str(name), longest))
    found.sort(key=lambda item: (-round(item[0], 1), item[1]))
    return [(name, frame.place(shapely.get_coordinates(line))) for _, name, line in found[:most]]


def _stretch(line: NDArray[np.float64], wide: float) -> list[tuple[NDArray[np.float64], float]]:
    """Middles and angles of stretches of `line` as long as `wide`, the straightest first; angles read left to right."""
    whole: Any = shapely.linestrings(line)
    if whole.length < wide:
        return []
    starts = np.linspace(0.0, whole.length - wide, min(24, int((whole.length - wide) / (0.25 * wide)) + 1))
    ends = shapely.line_interpolate_point(whole, starts), shapely.line_interpolate_point(whole, starts + wide)
    a, b = shapely.get_coordinates(ends[0]), shapely.get_coordinates(ends[1])
    middle = shapely.get_coordinates(shapely.line_interpolate_point(whole, starts + wide / 2))
    chord = np.hypot(*(b - a).T)
    bend = np.hypot(*(middle - (a + b) / 2).T)
    good = (chord >= 0.96 * wide) & (bend <= 0.045 * wide)
    order = np.flatnonzero(good)[np.argsort(bend[good].round(0), kind="stable")]
    found = []
    for row in order[:8]:
        angle = float(np.degrees(np.arctan2(b[row, 1] - a[row, 1], b[row, 0] - a[row, 0])))
        angle = angle - 180 if angle > 90 else angle + 180 if angle < -90 else angle
        found.append(((middle[row] + (a[row] + b[row]) / 2) / 2, angle))
    return found


def _turned(middle: NDArray[np.float64], wide: float, high: float, angle: float) -> Any:
    turn = np.radians(angle)
    along, across = (
        np.array([np.cos(turn), np.sin(turn)]) * wide / 2,
        np.array([-np.sin(turn), np.cos(turn)]) * high / 2,
    )
    return shapely.Polygon(
        [middle + along + across, middle + along - across, middle - along - across, middle - along + across]
    )


def _around(spot: NDArray[np.float64], wide: float, high: float) -> list[tuple[float, float]]:
    """Places for a label around a spot, the nearest first."""
    found = []
    for far in (1.0, 1.8, 2.8, 4.0, 5.5):
        for right, down in ((0, -1), (0, 1), (1, -0.6), (-1, -0.6), (1, 0.6), (-1, 0.6), (1, 0), (-1, 0)):
            x = float(spot[0]) + right * (wide / 2 + far * high)
            found.append((x, float(spot[1]) + down * far * high * 1.2))
    return found

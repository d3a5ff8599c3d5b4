"""A sheet of paper laid over a piece of ground: from metres to places on the sheet, and outlines as SVG paths."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

PER_MM = 50
"""Units of a drawing in a millimetre: whole numbers are then exact to 0.02 mm, finer than any printer's dot."""


@dataclass(frozen=True)
class Frame:
    """A drawing `width_mm` × `height_mm` of the ground around (`x`, `y`), `metres` of it to a millimetre.

    Drawing coordinates run right and down from the upper left corner, `PER_MM` to a millimetre.
    """

    x: float
    y: float
    metres: float
    width_mm: float
    height_mm: float

    @classmethod
    def around(
        cls, bounds: tuple[float, float, float, float], width_mm: float, height_mm: float, margin_mm: float = 6.0
    ) -> Frame:
        """The frame in which `bounds` (west, south, east, north; metres) just fit, `margin_mm` from its edges.

        Examples
        --------
        >>> frame = Frame.around((0, 0, 1000, 500), 100, 100, margin_mm=0)
        >>> frame.metres, frame.scale
        (10.0, 10000)
        """
        west, south, east, north = bounds
        free = (max(width_mm - 2 * margin_mm, 1.0), max(height_mm - 2 * margin_mm, 1.0))
        metres = max((east - west) / free[0], (north - south) / free[1], 0.1)
        return cls((west + east) / 2, (south + north) / 2, metres, width_mm, height_mm)

    @property
    def scale(self) -> int:
        """The scale's denominator, to two significant figures."""
        exact = self.metres * 1000
        step = 10 ** max(int(np.floor(np.log10(exact))) - 1, 0)
        return int(round(exact / step) * step)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east and north end of the ground in the frame, metres."""
        across, up = self.width_mm * self.metres / 2, self.height_mm * self.metres / 2
        return self.x - across, self.y - up, self.x + across, self.y + up

    def place(self, spots: NDArray[np.float64]) -> NDArray[np.float64]:
        """Drawing coordinates of ground coordinates, shape (n, 2)."""
        west, _, _, north = self.box
        factor = PER_MM / self.metres
        return np.column_stack([(spots[:, 0] - west) * factor, (north - spots[:, 1]) * factor])

    def path(self, shapes: Iterable[Any], *, tolerance_mm: float = 0.05) -> str:
        """The `d` of one SVG path for lines and polygons, cut to the frame and thinned to `tolerance_mm`."""
        return path_data(self.drawn(shapes, tolerance_mm=tolerance_mm))

    def drawn(self, shapes: Iterable[Any], *, tolerance_mm: float = 0.05) -> NDArray[Any]:
        """The shapes in drawing coordinates: what lies in the frame, thinned."""
        array = np.asarray(list(shapes), dtype=object)
        if not len(array):
            return array
        west, south, east, north = self.box
        spare = 2.0 * self.metres
        bounds = shapely.bounds(array)
        with np.errstate(invalid="ignore"):
            seen = (bounds[:, 0] <= east + spare) & (bounds[:, 2] >= west - spare)
            seen &= (bounds[:, 1] <= north + spare) & (bounds[:, 3] >= south - spare)
        array = array[seen]
        cut = shapely.clip_by_rect(array, west - spare, south - spare, east + spare, north + spare)
        cut = cut[~shapely.is_empty(cut)]
        thin = shapely.simplify(cut, tolerance_mm * self.metres, preserve_topology=False)
        return shapely.transform(thin[~shapely.is_empty(thin)], self.place)


def path_data(shapes: Iterable[Any]) -> str:
    """The `d` of one SVG path that traces every line and ring of `shapes`, in whole units."""
    pieces = []
    parts = shapely.get_parts(np.asarray(list(shapes), dtype=object))
    polygons = shapely.get_type_id(parts) == 3
    rings = [*shapely.get_rings(parts[polygons]), *parts[~polygons & (shapely.get_dimensions(parts) == 1)]]
    for line in rings:
        spots = np.rint(shapely.get_coordinates(line)).astype(np.int64)
        moved = np.ones(len(spots), dtype=bool)
        moved[1:] = (spots[1:] != spots[:-1]).any(axis=1)
        steps = spots[moved]
        if len(steps) < 2:
            continue
        closed = bool((steps[0] == steps[-1]).all())
        body = steps[1:-1] if closed else steps[1:]
        ahead = np.diff(np.vstack([steps[:1], body]), axis=0)
        text = " ".join(f"{dx} {dy}" for dx, dy in ahead.tolist())
        pieces.append(f"M{steps[0, 0]} {steps[0, 1]}l{text}{'z' if closed else ''}")
    return "".join(pieces)

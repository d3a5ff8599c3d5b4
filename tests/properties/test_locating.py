"""Points are located as GEOS locates them, whatever the polygons."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gridgeo.location import rings_of

LATTICE = 6
FRAMES = [
    (1.0, 1.0, 1.0),
    (0.1, -0.3, 0.1),
    (500_000.3, 4_400_000.7, 33.3),
    (7.4172, 43.7311, 1e-5),
    (-0.7, 0.9, 1 / 3),
]
"""Where the lattice lies, and how wide it is: sides that share points, and others that share them but for a rounding."""


@st.composite
def coverages(draw: st.DrawFn) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
    """Polygons with corners on a small lattice: collinear, touching, overlapping, with slivers, holes and gaps, repaired."""
    east, north, side = draw(st.sampled_from(FRAMES))
    corner = st.tuples(st.integers(0, LATTICE), st.integers(0, LATTICE))
    shapes = []
    for corners in draw(st.lists(st.lists(corner, min_size=3, max_size=12), min_size=1, max_size=5)):
        xy = np.array(corners, dtype=float) * side + (east, north)
        if draw(st.booleans()):
            xy[0] = np.nextafter(xy[0], xy[1])
        parts = shapely.get_parts(shapely.make_valid(shapely.Polygon(xy)))
        ground = shapely.union_all([part for part in parts if part.geom_type in ("Polygon", "MultiPolygon")])
        if draw(st.booleans()) and shapes:
            ground = ground.difference(shapes[-1])
        if ground.geom_type in ("Polygon", "MultiPolygon") and not ground.is_empty and ground.is_valid:
            shapes.append(ground)
    places = np.array(list(product(np.arange(-0.5, LATTICE + 1, 0.5), repeat=2))) * side + (east, north)
    return np.array(shapes, dtype=object), places


def _places(shapes: NDArray[np.object_], places: NDArray[np.float64]) -> NDArray[np.float64]:
    """The lattice, all corners, points on all sides, and each of them moved by the last bit."""
    corners = shapely.get_coordinates(shapes)
    middles = (corners[1:] + corners[:-1]) / 2
    thirds = corners[:-1] + (corners[1:] - corners[:-1]) / 3
    every = np.concatenate([places, corners, middles, thirds])
    return np.concatenate([every, np.nextafter(every, np.inf), np.nextafter(every, [-np.inf, np.inf])])


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(coverages())
def test_a_point_is_covered_by_those_that_geos_says_or_that_exact_arithmetic_says_where_geos_errs(coverage):
    shapes, lattice = coverage
    if not len(shapes):
        return
    places = _places(shapes, lattice)
    start, found = rings_of(shapes).all(places)
    mine = np.zeros((len(places), len(shapes)), dtype=bool)
    mine[np.repeat(np.arange(len(places)), np.diff(start)), found] = True
    theirs = shapely.intersects(shapely.points(places)[:, None], shapes)
    # GEOS reckons with 106 bits: of points that lie a last bit beside a border it puts some on the wrong side.
    for point, shape in np.argwhere(mine != theirs).tolist():
        assert mine[point, shape] == _covers(shapes[shape], *places[point].tolist())


def _covers(shape: shapely.Geometry, x: float, y: float) -> bool:
    """Whether a point lies in a shape or on its border, in fractions."""
    return any(
        _in_rings([part.exterior, *part.interiors], Fraction(x), Fraction(y)) for part in shapely.get_parts(shape)
    )


def _in_rings(rings: list[shapely.LinearRing], x: Fraction, y: Fraction) -> bool:
    inside = False
    for ring in rings:
        corners = [(Fraction(a), Fraction(b)) for a, b in ring.coords]
        for (x1, y1), (x2, y2) in pairwise(corners):
            side = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)
            if side == 0 and min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2):
                return True
            if (y1 > y) != (y2 > y) and (side > 0) == (y2 > y1):
                inside = not inside
    return inside


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(coverages(), st.floats(0, 4))
def test_distances_are_those_of_geos(coverage, reach):
    shapes, lattice = coverage
    if not len(shapes):
        return
    index = rings_of(shapes)
    side = lattice[1, 1] - lattice[0, 1] if lattice[1, 1] > lattice[0, 1] else 1.0
    for x, y in lattice[::17].tolist():
        true = shapely.distance(shapely.Point(x, y), shapes)
        owner, far = index.nearest(x, y)
        assert np.isclose(far, true.min(), rtol=1e-9, atol=1e-9 * side)
        assert np.isclose(true[owner], far, rtol=1e-9, atol=1e-9 * side)
        within, metres = index.within(x, y, reach * side)
        assert np.allclose(true[within], metres, rtol=1e-9, atol=1e-9 * side)
        assert set(within.tolist()) >= set(np.flatnonzero(true < (reach * (1 - 1e-9) - 1e-9) * side).tolist())
        assert (np.diff(metres) >= 0).all()

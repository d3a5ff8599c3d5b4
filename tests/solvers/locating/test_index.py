from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.locating import RingIndex

Rings = list[list[tuple[float, float]]]


def index_of(*owners: list[Rings]) -> RingIndex:
    """The index of owners of polygons of rings, given by their corners without the last."""
    polygons = [polygon for owner in owners for polygon in owner]
    rings = [[*ring, ring[0]] for polygon in polygons for ring in polygon]
    return RingIndex.of(
        np.array([corner for ring in rings for corner in ring], dtype=float),
        np.cumsum([0, *map(len, rings)]),
        np.cumsum([0, *map(len, polygons)]),
        np.cumsum([0, *map(len, owners)]),
    )


def box(west: float, south: float, east: float, north: float) -> list[tuple[float, float]]:
    """The corners of a rectangle."""
    return [(west, south), (east, south), (east, north), (west, north)]


@pytest.fixture
def town() -> RingIndex:
    """Two squares side by side, one over both, one with a hole, and one in two parts."""
    return index_of(
        [[box(0, 0, 10, 10)]],
        [[box(10, 0, 20, 10)]],
        [[box(8, 4, 12, 6)]],
        [[box(30, 0, 50, 20), box(35, 5, 45, 15)]],
        [[box(60, 0, 70, 10)], [box(80, 0, 90, 10)]],
    )


def owners(index: RingIndex, *points: tuple[float, float]) -> list[list[int]]:
    """Everybody who covers each of the points."""
    start, found = index.all(np.array(points, dtype=float))
    return [found[a:b].tolist() for a, b in pairwise(start.tolist())]


def test_a_point_belongs_to_whoever_covers_it(town: RingIndex) -> None:
    assert town.one(5, 1) == (0, 1)
    assert owners(town, (5, 1), (15, 9), (65, 5), (85, 5), (75, 5)) == [[0], [1], [4], [4], []]


def test_shared_sides_corners_and_overlaps_belong_to_all_and_the_first_is_told(town: RingIndex) -> None:
    assert town.one(10, 2) == (0, 2)
    assert owners(town, (10, 0), (10, 5), (9, 5), (8, 6), (0, 0)) == [[0, 1], [0, 1, 2], [0, 2], [0, 2], [0]]


def test_a_hole_is_outside_and_its_border_inside(town: RingIndex) -> None:
    assert owners(town, (40, 10), (35, 10), (45, 15), (32, 10), (40, 5)) == [[], [3], [3], [3], [3]]


@pytest.mark.parametrize("place", [(-1e300, 0), (np.nan, 5), (5, np.inf), (5, -1e-12), (90 + 1e-13, 5), (1e9, 1e9)])
def test_outside_is_nobody_however_far(town: RingIndex, place: tuple[float, float]) -> None:
    assert town.one(*place) == (-1, 0)


@pytest.mark.parametrize("many", [500, 20_000])
def test_many_points_are_answered_as_one_by_one(town: RingIndex, many: int) -> None:
    points = np.random.default_rng(1).integers(-2, 92, (many, 2)).astype(float)
    points[::97, 0], points[::89, 1], points[5::101] = np.nan, np.inf, -1e300
    first, count = town.many(points)
    assert list(zip(first.tolist(), count.tolist(), strict=True)) == [town.one(*point) for point in points.tolist()]


def test_within_reach_are_the_nearest_first_each_owner_once(town: RingIndex) -> None:
    assert [part.tolist() for part in town.within(7, 5, 3)] == [[0, 2, 1], [0.0, 1.0, 3.0]]
    assert [part.tolist() for part in town.within(75, 5, 5)] == [[4], [5.0]]
    assert [part.tolist() for part in town.within(40, 10, 4.9)] == [[], []]


def test_the_nearest_is_found_from_afar_and_from_within_a_gap(town: RingIndex) -> None:
    assert town.nearest(40, 10) == (3, 5.0)
    assert town.nearest(25, 5) == (1, 5.0)
    assert town.nearest(-30, -40) == (0, 50.0)
    assert town.nearest(1090, 5) == (4, 1000.0)
    assert town.nearest(-30, -40, reach=49.9) == (-1, np.inf)


def test_among_equally_near_the_first_is_the_nearest(town: RingIndex) -> None:
    assert index_of([[box(0, 0, 1, 1)]], [[box(3, 0, 4, 1)]]).nearest(2, 0.5) == (0, 1.0)
    assert index_of([[box(3, 0, 4, 1)]], [[box(0, 0, 1, 1)]]).nearest(2, 0.5) == (0, 1.0)


def test_an_owner_without_ground_and_a_line_without_width_do_no_harm() -> None:
    index = index_of([], [[[(0, 0), (5, 0), (9, 0)]]])
    assert (index.one(4, 0), index.one(4, 1)) == ((1, 1), (-1, 0))


def broken(xy: NDArray[np.float64]) -> RingIndex:
    return RingIndex.of(xy, np.array([0, len(xy)]), np.array([0, 1]), np.array([0, 1]))


def test_what_is_no_polygon_is_refused_by_its_place() -> None:
    square = np.array([*box(0, 0, 1, 1), (0.0, 0.0)])
    with pytest.raises(BadProblem, match="ring 0 is not closed"):
        broken(square[:-1])
    with pytest.raises(BadProblem, match=r"corner 2 is \(nan, 1\)"):
        broken(np.where(np.arange(5)[:, None] == 2, [[np.nan, 1.0]], square))
    with pytest.raises(BadProblem, match="no polygon"):
        RingIndex.of(np.empty((0, 2)), np.array([0]), np.array([0]), np.array([0]))

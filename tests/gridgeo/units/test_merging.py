"""Small blocks go to the neighbour they are most open to, never across an area."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import LineString, box

from gridgeo.units.blocks import Blocks, SizeOptions, cut_blocks
from gridgeo.units.merging import merge_blocks

SIZE = SizeOptions(least_area_m2=1000, least_empty_m2=1000, most_households=100, most_area_m2=1e6)


def row(widths, resistance, leaves=None) -> Blocks:
    """Blocks of 100 m height side by side; `resistance` of the line between each two."""
    edges = np.concatenate([[0], np.cumsum(widths)])
    land = box(0, 0, edges[-1], 100)
    lines = np.array([LineString([(x, 0), (x, 100)]) for x in edges[1:-1]], dtype=object)
    shapes = np.array([land] if leaves is None else leaves, dtype=object)
    return cut_blocks(land, shapes, lines, np.array(resistance, dtype=float))


def merge(blocks, buildings=None, households=None, size=SIZE):
    count = len(blocks.shapes)
    buildings = np.ones(count, int) if buildings is None else np.array(buildings)
    return merge_blocks(
        blocks, buildings, np.zeros(count, int) if households is None else np.array(households), size
    ).tolist()


def test_blocks_that_are_large_enough_stay_alone():
    assert merge(row([20, 20, 20], [0.1, 0.1])) == [0, 1, 2]


def test_a_sliver_goes_over_the_footpath_rather_than_over_the_main_road():
    assert merge(row([50, 5, 50], [0.8, 0.1])) == [0, 1, 1]
    assert merge(row([50, 5, 50], [0.1, 0.8])) == [0, 0, 1]


def test_a_sliver_does_not_push_a_unit_over_the_most_households_where_another_is_left():
    assert merge(row([50, 5, 50], [0.8, 0.1]), households=[40, 10, 95]) == [0, 0, 1]
    assert merge(row([50, 5, 50], [0.8, 0.1]), households=[95, 10, 95]) == [0, 1, 1]


def test_empty_blocks_merge_below_a_limit_of_their_own():
    size = SizeOptions(least_area_m2=1000, least_empty_m2=3000, most_households=100, most_area_m2=1e6)
    assert merge(row([50, 20, 50], [0.5, 0.1]), buildings=[1, 0, 1], size=size) == [0, 1, 1]
    assert merge(row([50, 20, 50], [0.5, 0.1]), buildings=[1, 1, 1], size=size) == [0, 1, 2]


def test_slivers_grow_together_until_they_are_large_enough():
    assert merge(row([4, 4, 4, 50], [0.1, 0.1, 1.0])) == [0, 0, 0, 1]


def test_areas_are_never_crossed():
    leaves = [box(0, 0, 5, 100), box(5, 0, 55, 100)]
    assert merge(row([5, 50], [0.0], leaves)) == [0, 1]


def test_a_rock_in_the_sea_goes_to_the_nearest_unit_of_its_area():
    land = shapely.MultiPolygon([box(0, 0, 50, 50), box(60, 0, 110, 50), box(55, 60, 58, 63)])
    blocks = cut_blocks(land, np.array([land], dtype=object), np.array([], dtype=object), np.array([]))
    inhabited = merge(blocks, buildings=[1, 1, 1], households=[5, 2, 5])
    assert sorted(inhabited) == [0, 1, 2]
    rock = int(np.argmin(shapely.area(blocks.shapes)))
    unit = merge(blocks, buildings=[1, 0, 1], households=[5, 0, 5])
    assert len(set(unit)) == 2
    assert rock == 1

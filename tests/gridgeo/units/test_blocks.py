"""Which lines cut blocks, and what the blocks between them are like."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import LineString, box

from gridgeo.errors import BadInput
from gridgeo.units.blocks import CutOptions, SizeOptions, cut_blocks, cutting_lines
from rawtowns import frame

LAND = box(0, 0, 100, 100)


def cut(*lines, leaves=(LAND,)):
    shapes = np.array([LineString(line) for line in lines], dtype=object)
    return cut_blocks(LAND, np.array(leaves, dtype=object), shapes, np.full(len(shapes), 0.25))


def one_line(**tags):
    return frame({name: [value] for name, value in tags.items()}, [LineString([(0, 0), (1, 0)])])


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "steps"},
        {"highway": "service"},
        {"railway": "rail"},
        {"waterway": "river"},
        {"highway": "primary", "tunnel": "no"},
    ],
)
def test_streets_paths_steps_railways_and_rivers_cut(tags):
    assert len(cutting_lines(one_line(**tags))) == 1


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "primary", "tunnel": "yes"},
        {"highway": "footway", "footway": "sidewalk"},
        {"highway": "service", "service": "parking_aisle"},
        {"highway": "proposed"},
        {"railway": "abandoned"},
        {"railway": "rail", "layer": "-2"},
        {"waterway": "drain"},
        {"highway": "footway", "indoor": "yes"},
    ],
)
def test_tunnels_sidewalks_and_what_does_not_exist_cut_nothing(tags):
    assert len(cutting_lines(one_line(**tags))) == 0


def test_which_classes_cut_can_be_chosen():
    options = CutOptions(resistance={"hedge": 0.5, "steps": 0.2})
    assert len(cutting_lines(one_line(highway="primary"), options)) == 0
    assert cutting_lines(one_line(highway="steps"), options)["resistance"].tolist() == [0.2]


def test_a_cross_makes_four_blocks_that_know_their_neighbours():
    blocks = cut([(0, 50), (100, 50)], [(50, 0), (50, 100)])
    assert shapely.area(blocks.shapes).tolist() == [2500.0] * 4
    assert len(blocks.a) == 4
    assert blocks.shared_m.tolist() == [50.0] * 4
    assert blocks.open_m.tolist() == [37.5] * 4


def test_a_dead_end_cuts_nothing():
    assert len(cut([(0, 50), (60, 50)]).shapes) == 1


def test_a_line_that_reaches_beyond_the_land_cuts_only_the_land():
    blocks = cut([(-50, 50), (150, 50)])
    assert len(blocks.shapes) == 2
    assert shapely.union_all(blocks.shapes).equals(LAND)


def test_a_loop_inside_a_block_is_a_block_with_a_ring_around_it():
    blocks = cut([(40, 40), (60, 40), (60, 60), (40, 60), (40, 40)])
    assert sorted(shapely.area(blocks.shapes).tolist()) == [400.0, 9600.0]
    assert blocks.shared_m.tolist() == [80.0]


def test_blocks_never_cross_the_border_of_an_area():
    leaves = (box(0, 0, 30, 100), box(30, 0, 100, 100))
    blocks = cut([(0, 50), (100, 50)], leaves=leaves)
    assert len(blocks.shapes) == 4
    for shape, leaf in zip(blocks.shapes, blocks.leaf, strict=True):
        assert shape.difference(leaves[leaf]).area == 0
    # An area's border is never merged across, so nothing of it is open.
    across = blocks.leaf[blocks.a] != blocks.leaf[blocks.b]
    assert blocks.open_m[across].tolist() == [0.0, 0.0]


def test_land_that_no_area_holds_goes_to_the_nearest_one():
    blocks = cut(leaves=(box(0, 0, 50, 100), box(50, 0, 90, 100)))
    assert len(blocks.shapes) == 3
    assert blocks.leaf[np.argmax(shapely.get_x(shapely.centroid(blocks.shapes)))] == 1


@pytest.mark.parametrize(
    "values",
    [{"least_area_m2": -1.0}, {"most_households": 0}, {"most_area_m2": 15_000.0}, {"least_empty_m2": float("inf")}],
)
def test_sizes_that_make_no_sense_are_refused_by_name(values):
    with pytest.raises(BadInput, match=next(iter(values))):
        SizeOptions(**values)

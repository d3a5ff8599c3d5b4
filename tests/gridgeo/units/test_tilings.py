"""The judge of tilings finds what is wrong, and nothing where nothing is."""

from __future__ import annotations

import pytest
from shapely import Polygon, box

from gridgeo.units.tilings import tiling_faults
from rawtowns import frame

WHOLE = box(0, 0, 20, 10)


def tiles(*shapes):
    return frame({"unit": [f"u{i}" for i in range(len(shapes))]}, list(shapes))


def test_an_exact_tiling_has_no_fault():
    assert tiling_faults(tiles(box(0, 0, 10, 10), box(10, 0, 20, 10)), WHOLE) == []


@pytest.mark.parametrize(
    ("shapes", "words"),
    [
        ((box(0, 0, 10, 10), box(11, 0, 20, 10)), "10 m² of the outline lie in no unit"),
        ((box(0, 0, 11, 10), box(10, 0, 20, 10)), "unit u0 and u1 overlap by 10 m²"),
        ((box(0, 0, 10, 10), box(10, 0, 21, 10)), "10 m² of the units lie outside the outline"),
        ((box(0, 0, 10, 10), Polygon([(10, 0), (20, 10), (20, 0), (10, 10)])), "unit u1 is invalid: Self-intersection"),
        ((box(0, 0, 10, 10), box(10, 0, 20, 10), Polygon()), "unit u2 is empty"),
    ],
)
def test_a_fault_is_named_with_its_unit_and_size(shapes, words):
    faults = tiling_faults(tiles(*shapes), WHOLE)
    assert len(faults) == 1
    assert faults[0].startswith(words)


def test_units_that_cover_each_other_are_found_though_the_union_is_right():
    assert len(tiling_faults(tiles(WHOLE, box(2, 2, 4, 4)), WHOLE)) == 1

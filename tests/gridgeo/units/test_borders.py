"""Borders are as long as what two units share, barriers part them, crossings and links join them."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import LineString, Point, Polygon, box

from gridgeo import schemas
from gridgeo.units.borders import (
    BorderOptions,
    assumed_links,
    declared_links,
    find_borders,
    find_links,
    parts,
    shared_lines,
)
from rawtowns import frame
from towns import lattice_town


def units(*shapes, households=None):
    names = [f"u{i}" for i in range(len(shapes))]
    return frame({"unit": names, "households": households or [10] * len(shapes)}, list(shapes))


def walls(*lines):
    return frame({"barrier": [f"b{i}" for i in range(len(lines))]}, list(lines))


def gates(*points):
    return frame({"crossing": [f"x{i}" for i in range(len(points))]}, list(points))


def roads(*lines):
    """One walkable street a line, both ways, nodes at the lines' ends."""
    ends = sorted({line.coords[i] for line in lines for i in (0, -1)})
    rows = [(ends.index(line.coords[0]), ends.index(line.coords[-1]), i, line) for i, line in enumerate(lines)]
    rows += [(v, u, i, line.reverse()) for u, v, i, line in rows]
    edges = frame(
        {
            "u": [r[0] for r in rows],
            "v": [r[1] for r in rows],
            "street": [r[2] for r in rows],
            "length_m": [r[3].length for r in rows],
            "seconds": [r[3].length for r in rows],
        },
        [r[3] for r in rows],
    )
    return frame({"node": list(range(len(ends)))}, [Point(end) for end in ends]), edges


SIDE_BY_SIDE = (box(0, 0, 100, 100), box(100, 0, 200, 100))


def test_the_lattice_town_has_exactly_the_borders_that_it_was_drawn_with():
    town = lattice_town(railway=True)
    found = find_borders(town.units, town.barriers, town.crossings)
    schemas.check(found, schemas.JURISDICTION["borders"])
    key = ["unit_a", "unit_b"]
    expected = town.borders.sort_values(key).reset_index(drop=True)
    for column in [*key, "length_m", "barrier_m", "crossings", "walkable"]:
        assert found[column].tolist() == expected[column].tolist(), column


def test_a_corner_is_no_border():
    assert len(find_borders(units(box(0, 0, 1, 1), box(1, 1, 2, 2)), walls(), gates())) == 0
    nearly = units(box(0, 0, 10, 10), box(10, 9.6, 20, 20))
    assert len(find_borders(nearly, walls(), gates())) == 0


def test_a_border_of_several_pieces_is_one_row_with_their_length():
    comb = Polygon([(0, 0), (10, 0), (10, 4), (8, 4), (8, 6), (10, 6), (10, 10), (0, 10)])
    found = find_borders(units(comb, box(10, 0, 20, 10)), walls(), gates())
    assert len(found) == 1
    assert found["length_m"].iloc[0] == pytest.approx(8)


def test_neighbours_that_do_not_share_their_vertices_are_found_too():
    shapes = np.array(
        [
            Polygon([(0, 0), (30, 7), (30, 30), (0, 30)]),
            Polygon([(0, 0), (12, 2.8), (12, -9)]),
            Polygon([(12, 2.8), (30, 7), (30, -9), (12, -9)]),
        ]
    )
    assert not shapely.coverage_is_valid(shapes, gap_width=0.01)
    a, b, lines = shared_lines(shapes)
    assert list(zip(a.tolist(), b.tolist(), strict=True)) == [(0, 1), (0, 2), (1, 2)]
    assert shapely.length(lines).tolist() == pytest.approx([np.hypot(12, 2.8), np.hypot(18, 4.2), 11.8], abs=0.02)


def test_a_border_along_a_barrier_is_walkable_only_at_a_crossing():
    pair, wall = units(*SIDE_BY_SIDE), LineString([(100, -50), (100, 150)])
    shut = find_borders(pair, walls(wall), gates())
    assert (shut["barrier_m"].iloc[0], shut["walkable"].iloc[0]) == (100, False)
    opened = find_borders(pair, walls(wall), gates(Point(100, 30)))
    assert (opened["crossings"].iloc[0], opened["walkable"].iloc[0]) == (1, True)
    elsewhere = find_borders(pair, walls(wall), gates(Point(100, 400)))
    assert not elsewhere["walkable"].iloc[0]


def test_a_barrier_along_less_than_half_of_a_border_leaves_it_walkable():
    found = find_borders(units(*SIDE_BY_SIDE), walls(LineString([(100, 0), (100, 40)])), gates())
    assert found["walkable"].iloc[0]
    assert found["barrier_m"].iloc[0] == pytest.approx(40, abs=6)


def test_a_barrier_that_crosses_a_border_does_not_run_along_it():
    found = find_borders(units(*SIDE_BY_SIDE), walls(LineString([(0, 50), (200, 50)])), gates())
    assert found["barrier_m"].iloc[0] <= 15
    assert found["walkable"].iloc[0]


def test_parts_are_numbered_by_their_land():
    islands = units(box(0, 0, 10, 10), box(50, 0, 90, 40), box(10, 0, 20, 10))
    assert parts(islands, find_borders(islands, walls(), gates())).tolist() == [1, 0, 1]


def test_the_shortest_bridge_links_two_banks():
    banks = units(box(0, 0, 100, 100), box(0, 140, 100, 240), box(100, 0, 200, 100))
    borders = find_borders(banks, walls(), gates())
    long_way = LineString([(150, 50), (300, 120), (90, 200)])
    bridge = LineString([(50, 90), (50, 150)])
    links = find_links(banks, borders, *roads(long_way, bridge))
    assert links[["unit_a", "unit_b", "kind", "length_m", "walkable"]].to_numpy().tolist() == [
        ["u0", "u1", "link", 0.0, True]
    ]
    assert links.geometry.iloc[0].equals(LineString([(50, 90), (50, 150)]))


def test_a_walk_that_leads_outside_the_jurisdiction_links_too():
    banks = units(box(0, 0, 100, 100), box(0, 140, 100, 240))
    borders = find_borders(banks, walls(), gates())
    outside = [
        LineString([(50, 50), (300, 50)]),
        LineString([(300, 50), (300, 190)]),
        LineString([(300, 190), (50, 190)]),
    ]
    assert len(find_links(banks, borders, *roads(*outside))) == 1
    assert len(find_links(banks, borders, *roads(*outside), BorderOptions(longest_link_m=300))) == 0
    assert len(find_links(banks, borders, *roads(outside[0], outside[2]))) == 0


def test_one_part_needs_no_link():
    pair = units(*SIDE_BY_SIDE)
    assert len(find_links(pair, find_borders(pair, walls(), gates()), *roads(LineString([(50, 50), (150, 50)])))) == 0


def test_a_declared_link_joins_the_units_at_its_ends():
    banks = units(box(0, 0, 100, 100), box(0, 140, 100, 240))
    links = declared_links(banks, [LineString([(50, 110), (50, 130)]), LineString([(1, 1), (2, 2)])])
    assert links[["unit_a", "unit_b"]].to_numpy().tolist() == [["u0", "u1"]]


def test_parts_with_few_households_are_joined_over_their_longest_border_or_to_the_nearest_unit():
    shapes = (box(0, 0, 100, 100), box(100, 0, 150, 100), box(0, 100, 60, 300), box(400, 0, 420, 20))
    quarter = units(*shapes, households=[500, 5, 500, 3])
    shut = walls(LineString([(100, -9), (100, 109)]), LineString([(-9, 100), (160, 100)]))
    borders = find_borders(quarter, shut, gates())
    found = assumed_links(quarter, borders)
    assert sorted(found[["unit_a", "unit_b"]].to_numpy().tolist()) == [["u0", "u1"], ["u1", "u3"]]
    assert len(assumed_links(quarter, borders, BorderOptions(least_part_households=0))) == 0


def test_twenty_thousand_units_take_seconds():
    side = 141
    cells = shapely.box(
        *(np.indices((side, side)).reshape(2, -1)[[0, 1, 0, 1]] + np.array([[0], [0], [1], [1]])) * 10.0
    )
    a, _, lines = shared_lines(cells)
    assert len(a) == 2 * side * (side - 1)
    assert shapely.length(lines).sum() == pytest.approx(10 * len(a))

"""Crowded blocks are split between buildings, never through one."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity, box

from gridgeo.units.blocks import SizeOptions
from gridgeo.units.splitting import split_lines

SIZE = SizeOptions(least_area_m2=100, least_empty_m2=100, most_households=40, most_area_m2=100_000)


def split(block, homes, households, size=SIZE):
    """Lines, and the pieces they leave of the block with the households in each."""
    lines = split_lines(block, np.array(homes, dtype=object), np.array(households), size)
    noded = shapely.union_all([block.boundary, *lines], grid_size=0.01)
    pieces = [piece for piece in shapely.polygonize(shapely.get_parts(noded)).geoms if block.buffer(0.1).covers(piece)]
    inner = shapely.point_on_surface(np.array(homes, dtype=object)) if len(homes) else []
    sums = [int(sum(h for p, h in zip(inner, households, strict=True) if piece.covers(p))) for piece in pieces]
    return lines, pieces, sums


def test_a_small_block_is_left_alone():
    assert split(box(0, 0, 100, 100), [box(10, 10, 20, 20)], [40])[0] == []


def test_two_rows_of_houses_are_parted_between_them():
    homes = [box(10 + 20 * i, y, 20 + 20 * i, y + 10) for i in range(4) for y in (10, 80)]
    lines, pieces, sums = split(box(0, 0, 90, 100), homes, [10] * 8)
    assert len(lines) == 1
    assert sums == [40, 40]
    assert sum(piece.area for piece in pieces) == pytest.approx(9000, abs=1)


def test_a_tower_alone_can_not_be_split():
    assert split(box(0, 0, 100, 100), [box(10, 10, 40, 40), box(60, 60, 80, 80)], [500, 0])[0] == []


def test_houses_wall_to_wall_are_parted_along_a_wall():
    homes = [box(10 * i, 0, 10 * i + 10, 15) for i in range(8)]
    lines, _, sums = split(box(-5, -5, 85, 40), homes, [12] * 8)
    assert len(lines) >= 1
    assert max(sums) <= 48
    for line in lines:
        assert all(line.intersection(home.buffer(-0.6)).length == 0 for home in homes)


def test_a_closed_court_of_houses_wall_to_wall_is_parted():
    ring = box(0, 0, 60, 60).difference(box(15, 15, 45, 45))
    cuts = [box(20 * i, 20 * j, 20 * i + 20, 20 * j + 20) for i in range(3) for j in range(3)]
    homes = [part for cell in cuts for part in shapely.get_parts(ring.intersection(cell)) if part.area > 50]
    lines, _, sums = split(box(-5, -5, 65, 65), homes, [10] * len(homes))
    assert len(lines) >= 1
    assert max(sums) <= 60
    for line in lines:
        assert all(line.intersection(home.buffer(-0.8)).length < 0.5 for home in homes)


def test_a_huge_field_is_split_by_land():
    _, pieces, _ = split(affinity.rotate(box(0, 0, 900, 300), 33), [], [])
    assert len(pieces) == 3
    assert all(piece.area == pytest.approx(90_000, rel=0.02) for piece in pieces)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), turn=st.floats(0, 180), count=st.integers(2, 14))
def test_lines_keep_clear_of_buildings_and_every_piece_shrinks(seed, turn, count):
    random = np.random.default_rng(seed)
    cells = [(i, j) for i in range(5) for j in range(4)]
    random.shuffle(cells)
    homes = []
    for i, j in cells[:count]:
        width, depth = random.uniform(6, 20, 2)
        homes.append(box(25 * i + 1, 25 * j + 1, 25 * i + 1 + width, 25 * j + 1 + depth))
    block = affinity.rotate(box(0, 0, 125, 100), turn, origin=(0, 0))
    homes = [affinity.rotate(home, turn, origin=(0, 0)) for home in homes]
    households = random.integers(1, 30, count)
    lines, _, sums = split(block, homes, households)
    assert sum(sums) == households.sum()
    for line in lines:
        assert all(line.intersection(home.buffer(-0.8)).length == 0 for home in homes)
    if households.sum() > SIZE.most_households:
        assert lines
        assert max(sums) < households.sum()

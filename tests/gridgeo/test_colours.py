from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.colours import GRID_COLOURS, colour_grids


def _board(rows: int, columns: int, merged: list[int]) -> gpd.GeoDataFrame:
    """Squares of 100 m, some of them merged with their eastern neighbour, over a shuffled and gapped index."""
    cells = {(r, c): (r, c) for r in range(rows) for c in range(columns)}
    for spot in merged:
        r, c = divmod(spot % (rows * columns), columns)
        if c + 1 < columns:
            cells[r, c + 1] = cells[r, c]
    groups: dict[tuple[int, int], list[shapely.Polygon]] = {}
    for (r, c), owner in cells.items():
        groups.setdefault(owner, []).append(shapely.box(100 * c, 100 * r, 100 * c + 100, 100 * r + 100))
    shapes = [shapely.union_all(parts) for parts in groups.values()]
    return gpd.GeoDataFrame(geometry=shapes, index=[7 * i + 3 for i in range(len(shapes))][::-1], crs=32632)


@given(st.integers(1, 6), st.integers(1, 6), st.lists(st.integers(0, 35), max_size=12))
@settings(deadline=None, max_examples=40)
def test_grids_that_share_a_line_differ(rows: int, columns: int, merged: list[int]) -> None:
    board = _board(rows, columns, merged)
    colour = colour_grids(board)
    assert list(colour.index) == list(board.index)
    assert colour.between(1, len(GRID_COLOURS)).all()
    shapes = board.geometry.tolist()
    for i, a in enumerate(shapes):
        for j in range(i):
            if a.boundary.intersection(shapes[j].boundary).length > 8:
                assert colour.iloc[i] != colour.iloc[j]


def test_all_six_colours_are_used_evenly_on_a_large_board() -> None:
    counts = colour_grids(_board(6, 6, [])).value_counts()
    assert len(counts) == 6
    assert counts.max() - counts.min() <= 3


def test_tints_that_look_alike_are_not_put_side_by_side_where_it_can_be_helped() -> None:
    board = _board(5, 5, [])
    colour = colour_grids(board).to_numpy()
    weak = 0
    for row in range(5):
        for column in range(5):
            here = colour[row * 5 + column]
            if column < 4:
                weak += {here, colour[row * 5 + column + 1]} in ({2, 3}, {4, 5})
            if row < 4:
                weak += {here, colour[(row + 1) * 5 + column]} in ({2, 3}, {4, 5})
    assert weak == 0


def test_the_same_grids_are_coloured_alike_each_time() -> None:
    board = _board(4, 5, [3, 8])
    assert colour_grids(board).equals(colour_grids(board.copy()))


@pytest.mark.parametrize("count", [0, 1])
def test_none_or_one_grid_is_no_special_case(count: int) -> None:
    board = _board(1, 1, []).iloc[:count]
    assert colour_grids(board).tolist() == [1] * count


@given(st.integers(1, 6), st.integers(1, 6), st.lists(st.integers(0, 35), max_size=12))
@settings(deadline=None, max_examples=40)
def test_the_grid_with_most_colours_around_it_is_always_next(rows: int, columns: int, merged: list[int]) -> None:
    board = _board(rows, columns, merged)
    around = _neighbours(board)
    colour = [0] * len(board)
    used = dict.fromkeys(range(1, 7), 0)
    while 0 in colour:
        row = max(
            (i for i, one in enumerate(colour) if not one),
            key=lambda i: (len({colour[j] for j in around[i]} - {0}), len(around[i]), -i),
        )
        beside = [colour[j] for j in around[row] if colour[j]]
        weak = {c: sum({c, other} in ({2, 3}, {4, 5}) for other in beside) for c in used}
        colour[row] = min(used, key=lambda c: (beside.count(c), weak[c], used[c], c))
        used[colour[row]] += 1
    assert colour_grids(board).tolist() == colour


def _neighbours(board: gpd.GeoDataFrame) -> list[list[int]]:
    """Positions of the grids with which each grid shares a line."""
    lines = [shape.boundary for shape in board.geometry]
    return [
        [j for j, other in enumerate(lines) if i != j and one.intersection(other).length > 8]
        for i, one in enumerate(lines)
    ]


def test_a_city_of_grids_is_coloured() -> None:
    board = _board(120, 120, [])
    colour = colour_grids(board).to_numpy().reshape(120, 120)
    assert (colour[1:] != colour[:-1]).all()
    assert (colour[:, 1:] != colour[:, :-1]).all()

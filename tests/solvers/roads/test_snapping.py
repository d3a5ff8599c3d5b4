import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.roads import StreetIndex
from gridgeo_solvers.roads.snapping import ANY

spots = st.tuples(st.integers(-3, 40), st.integers(-3, 40))
lines = st.lists(st.lists(spots, min_size=2, max_size=5), min_size=1, max_size=12)


def index_of(drawn) -> StreetIndex:
    xy = np.array([spot for line in drawn for spot in line], dtype=float)
    owner = np.repeat(np.arange(len(drawn)), [len(line) for line in drawn])
    return StreetIndex.of(xy, owner, len(drawn))


def nearest_by_hand(drawn, point, allowed) -> tuple[float, int]:
    """Least distance over all segments of allowed lines, and the first line that has it."""
    best = (np.inf, -1)
    for piece, line in enumerate(drawn):
        if not allowed[piece]:
            continue
        for a, b in zip(np.array(line, float), np.array(line, float)[1:], strict=False):
            along = b - a
            t = np.clip((point - a) @ along / (along @ along), 0, 1) if along.any() else 0.0
            off = np.hypot(*(point - a - t * along))
            if off < best[0] - 1e-9:
                best = (off, piece)
    return best


def at(drawn, piece, share) -> np.ndarray:
    """Where a share of a line lies."""
    line = np.array(drawn[piece], float)
    steps = np.hypot(*np.diff(line, axis=0).T)
    along = np.concatenate([[0], np.cumsum(steps)])
    return np.array([np.interp(share * along[-1], along, line[:, axis]) for axis in range(2)])


@settings(max_examples=150, deadline=None)
@given(drawn=lines, data=st.data())
def test_the_nearest_place_is_that_of_looking_at_every_street(drawn, data):
    points = np.array(data.draw(st.lists(st.tuples(st.floats(-60, 90), st.floats(-60, 90)), min_size=1, max_size=6)))
    label = np.array(data.draw(st.lists(st.integers(-1, 1), min_size=len(drawn), max_size=len(drawn))))
    wanted = np.array(data.draw(st.lists(st.integers(ANY, 1), min_size=len(points), max_size=len(points))))
    piece, share, off = index_of(drawn).nearest(points, label, wanted)
    for i, point in enumerate(points):
        allowed = (label >= 0) & ((wanted[i] == ANY) | (label == wanted[i]))
        least, known = nearest_by_hand(drawn, point, allowed)
        assert off[i] == pytest.approx(least, abs=1e-9)
        if known < 0:
            assert piece[i] == -1
            continue
        assert allowed[piece[i]]
        reached = at(drawn, piece[i], share[i])
        assert np.hypot(*(reached - point)) == pytest.approx(least, abs=1e-6)


def test_a_point_on_a_corner_of_two_streets_goes_to_the_first():
    drawn = [[(0, 0), (10, 0)], [(10, 0), (10, 10)]]
    piece, share, off = index_of(drawn).nearest(np.array([[10.0, 0.0]]), np.zeros(2, int), np.array([ANY]))
    assert (piece[0], share[0], off[0]) == (0, 1.0, 0.0)


def test_streets_out_of_reach_are_none():
    index = index_of([[(0, 0), (10, 0)]])
    found = [
        index.nearest(np.array([[5.0, 7.0]]), np.zeros(1, int), np.array([ANY]), within)[0][0] for within in (6.9, 7)
    ]
    assert found == [-1, 0]


def test_a_street_of_no_length_is_a_place_all_the_same():
    piece, share, off = index_of([[(3, 4), (3, 4)]]).nearest(np.zeros((1, 2)), np.zeros(1, int), np.array([ANY]))
    assert (piece[0], share[0], off[0]) == (0, 0.0, 5.0)


def test_a_vertex_that_is_no_number_is_refused_by_its_piece():
    with pytest.raises(BadProblem, match="piece 1"):
        index_of([[(0, 0), (1, 1)], [(np.nan, 0), (1, 1)]])

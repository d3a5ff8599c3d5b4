import numpy as np

from gridgeo_solvers.tracking import Cells, follow, passes


def street_and_side() -> Cells:
    """A street of 200 m in two pieces, and a side street of 60 m from its middle."""
    xy = [(0, 0), (100, 0), (100, 0), (200, 0), (100, 0), (100, 60)]
    return Cells.of([0, 1, 1], [1, 2, 3], [2, 2, 2], xy, cell_m=5)


def walked(points: list[tuple[float, float]]):
    cells = street_and_side()
    x, y = np.array(points, dtype=float).T
    return passes(cells, follow(cells, x, y, 5.0 * np.arange(len(x)), noise_m=np.full(len(x), 3.0)))


def test_a_walk_down_the_street_passes_both_pieces_along_their_direction():
    found = walked([(x, 0) for x in range(2, 200, 5)])
    assert found.piece.tolist() == [0, 1]
    assert found.way.tolist() == [1, 1]
    assert (found.low.tolist(), found.high.tolist()) == ([0, 20], [19, 39])
    assert found.begin[1] == found.end[0]
    assert 185 <= found.metres.sum() <= 200


def test_the_way_back_is_told():
    found = walked([(x, 0) for x in range(198, 0, -5)])
    assert found.piece.tolist() == [1, 0]
    assert found.way.tolist() == [-1, -1]


def test_into_a_side_street_and_out_again_is_one_pass():
    out = [(x, 0) for x in range(2, 100, 5)] + [(100, y) for y in range(2, 60, 5)]
    found = walked(out + out[::-1])
    assert found.piece.tolist() == [0, 2, 0]
    assert found.way.tolist() == [1, 0, -1]


def test_a_step_round_the_corner_is_no_pass():
    straight = [(x, 0) for x in range(2, 200, 5)]
    found = walked([*straight[:20], (100, 6), (100, 9), (100, 6), *straight[20:]])
    assert set(found.piece.tolist()) == {0, 1}


def test_a_track_without_positions_has_no_pass():
    cells = street_and_side()
    assert len(passes(cells, follow(cells, [], [], [])).piece) == 0
    assert len(passes(cells, follow(cells, [5000.0], [5000.0], [0.0])).piece) == 0

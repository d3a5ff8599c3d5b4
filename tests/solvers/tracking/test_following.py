import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.tracking import Cells, FollowParams, follow, passes, walked_share


def lattice(size: int = 4) -> Cells:
    """Streets of 100 m on all edges of a lattice; junction r, c lies at (100 c, 100 r)."""
    pairs = [((r, c), (r, c + 1)) for r in range(size) for c in range(size - 1)]
    pairs += [((r, c), (r + 1, c)) for r in range(size - 1) for c in range(size)]
    number = {(r, c): r * size + c for r, c in itertools.product(range(size), repeat=2)}
    xy = [(100.0 * c, 100.0 * r) for pair in pairs for r, c in pair]
    return Cells.of([number[a] for a, _ in pairs], [number[b] for _, b in pairs], [2] * len(pairs), xy)


def along(corners: list[tuple[float, float]], every_m: float = 5.5) -> np.ndarray:
    """Points every so many metres along a line."""
    line = np.array(corners, dtype=float)
    length = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    at = np.arange(0, length[-1], every_m)
    return np.column_stack([np.interp(at, length, line[:, 0]), np.interp(at, length, line[:, 1])])


def shares(cells: Cells, points: np.ndarray, seconds: np.ndarray, **more) -> np.ndarray:
    found = passes(cells, follow(cells, points[:, 0], points[:, 1], seconds, **more))
    return walked_share(cells, found.low, found.high)


ROUND = [(0, 0), (200, 0), (200, 200), (100, 200), (100, 100), (0, 100)]


@given(seed=st.integers(0, 10_000))
@settings(deadline=None, max_examples=25)
def test_a_noisy_walk_round_the_blocks_is_found(seed: int):
    cells, points = lattice(), along(ROUND)
    seconds = 5.0 * np.arange(len(points))
    truth = shares(cells, points, seconds, params=FollowParams(noise_m=2.0))
    noisy = points + np.random.default_rng(seed).normal(0, 10, points.shape)
    assert truth.sum() == pytest.approx(7, abs=0.15)
    assert np.abs(shares(cells, noisy, seconds) - truth).sum() < 0.6


def test_single_positions_far_off_change_nothing():
    cells, points = lattice(), along(ROUND)
    seconds = 5.0 * np.arange(len(points))
    off = points.copy()
    off[10::17] += [[90.0, 160.0]]
    assert np.abs(shares(cells, off, seconds) - shares(cells, points, seconds)).max() <= 0.1


def test_a_gap_of_two_minutes_is_bridged_along_the_street_and_one_of_ten_is_not():
    cells, points = lattice(), along([(0, 0), (300, 0)])
    keep = np.r_[0:10, 34 : len(points)]
    seconds = 5.0 * np.arange(len(points))
    assert shares(cells, points[keep], seconds[keep])[:3].min() >= 0.9
    seconds[34:] += 600
    walk = follow(cells, points[keep, 0], points[keep, 1], seconds[keep])
    assert walk.begins.sum() == 2
    assert shares(cells, points[keep], seconds[keep])[:3].sum() == pytest.approx(3 - 24 * 5.5 / 100, abs=0.15)


def test_whoever_stands_for_half_an_hour_hardly_walks():
    cells = lattice()
    random = np.random.default_rng(0)
    points = np.array([150.0, 0.0]) + random.normal(0, 10, (400, 2))
    walk = passes(cells, follow(cells, points[:, 0], points[:, 1], 5.0 * np.arange(400)))
    assert walk.metres.sum() < 100


def test_a_walk_across_a_park_is_cut_and_no_street_is_invented():
    cells = Cells.of([0, 2], [1, 3], [2, 2], [(0, 0), (300, 0), (0, 150), (300, 150)])
    points = along([(0, 0), (100, 0), (100, 150), (200, 150)])
    walk = follow(cells, points[:, 0], points[:, 1], 5.0 * np.arange(len(points)))
    assert walk.begins.sum() == 2
    found = passes(cells, walk)
    assert walked_share(cells, found.low, found.high).tolist() == pytest.approx([1 / 3, 1 / 3], abs=0.12)


def test_a_one_way_street_is_not_walked_against():
    cells = Cells.of([0], [1], [2], [(0, 0), (100, 0)], both=[False])
    walk = follow(cells, np.arange(100, 0, -5.5), np.zeros(19), 5.0 * np.arange(19))
    assert not walk.against.any()


def test_the_same_track_gives_the_same_walk():
    cells, points = lattice(), along(ROUND) + np.random.default_rng(3).normal(0, 12, (len(along(ROUND)), 2))
    one, two = (follow(cells, points[:, 0], points[:, 1], 5.0 * np.arange(len(points))) for _ in range(2))
    assert one.cell.tolist() == two.cell.tolist()


def test_a_long_track_is_followed_in_bounded_memory_as_its_parts_are():
    cells = lattice()
    lap = along([*ROUND, (0, 0)])
    points = np.concatenate([lap] * 60) + np.random.default_rng(1).normal(0, 8, (60 * len(lap), 2))
    walk = follow(cells, points[:, 0], points[:, 1], 5.0 * np.arange(len(points)))
    assert walk.begins.sum() == 1
    assert passes(cells, walk).metres.sum() == pytest.approx(60 * 800, rel=0.03)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seconds": [0, 10, 5]}, "position 2 comes before"),
        ({"x": [0, np.nan, 2]}, "not a number"),
        ({"noise_m": [1, 0, 1]}, "isn't above 0"),
        ({"y": [0]}, "one entry for each"),
    ],
)
def test_a_track_that_contradicts_itself_is_named(change, words):
    track = {"x": [0, 1, 2], "y": [0, 0, 0], "seconds": [0, 5, 10]} | change
    with pytest.raises(BadProblem, match=words):
        follow(lattice(), track.pop("x"), track.pop("y"), track.pop("seconds"), **track)


def test_nonsense_parameters_are_refused():
    with pytest.raises(BadProblem, match="noise_m is 0"):
        FollowParams(noise_m=0)

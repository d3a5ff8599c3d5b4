import numpy as np

from gridgeo_solvers.tracking import stays


def test_a_stay_among_walks_is_found_in_spite_of_noise_and_one_outlier():
    random = np.random.default_rng(2)
    out = np.column_stack([np.arange(0, 300, 5.5), np.zeros(55)])
    inside = np.array([300.0, 10.0]) + random.normal(0, 8, (120, 2))
    inside[50] += 200
    back = np.column_stack([np.arange(300, 0, -5.5), np.zeros(55)])
    points = np.concatenate([out, inside, back])
    found = stays(points[:, 0], points[:, 1], 5.0 * np.arange(len(points)))
    assert len(found.first) == 1
    assert abs(found.first[0] - 52) <= 8
    assert abs(found.last[0] - 178) <= 8
    assert np.hypot(found.x[0] - 300, found.y[0] - 10) < 6


def test_a_slow_walk_is_no_stay():
    found = stays(np.arange(0, 1000, 3.0), np.zeros(334), 5.0 * np.arange(334))
    assert len(found.first) == 0


def test_two_positions_far_apart_in_time_at_one_place_are_a_stay():
    found = stays([0.0, 5.0], [0.0, 0.0], [0.0, 1800.0])
    assert (found.first.tolist(), found.last.tolist()) == ([0], [1])


def test_no_positions_are_no_stay():
    assert len(stays([], [], []).first) == 0

import pytest

from gridgeo_solvers.check_routes import patrol_faults

STREET = {"tail": [0, 1, 1, 2], "head": [1, 0, 2, 1], "seconds": [10, 10, 20, 20], "piece": [0, 0, 1, 1]}
GOOD = ([0, 2, 3, 1], [True, True, False, False], 12 + 24 + 20 + 10)


def judge(walks, shift=100.0, left_out=()):
    return patrol_faults(
        **STREET, start=0, required=[0, 1], service=[12, 24], shift=shift, walks=walks, left_out=left_out
    )


def test_a_good_walk_has_no_fault():
    assert judge([GOOD]) == []


@pytest.mark.parametrize(
    ("walk", "fault"),
    [
        (([0, 2, 1], [True, True, False], 46), "arc 1 leaves junction 1, but the walk stands at 2"),
        (([0, 2, 3], [True, True, False], 56), "ends at junction 1, not at the start 0"),
        (([0, 2, 3, 1], [True, True, False, False], 60), "claims 60.000 s but takes 66.000 s"),
        (([0, 2, 3, 1], [True, True, False, True], 68), "piece 0 is served 2 times"),
        (([0, 1], [True, False], 22), "piece 1 is served 0 times"),
    ],
)
def test_a_fault_is_named(walk, fault):
    assert any(fault in told for told in judge([walk]))


def test_a_walk_longer_than_the_shift_is_named():
    assert judge([GOOD], shift=60.0) == ["walk 0 takes 66.0 s, longer than the shift of 60.0 s"]


def test_a_piece_left_out_must_not_be_served():
    assert judge([GOOD], left_out=[1]) == ["piece 1 is served 1 times; it should be 0 times"]

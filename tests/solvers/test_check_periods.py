import pytest

from gridgeo_solvers.check_periods import period_faults

STREETS = {"tail": [0, 1, 1, 2], "head": [1, 0, 2, 1], "seconds": [10, 10, 20, 20], "piece": [0, 0, 1, 1]}
TASKS = {
    "street": [0, 1, 0],
    "place": [-1, 3, 1],
    "service": [12, 24, 60],
    "times": [2, 1, 1],
    "allowed": [3, 3, 2],
    "most": [1, 2, 2],
}
LONG = ([0, 2, 3, 1], [(0, 0), (1, 2)], 12 + 20 + 24 + 10)
SHORT = ([0, 1], [(0, 0), (2, 1)], 12 + 60)


def judge(walks, officers=1, shift=100.0, left_out=()):
    return period_faults(
        **STREETS, **TASKS, start=0, end=0, officers=officers, shift=shift, shifts=2, walks=walks, left_out=left_out
    )


def test_good_routes_have_no_fault():
    assert judge([[LONG], [SHORT]]) == []
    assert judge([[LONG], [SHORT]] * 3) == []


@pytest.mark.parametrize(
    ("walks", "fault"),
    [
        ([[LONG], [SHORT], [LONG]], "no whole number of periods"),
        ([[LONG], [SHORT, SHORT]], "shift 1 has 2 routes for 1 officers"),
        ([[LONG], [LONG]], "task 2 is done 0 times in period 0, not 1 times"),
        ([[SHORT], [LONG]], "task 2 is done in shift 0"),
        ([[([0, 2, 1], LONG[1], 42)], [SHORT]], "arc 1 leaves junction 1, but the route stands at 2"),
        ([[([0, 2, 3], [(0, 0), (1, 2)], 56)], [SHORT]], "ends at junction 1, not at 0"),
        ([[([0, 2, 3, 1], [(0, 0), (1, 1)], 56)], [SHORT]], "arc 2 doesn't pass the street of task 1"),
        ([[LONG], [([0, 1], [(2, 0), (0, 1)], 72)]], "arc 0 doesn't pass the street of task 2"),
        ([[(*LONG[:2], 60)], [SHORT]], "claims 60.000 s but takes 66.000 s"),
        ([[LONG], [([0, 1], [(2, 1)], 70)], [SHORT], [SHORT]], "task 0 has gaps of 1 to 2 shifts, 1 at the most"),
    ],
)
def test_a_fault_is_named(walks, fault):
    assert any(fault in told for told in judge(walks))


def test_a_route_longer_than_the_shift_is_named():
    assert judge([[LONG], [SHORT]], shift=70.0) == ["shift 1: a route takes 72.0 s, a shift has 70.0 s"]


def test_a_task_left_out_must_not_be_done():
    assert judge([[LONG], [SHORT]], left_out=[1]) == ["task 1 is left out and done"]

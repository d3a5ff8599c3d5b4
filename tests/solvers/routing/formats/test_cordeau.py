import math

import pytest

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.routing.formats import read_pvrp
from published import PERIOD, second_judge


def test_the_highest_digit_of_a_pattern_is_the_first_day():
    period = read_pvrp(PERIOD)
    assert period.patterns == ((), ((0, 1, 2),), ((0,), (1,), (2,)), ((0, 2),), ((1,),))
    assert (period.days, period.vehicles) == (3, 1)


def test_limits_hold_day_by_day_and_0_is_no_limit():
    period = read_pvrp(PERIOD.replace("0 10\n", "30 12\n", 1))
    assert period.capacity.tolist() == [12, 10, 10]
    assert period.longest.tolist() == [30, math.inf, math.inf]
    assert period.distances()[1, 3] == 5
    assert period.service.tolist() == [0, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("1 1 4 3", "2 1 4 3", "line 1: the type is 2, several depots; only type 1, periodic, is read"),
        ("1 1 4 3", "1 1 4", "line 1: '1 1 4' has 3 numbers; write type, vehicles, clients, days"),
        ("1 1 4 3", "1 0 4 3", "line 1: vehicles is 0; it must be at least 1"),
        ("1 1 4 3", "1 1 5 3", "the file ends in line 9"),
        ("1 1 4 3", "1 1 3 3", "line 9: stands after the last of 3 clients; line 1 counts wrong"),
        ("2  0 5  1 4 1 3 4 2 1", "3  0 5  1 4 1 3 4 2 1", "line 7: the number is 3, but client 2 belongs here"),
        ("0  0 0  0 0 0 0\n", "", "the file ends in line 8"),
        ("2  0 5  1 4 1", "2  0 5  1 -4 1", "line 7: the demand is -4; it must be at least 0"),
        ("2  0 5  1 4 1", "2  0 5  1 11 1", "line 7: the demand 11 is above the capacity 10"),
        ("2  0 5  1 4 1", "2  0 5  -1 4 1", "line 7: the service is -1; it must be at least 0"),
        ("2  0 5", "2  zero 5", "line 7: x is 'zero'; write a number"),
        ("1 3 4 2 1", "1 4 4 2 1", "line 7: says 4 patterns and has 3"),
        ("1 3 4 2 1", "1 3 4 2 3", "line 7: the pattern 3 has 2 days for 1 visits"),
        ("1 3 4 2 1", "1 3 4 2 8", "line 7: a pattern is 8; it must be from 1 to 7"),
        ("1 3 4 2 1", "4 3 4 2 1", "line 7: the number of visits is 4; it must be from 1 to 3"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(old, new, message):
    assert old in PERIOD
    with pytest.raises(BadProblem) as refused:
        read_pvrp(PERIOD.replace(old, new, 1))
    assert message in str(refused.value)


def test_a_client_too_far_for_any_pattern_is_refused():
    short = PERIOD.replace("0 10\n", "20 10\n")
    with pytest.raises(
        BadProblem, match=r"line 8: a tour to this client alone takes 21\.00, the longest allowed is 20"
    ):
        read_pvrp(short)


def test_a_client_too_far_for_one_day_may_be_called_at_on_another():
    first_short = PERIOD.replace("0 10\n", "11 10\n", 1).replace("3  6 8  1 5 2 1 5", "3  6 8  1 5 1 2 4 2")
    assert read_pvrp(first_short).patterns[3] == ((0,), (1,))


def test_a_file_cut_anywhere_is_refused():
    lines = PERIOD.strip().splitlines()
    for kept in range(len(lines)):
        with pytest.raises(BadProblem):
            read_pvrp("\n".join(lines[:kept]))


def test_published_clients_are_read_as_their_judge_reads_them(shared):
    judge = second_judge(shared / "benchmarks" / "pvrp")
    files = sorted((shared / "benchmarks" / "pvrp").glob("p*.txt"))
    assert files
    for file in files:
        ours, theirs = read_pvrp(file.read_text()), judge.parse(file)
        assert (ours.days, ours.vehicles) == (theirs["t"], theirs["m"])
        for i, node in theirs["nodes"].items():
            assert (ours.x[i], ours.y[i], ours.service[i]) == (node["x"], node["y"], node["service"])
            masks = [sum(1 << (ours.days - 1 - day) for day in chosen) for chosen in ours.patterns[i]]
            assert masks == list(dict.fromkeys(node["combos"]))

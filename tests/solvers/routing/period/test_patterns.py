from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.routing.period import even_patterns, least_gap
from gridgeo_solvers.routing.period.patterns import gap_of


@given(shifts=st.integers(1, 9), data=st.data())
def test_patterns_are_the_most_even_of_all_sets_of_shifts(shifts, data):
    allowed = data.draw(st.integers(1, (1 << shifts) - 1))
    times = data.draw(st.integers(1, allowed.bit_count()))
    days = [day for day in range(shifts) if allowed >> day & 1]

    def gaps(chosen):
        return [b - a for a, b in zip(chosen, [*chosen[1:], chosen[0] + shifts], strict=True)]

    worth = {
        sum(1 << day for day in chosen): (max(gaps(chosen)), sum(gap * gap for gap in gaps(chosen)))
        for chosen in combinations(days, times)
    }
    best = min(worth.values())
    found = even_patterns(shifts, times, allowed, 2 * shifts)
    assert found
    assert {worth[pattern] for pattern in found} == {best}
    assert least_gap(shifts, times, allowed) == best[0] == gap_of(found[0], shifts)


def test_a_gap_that_cant_be_kept_is_refused_with_the_least_one():
    with pytest.raises(BadProblem, match="3 passes in 7 shifts leave a gap of 3 shifts at the least, not 2"):
        even_patterns(7, 3, 0b1111111, 2)


def test_a_gap_over_allowed_shifts_alone_is_told_with_their_number():
    with pytest.raises(BadProblem, match=r"in 7 shifts \(2 of them allowed\) leave a gap of 6"):
        even_patterns(7, 2, 0b0000011, 4)

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo_solvers.assignment import assign_batch
from gridgeo_solvers.errors import BadProblem


@st.composite
def _times(draw: st.DrawFn) -> np.ndarray:
    """Whole seconds of up to four cases and four officers, some of whom can't be sent."""
    k, m = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    cell = st.one_of(st.integers(0, 6), st.just(np.inf))
    return np.array([[draw(cell) for _ in range(m)] for _ in range(k)], dtype=float)


def brute_force(time: np.ndarray, urgency: list[int]) -> tuple[list[int], float, float]:
    """Of every way to assign: cases served by class, the most urgent first, then the worst and the sum."""
    k, m = time.shape
    best = None
    for chosen in set(permutations([*range(m), *[-1] * k], k)):
        legs = [time[i, j] for i, j in enumerate(chosen) if j >= 0]
        if not np.isfinite(legs).all():
            continue
        served = [sum(j >= 0 for j, u in zip(chosen, urgency, strict=True) if u == c) for c in sorted(set(urgency))]
        worth = ([-n for n in served], max(legs, default=0.0), float(sum(legs)))
        best = worth if best is None else min(best, worth)
    assert best is not None
    return best


@given(time=_times(), data=st.data())
def test_no_other_way_serves_more_is_earlier_at_worst_or_less_in_sum(time: np.ndarray, data: st.DataObject) -> None:
    urgency = [data.draw(st.integers(0, 2)) for _ in time]
    batch = assign_batch(time, urgency=urgency)
    served = [sum(j >= 0 for j, u in zip(batch.officer, urgency, strict=True) if u == c) for c in sorted(set(urgency))]
    assert ([-n for n in served], batch.worst, batch.total) == brute_force(time, urgency)
    sent = batch.officer[batch.officer >= 0]
    assert len(set(sent.tolist())) == len(sent)
    assert batch.unassigned == [i for i, j in enumerate(batch.officer.tolist()) if j < 0]
    assert all(time[i, j] == s for i, (j, s) in enumerate(zip(batch.officer, batch.seconds, strict=True)) if j >= 0)


@given(time=_times(), wait=st.integers(0, 5))
def test_turns_are_officers_who_come_later(time: np.ndarray, wait: int) -> None:
    room = 2
    batch = assign_batch(time, room=room, wait=wait)
    late = np.hstack([time, time + wait])
    again = assign_batch(late)
    assert (batch.worst, batch.total) == (again.worst, again.total)
    for who in set(batch.officer.tolist()) - {-1}:
        turns = np.sort(batch.turn[batch.officer == who]).tolist()
        assert turns == list(range(len(turns)))


def test_more_cases_than_officers_leave_the_less_urgent_unassigned() -> None:
    batch = assign_batch([[1.0], [50.0], [9.0]], urgency=[2, 1, 2])
    assert (batch.officer.tolist(), batch.unassigned) == ([-1, 0, -1], [0, 2])


def test_more_officers_than_cases_leave_the_far_ones_at_home() -> None:
    assert assign_batch([[9.0, 4.0, 7.0, np.inf]]).officer.tolist() == [1]


def test_equal_times_send_the_officers_of_lower_positions() -> None:
    assert sorted(assign_batch(np.full((2, 4), 60.0)).officer.tolist()) == [0, 1]


def test_nobody_and_nothing_are_an_empty_answer() -> None:
    assert assign_batch(np.empty((0, 3))).officer.tolist() == []
    assert assign_batch(np.empty((2, 0))).unassigned == [0, 1]
    assert assign_batch([[np.inf]]).worst == 0.0


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"seconds": [[-1.0]]}, "negative or not a number"),
        ({"seconds": [[np.nan]]}, "negative or not a number"),
        ({"seconds": [[1.0]], "room": -1}, "room is negative"),
        ({"seconds": [[1.0]], "wait": -1.0}, "wait is negative"),
        ({"seconds": [[1.0]], "urgency": [1, 2]}, "1 cases but 2 urgencies"),
    ],
)
def test_numbers_that_cannot_be_used_are_refused(asked: dict[str, object], said: str) -> None:
    with pytest.raises(BadProblem, match=said):
        assign_batch(**asked)  # type: ignore[arg-type]


@pytest.mark.parametrize(("urgency", "turn"), [([5, 1], [1, 0]), ([1, 5], [0, 1]), ([1, 1], [0, 1])])
def test_of_two_cases_for_one_officer_the_urgent_one_has_the_first_turn(urgency: list[int], turn: list[int]) -> None:
    assert assign_batch([[60.0], [60.0]], room=2, wait=600.0, urgency=urgency).turn.tolist() == turn


def test_an_urgent_case_does_not_make_another_wait_beyond_the_worst_arrival() -> None:
    batch = assign_batch([[100.0], [10.0]], room=2, wait=60.0, urgency=[5, 1])
    assert (batch.turn.tolist(), batch.worst) == ([0, 1], 100.0)

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo_solvers.assignment import assign_teams
from gridgeo_solvers.errors import BadProblem


def brute_force(time: np.ndarray, skills: np.ndarray, need: np.ndarray) -> tuple[int, float, float]:
    """Most cases staffed in full, then the worst arrival, then the sum, of every way to send officers."""
    k, m = time.shape
    options = [
        [(-1, -1), *((i, s) for i in range(k) for s in np.flatnonzero(skills[j]) if np.isfinite(time[i, j]))]
        for j in range(m)
    ]
    best = (0, 0.0, 0.0)
    for chosen in product(*options):
        have = np.zeros_like(need)
        for i, s in chosen:
            if i >= 0:
                have[i, s] += 1
        full = (have == need).all(axis=1)
        if not all(full[i] for i, _ in chosen if i >= 0):
            continue
        legs = [float(time[i, j]) for j, (i, _) in enumerate(chosen) if i >= 0]
        best = min(best, (-int(full.sum()), max(legs, default=0.0), sum(legs)))
    return best


@given(data=st.data())
@settings(max_examples=15)
def test_no_other_teams_staff_more_cases_or_are_there_earlier(data: st.DataObject) -> None:
    k, m, s = 2, data.draw(st.integers(1, 4)), 2
    random = np.random.default_rng(data.draw(st.integers(0, 10_000)))
    time = random.integers(1, 9, (k, m)).astype(float)
    time[random.random((k, m)) < 0.2] = np.inf
    skills, need = random.random((m, s)) < 0.7, random.integers(0, 3, (k, s))
    need[need.sum(axis=1) == 0, 0] = 1
    teams = assign_teams(time, skills, need)
    assert (-int(teams.staffed.sum()), teams.worst, teams.total) == brute_force(time, skills, need)


def test_a_case_is_staffed_in_full_or_not_at_all() -> None:
    teams = assign_teams([[5.0, 6.0]], [[1, 0], [1, 0]], [[1, 1]])
    assert (teams.case.tolist(), teams.staffed.tolist()) == ([-1, -1], [False])


@pytest.mark.parametrize(
    ("seconds", "skills", "need", "said"),
    [
        ([[1.0]], [[1], [1]], [[1]], "1 cases and 1 officers"),
        ([[-1.0]], [[1]], [[1]], "negative"),
        ([[1.0]], [[1]], [[-1]], "case 0 needs fewer"),
        ([1.0], [[1]], [[1]], "tables"),
    ],
)
def test_tables_that_do_not_fit_are_refused(seconds: object, skills: object, need: object, said: str) -> None:
    with pytest.raises(BadProblem, match=said):
        assign_teams(seconds, skills, need)  # type: ignore[arg-type]


def test_with_too_few_officers_the_urgent_case_is_staffed_though_another_is_nearer() -> None:
    teams = assign_teams([[60.0], [90.0], [50.0]], [[1]], [[1], [1], [2]], urgency=[5, 1, 0])
    assert teams.staffed.tolist() == [False, True, False]


def test_urgent_cases_do_not_lessen_the_number_of_those_staffed() -> None:
    teams = assign_teams(np.ones((3, 2)), [[1], [1]], [[2], [1], [1]], urgency=[0, 1, 1])
    assert teams.staffed.tolist() == [False, True, True]

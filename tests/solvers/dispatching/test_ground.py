from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from emergencies import street
from gridgeo_solvers.errors import BadProblem


def test_an_officer_covers_what_is_reached_from_the_base_in_time() -> None:
    assert street(6, (1, 4)).covers(60).tolist() == [[True, True, True, False, False, False], [False] * 3 + [True] * 3]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"seconds": np.zeros((2, 2))}, "6 places, but seconds has shape"),
        ({"seconds": np.full((6, 6), np.nan)}, "not a number"),
        ({"base": np.array([9])}, "base among the places 0..5"),
        ({"demand": np.zeros(6)}, "not all of them 0"),
        ({"owner": np.full(6, 7)}, "owner among the officers 0..1"),
        ({"skills": np.array([1])}, "2 officers but 1 sets"),
    ],
)
def test_a_ground_that_contradicts_itself_is_refused(changed: dict[str, np.ndarray], said: str) -> None:
    with pytest.raises(BadProblem, match=said):
        replace(street(), **changed)

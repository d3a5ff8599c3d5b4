from __future__ import annotations

import math

import numpy as np
import pytest

from emergencies import calls, street
from gridgeo_solvers.dispatching import NearestIdle, figures, is_late, simulate


def test_figures_are_of_what_happened() -> None:
    cases = calls((0, 0), (10, 0), (20, 0), (1000, 5), limit=100.0)
    record = simulate(street(), cases, NearestIdle(), queue=False)
    told = figures(record, cases)
    assert (told.cases, told.served, told.late) == (4, 3, 2)
    assert is_late(record, cases).tolist() == [False, True, True, False]
    assert told.mean == pytest.approx((60 + 240 + 60) / 3)
    assert (told.p50, told.late_share, told.lateness) == (60, 0.5, 140)
    assert told.load.tolist() == [360 / 1360, 900 / 1360]


@pytest.mark.parametrize("moments", [[0.0], [0.0, 0.0, 0.0]])
def test_load_is_a_share_of_the_time_in_which_cases_come_and_are_worked_off(moments: list[float]) -> None:
    cases = calls(*((at, 0) for at in moments))
    record = simulate(street(), cases, NearestIdle())
    told = figures(record, cases)
    assert told.load.tolist() == (record.busy / record.done.max()).tolist()
    assert 0 < told.load.max() <= 1


def test_without_cases_a_share_is_not_a_number() -> None:
    none = calls().rows(np.array([], dtype=int))
    told = figures(simulate(street(), none, NearestIdle()), none)
    assert math.isnan(told.late_share)
    assert math.isnan(told.mean)

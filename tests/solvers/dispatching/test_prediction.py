from __future__ import annotations

import numpy as np
import pytest

from emergencies import street
from gridgeo_solvers.dispatching import (
    Ground,
    NearestIdle,
    OwnerFirst,
    draw_cases,
    figures,
    is_late,
    order_of,
    predict,
    simulate,
)

GROUND = street(10, (1, 4, 5, 8), own=30.0)
WORK = {"per_day": 140.0, "handling": 600.0, "limit": 200.0}
SPREAD = 1.0
"""Work on the spot is exponential in the model."""


@pytest.fixture(scope="module")
def cases():
    """Eighty days of cases on `GROUND`."""
    return draw_cases(GROUND.demand, days=80, spread=SPREAD, seed=7, **WORK)


@pytest.fixture(scope="module")
def seen(cases):
    """What the simulator makes of them, the nearest going."""
    return simulate(GROUND, cases, NearestIdle(), after="at home")


@pytest.mark.parametrize(("exact", "tolerance"), [(True, 0.03), (False, 0.06)])
def test_the_exact_model_is_within_3_percent_of_the_simulator_and_the_approximation_within_6(
    cases, seen, exact, tolerance
):
    told, found = predict(GROUND, **WORK, exact=exact), figures(seen, cases)
    assert told.exact == exact
    assert told.mean == pytest.approx(found.mean, rel=tolerance)
    assert told.workload == pytest.approx(found.load, abs=tolerance)
    assert told.late_share == pytest.approx(found.late_share, abs=tolerance)
    by_place = np.bincount(cases.place, weights=seen.arrived - cases.at) / np.bincount(cases.place)
    assert told.response == pytest.approx(by_place, rel=4 * tolerance)
    late = np.bincount(cases.place, weights=is_late(seen, cases)) / np.bincount(cases.place)
    assert told.late == pytest.approx(late, abs=2 * tolerance)


def test_cases_that_are_passed_on_are_predicted_too(cases):
    record = simulate(GROUND, cases, OwnerFirst(), after="home first", queue=False)
    told = predict(GROUND, **WORK, owner_first=True, queue=False, returning=True)
    assert told.waits == pytest.approx((record.officer < 0).mean(), abs=0.02)
    assert told.mean == pytest.approx(figures(record, cases).mean, rel=0.03)
    own = np.bincount(cases.place, weights=record.officer == GROUND.owner[cases.place]) / np.bincount(cases.place)
    assert told.own == pytest.approx(own, abs=0.05)


def test_the_owner_stands_first_where_asked_and_then_the_nearest():
    ground = Ground(GROUND.seconds, GROUND.base, GROUND.demand, np.where(np.arange(10) == 0, 3, -1))
    assert order_of(ground, owner_first=True)[0].tolist() == [3, 0, 1, 2]
    assert order_of(ground)[0].tolist() == [0, 1, 2, 3]


def test_a_place_without_demand_is_told_as_what_would_happen_there():
    quiet = Ground(GROUND.seconds, GROUND.base, np.where(np.arange(10) == 0, 0.0, 1.0), GROUND.owner)
    told = predict(quiet, **WORK)
    assert np.isfinite(told.response).all()
    assert told.response[0] == pytest.approx(predict(GROUND, **WORK).response[0], rel=0.1)

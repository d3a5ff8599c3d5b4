"""The best plan of a few rows is the best of all plans, whatever the rules."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridgeo_solvers.partition.ground.few import best_of_few, is_few
from gridgeo_solvers.partition.ground.parts import parts_of
from small_partitions import all_plans, cases


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cases(), st.sampled_from(["compactness", "boundary", "cuts"]))
def test_a_few_rows_are_cut_as_well_as_by_looking_at_every_plan(case, objective):
    problem, _ = case
    for part in parts_of(replace(problem, objective=objective)):
        for k in (2, 3):
            if not is_few(part, k) or k > part.n:
                continue
            best = best_of_few(part, k)
            least = min((plan.value.cost for plan in all_plans(part, k)), default=None)
            assert (best is None) == (least is None)
            if best is not None:
                assert best.feasible
                assert best.value.cost == pytest.approx(least, rel=1e-9, abs=1e-9)

from __future__ import annotations

import numpy as np
import pytest

from gridgeo.dispatch import Work, compare_response, predict_response, simulate_response
from gridgeo.errors import BadInput

WORK = Work(per_day=90, days=60, limit_min=5, handling_min=20, after="at home", profile=np.ones(24), seed=3)


def test_a_prediction_is_within_4_percent_of_the_simulation(plan):
    told = predict_response(plan, work=WORK).figures
    seen = simulate_response(plan, ("owner",), work=WORK).policies.iloc[0]
    assert told["exact"]
    assert told["mean_min"] == pytest.approx(seen["mean_min"], rel=0.04)
    assert told["mean_load"] == pytest.approx(seen["mean_load"], rel=0.04)
    assert told["late_share"] == pytest.approx(seen["late_share"], abs=0.02)


def test_busy_hours_make_response_longer_than_their_average(plan):
    from dataclasses import replace

    flat, peaked = (
        predict_response(plan, work=replace(WORK, per_day=150, profile=profile)).figures["mean_min"]
        for profile in (np.ones(24), np.where(np.arange(24) < 12, 1.6, 0.4))
    )
    assert peaked > flat


def test_a_grid_that_grew_is_told_to_have_a_busier_officer(plan):
    moved = plan.move(list(plan.assignment.index[plan.assignment == "02"])[:8], "01")
    measures, areas = compare_response(plan, moved, work=WORK)
    told = measures.set_index("measure")
    assert told.loc["highest_load", "Δ"] > 0
    assert (told["B"] - told["A"]).to_numpy() == pytest.approx(told["Δ"].to_numpy(), abs=1e-4)
    assert set(areas["area"]) == set(plan.jurisdiction.area_at(plan.rules.finest))
    same, _ = compare_response(plan, plan, work=WORK)
    assert (same["Δ"] == 0).all()


def test_more_work_than_hands_is_refused_with_the_mend(plan):
    with pytest.raises(BadInput, match="would grow for ever; give fewer cases a day"):
        predict_response(plan, work=Work(per_day=10_000))

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from gridgeo import crs
from gridgeo.dispatch import Work, simulate_response
from gridgeo.errors import BadInput
from gridgeo_solvers.dispatching.policies import OneByOne

WORK = Work(per_day=60, days=4, limit_min=5, handling_min=15)


def test_policies_work_off_the_same_cases_and_are_told_by_grid_and_officer(plan):
    found = simulate_response(plan, ("owner", "nearest"), work=WORK)
    assert found.policies["policy"].tolist() == ["owner", "nearest"]
    assert found.policies["cases"].nunique() == 1
    by_grid = found.grids.groupby("policy")["cases"].sum()
    by_officer = found.officers.groupby("policy")["cases"].sum()
    assert by_grid.tolist() == by_officer.tolist() == found.policies["served"].tolist()
    assert len(found.grids) == 12
    assert found.grids.crs == plan.jurisdiction.crs


def test_the_offline_optimum_is_below_every_policy(plan):
    work = Work(per_day=120, days=3, limit_min=4, handling_min=20, after="home first", queue=False)
    found = simulate_response(plan, ("nearest", "coverage"), work=work, offline=True)
    assert (found.policies["ratio"] >= 1).all()
    assert found.meta["proven"]
    with pytest.raises(BadInput, match="home first"):
        simulate_response(plan, work=WORK, offline=True)


def log_of(plan, rows, **columns):
    """Cases of units at times, as a table."""
    spots = plan.jurisdiction.units.geometry.iloc[[unit for unit, _ in rows]].representative_point()
    lon, lat = crs.transform(spots.x.to_numpy(), spots.y.to_numpy(), plan.jurisdiction.crs, crs.WGS84)
    times = [time for _, time in rows]
    return pd.DataFrame({"case": range(len(rows)), "lon": lon, "lat": lat, "reported": times, **columns})


def test_a_log_is_replayed_by_shifts_and_skills(plan):
    crew = pd.DataFrame(
        {
            "officer": ["wang", "li"],
            "grid": ["01", "06"],
            "skills": ["first aid", None],
            "from": ["08:00", "20:00"],
            "to": ["20:00", "23:00"],
        }
    )
    log = log_of(
        plan,
        [(0, "2026-11-27T09:00"), (90, "2026-11-27T08:30"), (0, "2026-11-27T21:00"), (5, "2026-11-28T09:00")],
        skills=[None, None, None, "first aid"],
        handling_min=[5, 5, 5, 5],
    )
    found = simulate_response(plan, ("nearest",), work=WORK, officers=crew, cases=log)
    # 28 November is a Saturday: wang comes back on Monday, after the end of the log's shifts.
    assert found.officers.set_index("officer")["cases"].to_dict() == {"wang": 2, "li": 1}
    assert found.policies["served"].tolist() == [3]


def test_a_log_without_times_and_a_day_without_cases_are_refused(plan):
    with pytest.raises(BadInput, match="no column 'reported'"):
        simulate_response(plan, cases=log_of(plan, [(0, "2026-11-27T09:00")]).drop(columns="reported"))
    with pytest.raises(BadInput, match="no case comes in"):
        simulate_response(plan, work=Work(per_day=0.01, days=0.1))
    with pytest.raises(BadInput, match="per_day is 0"):
        simulate_response(plan, work=Work(per_day=0.0))


@dataclass(frozen=True)
class LeastBusy(OneByOne):
    """The policy of the how-to."""

    def price(self, situation):
        return np.broadcast_to(situation.load, situation.seconds.shape)


def test_a_policy_of_ones_own_is_simulated_beside_those_with_names(plan):
    found = simulate_response(plan, ("nearest", LeastBusy()), work=WORK)
    assert found.policies["policy"].tolist() == ["nearest", "LeastBusy"]

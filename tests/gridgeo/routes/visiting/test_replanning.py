from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan
from gridgeo.routes.visiting import VisitPlan, replan
from visitings import START, month_faults

NOW = datetime(2026, 11, 30, 8, 45)


def busiest(made: VisitPlan) -> str:
    """The officer with most visits later on the first day."""
    today = made.routes.stops[(made.routes.stops["date"] == str(START)) & (made.routes.stops["begin"] > "08:45")]
    return str(today["officer"].value_counts().idxmax())


@pytest.fixture(scope="module")
def without(made: VisitPlan) -> VisitPlan:
    """The month after the busiest officer dropped out at a quarter to nine on the first day."""
    return replan(made, now=NOW, sick=[busiest(made)])


def test_the_past_is_frozen(made: VisitPlan, without: VisitPlan):
    keys = ["officer", "day", "door", "number", "begin", "leave"]
    past, after = (
        plan.booked.stops.query("day == 0 and begin <= 31500")[keys].reset_index(drop=True) for plan in (made, without)
    )
    pd.testing.assert_frame_equal(past, after)
    assert len(past)


def test_the_mended_plan_passes_the_judge(made: VisitPlan, without: VisitPlan):
    without.routes.check()
    faults = month_faults(without)
    # The officer who dropped out wasn't away when the plan was made: nothing else is wrong.
    assert faults == []
    sick = made.field.officers["officer"].tolist().index(busiest(made))
    later = without.booked.stops.query("day == 0 and begin > 31500")
    assert not (later["officer"] == sick).any()


def test_what_the_sick_officer_leaves_is_made_by_others_or_later(made: VisitPlan, without: VisitPlan):
    told = without.routes.meta["replanned"]
    assert told["lost"] > 0
    assert told["no_longer_made"] == len(without.booked.left_out) - len(made.booked.left_out)
    due = int(made.field.due["count"].sum())
    made_now = len(without.booked.stops.drop_duplicates(["door", "number"]))
    assert made_now + len(without.booked.left_out) == due


def test_other_officers_keep_their_visits(made: VisitPlan, without: VisitPlan):
    sick = made.field.officers["officer"].tolist().index(busiest(made))
    keys = ["officer", "day", "door", "number"]
    others = made.booked.stops[made.booked.stops["officer"] != sick]
    kept = pd.MultiIndex.from_frame(others[keys]).isin(pd.MultiIndex.from_frame(without.booked.stops[keys]))
    assert kept.mean() >= 0.9


def test_doors_keep_the_officers_they_know(made: VisitPlan, without: VisitPlan):
    told = without.routes.meta["replanned"]
    assert told["kept_officer_elsewhere"] >= 0.9
    assert told["kept_officer"] <= told["kept_officer_elsewhere"]
    before, after = (plan.routes.meta["continuity"] for plan in (made, without))
    assert before >= 0.8
    assert after >= before - 0.05


def test_a_closed_door_is_called_at_another_day(made: VisitPlan):
    later = made.booked.stops.query("day == 0 and begin > 31500")
    door = made.field.doors["door"].iloc[int(later["door"].iloc[0])]
    mended = replan(made, now=NOW, closed=[door])
    today = mended.routes.stops[mended.routes.stops["date"] == str(START)]
    assert not ((today["what"] == door) & (today["begin"] > "08:45")).any()
    assert month_faults(mended) == []


def test_an_urgent_visit_is_made_today(made: VisitPlan, plan: Plan):
    building = plan.jurisdiction.buildings["building"].iloc[-1]
    urgent = pd.DataFrame({"door": ["leak"], "building": [building], "minutes": [10.0]})
    mended = replan(made, now=NOW, urgent=urgent, plan=plan)
    stop = mended.routes.stops[mended.routes.stops["what"] == "leak"]
    assert stop["date"].tolist() == [str(START)]
    assert (stop["begin"] >= "08:45").all()
    assert mended.routes.meta["replanned"]["kept_officer"] >= 0.9
    assert month_faults(mended) == []


def test_nothing_changes_where_nothing_happened(made: VisitPlan):
    assert replan(made, now=NOW) is made


def test_routes_of_other_days_stay_as_they_were_drawn(made: VisitPlan, without: VisitPlan):
    late = str(made.field.date_of(10))
    old = made.routes.routes[made.routes.routes["date"] >= late].reset_index(drop=True)
    new = without.routes.routes[without.routes.routes["date"] >= late].reset_index(drop=True)
    assert old["geometry"].geom_equals(new["geometry"]).all()
    assert np.allclose(old["minutes"], new["minutes"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"now": datetime(2027, 6, 1)}, "2027-06-01 lies outside the plan"),
        ({"sick": ["Nobody"]}, "officer 'Nobody' isn't in the plan"),
        ({"closed": ["nowhere"]}, "door 'nowhere' isn't in the plan"),
        ({"urgent": pd.DataFrame({"door": ["x"], "lon": [7.4], "lat": [43.7], "minutes": [1]})}, "need the plan"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(made: VisitPlan, change, message):
    with pytest.raises(BadInput, match=message):
        replan(made, **{"now": NOW} | change)


def test_an_urgent_door_of_a_known_name_is_refused(made: VisitPlan, plan: Plan):
    building = plan.jurisdiction.buildings["building"].iloc[0]
    urgent = pd.DataFrame({"door": ["d00"], "building": [building], "minutes": [10.0]})
    with pytest.raises(BadInput, match="door 'd00' is in the plan already"):
        replan(made, now=NOW, urgent=urgent, plan=plan)

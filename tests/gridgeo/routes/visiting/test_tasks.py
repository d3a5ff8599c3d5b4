import pandas as pd
import pytest

from gridgeo.plans.plan import Plan
from gridgeo.routes.visiting import check_visits, join_tasks, plan_visits, saved
from gridgeo_solvers.routing.visiting import Wishes
from visitings import START


@pytest.fixture
def tasks(plan: Plan) -> pd.DataFrame:
    """Three departments' tasks at each of eight doors."""
    buildings = plan.jurisdiction.buildings["building"].iloc[:8].tolist()
    forms = {"civil": ("name; phone; income", 12.0), "health": ("name; phone; pills", 10.0), "fire": ("name", 6.0)}
    rows = [
        {
            "task": f"{who}-{i}",
            "door": f"d{i}",
            "building": where,
            "minutes": minutes,
            "fields": fields,
            "every": "monthly",
        }
        for i, where in enumerate(buildings)
        for who, (fields, minutes) in forms.items()
    ]
    return pd.DataFrame(rows)


def test_tasks_at_one_door_become_one_stop_and_shared_fields_are_asked_once(plan: Plan, tasks: pd.DataFrame):
    stops = join_tasks(check_visits(tasks, plan), field_s=60)
    assert stops["door"].tolist() == [f"d{i}" for i in range(8)]
    # 12 + 10 + 6 minutes, less name and phone for health and name for fire.
    assert stops["minutes"].tolist() == pytest.approx([25.0] * 8)
    assert stops["fields"].iloc[0] == ("name", "phone", "income", "pills")
    assert stops["tasks"].iloc[0] == ("civil-0", "health-0", "fire-0")


def test_tasks_whose_windows_do_not_meet_stay_apart(plan: Plan, tasks: pd.DataFrame):
    early = tasks["task"].str.startswith("civil")
    apart = tasks.assign(
        **{"to": early.map({True: "09:00", False: None}), "from": early.map({True: None, False: "10:00"})}
    )
    stops = join_tasks(check_visits(apart, plan))
    assert len(stops) == 16
    assert set(stops["door"]) == {f"d{i}{end}" for i in range(8) for end in ("", "/2")}


def test_a_joined_stop_meets_all_windows_skills_and_persons(plan: Plan, tasks: pd.DataFrame):
    two = tasks.iloc[:2].assign(
        **{
            "from": ["08:00", "09:00"],
            "to": ["11:00", "12:00"],
            "skills": ["a", "b"],
            "persons": [1, 2],
            "priority": [1, 5],
        }
    )
    stop = join_tasks(check_visits(two, plan)).iloc[0]
    assert (stop["from_min"], stop["to_min"]) == (540, 660)
    assert (stop["skills"], stop["persons"], stop["priority"]) == (("a", "b"), 2, 5)


def test_joining_saves_visits_metres_and_minutes(plan: Plan, tasks: pd.DataFrame):
    joined, apart = (
        plan_visits(plan, tasks, start=START, days=7, iterations=60, wishes=Wishes(balance=0.0), join=join)
        for join in (True, False)
    )
    told = saved(apart.routes, joined.routes)
    assert told["visits"] == {"apart": 24.0, "joined": 8.0, "saved": 16.0}
    metres = [float(plan.routes.routes["length_m"].sum()) for plan in (apart, joined)]
    assert told["metres"]["saved"] == pytest.approx(metres[0] - metres[1], abs=0.11)
    assert told["minutes"]["saved"] >= 8 * 3 * 20 / 60
    assert joined.routes.stops["tasks"].iloc[0].count(";") == 2

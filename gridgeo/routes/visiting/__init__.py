"""Visits over days: lists, officers, frequencies, plans, changes, and the files they go into."""

from gridgeo.routes.visiting.frequency import Frequency, read_frequency
from gridgeo.routes.visiting.lists import check_visits
from gridgeo.routes.visiting.officers import check_officers
from gridgeo.routes.visiting.planning import VisitPlan, plan_again, plan_visits
from gridgeo.routes.visiting.replanning import replan
from gridgeo.routes.visiting.tasks import join_tasks, saved
from gridgeo.routes.visiting.writing import write_visits

__all__ = [
    "Frequency",
    "VisitPlan",
    "check_officers",
    "check_visits",
    "join_tasks",
    "plan_again",
    "plan_visits",
    "read_frequency",
    "replan",
    "saved",
    "write_visits",
]

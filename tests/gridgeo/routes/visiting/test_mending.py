from datetime import datetime

import numpy as np

from gridgeo.routes.visiting import VisitPlan
from gridgeo.routes.visiting.changes import Change
from gridgeo.routes.visiting.mending import Local

NOW = datetime(2026, 11, 30, 8, 45)
NONE = np.zeros(0, dtype=np.int64)


def around(made: VisitPlan, away: int) -> Local:
    """What may move when an officer is away from a quarter to nine on the first day."""
    change = Change(made.field, made.booked, 0, 8.75 * 3600, np.array([away]), NONE, NONE)
    return Local(change, change.officers(8), 5)


def test_a_lost_visit_prefers_the_officer_who_makes_most_visits_of_its_door(made: VisitPlan):
    away = int(made.booked.stops.query("day == 0 and begin > 31500")["officer"].mode().iloc[0])
    local = around(made, away)
    lost = np.flatnonzero(local.entries["kind"] == "lost")
    assert len(lost)
    own = local.problem().doors.own
    for row in lost:
        door = int(local.entries["door"].iloc[row])
        by = made.booked.stops.query("door == @door")["officer"].value_counts()
        if made.field.due["count"][door] > 1:
            assert by[local.who[own[row]]] == by.max()
        else:
            assert own[row] == -1


def test_a_visit_that_stays_prefers_the_officer_who_makes_it(made: VisitPlan):
    local = around(made, int(made.booked.stops["officer"].iloc[0]))
    own = local.problem().doors.own
    for row in np.flatnonzero(local.entries["kind"] == "stays"):
        crew = local.crews[local.entries["door"].iloc[row], local.entries["number"].iloc[row]]
        assert local.who[own[row]] in crew

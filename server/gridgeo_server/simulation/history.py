"""The last two hours of a simulated town, so that a new board is not empty.

Each past case goes through the desk with the time at which it is said to have happened; its events are flagged
as simulated like all others of the simulation.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from gridgeo_server.cases import store as case_store
from gridgeo_server.cases.service import Desk
from gridgeo_server.cases.wishes import Actor
from gridgeo_server.simulation.incidents import Incidents
from gridgeo_server.store import Transaction

PAST: tuple[tuple[str, float, tuple[tuple[str, float], ...]], ...] = (
    ("street_stall", 150, (("start", 12), ("handle", 31), ("check", 45), ("close", 46))),
    ("road_cleaning", 139, (("start", 20), ("handle", 52), ("check", 60), ("close", 63))),
    ("noise", 128, (("start", 35), ("handle", 71), ("check", 80), ("close", 84))),
    ("vehicle_on_pavement", 121, (("start", 9), ("handle", 18), ("check", 25), ("close", 25))),
    ("exposed_rubbish", 110, (("start", 15), ("handle", 28), ("check", 41), ("close", 44))),
    ("street_stall", 104, (("start", 14), ("return", 22))),
    ("noise", 83, (("start", 16), ("return", 30))),
    ("help_wanted", 77, (("start", 6), ("handle", 21), ("check", 30), ("close", 31))),
    ("fire_hazard", 54, (("start", 10),)),
    ("manhole_cover", 47, (("start", 11), ("handle", 29))),
    ("standing_water", 38, ()),
    ("exposed_rubbish", 26, (("start", 12),)),
    ("help_wanted", 26, (("start", 8), ("return", 15))),
    ("noise", 7, ()),
    ("vehicle_on_pavement", 3, ()),
)
"""Kind of case, minutes since its report, and what was done how many minutes after it."""


def write_history(
    transaction: Transaction, desk: Desk, incidents: Incidents, random: np.random.Generator, now: datetime
) -> None:
    """Write the cases of `PAST`, in the order of time."""
    steps: list[tuple[datetime, int, str]] = []
    for number, (_, ago, done) in enumerate(PAST):
        reported = now - timedelta(minutes=ago)
        steps.append((reported, number, "report"))
        steps += [(reported + timedelta(minutes=after), number, action) for action, after in done]
    names: dict[int, str] = {}
    simulated = Actor(None, None, simulated=True)
    for at, number, action in sorted(steps):
        if at > now:
            continue
        if action == "report":
            category = desk.categories[PAST[number][0]]
            names[number] = desk.report(transaction, incidents.draw(random, category), at, simulated).case
            continue
        case = case_store.get(transaction.connection, names[number])
        if case.responder is not None or action in {"check", "close"}:
            by_officer = action in {"start", "handle", "return"}
            actor = Actor(case.responder, case.responder_name, simulated=True) if by_officer else simulated
            desk.act(transaction, case.case, action, at, actor)

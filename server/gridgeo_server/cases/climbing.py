"""How a case goes up: grid, community, subdistrict, district, each level once, when its time is up or nobody below can go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gridgeo_server.cases import desk_clocks, store, timing
from gridgeo_server.cases.model import Case
from gridgeo_server.cases.stages import machine
from gridgeo_server.cases.steps import Deed, Steps
from gridgeo_server.cases.wishes import Actor
from gridgeo_server.clocks import Calendar
from gridgeo_server.store import Transaction
from gridgeo_server.store.instants import to_text
from gridgeo_server.texts import Text, say

AT_ONCE = 500
"""Most cases that are looked at in one transaction, for a level or an answer that is due."""


@dataclass(frozen=True)
class Climbing:
    """Takes cases up the levels.

    Parameters
    ----------
    calendar
        By which limits are counted.
    """

    steps: Steps
    calendar: Calendar

    def climb(self, transaction: Transaction, now: datetime) -> list[Case]:
        """Take every case whose time for it has come up a level, each level once, however late this is done.

        At most `AT_ONCE` cases; call it again until none is left.
        """
        climbed = []
        for case in store.to_escalate(transaction.connection, now, AT_ONCE):
            deed = Deed.of(transaction, now, Actor(simulated=case.simulated))
            while (why := _over(case, now)) is not None:
                case = self.escalate(deed, case, why, None, None if why == "overdue" else why)
            climbed.append(case)
        return climbed

    def escalate(self, deed: Deed, case: Case, why: str, note: Text | None, step: str | None = None) -> Case:
        """Take a case up a level; `step` is the clock of the desk of which the level above knows by it."""
        levels, level = machine().levels, case.level + 1
        following = timing.rung_at(self.calendar, timing.limit_of(case), case.due_at, level)
        since = {"overdue": case.escalate_at, step: case.desk_due_at}.get(why)
        data = {
            "level": level,
            "from": levels[case.level].level,
            "to": levels[level].level,
            "why": why,
            "since": None if since is None else to_text(since),
            "clock": {"escalate_at": None if following is None else to_text(following)},
        }
        if step is not None:
            data["step"] = step
        if note is not None:
            data["note_zh"] = note.told("zh")
        rung = (len(levels) - 1) * case.reopened + level
        return self.steps.append(deed, case, "escalate", case.stage, None if note is None else str(note), data, rung)

    def rise(self, deed: Deed, case: Case, level: int) -> Case:
        """Take a case up to a level, step by step, since nobody below it has the skill."""
        while case.level < level:
            case = self.escalate(deed, case, "no_skill", say("event.no_skill"))
        return case

    def set_clocks(self, transaction: Transaction, now: datetime) -> int:
        """Give open cases of stores that knew no levels the moment at which they go up one; how many they were."""
        found = store.without_levels(transaction.connection, len(machine().levels) - 1)
        for case in found:
            rung = timing.rung_at(self.calendar, timing.limit_of(case), case.due_at, case.level)
            clock = {"escalate_at": None if rung is None else to_text(rung)}
            deed = Deed.of(transaction, now, Actor(simulated=case.simulated))
            self.steps.step(deed, case, "set_clocks", data={"clock": clock})
        return len(found)


def _over(case: Case, now: datetime) -> str | None:
    """What takes a case up a level at `now`: that its time is up, or a clock of the desk; None where nothing does."""
    handling = case.escalate_at if case.handled_at is None else None
    due = [moment for moment in (handling, case.desk_due_at) if moment is not None and moment <= now]
    if not due:
        return None
    return "overdue" if handling == min(due) else desk_clocks.over(case.desk_clocks, now)

"""Cases that need a skill: whoever has it in the own grid goes, then in the areas above, and each step up is told once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from gridgeo_server.cases import store as case_store
from gridgeo_server.cases.categories import Categories
from gridgeo_server.cases.levels import level_between
from gridgeo_server.cases.model import Case
from gridgeo_server.cases.rebuilding import differences
from gridgeo_server.cases.sweeping import Sweep
from gridgeo_server.cases.wishes import Actor, Report
from gridgeo_server.responders import store as responder_store
from gridgeo_server.responders.duty import DutyCalendar, Shift
from gridgeo_server.state import State
from gridgeo_server.town import Town
from towns import lattice_town

GRIDS = {"officer-01": ("W0",), "officer-04": ("W1",), "officer-03": ("E0",), "officer-05": ("E1",)}


@pytest.fixture(scope="session")
def nested() -> Town:
    """The lattice town in four grids, two in its western quarter and two in the eastern."""
    place = lattice_town(8, 12)
    grids = [f"{'WE'[i % 12 >= 6]}{i // 48}" for i in range(len(place.units))]
    units = pd.Index(place.units["unit"], name="unit")
    return Town(Plan(place, pd.Series(grids, index=units), Rules(k=4, within="quarter")))


@pytest.fixture
def skilled(state: State, nested: Town) -> State:
    """A server of the town with two quarters, in which noise needs somebody who can mediate."""
    rows = [
        replace(row, skills=("mediation",) if row.category == "noise" else ()) for row in state.desk.categories.all()
    ]
    return replace(state, desk=replace(state.desk, categories=Categories(rows, ""), serving=lambda: nested))


@pytest.fixture
def able(skilled: State) -> Any:
    """Gives the skill to some officers, and to nobody else."""

    def give(*officers: str) -> None:
        def work(transaction: Any) -> None:
            for one in responder_store.everybody(transaction.connection):
                skills = ("mediation",) if one.responder in officers else ("climbing",)
                grids = GRIDS.get(one.responder, ())
                responder_store.put(transaction.connection, replace(one, skills=skills, grids=grids))

        skilled.store.write(work)

    return give


@pytest.fixture
def open_case(at: Any) -> Any:
    """Reports a case in the north-west."""

    def report(state: State, category: str = "noise") -> Case:
        lon, lat = at(100, 100)
        return state.store.write(lambda t: state.desk.report(t, Report(category, lon, lat), state.clock(), Actor()))

    return report


def steps(state: State, case: Case) -> list[tuple[str, str, str]]:
    with state.store.reading() as connection:
        assert list(differences(connection)) == []
        events = case_store.events_of(connection, case.case)
    return [(one.data["why"], one.data["from"], one.data["to"]) for one in events if one.action == "escalate"]


def test_the_level_between_a_case_and_an_officer_is_the_lowest_area_that_has_both(
    skilled: State, able: Any, open_case: Any, nested: Town
) -> None:
    able()
    case = open_case(skilled)
    with skilled.store.reading() as connection:
        officers = {one.responder: one for one in responder_store.everybody(connection)}
    told = {name: level_between(nested, case, one) for name, one in officers.items()}
    assert told == {**dict.fromkeys(told, 3), "officer-01": 0, "officer-04": 1, "officer-03": 2, "officer-05": 2}


def test_who_has_the_skill_in_the_own_grid_goes_though_others_stand_nearer(
    skilled: State, able: Any, open_case: Any
) -> None:
    able("officer-01", "officer-04")
    case = open_case(skilled)
    assert (case.responder, case.level, steps(skilled, case)) == ("officer-01", 0, [])
    with skilled.store.reading() as connection:
        offered, refused = skilled.desk.sending.candidates(connection, case)
    assert [(one.officer.responder, one.rank) for one in offered] == [("officer-01", 1), ("officer-04", 2)]
    assert ", has the skill, own grid, 1 open case" in offered[0].explanation()
    assert "，具备技能，本网格，" in offered[0].explanation("zh")
    words = {one.officer.responder: (one.code, one.reason, one.reason_zh) for one in refused}
    assert words["officer-02"] == ("no_skill", "lacks the skill mediation", "不具备技能：mediation")


def test_a_case_goes_up_step_by_step_to_whoever_has_the_skill(skilled: State, able: Any, open_case: Any) -> None:
    able("officer-03")  # in the east
    case = open_case(skilled)
    assert (case.responder, case.level) == ("officer-03", 2)
    assert steps(skilled, case) == [("no_skill", "grid", "community"), ("no_skill", "community", "subdistrict")]


def test_a_case_for_which_nobody_has_the_skill_stands_at_the_top_and_waits(
    skilled: State, able: Any, open_case: Any
) -> None:
    able()
    case = open_case(skilled)
    assert (case.stage, case.level, [one[0] for one in steps(skilled, case)]) == ("accepted", 3, ["no_skill"] * 3)
    able("officer-05")
    (sent,) = skilled.store.write(lambda t: skilled.desk.sending.waiting(t, skilled.clock(), Actor()))
    assert (sent.responder, len(steps(skilled, case))) == ("officer-05", 3)
    other = open_case(skilled, "street_stall")
    assert (other.stage, other.level) == ("dispatched", 0)


def test_who_has_no_shift_isnt_sent_until_it_begins_and_then_goes_by_itself(state: State, open_case: Any) -> None:
    shifts = {f"officer-0{n}": (Shift(600, 1_080),) for n in range(1, 7)}  # from ten; it is nine
    desk = replace(state.desk, duty=DutyCalendar(state.desk.calendar.zone, shifts))
    state = replace(state, desk=desk)
    sweep = Sweep()
    assert sweep.look(state) == 0
    case = open_case(state)
    assert (case.stage, case.responder) == ("accepted", None)
    with state.store.reading() as connection:
        _, refused = desk.sending.candidates(connection, case, state.clock())
    assert {(one.code, one.reason_zh) for one in refused} == {("off_shift", "不在班次内，10:00上班")}
    state.clock.pass_seconds(1_799)
    assert sweep.look(state) == 0
    state.clock.now = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)
    assert sweep.look(state) == 1
    with state.store.reading() as connection:
        assert case_store.get(connection, case.case).stage == "dispatched"
    assert [one[0] for one in steps(state, case)] == ["nobody"]

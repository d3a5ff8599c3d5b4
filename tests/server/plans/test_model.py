from __future__ import annotations

import itertools
from datetime import UTC, date, datetime

import pytest

from gridgeo_server.errors import BadRequest, OutOfOrder
from gridgeo_server.plans import model
from gridgeo_server.plans.model import STATES, STEPS, PlanRecord

TODAY = date(2026, 11, 18)


def _plan(state: str) -> PlanRecord:
    made = datetime(2026, 11, 18, tzinfo=UTC)
    return PlanRecord("P-2026-001", "x", "P-2026-001", 1, None, state, 1, "u", "c", {}, {}, {}, made, None, "Li")


def test_every_state_but_the_last_leads_to_the_next_and_none_leads_back() -> None:
    for start, to in itertools.pairwise(STATES):
        assert model.step_to(_plan(start), to).to == to
    for step in STEPS:
        assert STATES.index(step.to) >= STATES.index(step.start)
    assert model.following("retired") == []


@pytest.mark.parametrize("start", STATES)
@pytest.mark.parametrize("to", STATES)
def test_a_step_is_either_declared_or_refused(start: str, to: str) -> None:
    if (start, to) in {(step.start, step.to) for step in STEPS}:
        assert model.step_to(_plan(start), to).start == start
    else:
        with pytest.raises(OutOfOrder, match="P-2026-001"):
            model.step_to(_plan(start), to)


def test_nobody_brings_a_plan_back_to_a_draft() -> None:
    with pytest.raises(OutOfOrder, match="new version"):
        model.permission_for("draft")


def test_only_a_draft_is_changed_and_only_before_approval_a_plan_is_renamed() -> None:
    for state in STATES:
        for check, open_in in ((model.check_changeable, ("draft",)), (model.check_nameable, STATES[:3])):
            if state in open_in:
                check(_plan(state))
            else:
                with pytest.raises(OutOfOrder, match="new version"):
                    check(_plan(state))


def test_a_dated_step_begins_today_or_later_and_no_other_step_has_a_day() -> None:
    enforce, retire = (next(step for step in STEPS if step.to == to) for to in ("in_force", "retired"))
    assert model.effective_date(enforce, TODAY, TODAY) == TODAY
    assert model.effective_date(retire, None, TODAY) == TODAY
    for step, day in ((enforce, None), (enforce, date(2026, 11, 17)), (STEPS[0], TODAY)):
        with pytest.raises(BadRequest):
            model.effective_date(step, day, TODAY)

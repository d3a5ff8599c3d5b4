from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from emergencies import calls, street
from gridgeo_solvers.dispatching import Cases, NearestIdle, Reoptimised, draw_cases, simulate
from gridgeo_solvers.errors import BadProblem

GROUND = street(6, (1, 4))


def test_whoever_is_free_and_nearest_goes_and_the_others_wait_for_them() -> None:
    record = simulate(GROUND, calls((0, 0), (10, 0), (20, 0)), NearestIdle(), after="stays")
    assert record.officer.tolist() == [0, 1, 0]
    assert record.arrived.tolist() == [60, 250, 360]
    assert record.done.tolist() == [360, 550, 660]
    assert record.busy.tolist() == [660, 540]


@pytest.mark.parametrize(
    ("after", "arrived"),
    [("on the way", 460 + 60), ("home first", 460 + 60), ("at home", 460 + 60), ("stays", 460 + 120)],
)
def test_after_a_case_one_is_sent_from_where_the_rule_says(after: str, arrived: float) -> None:
    ground = street(6, (1,))
    record = simulate(ground, calls((0, 0), (460, 2)), NearestIdle(), after=after)  # type: ignore[arg-type]
    assert record.arrived[1] == arrived


def test_on_the_way_home_one_is_between_two_places() -> None:
    # Back from place 5 since second 540, home at place 1 at 780: half-way at 660.
    record = simulate(street(6, (1,)), calls((0, 5), (660, 3)), NearestIdle())
    assert record.arrived[1] == 660 + 120  # never earlier than by the streets: place 3 is 2 minutes from both ends
    first_home = simulate(street(6, (1,)), calls((0, 5), (660, 3)), NearestIdle(), after="home first")
    assert first_home.arrived[1] == 780 + 120


def test_without_a_queue_cases_are_passed_on() -> None:
    record = simulate(GROUND, calls((0, 0), (10, 0), (20, 0), (2000, 0)), NearestIdle(), queue=False)
    assert record.officer.tolist() == [0, 1, -1, 0]
    assert np.isinf(record.arrived[2])


def test_off_duty_nobody_is_sent_and_what_was_begun_is_finished() -> None:
    duty = np.array([[0, 0.0, 50.0], [1, 1000.0, 2000.0]])
    record = simulate(GROUND, calls((0, 0), (100, 1)), NearestIdle(), duty=duty)
    assert record.officer.tolist() == [0, 1]
    assert record.done[0] == 360
    assert record.sent.tolist() == [0, 1000]


def test_only_who_has_the_skills_is_sent() -> None:
    ground = replace(GROUND, skills=np.array([0b01, 0b11]))
    cases = replace(calls((0, 0), (400, 0), (800, 0)), need=np.array([0b10, 0b01, 0b100]))
    record = simulate(ground, cases, NearestIdle(), after="at home")
    assert record.officer.tolist() == [1, 0, -1]


def test_urgent_cases_overtake_those_that_wait() -> None:
    cases = replace(calls((0, 0), (1, 0), (2, 0)), urgency=np.array([1, 1, 0]))
    assert simulate(street(6, (1,)), cases, NearestIdle()).sent.argsort().tolist() == [0, 2, 1]


def test_an_officer_on_the_way_is_sent_elsewhere_and_never_to_two_cases_at_once() -> None:
    ground = street(20, (0, 19))
    cases = calls((0, 10), (120, 3))
    one = simulate(ground, cases, NearestIdle())
    both = simulate(ground, cases, Reoptimised())
    assert one.officer.tolist() == [1, 0]
    busy = draw_cases(np.ones(20), days=3, per_day=150, limit=600, handling=600, seed=2)
    record = simulate(ground, busy, Reoptimised(NearestIdle()))
    assert record.turned > 0
    assert np.isfinite(record.arrived).all()
    for who in (0, 1):
        mine = np.argsort(np.where(record.officer == who, record.sent, np.inf))[: (record.officer == who).sum()]
        assert (record.done[mine][:-1] <= record.sent[mine][1:]).all()
    assert both.arrived.max() <= one.arrived.max()


def test_time_that_an_officer_who_turned_round_spent_is_counted_once() -> None:
    ground = street(20, (0, 19))
    busy = draw_cases(np.ones(20), days=2, per_day=100, limit=600, handling=600, seed=3)
    plain, turned = (simulate(ground, busy, one, after="at home") for one in (NearestIdle(), Reoptimised()))
    for record in (plain, turned):
        work = np.bincount(record.officer, weights=record.done - record.sent, minlength=2)
        assert (record.busy >= work - 1e-6).all()
    assert plain.busy == pytest.approx(np.bincount(plain.officer, weights=plain.done - plain.sent, minlength=2))


def test_the_same_cases_and_policy_give_the_same_record() -> None:
    cases = draw_cases(np.ones(6), days=2, per_day=80, limit=150, handling=300, seed=1)
    one, two = (simulate(GROUND, cases, NearestIdle()) for _ in range(2))
    assert one.arrived.tolist() == two.arrived.tolist()


def test_an_empty_day_has_no_record() -> None:
    none = np.empty(0)
    assert simulate(GROUND, Cases(none, none.astype(int), none, none), NearestIdle()).officer.tolist() == []


def test_places_and_shifts_that_are_not_there_are_refused() -> None:
    with pytest.raises(BadProblem, match="place 9"):
        simulate(GROUND, calls((0, 9)), NearestIdle())
    with pytest.raises(BadProblem, match="shift of officer 7"):
        simulate(GROUND, calls((0, 0)), NearestIdle(), duty=np.array([[7, 0.0, 1.0]]))

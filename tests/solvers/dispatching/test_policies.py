from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from emergencies import street
from gridgeo_solvers.dispatching import (
    Coverage,
    Farsighted,
    NearestIdle,
    OwnerFirst,
    Policy,
    Reoptimised,
    Situation,
)

FAR = np.inf
GROUND = street(6, (1, 4))
EVERY = (
    NearestIdle(),
    OwnerFirst(),
    Coverage.of(GROUND, 150),
    Farsighted.of(GROUND, 150, per_day=50, handling=600),
    Reoptimised(),
    Reoptimised(NearestIdle()),
)


@pytest.mark.parametrize("policy", EVERY, ids=lambda one: type(one).__name__)
def test_every_policy_names_only_whom_it_may_and_nobody_twice(policy: Policy) -> None:
    seconds = np.array([[60.0, FAR], [30.0, 90.0], [10.0, FAR]])
    situation = Situation.of(seconds, limit=150.0, owner=1, urgency=np.array([1, 1, 0]))
    chosen = policy.assign(situation)
    sent = chosen[chosen >= 0]
    assert len(set(sent.tolist())) == len(sent)
    assert all(np.isfinite(seconds[case, who]) for case, who in enumerate(chosen) if who >= 0)
    assert chosen.tolist() == policy.assign(situation).tolist()
    for case in range(3):
        assert sorted(policy.order(situation, case).tolist()) == np.flatnonzero(np.isfinite(seconds[case])).tolist()


def test_the_nearest_goes_to_the_urgent_case_first_then_to_the_older_one() -> None:
    situation = Situation.of(
        np.array([[10.0, 20.0], [10.0, 20.0], [10.0, 20.0]]),
        urgency=np.array([1, 0, 1]),
        waited=np.array([5.0, 0.0, 9.0]),
    )
    assert NearestIdle().assign(situation).tolist() == [-1, 0, 1]


def test_cases_in_hand_put_an_officer_back() -> None:
    situation = Situation.of(np.array([[10.0, 20.0]]), load=np.array([1.0, 0.0]))
    assert NearestIdle().order(situation, 0).tolist() == [0, 1]
    assert NearestIdle(busy=60).order(situation, 0).tolist() == [1, 0]


def test_the_owner_goes_first_unless_patience_ends() -> None:
    situation = Situation.of(np.array([[10.0, 500.0, 20.0]]), owner=1)
    assert OwnerFirst().order(situation, 0).tolist() == [1, 0, 2]
    assert OwnerFirst(patience=300).order(situation, 0).tolist() == [0, 2, 1]
    assert OwnerFirst().order(Situation.of(np.array([[10.0, FAR, 20.0]]), owner=1), 0).tolist() == [0, 2]


def test_coverage_keeps_the_officer_whom_nobody_replaces() -> None:
    # Officers 0 and 1 wait side by side, officer 2 alone; a case between them is nearer to officer 2.
    ground = street(8, (1, 2, 5))
    case = ground.seconds[ground.base, 4][None, :]
    situation = Situation.of(case, limit=150.0)
    assert NearestIdle().assign(situation).tolist() == [2]
    assert Coverage.of(ground, 180, busy=0.3).assign(situation).tolist() == [1]
    assert Farsighted.of(ground, 180, 50, 600).assign(situation).tolist() == [1]


def test_coverage_lets_nobody_come_late_who_could_be_in_time() -> None:
    ground = street(8, (1, 2, 5))
    situation = Situation.of(ground.seconds[ground.base, 4][None, :], limit=90.0)
    assert Coverage.of(ground, 180).assign(situation).tolist() == [2]
    assert Farsighted.of(ground, 180, 50, 600).assign(situation).tolist() == [2]


def test_who_is_about_to_be_free_counts_as_another_who_is_at_hand() -> None:
    # Officer 2 is away; the nearer she is to coming back, the less officer 1, beside her, is missed.
    ground = street(8, (1, 5, 5))
    seconds = np.array([[180.0, 60.0, FAR]])
    policy = Farsighted.of(ground, 180, 50, 600)
    prices = [
        policy.price(replace(Situation.of(seconds, limit=300.0), back=np.array([0.0, 0.0, back])))[0, 1]
        for back in (30.0, 300.0, 900.0)
    ]
    assert prices[0] < prices[1] < prices[2]


def test_what_is_not_begun_is_assigned_anew_when_that_is_better() -> None:
    # Officer 0 is on the way to case 0; case 1 appears beside him, and officer 1 can take the first one over.
    seconds, sent = np.array([[100.0, 120.0], [10.0, 400.0]]), np.array([0, -1])
    assert Reoptimised().assign(Situation.of(seconds, sent=sent)).tolist() == [1, 0]
    assert Reoptimised(NearestIdle()).assign(Situation.of(seconds, sent=sent)).tolist() == [1, 0]
    assert Reoptimised(NearestIdle(), switch=500.0).assign(Situation.of(seconds, sent=sent)).tolist() == [0, 1]


@pytest.mark.parametrize("policy", [Reoptimised(), Reoptimised(NearestIdle()), NearestIdle()])
def test_where_there_are_too_few_officers_the_older_case_is_served_however_far(policy: Policy) -> None:
    seconds = np.array([[50.0], [900.0]])
    assert policy.assign(Situation.of(seconds, waited=np.array([0.0, 10.0]))).tolist() == [-1, 0]
    assert policy.assign(Situation.of(seconds, waited=np.array([10.0, 0.0]))).tolist() == [0, -1]

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from emergencies import calls, street
from gridgeo_solvers.dispatching import (
    Cases,
    Coverage,
    Ground,
    NearestIdle,
    OwnerFirst,
    draw_cases,
    fewest_late,
    figures,
    simulate,
)


def brute_force(ground: Ground, cases: Cases) -> int:
    """Late or passed on in the best of all choices of an officer, or none, for every case."""
    best = len(cases)
    for chosen in product([-1, *range(ground.officers)], repeat=len(cases)):
        home, late = np.zeros(ground.officers), 0
        for i, who in enumerate(chosen):
            if who < 0:
                late += 1
                continue
            if home[who] > cases.at[i]:
                break
            way = ground.seconds[ground.base[who], cases.place[i]]
            late += way > cases.limit[i]
            home[who] = cases.at[i] + way + cases.handling[i] + ground.seconds[cases.place[i], ground.base[who]]
        else:
            best = min(best, late)
    return best


@pytest.mark.parametrize("seed", range(5))
def test_no_choice_of_all_has_fewer_late_arrivals(seed: int) -> None:
    ground = street(6, (1, 4))
    cases = draw_cases(np.ones(6), days=0.25, per_day=26, limit=130, handling=700, seed=seed).rows(slice(0, 6))
    found = fewest_late(ground, cases)
    assert found.proven
    assert found.late == brute_force(ground, cases)


@pytest.mark.parametrize("policy", [NearestIdle(), OwnerFirst(), Coverage.of(street(6, (1, 4)), 130)])
def test_no_policy_is_better_than_the_bound(policy: NearestIdle) -> None:
    ground = street(6, (1, 4))
    cases = draw_cases(np.ones(6), days=4, per_day=60, limit=130, handling=500, seed=3)
    record = simulate(ground, cases, policy, after="home first", queue=False)
    assert fewest_late(ground, cases).bound <= figures(record, cases).late


def test_the_choice_is_told_and_keeps_to_the_rules() -> None:
    ground = street(6, (1, 4))
    cases = draw_cases(np.ones(6), days=1, per_day=60, limit=130, handling=500, seed=4)
    found = fewest_late(ground, cases)
    late = 0
    home = np.zeros(2)
    for i, who in enumerate(found.officer.tolist()):
        if who < 0:
            late += 1
            continue
        assert home[who] <= cases.at[i]
        way = ground.seconds[ground.base[who], cases.place[i]]
        late += way > cases.limit[i]
        home[who] = cases.at[i] + 2 * way + cases.handling[i]
    assert late == found.late


def test_a_day_without_cases_has_no_late_ones() -> None:
    assert fewest_late(street(), calls().rows(np.array([], dtype=int))).late == 0

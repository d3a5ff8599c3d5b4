import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo_solvers.routing.visiting.chain import cheapest_chain
from gridgeo_solvers.routing.visiting.facts import facts_of
from visitings import chance_problem

DAYS = 7


def rhythm_facts(count: int, least: int, most: int, first_to: int, last_from: int):
    """Facts of one door with the given rhythm over seven days."""
    facts = facts_of(chance_problem(0, doors=1, officers=1, days=DAYS, pairs=0, often=0))
    one = {"visits": count, "least": least, "most": most, "first_from": 0, "first_to": first_to}
    one |= {"last_from": last_from, "last_to": DAYS - 1}
    return facts._replace(**{name: np.array([value]) for name, value in one.items()})


def brute(
    price: np.ndarray, kept: list[int], least: int, most: int, first_to: int, last_from: int, skip: float
) -> float:
    """The cheapest days by trying all, each visit also left out for `skip`."""
    count, best = len(price), np.inf
    for days in itertools.product([*range(DAYS), -1], repeat=count):
        if any(k >= 0 and d != k for k, d in zip(kept, days, strict=True)):
            continue
        made = [(k, d) for k, d in enumerate(days) if d >= 0]
        cost = (
            sum(price[k, d] for k, d in made) + (count - len(made)) * skip
            if len(made) < count
            else sum(price[k, d] for k, d in made)
        )
        if made:
            (k, d), (j, e) = made[0], made[-1]
            left = count - 1 - j
            fits = k * least <= d <= first_to + k * most and last_from - left * most <= e <= DAYS - 1 - left * least
            fits &= all(
                (b[0] - a[0]) * least <= b[1] - a[1] <= (b[0] - a[0]) * most for a, b in itertools.pairwise(made)
            )
            if not fits:
                continue
        best = min(best, cost)
    return best


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(0, 3),
    st.integers(0, 6),
    st.integers(0, 6),
    st.integers(0, 10**6),
    st.sampled_from([np.inf, 3.0]),
)
def test_the_cheapest_of_all_patterns_of_days_is_found(count, least, more, first_to, last_from, seed, skip):
    random = np.random.default_rng(seed)
    price = random.choice([1.0, 2.0, 5.0, np.inf], (count, DAYS))
    kept = np.where(random.random(count) < 0.2, random.integers(0, DAYS, count), -1)
    for visit in np.flatnonzero(kept >= 0):
        price[visit] = np.inf
        price[visit, kept[visit]] = 0.0
    facts = rhythm_facts(count, least, least + more, first_to, last_from)
    days = np.empty(count, dtype=np.int64)
    found = cheapest_chain(facts, 0, price, kept, skip, days)
    assert found == pytest.approx(brute(price, kept.tolist(), least, least + more, first_to, last_from, skip))
    if np.isfinite(found):
        made = [k for k in range(count) if days[k] >= 0]
        assert found == pytest.approx(
            sum(price[k, days[k]] for k in made) + (count - len(made)) * skip
            if len(made) < count
            else sum(price[k, days[k]] for k in made)
        )

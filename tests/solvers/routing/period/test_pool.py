import numpy as np
import pytest
from hypothesis import given, settings

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.routing.period import mix, pool_of, solve_period
from periods import faults, periods, square_period


@settings(max_examples=5, deadline=None)
@given(period=periods())
def test_every_draw_keeps_every_gap_and_is_at_most_the_share_longer(period):
    plan = solve_period(period, steps=100)
    pool = pool_of(period, plan, longer=0.3, slot=60.0, allotments=3, orders=1, steps=100)
    mixture = mix(period, pool)
    drawn = mixture.draw(pool, 3, seed=4)
    assert faults(period, [way.routes for shifts in drawn for way in shifts] or plan.shifts, plan.left_out) == []
    for shifts in drawn:
        assert sum(way.seconds for way in shifts) <= 1.3 * pool.best * (1 + 1e-9)
        assert all(late >= 0 for way in shifts for late in way.out)


@settings(max_examples=4, deadline=None)
@given(period=periods())
def test_the_same_seed_draws_the_same(period):
    plan = solve_period(period, steps=100)
    pools = [pool_of(period, plan, slot=60.0, allotments=2, orders=1, steps=100, seed=3) for _ in range(2)]
    first, again = ([[way.routes for way in shifts] for shifts in mix(period, pool).draw(pool, 2, 7)] for pool in pools)
    assert first == again


@pytest.mark.parametrize(("options", "words"), [({"longer": -0.1}, "-10% longer"), ({"slot": 0.0}, "slot of 0")])
def test_nonsense_is_refused_by_name(options, words):
    period = square_period()
    with pytest.raises(BadProblem, match=words):
        pool_of(period, solve_period(period, steps=20), **options)


@settings(max_examples=4, deadline=None)
@given(period=periods())
def test_the_promised_gap_is_kept_by_the_street_and_not_above_its_greatest(period):
    pool = pool_of(period, solve_period(period, steps=100), slot=60.0, allotments=3, orders=1, steps=100)
    assert (pool.gap <= period.most[pool.tasks]).all()
    assert (np.ceil(period.shifts / period.times[pool.tasks]) <= pool.gap).all()

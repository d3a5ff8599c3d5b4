import numpy as np
import pytest

from gridgeo_solvers.routing.tours import worth_of
from gridgeo_solvers.routing.tours.annealing import anneal, begin, restore, total
from gridgeo_solvers.routing.tours.reading import days_of, lay
from gridgeo_solvers.routing.tours.tables import state_of, tables_of
from tiny_tours import tiny

KINDS = [{}, {"two_modes": True}, {"days": 3}, {"two_modes": True, "days": 3}]


def walked(problem, steps):
    """Tables and state after some steps at a high temperature, limits at a low price."""
    tables = tables_of(problem, problem.patterns)
    state = state_of(tables, 5)
    price = np.ones(2)
    begin(tables, state, price)
    record = np.full(2, np.inf)
    anneal(tables, state, price, steps, 50.0, 50.0, 0.1, 6.0, 0.5, 0.5, record, False)
    return tables, state


@pytest.mark.parametrize("fields", KINDS)
def test_rows_that_were_changed_bit_by_bit_are_worth_what_they_cost_anew(fields):
    problem = tiny(3, n=14, **fields)
    tables, state = walked(problem, 400)
    kept = total(tables, state, np.ones(2))
    for slot, row in enumerate(state.row):
        state.best_size[slot] = state.size[row]
        state.best_stop[slot] = state.stop[row]
    days = days_of(tables, state, all_vehicles=False)
    assert worth_of(problem, days).cost == kept[0]
    restore(tables, state)
    assert total(tables, state, np.ones(2)) == kept


@pytest.mark.parametrize("fields", KINDS)
def test_every_visit_knows_its_slot(fields):
    problem = tiny(4, n=14, **fields)
    tables, state = walked(problem, 400)
    found = np.full_like(state.slot_of, -1)
    for slot, row in enumerate(state.row):
        found[state.stop[row, 1 : state.size[row] + 1], tables.day[slot]] = slot
    assert (found == state.slot_of).all()
    days = ((found >= 0) << np.arange(tables.days)).sum(axis=1)
    assert (days == state.have).all()
    assert all(mask in sets for mask, sets in zip(days.tolist(), problem.patterns, strict=True))


def test_routes_that_are_laid_are_read_again():
    problem = tiny(6, two_modes=True, days=2, n=4)
    tables, state = walked(problem, 50)
    days = days_of(tables, state, all_vehicles=False)
    lay(tables, state, days)
    assert days_of(tables, state, all_vehicles=False) == days

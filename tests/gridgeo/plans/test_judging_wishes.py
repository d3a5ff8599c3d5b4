"""The judge finds every broken wish for certain units, and agrees with the walks that the solver is given."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from gridgeo.graphs import unit_travel_seconds
from gridgeo.plans.judging import check
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Band, Rules

WIDE = {"households": Band(tolerance=0.9)}


def columns(town, names):
    """A plan that gives each of the six columns of blocks the grid of its letter in `names`."""
    units = town.units["unit"]
    return pd.Series([names[i % 6] for i in range(len(units))], index=pd.Index(units, name="unit"))


def faults(town, names, **wishes):
    rules = Rules(**({"k": len(set(names)), "balance": WIDE} | wishes))
    return check(town, Plan(town, columns(town, names), rules)).faults


@pytest.mark.parametrize(
    ("wishes", "rule", "text"),
    [
        ({"keep_apart": (("U000", "U007"),)}, "keep apart", "units U000 and U007 must lie in different grids"),
        ({"seeds": ("U000", "U008")}, "seeds", "grid A holds two seeds, U000 and U008"),
        ({"seeds": ("U000", "U003"), "fix": {"U004": "U000"}}, "seeds", "unit U004 lies in grid B, but is fixed to"),
        ({"splits": 0, "split_level": "jurisdiction"}, "splits", "jurisdiction Lattice is split between grids A, B"),
        ({"reach": 2.0}, "reach", "grid A: from unit"),
    ],
)
def test_a_broken_wish_is_named_with_its_units(lattice, wishes, rule, text):
    found = faults(lattice, "AAABBB", **wishes)
    assert {fault.rule for fault in found} == {rule}
    assert text in found[0].text


@pytest.mark.parametrize(
    "wishes",
    [
        {"keep_apart": (("U000", "U003"),)},
        {"seeds": ("U000", "U003"), "fix": {"U001": "U000", "U003": "U003"}},
        {"splits": 1, "split_level": "jurisdiction"},
        {"splits": 0, "split_level": "quarter"},
        {"reach": 60.0},
    ],
)
def test_a_kept_wish_is_no_fault(lattice, wishes):
    assert not faults(lattice, "AAABBB", **wishes)


def test_a_range_of_grids_is_judged_by_its_ends_and_the_mean_of_what_there_is(lattice):
    area = {"area": Band(tolerance=0.1)}
    assert not faults(lattice, "AAABBB", k=(2, 3), balance=area)
    assert not faults(lattice, "AABBCC", k=(2, 3), balance=area)
    assert {fault.rule for fault in faults(lattice, "ABCDEF", k=(2, 3), balance=WIDE)} >= {"count"}


def test_targets_are_judged_for_the_grid_that_holds_the_seed(lattice):
    wishes = {"balance": {"area": Band(tolerance=0.1)}, "targets": {"area": (40_000.0, 200_000.0)}}
    assert not faults(lattice, "ABBBBB", seeds=("U000", "U005"), **wishes)
    found = faults(lattice, "ABBBBB", seeds=("U005", "U000"), **wishes)
    assert [(fault.rule, fault.grid) for fault in found] == [("balance", "A"), ("balance", "B")]


def test_several_levels_are_judged_each(villages):
    rules = Rules(k=2, balance=WIDE, within="quarter,village")
    found = check(villages, Plan(villages, columns(villages, "AAABBB"), rules)).faults
    assert {(fault.rule, fault.grid) for fault in found} == {("nesting", "A"), ("nesting", "B")}
    assert "another village" in found[0].text


def test_a_link_of_the_planner_joins_the_pieces_of_a_grid(lattice):
    assert {fault.rule for fault in faults(lattice, "ABBBBA")} == {"contiguity"}
    assert not faults(lattice, "ABBBBA", links=(("U000", "U005"),))


@pytest.mark.parametrize("place", ["lattice", "monaco"])
def test_the_judge_walks_as_long_as_the_solver_is_told(place, request):
    town = request.getfixturevalue(place)
    seconds = unit_travel_seconds(town)
    longest = np.maximum(seconds, seconds.T).max() / 60
    whole = Plan(town, pd.Series("A", index=town.units["unit"]), Rules(k=1))
    for share, rules in ((1 - 1e-4, {"reach"}), (1 + 1e-4, set())):
        wanted = Rules(k=1, reach=longest * share)
        assert {fault.rule for fault in check(town, whole, wanted).faults} == rules


def test_the_order_and_index_of_the_units_change_no_verdict(lattice):
    order = np.random.default_rng(5).permutation(len(lattice.units))
    shuffled = dataclasses.replace(lattice, units=lattice.units.iloc[order].set_index(pd.Index(range(7, 31))))
    rules = Rules(k=2, balance=WIDE, reach=2.0, seeds=("U000", "U008"), keep_apart=(("U000", "U007"),))
    plan = columns(lattice, "AAABBB")
    assert (
        check(shuffled, Plan(shuffled, plan, rules)).reasons() == check(lattice, Plan(lattice, plan, rules)).reasons()
    )

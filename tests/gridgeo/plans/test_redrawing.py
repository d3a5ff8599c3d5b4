"""A plan in force drawn anew under a planner's rules: what moves, what stays, what it is called, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from gridgeo import check, pareto, redraw
from gridgeo.errors import BadInput, NoFeasiblePlan
from gridgeo.plans.plan import Plan
from gridgeo.plans.redraw_choices import RedrawChoice, pareto_table, undominated, write_pareto
from gridgeo.plans.rules import Band, Rules
from gridgeo_solvers.progress import Progress
from towns import lattice_town


class Notes(Progress):
    """Keeps what is noted."""

    def __init__(self):
        self.texts = []

    def note(self, text):
        self.texts.append(text)


def tiles(rows, columns, high, wide):
    """A lattice town and a plan of tiles of `high` × `wide` blocks, numbered row by row from 01."""
    town = lattice_town(rows, columns)
    across = columns // wide
    names = [f"{i // columns // high * across + i % columns // wide + 1:02d}" for i in range(rows * columns)]
    identities = pd.DataFrame({"code": [f"C{n}" for n in sorted(set(names))]}, index=sorted(set(names)))
    assignment = pd.Series(names, index=town.units["unit"])
    return town, Plan(town, assignment, Rules(k=len(set(names))), identities=identities)


@pytest.fixture(scope="module")
def uneven():
    """24 blocks in six grids of four, whose households lie up to a third from their mean."""
    return tiles(4, 6, 2, 2)


@pytest.fixture(scope="module")
def small_grids():
    """A town like Kongtong's: 12 grids of four blocks each, far below what an officer can do."""
    return tiles(6, 8, 2, 2)


def test_the_new_plan_keeps_the_new_rules_and_tells_what_moved(uneven):
    town, plan = uneven
    assert not check(town, plan).ok
    redrawn = redraw(town, plan, balance={"households": 0.12})
    assert check(town, redrawn.plan).ok
    assert redrawn.moves["households"].sum() == redrawn.households_moved == redrawn.moved["households"].sum()
    assert redrawn.status == "optimal"
    assert redrawn.bound == redrawn.households_moved
    assert (redrawn.moved["from"] != redrawn.moved["to"]).all()
    assert 0 < redrawn.share_moved < 0.5


def test_grids_that_go_on_keep_identifier_code_and_owner_and_new_ones_take_no_old_name(uneven):
    town, plan = uneven
    grown = redraw(town, plan, officers=1, balance={"households": 0.3})
    assert set(plan.assignment) < set(grown.plan.assignment)
    assert grown.new_grids == ["07"]
    assert grown.plan.identities.loc["03", "code"] == "C03"
    assert grown.plan.identities.loc["07", "code"] == "07"


def test_a_new_grid_takes_no_code_that_another_grid_has(uneven):
    town, plan = uneven
    coded = replace(plan, identities=plan.identities.assign(code=["07", "08", "C3", "C4", "C5", "C6"]))
    assert redraw(town, coded, officers=1, balance={"households": 0.3}).new_grids == ["09"]


def test_one_officer_less_dissolves_the_grid_whose_end_moves_least(uneven):
    town, plan = uneven
    fewer = redraw(town, plan, officers=-1, balance={"households": 0.3})
    assert len(fewer.dissolved) == 1
    assert fewer.plan.assignment.nunique() == 5
    assert fewer.bound == fewer.households_moved


def test_locked_grids_and_units_stay(uneven):
    town, plan = uneven
    free = redraw(town, plan, balance={"households": 0.2})
    unit, grid = free.moved["unit"].iloc[0], free.moved["to"].iloc[0]
    held = redraw(town, plan, balance={"households": 0.2}, lock_units=[unit])
    assert held.plan.assignment[unit] == plan.assignment[unit]
    assert held.households_moved >= free.households_moved
    assert grid in set(plan.assignment)
    quiet = next(g for g in sorted(set(plan.assignment)) if g not in {*free.moved["from"], *free.moved["to"]})
    locked = redraw(town, plan, balance={"households": 0.2}, lock=[f"C{quiet}"])
    assert (locked.plan.assignment == quiet).equals(plan.assignment == quiet)


def test_grids_outside_the_areas_stay_whatever_the_new_rules_say(uneven):
    town, plan = uneven
    units = town.units.set_index("unit")
    households = units["households"].groupby(plan.assignment).sum()
    outside = sorted(set(plan.assignment[units["area"] != "west"]) - set(plan.assignment[units["area"] == "west"]))
    inside = households.drop(outside)
    most = int(inside.max()) - 1
    households_outside = households[outside]
    assert households_outside.max() > most, "an outer grid has more than the rules allow"
    heard = Notes()
    redrawn = redraw(town, plan, households=(0, most), areas=["west"], progress=heard)
    loads = redrawn.plan.grids.set_index("grid")["households"]
    assert loads[outside].equals(households_outside.astype(loads.dtype))
    assert loads.drop(outside).max() <= most
    assert any("outside the areas that are drawn anew stay" in note for note in heard.texts)


def test_a_locked_grid_inside_the_areas_is_held_to_the_rules(uneven):
    town, plan = uneven
    units = town.units.set_index("unit")
    west = plan.assignment[units["area"] == "west"].iloc[0]
    most = int(units["households"][plan.assignment == west].sum()) - 1
    with pytest.raises(NoFeasiblePlan, match=f"grid {west} is locked and has"):
        redraw(town, plan, households=(0, most), areas=["west"], lock=[west])


def test_units_outside_the_areas_never_move():
    town, plan = tiles(4, 6, 4, 2)
    redrawn = redraw(town, plan, balance={"households": 0.35}, areas=["west"])
    outside = town.units["unit"][town.units["area"] != "west"]
    assert (redrawn.plan.assignment[outside] == plan.assignment[outside]).all()


def test_a_cap_too_low_is_refused_with_what_the_rules_need(uneven):
    town, plan = uneven
    with pytest.raises(NoFeasiblePlan, match=r"the rules need (at least )?[\d,]+ households to move, at most \d may"):
        redraw(town, plan, balance={"households": 0.12}, max_moved=0.002)


def test_too_many_small_grids_become_as_few_as_fit_the_officers_with_few_moves(small_grids):
    town, plan = small_grids
    hours = 55.0
    redrawn = redraw(town, plan, fewest=True, officer_hours=hours, time_limit=20)
    load = redrawn.plan.grids.set_index("grid")["workload_min"]
    least = -(-plan.grids["workload_min"].sum() // (hours * 60))
    assert load.max() <= hours * 60
    assert least <= len(load) < plan.assignment.nunique()
    figures = redrawn.figures()
    assert least <= figures["grids_at_least"] <= len(load)
    assert figures["households_moved"] == redrawn.households_moved
    assert figures["at_least"] <= figures["households_moved"]
    assert 0.5 < redrawn.ties_kept <= 1
    assert set(redrawn.plan.assignment) <= set(plan.assignment)


def test_fewest_needs_to_know_what_a_grid_may_hold(uneven):
    town, plan = uneven
    with pytest.raises(BadInput, match="--officer-hours"):
        redraw(town, plan, fewest=True)


def test_a_price_of_moves_makes_borders_shorter_for_more_moves(uneven):
    town, plan = uneven
    rules = {"balance": {"households": 0.35}, "objective": "boundary"}
    dear, cheap = (redraw(town, plan, price=price, **rules) for price in (1000.0, 0.01))
    length = [one.plan.figures.objectives["boundary"] for one in (dear, cheap)]
    assert dear.households_moved <= cheap.households_moved
    assert length[1] <= length[0]
    for one in (dear, cheap):
        assert 0 < one.traded_at_least <= one.traded
        assert one.figures()["traded_at_least"] == one.traded_at_least


def test_the_rules_of_the_plan_hold_on_unless_a_wish_replaces_them(uneven):
    town, plan = uneven
    pair = ("U000", "U001")
    ruled = replace(plan, rules=replace(plan.rules, balance={"households": Band.parse(0.4)}, keep_together=(pair,)))
    redrawn = redraw(town, ruled)
    assert redrawn.plan.rules.balance == ruled.rules.balance
    assert redrawn.plan.rules.keep_together == (pair,)


def test_a_plan_that_breaks_the_new_rules_already_is_said_so(uneven):
    town, plan = uneven
    notes = Notes()
    redraw(town, plan, balance={"households": 0.12}, progress=notes)
    assert any("breaks the new rules" in text for text in notes.texts)


@pytest.mark.parametrize(
    ("wishes", "told"),
    [
        ({"lock": ["99"]}, "no grid '99'"),
        ({"lock_units": ["U999"]}, "unit 'U999' is to be locked"),
        ({"areas": ["north"]}, "no area 'north'"),
        ({"max_moved": 5}, "share of all households"),
        ({"price": -1.0}, "price is -1"),
        ({"k": 5, "officers": 1}, "in one way: k and officers"),
        ({"officers": -6}, "at least one must stay"),
        ({"fewest": True, "targets": {"U000": {"area": 9.0}}}, "targets say how many grids there are"),
        ({"price": 1.0, "objective": "diameter"}, "can't be traded against diameter"),
    ],
)
def test_wishes_that_cannot_be_held_are_refused_with_the_mend(uneven, wishes, told):
    town, plan = uneven
    with pytest.raises(BadInput, match=told):
        redraw(town, plan, **wishes)


def test_a_plan_of_other_units_is_refused(uneven):
    _, plan = uneven
    with pytest.raises(BadInput, match="other units"):
        redraw(lattice_town(4, 8), plan)


def test_no_choice_is_worse_than_another_in_everything(small_grids, tmp_path):
    town, plan = small_grids
    choices = pareto(town, plan, (7, 8), tolerances=(0.15, 0.4), officer_cost=6.5)
    assert choices == sorted(undominated(choices), key=lambda one: (one.k, one.imbalance))
    for one in choices:
        assert check(town, one.redrawn.plan).ok
    table = pareto_table(choices)
    assert (table["cost"] == table["grids"] * 6.5).all()
    write_pareto(choices, tmp_path / "choices")
    written = pd.read_csv(tmp_path / "choices" / "choices.csv")
    assert list(written["households_moved"]) == [one.households_moved for one in choices]
    assert (tmp_path / "choices" / f"plan-{len(choices)}.gpkg").exists()


def test_a_longest_walk_is_held(uneven):
    town, plan = uneven
    free = redraw(town, plan, balance={"households": 0.4})
    held = redraw(town, plan, balance={"households": 0.4}, reach=5.5)
    assert not check(town, free.plan, replace(free.plan.rules, reach=5.5)).ok
    assert check(town, held.plan).ok
    assert held.plan.rules.reach == 5.5
    assert held.bound == held.households_moved > free.households_moved


def test_an_area_is_split_between_no_more_grids_than_allowed(uneven):
    town, plan = uneven
    held = redraw(town, plan, balance={"households": 0.4}, splits=2, split_level="quarter")
    assert not check(town, plan, held.plan.rules).ok
    assert check(town, held.plan).ok


def test_targets_are_held_for_the_grid_of_each_seed_whichever_old_grid_it_continues(uneven):
    town, plan = uneven
    total = int(town.units["households"].sum())
    seeds = [group.index[0] for _, group in plan.assignment.groupby(plan.assignment)]
    targets = {seed: {"households": total / 6 * (1.4 if g % 2 else 0.6)} for g, seed in enumerate(seeds)}
    held = redraw(town, plan, targets=targets, balance={"households": 0.25})
    assert check(town, held.plan).ok
    assert set(held.plan.rules.targets) == {"households"}
    again = redraw(town, held.plan, balance={"households": 0.25})
    assert again.households_moved == 0
    assert again.plan.rules.targets == held.plan.rules.targets


def test_targets_of_the_plan_in_force_that_fit_no_more_are_told(uneven):
    town, plan = uneven
    total = int(town.units["households"].sum())
    seeds = tuple(group.index[0] for _, group in plan.assignment.groupby(plan.assignment))
    rules = Rules(6, {"households": Band(tolerance=0.4)}, seeds=seeds, targets={"households": (total / 6,) * 6})
    notes = Notes()
    redrawn = redraw(town, replace(plan, rules=rules), officers=1, balance={"households": 0.4}, progress=notes)
    assert redrawn.plan.rules.targets == {}
    assert any("targets of the plan in force" in text for text in notes.texts)


def test_a_rule_of_the_plan_in_force_holds_until_it_is_lifted(uneven):
    town, plan = uneven
    strict = replace(plan, rules=replace(plan.rules, reach=1.0, splits=5, split_level="quarter"))
    with pytest.raises(NoFeasiblePlan):
        redraw(town, strict, balance={"households": 0.4})
    lifted = redraw(town, strict, balance={"households": 0.4}, without=["reach", "splits"])
    assert (lifted.plan.rules.reach, lifted.plan.rules.splits) == (None, None)
    with pytest.raises(BadInput, match=r"no rule of a plan in force is called 'walks'; lift objective, within"):
        redraw(town, plan, without=["walks"])


def test_seeds_of_all_grids_keep_each_other_apart(uneven):
    town, plan = uneven
    seeds = [group.index[0] for _, group in plan.assignment.groupby(plan.assignment)]
    redrawn = redraw(town, plan, seeds=seeds[::-1], balance={"households": 0.35})
    assert check(town, redrawn.plan).ok


def test_a_choice_that_another_beats_is_left_out():
    good = RedrawChoice(3, 0.1, 50, 3.0, None)
    worse = RedrawChoice(3, 0.2, 60, 3.0, None)
    other = RedrawChoice(4, 0.05, 10, 4.0, None)
    assert undominated([worse, other, good]) == [good, other]


def test_a_new_grid_with_next_to_nothing_is_named_with_the_mend(uneven):
    town, plan = uneven
    heard = Notes()
    redrawn = redraw(town, plan, officers=1, balance={"households": "0:160"}, progress=heard)
    (new,) = redrawn.new_grids
    (note,) = [text for text in heard.texts if "next to no households" in text]
    assert f"new grid {new}" in note
    assert "--balance households=47:160" in note
    mended = redraw(town, plan, officers=1, balance={"households": "47:160"}, progress=(quiet := Notes()))
    assert mended.plan.grids["households"].min() >= 47
    assert not [text for text in quiet.texts if "next to no" in text]

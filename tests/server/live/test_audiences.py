from __future__ import annotations

import pytest

from gridgeo_server.cases.looking import Looker
from gridgeo_server.errors import BadRequest
from gridgeo_server.live.audiences import AREAS, Audience
from gridgeo_server.town import Town

CASE = {
    "case": "c",
    "area": "west",
    "stage": "dispatched",
    "owner": "officer-01",
    "owner_name": "Li",
    "responder": "officer-01",
    "actions": ["start", "withdraw"],
    "event": {"action": "dispatch", "actor_name": "Li", "note": "call Mrs Wang", "data": {"responder": "officer-01"}},
}
OFFICERS = {"responders": [{"responder": "a", "grids": ["01"]}, {"responder": "b", "grids": ["06"]}]}


def test_an_area_holds_the_areas_below_it_and_the_grids_of_all_of_them(town: Town) -> None:
    every, west = Audience.of(town, "town", "staff"), Audience.of(town, "west", "staff")
    assert every.areas == {"town", "west", "east"}
    assert west.areas == {"west"}
    homes = dict(zip(town.grids["grid"], town.grids["area"], strict=True))
    assert west.grids == {grid for grid, area in homes.items() if area == "west"}
    with pytest.raises(BadRequest, match="the town has no area 'north'; it has town"):
        Audience.of(town, "north", "staff")


def test_cases_and_officers_of_elsewhere_are_left_out(town: Town) -> None:
    here = Audience(areas=frozenset({"west"}), grids=frozenset({"01"}))
    assert here.told("case", CASE) == CASE
    assert here.told("case", {**CASE, "area": "east"}) is None
    assert here.told("responder", OFFICERS) == {"responders": OFFICERS["responders"][:1]}
    assert here.told("responder", {"responders": OFFICERS["responders"][1:]}) is None
    assert here.told("indicators", {"overdue": 1}) == {"overdue": 1}
    snapshot = {"cases": [CASE, {**CASE, "area": "east"}], **OFFICERS, "indicators": {}}
    assert here.told("snapshot", snapshot) == {
        "cases": [CASE],
        "responders": OFFICERS["responders"][:1],
        "indicators": {},
    }


def test_of_all_officers_it_is_told_that_there_is_none_in_the_area_any_more() -> None:
    nowhere = Audience(areas=frozenset({"west"}), grids=frozenset({"02"}))
    assert nowhere.told("responder", OFFICERS) is None
    assert nowhere.told("responder", {**OFFICERS, "all": True}) == {"responders": [], "all": True}
    assert Audience("public").told("responder", {**OFFICERS, "all": True}) is None


def test_the_public_is_shown_no_person_and_no_officer() -> None:
    public = Audience("public")
    seen = public.told("case", CASE)
    assert seen == {
        **dict.fromkeys(CASE),
        "case": "c",
        "area": "west",
        "stage": "dispatched",
        "actions": [],
        "event": {"action": "dispatch", "actor_name": None, "note": None, "data": None},
        "hidden": ["owner", "owner_name", "responder"],
    }
    assert public.told("responder", OFFICERS) is None
    assert public.told("snapshot", {"cases": [], **OFFICERS, "indicators": {}}) == {
        "cases": [],
        "responders": [],
        "indicators": {},
    }


def test_those_who_see_the_same_are_one_audience(town: Town) -> None:
    assert len({Audience.of(town, "west", "staff") for _ in range(3)} | {Audience.of(town, "west", "public")}) == 2


def test_an_officer_is_told_of_their_own_cases_in_full_and_of_themself_alone(town: Town) -> None:
    case = {**CASE, "lon": 7.41234, "lat": 43.71234}
    own, other = (Audience.of(town, None, looker=Looker("officer", name)) for name in ("officer-01", "b"))
    told = own.told("case", case)
    assert told is not None
    assert (told["owner_name"], told["event"]["note"], told["actions"]) == ("Li", "call Mrs Wang", ["start"])
    seen = other.told("case", case)
    assert seen is not None
    assert (seen["owner_name"], seen["event"]["note"], seen["actions"], seen["lon"]) == (None, None, [], 7.41234)
    assert other.told("responder", OFFICERS) == {"responders": OFFICERS["responders"][1:]}
    nobody = Audience.of(town, None, looker=Looker("officer"))
    for name, values, alike in (("case", case, {own, nobody}), ("indicators", {}, {nobody}), ("plan", {}, {nobody})):
        # What is the same for several is put into bytes once.
        assert {one.of_message(name, values) for one in (own, other)} == alike


def test_an_officer_is_told_that_a_case_outside_their_area_is_gone_when_it_was_theirs_and_nobody_else_is(
    town: Town,
) -> None:
    helper, other = (Audience.of(town, "east", looker=Looker("officer", name)) for name in ("b", "c"))
    was = {name: CASE[name] for name in ("case", "area", "stage", "owner")} | {"responder": "b"}
    sent, declined = ({**CASE, "responder": who, "was": was} for who in ("b", "officer-01"))
    told = helper.told("case", sent)
    assert told is not None
    assert (told["owner_name"], "was" in told) == ("Li", False)
    gone = {"case": "c", "gone": True}
    assert helper.of_message("case", declined).told("case", declined) == gone
    assert other.of_message("case", declined).told("case", declined) is None
    assert other.told("case", {**declined, "was": None}) is None
    # Whoever still sees the case is told the case.
    everywhere = Audience.of(town, None, looker=Looker("officer", "b")).told("case", declined)
    assert everywhere is not None
    assert (everywhere["case"], everywhere["responder"], "was" in everywhere) == ("c", None, False)


def test_whoever_speaks_for_an_area_is_told_its_own_figures_and_others_no_small_ones(town: Town) -> None:
    values = {"overdue": 3, "ok": 7, AREAS: {frozenset({"west"}): {"overdue": 1, "ok": 2}}}
    town_wide = Audience.of(town, None, looker=Looker("dispatcher"))
    west = Audience.of(town, None, looker=Looker("dispatcher").within(town, "west"))
    assert town_wide.told("indicators", values) == {"overdue": 3, "ok": 7}
    assert west.told("indicators", values) == {"overdue": 1, "ok": 2}
    assert (town_wide.scope, west.scope) == (None, west)
    for nobody in (Audience.of(town, None, "public"), Audience.of(town, None, looker=Looker("planner"))):
        assert nobody.told("indicators", values) == {"overdue": None, "ok": 7, "suppressed": True}

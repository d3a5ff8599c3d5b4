"""Codes and matchings stay what they were. `renew.py identities` writes new ones where a change is meant."""

import dataclasses
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from identities import COMMUNITY, LETTERS, matchings, numbers, striped  # noqa: E402

from gridgeo.plans.continuity import keep_identities  # noqa: E402
from gridgeo.plans.plan import Plan  # noqa: E402
from gridgeo.register.schemes import SCHEMES  # noqa: E402


def kept(name):
    return json.loads((HERE / "values" / f"{name}.json").read_text(encoding="utf-8"))


def test_every_preset_numbers_monaco_as_it_did(monaco):
    assert numbers(monaco) == kept("numbers")


@pytest.mark.parametrize("scheme", sorted(SCHEMES))
def test_the_kept_numbers_are_valid_and_run_from_west_to_east_then_north_to_south(monaco, scheme):
    codes = pd.Series(kept("numbers")[scheme])
    read = pd.DataFrame([SCHEMES[scheme].read(code) for code in codes], index=codes.index, columns=["area", "serial"])
    assert codes.is_unique
    assert set(codes.str.len()) == {int(scheme)}
    at = monaco.units.geometry.representative_point()
    places = pd.DataFrame({"grid": striped(monaco).assignment.to_numpy(), "x": at.x.to_numpy(), "y": -at.y.to_numpy()})
    centre = places.groupby("grid").mean().round(1)
    for _, mine in read.groupby("area"):
        order = centre.loc[mine.index].sort_values(["x", "y"]).index
        assert mine.loc[order, "serial"].tolist() == list(range(1, len(mine) + 1))


def test_codes_go_on_are_retired_and_never_come_back_as_they_did():
    told = matchings()
    assert told == kept("matchings")
    seen: set[str] = set()
    before: set[str] = set()
    for step in LETTERS:
        now = set(told[step]["codes"].values())
        assert not (now - before) & seen, f"{step}: a retired code came back"
        seen, before = seen | now, now
    assert all(code.startswith(COMMUNITY) for code in seen)


def test_ties_are_broken_alike_whatever_the_order_of_units(lattice):
    """Every grid shares as many households and as much land with two others; the answer hangs on identifiers alone."""
    units = lattice.units.assign(households=10, area_m2=1e4)
    even = dataclasses.replace(lattice, units=units)
    old = pd.Series(list("AABBCC" * 4), index=units["unit"])
    new = pd.Series(list("zyyxxz" * 4), index=units["unit"])
    answers = []
    for seed in range(4):
        order = np.random.default_rng(seed).permutation(len(units)) if seed else np.arange(len(units))
        place = dataclasses.replace(even, units=units.iloc[order].reset_index(drop=True))
        rules = striped(lattice).rules
        found = keep_identities(Plan(place, old, rules), Plan(place, new, rules))
        answers.append(found.plan.identities["code"].to_dict())
    assert sorted(answers[0].values()) == ["A", "B", "C"]
    assert all(answer == answers[0] for answer in answers)

"""Codes and matchings that are kept: the Monaco sample numbered by every preset, and a plan drawn anew over and over."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd

from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.continuity import keep_identities
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from gridgeo.register import number_grids
from gridgeo.register.schemes import SCHEMES
from towns import lattice_town

COMMUNITY = "990101001"
"""Nine digits before the three of each quarter; no county begins with 99."""


def striped(town: Jurisdiction) -> Plan:
    """Up to four grids in each quarter, cut by its units' inner points: west and east, each north and south."""
    units = town.units
    at = units.geometry.representative_point()
    table = pd.DataFrame({"area": units["area"], "x": at.x.round(1), "y": at.y.round(1)})
    middle = table.groupby("area")[["x", "y"]].transform("median")
    side = np.where(table["x"] < middle["x"], "w", "e"), np.where(table["y"] > middle["y"], "n", "s")
    names = [f"{area}-{a}{b}" for area, a, b in zip(table["area"], *side, strict=True)]
    return Plan(town, pd.Series(names, index=units["unit"]), Rules(k=(1, len(units)), within="quarter"))


def numbers(town: Jurisdiction) -> dict[str, Any]:
    """The code of every grid of `striped` by every preset."""
    quarters = sorted(town.areas.loc[town.areas["level"] == "quarter", "area"])
    official = {area: f"{COMMUNITY}{number:03d}" for number, area in enumerate(quarters, start=1)}
    plan = striped(town)
    return {
        name: number_grids(plan, scheme=name, area_codes=official).identities["code"].to_dict()
        for name in sorted(SCHEMES)
    }


LETTERS = {
    "first": "AABCCD" * 4,
    "the east splits": "AABCED" * 4,
    "the west merges": "AAACED" * 4,
    "the west splits again": "AABCED" * 4,
    "back to the first": "AABCCD" * 4,
}
"""A lattice town's plans one after the other: a letter for each unit, by column; three columns are the west."""


def matchings() -> dict[str, Any]:
    """Plan after plan: the code of each letter, and what became of every code that was in force before."""
    town = lattice_town()
    place = dataclasses.replace(town, areas=town.areas.assign(code=[COMMUNITY, f"{COMMUNITY}001", f"{COMMUNITY}002"]))
    used: set[str] = set()
    told: dict[str, Any] = {}
    before: Plan | None = None
    for step, letters in LETTERS.items():
        plan = Plan(place, pd.Series(list(letters), index=place.units["unit"]), Rules(k=(1, 6), within="quarter"))
        before, changes = _following(before, plan, frozenset(used))
        used |= set(before.identities["code"])
        told[step] = {"codes": before.identities["code"].to_dict(), "changes": changes}
    return told


def _following(before: Plan | None, plan: Plan, used: frozenset[str]) -> tuple[Plan, dict[str, str]]:
    """`plan` with codes that were never used, and what became of those in force before."""
    if before is None:
        return number_grids(plan), {}
    found = keep_identities(before, plan, lambda new, old: number_grids(new, used | set(old)))
    changes = {
        str(row.code): f"{row.change} from {row.parents}" if row.parents else str(row.change)
        for row in found.changes.itertuples()
    }
    return found.plan, changes

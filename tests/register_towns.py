"""Towns whose quarters have official codes, for tests of numbering, the register and crosswalks."""

from __future__ import annotations

import dataclasses

import pandas as pd

from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules

WEST, EAST = "110101001001", "110101001002"


def coded(town: Jurisdiction) -> Jurisdiction:
    """`town` whose west is community 001 and whose east is community 002 of street 110101001."""
    return dataclasses.replace(town, areas=town.areas.assign(code=["110101001", WEST, EAST]))


def by_columns(town: Jurisdiction, names: str) -> Plan:
    """A plan of the lattice town with one letter for each of its columns, from the west."""
    letters = [names[i % 6] for i in range(len(town.units))]
    return Plan(town, pd.Series(letters, index=town.units["unit"]), Rules(k=(1, 6), within="quarter"))

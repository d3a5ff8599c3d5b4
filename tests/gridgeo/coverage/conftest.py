"""A small town in four grids, and somebody who walks along its streets."""

from __future__ import annotations

import pandas as pd
import pytest
import shapely

from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from towns import BLOCK, EAST, NORTH, lattice_town


@pytest.fixture(scope="session")
def plan() -> Plan:
    """The lattice town of 4 × 6 blocks, one grid for each quarter."""
    town = lattice_town()
    return Plan(town, pd.Series(town.units["area"].to_numpy(), index=town.units["unit"]), Rules(k=2))


@pytest.fixture(scope="session")
def round_walk() -> shapely.LineString:
    """Once round six blocks in the south-west, 1,000 m."""
    corners = [(0, 0), (1, 0), (2, 0), (3, 0), (3, 1), (3, 2), (2, 2), (1, 2), (0, 2), (0, 1), (0, 0)]
    return shapely.LineString([(EAST + c * BLOCK, NORTH + r * BLOCK) for c, r in corners])

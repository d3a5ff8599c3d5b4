"""Plans of the lattice town that go out and come back."""

from __future__ import annotations

import pandas as pd
import pytest

from gridgeo.plans.plan import Figures, Plan
from gridgeo.plans.rules import Rules


@pytest.fixture(scope="session")
def plan(lattice):
    """Two halves, called in Chinese, with codes that begin with zeros."""
    units = lattice.units
    grid = pd.Series(["001" if a == "west" else "002" for a in units["area"]], index=pd.Index(units["unit"]))
    called = pd.DataFrame(
        {
            "grid": ["001", "002"],
            "code": ["012345678901001", "012345678901002"],
            "name": ["东街网格", "西街·一号网格"],
            "owner": ["王小明", ""],
        }
    )
    return Plan(lattice, grid, Rules(k=2, within="quarter"), Figures(12.5, 12.0, 0.04, "feasible", 7), called)


@pytest.fixture
def table(plan):
    """The plan as a frame unit, grid that a test may spoil."""
    return plan.assignment.rename("grid").rename_axis("unit").reset_index()

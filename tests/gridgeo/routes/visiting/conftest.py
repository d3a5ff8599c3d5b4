"""A month of visits over the lattice town."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gridgeo.plans.plan import Plan
from gridgeo.routes.visiting import VisitPlan, plan_visits
from visitings import START


@pytest.fixture(scope="session")
def visits(plan: Plan) -> pd.DataFrame:
    """Forty doors all over the town: weekly, every ten days, monthly and single visits; some with windows, skills, two persons."""
    buildings = plan.jurisdiction.buildings["building"].iloc[:40]
    count = len(buildings)
    number = np.arange(count)
    return pd.DataFrame(
        {
            "door": [f"d{i:02d}" for i in number],
            "building": buildings.to_numpy(),
            "minutes": 25.0,
            "every": np.array(["weekly", "monthly", "once", "every 10 days"])[number % 4],
            "from": np.where(number % 5 == 0, "09:00", None),
            "to": np.where(number % 5 == 0, "10:30", None),
            "weekdays": np.where(number % 7 == 0, "Mon-Thu", None),
            "skills": np.where(number % 9 == 0, "nurse", None),
            "persons": np.where(number % 11 == 5, 2, 1),
            "priority": np.where(number % 4 == 0, 3.0, 1.0),
        }
    )


@pytest.fixture(scope="session")
def officers() -> pd.DataFrame:
    """One officer for each grid and a nurse for all, with a break, leave, and neighbours that they may go to."""
    return pd.DataFrame(
        {
            "officer": ["Zhou", "Li", "Wang", "Chen", "Nurse"],
            "grid": ["01", "02", "03", "04", None],
            "also": ["02", "01", "04", "03", None],
            "skills": [None, None, None, None, "nurse"],
            "weekdays": "Mon; Wed",
            "break_min": [20, 0, 0, 20, 0],
            "leave": [None, "2026-12-02", None, "2026-12-07..2026-12-09", None],
            "mode": ["foot", "foot", "foot", "ebike", "foot"],
        }
    )


@pytest.fixture(scope="session")
def made(plan: Plan, visits: pd.DataFrame, officers: pd.DataFrame) -> VisitPlan:
    """Their plan for four weeks."""
    return plan_visits(plan, visits, officers, start=START, days=28, iterations=300, seed=1)

import re

import pandas as pd
import pytest

from gridgeo.layers import ATTRIBUTION
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules


@pytest.fixture(scope="module")
def plan(lattice):
    """The lattice town in two halves."""
    units = lattice.units
    grid = pd.Series(["01" if a == "west" else "02" for a in units["area"]], index=pd.Index(units["unit"]))
    return Plan(lattice, grid, Rules(k=2))


@pytest.fixture(scope="module")
def page(plan):
    """The HTML of its offline map."""
    return plan.explore().get_root().render()


def test_an_offline_map_loads_nothing_from_outside(page):
    loads = re.findall(
        r"""<(?:script|img|iframe)[^>]+src=["'](?!data:)[^"']+|<link[^>]+href=["'][^"']+|@import[^;]+""", page
    )
    assert loads == []
    assert "leaflet" in page.lower()


def test_an_offline_map_shows_every_grid_with_its_figures(page, plan):
    for grid, households in zip(plan.grids["grid"], plan.grids["households"], strict=True):
        assert re.search(rf'"grid": "{grid}"[^}}]*"households": {households}\b', page)
    assert ATTRIBUTION in page


def test_a_drawing_labels_every_grid_and_credits_the_map(plan):
    labels = {text.get_text() for text in plan.plot().texts}
    assert {"01", "02", ATTRIBUTION} <= labels

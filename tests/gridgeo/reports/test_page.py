import json
import re
from importlib import resources

import pandas as pd
import pytest

from gridgeo.errors import BadInput
from gridgeo.plans.plan import Figures, Plan
from gridgeo.plans.rules import Rules
from gridgeo.reports import render_report, write_report
from gridgeo.routes import patrol_routes


@pytest.fixture(scope="module")
def plan(lattice):
    """The lattice town in two halves, as if solved."""
    units = lattice.units
    grid = pd.Series(["01" if a == "west" else "02" for a in units["area"]], index=pd.Index(units["unit"]))
    return Plan(lattice, grid, Rules(k=2, within="quarter"), Figures(12.5, 12.0, 0.04, "feasible", 7))


def test_a_report_tells_every_grid_and_the_solvers_figures(plan):
    page = render_report(plan)
    for grid, households in zip(plan.grids["grid"], plan.grids["households"], strict=True):
        assert re.search(rf"<td>{grid}</td>.*?>{households:,}</td>", page, re.DOTALL)
    for text in ("12.50", "12.00", "4.00 %", "feasible", "Lattice"):
        assert text in page


def test_a_report_needs_no_internet(plan):
    page = render_report(plan)
    assert re.findall(r"""(?:src|href)=["']https?://[^"']+|@import|url\(http""", page) == []


def test_a_report_lists_routes_and_what_they_leave_out(plan):
    patrols = patrol_routes(plan)
    page = render_report(plan, routes=[patrols])
    for route in patrols.routes["route"]:
        assert f"<td>{route}</td>" in page


def test_the_same_plan_gives_the_same_page(plan, tmp_path):
    for name in ("a.html", "b.html"):
        write_report(plan, tmp_path / name)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_a_report_speaks_chinese(plan):
    page = render_report(plan, lang="zh")
    assert '<html lang="zh-CN">' in page
    assert "网格方案" in page
    assert "Households" not in page


def test_both_languages_have_the_same_words():
    words = json.loads((resources.files("gridgeo") / "templates" / "words.json").read_text(encoding="utf-8"))
    assert set(words["en"]) == set(words["zh"])


def test_an_unknown_language_is_refused(plan):
    with pytest.raises(BadInput, match="en or zh"):
        render_report(plan, lang="fr")


def test_a_name_from_the_map_cannot_inject_markup(lattice, plan):
    import dataclasses

    evil = dataclasses.replace(lattice, boundary=lattice.boundary.assign(name="<script>alert(1)</script>"))
    assert "<script>" not in render_report(dataclasses.replace(plan, jurisdiction=evil))

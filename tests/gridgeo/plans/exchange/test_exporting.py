"""What goes out comes back: assignment, codes, names and owners, in every format."""

import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridgeo.errors import BadInput
from gridgeo.plans.exchange import export_plan, import_plan
from gridgeo.plans.exchange.exporting import WRITTEN
from gridgeo.plans.identities import COLUMNS
from gridgeo.plans.plan import Figures, Plan
from gridgeo.plans.rules import Rules
from gridgeo.sources import read_csv, read_layer, read_tables
from towns import lattice_town

TOWN = lattice_town()
SIGNS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn"))
TEXT = st.text(SIGNS, max_size=12).map(str.strip)
NAME = st.one_of(
    TEXT,
    st.sampled_from(["东街网格", "007", "1e5", "=1+1", "2024-01-01", "_x0041_", "TRUE", "a,b;\"c'", "NULL", "nan"]),
)
IDS = st.lists(NAME.filter(bool), min_size=1, max_size=4, unique=True)


@st.composite
def plans(draw):
    """A plan of the lattice town with any identifiers, codes, names and owners."""
    ids = draw(IDS)
    units = TOWN.units["unit"]
    labels = draw(st.lists(st.sampled_from(ids), min_size=len(units), max_size=len(units)))
    called = pd.DataFrame({"grid": ids} | {name: [draw(NAME) for _ in ids] for name in COLUMNS})
    return Plan(TOWN, pd.Series(labels, index=pd.Index(units)), Rules(k=len(ids)), Figures(), called)


def comes_back(plan: Plan, path: Path, **options: str) -> Plan:
    export_plan(plan, path, **options)
    found = import_plan(path, plan.jurisdiction)
    assert found.plan is not None, found.report.why()
    return found.plan


def alike(one: Plan, other: Plan) -> bool:
    """Whether every unit is in the same grid, and every grid is called the same."""
    return one.assignment.equals(other.assignment) and one.identities.equals(other.identities)


@pytest.mark.parametrize("ending", WRITTEN)
def test_any_plan_comes_back_as_it_was(ending):
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(plans())
    def holds(plan):
        with tempfile.TemporaryDirectory() as folder:
            assert alike(comes_back(plan, Path(folder) / f"plan{ending}"), plan)

    holds()


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("plan.csv", {"encoding": "gb18030"}),
        ("plan.csv", {"encoding": "utf-8-sig", "lang": "zh"}),
        ("plan.csv", {"lang": "zh"}),
        ("plan.xlsx", {"lang": "zh"}),
        ("plan.shp", {"lang": "zh"}),
        ("plan.shp", {"layer": "units"}),
        ("plan.geojson", {"layer": "units"}),
        ("plan.fgb", {"layer": "units"}),
        ("plan.parquet", {"layer": "units"}),
        ("plan.parquet", {"layer": "grids"}),
    ],
)
def test_chinese_names_and_leading_zeros_come_back_whatever_the_options(plan, tmp_path, name, options):
    assert alike(comes_back(plan, tmp_path / name, **options), plan)


@pytest.mark.parametrize("ending", [".gpkg", ".xlsx"])
def test_formats_that_hold_the_whole_plan_bring_rules_and_figures_back(plan, tmp_path, ending):
    again = comes_back(plan, tmp_path / f"plan{ending}")
    assert alike(again, plan)
    assert again.rules == plan.rules
    assert again.figures == plan.figures


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".gpkg", ".geojson", ".parquet", ".fgb"])
def test_the_same_plan_gives_the_same_bytes(plan, tmp_path, ending):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        export_plan(plan, tmp_path / name / f"plan{ending}")
    assert (tmp_path / "a" / f"plan{ending}").read_bytes() == (tmp_path / "b" / f"plan{ending}").read_bytes()


def test_a_plan_without_names_is_a_csv_of_units_and_grids_alone(plan, tmp_path):
    export_plan(Plan(plan.jurisdiction, plan.assignment, plan.rules), tmp_path / "plan.csv")
    assert read_csv(tmp_path / "plan.csv").columns.tolist() == ["unit", "grid"]


def test_a_csv_of_grids_is_their_register(plan, tmp_path):
    export_plan(plan, tmp_path / "grids.csv", layer="grids", lang="zh")
    table = read_csv(tmp_path / "grids.csv")
    assert table["编码"].tolist() == ["012345678901001", "012345678901002"]
    assert table["households"].astype(int).sum() == plan.jurisdiction.units["households"].sum()


def test_a_shapefile_has_fields_of_ten_letters_and_a_legend_that_explains_them(plan, tmp_path):
    export_plan(plan, tmp_path / "plan.shp", lang="zh")
    fields = [name for name in read_layer(tmp_path / "plan.shp").columns if name != "geometry"]
    assert all(len(name) <= 10 for name in fields)
    legend = read_csv(tmp_path / "plan.legend.csv").set_index("field")
    assert list(legend.index) == fields
    assert legend.loc["workld_min"].tolist() == ["workload_min", "工作量（分钟/月）", "minutes of work a month"]
    assert (tmp_path / "plan.cpg").read_text() == "UTF-8"


def test_households_are_the_same_in_every_format(plan, tmp_path):
    total = int(plan.jurisdiction.units["households"].sum())
    for ending, layer in ((".geojson", "grids"), (".fgb", "units"), (".parquet", "grids"), (".xlsx", None)):
        export_plan(plan, tmp_path / f"plan{ending}", layer=layer)
        tables = read_tables(tmp_path / f"plan{ending}")
        table = tables.get("assignment", next(iter(tables.values())))
        assert table["households"].astype(int).sum() == total


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("plan.docx", {}, "choose one of"),
        ("plan.gpkg", {"layer": "units"}, "holds the whole plan"),
        ("plan.csv", {"layer": "roads"}, "choose grids or units"),
        ("plan.geojson", {"lang": "zh"}, "one name in every language"),
        ("plan.csv", {"lang": "de"}, "choose en or zh"),
        ("plan.csv", {"encoding": "latin-1"}, "choose utf-8"),
        ("plan.xlsx", {"encoding": "gb18030"}, r"only a \.csv"),
    ],
)
def test_options_that_a_format_cant_keep_are_refused_and_nothing_is_written(plan, tmp_path, name, options, message):
    with pytest.raises(BadInput, match=message):
        export_plan(plan, tmp_path / name, **options)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [" east", "east\t", "ea\nst"])
@pytest.mark.parametrize("ending", [".csv", ".shp", ".xlsx"])
def test_a_name_that_tables_would_lose_is_refused(plan, tmp_path, name, ending):
    spoilt = Plan(
        plan.jurisdiction, plan.assignment, plan.rules, identities=pd.DataFrame({"grid": ["001"], "name": [name]})
    )
    with pytest.raises(BadInput, match=r"name .* rename it, or write \.gpkg"):
        export_plan(spoilt, tmp_path / f"plan{ending}")
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_too_long_for_a_shapefile_is_refused(plan, tmp_path):
    long = Plan(
        plan.jurisdiction, plan.assignment, plan.rules, identities=pd.DataFrame({"grid": ["001"], "name": ["网" * 85]})
    )
    with pytest.raises(BadInput, match="255 bytes"):
        export_plan(long, tmp_path / "plan.shp")
    comes_back(long, tmp_path / "plan.xlsx")

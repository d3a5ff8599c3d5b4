"""What moved between two plans, counted again by hand."""

import dataclasses
import re

import folium
import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.errors import BadInput
from gridgeo.plans.comparing import compare
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from gridgeo.sources import read_csv, read_layer, read_layers, read_workbook
from towns import lattice_town

TOWN = lattice_town()
LABELS = st.lists(st.sampled_from("ABC"), min_size=24, max_size=24)


def drawn(labels, town=TOWN, **called):
    """A plan by the label of each unit, in the order of the units."""
    return Plan(town, pd.Series(list(labels), index=pd.Index(town.units["unit"])), Rules(k=len(set(labels))), **called)


@pytest.fixture
def halves():
    """The town in a west and an east half, and the same with U002 and U003 exchanged."""
    old = ["W" if area == "west" else "E" for area in TOWN.units["area"]]
    new = [*old[:2], "E", "W", *old[4:]]
    return drawn(old), drawn(new)


@settings(deadline=None, max_examples=30)
@given(LABELS, LABELS)
def test_what_leaves_and_what_comes_is_what_the_grids_lose_and_win(old, new):
    found = compare(drawn(old), drawn(new))
    changed = np.array(old) != np.array(new)
    assert found.moved["unit"].tolist() == TOWN.units["unit"][changed].tolist()
    households = int(TOWN.units["households"].to_numpy()[changed].sum())
    figures = found.figures()
    assert figures["households_moved"] == found.pairs["households"].sum() == households
    assert found.pairs["units"].sum() == changed.sum() == figures["units_moved"]
    assert figures["households_moved_renamed"] <= households
    grids = found.grids.fillna(0.0)
    assert (grids["households_in"] - grids["households_out"]).tolist() == (
        grids["households_B"] - grids["households_A"]
    ).tolist()
    assert set(found.grids["grid"]) == {*old, *new}


@settings(deadline=None, max_examples=30)
@given(LABELS)
def test_a_plan_is_the_same_as_itself(labels):
    found = compare(drawn(labels), drawn(labels))
    assert found.moved.empty
    assert found.vanished.empty
    assert (found.measures["Δ"] == 0).all()
    assert set(found.grids["state"]) == {"same"}
    assert found.figures()["ties_kept"] == 1.0


@settings(deadline=None, max_examples=20)
@given(LABELS)
def test_grids_that_only_change_their_names_move_nobody_when_renamed(labels):
    turned = [{"A": "B", "B": "C", "C": "A"}[label] for label in labels]
    figures = compare(drawn(labels), drawn(turned), by="grid").figures()
    assert figures["households_moved_renamed"] == 0
    assert figures["units_moved"] == 24
    assert figures["ties_kept"] == 1.0


def test_an_exchange_of_two_units_is_told_with_households_borders_and_ties(halves):
    found = compare(*halves)
    households = TOWN.units.set_index("unit")["households"]
    assert found.pairs.to_dict("list")["units"] == [1, 1]
    assert found.moved[["unit", "from", "to"]].values.tolist() == [["U002", "W", "E"], ["U003", "E", "W"]]
    assert found.moved["households"].tolist() == households[["U002", "U003"]].tolist()
    row = found.measures.set_index(["measure", "statistic"]).loc[("boundary_m", "total")]
    # The four metres of the old line stay but one; each exchanged unit is parted from its two old neighbours.
    assert (row["A"], row["B"], row["Δ"]) == (400.0, 800.0, 400.0)
    assert found.vanished.length.sum() == 0
    assert found.figures()["ties_kept"] == 1 - 4 / 34
    assert set(found.grids["state"]) == {"changed"}


def test_borders_that_fall_are_those_between_grids_that_are_merged(halves):
    found = compare(halves[0], drawn("W" * 24))
    assert found.vanished.length.sum() == 400.0
    assert dict(zip(found.grids["grid"], found.grids["state"], strict=True)) == {"W": "changed", "E": "gone"}
    assert found.grids.set_index("grid")["households_B"].isna().to_dict() == {"W": False, "E": True}


def test_measures_are_those_of_each_plan(halves):
    found = compare(*halves)
    table = found.measures.set_index(["measure", "statistic"])
    for side, plan in zip("AB", halves, strict=True):
        for name, worst in plan.worst_deviation().items():
            assert table.loc[(name, "worst_deviation"), side] == pytest.approx(worst)
        assert table.loc[("compactness", "min"), side] == pytest.approx(plan.metrics()["compactness"].min())
        assert table.loc[("households", "max"), side] == plan.grids["households"].max()
        assert table.loc[("grids", "count"), side] == 2
    assert (table["Δ"] - (table["B"] - table["A"])).abs().max() < 1e-9


def test_grids_are_the_same_where_their_codes_are(halves):
    old = drawn(halves[0].assignment, identities=pd.DataFrame({"grid": ["W", "E"], "code": ["007", "008"]}))
    turned = halves[0].assignment.map({"W": "x1", "E": "x2"})
    new = drawn(turned, identities=pd.DataFrame({"grid": ["x1", "x2"], "code": ["007", "008"]}))
    found = compare(old, new)
    assert (found.by, len(found.moved)) == ("code", 0)
    assert found.grids["grid"].tolist() == ["007", "008"]
    assert len(compare(old, new, by="grid").moved) == 24
    assert compare(old, drawn(turned)).by == "grid"
    with pytest.raises(BadInput, match="choose code or grid"):
        compare(old, new, by="name")
    twice = drawn(turned, identities=pd.DataFrame({"grid": ["x1", "x2"], "code": "007"}))
    with pytest.raises(BadInput, match="two grids of plan B have the code '007'"):
        compare(old, twice, by="code")
    assert compare(old, twice).by == "grid"


def test_the_order_of_units_makes_no_difference(halves):
    shuffled = dataclasses.replace(TOWN, units=TOWN.units.sample(frac=1, random_state=3))
    again = Plan(shuffled, halves[1].assignment, Rules(k=2))
    assert compare(halves[0], again).pairs.equals(compare(*halves).pairs)


def test_plans_of_other_units_are_refused_by_what_differs(halves):
    other = lattice_town(3, 6)
    smaller = drawn(["W"] * 18, town=other)
    with pytest.raises(BadInput, match=r"different units \(6 only in A, first U018\).*gridgeo import-plan"):
        compare(halves[0], smaller)
    turned = dataclasses.replace(TOWN, units=TOWN.units.assign(unit=TOWN.units["unit"].to_numpy()[::-1]))
    with pytest.raises(BadInput, match="24 have another shape in B, first U000"):
        compare(halves[0], drawn(["W"] * 24, town=turned))


def test_counts_of_another_year_can_be_compared(halves):
    grown = dataclasses.replace(TOWN, units=TOWN.units.assign(households=TOWN.units["households"] + 1))
    found = compare(halves[0], drawn(halves[0].assignment, town=grown))
    row = found.measures.set_index(["measure", "statistic"]).loc[("households", "max")]
    assert row["Δ"] == 12
    assert found.moved.empty


@pytest.mark.parametrize("ending", [".geojson", ".fgb", ".parquet", ".shp"])
def test_moved_units_are_a_map_layer(halves, tmp_path, ending):
    found = compare(*halves)
    found.to_file(tmp_path / f"moved{ending}")
    # A FlatGeobuf keeps its features in the order of their places.
    layer = read_layer(tmp_path / f"moved{ending}").sort_values("unit")
    assert layer[["unit", "from", "to"]].values.tolist() == [["U002", "W", "E"], ["U003", "E", "W"]]
    assert layer.to_crs(TOWN.crs).area.tolist() == pytest.approx([10_000, 10_000], abs=2)


def test_tables_are_written_in_both_languages(halves, tmp_path):
    found = compare(*halves)
    found.to_file(tmp_path / "moved.csv", "zh")
    assert read_csv(tmp_path / "moved.csv")["原网格"].tolist() == ["W", "E"]
    found.to_file(tmp_path / "moved.xlsx", "zh")
    sheets = read_workbook(tmp_path / "moved.xlsx")
    assert list(sheets) == ["均衡指标", "网格间变动", "变动单元", "网格登记表"]
    assert {"户数", "紧凑度", "网格间边界（米）"} <= set(sheets["均衡指标"]["指标"])
    assert sheets["均衡指标"].notna().all(axis=None)
    found.to_file(tmp_path / "moved.gpkg")
    assert set(read_layers(tmp_path / "moved.gpkg")) == {"moved", "pairs", "grids", "measures"}
    with pytest.raises(BadInput, match="choose one of"):
        found.to_file(tmp_path / "moved.docx")
    with pytest.raises(BadInput, match="choose en or zh"):
        found.to_file(tmp_path / "moved.xlsx", "fr")


@pytest.mark.parametrize("ending", [".geojson", ".gpkg", ".csv", ".xlsx", ".shp", ".html"])
def test_nothing_that_moved_can_be_written_too(halves, tmp_path, ending):
    compare(halves[0], halves[0]).to_file(tmp_path / f"moved{ending}")
    assert (tmp_path / f"moved{ending}").stat().st_size > 0


def test_what_moved_is_drawn_and_mapped_without_the_internet(halves, tmp_path):
    mpl.use("agg")
    found = compare(*halves)
    ax = found.plot()
    assert ax.get_title().startswith("2 units")
    assert {"W", "E"} <= {text.get_text() for text in ax.texts}
    mpl.pyplot.close(ax.figure)
    assert isinstance(found.explore(), folium.Map)
    found.to_file(tmp_path / "moved.html")
    page = (tmp_path / "moved.html").read_text(encoding="utf-8")
    assert "U002" in page
    assert "Moved units" in page
    assert re.findall(r"""<(?:script|img|iframe)[^>]+src=["'](?!data:)[^"']+|<link[^>]+href=["'][^"']+""", page) == []

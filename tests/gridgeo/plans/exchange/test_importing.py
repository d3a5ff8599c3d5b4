"""Plans of others: what fits, what doesn't, and that nothing is guessed silently."""

import dataclasses

import geopandas as gpd
import pandas as pd
import pytest

from gridgeo.errors import BadInput, UnknownCRS, UnreadableSource
from gridgeo.plans.exchange import export_plan, import_plan
from gridgeo.plans.files import read_plan
from gridgeo.sources import Sheet, write_csv, write_jurisdiction, write_layer, write_layers, write_workbook


def counts(found):
    return found.report.counts()


def test_a_clean_table_is_matched_by_id_and_reports_nothing(plan, lattice, table, tmp_path):
    write_csv(table, tmp_path / "plan.csv")
    found = import_plan(tmp_path / "plan.csv", lattice)
    assert found.plan.assignment.equals(plan.assignment)
    assert counts(found) == {}
    assert set(found.report.matched["how"]) == {"id"}
    assert len(found.report.matched) == found.report.units == 24


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_chinese_headings_are_known_in_every_encoding(plan, lattice, table, tmp_path, encoding):
    table.assign(网格名称=table["grid"].map({"001": "东街", "002": "西街"})).rename(
        columns={"unit": "单元编号", "grid": "所属网格"}
    ).to_csv(tmp_path / "plan.csv", index=False, encoding=encoding)
    found = import_plan(tmp_path / "plan.csv", lattice)
    assert found.plan.assignment.equals(plan.assignment)
    assert found.plan.identities["name"].tolist() == ["东街", "西街"]


def test_columns_are_named_by_the_options(plan, lattice, table, tmp_path):
    write_csv(table.rename(columns={"unit": "Block", "grid": "Beat"}), tmp_path / "plan.csv")
    with pytest.raises(BadInput, match=r"no column says the grid.*--grid-column.*Block, Beat"):
        import_plan(tmp_path / "plan.csv", lattice)
    found = import_plan(tmp_path / "plan.csv", lattice, unit_column="block", grid_column="Beat")
    assert found.plan.assignment.equals(plan.assignment)
    with pytest.raises(BadInput, match=r"no column 'Blok'.*did you mean 'Block'"):
        import_plan(tmp_path / "plan.csv", lattice, unit_column="Blok", grid_column="Beat")
    with pytest.raises(BadInput, match="both as the units and as the grids"):
        import_plan(tmp_path / "plan.csv", lattice, unit_column="Beat", grid_column="Beat")


def test_every_kind_of_bad_row_is_found_with_its_line(lattice, table, tmp_path):
    rows = table.to_dict("records")
    rows[0]["unit"] = None  # line 2: a grid without a unit; U000 has none then
    rows[1]["grid"] = None  # line 3: U001 without a grid
    rows[2]["unit"] = "X9"  # line 4: unknown; U002 has none then
    rows[3]["unit"] = "u 0003"  # line 5: alike to U003
    rows += [{"unit": "U005", "grid": rows[5]["grid"]}, {"unit": "U006", "grid": "777"}]  # lines 26 and 27
    write_csv(pd.DataFrame(rows), tmp_path / "plan.csv")
    found = import_plan(tmp_path / "plan.csv", lattice)
    assert found.plan is None
    assert counts(found) == {
        "missing": 3, "unmatched": 1, "similar": 1, "conflict": 2, "blank unit": 1, "blank grid": 1, "repeated": 1,
    }  # fmt: skip
    findings = found.report.findings
    lines = findings.dropna(subset=["row"]).groupby("finding")["row"].agg(list)
    assert {kind: [int(n) for n in rows] for kind, rows in lines.items()} == {
        "blank unit": [2], "blank grid": [3], "unmatched": [4], "similar": [5], "repeated": [26], "conflict": [8, 27],
    }  # fmt: skip
    assert findings.loc[findings["finding"] == "missing", "unit"].tolist() == ["U000", "U002", "U003"]
    assert findings.loc[findings["finding"] == "similar", "suggestion"].tolist() == ["U003"]


def test_lines_are_counted_over_empty_ones(lattice, table, tmp_path):
    text = table.to_csv(index=False).replace("U004,", "\n\nX4,")
    (tmp_path / "plan.csv").write_text(text)
    findings = import_plan(tmp_path / "plan.csv", lattice).report.findings
    assert findings.set_index("finding")["row"].dropna().tolist() == [8]


def test_suggestions_are_taken_only_when_that_is_wished(plan, lattice, table, tmp_path):
    spoilt = table.assign(unit=table["unit"].str.replace("U0", "ｕ"), grid=["1", *table["grid"][1:]])
    write_csv(spoilt, tmp_path / "plan.csv")
    refused = import_plan(tmp_path / "plan.csv", lattice)
    assert refused.plan is None
    assert counts(refused) == {"missing": 24, "similar": 24, "spelling": 1}
    assert "--accept-suggestions" in refused.report.why()
    found = import_plan(tmp_path / "plan.csv", lattice, accept_suggestions=True)
    assert found.plan.assignment.equals(plan.assignment)
    assert counts(found) == {"corrected": 25}
    assert set(found.report.matched["how"]) == {"suggestion"}


def test_an_id_that_could_be_two_units_is_never_corrected(lattice, table, tmp_path):
    twins = dataclasses.replace(
        lattice, units=lattice.units.assign(unit=lattice.units["unit"].replace("U010", "U0001"))
    )
    write_csv(table.assign(unit=table["unit"].replace({"U001": "U1", "U010": "U0001"})), tmp_path / "plan.csv")
    found = import_plan(tmp_path / "plan.csv", twins, accept_suggestions=True)
    assert counts(found) == {"missing": 1, "similar": 1}
    assert "U001 or U0001" in found.report.findings["suggestion"].dropna().iloc[0]


def test_two_spellings_of_one_grid_are_told_and_stay_two_grids(lattice, table, tmp_path):
    write_csv(table.assign(grid=["０01 ", *table["grid"][1:]]), tmp_path / "plan.csv")
    found = import_plan(tmp_path / "plan.csv", lattice)
    assert found.plan.assignment.nunique() == 3
    assert counts(found) == {"spelling": 1}


def test_rows_of_a_whole_district_are_left_out_when_that_is_wished(plan, lattice, table, tmp_path):
    more = pd.concat([table, pd.DataFrame({"unit": ["Z1", "Z2"], "grid": "009"})])
    write_csv(more, tmp_path / "plan.csv")
    assert import_plan(tmp_path / "plan.csv", lattice).plan is None
    found = import_plan(tmp_path / "plan.csv", lattice, ignore_unmatched=True)
    assert found.plan.assignment.equals(plan.assignment)
    assert counts(found) == {"left out": 2}


def test_numbers_in_a_workbook_are_matched_as_they_are_shown(lattice, table, tmp_path):
    numbered = dataclasses.replace(lattice, units=lattice.units.assign(unit=[f"{i:03d}" for i in range(24)]))
    whole = table.assign(unit=range(24), grid=1)
    write_workbook({"Sheet1": Sheet(whole, formats={"unit": "000"})}, tmp_path / "shown.xlsx")
    assert import_plan(tmp_path / "shown.xlsx", numbered).report.ok
    write_workbook({"Sheet1": Sheet(whole)}, tmp_path / "bare.xlsx")
    bare = import_plan(tmp_path / "bare.xlsx", numbered)
    assert counts(bare) == {"missing": 24, "similar": 24}
    assert import_plan(tmp_path / "bare.xlsx", numbered, accept_suggestions=True).plan is not None


def test_a_name_that_changes_within_a_grid_is_told(lattice, table, tmp_path):
    write_csv(table.assign(grid_name=["other", *["same"] * 23]), tmp_path / "plan.csv")
    found = import_plan(tmp_path / "plan.csv", lattice)
    assert counts(found) == {"two names": 1}
    assert found.plan.identities["name"].tolist() == ["other", "same"]


def test_any_geopackage_with_units_and_grids_is_read_and_a_choice_is_asked_for(plan, lattice, table, tmp_path):
    write_layers({"roads": lattice.road_edges, "beats": table}, tmp_path / "other.gpkg")
    assert import_plan(tmp_path / "other.gpkg", lattice).plan.assignment.equals(plan.assignment)
    write_layers({"old": table, "new": table.assign(grid="1")}, tmp_path / "two.gpkg")
    with pytest.raises(BadInput, match=r"old, new could each be the plan.*--layer"):
        import_plan(tmp_path / "two.gpkg", lattice)
    assert import_plan(tmp_path / "two.gpkg", lattice, layer="new").plan.assignment.nunique() == 1
    with pytest.raises(BadInput, match="no layer or sheet 'newer'; it has old, new"):
        import_plan(tmp_path / "two.gpkg", lattice, layer="newer")
    write_layers({"roads": lattice.road_edges, "nodes": lattice.road_nodes}, tmp_path / "none.gpkg")
    with pytest.raises(BadInput, match=r"no layer has units with their grid.*nodes"):
        import_plan(tmp_path / "none.gpkg", lattice)
    write_jurisdiction(lattice, tmp_path / "town.gpkg")
    with pytest.raises(BadInput, match="is a jurisdiction, not a plan"):
        import_plan(tmp_path / "town.gpkg", lattice)


def test_polygons_in_degrees_give_the_plan_that_they_were_made_of(plan, lattice, tmp_path):
    write_layer(plan.grids[["grid", "geometry"]].to_crs(4326), tmp_path / "beats.geojson")
    found = import_plan(tmp_path / "beats.geojson", lattice)
    assert found.report.kind == "polygons"
    assert found.plan.assignment.equals(plan.assignment)
    assert set(found.report.matched["how"]) == {"whole"}


def test_polygons_that_cut_units_go_where_most_households_live_and_are_told(plan, lattice, tmp_path):
    shapes = plan.grids[["grid", "geometry"]]
    write_layer(shapes.assign(geometry=shapes.translate(20, 0)), tmp_path / "shifted.fgb")
    bare = dataclasses.replace(lattice, buildings=lattice.buildings.iloc[:0])
    found = import_plan(tmp_path / "shifted.fgb", bare)
    assert found.plan.assignment.equals(plan.assignment)
    assert counts(found) == {"mismatch": 4, "gap": 4}
    cut = found.report.findings.set_index("unit")
    assert cut.loc["U003", "text"] == (
        "unit U003 is cut: 80% of its households, 80% of its land in grid 002; grid 001 has the next most"
    )
    assert cut.loc["U003", "suggestion"] == "001"
    assert cut.loc["U000", "text"] == "20% of unit U000 lies in no polygon"
    strict = import_plan(tmp_path / "shifted.fgb", bare, least_overlap=0.9)
    assert strict.plan is None
    assert counts(strict)["weak"] == 8


def test_a_unit_whose_homes_stand_on_one_side_of_a_border_goes_there_whatever_its_land(plan, lattice, tmp_path):
    shapes = plan.grids[["grid", "geometry"]]
    write_layer(shapes.assign(geometry=shapes.translate(49, 0)), tmp_path / "shifted.fgb")
    found = import_plan(tmp_path / "shifted.fgb", lattice, least_overlap=0.01)
    cut = lattice.units[lattice.units["unit"].isin(["U003", "U009", "U015", "U021"])].set_index("unit")
    homes = lattice.buildings[lattice.buildings["unit"].isin(cut.index)]
    west = homes["households"].where(homes.geometry.centroid.x < cut.total_bounds[0] + 49, 0).groupby(homes["unit"])
    assert (2 * west.sum() > cut["households"]).all()
    laid = found.report.matched.set_index("unit")["grid"]
    assert set(laid[cut.index]) == {"001"}
    assert set(plan.assignment[cut.index]) == {"002"}


def test_gaps_empty_grids_and_broken_polygons_are_told(plan, lattice, tmp_path):
    west, east = plan.grids.geometry
    away = east.envelope.buffer(0)
    shapes = gpd.GeoDataFrame(
        {"grid": ["001", "002", "003", None, "004"]},
        geometry=[west, None, gpd.GeoSeries([away]).translate(9000, 0)[0], away, None],
        crs=lattice.crs,
    )
    write_layer(shapes, tmp_path / "beats.gpkg")
    found = import_plan(tmp_path / "beats.gpkg", lattice)
    assert found.plan is None
    assert counts(found) == {"missing": 12, "unmatched": 3, "blank grid": 1}
    assert "the polygon of grid 003 takes no unit" in found.report.findings["text"].tolist()


def test_several_polygons_of_one_grid_count_as_one(plan, lattice, tmp_path):
    write_layer(lattice.units[["geometry"]].assign(grid=plan.assignment.to_numpy()), tmp_path / "parts.parquet")
    found = import_plan(tmp_path / "parts.parquet", lattice)
    assert found.plan.assignment.equals(plan.assignment)
    assert counts(found) == {"repeated": 22}


def test_polygons_without_a_crs_and_lines_are_refused(plan, lattice, tmp_path):
    plan.grids[["grid", "geometry"]].to_crs(4326).to_file(tmp_path / "beats.shp")
    (tmp_path / "beats.prj").unlink()
    with pytest.raises(UnknownCRS, match=r"beats\.shp.*\.prj"):
        import_plan(tmp_path / "beats.shp", lattice)
    write_layer(plan.grids[["grid", "geometry"]].assign(geometry=plan.grids.boundary), tmp_path / "lines.gpkg")
    with pytest.raises(BadInput, match="holds a LineString; grids are polygons"):
        import_plan(tmp_path / "lines.gpkg", lattice)


def test_a_plan_of_other_units_is_refused_by_what_is_missing(lattice, tmp_path):
    write_csv(pd.DataFrame({"unit": ["X1", "X2"], "grid": ["01", "02"]}), tmp_path / "other.csv")
    with pytest.raises(BadInput, match=r"other\.csv: 24 units have no grid, first U000; 2 ids.*'X1'.*--carry-over"):
        read_plan(tmp_path / "other.csv", lattice)


def test_a_plan_whose_units_lie_elsewhere_now_is_refused_although_their_ids_are_known(plan, lattice, tmp_path):
    export_plan(plan, tmp_path / "plan.gpkg")
    units = lattice.units.assign(unit=lattice.units["unit"].to_numpy()[::-1])
    names = dict(zip(lattice.units["unit"], units["unit"], strict=True))
    homes = lattice.buildings.assign(unit=lattice.buildings["unit"].map(names))
    turned = dataclasses.replace(lattice, units=units, buildings=homes)
    found = import_plan(tmp_path / "plan.gpkg", turned)
    assert found.plan is None
    assert counts(found) == {"drifted": 24, "other input": 1}
    by_shape = import_plan(tmp_path / "plan.gpkg", turned, layer="grids")
    assert (by_shape.plan.assignment.to_numpy() == plan.assignment.to_numpy()).all()


def test_a_plan_whose_figures_changed_since_is_read_and_told(plan, lattice, tmp_path):
    export_plan(plan, tmp_path / "plan.gpkg")
    grown = dataclasses.replace(lattice, units=lattice.units.assign(households=lattice.units["households"] + 1))
    found = import_plan(tmp_path / "plan.gpkg", grown)
    assert found.plan.rules == plan.rules
    assert counts(found) == {"other input": 1}


@pytest.mark.parametrize("share", [0.0, -1.0, 1.5, float("nan")])
def test_an_overlap_that_is_no_share_is_refused(lattice, tmp_path, share):
    with pytest.raises(BadInput, match="share above 0"):
        import_plan(tmp_path / "plan.csv", lattice, least_overlap=share)


@pytest.mark.parametrize(
    "name", ["plan.csv", "plan.xlsx", "plan.gpkg", "plan.geojson", "plan.shp", "plan.parquet", "plan.fgb"]
)
def test_a_file_that_is_absent_or_rubbish_is_refused_by_name(lattice, tmp_path, name):
    with pytest.raises(UnreadableSource, match=name):
        import_plan(tmp_path / name, lattice)
    (tmp_path / name).write_bytes(b"\xff\xfe\x00rubbish" * 20)
    with pytest.raises(UnreadableSource, match=name):
        import_plan(tmp_path / name, lattice)


def test_an_old_workbook_is_refused_with_the_mend(lattice, tmp_path):
    (tmp_path / "plan.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    with pytest.raises(UnreadableSource, match=r"save it as \.xlsx"):
        import_plan(tmp_path / "plan.xls", lattice)

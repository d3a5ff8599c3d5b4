"""What is found in a file before it meets a town."""

import pandas as pd
import pytest

from gridgeo.errors import BadInput, UnreadableSource
from gridgeo.plans.exchange import export_plan
from gridgeo.plans.exchange.reading import read_found
from gridgeo.sources import Sheet, write_csv, write_layers, write_workbook


def test_our_own_file_gives_table_record_names_and_shapes(plan, tmp_path):
    export_plan(plan, tmp_path / "plan.gpkg")
    found = read_found(tmp_path / "plan.gpkg")
    assert found.layer == "assignment"
    assert found.shapes is None
    assert found.record["status"] == "feasible"
    assert found.identities["name"].tolist() == ["东街网格", "西街·一号网格"]
    assert found.drawn["grid"].tolist() == ["001", "002"]


def test_the_register_beside_a_table_counts_more_than_its_rows(table, tmp_path):
    register = pd.DataFrame({"网格": ["001", "002"], "名称": ["东", "西"]})
    sheets = {"网格登记表": Sheet(register), "unit": Sheet(table.assign(grid_name="old"))}
    write_workbook(sheets, tmp_path / "book.xlsx")
    identities = read_found(tmp_path / "book.xlsx").identities
    assert identities.groupby("grid", sort=False)["name"].first().tolist() == ["东", "西"]


def test_the_name_of_a_unit_is_not_taken_for_its_grids(table, tmp_path):
    write_csv(table.assign(name="School", code="9"), tmp_path / "plan.csv")
    assert read_found(tmp_path / "plan.csv").identities.empty


def test_a_table_without_units_or_grids_says_what_it_has(table, tmp_path):
    write_csv(table.rename(columns={"unit": "block"}), tmp_path / "plan.csv")
    with pytest.raises(BadInput, match=r"no column says the unit; name it with --unit-column; it has block, grid"):
        read_found(tmp_path / "plan.csv")


def test_a_record_that_is_no_json_is_refused(plan, table, tmp_path):
    record = pd.DataFrame([plan.record() | {"rules": "ten grids, please"}])
    write_layers({"assignment": table, "plan": record}, tmp_path / "plan.gpkg")
    with pytest.raises(UnreadableSource, match="its rules are no JSON"):
        read_found(tmp_path / "plan.gpkg")

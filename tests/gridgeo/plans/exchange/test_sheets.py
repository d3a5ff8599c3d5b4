"""The workbook of a plan: register, assignment, measures and the record, with typed columns."""

import pytest
from openpyxl import load_workbook

from gridgeo.plans.exchange import export_plan
from gridgeo.plans.exchange.columns import CHINESE, SHEETS
from gridgeo.plans.exchange.sheets import plan_sheets
from gridgeo.plans.spread import spread


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_sheet_and_column_is_headed_in_the_language(plan, lang):
    sheets = plan_sheets(plan, lang)
    named = {SHEETS[name]: name for name in SHEETS} if lang == "zh" else {name: name for name in SHEETS}
    assert [named[name] for name in sheets] == ["grids", "assignment", "measures", "plan"]
    for sheet in sheets.values():
        heads = [sheet.headings[str(name)] for name in sheet.table.columns]
        assert len(set(heads)) == len(heads)
        if lang == "zh":
            assert heads == [CHINESE[str(name)] for name in sheet.table.columns]


def test_codes_are_text_and_figures_are_numbers(plan, tmp_path):
    export_plan(plan, tmp_path / "plan.xlsx", lang="zh")
    book = load_workbook(tmp_path / "plan.xlsx")
    register = book["网格登记表"]
    heads = {cell.value: cell.column for cell in register[1]}
    code = register.cell(2, heads["编码"])
    assert (code.value, code.data_type, code.number_format) == ("012345678901001", "s", "@")
    households = register.cell(2, heads["户数"])
    assert (households.data_type, households.number_format) == ("n", "#,##0")
    assert register.cell(2, heads["名称"]).value == "东街网格"
    assert register.cell(2, heads["户数偏差"]).number_format == "0.0%"
    assert all(sheet.freeze_panes == "A2" for sheet in book)


def test_measures_are_those_of_the_plan(plan):
    table = plan_sheets(plan)["measures"].table.set_index("measure")
    assert table.equals(spread(plan))

"""Differences as files: every cell of a workbook in Chinese is headed in Chinese."""

from openpyxl import load_workbook

from gridgeo.plans.comparing import compare
from gridgeo.plans.exchange.columns import CHINESE


def test_every_heading_of_the_chinese_workbook_is_chinese(plan, tmp_path):
    compare(plan, plan.move(["U003"], "001")).to_file(tmp_path / "moved.xlsx", "zh")
    for sheet in load_workbook(tmp_path / "moved.xlsx"):
        assert {cell.value for cell in sheet[1]} <= set(CHINESE.values())
        assert sheet.max_row > 1


def test_moved_units_of_a_workbook_are_those_of_the_comparison(plan, tmp_path):
    found = compare(plan, plan.move(["U003", "U009"], "001"), by="grid")
    found.to_file(tmp_path / "moved.xlsx")
    rows = list(load_workbook(tmp_path / "moved.xlsx")["moved"].iter_rows(min_row=2, values_only=True))
    assert [row[:3] for row in rows] == [("U003", "002", "001"), ("U009", "002", "001")]
    assert sum(row[4] for row in rows) == found.figures()["households_moved"]

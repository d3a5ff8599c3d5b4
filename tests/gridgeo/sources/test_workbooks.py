"""Workbooks: text stays text, numbers are read as they are shown, and equal sheets are equal files."""

import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from gridgeo.errors import BadInput, UnreadableSource
from gridgeo.sources import Sheet, read_workbook, write_workbook


@pytest.fixture
def frame():
    """Text, whole numbers, numbers and gaps."""
    return pd.DataFrame({"unit": ["007", "=1+1", None], "households": [1200, 2, 3], "share": [0.5, np.nan, 1.25]})


def test_columns_are_typed_headed_frozen_and_wide_enough(frame, tmp_path):
    names = {"unit": "单元编号与名称", "households": "户数", "share": "占比"}
    write_workbook({"网格": Sheet(frame, names, {"households": "#,##0", "share": "0.0%"})}, tmp_path / "book.xlsx")
    sheet = load_workbook(tmp_path / "book.xlsx")["网格"]
    assert [cell.value for cell in sheet[1]] == list(names.values())
    assert sheet["A1"].font.bold
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:C4"
    assert [(cell.value, cell.data_type, cell.number_format) for cell in sheet[2]] == [
        ("007", "s", "@"), (1200, "n", "#,##0"), (0.5, "n", "0.0%"),
    ]  # fmt: skip
    assert (sheet["A3"].value, sheet["A3"].data_type) == ("=1+1", "s")
    assert sheet["A4"].value is None
    assert sheet.column_dimensions["A"].width == 16


def test_text_comes_back_and_missing_cells_stay_missing(frame, tmp_path):
    write_workbook({"a": Sheet(frame)}, tmp_path / "book.xlsx")
    again = read_workbook(tmp_path / "book.xlsx")["a"]
    assert again["unit"].fillna("–").tolist() == ["007", "=1+1", "–"]
    assert again["households"].tolist() == ["1200", "2", "3"]
    assert again["share"].fillna("–").tolist() == ["0.5", "–", "1.25"]
    assert again.index.tolist() == [2, 3, 4]


def test_equal_sheets_are_equal_files(frame, tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook({"a": Sheet(frame)}, tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.xlsx", "b.xlsx"]


@pytest.fixture
def by_hand(tmp_path):
    """A sheet as offices make them: a title above, an empty row, numbers shown with zeros."""
    book = Workbook()
    sheet = book.active
    sheet.append(["东街街道网格划分表", None, None])
    sheet.append([])
    sheet.append(["序号", "单元编号", "网格"])
    sheet.append([1, 7, "01"])
    sheet.append([2, 8.0, " 02 "])
    sheet.append([3, 9.5, True])
    sheet["B4"].number_format = "000"
    book.create_sheet("empty")
    book.save(tmp_path / "office.xlsx")
    return tmp_path / "office.xlsx"


def test_the_heading_is_found_below_a_title_and_rows_keep_their_numbers(by_hand):
    tables = read_workbook(by_hand, headings=["单元编号"])
    assert list(tables) == ["Sheet"]
    table = tables["Sheet"]
    assert table.columns.tolist() == ["序号", "单元编号", "网格"]
    assert table.index.tolist() == [4, 5, 6]
    assert table["单元编号"].tolist() == ["007", "8", "9.5"]
    assert table["网格"].tolist() == ["01", "02", "true"]


def test_two_columns_of_one_heading_are_refused(tmp_path):
    book = Workbook()
    book.active.append(["unit", "unit"])
    book.save(tmp_path / "twice.xlsx")
    with pytest.raises(UnreadableSource, match="sheet Sheet: two columns are headed 'unit'"):
        read_workbook(tmp_path / "twice.xlsx")


@pytest.mark.parametrize("damage", ["text", "cut", "foreign"])
def test_a_damaged_workbook_is_refused_with_the_mend(frame, tmp_path, damage):
    path = tmp_path / "book.xlsx"
    write_workbook({"a": Sheet(frame)}, path)
    if damage == "text":
        path.write_text("unit,grid")
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:-300])
    else:
        import zipfile

        with zipfile.ZipFile(path, "w") as other:
            other.writestr("word/document.xml", "<a/>")
    with pytest.raises(UnreadableSource, match=r"book\.xlsx.*save it again as \.xlsx"):
        read_workbook(path)


def test_a_control_character_is_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(BadInput, match="control character"):
        write_workbook({"a": Sheet(pd.DataFrame({"name": ["a\x07b"]}))}, tmp_path / "book.xlsx")
    assert list(tmp_path.iterdir()) == []

import csv

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.errors import BadInput, UnreadableSource
from gridgeo.sources import parse_csv, read_csv, read_households, write_csv


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_chinese_tables_read_in_every_usual_encoding(tmp_path, encoding):
    path = tmp_path / "table.csv"
    path.write_bytes("单元,网格,户数\nU1,朝阳里,12\n".encode(encoding))
    table = read_csv(path)
    assert table.columns.tolist() == ["unit", "grid", "households"]
    assert table.iloc[0].tolist() == ["U1", "朝阳里", "12"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_told_from_the_heading(tmp_path, separator):
    path = tmp_path / "table.csv"
    path.write_text(f"unit{separator}grid\nU1{separator}01\n")
    assert read_csv(path).to_dict("list") == {"unit": ["U1"], "grid": ["01"]}


def test_blank_lines_are_skipped_and_empty_cells_are_missing(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("unit,grid\n\nU1,\n,,\n")
    table = read_csv(path)
    assert len(table) == 1
    assert table["grid"].isna().all()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"\n\nU1,01\n", "no heading"),
        (b"unit,grid\nU1,01,more\n", "line 2: has 3 cells"),
        (b"unit,unit\nU1,U2\n", "two columns are headed 'unit'"),
        (b"unit,grid\nU1,\xff\xff\n", "neither UTF-8 nor GBK"),
    ],
)
def test_a_broken_table_is_refused_with_its_line(tmp_path, text, says):
    path = tmp_path / "table.csv"
    path.write_bytes(text)
    with pytest.raises(UnreadableSource, match=says):
        read_csv(path)


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("-3", "line 3: households '-3' is negative"),
        ("2.5", "is a fraction"),
        ("", "is empty"),
        ("many", "is no number"),
        ("inf", "is no number"),
        ("nan", "is no number"),
    ],
)
def test_a_count_that_is_none_is_refused_with_its_line(tmp_path, cell, says):
    path = tmp_path / "households.csv"
    path.write_text(f"building,households\nw1,4\nw2,{cell}\n")
    with pytest.raises(BadInput, match=says):
        read_households(path)


def test_households_are_integers_with_one_way_to_their_place(tmp_path):
    path = tmp_path / "households.csv"
    path.write_text("经度,纬度,户数\n7.42,43.73,12\n7.43,43.74,0\n")
    table = read_households(path)
    assert table["households"].tolist() == [12, 0]
    assert table["households"].dtype == "int64"
    assert table["lon"].tolist() == [7.42, 7.43]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("building,count\nw1,3\n", "no column 'households'"),
        ("street,households\nHigh,3\n", "nothing says where"),
        ("building,households\n", "no rows"),
        ("lon,lat,households\n200,43,3\n", "line 2: lon is '200'"),
        ("lon,lat,households\n7,,3\n", "line 2: lat is"),
    ],
)
def test_a_table_that_can_not_be_joined_is_refused(tmp_path, text, says):
    path = tmp_path / "households.csv"
    path.write_text(text)
    with pytest.raises(BadInput, match=says):
        read_households(path)


words = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Z")), min_size=1, max_size=12)


@settings(deadline=None, max_examples=50)
@given(rows=st.lists(st.tuples(words, words), min_size=1, max_size=20))
def test_what_is_written_is_read_back(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("csv") / "table.csv"
    table = pd.DataFrame(rows, columns=["unit", "grid"], dtype="str")
    write_csv(table, path)
    pd.testing.assert_frame_equal(read_csv(path), table)


def test_a_cell_beyond_all_measure_is_refused_without_a_traceback(tmp_path):
    (tmp_path / "t.csv").write_text('unit,grid\na,"' + "x" * 140_000 + '"\n')
    with pytest.raises(UnreadableSource, match=r"t\.csv: is no CSV table"):
        read_csv(tmp_path / "t.csv")


def test_bytes_are_read_as_the_file_that_holds_them_is(tmp_path):
    data = "单元,网格\nU1,甲\n".encode("gbk")
    (tmp_path / "plan.csv").write_bytes(data)
    assert parse_csv(data, "the upload").equals(read_csv(tmp_path / "plan.csv"))


def test_bytes_that_are_no_table_are_told_by_the_name_they_were_given():
    for data, words in (
        (b"unit,grid\nU1," + b"x" * 200_000, "the upload: is no CSV table"),
        (b"", "the upload: has no heading"),
    ):
        with pytest.raises(UnreadableSource, match=words):
            parse_csv(data, "the upload")


def test_no_cell_of_a_written_csv_is_a_formula_and_reading_gives_back_what_was_written(tmp_path):
    texts = ["=cmd|' /C calc'!A0", "@SUM(A1)", "+1+cmd", "-2+3", "+33 6 12-34", "-5", "=", "'quoted", "'=x", "plain"]
    table = pd.DataFrame({"note": texts, "n": range(len(texts))})
    write_csv(table, tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(newline="") as file:
        cells = [row[0] for row in csv.reader(file)][1:]
    assert [cell for cell in cells if cell[0] in "=@+-"] == ["+33 6 12-34", "-5"]
    assert read_csv(tmp_path / "t.csv")["note"].tolist() == texts

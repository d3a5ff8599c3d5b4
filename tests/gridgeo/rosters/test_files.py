import pandas as pd
import pytest

from boards import lattice_plan
from gridgeo.errors import BadInput, UnreadableSource
from gridgeo.rosters import Roster, read_roster, write_roster

ROWS = pd.DataFrame(
    {
        "grid": ["01", "02"],
        "role": ["supervisor", "fire"],
        "person": ["周敏", "Jean-Marc Durand"],
        "phone": ["013800000001", None],
        "from": ["2026-01-01", None],
        "to": [None, "2026-12-31"],
        "person_id": [None, "007"],
    }
)


@pytest.mark.parametrize("name", ["roster.csv", "roster.xlsx", "roster.gpkg"])
def test_a_roster_comes_back_from_every_format_as_it_was(tmp_path, name):
    there = Roster(ROWS)
    write_roster(there, tmp_path / name)
    back = read_roster(tmp_path / name)
    pd.testing.assert_frame_equal(back.entries.reset_index(drop=True), there.entries)


def test_a_csv_may_be_in_gbk_with_chinese_headings_and_roles(tmp_path):
    file = tmp_path / "花名册.csv"
    text = "网格编号,岗位,姓名,联系电话,起始日期,截止日期\n01,网格督导员,周敏,13800000001,2026年1月1日,\n"
    file.write_bytes(text.encode("gbk"))
    entry = read_roster(file).entries.to_dict("records")[0]
    assert (entry["grid"], entry["role"], entry["person"], str(entry["from"])) == (
        "01",
        "supervisor",
        "周敏",
        "2026-01-01",
    )


def test_a_csv_is_written_in_gbk_where_asked(tmp_path):
    write_roster(Roster(ROWS), tmp_path / "a.csv", encoding="gb18030")
    assert "周敏" in (tmp_path / "a.csv").read_bytes().decode("gbk")


def test_a_faulty_row_is_named_with_the_file_and_its_line(tmp_path):
    file = tmp_path / "r.csv"
    file.write_text("grid,role,person\n01,fire,Zhou\n\n02,cook,Li\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"r\.csv: roster, row 4: no role 'cook'"):
        read_roster(file)
    file.write_text("grid,role,person\n99,fire,Zhou\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"r\.csv: roster, row 2: the plan has no grid '99'"):
        read_roster(file, plan=lattice_plan())


def test_a_workbook_of_many_sheets_needs_one_called_roster(tmp_path):
    from gridgeo.sources import write_workbook
    from gridgeo.sources.workbooks import Sheet

    sheets = {"people": Sheet(ROWS), "notes": Sheet(pd.DataFrame({"note": ["x"]}))}
    write_workbook(sheets, tmp_path / "a.xlsx")
    with pytest.raises(BadInput, match="has the tables people, notes"):
        read_roster(tmp_path / "a.xlsx")
    write_workbook({"roster": sheets["people"], "notes": sheets["notes"]}, tmp_path / "b.xlsx")
    assert len(read_roster(tmp_path / "b.xlsx").entries) == 2


def test_other_endings_and_missing_files_are_refused(tmp_path):
    with pytest.raises(BadInput, match=r"rosters are read from \.csv"):
        read_roster(tmp_path / "r.docx")
    with pytest.raises(BadInput, match=r"rosters are written to \.csv"):
        write_roster(Roster(ROWS), tmp_path / "r.docx")
    with pytest.raises(UnreadableSource, match="there is no such file"):
        read_roster(tmp_path / "r.csv")


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (
            "01,fire,Li\u202egnaW,",
            r"r\.csv: roster, row 3: person holds U\+202E, which turns the direction of writing; take",
        ),
        ("01,fire,Li\0,", r"row 3: person holds U\+0000, a control sign; take it out"),
        ('01,fire,"Li\nWang",', r"row 4: person holds U\+000A"),
        ("01,co\x1bok,Li,", r"row 3: role holds U\+001B"),
        ("01,fire,Li,138\u2066", r"row 3: phone holds U\+2066"),
    ],
)
def test_a_name_that_could_look_like_another_is_refused_with_file_row_and_column(tmp_path, cells, said):
    file = tmp_path / "r.csv"
    file.write_text(f"grid,role,person,phone\n02,fire,Zhou,\n{cells}\n", encoding="utf-8", newline="")
    with pytest.raises(BadInput, match=said):
        read_roster(file)


def test_blanks_around_a_name_are_no_part_of_it_and_other_columns_may_hold_anything(tmp_path):
    file = tmp_path / "r.csv"
    file.write_text('grid,role,person,note\n01,fire," Li\t","to\nhim \u202e"\n', encoding="utf-8", newline="")
    assert read_roster(file).entries["person"].tolist() == ["Li"]

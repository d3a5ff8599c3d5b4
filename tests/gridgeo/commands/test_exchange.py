"""`gridgeo import-plan` and `gridgeo export` as a user meets them."""

import json

import pandas as pd
import pytest

from gridgeo.plans.files import read_plan
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from gridgeo.sources import read_csv, read_workbook, write_csv


@pytest.fixture(scope="module")
def plan(lattice, tmp_path_factory):
    """A plan of two halves with Chinese names, as a file."""
    grid = lattice.units.set_index("unit")["area"].map({"west": "001", "east": "002"})
    called = pd.DataFrame({"grid": ["001", "002"], "name": ["西网格", "东网格"]})
    path = tmp_path_factory.mktemp("plan") / "plan.gpkg"
    Plan(lattice, grid, Rules(k=2), identities=called).to_file(path)
    return path


@pytest.mark.parametrize("ending", ["csv", "xlsx", "geojson", "shp", "parquet", "fgb"])
def test_a_plan_goes_out_and_comes_in_again(run, town, plan, lattice, tmp_path, ending):
    out, back = tmp_path / f"plan.{ending}", tmp_path / "back.gpkg"
    assert run("export", town, plan, "-o", out)[0] == 0
    status, text, _ = run("import-plan", town, out, "-o", back, "--json")
    result = json.loads(text)
    assert status == 0
    assert (result["matched"], result["grids"], result["usable"], result["findings"]) == (24, 2, True, {})
    again = read_plan(back, lattice)
    assert again.assignment.equals(read_plan(plan, lattice).assignment)
    assert again.identities["name"].tolist() == ["西网格", "东网格"]


def test_a_dry_run_tells_and_writes_nothing_but_the_report(run, town, lattice, tmp_path):
    units = lattice.units["unit"]
    (tmp_path / "in").mkdir()
    write_csv(pd.DataFrame({"unit": units.str.replace("U0", "U"), "grid": "1"}), tmp_path / "in" / "plan.csv")
    words = ("import-plan", town, tmp_path / "in" / "plan.csv", "--dry-run", "--report", tmp_path / "report.csv")
    status, text, errors = run(*words)
    assert status == 2
    assert "'U00' is no unit here; is 'U000' meant?" in text
    assert "more; --report FILE lists all" in errors
    assert "--accept-suggestions" in errors
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["report.csv"]
    assert read_csv(tmp_path / "report.csv")["finding"].value_counts().to_dict() == {"missing": 24, "similar": 24}
    status, text, _ = run(*words, "--accept-suggestions", "--json")
    assert status == 0
    assert json.loads(text)["how"] == {"suggestion": 24}
    assert "file" not in json.loads(text)


def test_a_plan_that_doesnt_fit_is_not_written_and_every_finding_is_in_the_json(run, town, lattice, tmp_path):
    write_csv(pd.DataFrame({"unit": [*lattice.units["unit"][:-1], "X"], "grid": "1"}), tmp_path / "plan.csv")
    status, text, errors = run("import-plan", town, tmp_path / "plan.csv", "-o", tmp_path / "plan.gpkg", "--json")
    assert status == 2
    assert [(row["finding"], row["unit"], row["row"]) for row in json.loads(text)["rows"]] == [
        ("missing", "U023", None), ("unmatched", "X", 25),
    ]  # fmt: skip
    assert "plan.csv: unit U023 has no grid" in errors
    assert not (tmp_path / "plan.gpkg").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("plan.csv",), "say where the plan goes"),
        (("absent.csv", "--dry-run"), "absent.csv"),
        (("plan.csv", "--dry-run", "--grid-column", "beat"), "no column 'beat'"),
        (("plan.csv", "--dry-run", "--layer", "beat"), "no layer or sheet 'beat'"),
        (("plan.csv", "--dry-run", "--least-overlap", "0"), "share above 0"),
        (("plan.csv", "--dry-run", "--report", "report.pdf"), "written as .csv or .xlsx"),
    ],
)
def test_bad_input_is_one_clear_message_with_status_2(run, town, lattice, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    write_csv(pd.DataFrame({"unit": lattice.units["unit"], "grid": "1"}), tmp_path / "plan.csv")
    status, _, errors = run("import-plan", town, *words)
    assert status == 2
    assert message in errors
    assert "Traceback" not in errors
    assert [path.name for path in tmp_path.iterdir()] == ["plan.csv"]


def test_headings_and_encoding_are_chosen(run, town, plan, tmp_path):
    assert run("export", town, plan, "-o", tmp_path / "p.xlsx", "--lang", "zh")[0] == 0
    assert list(read_workbook(tmp_path / "p.xlsx")) == ["网格登记表", "单元分配", "均衡指标", "方案"]
    words = ("-o", tmp_path / "p.csv", "--layer", "grids", "--lang", "zh", "--encoding", "gb18030")
    assert run("export", town, plan, *words)[0] == 0
    assert "网格,编码,名称,负责人" in (tmp_path / "p.csv").read_text(encoding="gbk")
    assert run("export", town, plan, "-o", tmp_path / "p.html")[0] == 0
    status, _, errors = run("export", town, plan, "-o", tmp_path / "p.fgb", "--lang", "zh")
    assert status == 2
    assert "one name in every language" in errors

import pandas as pd
import pytest

from gridgeo.errors import BadInput, UnreadableSource
from gridgeo.plans.files import read_plan, write_choices
from gridgeo.plans.plan import Figures, Plan
from gridgeo.plans.rules import Rules
from gridgeo.sources import read_csv, read_layer, read_layers, write_csv, write_layers


@pytest.fixture
def plan(lattice):
    """The lattice town in two halves, as if solved."""
    units = lattice.units
    grid = pd.Series(["01" if a == "west" else "02" for a in units["area"]], index=pd.Index(units["unit"]))
    return Plan(
        lattice,
        grid,
        Rules(k=2, within="quarter"),
        Figures(12.5, 12.0, 0.04, "feasible", 7, {"boundary": 3.5, "cuts": 2.0}),
        pd.DataFrame({"code": ["003", ""], "name": ["钟楼", ""], "owner": ["", "Ada"]}, index=["01", "02"]),
    )


def test_a_plan_comes_back_from_its_file_as_it_was(plan, lattice, tmp_path):
    plan.to_file(tmp_path / "plan.gpkg")
    again = read_plan(tmp_path / "plan.gpkg", lattice)
    assert again.assignment.equals(plan.assignment)
    assert again.rules == plan.rules
    assert again.figures == plan.figures
    assert again.identities.equals(plan.identities)
    assert again.fingerprint() == plan.fingerprint()


def test_the_same_plan_gives_the_same_bytes(plan, tmp_path):
    for name in ("a.gpkg", "b.gpkg"):
        plan.to_file(tmp_path / name)
    assert (tmp_path / "a.gpkg").read_bytes() == (tmp_path / "b.gpkg").read_bytes()


@pytest.mark.parametrize("ending", [".geojson", ".fgb", ".parquet"])
def test_grids_are_written_as_a_map_layer_with_their_households(plan, tmp_path, ending):
    plan.to_file(tmp_path / f"grids{ending}")
    layer = read_layer(tmp_path / f"grids{ending}")
    assert dict(zip(layer["grid"], layer["households"], strict=True)) == dict(
        zip(plan.grids["grid"], plan.grids["households"], strict=True)
    )


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_table_of_units_and_grids_is_a_plan(plan, lattice, tmp_path, encoding):
    lines = ["unit,grid,备注"] + [f"{unit},{grid},网格" for unit, grid in plan.assignment.items()]
    (tmp_path / "plan.csv").write_text("\n".join(lines), encoding=encoding)
    assert read_plan(tmp_path / "plan.csv", lattice).assignment.equals(plan.assignment)


def test_a_plan_of_another_town_is_refused_by_unit(plan, lattice, tmp_path):
    write_csv(pd.DataFrame({"unit": ["X1"], "grid": ["01"]}), tmp_path / "other.csv")
    with pytest.raises(BadInput, match=r"other\.csv.*24 units have no grid"):
        read_plan(tmp_path / "other.csv", lattice)


def test_a_file_that_is_no_plan_is_refused_with_the_mend(tmp_path, lattice):
    with pytest.raises(UnreadableSource, match=r"absent\.gpkg"):
        read_plan(tmp_path / "absent.gpkg", lattice)
    (tmp_path / "text.gpkg").write_text("hello")
    with pytest.raises(UnreadableSource, match=r"text\.gpkg"):
        read_plan(tmp_path / "text.gpkg", lattice)


def test_an_ending_that_is_not_written_leaves_nothing_behind(plan, tmp_path):
    with pytest.raises(BadInput, match="choose one of"):
        plan.to_file(tmp_path / "plan.docx")
    assert list(tmp_path.iterdir()) == []


def test_a_plan_written_before_objectives_were_told_is_read(plan, lattice, tmp_path):
    plan.to_file(tmp_path / "plan.gpkg")
    layers = read_layers(tmp_path / "plan.gpkg")
    layers["plan"] = layers["plan"].drop(columns="objectives")
    layers["grids"] = layers["grids"].drop(columns=["name", "owner"])
    write_layers(layers, tmp_path / "old.gpkg")
    old = read_plan(tmp_path / "old.gpkg", lattice)
    assert old.rules == plan.rules
    assert old.identities["owner"].tolist() == ["", ""]
    assert old.figures.objectives == {}
    assert old.figures.objective == plan.figures.objective


def test_several_plans_are_written_into_one_folder_with_a_table(plan, lattice, tmp_path):
    write_choices([plan, plan.move(["U002"], "02")], tmp_path / "choices")
    assert sorted(file.name for file in (tmp_path / "choices").iterdir()) == ["plan-1.gpkg", "plan-2.gpkg", "plans.csv"]
    assert read_plan(tmp_path / "choices" / "plan-1.gpkg", lattice).assignment.equals(plan.assignment)
    table = read_csv(tmp_path / "choices" / "plans.csv")
    assert table["plan"].tolist() == ["1", "2"]
    assert table["boundary"].fillna("").tolist() == ["3.5", ""]


def test_a_folder_of_other_plans_is_replaced_and_one_of_other_things_is_not(plan, tmp_path):
    for count in (2, 1):
        write_choices([plan] * count, tmp_path / "choices")
    assert sorted(file.name for file in (tmp_path / "choices").iterdir()) == ["plan-1.gpkg", "plans.csv"]
    (tmp_path / "choices" / "notes.txt").write_text("mine")
    with pytest.raises(BadInput, match=r"holds 'notes\.txt', which would be lost"):
        write_choices([plan], tmp_path / "choices")
    assert (tmp_path / "choices" / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("name", ["plans.gpkg", "taken"])
def test_several_plans_are_not_written_into_a_file(plan, tmp_path, name):
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(BadInput, match="into a folder"):
        write_choices([plan], tmp_path / name)
    assert (tmp_path / "taken").read_text() == "mine"

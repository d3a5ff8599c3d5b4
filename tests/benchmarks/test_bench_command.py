import json

import pytest
from typer.testing import CliRunner

from gridgeo.benching import measure_instance, summary, warm
from gridgeo.cli import app
from gridgeo.errors import BadInput
from gridgeo_solvers.errors import BadProblem

run = CliRunner()


def test_a_folder_is_solved_and_judged(folder):
    out = folder / "results" / "found.json"
    out.parent.mkdir()
    done = run.invoke(
        app, ["bench", "partition", str(folder), "--time-limit", "3", "--seeds", "2", "--json", "-o", str(out)]
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert [row["instance"] for row in told["rows"]] == ["three", "two"]
    assert told["valid"] == 2
    runs = json.loads(out.read_text(encoding="utf-8"))["runs"]
    assert [run["seed"] for run in runs["three"]] == [0, 1]
    assert all(len(run["assignment"]) == 30 and run["valid"] for run in runs["three"])


def test_a_folder_without_instances_is_refused_by_name(tmp_path):
    done = run.invoke(app, ["bench", "partition", str(tmp_path)])
    assert isinstance(done.exception, BadInput)
    assert str(tmp_path) in str(done.exception)


@pytest.mark.parametrize("text", ["[]", '{"nodes": []}'])
def test_a_file_that_is_no_instance_is_named_before_any_is_solved(folder, text):
    (folder / "broken.json").write_text(text, encoding="utf-8")
    done = run.invoke(app, ["bench", "partition", str(folder)])
    assert isinstance(done.exception, BadInput)
    assert "broken.json" in str(done.exception)


def test_a_row_tells_the_published_unit_and_the_gap_to_the_best_known(lattice_document):
    first = measure_instance(lattice_document, 3.0)
    known = lattice_document | {"best_known": {"moi_km2": {"value": first["objective"] / 2, "proven": False}}}
    row = measure_instance(known, 3.0)
    assert row["objective"] == pytest.approx(first["objective"])
    assert row["over_best_known"] == pytest.approx(1.0)
    assert row["valid"]
    assert row["in_band"] == 1.0
    assert row["faults"] == []


def test_an_instance_that_no_plan_can_meet_has_a_row_that_is_not_valid(lattice_document):
    heavy = [lattice_document["nodes"][0] | {"pop": 5000}, *lattice_document["nodes"][1:]]
    row = measure_instance(lattice_document | {"nodes": heavy}, 2.0)
    assert (row["status"], row["valid"], row["proven"]) == ("infeasible", False, False)
    assert row["reasons"]


def test_a_summary_is_valid_only_if_every_run_is():
    rows = [{"valid": ok, "status": "feasible", "objective": value} for ok, value in ((True, 2.0), (False, 4.0))]
    told = summary("x", rows)
    assert (told["valid"], told["objective"], told["gap"]) == (False, 3.0, None)


def test_a_bad_instance_raises_as_the_engine_does(lattice_document):
    with pytest.raises(BadProblem):
        measure_instance(lattice_document | {"k": 0}, 1.0)


def test_warming_up_takes_time_that_is_told():
    assert warm() > 0

import json
import subprocess
import sys
from pathlib import Path

import pytest
from bars import CLASSES, Bar, Need, class_of
from instances import Instance, connected, instance, second_opinion
from partition import cases, limit_of, run_limit, run_peers_of
from tables import table

from gridgeo_solvers.check import evaluate, judge
from gridgeo_solvers.partition import read_instance

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "run.py"
NAME = "us2010_IA_county"


@pytest.fixture
def small(tmp_path, lattice_document):
    """A shared folder in which a small lattice stands under the name of a county instance."""
    place = tmp_path / "benchmarks" / "partition"
    place.mkdir(parents=True)
    known = lattice_document | {"best_known": {"moi_km2": {"value": 0.05, "proven": False}}}
    (place / f"{NAME}.json").write_text(json.dumps(known), encoding="utf-8")
    return tmp_path


def test_an_instance_gets_a_case_for_every_limit_of_its_bars_and_one_for_its_peers(small):
    names = [name for name in cases(small) if NAME in name]
    assert names == [f"partition {NAME} 20 s", f"partition {NAME} 120 s", f"peers {NAME}"]
    assert [limit_of(name) for name in names] == [20.0, 120.0, 0.0]


def test_runs_are_judged_and_told_in_a_table(small):
    results = {
        "cases": {
            f"partition {NAME} 20 s": run_limit(NAME, small, 1.0, 2),
            f"peers {NAME}": run_peers_of(NAME, small, 1.0),
        }
    }
    rows = results["cases"][f"partition {NAME} 20 s"]
    assert [run["valid"] and run["connected"] for run in rows["runs"]] == [True, True]
    lines = table(results).splitlines()
    assert len(lines) == 3
    assert "METIS" in lines[2]
    assert "median of 2 seeds" in lines[2]
    assert "– proven in 120 s" in lines[2], "what wasn't measured is neither met nor missed"


def test_results_without_partitions_have_no_heading_for_them():
    assert table({"machine": {"cores": 2}, "cases": {}}) == "Measured on: cores 2."


def test_a_bar_is_met_by_any_of_its_tests_and_never_by_what_was_not_measured():
    bar = Bar("aim", 60, (Need("objective", "<", 12497.0), Need("proven", "=", True)))
    assert bar.met({"objective": 12496.9, "proven": False})
    assert bar.met({"objective": 12500.0, "proven": True})
    assert not bar.met({"objective": None, "proven": False})
    assert not Bar("must", 60, (Need("gap", "≤", 0.01),)).met({"gap": None})
    assert Need("worst", "≤", 0.08).holds({"worst": {"a": 0.05, "b": 0.08}})
    assert not Need("worst", "≤", 0.08).holds({"worst": {"a": 0.05, "b": 0.09}})


def test_every_instance_stands_in_one_class():
    names = [name for each in CLASSES for name in each.instances]
    assert len(names) == len(set(names))
    assert all(NAME in each.instances for each in CLASSES if each is class_of(NAME))


def test_a_plan_in_pieces_is_not_connected(lattice_document):
    problem = read_instance(lattice_document)
    stripes = [i % 6 // 2 for i in range(problem.n)]
    assert connected(problem, stripes)
    stripes[0] = 2
    assert not connected(problem, stripes)


def test_both_judges_say_the_same_of_a_public_instance(shared):
    found = instance("us2010_ID_tract", shared)
    assert isinstance(found, Instance)
    west = (found.problem.x > sorted(found.problem.x)[found.problem.n // 2]).astype(int).tolist()
    told = second_opinion(found, shared, west)
    assert told["valid"] == (not judge(found.problem, west))
    assert told["objective"] == pytest.approx(evaluate(found.problem, west)["objective"] / found.scale)


def test_the_script_writes_results_keeps_others_and_prints_the_table(small, tmp_path):
    results = tmp_path / "results.json"
    results.write_text(json.dumps({"cases": {"kept": {"seconds": 1.0}}}), encoding="utf-8")
    asked = [sys.executable, str(SCRIPT), "--output", str(results)]
    asked += ["--shared", str(small), "--rerun", "--peer-seconds", "1", f"peers {NAME}"]
    subprocess.run(asked, check=True, capture_output=True)
    assert set(json.loads(results.read_text(encoding="utf-8"))["cases"]) == {"kept", f"peers {NAME}"}
    shown = subprocess.run(
        [sys.executable, str(SCRIPT), "--table", str(results)], check=True, capture_output=True, text=True
    )
    assert f"| ≤ 110 units, k ≤ 7, ±0.5 %: {NAME} |" in shown.stdout


def test_an_unknown_case_is_named(small):
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--shared", str(small), "nonsense"], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "no case 'nonsense'" in done.stderr

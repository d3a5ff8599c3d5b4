import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from instances import _module
from tour_bars import WORKS, figures
from tour_peers import peer_clients, peer_round, peer_streets
from tour_tables import told, tour_tables
from tours import cases, files_of, week_of

from gridgeo_solvers.check_tours import judge_clients, judge_streets
from gridgeo_solvers.roads import Network
from gridgeo_solvers.routing.formats import read_carp, read_vrp
from published import CLIENTS, STREETS, WINDOWS

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "run.py"


@pytest.fixture
def small(tmp_path):
    """A shared folder in which a ladder stands under the name of a gdb instance."""
    place = tmp_path / "benchmarks" / "carp"
    place.mkdir(parents=True)
    (place / "gdb1.dat").write_text(STREETS)
    (place / "best_known.csv").write_text("instance,best_known\ngdb1,41\n")
    return tmp_path


def test_sets_have_a_case_for_every_limit_of_their_bars_and_one_for_the_peer(small):
    assert list(cases(small, 5)) == [
        "carp gdb 1 s",
        "peers carp gdb 1 s",
        "carp gdb 2 s",
        "peers carp gdb 2 s",
        "longest carp 2 s",
        "week carp 4 s",
    ]
    assert list(cases(small / "absent", 5)) == []


@pytest.mark.parametrize(
    ("name", "home"),
    [("1A", "val"), ("10D", "val"), ("egl-e4-C", "egl-e"), ("gdb23", "gdb"), ("p10", "p01–p10"), ("pr01", "pr01–pr10")],
)
def test_an_instance_belongs_to_one_set(name, home):
    assert [work.name for work in WORKS if work.holds(name)] == [home]


def test_p14_belongs_to_no_set_with_bars(shared):
    assert all("p14" not in [file.stem for file in files_of(work, shared)] for work in WORKS)


def test_the_mean_weighs_instances_alike_and_needs_every_plan_valid():
    runs = [
        {"instance": "a", "over_best_known": 0.1, "valid": True},
        {"instance": "a", "over_best_known": 0.3, "valid": True},
        {"instance": "b", "over_best_known": 0.0, "valid": True},
    ]
    assert figures(runs)["mean_over"] == pytest.approx(0.1)
    assert figures([*runs, {"instance": "b", "valid": False}])["mean_over"] is None


def test_a_set_is_run_judged_by_both_judges_and_told_in_a_table(small, tmp_path):
    out = tmp_path / "found.json"
    (small / "benchmarks" / "carp" / "check.py").write_text(
        "def parse(path): pass\ndef cost(instance, routes): return 41\n"
    )
    done = subprocess.run(
        [
            sys.executable,
            SCRIPT,
            "carp gdb 1 s",
            "peers carp gdb 1 s",
            "--shared",
            small,
            "--seeds",
            "2",
            "--output",
            out,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    results = json.loads(out.read_text())
    runs = results["cases"]["carp gdb 1 s"]["tours"]
    assert [(run["cost"], run["second_judge"], run["status"]) for run in runs] == [(41, 41, "optimal")] * 2
    (line,) = [line for line in tour_tables(results).splitlines() if line.startswith("| carp gdb 1 s")]
    assert "✓ mean ≤ 0 % in 1 s" in line
    assert "0.00%, 2 of 2 proven" in line
    assert "carp gdb 1 s: 0.00%" in done.stdout


def test_what_was_not_measured_has_no_line_and_what_failed_says_so():
    assert tour_tables({"cases": {}}) == ""
    assert "failed: out of memory" in tour_tables({"cases": {"carp gdb 1 s": {"failed": "out of memory"}}})
    assert told({"failed": "x"}) is None


def test_the_peer_serves_streets_in_either_direction_by_the_word_of_the_judge():
    ladder = read_carp(STREETS)
    assert judge_streets(ladder, peer_streets(ladder, 0.2, 0)).total == 41


@pytest.mark.parametrize("text", [CLIENTS, WINDOWS])
def test_the_peer_calls_at_clients_by_the_word_of_the_judge(text):
    instance = read_vrp(text)
    assert judge_clients(instance, peer_clients(instance, 0.2, 0)).ok


def test_the_peer_makes_one_round():
    ring = np.abs(np.arange(6)[:, None] - np.arange(6)).astype(float)
    assert sorted(peer_round(np.minimum(ring, 6 - ring), 0.2, 0)) == [1, 2, 3, 4, 5]


def test_a_week_serves_the_heaviest_streets_every_day():
    period, vehicles = week_of(read_carp(STREETS))
    assert (period.days, period.times.tolist(), vehicles) == (5, [5, 2, 2, 5, 1], 3)


def test_doors_of_a_day_are_where_a_road_graph_can_be_left_again():
    day = _module("officer_day", SCRIPT.parent / "officer_day.py")
    ring = np.arange(300)
    back, out = np.full(300, 1.0), np.array([1.0])  # a ring of one-way streets and a dead end that nobody leaves
    network = Network(
        301, np.append(ring, 0), np.append((ring + 1) % 300, 300), np.append(back, out), np.ones(301), np.arange(301),
        np.column_stack([np.arange(301.0), np.zeros(301)]),
    )  # fmt: skip
    places = day.doors_of(network, 0)
    assert len(set(places.tolist())) == 101
    assert 300 not in places
    travel = day.travel_times(network, places)
    assert (travel == (places[None, :] - places[:, None]) % 300).all()

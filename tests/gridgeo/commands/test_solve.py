"""`gridgeo solve carp|pvrp|vrp` as a user meets it: files, figures, exit statuses, messages."""

import json
import os
import signal
import threading
import time

import pytest

from gridgeo_solvers.check_tours import judge_clients, judge_periods, judge_street_days, judge_streets
from gridgeo_solvers.routing.formats import read_carp, read_pvrp, read_vrp
from published import CLIENTS, PERIOD, STREETS, WINDOWS, second_judge

KINDS = {
    "carp": (STREETS, "dat", lambda told: judge_streets(read_carp(STREETS), told["routes"], cost=told["cost"])),
    "pvrp": (PERIOD, "txt", lambda told: judge_periods(read_pvrp(PERIOD), told["days"], cost=told["cost"])),
    "vrp": (CLIENTS, "vrp", lambda told: judge_clients(read_vrp(CLIENTS), told["routes"], cost=told["cost"])),
    "windows": (WINDOWS, "vrp", lambda told: judge_clients(read_vrp(WINDOWS), told["routes"], cost=told["cost"])),
}
SAID = {"cost", "longest", "objective", "bound", "gap", "status", "seconds", "seed"}


@pytest.fixture
def solve(run, tmp_path):
    """Writes an instance and runs `gridgeo solve` on it; gives exit status, solution (None without one), output, errors."""

    def command(kind, text, *words):
        word = "vrp" if kind == "windows" else kind
        file, out = tmp_path / f"instance.{KINDS[kind][1]}", tmp_path / "out.json"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        status, told, errors = run("solve", word, file, "-o", out, *words)
        return status, json.loads(out.read_text()) if out.exists() else None, told, errors

    return command


@pytest.mark.parametrize("kind", KINDS)
def test_a_solution_is_written_judged_and_its_figures_said(solve, kind):
    status, solution, told, _ = solve(kind, KINDS[kind][0], "--time-limit", 0.3, "--seed", 3, "--json")
    assert status == 0
    verdict = KINDS[kind][2](solution)
    assert verdict.faults == ()
    assert solution["longest"] == pytest.approx(verdict.longest)
    figures = json.loads(told)
    assert SAID | {"tours", "file"} == set(figures)
    assert figures["seed"] == 3
    assert (solution["status"] == "optimal") == (solution["gap"] == 0.0), "a limit reached is never called optimal"


def test_the_figures_stand_on_lines_without_json(solve):
    _, _, told, _ = solve("carp", STREETS, "--time-limit", 0.3)
    assert {line.split("  ")[0] for line in told.splitlines()} == SAID | {"tours", "file"}


@pytest.mark.parametrize("kind", ["carp", "pvrp", "vrp"])
def test_the_longest_tour_can_be_made_small_first(solve, kind):
    words = ("--objective", "longest", "--vehicles", 2, "--time-limit", 0.3)
    status, solution, _, _ = solve(kind, KINDS[kind][0], *words)
    assert status == 0
    assert solution["objective"] == "longest"
    assert solution["bound"] is None or solution["bound"] <= solution["longest"] + 1e-9


def test_fewer_vehicles_than_the_work_needs_end_with_3_and_no_file(solve):
    status, solution, _, errors = solve("vrp", CLIENTS, "--vehicles", 1, "--time-limit", 0.3)
    assert (status, solution) == (3, None)
    assert "no feasible plan" in errors


@pytest.mark.parametrize(
    ("kind", "text", "words", "message"),
    [
        ("carp", STREETS[:300], (), "instance.dat: "),
        ("carp", STREETS.replace("demanda 4", "demanda -4"), (), "instance.dat: line 13: the demand is -4"),
        ("carp", STREETS.replace("demanda 4", "demanda 40"), (), "line 13: the demand 40 is above the capacity 10"),
        ("carp", b"\x00\xff\xfe" * 50, (), "instance.dat: line 1"),
        ("carp", PERIOD, (), "instance.dat: line 1"),
        ("carp", STREETS.replace("VEHICULOS : 2", ""), ("--objective", "longest"), "give vehicles (--vehicles)"),
        ("carp", STREETS, ("--objective", "beauty"), "--objective beauty: choose total or longest"),
        ("pvrp", PERIOD.replace("1 1 4 3", "4 1 4 3"), (), "instance.txt: line 1: the type is 4, time windows"),
        ("pvrp", "", (), "instance.txt: is empty"),
        (
            "vrp",
            CLIENTS.replace("DEPOT_SECTION\n1\n-1\n", ""),
            (),
            "instance.vrp: the file ends in line 16 without DEPOT",
        ),
        ("windows", WINDOWS, ("--objective", "longest"), "has time windows"),
    ],
)
def test_bad_input_is_one_clear_message_with_status_2_and_no_file(solve, kind, text, words, message):
    status, solution, _, errors = solve(kind, text, *words)
    assert (status, solution) == (2, None)
    assert message in errors
    assert "Traceback" not in errors


def test_a_folder_and_an_absent_file_are_refused(run, tmp_path):
    for given, message in ((tmp_path, "is a folder"), (tmp_path / "absent.dat", "there is no such file")):
        status, _, errors = run("solve", "carp", given, "-o", tmp_path / "out.json")
        assert status == 2
        assert message in errors


def test_a_folder_that_is_not_there_is_told_before_the_search(run, tmp_path):
    file = tmp_path / "instance.dat"
    file.write_text(STREETS)
    status, _, errors = run("solve", "carp", file, "-o", tmp_path / "absent" / "out.json", "--time-limit", 100)
    assert status == 2
    assert "doesn't exist" in errors


def test_old_files_in_latin_1_are_read(solve):
    old = STREETS.replace("drawn by hand", "Español").encode("latin-1")
    assert solve("carp", old, "--time-limit", 0.3)[0] == 0


@pytest.mark.parametrize("kind", ["pvrp", "windows"])
def test_ctrl_c_keeps_the_best_so_far(solve, kind):
    bell = threading.Thread(target=_ring_in_the_search, args=(signal.getsignal(signal.SIGINT),), daemon=True)
    bell.start()
    status, solution, _, errors = solve(kind, KINDS[kind][0], "--time-limit", 100)
    bell.join()
    assert status == 0
    assert KINDS[kind][2](solution).ok
    assert "stopping with the best answer so far" in errors


def _ring_in_the_search(before):
    """Ctrl-C half a second after the search has begun to listen for it, however long reading and loading take."""
    while signal.getsignal(signal.SIGINT) == before:
        time.sleep(0.02)
    time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.parametrize(("kind", "name"), [("carp", "gdb1.dat"), ("pvrp", "p14.txt")])
def test_published_instances_are_solved_as_their_own_judge_confirms(shared, run, tmp_path, kind, name):
    file, out = shared / "benchmarks" / kind / name, tmp_path / "out.json"
    assert run("solve", kind, file, "-o", out, "--time-limit", 1)[0] == 0
    told, judge = json.loads(out.read_text()), second_judge(file.parent)
    instance = judge.parse(str(file))
    if kind == "carp":
        assert judge.cost(instance, told["routes"]) == told["cost"] == 316
    else:
        days = [(day + 1, tour) for day, tours in enumerate(told["days"]) for tour in tours]
        assert judge.check(instance, days) == pytest.approx(told["cost"])


def test_streets_are_served_several_times_in_a_period(solve, tmp_path):
    status, solution, _, _ = solve("carp", STREETS, "--days", 4, "--times", "4,1", "--time-limit", 0.3)
    assert status == 0
    times = [sum(task == one for day in solution["days"] for tour in day for one, _ in tour) for task in range(5)]
    assert sorted(times) == [1, 1, 4, 4, 4]
    assert judge_street_days(read_carp(STREETS), solution["days"], times, cost=solution["cost"]).ok
    (tmp_path / "t.csv").write_text("task,times\n3,2\n")
    status, solution, _, _ = solve("carp", STREETS, "--days", 2, "--times", tmp_path / "t.csv", "--time-limit", 0.3)
    assert status == 0
    assert judge_street_days(read_carp(STREETS), solution["days"], [1, 1, 1, 2, 1]).ok


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--days", "5"), "--days and --times belong together"),
        (("--days", "5", "--times", "9,1"), "write numbers from 1 to 5"),
        (("--days", "2", "--times", "often"), "write numbers from 1 to 2"),
        (("--days", "2", "--times", "no.csv"), "no.csv: there is no such file"),
        (("--days", "0", "--times", "1"), "write numbers from 1 to 0"),
    ],
)
def test_a_period_that_makes_no_sense_is_refused(solve, words, message):
    status, solution, _, errors = solve("carp", STREETS, *words)
    assert (status, solution) == (2, None)
    assert message in errors


def test_a_bad_row_of_services_is_told_by_task(solve, tmp_path):
    for row, message in (
        ("9,2", "row 1 (task '9'), column 'task': '9' is no task"),
        ("1,0", "column 'times': '0' is no"),
    ):
        (tmp_path / "t.csv").write_text(f"task,times\n{row}\n")
        status, _, _, errors = solve("carp", STREETS, "--days", 2, "--times", tmp_path / "t.csv")
        assert status == 2
        assert message in errors

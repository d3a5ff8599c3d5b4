"""Many problems at once: nothing that happens around a job changes its answer, and none is lost."""

import multiprocessing
import os
import signal
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest

from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.partition import PartitionParams
from gridgeo_solvers.partition.many import Fate, Job, outcomes, seed_of, solve_many
from gridgeo_solvers.problems import Measure, PartitionProblem
from gridgeo_solvers.progress import Progress

LITTLE = PartitionParams(starts=2, plans=1, rounds=0, sweeps=50, bound_steps=10, exact_units=0, nodes=1)


def street(name, count=8, k=2, tolerance=0.3, seed=0):
    """A row of houses; its problem is feasible unless the tolerance says otherwise."""
    households = np.random.default_rng(seed).integers(8, 13, count)
    graph = Graph.from_edges(count, [(i, i + 1) for i in range(count - 1)])
    band = Measure.within("households", households, k, tolerance)
    return Job(name, PartitionProblem(graph, (band,), k, households, np.arange(count) * 100.0, np.zeros(count)))


@pytest.fixture(scope="module")
def streets():
    """Twelve streets of 6 to 20 houses; handfuls hold several of them."""
    return [street(f"s{i:02d}", 6 + 7 * i % 15, 2 + i % 2, seed=i) for i in range(12)]


@pytest.fixture(scope="module")
def alone(streets):
    """What every street comes to, solved one by one in this process."""
    return [told(outcome) for outcome in solve_many(streets, workers=1, params=LITTLE)]


def told(outcome):
    """Everything of an outcome but the time it took."""
    answer = outcome.answer
    figures = None if answer is None else (
        answer.assignment.tobytes(), answer.objective, answer.bound, answer.gap, answer.status, answer.seed, answer.starts,
    )  # fmt: skip
    return outcome.name, outcome.fate, figures, outcome.reasons


class Heard(Progress):
    """Keeps what it hears."""

    def __init__(self):
        self.stages, self.steps, self.notes = [], 0, []

    def stage(self, name, total=None):
        self.stages.append((name, total))

    def advance(self, steps=1):
        self.steps += steps

    def note(self, text):
        self.notes.append(text)


class Deadly:
    """Households that end whatever process unpickles them, as a crash in compiled code or the system's killer would."""

    def __init__(self, parent, flag=None):
        self.parent, self.flag = parent, flag

    def __reduce__(self):
        return die, (self.parent, self.flag)


def die(parent, flag):
    """Kill this process, but never the one of the test; with a flag, the first time only."""
    if os.getpid() != parent and not (flag and os.path.exists(flag)):
        if flag:
            open(flag, "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    return "harmless"


def deadly(name, flag=None):
    """A street in whose problem a killer hides."""
    job = street(name)
    object.__setattr__(job.problem, "names", (Deadly(os.getpid(), flag),) * job.problem.n)
    return job


def test_processes_and_order_change_no_answer(streets, alone):
    backwards = solve_many(iter(streets[::-1]), workers=2, params=LITTLE)
    assert [told(outcome) for outcome in backwards] == alone[::-1]
    assert all(fate is Fate.SOLVED for _, fate, _, _ in alone)


def test_a_given_executor_changes_no_answer_and_stays_open(streets, alone):
    with ThreadPoolExecutor(2) as executor:
        found = solve_many(streets, executor=executor, params=LITTLE)
        assert executor.submit(int, "7").result() == 7
    assert [told(outcome) for outcome in found] == alone


def test_jobs_of_the_same_problem_are_seeded_apart_and_by_their_name_alone():
    a, b = solve_many([street("a"), street("b")], workers=1, params=LITTLE, seed=4)
    assert (a.answer.seed, b.answer.seed) == (seed_of(4, "a"), seed_of(4, "b"))
    assert a.answer.seed != b.answer.seed


def test_a_job_without_a_plan_is_named_and_stops_no_other():
    jobs = [street("good"), street("odd", count=7, tolerance=0.0), street("many", count=3, k=9), street("fine")]
    heard = Heard()
    found = solve_many(jobs, workers=1, params=LITTLE, progress=heard)
    assert [outcome.name for outcome in found] == ["good", "odd", "many", "fine"]
    assert [outcome.answer is None for outcome in found] == [False, True, True, False]
    assert all(outcome.reasons for outcome in found[1:3])
    assert heard.stages == [("partition", 4)]
    assert heard.steps == 4
    assert [note.split(":")[0] for note in heard.notes] == ["odd", "many"]


def test_a_fault_of_the_solver_is_named_with_its_job(streets):
    broken = street("broken")
    object.__setattr__(broken.problem, "x", None)
    found = solve_many([streets[0], broken, streets[1]], workers=1, params=LITTLE)
    assert [outcome.fate for outcome in found] == [Fate.SOLVED, Fate.FAILED, Fate.SOLVED]
    assert "TypeError" in found[1].reasons[0]


def test_two_jobs_of_one_name_are_refused():
    with pytest.raises(BadProblem, match="'a' stands twice"):
        solve_many([street("a"), street("a")], workers=1, params=LITTLE)


def test_a_job_that_kills_its_process_is_named_and_no_other_is_lost(streets, alone):
    heard = Heard()
    found = solve_many([*streets[:5], deadly("killer"), *streets[5:]], workers=2, params=LITTLE, progress=heard)
    assert [told(outcome) for outcome in found if outcome.name != "killer"] == alone
    assert found[5].fate is Fate.FAILED
    assert "ends the process" in found[5].reasons[0]
    assert heard.steps == len(streets) + 1


def test_a_process_killed_from_outside_costs_no_job(streets, alone, tmp_path):
    jobs = [*streets, deadly("unlucky", str(tmp_path / "killed"))]
    found = solve_many(jobs, workers=2, params=LITTLE)
    assert (tmp_path / "killed").exists()
    assert [told(outcome) for outcome in found[:-1]] == alone
    assert found[-1].fate is Fate.SOLVED


def test_a_given_pool_that_breaks_is_replaced(streets, alone, tmp_path):
    context = multiprocessing.get_context("spawn")
    heard = Heard()
    with ProcessPoolExecutor(1, mp_context=context) as executor:
        jobs = [deadly("unlucky", str(tmp_path / "killed")), *streets[:3]]
        found = solve_many(jobs, executor=executor, params=LITTLE, progress=heard)
    assert [told(outcome) for outcome in found[1:]] == alone[:3]
    assert found[0].fate is Fate.SOLVED
    assert any("processes of this machine" in note for note in heard.notes)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_that_is_stopped_names_what_was_not_begun(workers):
    jobs = [street(f"s{i}", 60, 6) for i in range(30)]
    heard = Heard()
    found = solve_many(jobs, workers=workers, params=LITTLE, progress=heard, stop=lambda: heard.steps >= 2)
    fates = [outcome.fate for outcome in found]
    assert len(found) == len(jobs) == heard.steps
    assert fates.count(Fate.STOPPED) >= 10
    assert fates.count(Fate.SOLVED) >= 2


def test_only_a_few_problems_are_made_ahead():
    made = []

    def endless():
        while True:
            made.append(len(made))
            yield street(f"s{made[-1]}", 60, 6)

    stream = outcomes(endless(), workers=1, params=LITTLE)
    assert [next(stream).name for _ in range(3)] == ["s0", "s1", "s2"]
    stream.close()
    assert len(made) <= 6

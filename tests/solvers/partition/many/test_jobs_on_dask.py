"""Many problems on a real Dask cluster of worker processes, one of which dies in the middle."""

import numpy as np
import pytest
from distributed import Client

from clusters import PATIENCE, dask_processes
from gridgeo_solvers.graph import Graph
from gridgeo_solvers.partition import PartitionParams
from gridgeo_solvers.partition.many import Fate, Job, outcomes, solve_many
from gridgeo_solvers.problems import Measure, PartitionProblem
from gridgeo_solvers.progress import Progress

JOBS = 40
PARAMS = PartitionParams(starts=4, plans=1, rounds=0, sweeps=1000, bound_steps=40, exact_units=0, nodes=1)


def block(number):
    """A block of 8 × 8 houses, one in four of them without a plan."""
    random = np.random.default_rng(number)
    cells = np.arange(64).reshape(8, 8)
    pairs = np.concatenate(
        [
            np.column_stack([cells[:, :-1].ravel(), cells[:, 1:].ravel()]),
            np.column_stack([cells[:-1].ravel(), cells[1:].ravel()]),
        ]
    )
    households = random.integers(20, 60, 64)
    if number % 4 == 0:
        households[9] = 5_000
    band = Measure.within("households", households, 6, 0.1)
    y, x = np.divmod(np.arange(64), 8) * np.array([[100.0], [100.0]])
    return Job(f"block {number}", PartitionProblem(Graph.from_edges(64, pairs), (band,), 6, households, x, y))


def told(outcome):
    """Everything of an outcome but the time it took, as bytes and numbers."""
    answer = outcome.answer or outcome.nearest
    return (
        outcome.name, outcome.fate, outcome.reasons, answer.assignment.tobytes(), answer.objective, answer.bound, answer.seed,
    )  # fmt: skip


def test_a_worker_killed_in_the_middle_loses_no_job_and_answers_none_twice(tmp_path):
    jobs = [block(number) for number in range(JOBS)]
    heard = []
    with dask_processes(tmp_path, workers=2) as cluster, Client(cluster.address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=PATIENCE)
        busy = {}
        for outcome in outcomes(jobs, executor=client.get_executor(pure=False, retries=2), params=PARAMS, seed=7):
            heard.append(outcome)
            if len(heard) == 5:
                names = {info["id"]: address for address, info in client.scheduler_info()["workers"].items()}
                busy = client.processing()[names["w0"]]
                cluster.kill("w0")
        left = {info["id"] for info in client.scheduler_info()["workers"].values()}
    assert busy, "the worker was killed after its work was done, which proves nothing"
    assert left == {"w1"}
    assert sorted(outcome.name for outcome in heard) == sorted(job.name for job in jobs)
    here = {outcome.name: told(outcome) for outcome in solve_many(jobs, workers=1, params=PARAMS, seed=7)}
    assert {outcome.name: told(outcome) for outcome in heard} == here
    assert sum(outcome.fate is Fate.INFEASIBLE for outcome in heard) == JOBS // 4


@pytest.mark.parametrize("end", ["client", "scheduler"])
def test_a_cluster_that_ends_leaves_the_rest_to_this_machine(tmp_path, end):
    jobs = [block(number) for number in range(1, 13)]
    heard, notes = [], []

    class Heard(Progress):
        def note(self, text):
            notes.append(text)

    with dask_processes(tmp_path, workers=1) as cluster, Client(cluster.address, set_as_default=False) as client:
        client.wait_for_workers(1, timeout=PATIENCE)
        for outcome in outcomes(jobs, executor=client.get_executor(pure=False), params=PARAMS, progress=Heard()):
            heard.append(outcome)
            if len(heard) == 1:
                client.close() if end == "client" else cluster.kill("scheduler")
    assert sorted(outcome.name for outcome in heard) == sorted(job.name for job in jobs)
    assert all(outcome.answer is not None or outcome.fate is Fate.INFEASIBLE for outcome in heard)
    assert any("processes of this machine" in note for note in notes)

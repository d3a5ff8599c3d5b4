"""Cases of the partition engine: every instance with every time limit of its bars, and its peers."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import numpy as np
from bars import CLASSES
from instances import COMMUNITIES, connected, generated, instance, known, second_opinion

from gridgeo.benching import measure_partition, warm
from gridgeo_solvers.check import judge
from gridgeo_solvers.partition.many import QUICK, Job, solve_many
from gridgeo_solvers.processes import helpers

Case = Callable[[], dict[str, Any]]
MANY_UNITS = 20_000
"""Above so many units only the peers made for large graphs are asked."""
PEER_SECONDS = 60.0
PROCESSES = 2
"""Processes of a run: the bars are for two processors."""
FEW = 5


def cases(shared: Path, seeds: int = 1, peer_seconds: float = PEER_SECONDS) -> dict[str, Case]:
    """``partition NAME LIMIT s`` and ``peers NAME`` for every instance that can be had."""
    found: dict[str, Case] = {}
    for each in CLASSES:
        for name in each.instances:
            if not known(name, shared):
                continue
            if name == COMMUNITIES:
                found[f"partition {name} 300 s"] = lambda: run_communities(1000, 60, 300.0)
                continue
            for limit in each.limits(name):
                found[f"partition {name} {limit:g} s"] = lambda name=name, limit=limit: run_limit(
                    name, shared, limit, seeds
                )
            found[f"peers {name}"] = lambda name=name: run_peers_of(name, shared, peer_seconds)
    return found


def limit_of(case: str) -> float:
    """Time limit of a case by its name, where that ends with one; 0 for every other."""
    *_, limit, unit = ["", *case.split()]
    return float(limit) if unit == "s" else 0.0


def run_limit(name: str, shared: Path, limit: float, seeds: int) -> dict[str, Any]:
    """Solve one instance within `limit` seconds with each seed; compiled code is warm, what that took is told."""
    work = instance(name, shared)
    problem = work.problem
    cold = warm(len(problem.measures))
    with helpers(PROCESSES, "gridgeo_solvers.partition.search") as executor:
        if executor is not None:
            executor.submit(warm, len(problem.measures)).result()
        runs = [_run(work, shared, limit, seed, executor) for seed in range(seeds)]
    return {
        "instance": name,
        "units": problem.n,
        "k": problem.k,
        "limit": limit,
        "processes": PROCESSES,
        "best_known": work.best,
        "cold_seconds": round(cold, 2),
        "runs": runs,
    }


def _run(work: Any, shared: Path, limit: float, seed: int, executor: Executor | None) -> dict[str, Any]:
    """One run, judged by both judges; `cpu` is that of this process alone."""
    problem = work.problem
    row = measure_partition(problem, limit, seed, best_known=work.best, scale=work.scale, executor=executor)
    assignment = row.pop("assignment", None)
    if assignment is not None:
        row["connected"] = connected(problem, assignment)
        row["second_judge"] = second_opinion(work, shared, assignment)
    row["peak_mib"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return row


def run_peers_of(name: str, shared: Path, seconds: float) -> dict[str, Any]:
    """Other tools on one instance, each within `seconds` of CPU time."""
    from peers import PEERS, judged, run_peers

    work = instance(name, shared)
    asked = list(PEERS) if work.problem.n <= MANY_UNITS else ["METIS", "ReCom"]
    rows = {}
    for peer in run_peers(work.problem, seconds, names=asked):
        row = judged(work.problem, peer)
        if row["objective"] is not None:
            row["objective"] /= work.scale
            row["over_best_known"] = None if work.best is None else row["objective"] / work.best - 1
        rows[peer.name] = row
    return {"instance": name, "seconds": seconds, "peers": rows}


def run_communities(count: int, units: int, limit: float) -> dict[str, Any]:
    """Many small problems at once, as `gridgeo partition --each` solves them on two processes; every plan is judged."""
    made = generated()
    assert made is not None
    problems = list(made.communities(count, units))
    start, before = time.perf_counter(), os.times()
    answers = solve_many([Job(f"{i}", one) for i, one in enumerate(problems)], workers=2, params=QUICK)
    wall, after = time.perf_counter() - start, os.times()
    found = [outcome.answer for outcome in answers]
    invalid = [i for i, answer in enumerate(found) if answer is None or judge(problems[i], answer.assignment)]
    gaps = [answer.gap for answer in found if answer is not None and answer.gap is not None]
    run = {
        "valid": not invalid and wall <= limit,
        "status": "feasible",
        "invalid": invalid[:FEW],
        "proven_share": sum(gap == 0.0 for gap in gaps) / count,
        "worst_gap": max(gaps, default=None),
        "gap": float(np.mean(gaps)) if gaps else None,
        "wall": round(wall, 2),
        "cpu": round(sum(after[:4]) - sum(before[:4]), 2),
        "seed": 0,
    }
    return {"instance": COMMUNITIES, "units": count * units, "k": None, "limit": limit, "runs": [run]}

"""Cases of the partition engine: every instance with every time limit of its bars, and its peers."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from bars import CLASSES
from instances import COMMUNITIES, connected, generated, instance, known, second_opinion

from gridgeo.benching import measure_partition, warm
from gridgeo_solvers.problems import PartitionProblem

Case = Callable[[], dict[str, Any]]
MANY_UNITS = 20_000
"""Above so many units only the peers made for large graphs are asked."""
PEER_SECONDS = 60.0
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
    """Time limit of a case of this module by its name; 0 for every other."""
    words = case.split()
    return float(words[-2]) if words[0] == "partition" and words[-1] == "s" else 0.0


def run_limit(name: str, shared: Path, limit: float, seeds: int) -> dict[str, Any]:
    """Solve one instance within `limit` seconds with each seed; compiled code is warm, what that took is told."""
    work = instance(name, shared)
    problem = work.problem
    cold = warm(len(problem.measures))
    runs = []
    for seed in range(seeds):
        row = measure_partition(problem, limit, seed, best_known=work.best, scale=work.scale)
        assignment = row.pop("assignment", None)
        if assignment is not None:
            row["connected"] = connected(problem, assignment)
            row["second_judge"] = second_opinion(work, shared, assignment)
        row["peak_mib"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        runs.append(row)
    return {
        "instance": name,
        "units": problem.n,
        "k": problem.k,
        "limit": limit,
        "best_known": work.best,
        "cold_seconds": round(cold, 2),
        "runs": runs,
    }


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
    """Many small problems on two processes, every plan judged; each may take its share of `limit`."""
    made = generated()
    assert made is not None
    problems = list(made.communities(count, units))
    start = time.perf_counter()
    share = 0.8 * 2 * limit / count
    with ProcessPoolExecutor(2) as pool:
        rows = list(pool.map(_one_community, problems, [share] * count, chunksize=10))
    wall = time.perf_counter() - start
    invalid = [i for i, row in enumerate(rows) if not row["valid"]]
    gaps = [row["gap"] for row in rows if row["gap"] is not None]
    run = {
        "valid": not invalid and wall <= limit,
        "status": "feasible",
        "invalid": invalid[:FEW],
        "proven_share": sum(row["proven"] for row in rows) / count,
        "worst_gap": max(gaps, default=None),
        "wall": round(wall, 2),
        "cpu": round(sum(row["cpu"] for row in rows), 2),
        "seed": 0,
    }
    return {"instance": COMMUNITIES, "units": count * units, "k": None, "limit": limit, "runs": [run]}


def _one_community(problem: PartitionProblem, seconds: float) -> dict[str, Any]:
    row = measure_partition(problem, seconds, 0)
    return {key: row[key] for key in ("valid", "gap", "proven", "cpu")}

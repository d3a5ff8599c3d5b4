"""Fixed work, quality beside time: `python benchmarks/run.py [CASE …] [--shared DIR] [--output FILE]`.

Every case runs in a process of its own, so that its peak memory is its own. Times depend on the machine, which is
written beside them; compare two versions by running both on one machine, in turn. Cases that need instances
from elsewhere (``--shared``, by default ``../shared`` beside the checkout) are left out where it is absent, and said so.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"


def import_map(path: Path) -> dict[str, Any]:
    """Import one extract: buildings a second, and what came out."""
    from gridgeo.importing import import_osm

    start = time.perf_counter()
    town = import_osm(path)
    seconds = time.perf_counter() - start
    return {
        "seconds": seconds,
        "buildings": len(town.buildings),
        "buildings_per_second": len(town.buildings) / seconds,
        "units": len(town.units),
        "households": int(town.units["households"].sum()),
        "parts": int(town.units["part"].nunique()),
    }


def import_repeated(path: Path, times: int) -> dict[str, Any]:
    """Import the same town `times` times side by side: cost must grow as the work does."""
    from maps import repeat_map

    with tempfile.TemporaryDirectory() as folder:
        large = Path(folder) / "large.osm.pbf"
        repeat_map(path, large, times)
        return import_map(large)


def route_map(path: Path, k: int) -> dict[str, Any]:
    """Import, partition by households, patrol on foot and visit one door in ten of a town."""
    from gridgeo.importing import import_osm
    from gridgeo.plans.judging import check
    from gridgeo.plans.partitioning import partition
    from gridgeo.routes import patrol_routes, visit_routes
    from gridgeo_server.demo import sample_visits

    town = import_osm(path)
    start = time.perf_counter()
    plan = partition(town, k, balance={"households": 0.25})
    drawn = time.perf_counter()
    patrols = patrol_routes(plan)
    walked = time.perf_counter()
    visits = visit_routes(plan, sample_visits(town, len(town.buildings) // 10, 1))
    return {
        "partition_seconds": drawn - start,
        "patrol_seconds": walked - drawn,
        "visit_seconds": time.perf_counter() - walked,
        "faults": len(check(town, plan).faults),
        "gap": plan.figures.gap,
        "status": plan.figures.status,
        "worst_households": float(plan.worst_deviation()["households"]),
        "patrols": patrols.figures(),
        "visits": visits.figures(),
    }


def demo() -> dict[str, Any]:
    """The whole job on the sample, as a user runs it; ends before the server starts."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "gridgeo", "demo", "--no-serve", "--json", "--out", folder],
            capture_output=True,
            text=True,
            check=True,
        )
        seconds = time.perf_counter() - start
    # Where the files lay doesn't matter; how long each step took and what came out does.
    steps = {
        step["step"]: {"seconds": step["seconds"], "figures": step["figures"]}
        for step in json.loads(done.stdout)["steps"]
    }
    return {"seconds": seconds, "steps": steps}


def partition_map(path: Path, k: int) -> dict[str, Any]:
    """Partition a town in `k` grids by three bands."""
    from gridgeo.importing import import_osm
    from gridgeo.plans.partitioning import partition

    town = import_osm(path)
    start = time.perf_counter()
    plan = partition(town, k, balance={"households": 0.10, "area": 0.75, "difficulty": 0.15})
    seconds = time.perf_counter() - start
    worst = {f"worst_{name}": value for name, value in plan.worst_deviation().items()}
    figures = plan.figures
    return {
        "seconds": seconds,
        "objective": figures.objective,
        "bound": figures.bound,
        "gap": figures.gap,
        "status": figures.status,
    } | worst


def partition_instance(path: Path, seconds: float) -> dict[str, Any]:
    """A published instance, beside METIS on the same graph, judged by the judge that shares no code with either."""
    import numpy as np
    import pymetis

    from gridgeo_solvers.check import evaluate, judge
    from gridgeo_solvers.partition import read_instance, solve
    from gridgeo_solvers.partition.instances import MOI_KM2

    instance = json.loads(path.read_text())
    problem = read_instance(instance)
    start = time.perf_counter()
    answer = solve(problem, time_limit=seconds, seed=0)
    spent = time.perf_counter() - start
    graph = problem.graph
    weights = [int(node["pop"]) for node in instance["nodes"]]
    _, parts = pymetis.part_graph(
        problem.k, xadj=graph.indptr.tolist(), adjncy=graph.indices.tolist(), vweights=weights
    )
    metis = np.asarray(parts, dtype=np.int64)
    best = next(iter(instance["best_known"].values()))["value"]
    return {
        "seconds": spent,
        "objective": answer.objective,
        "bound": answer.bound,
        "gap": answer.gap,
        "status": str(answer.status),
        "faults": len(judge(problem, answer.assignment)),
        "over_best_known": answer.objective / MOI_KM2 / best - 1,
        "metis_over_best_known": evaluate(problem, metis)["objective"] / MOI_KM2 / best - 1,
        "metis_faults": len(judge(problem, metis)),
    }


def cases(shared: Path) -> dict[str, Callable[[], dict[str, Any]]]:
    """Every case by name."""
    from gridgeo.sources import sample_map

    found: dict[str, Callable[[], dict[str, Any]]] = {
        "import monaco": lambda: import_map(sample_map()),
        "partition monaco 15": lambda: partition_map(sample_map(), 15),
        "demo": demo,
    }
    for path in sorted((shared / "maps").glob("*.osm.*")):
        if not path.name.startswith("monaco"):
            name = path.name.split(".")[0]
            found[f"import {name}"] = lambda path=path: import_map(path)
            found[f"route {name}"] = lambda path=path: route_map(path, 10)
            if name == "north-bayreuth":
                found["import north-bayreuth × 3"] = lambda path=path: import_repeated(path, 3)
    for name, seconds in (
        ("us2010_IA_county", 120),
        ("us2010_OK_county", 120),
        ("us2010_NM_tract", 60),
        ("london_msoa983_k33", 30),
    ):
        path = shared / "benchmarks" / "partition" / f"{name}.json"
        if path.exists():
            found[f"solve {name}"] = lambda path=path, seconds=seconds: partition_instance(path, seconds)
    return found


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**30, 1),
        "processor": platform.machine(),
        "python": platform.python_version(),
    }


def main() -> None:
    """Run the named cases, or all, and write them with the machine's figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="CASE")
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("GRIDGEO_SHARED", ROOT.parent / "shared")))
    parser.add_argument("--output", type=Path, default=RESULTS / "latest.json")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    known = cases(given.shared)
    if given.one:
        row = known[given.one]()
        row["peak_mib"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        sys.stdout.write(json.dumps(row, default=str))
        return
    if not (given.shared / "benchmarks").is_dir():
        print(f"no instances at {given.shared}: cases that need them are left out", file=sys.stderr)
    unknown = [name for name in given.names if name not in known]
    if unknown:
        parser.error(f"no case '{unknown[0]}'; there are: {', '.join(known)}")
    rows = {}
    for name in given.names or known:
        done = subprocess.run(
            [sys.executable, __file__, "--one", name, "--shared", str(given.shared)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            rows[name] = {"failed": done.stderr.strip().splitlines()[-1]}
        else:
            rows[name] = json.loads(done.stdout)
        figures = ", ".join(
            f"{key} {value:,.4g}" if isinstance(value, float) else f"{key} {value}" for key, value in rows[name].items()
        )
        print(f"{name}: {figures}", flush=True)
    given.output.parent.mkdir(exist_ok=True)
    given.output.write_text(json.dumps({"machine": machine(), "cases": rows}, indent=1, default=str) + "\n")
    if any("failed" in row for row in rows.values()):
        sys.exit("a case failed; its message stands in its row")


if __name__ == "__main__":
    main()

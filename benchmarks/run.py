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


def cases(
    shared: Path, seeds: int | None = None, peer_seconds: float = 60.0
) -> dict[str, Callable[[], dict[str, Any]]]:
    """Every case by name; without `seeds` one run of every partition case and five of every case of tours."""
    import locating
    import officer_day
    import partition
    import roads
    import tours
    from tour_bars import SEEDS

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
    found |= locating.cases() | roads.cases(shared) | partition.cases(shared, seeds or 1, peer_seconds)
    return found | tours.cases(shared, seeds or SEEDS) | officer_day.cases(shared, seeds or SEEDS)


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**30, 1),
        "processor": platform.machine(),
        "python": platform.python_version(),
    }


def options() -> argparse.ArgumentParser:
    """What the command takes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "names", nargs="*", metavar="CASE", help="cases to run, or the beginnings of their names; all if none"
    )
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("GRIDGEO_SHARED", ROOT.parent / "shared")))
    parser.add_argument("--output", type=Path, default=RESULTS / "latest.json")
    parser.add_argument(
        "--seeds",
        type=int,
        help="runs of every case that takes seeds, 0, 1, …; 1 of the partition, 5 of tours if not set",
    )
    parser.add_argument("--peer-seconds", type=float, default=60.0, help="CPU seconds for every peer")
    parser.add_argument("--up-to", type=float, default=float("inf"), help="leave out partition cases of more seconds")
    parser.add_argument("--rerun", action="store_true", help="keep the other cases that stand in the results file")
    parser.add_argument("--list", action="store_true", help="print the names of the cases and end")
    parser.add_argument(
        "--table",
        type=Path,
        nargs="?",
        const=True,
        metavar="FILE",
        help="print a results file as a Markdown table and end",
    )
    parser.add_argument("--one", help=argparse.SUPPRESS)
    return parser


def run_one(name: str, given: argparse.Namespace) -> dict[str, Any]:
    """One case in a process of its own; a case that fails leaves its last words."""
    asked = ["--one", name, "--shared", str(given.shared)]
    asked += [] if given.seeds is None else ["--seeds", str(given.seeds)]
    done = subprocess.run(
        [sys.executable, __file__, *asked, "--peer-seconds", str(given.peer_seconds)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return {"failed": (done.stderr.strip().splitlines() or [f"ended with status {done.returncode}"])[-1]}
    return json.loads(done.stdout.splitlines()[-1])


def told(name: str, row: dict[str, Any]) -> str:
    """The figures of a row on one line."""
    import roads
    from tables import BREAK, measured_text, peers_text
    from tour_tables import told as told_tours

    if (line := told_tours(row)) is not None:
        return line
    if name in roads.BARS and "measured" in row:
        lines = [
            f"{figure} {measured} (must {must}; {peers or 'no peer'})"
            for figure, must, _, measured, peers in roads.told(name, row)
        ]
        return "; ".join([*lines, f"{row['differences']} differences"])

    if "runs" in row:
        return measured_text(row)
    if "peers" in row:
        return peers_text(row).replace(BREAK, "; ")
    return ", ".join(
        f"{key} {value:,.4g}" if isinstance(value, float) else f"{key} {value}" for key, value in row.items()
    )


def chosen(names: list[str], known: list[str]) -> list[str]:
    """The cases that `names` mean: those of that name, else those that begin with it."""
    found: dict[str, None] = {}
    for name in names:
        matches = [name] if name in known else [case for case in known if case.startswith(name)]
        if not matches:
            raise SystemExit(f"no case '{name}'; there are: {', '.join(known)}")
        found |= dict.fromkeys(matches)
    return list(found) or known


def main() -> None:
    """Run the named cases, or all, and write them with the machine's figures."""
    given = options().parse_args()
    if given.table is not None:
        import roads
        from tables import table
        from tour_tables import tour_tables

        path = given.output if given.table is True else given.table
        results = json.loads(path.read_text(encoding="utf-8"))
        parts = tour_tables(results), roads.table(results), table(results)
        print("\n\n".join(part.strip() for part in parts if part))
        return
    import partition

    known = cases(given.shared, given.seeds, given.peer_seconds)
    if given.one:
        row = known[given.one]()
        row["peak_mib"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        sys.stdout.write(json.dumps(row, default=str))
        return
    if given.list:
        print("\n".join(known))
        return
    if not (given.shared / "benchmarks").is_dir():
        print(f"no instances at {given.shared}: cases that need them are left out", file=sys.stderr)
    names = [name for name in chosen(given.names, list(known)) if partition.limit_of(name) <= given.up_to]
    rows = {}
    if given.rerun and given.output.exists():
        rows = json.loads(given.output.read_text(encoding="utf-8"))["cases"]
    given.output.parent.mkdir(exist_ok=True)
    for name in names:
        rows[name] = run_one(name, given)
        print(f"{name}: {told(name, rows[name])}", flush=True)
        document = {"machine": machine(), "cases": rows}
        given.output.write_text(json.dumps(document, indent=1, default=str) + "\n", encoding="utf-8")
    if any("failed" in rows[name] for name in names):
        sys.exit("a case failed; its message stands in its row")


if __name__ == "__main__":
    main()

"""Re-drawing: quality beside time, against what is proven, and how the time grows.

``python benchmarks/redraw.py`` prints three tables: a subdistrict in 30 seconds, five districts against the optimum that
a long proof finds, and growth of the search from 1 to 10 times the units. ``--only`` prints some of them.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from legacy import district

from gridgeo_solvers.check_redraw import judge_redraw
from gridgeo_solvers.redraw import Redrawing, Redrawn, RedrawParams, solve

SUBDISTRICT = ((1500, 40, 1), (1500, 40, 2), (1500, 40, 3))
"""Units, grids and seed of the subdistricts."""
DISTRICT = (300, 10)
"""Units and grids of the districts whose optimum is asked."""
TABLES = ("subdistricts", "growth", "districts")
SEARCH = RedrawParams(proof_nodes=0)
"""The search alone, with the bound of linear programmes."""
ANNEALED = RedrawParams(sweeps=150, tries=1, rounds=1, regions=0, pairs=0, proof_nodes=0)
"""What grows with every unit: annealing, shaking and regions, a tenth of them, without programmes; the bound is that of sums."""


def figures(asked: Redrawing, answer: Redrawn, wall: float, cpu: float) -> str:
    faults = judge_redraw(asked, answer)
    assert not faults, faults
    bound = "      –" if answer.bound is None else f"{answer.bound:7,.0f}"
    gap = "    –" if answer.gap is None else f"{answer.gap:5.1%}"
    share = answer.moved / float(asked.moving.sum())
    return f"{answer.moved:7,.0f} {share:6.2%} {bound} {gap} {wall:7.1f} {cpu:7.1f}"


def timed(asked: Redrawing, **options: object) -> tuple[Redrawn, float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    answer = solve(asked, **options)  # type: ignore[arg-type]
    return answer, time.perf_counter() - wall, time.process_time() - cpu


def broken(asked: Redrawing) -> int:
    """Old grids that miss the band."""
    band = asked.problem.measures[0]
    totals = np.bincount(asked.old, weights=band.weights)
    return int(((totals < band.lowest) | (totals > band.highest)).sum())


def over_and_under(asked: Redrawing) -> str:
    """How far growth has put the plan in force out: households above the bands and lacking below them, as shares of all."""
    band = asked.problem.measures[0]
    totals = np.bincount(asked.old, weights=band.weights)
    over = float(np.maximum(totals - band.highest, 0).sum() / totals.sum())
    under = float(np.maximum(band.lowest - totals, 0).sum() / totals.sum())
    return f"{over:5.1%} {under:5.1%}"


def subdistricts(limit: float) -> None:
    print(f"\nA subdistrict, {limit:g} s each (bar: ≤ 5 % moved, with a gap)")
    print(" units grids seed broken  over under    moved share    bound   gap    wall     cpu")
    for units, grids, seed in SUBDISTRICT:
        asked = district(units, grids, seed=seed)
        answer, wall, cpu = timed(asked, time_limit=limit)
        print(
            f"{units:6} {grids:5} {seed:4} {broken(asked):6} {over_and_under(asked)}  {figures(asked, answer, wall, cpu)}",
            flush=True,
        )


def districts(proof: float, seeds: list[int], officers: list[int]) -> None:
    print(f"\nDistricts against the optimum; the proof has {proof:g} s (bar: within 1 % where it is proven)")
    print(" units grids seed   k broken    moved share    bound   gap    wall     cpu  proven  above it")
    units, grids = DISTRICT
    for seed in seeds:
        for k in (grids + more for more in officers):
            asked = district(units, grids, k=k, seed=seed, tolerance=0.10 if k == grids else 0.20)
            found, wall, cpu = timed(asked, params=SEARCH)
            best, _, _ = timed(asked, time_limit=proof)
            known = best.status == "optimal"
            told = f"{best.moved:7,.0f} {found.moved / max(best.moved, 1.0) - 1:8.2%}" if known else "   open        –"
            line = figures(asked, found, wall, cpu)
            print(f"{units:6} {grids:5} {seed:4} {k:3} {broken(asked):6}  {line} {told}", flush=True)


def growth() -> None:
    print("\nGrowth of the search (no time limit, annealing without programmes, bound by sums)")
    print(" units grids seed broken    moved share    bound   gap    wall     cpu")
    for units, grids in ((150, 4), (500, 13), (1500, 40)):
        asked = district(units, grids, seed=1)
        answer, wall, cpu = timed(asked, params=ANNEALED)
        print(f"{units:6} {grids:5} {1:4} {broken(asked):6}  {figures(asked, answer, wall, cpu)}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=float, default=30.0, help="seconds of a subdistrict")
    parser.add_argument("--proof", type=float, default=300.0, help="seconds of a proof")
    parser.add_argument("--only", nargs="+", choices=TABLES, default=TABLES, help="tables to print")
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3, 4, 5], help="of the districts")
    parser.add_argument("--officers", nargs="+", type=int, default=[0, 1, -1], help="grids more than there are")
    options = parser.parse_args()
    # Kernels are compiled once and then cached; that isn't measured.
    solve(district(60, 4), params=RedrawParams(sweeps=10, rounds=0, proof_nodes=0))
    if "subdistricts" in options.only:
        subdistricts(options.limit)
    if "growth" in options.only:
        growth()
    if "districts" in options.only:
        districts(options.proof, options.seeds, options.officers)


if __name__ == "__main__":
    main()

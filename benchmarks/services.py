"""Tracks, service points and collection rounds: what is found beside what is true or bounded, and CPU seconds.

``python benchmarks/services.py coverage [EXTRACT]`` follows synthetic tracks along half of the patrols of a town;
``python benchmarks/services.py sites`` chooses among 200 candidates for 5,000 demands;
``python benchmarks/services.py collection`` plans and drives rounds to 150 villages.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))


def coverage(extract: str | None = None) -> None:
    """Coverage told against the truth, at 10 m of noise on each axis and at 10 m in all."""
    import gridgeo
    from gridgeo.coverage import street_coverage
    from gridgeo.plans.plan import Plan
    from gridgeo.plans.rules import Rules
    from tracks import START, really_walked, track_along

    town = gridgeo.import_osm(extract or gridgeo.sample_map())
    areas = pd.Series(town.units["area"].to_numpy(), index=town.units["unit"])
    plan = Plan(town, areas, Rules(k=int(areas.nunique())))
    patrols = gridgeo.patrol_routes(plan)
    warm = track_along(patrols.routes.geometry.iloc[0], town.crs, seed=0)
    street_coverage(plan, warm.iloc[:50])
    for noise in (10.0, 10.0 / np.sqrt(2)):
        for seed in (1, 2, 3):
            lines = patrols.routes.geometry[np.random.default_rng(seed).random(len(patrols.routes)) < 0.5]
            walks = [
                track_along(
                    line, town.crs, seed=97 * seed + k, noise_m=noise, officer=f"o{k}", start=START + 86_400 * k
                )
                for k, line in enumerate(lines)
            ]
            track = pd.concat(walks, ignore_index=True)
            begin = time.process_time()
            done = street_coverage(plan, track)
            seconds = time.process_time() - begin
            length = done.streets["length_m"].to_numpy()
            truth = float((really_walked(done.streets, lines) * length).sum() / length.sum())
            told = float((done.streets["covered"] * length).sum() / length.sum())
            print(
                f"noise {noise:.1f} m, {len(track):,} positions: truth {truth:.1%}, told {told:.1%} ({100 * (told - truth):+.2f} points), "
                f"km {lines.length.sum() / 1000:.1f} told {done.meta['km']:.1f}, {seconds:.2f} CPU s, {len(track) / seconds:,.0f} positions/s"
            )


def sites() -> None:
    """Objective, bound and gap of large problems."""
    from gridgeo_solvers.location import SitesProblem, cover_all, cover_most, shortest_ways

    random = np.random.default_rng(0)
    here, there = random.uniform(0, 60, (5000, 1, 2)), random.uniform(0, 60, (1, 200, 2))
    minutes = 2.6 * np.hypot(*(here - there).transpose(2, 0, 1))
    problem = SitesProblem(minutes, random.integers(1, 400, 5000).astype(float))
    shortest_ways(SitesProblem(minutes[:50, :10], problem.weight[:50]), 2)
    for name, solve in (
        *((f"ways, {new} new", lambda new=new: shortest_ways(problem, new)) for new in (5, 20, 60)),
        ("most, 10 new, 25 min", lambda: cover_most(problem, 10, 25.0)),
        ("all, 40 min", lambda: cover_all(problem, 40.0)),
    ):
        begin = time.process_time()
        found = solve()
        print(
            f"{name}: objective {found.objective:,.1f}, bound {found.bound:,.1f}, gap {found.gap:.3%}, {found.status}, "
            f"{time.process_time() - begin:.1f} CPU s"
        )


def collection() -> None:
    """Longest wait, kilometres and minutes of a month, against days dealt out without search."""
    from gridgeo_solvers.collection import plan_rounds, simulate
    from villages import villages

    for open_days in ((True,), (True,) * 6 + (False,)):
        problem = villages(0, 150, open_days=open_days)
        for steps in (0, 4000):
            begin = time.process_time()
            plan = plan_rounds(problem, steps=steps)
            seconds = time.process_time() - begin
            month = simulate(
                plan.rounds, seconds=problem.seconds, metres=problem.metres, items=problem.items, service=problem.service,
                most_days=problem.most_days, capacity=problem.capacity, shift=problem.shift,
            )  # fmt: skip
            print(
                f"150 villages, cycle {problem.cycle}, {steps} steps: longest wait {month.longest_wait} days, faults {len(month.faults)}, "
                f"{month.km.sum():,.0f} km, {month.minutes.sum():,.0f} min, days {min(m for m in plan.minutes if m):.0f} to "
                f"{max(plan.minutes):.0f} min, {seconds:.1f} CPU s"
            )


if __name__ == "__main__":
    {"coverage": coverage, "sites": sites, "collection": collection}[sys.argv[1]](*sys.argv[2:])

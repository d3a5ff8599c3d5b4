"""Re-drawings to choose from: number of grids against imbalance against households moved against cost."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Unpack

import pandas as pd

from gridgeo.arguments import proven
from gridgeo.errors import BadInput, NoFeasiblePlan
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.building import build_problem
from gridgeo.plans.files import write_plan
from gridgeo.plans.plan import Plan
from gridgeo.plans.redraw_rules import locks_of, redraw_rules
from gridgeo.plans.redrawing import Redrawn, asked_of, named
from gridgeo.plans.rules import Band, Rules, measure
from gridgeo.plans.wishes import Wishes
from gridgeo.sources import write_csv
from gridgeo.sources.files import replacing, writable
from gridgeo.sources.vectors import FORMATS
from gridgeo_solvers import clock
from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.redraw import RedrawParams, solve
from gridgeo_solvers.stop import StopRule

PARETO = ("plan-*.gpkg", "choices.csv")
"""What a folder of choices holds."""

TOLERANCES = (0.10, 0.20, 0.35)
"""Tolerances that are tried where none are given."""
QUICK = RedrawParams(sweeps=600, choices=2, rounds=1, proof_nodes=0)
"""Work for one of many plans: its bound comes from linear programmes alone."""


@dataclass(frozen=True)
class RedrawChoice:
    """One re-drawing of several.

    Parameters
    ----------
    k
        Number of grids.
    imbalance
        Largest relative deviation of a banded measure from its mean grid.
    households_moved
        Households whose grid changes.
    cost
        `k` times what an officer costs.
    redrawn
        The plan behind it.
    """

    k: int
    imbalance: float
    households_moved: int
    cost: float
    redrawn: Redrawn


@proven
def pareto(
    jurisdiction: Jurisdiction,
    plan: Plan,
    k: tuple[int, int] | Sequence[int],
    *,
    tolerances: Sequence[float] = TOLERANCES,
    officer_cost: float = 1.0,
    lock: Sequence[str] = (),
    lock_units: Sequence[str] = (),
    areas: Sequence[str] = (),
    without: Sequence[str] = (),
    time_limit: float | None = None,
    seed: int = 0,
    stop: StopRule | None = None,
    progress: Progress | None = None,
    **wishes: Unpack[Wishes],
) -> list[RedrawChoice]:
    """Re-drawings of which none is better than another in number of grids, imbalance and households moved at once.

    Parameters
    ----------
    k
        The fewest and the most grids, or the numbers that are tried.
    tolerances
        Each replaces every tolerance of `balance`. A range like ``0:400`` holds besides: no grid passes its ends.
    officer_cost
        What the officers of one grid cost, in any unit.
    jurisdiction, plan, lock, lock_units, areas, without, time_limit, seed, stop, progress, wishes
        As in `gridgeo.redraw`; the time is for all plans together.

    Returns
    -------
    By number of grids, then by imbalance. What keeps no plan is left out.

    Raises
    ------
    BadInput
        As `gridgeo.redraw`, or no measure is balanced.
    NoFeasiblePlan
        No number of grids and tolerance has a plan.
    """
    if not 0 <= officer_cost < float("inf"):
        raise BadInput(f"an officer costs {officer_cost:g}; give a number, 0 or more")
    counts = list(range(k[0], k[1] + 1)) if isinstance(k, tuple) and len(k) == 2 else sorted(set(k))
    told = progress or Progress()
    wanted = [redraw_rules(jurisdiction, plan, count, False, 0, wishes, told, tuple(without)) for count in counts]
    if not wanted or not wanted[0].balance:
        raise BadInput("choices differ by the balance of a measure, but none is balanced; give e.g. households=0.10")
    if not len(tolerances):
        raise BadInput("choices need at least one tolerance, e.g. 0.10")
    locks = locks_of(jurisdiction, plan, tuple(lock), tuple(lock_units), tuple(areas))
    ends = None if time_limit is None else clock.now() + time_limit
    tasks = [(rules, tolerance) for rules in wanted for tolerance in sorted(tolerances)]
    found: list[RedrawChoice] = []
    failed: list[str] = []
    for number, (rules, tolerance) in enumerate(tasks):
        if stop is not None and stop():
            break
        left = None if ends is None else max((ends - clock.now()) / (len(tasks) - number), 0.1)
        try:
            held = _held(jurisdiction, rules, tolerance)
            problem = build_problem(jurisdiction, held)
            asked = asked_of(jurisdiction, plan, problem, locks)
            answer = solve(asked, stop=stop, time_limit=left, seed=seed, params=QUICK)
            drawn = named(jurisdiction, plan, held, problem, answer, locks.outside)
            found.append(_choice(drawn, officer_cost))
        except (Infeasible, NoFeasiblePlan) as error:
            failed += [f"{rules.fewest} grids within ±{tolerance:.0%}: {reason}" for reason in error.reasons]
        told.note(f"{number + 1} of {len(tasks)} re-drawings tried")
    if not found:
        raise NoFeasiblePlan(failed[:6] or ["the search was stopped before a plan was found"])
    return sorted(undominated(found), key=lambda one: (one.k, one.imbalance))


def undominated(choices: Sequence[RedrawChoice]) -> list[RedrawChoice]:
    """Those that no other one is as good as in grids, imbalance and moves at once, and better in one of them."""
    kept: list[RedrawChoice] = []
    for one in sorted(choices, key=lambda c: (c.k, c.households_moved, c.imbalance)):
        beaten = any(
            other.k <= one.k
            and other.households_moved <= one.households_moved
            and other.imbalance <= one.imbalance + 1e-12
            for other in kept
        )
        if not beaten:
            kept.append(one)
    return kept


def pareto_table(choices: Sequence[RedrawChoice]) -> pd.DataFrame:
    """One row a choice: `plan` (1, 2, …), `grids`, `imbalance`, `households_moved`, `share_moved`, `at_least`, `cost`,
    `ties_kept`, `new_grids`, `dissolved` (how many).
    """
    return pd.DataFrame(
        [
            {
                "plan": number,
                "grids": one.k,
                "imbalance": round(one.imbalance, 4),
                "households_moved": one.households_moved,
                "share_moved": round(one.redrawn.share_moved, 4),
                "at_least": one.redrawn.bound,
                "cost": one.cost,
                "ties_kept": round(one.redrawn.ties_kept, 4),
                "new_grids": len(one.redrawn.new_grids),
                "dissolved": len(one.redrawn.dissolved),
            }
            for number, one in enumerate(choices, start=1)
        ]
    )


def pareto_path(folder: str | os.PathLike[str]) -> Path:
    """`folder` as a `Path` that `write_pareto` can write to: worth asking before plans are searched.

    Raises
    ------
    BadInput
        As `write_pareto`.
    """
    target = Path(folder)
    if target.suffix.lower() in FORMATS or target.is_file():
        raise BadInput(f"{target}: several plans are written into a folder; give one")
    return writable(target, PARETO)


def write_pareto(choices: Sequence[RedrawChoice], folder: str | os.PathLike[str]) -> None:
    """Write choices into one new folder: ``plan-1.gpkg``, … and the table ``choices.csv``.

    Raises
    ------
    BadInput
        The folder names a file format, or can't be written.
    """
    with replacing(pareto_path(folder), PARETO) as fresh:
        fresh.mkdir()
        for number, one in enumerate(choices, start=1):
            write_plan(one.redrawn.plan, fresh / f"plan-{number}.gpkg")
        write_csv(pareto_table(choices), fresh / "choices.csv")


def _choice(redrawn: Redrawn, officer_cost: float) -> RedrawChoice:
    plan = redrawn.plan
    count = int(plan.assignment.nunique())
    worst = plan.worst_deviation()
    imbalance = max(float(worst[name]) for name in plan.rules.balance)
    return RedrawChoice(count, imbalance, redrawn.households_moved, count * officer_cost, redrawn)


def _held(jurisdiction: Jurisdiction, rules: Rules, tolerance: float) -> Rules:
    """The rules with every band within `tolerance` of the mean; ranges keep their ends as well."""
    bands: dict[str, Band] = {}
    for name, band in rules.balance.items():
        if band.tolerance is not None:
            bands[name] = Band(tolerance=tolerance)
            continue
        mean = float(measure(jurisdiction.units, name).sum()) / rules.fewest
        assert band.low is not None
        assert band.high is not None
        low, high = max(band.low, mean * (1 - tolerance)), min(band.high, mean * (1 + tolerance))
        if low > high:
            raise NoFeasiblePlan(
                [f"{rules.fewest} grids have {mean:,.0f} {name} each on average; the band ends at {band.high:,.0f}"]
            )
        bands[name] = Band(low=low, high=high)
    return replace(rules, balance=bands)

"""As few grids as hold everything: upper ends of bands alone, case by case.

Where only upper ends count, grids can be split, so that a number of grids that is enough nearly always stays enough when it
grows. Each case is searched from its lower bound up in growing steps, then between the last number for which nothing was found
and the first for which something was. Numbers below are refuted one by one, as far as the proof gets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gridgeo_solvers.errors import Infeasible
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.redraw.answer import RedrawParams
from gridgeo_solvers.redraw.asking import Redrawing
from gridgeo_solvers.redraw.cases import Case, cases_of, counts_of
from gridgeo_solvers.redraw.counting import Plan
from gridgeo_solvers.redraw.drawing import Run, drawn
from gridgeo_solvers.redraw.proving import prove
from gridgeo_solvers.redraw.reasons import locked_faults, why_not
from gridgeo_solvers.stop import AnyOf, StopRule

GLANCE = RedrawParams(sweeps=900, choices=3, rounds=0, tries=0, regions=0, proof_nodes=0)
"""Work that finds out whether there is a plan with so many grids."""
REFUTED = RedrawParams(proof_nodes=400, pairs=6000)
"""Work that finds out whether there is none."""


@dataclass(frozen=True)
class Fewest:
    """A number of grids that is enough, locked ones among them; plans of every case; and what no plan has fewer than."""

    k: int
    plans: Sequence[Plan]
    least: int


def fewest(
    asked: Redrawing,
    *,
    stop: StopRule | None = None,
    time_limit: float | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Fewest:
    """The fewest grids that were found to keep every rule, by the time limit or by work; the cap on moves isn't looked at.

    Parameters
    ----------
    asked
        Its problem's `k` is ignored; bands have upper ends alone.
    stop, time_limit, seed, progress
        As in `solve`.

    Raises
    ------
    Infeasible
        No number of grids holds everything, or none was found.
    """
    rules = () if stop is None else (stop,)
    run = Run(asked, GLANCE, seed, 0.0, time_limit, rules, progress or Progress())
    faults = locked_faults(asked)
    if faults:
        raise Infeasible(faults)
    cases = cases_of(asked)
    run.progress.stage("fewest", len(cases))
    plans, least = [], len(asked.locked_grids)
    for number, case in enumerate(cases):
        plan, bound = _fewest(run, case, (number + 1) / len(cases))
        plans.append(plan)
        least += bound
    if any(plan.labels_of is None for plan in plans):
        raise why_not(asked, cases, plans, None)
    return Fewest(sum(plan.k for plan in plans) + len(asked.locked_grids), plans, least)


def _fewest(run: Run, case: Case, share: float) -> tuple[Plan, int]:
    """A plan of one case with as few grids as were found, and what no plan has fewer than."""
    counts = counts_of(case, case.n)
    below, step = counts.start - 1, 1
    plan = drawn(run, case, counts.start, share)
    while plan.labels_of is None and plan.k < counts.stop - 1 and not run.stop_at(share)():
        below = plan.k
        plan = drawn(run, case, min(plan.k + step, counts.stop - 1), share)
        step *= 2
    while plan.labels_of is not None and plan.k - below > 1 and not run.stop_at(share)():
        middle = (plan.k + below) // 2
        other = drawn(run, case, middle, share)
        plan, below = (plan, middle) if other.labels_of is None else (other, below)
    if plan.labels_of is None:
        plan = _as_it_was(case, plan)
    # Where plans are rare the proof meets one that the search didn't.
    end = counts.stop if plan.labels_of is None else plan.k
    return _refuted(run, case, plan, counts.start, end, share)


def _as_it_was(case: Case, plan: Plan) -> Plan:
    """The plan in force where it keeps the rules and no other was found."""
    kept = case.m > 0 and bool((case.home >= 0).all()) and not case.broken(case.home)
    return Plan(case.m, case.m, case.home) if kept else plan


def _refuted(run: Run, case: Case, plan: Plan, least: int, end: int, share: float) -> tuple[Plan, int]:
    """The plan, or one with fewer than `end` grids that the proof meets, and what no plan has fewer than, from `least` on."""
    while least < end and not run.stop_at(share)():
        seconds = run.left(share)
        proof = prove(case, least, None, REFUTED, AnyOf(run.rules), None if seconds is None else seconds / 2)
        if proof.plan is not None:
            return Plan(least, max(case.m, least), proof.plan), least
        if proof.bound < float("inf"):
            break
        least += 1
    return plan, least

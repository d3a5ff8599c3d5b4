"""Drawing one case: a plan annealed from the old one, and improved on a few grids at a time."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gridgeo_solvers import clock
from gridgeo_solvers.progress import Progress
from gridgeo_solvers.redraw.annealing import anneal
from gridgeo_solvers.redraw.answer import RedrawParams
from gridgeo_solvers.redraw.asking import IntArray, Redrawing
from gridgeo_solvers.redraw.cases import Case
from gridgeo_solvers.redraw.choosing import choose
from gridgeo_solvers.redraw.counting import Plan
from gridgeo_solvers.redraw.programme import WALL
from gridgeo_solvers.redraw.regions import improve, reanneal
from gridgeo_solvers.redraw.starts import start_of
from gridgeo_solvers.stop import AnyOf, MaxSeconds, StopRule

CHOSEN = 20.0
"""Most seconds for the choice of what to split and dissolve, where there is a time limit."""
HOPEFUL = 1.08
"""Moves of a plan, against those of the best, above which it isn't taken further."""
SHAKEN = 0.5
"""Temperature from which the best plan is annealed again, in mean costs of a unit; less each time."""
SMALL = 2000
"""Pairs of unit and grid up to which the proof takes over early."""


@dataclass
class Run:
    """What one call of a door knows throughout."""

    asked: Redrawing
    params: RedrawParams
    seed: int
    gap: float
    limit: float | None
    rules: tuple[StopRule, ...]
    progress: Progress
    began: float = field(default_factory=clock.now)

    def stop_at(self, share: float) -> StopRule:
        """A rule that stops at a share of the time limit, or where the caller's own rules say so."""
        if self.limit is None:
            return AnyOf(self.rules)
        timed = MaxSeconds(max(self.began + share * self.limit - clock.now(), 0.0))
        timed()
        return AnyOf((*self.rules, timed))

    def left(self, share: float) -> float | None:
        """Seconds up to a share of the time limit; None without one."""
        return None if self.limit is None else max(self.began + share * self.limit - clock.now(), 0.05)


def drawn(run: Run, case: Case, k: int, share: float, known: IntArray | None = None) -> Plan:
    """The best plan found of one case until a share of the time is over; `known` is a plan to improve beside."""
    stop, left = run.stop_at(share), run.left(share)
    params = run.params
    helds = _helds(case, k, params.choices, run.seed, WALL if left is None else min(CHOSEN, left / 4))
    # Other ways to split and dissolve are tried where there is something to choose, and the best is taken further.
    short = max(params.sweeps // 4, 1)
    labels = max(case.m, k)
    found = better(run, case, None, known, labels, 0, stop)
    tried: list[tuple[float, int, IntArray]] = []
    for turn, held in enumerate(helds):
        begin, labels = start_of(case, k, held, run.seed + turn)
        if len(np.unique(begin)) != k:
            continue
        first = anneal(case, begin, labels, sweeps=short, seed=run.seed * 31 + turn, stop=stop)
        tried.append((np.inf if first is None else case.moved(first), turn, begin if first is None else first))
        if stop():
            break
    tried.sort(key=lambda one: one[:2])
    small = case.rows * labels <= SMALL and params.proof_nodes > 0
    for value, turn, begin in tried[: 1 if small else 2]:
        if np.isfinite(value) and params.tries:
            plan: IntArray | None = begin
        else:
            plan = anneal(case, begin, labels, sweeps=params.sweeps, seed=run.seed * 31 + 7 + turn, stop=stop)
            plan = begin if plan is None and np.isfinite(value) else plan
        found = better(run, case, found, plan, labels, turn, stop)
    for turn in range(params.rounds):
        # What a small case still lacks is found by its proof.
        if found is None or small or stop():
            break
        hot = SHAKEN / (1 + turn)
        plan = anneal(case, found, labels, sweeps=params.sweeps, seed=run.seed * 31 + 97 + turn, stop=stop, hot=hot)
        found = better(run, case, found, plan, labels, 97 + turn, stop)
    run.progress.advance()
    return Plan(k, labels, found)


def _helds(case: Case, k: int, choices: int, seed: int, seconds: float) -> list[IntArray | None]:
    """Ways to split and dissolve that are tried; None lets the start decide. Anchors say themselves where their grids lie."""
    if len(case.limits.anchors):
        return [None] * min(choices, 2)
    return [choice.held for choice in choose(case, k, choices, seed, seconds)] or [None]


def better(
    run: Run, case: Case, best: IntArray | None, plan: IntArray | None, labels: int, turn: int, stop: StopRule
) -> IntArray | None:
    """The better of the best plan and `plan`, which is improved first by programmes on a few grids at a time."""
    if plan is None or (best is not None and case.moved(plan) > HOPEFUL * case.moved(best)):
        return best
    if run.params.tries:
        plan = reanneal(case, plan, labels, tries=run.params.tries, seed=run.seed + turn, stop=stop)
    if run.params.regions:
        size, nodes = run.params.regions, run.params.nodes
        plan = improve(case, plan, labels, size=size, nodes=nodes, seed=run.seed + turn, stop=stop)
    if best is not None and case.moved(plan) >= case.moved(best):
        return best
    run.progress.incumbent(float(case.mass[plan != case.home].sum()))
    return plan

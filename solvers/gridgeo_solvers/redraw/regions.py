"""Improving a plan on a few neighbouring grids at a time, the rest held as it is: by annealing, and by integer programmes.

What is far apart hardly touches, so that a plan of many grids gets better faster region by region than as a whole: what
each annealing of a region lost by bad luck the next one may mend, and only what is gained is kept.
"""

from __future__ import annotations

import numpy as np

from gridgeo_solvers.redraw.annealing import anneal
from gridgeo_solvers.redraw.asking import FloatArray, IntArray
from gridgeo_solvers.redraw.cases import Case
from gridgeo_solvers.redraw.members import Members
from gridgeo_solvers.redraw.model import Model, near_pairs
from gridgeo_solvers.stop import StopRule

HOPS = 3
"""Borders that units of a region may lie away from a grid to be offered to it."""
ROUNDS = 12
"""Whole answers that are cut in one region."""
SECONDS = 2.0
"""Seconds after which a region is left as it is; node limits end it earlier."""
AGAIN = (5, 13)
"""Fewest grids of a region that is annealed again, and the first number that is too many."""
SWEEPS = 300
"""Proposed moves per unit in such a region."""
PATIENCE = 5
"""Regions for each grid that may be annealed again in vain."""
LIGHT = 1e-9
"""Households below which nothing was given or taken."""
LARGE = 900
"""Units of a region above which it is left out."""


def improve(
    case: Case, plan: IntArray, labels: int, *, size: int, nodes: int, seed: int, stop: StopRule, rounds: int = 2
) -> IntArray:
    """The best plan met from `plan`, which keeps every rule: each region is solved until none gets better.

    A region is a grid and those around it, up to `size` of them. Grids in which nothing changed since a region around them
    was solved in vain are passed over.
    """
    random = np.random.default_rng([seed, case.n, labels])
    best, members = plan.copy(), Members(case.graph, plan, labels)
    dirty = np.ones(labels, dtype=bool)
    for _ in range(rounds * 4):
        used = np.unique(best)
        waiting = used[dirty[used]]
        if not len(waiting):
            break
        for g in random.permutation(waiting).tolist():
            if stop():
                return best
            if not dirty[g]:
                continue
            region = members.around(g, best, size, random)
            found = _solved(case, best, members.of(region), region, nodes, stop)
            dirty[g] = False
            if found is not None:
                dirty[region] = True
                best[members.of(region)] = found
                members.renew(region, best)
    return best


def reanneal(case: Case, plan: IntArray, labels: int, *, tries: int, seed: int, stop: StopRule) -> IntArray:
    """The best plan met from `plan`, which keeps every rule: regions around grids that gave or took much are annealed anew.

    At most `tries` regions are tried for each grid.
    """
    random = np.random.default_rng([seed, case.n, labels, tries])
    best, vain, members = plan.copy(), 0, Members(case.graph, plan, labels)
    used = len(np.unique(plan))
    pull = _pull(case, best, np.arange(case.n), labels)
    for _ in range(tries * used):
        if stop() or vain >= PATIENCE * used or used < 2:
            break
        worth = np.where((pull > LIGHT) & members.some, pull, 0.0)
        if worth.sum() <= 0:
            break
        g = int(random.choice(labels, p=worth / worth.sum()))
        region = members.around(g, best, int(random.integers(*AGAIN)), random)
        units = members.of(region)
        part = case.restricted(best, units, region)
        now = np.searchsorted(region, best[units])
        fresh = anneal(
            part, now, len(region), sweeps=SWEEPS, seed=int(random.integers(1 << 30)), stop=stop
        )  # fmt: skip
        vain += 1
        if fresh is None or part.moved(fresh) > part.moved(now):
            continue
        if part.moved(fresh) < part.moved(now) - 1e-9:
            vain = 0
        pull -= _pull(case, best, units, labels)
        best[units] = region[fresh]
        pull += _pull(case, best, units, labels)
        members.renew(region, best)
    return best


def _pull(case: Case, plan: IntArray, units: IntArray, labels: int) -> FloatArray:
    """What each label gave or took of `units`, shape (labels,)."""
    away = units[plan[units] != case.home[units]]
    own = away[case.home[away] >= 0]
    took = np.bincount(plan[away], weights=case.cost[away], minlength=labels)
    return np.asarray(took + np.bincount(case.home[own], weights=case.cost[own], minlength=labels), dtype=np.float64)


def _solved(
    case: Case, plan: IntArray, units: IntArray, region: IntArray, nodes: int, stop: StopRule
) -> IntArray | None:
    """Better labels of `units`, those of the region, where some were found."""
    if len(units) > LARGE or len(region) < 2:
        return None
    part = case.restricted(plan, units, region)
    now = np.searchsorted(region, plan[units])
    before = part.moved(now)
    if before <= 0:
        return None
    model = Model(part, len(region), len(region), near_pairs(part, len(region), now, HOPS))
    answer = model.relaxed(6, SECONDS / 2)
    # Rounding of the programme aside, nothing can be gained.
    if answer.values is None or answer.objective >= before - 1e-6:
        return None
    found = _whole(model, part, now, nodes, before, stop)
    return None if found is None else region[found]


def _whole(model: Model, part: Case, now: IntArray, nodes: int, before: float, stop: StopRule) -> IntArray | None:
    for _ in range(ROUNDS):
        if stop():
            return None
        model.programme.begin_from(model.values_of(now))
        answer = model.programme.solve(nodes=nodes, seconds=SECONDS, gap=1e-5, cutoff=before - 1e-6)
        if answer.values is None:
            return None
        plan = model.plan(answer.values)
        if part.moved(plan) >= before - 1e-6:
            return None
        if not model.learn(answer.values):
            return None if part.broken(plan) else plan
    return None

"""Bounds and proofs of optimality for the parts of a problem: the door from the engine.

Small parts whose rules are bands, connection and rivals are proven by branch and bound over priced sets (`branching`);
others by Hess's model in HiGHS (`hess`), where few pairs of row and centre are left. Larger parts with no rules but bands
and connection are proven by their centres (`centre_proof`), where the first bound leaves few sites for those.
"""

from __future__ import annotations

from gridgeo_solvers.partition.answer import PartitionParams
from gridgeo_solvers.partition.branching import WORK, Tree
from gridgeo_solvers.partition.centre_proof import prove_by_centres
from gridgeo_solvers.partition.hess import NODES, PAIRS, no_plan_exists, prove
from gridgeo_solvers.partition.highs import WALL
from gridgeo_solvers.partition.lagrangian import Bound, lagrangian
from gridgeo_solvers.partition.parts import Part
from gridgeo_solvers.partition.space import whole
from gridgeo_solvers.partition.values import Found
from gridgeo_solvers.stop import StopRule

SEVERAL = 30
"""Share of the work on a proof that is spent where several measures have bands."""

NEAR, LARGEST = 0.012, 4000
"""Gap of the first bound up to which centres are refuted one by one, and the most rows of such parts."""

__all__ = ["bound_of", "no_plan_exists"]


def bound_of(
    part: Part, best: Found, k: int, params: PartitionParams, gap: float, pursue: bool, stop: StopRule
) -> tuple[Found, float]:
    """Bound of `part` with `k` grids; with `pursue`, small parts are solved to proof and `best` may improve."""
    if k == part.n or (best.feasible and best.value.cost <= 0):
        return best, best.value.cost
    bound = lagrangian(part, k, best.value.cost, best.plan, params.bound_steps, stop)
    value = min(bound.value, best.value.cost) if best.feasible else bound.value
    if pursue and best.feasible and part.n > params.exact_units and _narrow(part, value, best):
        if value >= best.value.cost * (1 - gap) or stop():
            return best, value
        best, other = prove_by_centres(part, best, k, bound, stop)
        return best, min(max(value, other), best.value.cost)
    if not pursue or part.n > params.exact_units or value >= best.value.cost * (1 - gap) or stop():
        return best, value
    if _listable(part):
        best, value = _grow(part, best, k, bound, stop)
        # Sets are priced by one measure: with several, Hess's model may prove what they don't.
        if len(part.weights) < 2 or value >= best.value.cost * (1 - gap):
            return best, value
    _, pairs = bound.fixed_out(part, k, best.value.cost)
    if int((pairs <= best.value.cost * (1 + 1e-9)).sum()) > PAIRS or stop():
        return best, value
    best, other = prove(part, best, k, bound, nodes=NODES, seconds=WALL, stop=stop)
    return best, min(max(value, other), best.value.cost)


def _narrow(part: Part, value: float, best: Found) -> bool:
    """Whether a proof by the centres has a chance: a plain part with a narrow gap."""
    return part.plain and part.lower_of is None and part.n <= LARGEST and value >= best.value.cost * (1 - NEAR)


def _listable(part: Part) -> bool:
    """Whether sets of rows can be judged and priced one by one."""
    return not part.cut.any() and part.lower_of is None and bool((part.zone < 0).all())


def _grow(part: Part, best: Found, k: int, bound: Bound, stop: StopRule) -> tuple[Found, float]:
    limit = best.value.cost * (1 - 1e-9)
    if bound.value >= limit:
        return best, best.value.cost
    _, pairs = bound.fixed_out(part, k, limit)
    work = WORK if len(part.weights) < 2 else WORK // SEVERAL
    return Tree(part, best, k, whole(part, pairs < limit), bound.u, bound.value).run(stop, work)

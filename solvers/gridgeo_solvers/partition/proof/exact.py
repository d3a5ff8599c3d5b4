"""Bounds and proofs of optimality for the parts of a problem: the door from the engine.

Small parts whose rules are bands, connection and rivals are proven by branch and bound over priced sets (`branching`);
others by Hess's model in HiGHS (`hess`), where few pairs of row and centre are left. Larger parts with no rules but bands
and connection are proven by their centres (`centre_proof`), where the first bound leaves few sites for those.
"""

from __future__ import annotations

import numpy as np

from gridgeo_solvers.partition.bounds.lagrangian import Bound, lagrangian
from gridgeo_solvers.partition.bounds.local_bound import local_bound
from gridgeo_solvers.partition.ground.answer import PartitionParams
from gridgeo_solvers.partition.ground.highs import WALL
from gridgeo_solvers.partition.ground.parts import Part
from gridgeo_solvers.partition.ground.values import Found, Value
from gridgeo_solvers.partition.proof.branching import WORK, Tree
from gridgeo_solvers.partition.proof.centre_proof import prove_by_centres
from gridgeo_solvers.partition.proof.hess import NODES, PAIRS, no_plan_exists, prove
from gridgeo_solvers.partition.proof.space import whole
from gridgeo_solvers.stop import StopRule

LARGE = 4_000_000
"""Rows × grids above which the bound looks at near rows alone."""
STEPPED = 1_500_000
"""Rows that all its steps look at there."""
FARTHEST = 1.15
"""How much dearer than a plan that breaks a rule one that keeps all may be."""
STEP, FINEST, WIDER = 0.01, 32, 1.3
"""The first limit lies this share above the bound, or this part of the way to the best plan; how much further the next."""
SEVERAL = 30
"""Share of the work on a proof that is spent where several measures have bands."""

NEAR, LARGEST = 0.012, 4000
"""Gap of the first bound up to which centres are refuted one by one, and the most rows of such parts."""

__all__ = ["first_bound", "first_plan", "no_plan_exists", "proof_of"]


def first_bound(part: Part, best: Found, k: int, params: PartitionParams, stop: StopRule) -> tuple[float, Bound | None]:
    """A bound, and the multipliers that prove it where there is more to learn from them."""
    if k == part.n or (best.feasible and best.value.cost <= 0):
        return best.value.cost, None
    if part.n * k > LARGE:
        return local_bound(part, k, best.plan, steps=min(params.bound_steps, STEPPED // part.n), stop=stop), None
    bound = lagrangian(part, k, best.value.cost, best.plan, params.bound_steps, stop)
    return _capped(bound.value, best), bound


def proof_of(
    part: Part, best: Found, k: int, bound: Bound, params: PartitionParams, gap: float, stop: StopRule
) -> tuple[Found, float]:
    """`best`, or a better plan met, and a bound no lower than `bound` says: small parts are solved to proof."""
    value = _capped(bound.value, best)
    if (best.feasible and value >= best.value.cost * (1 - gap)) or stop():
        return best, value
    if part.n > params.exact_units:
        if best.feasible and _narrow(part, value, best):
            best, other = prove_by_centres(part, best, k, bound, stop)
            value = _capped(max(value, other), best)
        return best, value
    if not best.feasible and _growable(part, params):
        # The search has ended with this already.
        return best, value
    if _listable(part):
        best, value = _grow(part, best, k, bound, stop)
        # Sets are priced by one measure: with several, Hess's model may prove what they don't.
        if len(part.weights) < 2 or not best.feasible or value >= best.value.cost * (1 - gap):
            return best, value
    if not best.feasible:
        return best, value
    _, pairs = bound.fixed_out(part, k, best.value.cost)
    if int((pairs <= best.value.cost * (1 + 1e-9)).sum()) > PAIRS or stop():
        return best, value
    best, other = prove(part, best, k, bound, nodes=NODES, seconds=WALL, stop=stop)
    return best, _capped(max(value, other), best)


def _capped(value: float, best: Found) -> float:
    return min(value, best.value.cost) if best.feasible else value


def first_plan(part: Part, near: Found, k: int, params: PartitionParams, stop: StopRule) -> Found | None:
    """A plan that keeps every rule, and little dearer than `near`, which breaks one; None where none is met.

    Where units are large beside a band, plans are rare and steps from one to the next rarer: growing the sets that a grid
    can be finds one sooner than moving units does.
    """
    if not _growable(part, params):
        return None
    bound = lagrangian(part, k, near.value.cost * FARTHEST, near.plan, params.bound_steps, stop)
    if not np.isfinite(bound.value):
        return None
    met, _ = _grow(part, near, k, bound, stop)
    return met if met.feasible else None


def _growable(part: Part, params: PartitionParams) -> bool:
    """Whether sets are grown where the search met no plan: a small part of one measure."""
    return part.n <= params.exact_units and len(part.weights) == 1 and bool(part.centred) and _listable(part)


def _narrow(part: Part, value: float, best: Found) -> bool:
    """Whether a proof by the centres has a chance: a plain part with a narrow gap."""
    return part.plain and part.lower_of is None and part.n <= LARGEST and value >= best.value.cost * (1 - NEAR)


def _listable(part: Part) -> bool:
    """Whether sets of rows can be judged and priced one by one."""
    return not part.cut.any() and part.lower_of is None and bool((part.zone < 0).all())


def _grow(part: Part, best: Found, k: int, bound: Bound, stop: StopRule) -> tuple[Found, float]:
    """`best` or a better plan, and a bound: limits on the cost climb from the bound until one is met by grown sets.

    A limit far above the cheapest plan costs many times as much work as one just above it, and how much that plan costs
    is seldom known before it is proven. Every limit that isn't met is a bound.
    """
    work = WORK if len(part.weights) < 2 else WORK // SEVERAL
    value = bound.value
    end = best.value.cost if best.feasible else max(best.value.cost, value) * FARTHEST
    over = max(STEP * value, (end - value) / FINEST)
    while value < end * (1 - 1e-9) and work > 0 and not stop():
        limit = min(bound.value + over, end)
        _, pairs = bound.fixed_out(part, k, limit * (1 - 1e-9))
        sought = Found(best.plan, Value(1.0, limit))
        tree = Tree(part, sought, k, whole(part, pairs < limit * (1 - 1e-9)), bound.u, bound.value)
        met, told = tree.run(stop, work)
        if met.feasible:
            return met, told
        value = max(value, min(told, limit))
        if told < limit * (1 - 1e-9):
            break
        work -= tree.work
        over *= WIDER
    return best, end if best.feasible and value >= end * (1 - 1e-9) else value

"""Bounds on a plan of several parts that share grids, and of one part that is searched on meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridgeo_solvers.partition.ground.allotment import best_sum
from gridgeo_solvers.partition.ground.few import bests_of_few, is_few
from gridgeo_solvers.partition.ground.parts import Part
from gridgeo_solvers.partition.ground.values import Found, better
from gridgeo_solvers.partition.run import Run
from gridgeo_solvers.stop import AnyOf, MaxSeconds

if TYPE_CHECKING:
    from gridgeo_solvers.partition.bounds.relaxation import Bound

WORTH_IT, WORTH_IT_WIDE = 0.05, 0.3
"""Share of the time limit that is worth another search once the bound is known; the second of a wide part."""
ANEW = 1 << 20
"""What is added to the seed for that search."""


def prove(run: Run, parts: list[Part], plans: list[dict[int, Found]], full: list[range], k: int) -> float | None:
    """Bound over every way to share `k` grids among `parts`; better plans found on the way replace those in `plans`.

    Numbers of grids that were not tried are bounded by the multipliers of those that were. The way to share that bounds
    the sum is looked at closer, until it is proven or nothing is left to be learnt of it.
    """
    few = all(is_few(part, count) for part, counts in zip(parts, full, strict=True) for count in counts)
    if not (parts[0].centred or few) or run.params.bound_steps == 0 or run.stop():
        return None
    run.progress.stage("bound", sum(len(one) for one in plans))
    proofs = [_Proof(run, part, one, counts) for part, one, counts in zip(parts, plans, full, strict=True)]
    while True:
        least = best_sum([proof.bounds for proof in proofs], k, lambda a, b: a + b, 0.0)
        if least is None or not np.isfinite(least[0]):
            return None
        best = best_sum([proof.costs() for proof in proofs], k, lambda a, b: a + b, 0.0)
        if best is not None:
            run.bounded(parts, best[0], min(least[0], best[0]))
        pairs = list(zip(proofs, least[1], strict=True))
        left = [(proof, count) for proof, count in pairs if count not in proof.closed]
        # One hard proof doesn't keep the clock from the others; what was cut short is gone on with in the end.
        seconds = run.left() / (2 * len(left)) if len(left) > 1 else np.inf
        left = left or [(proof, count) for proof, count in pairs if count in proof.cut_short]
        if run.stop() or not left or (best is not None and least[0] >= best[0] * (1 - run.gap)):
            return least[0]
        run.progress.stage("bound", len(left))
        for proof, count in left:
            proof.pursue(count, seconds)
            run.progress.advance()


def prove_and_search(run: Run, part: Part, plans: dict[int, Found], full: list[range], k: int) -> float | None:
    """Bound of the only part; then it is searched again with the time that is left over."""
    from gridgeo_solvers.partition.search import WIDE, search

    bound = prove(run, [part], [plans], full, k)
    known = plans[k]
    proven = known.feasible and bound is not None and bound >= known.value.cost * (1 - max(run.gap, 1e-9))
    # A wide part takes long to begin with.
    least = (WORTH_IT if part.n * k <= WIDE else WORTH_IT_WIDE) * (run.limit or 0.0)
    if not proven and not run.stop() and run.left() > least:
        again = search(part, k, run.params, run.seed + ANEW, known.plan, run.left(), run.stop, run.hearer(part))
        run.starts += again[1]
        known = better(known, again[0])
    plans[k] = run.joined(part, known, wait=not proven)
    return bound


class _Proof:
    """Bounds of one part for each number of grids it may have, and what was pursued as far as it goes."""

    def __init__(self, run: Run, part: Part, plans: dict[int, Found], counts: range) -> None:
        self.run, self.part, self.plans, self.counts = run, part, plans, counts
        self.bounds = dict.fromkeys(counts, -np.inf)
        self.closed: set[int] = set()
        self.cut_short: set[int] = set()
        self._multipliers: dict[int, Bound] = {}
        if all(is_few(part, count) for count in counts):
            bests = bests_of_few(part, counts)
            plans.update(bests)
            self.bounds = {count: bests[count].value.cost if count in bests else np.inf for count in counts}
            self.closed.update(counts)
            return
        for count in list(plans):
            self._look(count)

    def costs(self) -> dict[int, float]:
        """What the best plan of each number of grids costs, where it keeps every rule."""
        return {count: found.value.cost for count, found in self.plans.items() if found.feasible}

    def pursue(self, count: int, seconds: float) -> None:
        """Find a plan of `count` grids if there is none, and prove its cost if it can be proven in `seconds`."""
        from gridgeo_solvers.partition.proof.exact import proof_of
        from gridgeo_solvers.partition.search import search

        run, part = self.run, self.part
        self.closed.add(count)
        self.cut_short.discard(count)
        if count not in self.plans:
            most = None if run.limit is None else max(0.1 * run.left(), 0.1)
            self.plans[count] = run.counted(search(part, count, run.params, run.seed, None, most, run.stop))
            self._look(count)
        if count in self._multipliers and part.plain:
            bound, slice_over = self._multipliers[count], MaxSeconds(seconds)
            stop = AnyOf((run.stop, slice_over))
            best, value = proof_of(part, self.plans[count], count, bound, run.params, run.gap, stop)
            if slice_over():
                self.cut_short.add(count)
            self.plans[count] = best
            value = max(self.bounds[count], value)
            self.bounds[count] = min(value, best.value.cost) if best.feasible else value

    def _look(self, count: int) -> None:
        """Bound all numbers of grids by the multipliers of one."""
        from gridgeo_solvers.partition.proof.exact import first_bound

        found = self.plans[count]
        value, bound = first_bound(self.part, found, count, self.run.params, self.run.stop)
        self.bounds[count] = max(self.bounds.get(count, -np.inf), value)
        self.run.progress.advance()
        if bound is None:
            return
        self._multipliers[count] = bound
        for other in self.counts:
            value = bound.at(count, other)
            most = self.plans[other].value.cost if other in self.plans and self.plans[other].feasible else np.inf
            self.bounds[other] = min(max(self.bounds[other], value), most)

"""Proof of optimality for small parts: Hess's model with all centres, what a bound rules out left away,
contiguity by separators added as plans break it (Oehrlein and Haunert 2017; Validi, Buchanan and Lykhovyd 2022).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pulp
from numpy.typing import NDArray

from gridgeo_solvers.partition.bounds.lagrangian import Bound
from gridgeo_solvers.partition.ground import highs
from gridgeo_solvers.partition.ground.parts import IntArray, Part
from gridgeo_solvers.partition.ground.values import Found, better, found
from gridgeo_solvers.stop import StopRule

ROUNDS = 60
"""Most rounds of solve and separate."""


PAIRS = 1500
"""Most pairs of row and centre for which branch and bound is begun; above it seldom ends."""
NODES = 5000
"""Branch-and-bound nodes of one round."""
REFUSAL_NODES = 300
"""Branch-and-bound nodes, over all rounds, after which a proof that no plan exists is given up."""


Cut = tuple[tuple[int, int], list[tuple[int, int]]]
"""A pair that is used only together with one of the other pairs."""


@dataclass
class _Hess:
    """The model under construction: `x[row, site]` are the pairs that may be used."""

    part: Part
    k: int
    model: Any
    x: dict[tuple[int, int], Any]
    sites: list[int]
    scale: float


def prove(
    part: Part, best: Found, k: int, bound: Bound, *, nodes: int, seconds: float, stop: StopRule
) -> tuple[Found, float]:
    """Best plan and bound of `part`: both equal where the branch and bound ends within `nodes` and `seconds` a round."""
    limit = best.value.cost * (1 + 1e-9)
    open_sites, pair_bound = bound.fixed_out(part, k, limit)
    hess = _build(part, k, (pair_bound <= limit) & (open_sites > 0)[None, :], limit)
    _warm(hess, best.plan)
    value = bound.value
    for _ in range(ROUNDS):
        if stop():
            break
        outcome = highs.run(hess.model, nodes=nodes, seconds=seconds, gap=1e-9)
        if outcome.infeasible:
            return best, best.value.cost
        value = max(value, min(outcome.bound * hess.scale, best.value.cost))
        if not outcome.solved:
            break
        plan, centre_of = _read(hess)
        cuts = _separate(hess, centre_of)
        if not cuts:
            best = better(best, found(part, plan, k))
            break
        if value >= best.value.cost * (1 - 1e-9):
            break
        _add(hess, cuts)
    if value >= best.value.cost * (1 - 1e-8):
        value = best.value.cost
    return best, value


def no_plan_exists(part: Part, k: int, stop: StopRule) -> bool:
    """Whether it is proven that no connected plan of `k` grids keeps the bands; false says nothing.

    Every grid is named after its lowest row, so that one plan is one solution of the model.
    """
    if part.n**2 > PAIRS:
        return False
    first = np.unique(part.row_of, return_index=True)[1]
    allowed = np.zeros(part.cost.shape, dtype=bool)
    for row, site in enumerate(first.tolist()):
        allowed[row:, site] = True
    hess = _build(replace(part, centred=0.0), k, allowed, 1.0)
    left = REFUSAL_NODES
    for _ in range(ROUNDS):
        if stop() or left <= 0:
            return False
        outcome = highs.run(hess.model, nodes=left)
        left -= max(outcome.nodes, 1)
        if outcome.infeasible:
            return True
        cuts = _separate(hess, _read(hess)[1]) if outcome.solved else []
        if not cuts:
            return False
        _add(hess, cuts)
    return False


def _build(part: Part, k: int, allowed: NDArray[np.bool_], limit: float) -> _Hess:
    sites = np.flatnonzero(allowed.any(axis=0)).tolist()
    model = pulp.LpProblem("hess", pulp.LpMinimize)
    x = {
        (r, s): model.add_variable(f"x_{r}_{s}", cat="Binary")
        for s in sites
        for r in np.flatnonzero(allowed[:, s]).tolist()
    }
    scale = max(limit / part.n, 1e-12)
    model.setObjective(pulp.LpAffineExpression([(v, part.cost[r, s] / scale) for (r, s), v in x.items()]))
    hess = _Hess(part, k, model, x, sites, scale)
    by_row: dict[int, list[int]] = {}
    by_site: dict[int, list[int]] = {}
    for r, s in x:
        by_row.setdefault(r, []).append(s)
        by_site.setdefault(s, []).append(r)
    for r, choices in by_row.items():
        model += pulp.LpAffineExpression([(x[r, s], 1) for s in choices]) == 1
    home = part.row_of
    model += pulp.LpAffineExpression([(x[int(home[s]), s], 1) for s in sites]) == k
    for s in sites:
        opened = x[int(home[s]), s]
        for w, low, high in zip(part.weights, part.lower, part.upper, strict=True):
            load = pulp.LpAffineExpression([(x[r, s], float(w[r])) for r in by_site[s] if w[r]])
            if np.isfinite(high):
                model += load - float(high) * opened <= 0
            if low > 0:
                model += load - float(low) * opened >= 0
        for r in by_site[s]:
            if r == home[s]:
                continue
            model += x[r, s] - opened <= 0
            near = [int(b) for b in part.graph.neighbours(r) if (int(b), s) in x]
            if int(home[s]) not in near:
                model += pulp.LpAffineExpression([(x[r, s], 1), *((x[b, s], -1) for b in near)]) <= 0
    return hess


def _add(hess: _Hess, cuts: list[Cut]) -> None:
    for pair, others in cuts:
        hess.model += pulp.LpAffineExpression([(hess.x[pair], 1), *((hess.x[o], -1) for o in others)]) <= 0


def _warm(hess: _Hess, plan: IntArray) -> None:
    centre = hess.part.centres(plan, hess.k).tolist()
    for (r, s), variable in hess.x.items():
        variable.setInitialValue(int(centre[plan[r]] == s))


def _read(hess: _Hess) -> tuple[IntArray, IntArray]:
    """Plan with grids numbered 0..k-1, and the site of every row."""
    site_of = np.full(hess.part.n, -1, dtype=np.int64)
    top = np.full(hess.part.n, -1.0)
    for (r, s), variable in hess.x.items():
        value = variable.value() or 0.0
        if value > top[r]:
            top[r], site_of[r] = value, s
    return np.unique(site_of, return_inverse=True)[1].astype(np.int64), site_of


def _separate(hess: _Hess, site_of: IntArray) -> list[Cut]:
    """For every piece cut off from its centre: one of its rows needs a row of a minimal separator."""
    part = hess.part
    cuts = []
    for s in np.unique(site_of).tolist():
        inside = site_of == s
        reached = part.graph.reached(int(part.row_of[s]), inside)
        lost = np.flatnonzero(inside & ~reached)
        if len(lost) == 0:
            continue
        # Rows next to the connected part of the centre, seen from each lost piece.
        ring = np.zeros(part.n, dtype=bool)
        for r in np.flatnonzero(reached).tolist():
            ring[part.graph.neighbours(r)] = True
        ring &= ~reached
        done = np.zeros(part.n, dtype=bool)
        for a in lost.tolist():
            if done[a]:
                continue
            done |= part.graph.reached(a, inside)
            outer = part.graph.reached(a, ~reached & ~ring | (np.arange(part.n) == a))
            separator = [c for c in np.flatnonzero(ring).tolist() if outer[part.graph.neighbours(c)].any() or c == a]
            for t in hess.sites:
                # The separator cuts `a` off from every site inside the reached part, not only from s.
                if reached[part.row_of[t]] and (a, t) in hess.x:
                    others = [(c, t) for c in separator if (c, t) in hess.x]
                    cuts.append(((a, t), others))
    return cuts

"""A lower bound on compactness and travel that holds for every plan, with all sites allowed as centres.

Hess's model (Hess et al. 1965): x_rs assigns row r to centre s, k centres open, bands on every open grid, contiguity
left out. The rule "every row exactly once" is priced by multipliers u (Lagrangian relaxation); what remains falls apart
into one continuous knapsack per site, solved exactly for one measure by the price at which its band binds, and the k
cheapest sites are opened. Any u gives a valid bound; subgradient steps with Polyak's length raise it.
"""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from gridgeo_solvers.partition.parts import FloatArray, IntArray, Part
from gridgeo_solvers.stop import StopRule


@dataclass(frozen=True)
class Bound:
    """Best bound with what proved it: `worth` (sites,) of opening a site, `price` (sites,) of the leading measure."""

    value: float
    u: FloatArray
    worth: FloatArray
    price: FloatArray
    measure: int

    def fixed_out(self, part: Part, k: int, limit: float) -> tuple[IntArray, FloatArray]:
        """Sites and pairs that no plan cheaper than `limit` uses (reduced-cost fixing).

        Returns
        -------
        sites
            Shape (sites,), 1 where the site may still be a centre.
        pairs
            Shape (rows, sites), the bound when that pair is used; pairs above `limit` are out.
        """
        order = np.sort(self.worth)
        opened = self.value + np.maximum(self.worth - order[k - 1], 0.0)
        reduced = part.cost - self.u[:, None]
        if self.measure >= 0:
            reduced = reduced + np.outer(part.weights[self.measure], self.price)
        pairs = opened[None, :] + np.maximum(reduced, 0.0)
        home = part.row_of
        pairs[home, np.arange(len(home))] = opened
        return (opened <= limit).astype(np.int64), pairs


def lagrangian(part: Part, k: int, incumbent: float, plan: IntArray, steps: int, stop: StopRule) -> Bound:
    """Bound of `part` with `k` grids after at most `steps` subgradient steps, started from the costs of `plan`."""
    measure = _leading(part)
    weights = part.weights[measure] if measure >= 0 else np.ones(part.n)
    low = float(part.lower[measure]) if measure >= 0 else 0.0
    high = float(part.upper[measure]) if measure >= 0 else np.inf
    centres = part.centres(plan, k)
    u = _start(part, centres, plan, weights)
    price = np.zeros(part.cost.shape[1])
    best = Bound(-np.inf, u.copy(), np.zeros_like(price), price.copy(), measure)
    share, stale = 1.0, 0
    direction = np.zeros(part.n)
    columns = np.ascontiguousarray(part.cost.T)
    for _ in range(steps):
        if stop():
            break
        worth = site_worth(columns, part.row_of, u, weights, low, high, price)
        chosen = np.argsort(worth, kind="stable")[:k]
        value = float(u.sum() + worth[chosen].sum())
        if value > best.value:
            stale = 0 if value > best.value + 1e-5 * abs(incumbent) else stale + 1
            best = Bound(value, u.copy(), worth, price.copy(), measure)
        else:
            stale += 1
        if stale > 12:
            share, stale = share * 0.6, 0
            u = best.u.copy()
        slope = 1.0 - use_of(part, u, weights, price, chosen)
        direction = slope + 0.5 * direction
        norm = float(direction @ direction)
        if norm < 1e-12 or best.value >= incumbent or share < 1e-3:
            break
        u = u + share * max(incumbent - value, 1e-9 * abs(incumbent)) / norm * direction
    return best


def _leading(part: Part) -> int:
    if not len(part.weights):
        return -1
    width = (np.minimum(part.upper, 10 * part.mean) - part.lower) / part.mean
    return int(width.argmin())


def _start(part: Part, centres: IntArray, plan: IntArray, weights: FloatArray) -> FloatArray:
    """What every row pays now, and what its second choice would cost, half each."""
    costs = np.sort(part.cost[:, centres], axis=1)
    own = part.cost[np.arange(part.n), centres[plan]]
    return 0.5 * own + 0.5 * np.maximum(own, costs[:, 1]) if costs.shape[1] > 1 else own


@njit(cache=True, nogil=True, error_model="numpy")
def site_worth(columns, row_of, u, weights, low, high, price):
    """Least cost of opening each site at multipliers `u`; `price` is updated to the price at which its band binds.

    The dual of one knapsack is concave in the price and its slope is the load drawn minus the edge of the band, so
    the price is found by halving, beginning at the price of the last call. Any price gives a valid worth.
    """
    sites, rows = columns.shape
    worth = np.empty(sites)
    for s in range(sites):
        home = row_of[s]
        top = 0.0
        bottom = 0.0
        load = weights[home]
        for r in range(rows):
            reduced = columns[s, r] - u[r]
            if reduced < 0.0 and r != home:
                load += weights[r]
            if weights[r] > 0.0:
                top = max(top, -reduced / weights[r])
                bottom = min(bottom, -reduced / weights[r])
        lam = 0.0
        edge = 0.0
        if load > high:
            edge, bottom, lam = high, 0.0, price[s]
        elif load < low:
            edge, top, lam = low, 0.0, price[s]
        else:
            bottom, top = 0.0, 0.0
        if lam <= bottom or lam >= top:
            lam = 0.5 * (bottom + top)
        best = -np.inf
        for turn in range(24):
            load = weights[home]
            value = columns[s, home] - u[home] + lam * weights[home] - lam * edge
            for r in range(rows):
                reduced = columns[s, r] - u[r] + lam * weights[r]
                if reduced < 0.0 and r != home:
                    value += reduced
                    load += weights[r]
            if value > best:
                best = value
                price[s] = lam
            if top <= bottom or abs(load - edge) <= 1e-3 * edge:
                break
            if load > edge:
                bottom = lam
            else:
                top = lam
            if turn == 0:
                lam = min(max(lam + 0.05 * (abs(lam) if load > edge else -abs(lam)), bottom), top)
            if turn > 0 or lam <= bottom or lam >= top:
                lam = 0.5 * (bottom + top)
        worth[s] = best
    return worth


def use_of(part: Part, u: FloatArray, weights: FloatArray, price: FloatArray, chosen: IntArray) -> FloatArray:
    """How often each row is taken by the `chosen` sites at these prices, shape (rows,)."""
    reduced = part.cost[:, chosen] - u[:, None] + np.outer(weights, price[chosen])
    taken = reduced < 0.0
    taken[part.row_of[chosen], np.arange(len(chosen))] = True
    return taken.sum(axis=1).astype(np.float64)

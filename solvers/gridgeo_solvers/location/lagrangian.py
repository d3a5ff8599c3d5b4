"""A bound on the weighted ways to a given number of sites, and which sites it settles.

The rule "every demand has a site" is priced (Cornuéjols, Fisher and Nemhauser 1977, *Location of bank accounts to optimize
float*); what is left is solved by sorting the candidates. Prices rise and fall by subgradients (Held, Wolfe and Crowder 1974). A
candidate is settled where the bound with it open, or closed, is above a known answer (Beasley 1993, *Lagrangean heuristics for
location problems*).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.location.interchange import interchange


@dataclass(frozen=True)
class Priced:
    """A bound, the best sites met on the way, and the candidates that are open or closed in every better answer."""

    bound: float
    sites: NDArray[np.int64]
    objective: float
    surely_open: NDArray[np.bool_]
    surely_closed: NDArray[np.bool_]


def price(cost: NDArray[np.float64], count: int, kept: tuple[int, ...], *, rounds: int = 400, seed: int = 0) -> Priced:
    """Bound the least sum of `cost` over `count` columns.

    Parameters
    ----------
    cost
        Shape (n, m): finite cost of each demand at each candidate.
    count
        Number of sites, `kept` among them.
    kept
        Columns that are open.
    rounds
        Changes of the prices.
    seed
        Of the search for the first answer.
    """
    m = cost.shape[1]
    sites = interchange(cost, count, kept, seed=seed)
    objective = float(cost[:, sites].min(axis=1).sum())
    firm = np.zeros(m, dtype=bool)
    firm[list(kept)] = True
    near = np.partition(cost, min(1, m - 1), axis=1)[:, min(1, m - 1)] if m > 1 else cost[:, 0]
    prices, best_prices, bound, pace, idle = near.copy(), near.copy(), -np.inf, 1.5, 0
    surely_open, surely_closed = firm.copy(), np.zeros(m, dtype=bool)
    for _ in range(rounds):
        value, worth, chosen = _relaxed(cost, prices, count, surely_open, surely_closed)
        if value > bound + 1e-12 * abs(value):
            improved = value > bound + 1e-4 * abs(objective - bound) if np.isfinite(bound) else True
            bound, best_prices = max(bound, value), prices.copy()
            idle = 0 if improved else idle + 1
        else:
            idle += 1
        met = float(cost[:, chosen].min(axis=1).sum())
        if met < objective - 1e-9:
            sites, objective = chosen, met
        _settle(worth, chosen, value, objective, firm, surely_open, surely_closed)
        slope = 1.0 - (cost[:, chosen] < prices[:, None]).sum(axis=1)
        square = float(slope @ slope)
        if square == 0.0 or objective - bound <= 1e-9 * max(1.0, objective) or pace < 1e-3:
            break
        if idle >= 12:
            pace, idle, prices = pace / 2, 0, best_prices.copy()
            continue
        prices = prices + pace * (1.01 * objective - value) / square * slope
    return Priced(min(bound, objective), np.sort(sites), objective, surely_open, surely_closed)


def _relaxed(
    cost: NDArray[np.float64],
    prices: NDArray[np.float64],
    count: int,
    surely_open: NDArray[np.bool_],
    surely_closed: NDArray[np.bool_],
) -> tuple[float, NDArray[np.float64], NDArray[np.int64]]:
    """The least value under `prices`, what each candidate is worth, and the candidates that give it."""
    worth = np.minimum(cost - prices[:, None], 0.0).sum(axis=0)
    rank = np.where(surely_open, -np.inf, np.where(surely_closed, np.inf, worth))
    chosen = np.argsort(rank, kind="stable")[:count]
    return float(prices.sum() + worth[chosen].sum()), worth, chosen


def _settle(
    worth: NDArray[np.float64],
    chosen: NDArray[np.int64],
    value: float,
    objective: float,
    firm: NDArray[np.bool_],
    surely_open: NDArray[np.bool_],
    surely_closed: NDArray[np.bool_],
) -> None:
    """Mark what a better answer than `objective` can't do otherwise."""
    inside = np.zeros(len(worth), dtype=bool)
    inside[chosen] = True
    slack = 1e-9 * max(1.0, abs(objective))
    free_in, free_out = inside & ~surely_open, ~inside & ~surely_closed
    if free_in.any() and free_out.any():
        last, next_ = worth[free_in].max(), worth[free_out].min()
        surely_closed |= free_out & (value + worth - last > objective + slack)
        surely_open |= free_in & (value + next_ - worth > objective + slack)

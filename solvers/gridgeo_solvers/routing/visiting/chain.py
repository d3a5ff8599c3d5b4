"""The cheapest days for the visits of one door that keep its rhythm: a chain through the days, found exactly.

The price of a day doesn't depend on the other days, as each has routes of its own: dynamic programming over (visit, day) finds
the best of all patterns of days without listing them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gridgeo_solvers.kernels import bare_kernel, folded_kernel
from gridgeo_solvers.routing.visiting.state import Facts, Floats, Ints


class Links(NamedTuple):
    """Scratch of a chain, shape (visits at the most, days) each: the cheapest way to a visit on a day, and the visit and day before."""

    best: Floats
    visit: Ints
    day: Ints

    @classmethod
    def of(cls, visits: int, days: int) -> Links:
        """For doors of so many visits."""
        shape = (max(1, visits), days)
        return cls(np.empty(shape), np.empty(shape, dtype=np.int64), np.empty(shape, dtype=np.int64))


def cheapest_chain(f: Facts, x: int, price: Floats, kept: Ints, skip: float, days: Ints) -> float:
    """Fill `days` with the day of each visit of door `x`, -1 for one left out, and return what they cost.

    Parameters
    ----------
    f
        Facts; the rhythm of `x` is kept.
    x
        The door.
    price
        Shape (visits, days): what each visit costs on each day, inf where it can't be.
    kept
        Shape (visits,): the day of visits that stay where they are, else -1.
    skip
        What leaving a visit out costs; inf to forbid it.
    days
        Written.

    Returns
    -------
    inf where no chain is possible.
    """
    return float(_chain(f, x, price, kept, skip, days, Links.of(*price.shape)))


@bare_kernel
def _chain(f: Facts, x: int, price: Floats, kept: Ints, skip: float, days: Ints, links: Links) -> float:
    return chained(f, x, price, kept, skip, days, links)


@folded_kernel
def chained(f: Facts, x: int, price: Floats, kept: Ints, skip: float, days: Ints, links: Links) -> float:
    """`cheapest_chain` on scratch of its own, which may be larger than the door needs."""
    n, horizon = f.visits[x], price.shape[1]
    least, most = f.least[x], f.most[x]
    best, before_visit, before_day = links.best, links.visit, links.day
    total, last_visit, last_day = np.inf, -1, -1
    lead = 0.0
    for k in range(n):
        # `lead`: what leaving out all visits before k costs, if that may be.
        for d in range(horizon):
            best[k, d] = np.inf
            if kept[k] >= 0 and d != kept[k]:
                continue
            cost = price[k, d]
            if cost == np.inf:
                continue
            found, from_visit, from_day = np.inf, -1, -1
            if f.first_from[x] + k * least <= d <= f.first_to[x] + k * most:
                found = lead
            between = 0.0
            for j in range(k - 1, -1, -1):
                steps = k - j
                for e in range(max(0, d - steps * most), min(horizon - 1, d - steps * least) + 1):
                    if best[j, e] + between < found:
                        found, from_visit, from_day = best[j, e] + between, j, e
                if kept[j] >= 0 or skip == np.inf:
                    break
                between += skip
            if found == np.inf:
                continue
            best[k, d] = found + cost
            before_visit[k, d] = from_visit
            before_day[k, d] = from_day
        lead = np.inf if kept[k] >= 0 else lead + skip
    tail = 0.0
    for k in range(n - 1, -1, -1):
        left = n - 1 - k
        for d in range(horizon):
            if f.last_from[x] - left * most <= d <= f.last_to[x] - left * least and best[k, d] + tail < total:
                total, last_visit, last_day = best[k, d] + tail, k, d
        if kept[k] >= 0 or skip == np.inf:
            tail = np.inf
            break
        tail += skip
    for k in range(n):
        days[k] = -1
    if tail < total:
        return tail
    while last_visit >= 0:
        days[last_visit] = last_day
        last_visit, last_day = before_visit[last_visit, last_day], before_day[last_visit, last_day]
    return total

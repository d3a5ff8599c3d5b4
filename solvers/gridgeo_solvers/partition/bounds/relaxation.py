"""The relaxed model of a part: what sites are worth at given multipliers, over all rows or over those in reach."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridgeo_solvers.partition.bounds import knapsacks
from gridgeo_solvers.partition.ground.parts import SLACK, FloatArray, IntArray, Part

GROW = 0.3
"""How far multipliers may rise before rows are gathered anew, as a share of the usual cost of a row."""
DROP = 0.2
"""How far prices may fall before rows are gathered anew, as a share of the usual cost per load."""

MISSED = 1e-4
"""How much multipliers may exceed what lists were made for, as a share of their sum: steps may err, proofs don't."""
HELD = 0.1
"""Share of the cheapest sites whose prices may be held up by the end of their lists."""


@dataclass(frozen=True)
class Bound:
    """Best bound with what proved it: `worth` (sites,) of opening a site, `prices` (measures, sites) of the bands.

    `measure` is the one with the narrowest band, -1 where no measure has one.
    """

    value: float
    u: FloatArray
    worth: FloatArray
    prices: FloatArray
    measure: int

    @property
    def price(self) -> FloatArray:
        """Price of the leading measure at every site, shape (sites,)."""
        return self.prices[max(self.measure, 0)]

    def at(self, k: int, count: int) -> float:
        """What the multipliers, which prove the bound of `k` grids, prove of `count` of them."""
        if count > len(self.worth):
            return np.inf
        order = np.sort(self.worth)
        total, asked = float(self.u.sum() + order[:k].sum()), float(self.u.sum() + order[:count].sum())
        # The margin for rounding grows with the number of sites.
        return asked - 2.0 * max(total - self.value, 0.0) * max(count / k, 1.0)

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
        reduced = part.cost - self.u[:, None] + part.weights.T @ self.prices[: len(part.weights)]
        pairs = opened[None, :] + np.maximum(reduced, 0.0)
        home = part.row_of
        pairs[home, np.arange(len(home))] = opened
        return (opened <= limit).astype(np.int64), pairs


class Dual:
    """The relaxed model of a part, and the prices that its sites asked last."""

    def __init__(self, part: Part, k: int, plan: IntArray, sites: IntArray | None = None) -> None:
        self.part, self.k = part, k
        self.sites = np.arange(len(part.row_of)) if sites is None else sites
        self.home = part.row_of[self.sites]
        self.measure = lead = _leading(part)
        self.load = part.weights[lead] if lead >= 0 and part.weights[lead].any() else np.ones(part.n)
        self.scale = np.maximum(self.load, 1e-3 * self.load.mean()) / self.load.mean()
        self.weights = np.ascontiguousarray(part.weights if lead >= 0 else np.ones((1, part.n)))
        # The judge lets totals miss their bands by this much.
        self.low = part.lower * (1 - SLACK) if lead >= 0 else np.zeros(1)
        self.high = part.upper * (1 + SLACK) if lead >= 0 else np.full(1, np.inf)
        smooth = _usual(part, k, plan, self.load)[2]
        usual = np.maximum(smooth, 1e-6 * smooth.mean() + 1e-300)
        total = self.weights.sum(axis=1)
        total = np.where(total > 0, total, self.load.sum())
        self.rate = usual[None, :] * (self.load.sum() / total)[:, None]
        self.price = np.zeros((len(self.weights), len(self.sites)))
        x, y, mass, whole, seconds, first, members = part.distances.arrays
        self.distances = (x, y, mass * part.centred, whole, seconds, first, members)

    def proven(self, u: FloatArray) -> Bound:
        """The bound at `u` over all sites and rows."""
        count = len(self.sites)
        worth, left = np.empty(count), np.empty(count)
        knapsacks.worth_kernel(
            self.sites, u, self.weights, self.low, self.high, self.rate, self.home, self.price,
            1 if len(self.weights) == 1 else 3, self.distances, worth, left,
        )  # fmt: skip
        chosen = np.argpartition(worth, self.k - 1)[: self.k]
        paid = np.abs(self.price[:, chosen]).max(axis=1) @ self.weights.sum(axis=1)
        # Sums of some thousand terms are exact to far less than this share of what went into them.
        slack = 1e-11 * (float(np.abs(u).sum()) + float(np.abs(worth[chosen]).max() + paid) * self.k)
        return Bound(float(u.sum() + worth[chosen].sum()) - slack, u, worth, self.price.copy(), self.measure)


class Sight:
    """The sites with lists of the rows in their reach, renewed as multipliers outgrow them."""

    def __init__(self, dual: Dual, bound: Bound) -> None:
        self.dual = dual
        self.sites, self.home = dual.sites, dual.home
        self.price = bound.prices.copy()
        self.worth, self.left = np.empty(len(self.sites)), np.empty(len(self.sites))
        self.held = np.zeros(len(self.sites), dtype=np.bool_)
        self.begin = np.zeros(len(self.sites) + 1, dtype=np.int64)
        self.member, self.cost = np.empty(0, dtype=np.int32), np.empty(0)
        self.turn = 0
        self.drop = DROP * dual.rate[:, self.home]
        self.most = np.full(len(bound.u), -np.inf)
        self.floor = self.price
        self.last = bound.u

    def look(self, u: FloatArray) -> float:
        """The bound at `u`; the price of one measure after the other moves."""
        d = self.dual
        # A row that is in no list can lessen what a site is worth by no more than this.
        if np.maximum(u - self.most, 0.0).sum() > MISSED * np.abs(u).sum():
            self._list(u)
        self.last = u
        self.turn = (self.turn + 1) % len(d.weights)
        while True:
            knapsacks.listed_kernel(
                self.begin, self.member, self.cost, u, d.weights, d.low, d.high, d.rate, self.home, self.floor,
                self.price, self.turn, self.worth, self.left, self.held,
            )  # fmt: skip
            self.chosen = np.argpartition(self.worth, d.k - 1)[: d.k]
            if self.held[self.chosen].sum() <= HELD * d.k:
                return float(u.sum() + self.worth[self.chosen].sum())
            self.drop[:, self.held] *= 2.0
            self._list(u)

    def uses(self) -> FloatArray:
        """How often each row is taken by the k cheapest sites, shape (rows,)."""
        u = self.last
        taken = np.zeros(len(u))
        knapsacks.taken_kernel(
            self.chosen, self.begin, self.member, self.cost, u, self.dual.weights, self.home, self.price, self.turn,
            self.left, taken,
        )  # fmt: skip
        return taken

    def _list(self, u: FloatArray) -> None:
        """Gather the rows in reach at multipliers up to a little more than `u`, and prices down to a little less."""
        d = self.dual
        usual = d.rate[max(d.measure, 0)] * d.scale * d.load.mean()
        self.most = u + np.maximum(GROW * usual, 10.0 * np.abs(u - self.last))
        self.floor = self.price - self.drop
        while True:
            need = knapsacks.list_kernel(
                self.sites, self.most, d.weights, self.floor, self.home, d.distances, self.begin, self.member,
                self.cost,
            )  # fmt: skip
            if need <= len(self.member):
                return
            self.member, self.cost = np.empty(int(need * 1.2), dtype=np.int32), np.empty(int(need * 1.2))


def _leading(part: Part) -> int:
    if not len(part.weights):
        return -1
    width = (np.minimum(part.upper, 10 * part.mean) - part.lower) / part.mean
    return int(width.argmin())


def _usual(part: Part, k: int, plan: IntArray, load: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """What rows cost in `plan`, what their grids cost per load, and that smoothed over the borders."""
    costs = part.distances.table(part.centres(plan, k)) * part.centred
    own = costs[np.arange(part.n), plan]
    loads = np.maximum(np.bincount(plan, weights=load, minlength=k), 1e-12)
    mean = np.maximum(np.bincount(plan, weights=own, minlength=k) / loads, 1e-12)
    way = costs / np.maximum(load, 1e-9)[:, None] / np.sqrt(mean[None, :] * mean[plan][:, None])
    weight = 1.0 / (way + 0.3) ** 2
    smooth = np.exp((weight * np.log(mean)[None, :]).sum(axis=1) / weight.sum(axis=1))
    return own, mean[plan], smooth


def starts(part: Part, k: int, plan: IntArray, load: FloatArray) -> list[FloatArray]:
    """Multipliers to begin from."""
    own, mean, smooth = _usual(part, k, plan, load)
    return [own, mean * load, smooth * load]

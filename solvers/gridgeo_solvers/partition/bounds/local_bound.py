"""A lower bound on the moment of inertia of very many units, in memory that grows with the units alone.

The Lagrangian of Hess's model as in `lagrangian`, but each site looks only at the cells of a coarse raster where a row
could gain, and multipliers start from what the grids around a row cost: where density varies slowly the cheapest set
around a site is a disc, and k discs cost hardly less than the k hexagons that a plan would like to be (Fejes Tóth
1953: 0.8 %). Any multipliers give a valid bound; a few subgradient steps raise it.
"""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from gridgeo_solvers.kernels import kernel
from gridgeo_solvers.partition.ground.parts import FloatArray, IntArray, Part
from gridgeo_solvers.stop import StopRule

CELL = 24
"""Rows in a cell of the raster, on average."""
AROUND = 7
"""Grids around a row whose cost is averaged for its first multiplier."""
LEVELLING = 8
"""Steps in which every row is lifted by what the cheapest site that draws it leaves; then subgradient steps follow."""
SOFT, STEP = 0.05, 0.1
"""Width of the choice among nearly equal sites, and length of a step, in mean costs of a grid; both fall by `COOL`."""
COOL = 0.97
SITES = 2_000
"""Sites after which the stopping rule is asked again."""


_Rows = tuple[FloatArray, FloatArray, FloatArray, FloatArray, IntArray, FloatArray]


def local_bound(part: Part, k: int, plan: IntArray, *, steps: int, stop: StopRule) -> float:
    """Bound on `Part.objective` over all plans of `k` grids, the best of at most `steps` steps that start from `plan`.

    A step looks at every unit as a site: some seconds for 100,000 units. Only for parts whose rows are single units and
    whose only objective is straight-line distance, not rounded; -inf for others.
    """
    d = part.distances
    if part.n != len(part.units) or not d.straight or d.whole_km or part.cut.any() or not part.centred:
        return -np.inf
    rows, low, high = _rows(part)
    x, y, mass, _, _, _ = rows
    sites, costs = d.medoids(plan, k)
    u = _first(x, y, mass, np.column_stack([d.x[sites], d.y[sites]]) / 1000, costs)
    goal, typical = float(mass.sum()) / k, float(costs.mean())
    best = -np.inf
    prices = np.zeros(part.n)
    for step in range(steps):
        if stop():
            break
        priced = _worths(rows, u, low, high, prices, stop)
        if priced is None:
            break
        worth, tightest = priced
        best = max(best, float(u.sum() + np.partition(worth, k - 1)[:k].sum()))
        if step < LEVELLING:
            lift = np.where(np.isfinite(tightest), tightest / typical + 1.0, 0.2)
            u = u + np.clip(lift, -1.0, 1.0) * typical / goal * mass
            continue
        # The k cheapest of many equal sites crowd together; a softened choice (Nesterov 2005) spreads over all of them.
        soft = typical * COOL ** (step - LEVELLING)
        chance = np.exp((worth.min() - worth) / (SOFT * soft))
        times = _draws(rows, u, prices, chance * (k / chance.sum()), stop)
        if times is None:
            break
        u = u + STEP * soft / goal * mass * (1.0 - times)
    return best * part.centred


def _worths(
    rows: _Rows, u: FloatArray, low: float, high: float, prices: FloatArray, stop: StopRule
) -> tuple[FloatArray, FloatArray] | None:
    """What `worths` tells of every site; None where the rule stopped it amid them."""
    n = len(u)
    worth, tightest = np.empty(n), np.full(n, np.inf)
    for begin in range(0, n, SITES):
        if begin and stop():
            return None
        worths(*rows, u, low, high, prices, begin, min(begin + SITES, n), worth, tightest)
    return worth, tightest


def _draws(rows: _Rows, u: FloatArray, prices: FloatArray, chance: FloatArray, stop: StopRule) -> FloatArray | None:
    """What `draws` tells of every row; None where the rule stopped it amid the sites."""
    times = np.zeros(len(u))
    for begin in range(0, len(u), SITES):
        if begin and stop():
            return None
        draws(*rows, u, prices, chance, begin, min(begin + SITES, len(u)), times)
    return times


def _rows(part: Part) -> tuple[_Rows, float, float]:
    """Position in km, mass and leading load of every row in the order of the raster's cells, with the cells; its band."""
    d = part.distances
    x, y, mass = d.x[d.members] / 1000, d.y[d.members] / 1000, d.mass[d.members]
    leading = _leading(part, mass)
    load = part.weights[leading] if leading >= 0 else np.ones(part.n)
    low, high = (float(part.lower[leading]), float(part.upper[leading])) if leading >= 0 else (0.0, np.inf)
    order, first, corner = _raster(x, y)
    return (x[order], y[order], mass[order], load[order], first, corner), low, high


def _leading(part: Part, mass: FloatArray) -> int:
    """The measure that is priced: of those with nearly the narrowest band, the one most like the mass; -1 for none."""
    if not len(part.weights):
        return -1
    width = (np.minimum(part.upper, 10 * part.mean) - part.lower) / part.mean
    like = (part.weights @ mass) / np.maximum(np.linalg.norm(part.weights, axis=1) * np.linalg.norm(mass), 1e-300)
    return int(np.where(width <= 1.2 * width.min(), like, -1.0).argmax())


def _raster(x: FloatArray, y: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Rows in the order of their cells, where each cell begins, and its box (cells, 4): west, south, east, north."""
    across = max(int(np.sqrt(len(x) / CELL)), 1)
    column, row = (
        np.minimum(((z - z.min()) / max(float(np.ptp(z)), 1e-12) * across).astype(np.int64), across - 1) for z in (x, y)
    )
    cell = np.unique(row * across + column, return_inverse=True)[1]
    order = np.argsort(cell, kind="stable")
    first = np.flatnonzero(np.r_[True, np.diff(cell[order]) > 0])
    box = [np.minimum.reduceat(z[order], first) for z in (x, y)] + [
        np.maximum.reduceat(z[order], first) for z in (x, y)
    ]
    return order, np.r_[first, len(x)], np.column_stack(box)


def _first(x: FloatArray, y: FloatArray, mass: FloatArray, centres: FloatArray, costs: FloatArray) -> FloatArray:
    """Multipliers that make every site worth about as much as another: the mean cost of the grids around, and of all."""
    near = cKDTree(centres).query(np.column_stack([x, y]), k=min(AROUND, len(centres)))[1].reshape(len(x), -1)
    goal = mass.sum() / len(centres)
    return np.asarray(mass * (costs[near].mean(axis=1) + costs.mean()) / goal)


@kernel
def _beyond(s, x, y, corner, c, radius):
    """Whether the whole cell `c` is farther from `s` than the square root of `radius`."""
    east = max(max(corner[c, 0] - x[s], x[s] - corner[c, 2]), 0.0)
    north = max(max(corner[c, 1] - y[s], y[s] - corner[c, 3]), 0.0)
    return east * east + north * north >= radius


@kernel
def _gather(s, x, y, mass, load, first, corner, u, most, ratio, price, reduced, drawn):
    """Rows other than `s` whose reduced cost is below 0 at `price` <= 0; returns how many, and their load with `s`."""
    count = 0
    total = load[s]
    for c in range(len(corner)):
        if _beyond(s, x, y, corner, c, most[c] - price * ratio[c]):
            continue
        for r in range(first[c], first[c + 1]):
            value = mass[r] * ((x[r] - x[s]) ** 2 + (y[r] - y[s]) ** 2) - u[r]
            if value + price * load[r] < 0.0 and r != s:
                reduced[count] = value
                drawn[count] = r
                total += load[r]
                count += 1
    return count, total


@kernel
def _reach(mass, load, u, first):
    """Largest multiplier and largest load of a row in each cell, per mass."""
    most = np.zeros(len(first) - 1)
    ratio = np.zeros(len(first) - 1)
    for c in range(len(first) - 1):
        for r in range(first[c], first[c + 1]):
            if mass[r] > 0.0:
                most[c] = max(most[c], u[r] / mass[r])
                ratio[c] = max(ratio[c], load[r] / mass[r])
            elif u[r] > 0.0 or load[r] > 0.0:
                most[c] = np.inf
    return most, ratio


@kernel
def _priced(s, load, u, count, reduced, drawn, edge, bottom, top):
    """Worth of site `s` and the price of load that makes it largest: concave, so found by halving; any price is valid."""
    best = -np.inf
    at = 0.0
    for _ in range(16):
        price = 0.5 * (bottom + top)
        value = -u[s] + price * (load[s] - edge)
        total = load[s]
        for p in range(count):
            gain = reduced[p] + price * load[drawn[p]]
            if gain < 0.0:
                value += gain
                total += load[drawn[p]]
        if value > best:
            best = value
            at = price
        if top <= bottom or abs(total - edge) <= 1e-3 * edge:
            break
        if total > edge:
            bottom = price
        else:
            top = price
    return best, at


@kernel
def worths(x, y, mass, load, first, corner, u, low, high, prices, begin, end, worth, tightest):
    """Least cost of opening each site from `begin` to `end` at multipliers `u`, into `worth`.

    A site draws load from `low` to `high`, priced at `prices`, which are renewed. `tightest` falls to the cost of the
    cheapest site that draws a row.
    """
    n = len(x)
    most, ratio = _reach(mass, load, u, first)
    reduced = np.empty(n)
    drawn = np.empty(n, dtype=np.int64)
    hair = 0.02 * u.sum() / max(load.sum(), 1e-300)
    for s in range(begin, end):
        count, total = _gather(s, x, y, mass, load, first, corner, u, most, ratio, 0.0, reduced, drawn)
        edge = 0.0
        bottom = 0.0
        top = 0.0
        if total > high:
            edge = high
            for p in range(count):
                if load[drawn[p]] > 0.0:
                    top = max(top, -reduced[p] / load[drawn[p]])
        elif total < low:
            edge = low
            bottom = min(1.2 * prices[s], -hair)
            while True:
                count, total = _gather(s, x, y, mass, load, first, corner, u, most, ratio, bottom, reduced, drawn)
                if total >= low or count >= n - 1:
                    break
                bottom *= 2.0
        worth[s], prices[s] = _priced(s, load, u, count, reduced, drawn, edge, bottom, top)
        tightest[s] = min(tightest[s], worth[s])
        for p in range(count):
            if reduced[p] + prices[s] * load[drawn[p]] < 0.0:
                tightest[drawn[p]] = min(tightest[drawn[p]], worth[s])


@kernel
def draws(x, y, mass, load, first, corner, u, prices, chance, begin, end, times):
    """Add to `times` how often sites from `begin` to `end` draw each row if site s is opened with ``chance[s]``."""
    most, ratio = _reach(mass, load, u, first)
    for s in range(begin, end):
        if chance[s] < 1e-4:
            continue
        times[s] += chance[s]
        for c in range(len(corner)):
            if _beyond(s, x, y, corner, c, most[c] + max(-prices[s], 0.0) * ratio[c]):
                continue
            for r in range(first[c], first[c + 1]):
                value = mass[r] * ((x[r] - x[s]) ** 2 + (y[r] - y[s]) ** 2) - u[r]
                if r != s and value + prices[s] * load[r] < 0.0:
                    times[r] += chance[s]

"""The chances of drawing plans from a pool that leave an observer guessing most.

Who watches a patrol would know in which slot of which shift a street is passed. For each street and shift that is a random
variable: one of the slots, or not in this shift. The chances maximise the sum of the entropies of all of them, a concave
function of the chances over a polytope: allotments have chances that sum to 1, and the ways of each shift of an allotment
those that sum to its own. The gaps are kept by every draw of the pool, so they bind nothing here.

It is the compact form of a mixed strategy by marginals that security games use (Shieh et al. 2012, *PROTECT*), with entropy
in place of a stated attacker (George, Jafarpour and Bullo 2019, *Markov chains with maximum entropy for robotic
surveillance*); patrols whose target is unknown are the patrolling games of Alpern, Morton and Papadaki (2011) and of
Basilico, Gatti and Amigoni (2012). The method is that of Frank and Wolfe (1956), whose dual gap says how far the
chances are from the best of this pool.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.routing.period.pool import NEVER, Pool, Way
from gridgeo_solvers.routing.period.problem import Period

ROUNDS = 150
"""Steps of the method at the most."""
CLOSE = 0.005
"""Dual gap, as a share of the entropy, at which it ends."""
HALVINGS = 8


@dataclass(frozen=True)
class Mixture:
    """Chances of a pool's allotments, and of the ways of each of their shifts (given the allotment).

    `bits` is the mean entropy of a street in a period, `bound` what no chances for this pool exceed, `highest` what no
    patrol with these passes exceeds whatever the pool. `mean` is the mean seconds of a period.
    """

    allotment: NDArray[np.float64]
    way: tuple[tuple[NDArray[np.float64], ...], ...]
    bits: float
    bound: float
    highest: float
    mean: float

    @property
    def share(self) -> float:
        """Part of the highest entropy that is reached."""
        return self.bits / self.highest if self.highest > 0 else 1.0

    def draw(self, pool: Pool, periods: int, seed: int) -> list[list[Way]]:
        """For each period a way for each of its shifts, drawn at random. Same seed, same draw."""
        random = np.random.default_rng(seed)
        drawn = []
        for _ in range(periods if len(self.allotment) else 0):
            one = int(random.choice(len(self.allotment), p=self.allotment))
            shifts = zip(pool.ways[one], self.way[one], strict=True)
            drawn.append([ways[int(random.choice(len(ways), p=chance))] for ways, chance in shifts])
        return drawn


def mix(period: Period, pool: Pool) -> Mixture:
    """The chances of highest entropy for `pool`."""
    n, days = len(pool.tasks), period.shifts
    if not n:
        return Mixture(np.zeros(0), (), 0.0, 0.0, 0.0, 0.0)
    slots = [[np.array([way.slot for way in ways]) for ways in shifts] for shifts in pool.ways]
    slots = [[np.where(table == NEVER, pool.slots, table) for table in shifts] for shifts in slots]
    allotment = np.full(len(slots), 1 / len(slots))
    flow = [[np.full(len(table), allotment[0] / len(table)) for table in shifts] for shifts in slots]
    guess = np.zeros((days, n, pool.slots + 1))
    for tables, chances in zip(slots, flow, strict=True):
        for day, (table, chance) in enumerate(zip(tables, chances, strict=True)):
            _add(guess[day], table, chance)
    bound = np.inf
    for _ in range(ROUNDS):
        surprise = -np.log2(np.maximum(guess, 1e-300))
        worth = [[_score(surprise[day], table) for day, table in enumerate(tables)] for tables in slots]
        totals = [sum(float(score.max()) for score in scores) for scores in worth]
        one = int(np.argmax(totals))
        entropy = float((guess * surprise).sum())
        bound = min(bound, totals[one])
        if bound - entropy <= CLOSE * max(entropy, 1e-9):
            break
        best = [int(score.argmax()) for score in worth[one]]
        corner = np.zeros_like(guess)
        for day, chosen in enumerate(best):
            _add(corner[day], slots[one][day][chosen : chosen + 1], np.ones(1))
        step = _step(guess, corner)
        guess += step * (corner - guess)
        allotment *= 1 - step
        allotment[one] += step
        flow = [[chance * (1 - step) for chance in chances] for chances in flow]
        for day, chosen in enumerate(best):
            flow[one][day][chosen] += step
    allotment = allotment / allotment.sum()
    way = tuple(tuple(chance / chance.sum() for chance in chances) for chances in flow)
    seconds = [
        sum(float(chance @ [one.seconds for one in ways]) for ways, chance in zip(shifts, chances, strict=True))
        for shifts, chances in zip(pool.ways, way, strict=True)
    ]
    entropy = float(-(guess * np.log2(np.maximum(guess, 1e-300))).sum())
    return Mixture(
        allotment, way, entropy / n, max(bound, entropy) / n, _highest(period, pool) / n, float(allotment @ seconds)
    )


def _add(guess: NDArray[np.float64], table: NDArray[np.int64], chance: NDArray[np.float64]) -> None:
    task = np.broadcast_to(np.arange(table.shape[1]), table.shape)
    np.add.at(guess, (task, table), np.broadcast_to(chance[:, None], table.shape))


def _score(surprise: NDArray[np.float64], table: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(surprise[np.arange(table.shape[1]), table].sum(axis=1))


def _step(guess: NDArray[np.float64], corner: NDArray[np.float64]) -> float:
    """How far towards the corner entropy rises: a bisection on its slope."""
    way = corner - guess
    moved = way != 0
    here, way = guess[moved], way[moved]
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        rising = -(way * np.log2(np.maximum(here + middle * way, 1e-300))).sum() > 0
        low, high = (middle, high) if rising else (low, middle)
    return low


def _highest(period: Period, pool: Pool) -> float:
    """Entropy of passes that fall on any allowed shift and any slot with equal chances."""
    most = np.array([int(mask).bit_count() for mask in period.allowed[pool.tasks]])
    chance = period.times[pool.tasks] / most
    rest = 1 - chance
    either = -(chance * np.log2(chance)) - np.where(rest > 0, rest * np.log2(np.maximum(rest, 1e-300)), 0.0)
    return float((most * (either + chance * np.log2(pool.slots))).sum())

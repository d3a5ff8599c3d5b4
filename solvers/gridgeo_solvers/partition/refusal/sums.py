"""What whole numbers can add up to: a band that no set of units meets is found without any search.

Totals are kept as the bits of one large whole number (bit t is 1 where t is reachable), so that adding a row is one
shift (Bellman's dynamic programme for subset sums). Connection is left out: what is ruled out here is ruled out for
every plan, what is left may still have none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gridgeo_solvers.partition.ground.parts import SLACK, FloatArray, Part

WORK = 400_000_000
"""Most bits touched for one measure; above it nothing is ruled out."""


@dataclass(frozen=True)
class Sums:
    """Totals of one measure that a grid may have: `step` times the set bits of `reach`, counted from `least`."""

    step: int
    least: int
    reach: int

    @property
    def smallest(self) -> int:
        """Smallest total of a grid; there must be one."""
        return self.step * (self.least + (self.reach & -self.reach).bit_length() - 1)

    @property
    def largest(self) -> int:
        """Largest total of a grid; there must be one."""
        return self.step * (self.least + self.reach.bit_length() - 1)

    @cached_property
    def _offsets(self) -> list[int]:
        """Totals above the smallest one, in steps."""
        bits = bin(self.reach // (self.reach & -self.reach))[2:]
        return [t for t, bit in enumerate(reversed(bits)) if bit == "1"]

    def allows(self, count: int, total: float) -> bool:
        """Whether `count` grids can have `total` in all."""
        rest = round(total) // self.step - count * self.smallest // self.step
        if not self.reach or rest < 0 or rest > count * self._offsets[-1]:
            return False
        if len(self._offsets) == self._offsets[-1] + 1 or count * len(self._offsets) * rest > WORK // 10:
            return True
        sums = 1
        for _ in range(count):
            grown = 0
            for offset in self._offsets:
                grown |= sums << offset
            sums = grown & ((1 << rest + 1) - 1)
        return bool(sums >> rest & 1)


def grid_sums(weights: FloatArray, lower: float, upper: float) -> Sums | None:
    """Totals from `lower` to `upper` that some of `weights` add up to.

    None where nothing can be said: weights that aren't whole, a band without an upper end, or too much work.

    Examples
    --------
    >>> sums = grid_sums(np.array([20.0, 30.0, 60.0]), 40.0, 85.0)
    >>> sums.smallest, sums.largest
    (50, 80)
    >>> grid_sums(np.array([20.0, 30.0, 60.0]), 61.0, 79.0).reach
    0
    """
    total = float(weights.sum())
    if not np.isfinite(upper) or total <= 0 or (weights != np.rint(weights)).any():
        return None
    whole = [int(w) for w in weights if w]
    step = math.gcd(*whole)
    least = max(math.ceil(lower * (1 - SLACK) / step), 0)
    most = math.floor(min(upper * (1 + SLACK), total) / step)
    if len(whole) * max(most, 1) > WORK:
        return None
    reach, within = 1, (1 << most + 1) - 1
    for w in whole:
        if w <= most * step:
            reach |= reach << w // step & within
    return Sums(step, least, reach >> least)


def counts_of(part: Part, fixed: int | None = None) -> range:
    """Numbers of grids (`fixed` where given) at which the part's totals fit the bands, narrowed by what its rows can
    add up to.
    """
    counts = part.counts(fixed)
    for weights, lower, upper in zip(part.weights, part.lower, part.upper, strict=True):
        sums = grid_sums(weights, float(lower), float(upper)) if len(counts) else None
        if sums is None:
            continue
        total = float(weights.sum())
        while len(counts) and not sums.allows(counts[0], total):
            counts = counts[1:]
        while len(counts) and not sums.allows(counts[-1], total):
            counts = counts[:-1]
    return counts

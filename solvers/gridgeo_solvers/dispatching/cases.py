"""Cases in the order in which they are reported: given ones, or drawn by chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridgeo_solvers.errors import BadProblem

HOUR, DAY = 3_600.0, 86_400.0
MOST = 10_000_000
"""Cases, and hours, that are drawn at most."""


@dataclass(frozen=True)
class Cases:
    """Cases, earliest first.

    Parameters
    ----------
    at
        Shape (n,): seconds at which each is reported, ascending.
    place
        Shape (n,): where.
    handling
        Shape (n,): seconds that an officer needs on the spot.
    limit
        Shape (n,): seconds from report to arrival after which it is late.
    need
        Shape (n,): skills that are needed, a bit each; none where left out.
    urgency
        Shape (n,): the lower goes first among cases that wait; all alike where left out.
    """

    at: NDArray[np.float64]
    place: NDArray[np.int64]
    handling: NDArray[np.float64]
    limit: NDArray[np.float64]
    need: NDArray[np.int64] | None = None
    urgency: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        n = len(self.at)
        columns = {"place": self.place, "handling": self.handling, "limit": self.limit}
        columns |= {name: column for name in ("need", "urgency") if (column := getattr(self, name)) is not None}
        for name, column in columns.items():
            if len(column) != n:
                raise BadProblem(f"{n} cases but {len(column)} values of {name}: give one for each")
        if not np.isfinite(self.at).all() or (np.diff(self.at) < 0).any():
            raise BadProblem("cases must stand in the order of their reports")
        if not (np.isfinite(self.handling) & (self.handling >= 0)).all():
            raise BadProblem(f"case {int(np.argmin(self.handling >= 0))}: handling must be seconds of 0 or more")
        if not (self.limit >= 0).all():
            raise BadProblem(f"case {int(np.argmin(self.limit >= 0))}: its limit must be seconds of 0 or more")

    def __len__(self) -> int:
        return len(self.at)

    def rows(self, which: slice | NDArray[np.int64]) -> Cases:
        """Some of the cases."""
        need = None if self.need is None else self.need[which]
        urgency = None if self.urgency is None else self.urgency[which]
        return Cases(self.at[which], self.place[which], self.handling[which], self.limit[which], need, urgency)


def draw_cases(
    demand: ArrayLike,
    *,
    days: float,
    per_day: float,
    limit: float,
    handling: float,
    spread: float = 0.5,
    profile: ArrayLike | None = None,
    seed: int = 0,
) -> Cases:
    """Cases of a Poisson process whose rate follows the hours of the day; places are drawn by their demand.

    Parameters
    ----------
    demand
        Shape (p,): weight of each place, ≥ 0.
    days, per_day
        How long, and how many cases a day on average: ten million cases in all at most.
    limit
        Seconds to arrival after which a case is late.
    handling, spread
        Mean seconds on the spot; they are gamma-distributed with this coefficient of variation (0 = always the mean).
    profile
        Shape (24,): weight of each hour of the day, ≥ 0; all alike where left out.
    seed
        The same seed gives the same cases, whoever goes to them.

    Examples
    --------
    >>> month = draw_cases([1.0, 3.0], days=30, per_day=100, limit=600, handling=900, seed=1)
    >>> 2_700 < len(month) < 3_300, bool(0.7 < (month.place == 1).mean() < 0.8)
    (True, True)
    """
    weight = np.asarray(demand, dtype=np.float64)
    hours = np.ones(24) if profile is None else np.asarray(profile, dtype=np.float64)
    if hours.shape != (24,) or not (np.isfinite(hours) & (hours >= 0)).all() or not hours.any():
        raise BadProblem("a profile has 24 numbers of 0 or more, one for each hour, not all of them 0")
    if not (np.isfinite(weight) & (weight >= 0)).all() or not weight.any():
        raise BadProblem("demand must be numbers of 0 or more, not all of them 0")
    for name, value in (("days", days), ("per_day", per_day), ("handling", handling)):
        if not (np.isfinite(value) and value > 0):
            raise BadProblem(f"{name} is {value}; give a number above 0")
    if not (np.isfinite(spread) and spread >= 0):
        raise BadProblem(f"spread is {spread}; give a number of 0 or more")
    if max(days, 1.0) * max(per_day, 24.0) > MOST:
        raise BadProblem(f"{days:g} days of {per_day:g} cases are too many to draw: give at most {MOST:,} cases in all")
    random = np.random.default_rng(seed)
    count = int(np.ceil(days * 24))
    length = np.minimum(1.0, days * 24 - np.arange(count))
    drawn = random.poisson(per_day * hours[np.arange(count) % 24] / hours.sum() * length)
    at = np.sort(
        (np.repeat(np.arange(count), drawn) + random.random(int(drawn.sum())) * np.repeat(length, drawn)) * HOUR
    )
    n = len(at)
    place = random.choice(len(weight), size=n, p=weight / weight.sum())
    shape = 1.0 / spread**2 if spread else 0.0
    time = random.gamma(shape, handling / shape, size=n) if spread else np.full(n, float(handling))
    return Cases(at, place.astype(np.int64), time, np.full(n, float(limit)))

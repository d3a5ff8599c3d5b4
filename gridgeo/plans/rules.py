"""The rules a planner states before a plan is drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from gridgeo.errors import BadInput
from gridgeo.plans.objectives import OBJECTIVES, read_objective, with_aim
from gridgeo_solvers.problems import Term

__all__ = ["DEFAULT_BALANCE", "LINES", "MEASURES", "OBJECTIVES", "Band", "Rules", "measure"]

MEASURES: Mapping[str, str] = {
    "households": "number of households",
    "area": "land area, square metres",
    "difficulty": "households weighted by their unit's difficulty",
    "workload": "minutes of work a month",
}
"""What grids can be balanced by. Every measure adds up over units."""

LINES: Mapping[str, str] = {
    "roads": "streets that vehicles use",
    "rivers": "rivers and canals",
}
"""What borders of grids can be asked to follow."""


def measure(units: pd.DataFrame, name: str) -> pd.Series:
    """The measure `name` of each unit, on the caller's index.

    Difficulty is an intensity (1.0 is ordinary), so grids are balanced by households × difficulty: a grid
    of 400 households at 1.5 weighs as much as one of 600 at 1.0.

    Raises
    ------
    BadInput
        `name` is none of `MEASURES`.
    """
    if name == "households":
        values = units["households"]
    elif name == "area":
        values = units["area_m2"]
    elif name == "difficulty":
        values = units["households"] * units["difficulty"]
    elif name == "workload":
        values = units["workload_min"]
    else:
        raise BadInput(f"unknown measure '{name}'; balance by {', '.join(MEASURES)}")
    return values.rename(name)


WIDEST = 10.0
"""Tolerance above which a share was surely meant in per cent: an upper end of eleven times the mean."""


@dataclass(frozen=True)
class Band:
    """What a grid's measure may be: within `tolerance` of the mean, or from `low` to `high`.

    Examples
    --------
    >>> Band.parse("0.10").bounds(total=1000, k=4)
    (225.0, 275.0)
    >>> Band.parse("10%") == Band.parse("0.10")
    True
    >>> Band.parse("300:500").bounds(total=1000, k=4)
    (300.0, 500.0)
    """

    tolerance: float | None = None
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        if self.tolerance is not None:
            if self.low is not None or self.high is not None:
                raise BadInput("a band is either a tolerance or LOW:HIGH, not both")
            if not 0 <= self.tolerance < float("inf"):
                raise BadInput(f"band tolerance {self.tolerance} must be 0 or more; 0.10 means ±10 %")
            if self.tolerance > WIDEST:
                meant = f"{self.tolerance / 100:g}"
                raise BadInput(
                    f"band tolerance {self.tolerance:g} means ±{self.tolerance:,.0%}; write {meant} for ±{self.tolerance:g} %"
                )
        elif self.low is None or self.high is None:
            raise BadInput("a band needs a tolerance (0.10) or both ends (300:500)")
        elif not 0 <= self.low <= self.high < float("inf"):
            raise BadInput(
                f"band {self.low:g}:{self.high:g} must run from a smaller to a larger number, both 0 or more"
            )

    @classmethod
    def parse(cls, text: str | float | tuple[float, float] | Band) -> Band:
        """Read ``0.10`` or ``10%`` (±10 % of the mean) or ``300:500`` (absolute)."""
        if isinstance(text, Band):
            return text
        try:
            if isinstance(text, tuple | list):
                low, high = map(float, text)
                return cls(low=low, high=high)
            if isinstance(text, str) and ":" in text:
                low, high = map(float, text.split(":"))
                return cls(low=low, high=high)
            if isinstance(text, str) and text.rstrip().endswith("%"):
                return cls(tolerance=float(text.rstrip()[:-1]) / 100)
            return cls(tolerance=float(text))
        except (TypeError, ValueError) as error:
            if isinstance(error, BadInput):
                raise
            raise BadInput(f"can't read the band {text!r}; write 0.10 for ±10 % or 300:500 for a range") from None

    def bounds(self, total: float, k: int) -> tuple[float, float]:
        """Smallest and largest allowed sum in one of `k` grids that share `total`."""
        if self.tolerance is None:
            assert self.low is not None
            assert self.high is not None
            return self.low, self.high
        mean = total / k
        return max(0.0, mean * (1 - self.tolerance)), mean * (1 + self.tolerance)

    def __str__(self) -> str:
        return f"{self.low:.12g}:{self.high:.12g}" if self.tolerance is None else f"{self.tolerance:.12g}"


DEFAULT_BALANCE: Mapping[str, Band] = {"households": Band(tolerance=0.10)}


@dataclass(frozen=True)
class Rules:
    """Everything a plan must keep to, and what it makes small.

    Parameters
    ----------
    k
        Number of grids, or the fewest and the most of which the fewest that keep every rule is wanted. The rules of
        a drawn plan hold the number it has.
    balance
        A band for each measure that must hold; other measures are reported only.
    aim
        Measures whose worst deviation is made small before anything else.
    targets
        What each grid shall have of a measure, where grids are unequal: one number a grid, in the order of `seeds`.
        A tolerance of `balance` then counts around each target.
    objective
        What is minimised, as `gridgeo.plans.objectives.read_objective` reads it.
    within
        Level whose areas no grid may cross; several with commas between, which must nest. None for the whole
        jurisdiction.
    keep_together
        Groups of units that stay in one grid.
    keep_apart
        Pairs of units that never share a grid.
    seeds
        Units of which no two share a grid, e.g. those of the stations.
    fix
        Unit → the seed in whose grid it must lie.
    splits, split_level
        An area of the level `split_level` lies in at most `splits` + 1 grids.
    customs
        Unit → its custom: parting neighbours of one custom is a cost, in metres of their border.
    prefer_borders
        Lines of `LINES` that borders of grids follow where they can: metres of border elsewhere are a cost.
    reach
        Most minutes on foot between two units of one grid.
    links
        Pairs of units that one can walk between although no border of the jurisdiction says so: a ferry, a bridge.
    """

    k: int | tuple[int, int]
    balance: Mapping[str, Band] = field(default_factory=lambda: dict(DEFAULT_BALANCE))
    aim: tuple[str, ...] = ()
    targets: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    objective: str = "compactness"
    within: str | None = None
    keep_together: tuple[tuple[str, ...], ...] = ()
    keep_apart: tuple[tuple[str, str], ...] = ()
    seeds: tuple[str, ...] = ()
    fix: Mapping[str, str] = field(default_factory=dict)
    splits: int | None = None
    split_level: str | None = None
    customs: Mapping[str, str] = field(default_factory=dict)
    prefer_borders: tuple[str, ...] = ()
    reach: float | None = None
    links: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        _check_count(self.k)
        read_objective(self.objective)
        for name in (*self.balance, *self.aim, *self.targets):
            if name not in MEASURES:
                raise BadInput(f"unknown measure '{name}'; balance by {', '.join(MEASURES)}")
        _check_targets(self)
        for name in self.prefer_borders:
            if name not in LINES:
                raise BadInput(f"borders can't be asked to follow '{name}'; choose {', '.join(LINES)}")
        if (self.splits is None) != (self.split_level is None):
            raise BadInput("splits and split_level belong together: give both, e.g. 1 and a level's name")
        if self.splits is not None and (isinstance(self.splits, bool) or self.splits < 0 or self.splits % 1):
            raise BadInput(f"splits is {self.splits}; give a whole number, 0 keeps every area in one grid")
        if self.reach is not None and not 0 < self.reach < math.inf:
            raise BadInput(f"reach is {self.reach:g} minutes; give a number above 0")
        if len(self.seeds) > self.most:
            raise BadInput(f"{len(self.seeds)} seeds are given for {self.most} grids; give at most one for each grid")

    @property
    def fewest(self) -> int:
        """Smallest number of grids that is allowed."""
        return self.k if isinstance(self.k, int) else self.k[0]

    @property
    def most(self) -> int:
        """Largest number of grids that is allowed."""
        return self.k if isinstance(self.k, int) else self.k[1]

    @property
    def levels(self) -> tuple[str, ...]:
        """Levels that grids are nested in, as `within` names them."""
        return () if self.within is None else tuple(name.strip() for name in self.within.split(","))

    @property
    def finest(self) -> str | None:
        """The last level of `within`; the rules of a drawn plan name the finest last."""
        return self.levels[-1] if self.levels else None

    @property
    def terms(self) -> tuple[Term, ...]:
        """The objectives and the aim as weighed and ranked terms."""
        return with_aim(read_objective(self.objective), self.aim)

    def as_json(self) -> dict[str, Any]:
        """The rules as JSON values, without the wishes that are empty; `from_json` reads them back."""
        values: dict[str, Any] = {
            "k": self.k if isinstance(self.k, int) else list(self.k),
            "balance": {name: str(band) for name, band in self.balance.items()},
            "objective": self.objective,
            "within": self.within,
            "keep_together": [list(group) for group in self.keep_together],
        }
        pairs = {"keep_apart": self.keep_apart, "links": self.links}
        more: dict[str, Any] = {
            "aim": list(self.aim),
            "targets": {name: list(numbers) for name, numbers in self.targets.items()},
            "seeds": list(self.seeds),
            "fix": dict(self.fix),
            "customs": dict(self.customs),
            "prefer_borders": list(self.prefer_borders),
        } | {name: [list(pair) for pair in listed] for name, listed in pairs.items()}
        single = {"splits": self.splits, "split_level": self.split_level, "reach": self.reach}
        values |= {name: value for name, value in more.items() if value}
        return values | {name: value for name, value in single.items() if value is not None}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Rules:
        """Rules written by `as_json`."""
        k = values["k"]
        return cls(
            k=(int(k[0]), int(k[1])) if isinstance(k, list) else int(k),
            balance={name: Band.parse(text) for name, text in values["balance"].items()},
            aim=tuple(values.get("aim", ())),
            targets={name: tuple(numbers) for name, numbers in values.get("targets", {}).items()},
            objective=values["objective"],
            within=values["within"],
            keep_together=tuple(tuple(group) for group in values["keep_together"]),
            keep_apart=tuple((a, b) for a, b in values.get("keep_apart", ())),
            seeds=tuple(values.get("seeds", ())),
            fix=dict(values.get("fix", {})),
            splits=values.get("splits"),
            split_level=values.get("split_level"),
            customs=dict(values.get("customs", {})),
            prefer_borders=tuple(values.get("prefer_borders", ())),
            reach=values.get("reach"),
            links=tuple((a, b) for a, b in values.get("links", ())),
        )


def _check_count(k: object) -> None:
    ends = k if isinstance(k, tuple) else (k,)
    if any(isinstance(end, bool) or not isinstance(end, int) or end < 1 for end in ends):
        raise BadInput(f"the number of grids k must be a whole number of at least 1, not {k!r}")
    if isinstance(k, tuple) and (len(k) != 2 or k[0] > k[1]):
        raise BadInput(f"the range of the number of grids, {k!r}, must name the fewest and the most, e.g. (10, 15)")


def _check_targets(rules: Rules) -> None:
    if not rules.targets:
        return
    if rules.k != len(rules.seeds):
        raise BadInput(f"targets need one seed for each grid; there are {len(rules.seeds)} seeds for k = {rules.k}")
    for name, numbers in rules.targets.items():
        if len(numbers) != len(rules.seeds):
            raise BadInput(f"targets of {name}: {len(numbers)} numbers for {len(rules.seeds)} seeds; give one a seed")
        for seed, number in zip(rules.seeds, numbers, strict=True):
            if not 0 < number < math.inf:
                raise BadInput(f"targets, seed {seed}: {name} is {number}; give a number above 0")
        band = rules.balance.get(name)
        if band is None and name not in rules.aim:
            raise BadInput(f"targets of {name} bind nothing; give it a tolerance, e.g. {name}=0.10, or aim at it")
        if band is not None and band.tolerance is None:
            raise BadInput(f"targets of {name} need a tolerance around them, e.g. {name}=0.10, not the range {band}")

"""The rules a planner states before a plan is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from gridgeo.errors import BadInput

MEASURES: Mapping[str, str] = {
    "households": "number of households",
    "area": "land area, square metres",
    "difficulty": "households weighted by their unit's difficulty",
    "workload": "minutes of work a month",
}
"""What grids can be balanced by. Every measure adds up over units."""

OBJECTIVES = ("compactness", "boundary", "travel")
"""What a plan can minimise: moment of inertia, length of borders, walking time to the grid's best unit."""


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


@dataclass(frozen=True)
class Band:
    """What a grid's measure may be: within `tolerance` of the mean, or from `low` to `high`.

    Examples
    --------
    >>> Band.parse("0.10").bounds(total=1000, k=4)
    (225.0, 275.0)
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
        elif self.low is None or self.high is None:
            raise BadInput("a band needs a tolerance (0.10) or both ends (300:500)")
        elif not 0 <= self.low <= self.high < float("inf"):
            raise BadInput(
                f"band {self.low:g}:{self.high:g} must run from a smaller to a larger number, both 0 or more"
            )

    @classmethod
    def parse(cls, text: str | float | tuple[float, float] | Band) -> Band:
        """Read ``0.10`` (±10 % of the mean) or ``300:500`` (absolute)."""
        if isinstance(text, Band):
            return text
        if isinstance(text, tuple):
            return cls(low=float(text[0]), high=float(text[1]))
        try:
            if isinstance(text, str) and ":" in text:
                low, high = text.split(":")
                return cls(low=float(low), high=float(high))
            return cls(tolerance=float(text))
        except ValueError as error:
            if isinstance(error, BadInput):
                raise
            raise BadInput(f"can't read the band '{text}'; write 0.10 for ±10 % or 300:500 for a range") from None

    def bounds(self, total: float, k: int) -> tuple[float, float]:
        """Smallest and largest allowed sum in one of `k` grids that share `total`."""
        if self.tolerance is None:
            assert self.low is not None
            assert self.high is not None
            return self.low, self.high
        mean = total / k
        return max(0.0, mean * (1 - self.tolerance)), mean * (1 + self.tolerance)

    def __str__(self) -> str:
        return f"{self.low:g}:{self.high:g}" if self.tolerance is None else f"{self.tolerance:g}"


DEFAULT_BALANCE: Mapping[str, Band] = {"households": Band(tolerance=0.10)}


@dataclass(frozen=True)
class Rules:
    """Everything a plan must keep to.

    Parameters
    ----------
    k
        Number of grids.
    balance
        A band for each measure that must hold; other measures are reported only.
    objective
        What is minimised, one of `OBJECTIVES`.
    within
        Level whose areas no grid may cross; None for the whole jurisdiction.
    keep_together
        Groups of units that stay in one grid.
    """

    k: int
    balance: Mapping[str, Band] = field(default_factory=lambda: dict(DEFAULT_BALANCE))
    objective: str = "compactness"
    within: str | None = None
    keep_together: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.k, bool) or not isinstance(self.k, int) or self.k < 1:
            raise BadInput(f"the number of grids k must be a whole number of at least 1, not {self.k!r}")
        if self.objective not in OBJECTIVES:
            raise BadInput(f"unknown objective '{self.objective}'; choose {', '.join(OBJECTIVES)}")
        for name in self.balance:
            if name not in MEASURES:
                raise BadInput(f"unknown measure '{name}'; balance by {', '.join(MEASURES)}")

    def as_json(self) -> dict[str, Any]:
        """The rules as JSON values; `from_json` reads them back."""
        return {
            "k": self.k,
            "balance": {name: str(band) for name, band in self.balance.items()},
            "objective": self.objective,
            "within": self.within,
            "keep_together": [list(group) for group in self.keep_together],
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Rules:
        """Rules written by `as_json`."""
        return cls(
            k=int(values["k"]),
            balance={name: Band.parse(text) for name, text in values["balance"].items()},
            objective=values["objective"],
            within=values["within"],
            keep_together=tuple(tuple(group) for group in values["keep_together"]),
        )

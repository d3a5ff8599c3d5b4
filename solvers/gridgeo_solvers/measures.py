"""Measures: what every grid has a total of, and the band that the total must lie in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridgeo_solvers.errors import BadProblem

FloatArray = NDArray[np.float64]

LARGEST_TOTAL = 2.0**53
"""Above it neighbouring whole numbers are one floating-point number."""


@dataclass(frozen=True)
class Measure:
    """Something every grid has a total of: households, area, difficulty.

    `weights` has shape (n,), ≥ 0; `lower` and `upper` are absolute: one number for every grid, or shape (k,) for unequal
    grids (in the order of the problem's `seeds`). An open end is ``-inf`` or ``inf``: with both open the measure is
    reported, never enforced. With `aim` the objective `Objective.BALANCE` counts its deviation from `target`: one
    number or shape (k,), the mean where left out. `unit` stands behind its numbers in messages, e.g. m².
    """

    name: str
    weights: FloatArray
    lower: float | FloatArray = -np.inf
    upper: float | FloatArray = np.inf
    unit: str = ""
    aim: bool = False
    target: float | FloatArray | None = None

    def __post_init__(self) -> None:
        weights = _numbers(f"measure {self.name}: weights", self.weights)
        object.__setattr__(self, "weights", weights)
        if weights.ndim != 1:
            raise BadProblem(f"measure {self.name}: weights must be one number per unit")
        bad = ~(weights >= 0) | np.isinf(weights)
        if bad.any():
            i = int(np.flatnonzero(bad)[0])
            raise BadProblem(f"measure {self.name} of unit {i} is {weights[i]}: it must be a finite number ≥ 0")
        refuse_imprecise(f"measure {self.name}", weights)
        for field in ("lower", "upper", "target"):
            if getattr(self, field) is not None:
                object.__setattr__(self, field, self._per_grid(field))
        self._refuse_empty_bands()
        if self.target is not None and not (np.isfinite(self.target) & (np.asarray(self.target) > 0)).all():
            raise BadProblem(f"measure {self.name}: target {self.target} must be above 0, deviations are shares of it")

    @classmethod
    def within(cls, name: str, weights: ArrayLike, k: int, tolerance: float) -> Measure:
        """Band of `tolerance` (0.10 is ±10 %) around the mean of `k` grids.

        Examples
        --------
        >>> band = Measure.within("households", [10, 20, 30], k=2, tolerance=0.5)
        >>> band.lower, band.upper
        (15.0, 45.0)
        """
        if not (tolerance >= 0 and np.isfinite(tolerance)):
            raise BadProblem(f"measure {name}: tolerance {tolerance} must be a finite number ≥ 0")
        values = _numbers(f"measure {name}: weights", weights)
        mean = float(values.sum()) / max(k, 1)
        # A weight that is no number makes no band; the measure itself says which one it is.
        low, high = (mean * (1 - tolerance), mean * (1 + tolerance)) if np.isfinite(mean) else (-np.inf, np.inf)
        return cls(name, values, low, high)

    def told(self, figure: str) -> str:
        """A figure of this measure as messages say it.

        Examples
        --------
        >>> Measure("households", np.ones(3)).told("1,108"), Measure("area", np.ones(3), unit="m²").told("5,000")
        ('1,108 households', '5,000 m² of area')
        """
        return f"{figure} {self.unit} of {self.name}" if self.unit else f"{figure} {self.name}"

    @property
    def banded(self) -> bool:
        """Whether the band can exclude anything."""
        return self.highest_lower > 0 or bool(np.any(np.isfinite(self.upper)))

    @property
    def unequal(self) -> bool:
        """Whether band or target differ between grids."""
        return any(np.ndim(value) > 0 for value in (self.lower, self.upper, self.target) if value is not None)

    @property
    def lowest(self) -> float:
        """Lower end of the band, the least of all grids."""
        return float(np.min(self.lower))

    @property
    def highest(self) -> float:
        """Upper end of the band, the greatest of all grids."""
        return float(np.max(self.upper))

    @property
    def highest_lower(self) -> float:
        """Lower end of the band, the greatest of all grids."""
        return float(np.max(self.lower))

    def bounds(self, k: int) -> tuple[FloatArray, FloatArray]:
        """Lower and upper end of the band of each of `k` grids, shape (k,) each.

        Examples
        --------
        >>> low, high = Measure("households", np.ones(6), lower=np.array([1.0, 2.0]), upper=4.0).bounds(2)
        >>> low.tolist(), high.tolist()
        ([1.0, 2.0], [4.0, 4.0])
        """
        return np.full(k, self.lower, dtype=np.float64), np.full(k, self.upper, dtype=np.float64)

    def targets(self, k: int) -> FloatArray:
        """What each of `k` grids should have, shape (k,): the given target, else the mean."""
        target = float(self.weights.sum()) / k if self.target is None else self.target
        return np.full(k, target, dtype=np.float64)

    @cached_property
    def rounding(self) -> float:
        """Share of a band's end by which a total may pass it, because sums and ends are rounded.

        Sums of whole numbers are exact, so that only the last digits of the end itself are forgiven.
        """
        return 8 * float(np.finfo(np.float64).eps) if bool((self.weights == np.rint(self.weights)).all()) else 1e-9

    def _per_grid(self, field: str) -> float | FloatArray:
        """A number, or one for each grid where they differ."""
        values = _numbers(f"measure {self.name}: {field}", getattr(self, field))
        if values.ndim > 1 or values.size == 0:
            shape = values.shape
            raise BadProblem(f"measure {self.name}: {field} has shape {shape}, give one number or one for each grid")
        return float(values.flat[0]) if (values == values.flat[0]).all() or values.size == 1 else values

    def _refuse_empty_bands(self) -> None:
        try:
            low, high = np.broadcast_arrays(np.atleast_1d(self.lower), np.atleast_1d(self.upper))
        except ValueError:
            sizes = f"{np.size(self.lower)} numbers, upper {np.size(self.upper)}"
            raise BadProblem(f"measure {self.name}: lower has {sizes}; give one for each grid") from None
        bad = np.flatnonzero(np.isnan(low) | np.isnan(high) | (low > high) | (low == np.inf) | (high < 0))
        if len(bad):
            g = int(bad[0])
            which = f" of grid {g}" if len(low) > 1 else ""
            raise BadProblem(
                f"measure {self.name}: the band {low[g]:g}:{high[g]:g}{which} is empty, no total lies in it"
            )


def refuse_imprecise(field: str, weights: FloatArray) -> None:
    """Refuse weights whose total has lost its last whole digit."""
    total = float(weights.sum())
    if total > LARGEST_TOTAL:
        raise BadProblem(
            f"{field} has {total:.3g} in all: above 2^53 (9.0e15) sums lose whole numbers, count it in a larger unit"
        )


def _numbers(field: str, values: ArrayLike) -> FloatArray:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise BadProblem(f"{field} must be numbers, not {values!r}") from None

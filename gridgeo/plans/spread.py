"""How evenly grids share what there is: range, coefficient of variation, Gini coefficient, worst deviation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from gridgeo.plans.rules import MEASURES

if TYPE_CHECKING:
    from gridgeo.plans.plan import Plan

STATISTICS = ("total", "mean", "min", "max", "cv", "gini", "worst_deviation")
"""Columns of `spread`."""


def variation(values: ArrayLike) -> float:
    """The coefficient of variation: standard deviation (of the whole population) over the mean; 0 where all is 0.

    Examples
    --------
    >>> variation([1, 3]), variation([0, 0])
    (0.5, 0.0)
    """
    numbers = np.asarray(values, dtype=float)
    mean = float(numbers.mean()) if len(numbers) else 0.0
    return float(numbers.std()) / mean if mean else 0.0


def gini(values: ArrayLike) -> float:
    """The Gini coefficient of numbers ≥ 0: 0 where all are equal, near 1 where one has everything.

    Half the mean absolute difference of all pairs over the mean (C. Gini, *Variabilità e mutabilità*, 1912), from the
    sorted numbers.

    Examples
    --------
    >>> gini([5, 5, 5]), gini([0, 0, 0, 4])
    (0.0, 0.75)
    """
    numbers = np.sort(np.asarray(values, dtype=float))
    total, n = float(numbers.sum()), len(numbers)
    if not total:
        return 0.0
    return float(((2 * np.arange(1, n + 1) - n - 1) * numbers).sum()) / (n * total)


def spread(plan: Plan) -> pd.DataFrame:
    """The columns `STATISTICS` of each measure over a plan's grids, indexed by `measure`.

    `total`, `mean`, `min` and `max` are in the measure's unit (`gridgeo.plans.rules.MEASURES`), the others are shares.
    """
    table = plan.metrics()
    rows = {}
    for name in MEASURES:
        values = table[name]
        rows[name] = {
            "total": float(values.sum()),
            "mean": float(values.mean()),
            "min": float(values.min()),
            "max": float(values.max()),
            "cv": variation(values),
            "gini": gini(values),
            "worst_deviation": float(table[f"{name}_deviation"].abs().max()),
        }
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(STATISTICS)).rename_axis("measure")

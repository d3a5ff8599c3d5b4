"""How evenly grids share each measure: least, most, mean, spread, inequality."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import MEASURES

INDICATORS: Mapping[str, str] = {
    "min": "the smallest grid",
    "max": "the largest grid",
    "mean": "the mean grid",
    "cv": "coefficient of variation: standard deviation of the grids ÷ mean",
    "gini": "Gini coefficient: mean absolute difference of all pairs ÷ twice the mean, 0 is equal",
    "worst": "largest deviation of a grid from the mean, relative",
}
"""What is told of each measure."""


def gini(values: ArrayLike) -> float:
    """The Gini coefficient of non-negative values; 0 where all are equal, or all are 0.

    Source: Gini (1912), in the form of sorted values (Sen 1973, *On Economic Inequality*).

    Examples
    --------
    >>> gini([1, 1, 1]), round(gini([0, 0, 3]), 4)
    (0.0, 0.6667)
    """
    ordered = np.sort(np.asarray(values, dtype=float))
    total, n = ordered.sum(), len(ordered)
    if n == 0 or total == 0:
        return 0.0
    return float(max((2 * np.arange(1, n + 1) - n - 1) @ ordered / (n * total), 0.0))


def balance(plan: Plan) -> pd.DataFrame:
    """The indicators of each measure over the grids of `plan`, indexed by `measure`, with the columns `INDICATORS`.

    Measures are in their own units: households, square metres, households × difficulty, minutes a month. The standard
    deviation is that of all grids, not of a sample.
    """
    table = plan.metrics()
    rows = {}
    for name in MEASURES:
        values = table[name].to_numpy(dtype=float)
        mean = values.mean()
        rows[name] = {
            "min": values.min(),
            "max": values.max(),
            "mean": mean,
            "cv": values.std() / mean if mean else 0.0,
            "gini": gini(values),
            "worst": np.abs(values / mean - 1).max() if mean else 0.0,
        }
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(INDICATORS)).rename_axis("measure")

"""Service points as a value: the sites, who goes where, and what that changes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gridgeo.sources import write_answer


@dataclass(frozen=True)
class ServicePoints:
    """Chosen sites.

    Parameters
    ----------
    sites
        One row a site: `site`, `name`, `kept` (whether it was there before), `demands` and `weight` that go there, `mean_min` and
        `worst_min` of their round trips.
    demand
        One row a demand: `demand`, `weight`, `site`, `minutes` of the round trip, `before_min` of that to the nearest site there was
        before; `reason` where it has no site.
    meta
        Objective, bound, gap, status, seed, mode. JSON values.
    """

    sites: gpd.GeoDataFrame
    demand: gpd.GeoDataFrame
    meta: Mapping[str, Any] = field(default_factory=dict)

    def figures(self) -> dict[str, Any]:
        """Sites, the weighted mean and the worst round trip in minutes before and after, objective, bound, gap, status, seed."""
        after, before = self.demand["minutes"], self.demand["before_min"]
        return {
            "sites": len(self.sites),
            "new": self.meta.get("new"),
            "minimised": self.meta.get("minimised"),
            "mean_before_min": _mean(before, self.demand["weight"]),
            "mean_after_min": _mean(after, self.demand["weight"]),
            "worst_before_min": _worst(before),
            "worst_after_min": _worst(after),
            "without_site": int(after.isna().sum()),
            **{name: self.meta.get(name) for name in ("objective", "bound", "gap", "status", "seed")},
        }

    def summary(self) -> pd.DataFrame:
        """One row a site, as it is printed."""
        return pd.DataFrame(self.sites.drop(columns="geometry")).round({"mean_min": 1, "worst_min": 1})

    def to_file(self, path: str | os.PathLike[str]) -> None:
        """Write the layers `sites` and `demand` into a `.gpkg`, or the sites alone into any other map file.

        Raises
        ------
        BadInput
            The ending names no format that is written.
        """
        write_answer({"sites": self.sites, "demand": self.demand}, self.meta, path)


def _mean(minutes: pd.Series, weight: pd.Series) -> float | None:
    told = minutes.notna()
    total = float(weight[told].sum())
    return round(float((minutes[told] * weight[told]).sum()) / total, 2) if total else None


def _worst(minutes: pd.Series) -> float | None:
    return round(float(np.nanmax(minutes)), 2) if minutes.notna().any() else None

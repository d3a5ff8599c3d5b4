"""Answers about dispatch as values: who was sent, and what a plan comes to."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

from gridgeo.sources import write_answer


@dataclass(frozen=True)
class Sent:
    """Who goes to which case.

    Parameters
    ----------
    sent
        One row a case, or several where several officers go: `case`, `officer` (missing where nobody can), `minutes` to arrival, `turn` of
        the case among those of the officer, why in `en` and `zh`; where the case is as geometry.
    candidates
        Everybody who could go to each case, first who is there first: `case`, `rank`, `officer`, `minutes`, `open_cases`, `own_grid`, `en`,
        `zh`.
    not_offered
        Everybody who couldn't: `case`, `officer`, `code`, `en`, `zh`.
    meta
        Policy and moment.
    """

    sent: gpd.GeoDataFrame
    candidates: pd.DataFrame
    not_offered: pd.DataFrame
    meta: Mapping[str, Any] = field(default_factory=dict)

    def figures(self) -> dict[str, Any]:
        """Cases, those that somebody goes to, those that nobody can, the worst arrival and the sum in minutes."""
        there = self.sent[self.sent["officer"].notna()]
        by_case = there.groupby("case")["minutes"].max()
        waiting = sorted(set(self.sent["case"]) - set(by_case.index))
        return {
            "policy": self.meta.get("policy"),
            "at": self.meta.get("at"),
            "cases": int(self.sent["case"].nunique()),
            "sent": len(by_case),
            "waiting": waiting,
            "worst_min": float(by_case.max()) if len(by_case) else None,
            "total_min": round(float(by_case.sum()), 2),
        }

    def to_file(self, path: str | os.PathLike[str]) -> None:
        """Write the layers `sent`, `candidates` and `not_offered` into a `.gpkg`, or `sent` alone into any other map file.

        Raises
        ------
        BadInput
            The ending names no format that is written.
        """
        tables = {"sent": self.sent, "candidates": self.candidates, "not_offered": self.not_offered}
        write_answer(tables, self.meta, path)


@dataclass(frozen=True)
class Response:
    """What cases come to under a plan, seen in a simulation or predicted.

    Parameters
    ----------
    policies
        One row a policy: `policy`, `cases`, `mean_min`, `p50_min`, `p90_min`, `late_share`, `lateness_min`, `mean_load`, `highest_load`,
        `turned`, and `ratio` of late arrivals to the fewest with everything known, where that was asked for.
    grids
        One row a policy and grid: `policy`, `grid`, `cases`, `mean_min`, `late_share`; as geometry the grid.
    officers
        One row a policy and officer: `policy`, `officer`, `cases`, `load`.
    meta
        Days, seed, limits, the fewest late arrivals with everything known and whether that is proven.
    """

    policies: pd.DataFrame
    grids: gpd.GeoDataFrame
    officers: pd.DataFrame
    meta: Mapping[str, Any] = field(default_factory=dict)

    def figures(self) -> dict[str, Any]:
        """How it was found."""
        return dict(self.meta)

    def to_file(self, path: str | os.PathLike[str]) -> None:
        """Write the layers `grids`, `policies` and `officers` into a `.gpkg`, or `grids` alone into any other map file.

        Raises
        ------
        BadInput
            The ending names no format that is written.
        """
        write_answer({"grids": self.grids, "policies": self.policies, "officers": self.officers}, self.meta, path)

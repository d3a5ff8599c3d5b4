"""Collection rounds as a value: villages with their days, rounds as lines, and the month that was driven."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

from gridgeo.sources import write_answer


@dataclass(frozen=True)
class CollectionPlan:
    """Rounds that repeat, and what a simulation of them showed.

    Parameters
    ----------
    villages
        One row a village: `village`, `items` a day, `days` of the cycle (names of weekdays where some are closed), `visits` in a
        cycle, `longest_wait` in days.
    rounds
        One row a round of the cycle: `day`, `round`, `villages` in order, `stops`, `minutes`, `km`; a line along the streets.
    diary
        One row a day of the simulation: `day`, `rounds`, `minutes`, `km`.
    meta
        Limits, longest wait, items fetched and left, objective (minutes of a cycle), seed. JSON values.
    """

    villages: gpd.GeoDataFrame
    rounds: gpd.GeoDataFrame
    diary: pd.DataFrame
    meta: Mapping[str, Any] = field(default_factory=dict)

    def figures(self) -> dict[str, Any]:
        """Longest wait, rounds, kilometres and minutes of the simulation, the longest and the shortest day, seed."""
        open_ = self.diary.loc[self.diary["rounds"] > 0, "minutes"]
        return {
            "villages": len(self.villages),
            "days": self.meta["days"],
            "longest_wait_days": self.meta["longest_wait"],
            "allowed_days": self.meta["most_days"],
            "rounds": int(self.diary["rounds"].sum()),
            "km": round(float(self.diary["km"].sum()), 1),
            "minutes": round(float(self.diary["minutes"].sum()), 1),
            "longest_day_min": round(float(open_.max()), 1),
            "shortest_day_min": round(float(open_.min()), 1),
            "items_fetched": self.meta["fetched"],
            "items_waiting": self.meta["left"],
            **{name: self.meta[name] for name in ("objective", "bound", "gap", "status", "seed")},
        }

    def summary(self) -> pd.DataFrame:
        """One row a round of the cycle, as it is printed."""
        return pd.DataFrame(self.rounds.drop(columns="geometry")).round({"minutes": 1, "km": 1})

    def to_file(self, path: str | os.PathLike[str]) -> None:
        """Write everything into a `.gpkg`, or the rounds alone into any other map file.

        Raises
        ------
        BadInput
            The ending names no format that is written.
        """
        write_answer({"rounds": self.rounds, "villages": self.villages, "diary": self.diary}, self.meta, path)

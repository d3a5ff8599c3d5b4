"""What happens to a plan of visits on a day: who is away, which doors stay shut, what is new, and what is lost by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridgeo.routes.visiting.field import Field
from gridgeo.routes.visiting.planning import Booked


@dataclass(frozen=True)
class Change:
    """What happened, in positions; `lost` are rows of the booked stops that can't stay."""

    field: Field
    booked: Booked
    today: int
    clock: float
    away: NDArray[np.int64]
    shut: NDArray[np.int64]
    new: NDArray[np.int64]

    @property
    def free(self) -> NDArray[np.bool_]:
        """Stops that may change: later days, and today what hasn't begun."""
        stops = self.booked.stops
        later = (stops["day"] > self.today) | ((stops["day"] == self.today) & (stops["begin"] > self.clock))
        return later.to_numpy()

    @property
    def lost(self) -> pd.DataFrame:
        """Stops of today that can't stay as they are."""
        stops = self.booked.stops
        touched = stops["officer"].isin(self.away) | stops["door"].isin(self.shut)
        gone = stops[self.free & (stops["day"] == self.today) & touched]
        # Where one of two officers can't come, the other doesn't go either.
        key = pd.MultiIndex.from_frame(stops[["door", "number"]])
        return stops[self.free & key.isin(pd.MultiIndex.from_frame(gone[["door", "number"]]))]

    def officers(self, neighbours: int) -> NDArray[np.int64]:
        """The officers nearest to what is lost or new who may go there, and those who lose something."""
        field = self.field
        doors = np.unique(np.concatenate([self.lost["door"].to_numpy(dtype=np.int64), self.new]))
        if not len(doors):
            return np.zeros(0, dtype=np.int64)
        xy = shapely.get_coordinates(field.doors.geometry.to_numpy())
        stops = self.booked.stops
        of_today = stops[stops["day"] == self.today]
        here = pd.DataFrame(
            {"officer": of_today["officer"], "x": xy[of_today["door"], 0], "y": xy[of_today["door"], 1]}
        )
        middle = here.groupby("officer").mean()
        far = []
        for officer in np.flatnonzero(field.works[:, self.today] & field.may.rows(doors).any(axis=0)):
            if officer in self.away:
                continue
            at = middle.loc[officer].to_numpy() if officer in middle.index else _home(field, int(officer), xy)
            own = doors[field.may.doors_of(int(officer))[doors]]
            far.append((float(np.hypot(*(xy[own] - at).T).min()), int(officer)))
        near = [officer for _, officer in sorted(far)[:neighbours]]
        return np.unique(
            np.concatenate([np.array(near, dtype=np.int64), self.lost["officer"].to_numpy(dtype=np.int64), self.away])
        )

    def told(self, mended: Booked) -> dict[str, Any]:
        """How much changed, among the visits of today and later that the old plan made."""
        keys = ["door", "number", "officer"]
        before = self.booked.stops[self.free]
        lost = self.lost
        touched = pd.MultiIndex.from_frame(before[["door", "number"]]).isin(
            pd.MultiIndex.from_frame(lost[["door", "number"]])
        )
        after = pd.MultiIndex.from_frame(mended.stops[keys])
        kept = pd.MultiIndex.from_frame(before[keys]).isin(after)
        today = (before["day"] == self.today).to_numpy()
        days = pd.MultiIndex.from_frame(before[["door", "number", "day"]]).isin(
            pd.MultiIndex.from_frame(mended.stops[["door", "number", "day"]])
        )
        return {
            "at": f"{self.field.date_of(self.today)} {int(self.clock // 3600):02d}:{int(self.clock % 3600 // 60):02d}",
            "visits_today": int(today.sum()),
            "lost": len(lost.drop_duplicates(["door", "number"])),
            "urgent": len(self.new),
            "kept_officer": round(float(kept[today].mean()), 4) if today.any() else 1.0,
            "kept_officer_elsewhere": round(float(kept[today & ~touched].mean()), 4)
            if (today & ~touched).any()
            else 1.0,
            "kept_day": round(float(days[today].mean()), 4) if today.any() else 1.0,
            "no_longer_made": len(mended.left_out) - len(self.booked.left_out),
        }


def _home(field: Field, officer: int, xy: NDArray[np.float64]) -> NDArray[np.float64]:
    point = field.officers.geometry.iloc[officer]
    if point is not None and not point.is_empty:
        return np.array([point.x, point.y])
    return np.asarray(xy[field.may.doors_of(officer)].mean(axis=0))

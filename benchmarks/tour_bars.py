"""What the tour engine must reach and what it aims at, in CPU seconds of one core: the one place of these bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from statistics import fmean
from typing import Any

from bars import Bar, Need

SEEDS = 5
"""Runs of every instance, with the seeds 0 to 4, where no other number is asked for."""


@dataclass(frozen=True)
class Work:
    """Published instances that share their bars: `kind` is their folder, `pattern` their file names."""

    kind: str
    name: str
    pattern: str
    bars: tuple[Bar, ...]
    anchor: str = ""

    @property
    def limits(self) -> list[float]:
        """CPU seconds to run each instance with."""
        return sorted({bar.seconds for bar in self.bars})

    def holds(self, instance: str) -> bool:
        """Whether an instance is one of this set."""
        return any(fnmatch(instance, pattern) for pattern in self.pattern.split())


def figures(runs: Sequence[Mapping[str, Any]], bar: Bar | None = None) -> dict[str, Any]:
    """What a bar looks at: the mean over its instances of what their runs lie above best known, in the mean."""
    overs: dict[str, list[float]] = {}
    for run in runs:
        if (bar is None or bar.concerns(run["instance"])) and run.get("over_best_known") is not None:
            overs.setdefault(run["instance"], []).append(run["over_best_known"])
    valid = all(run["valid"] for run in runs)
    return {"mean_over": fmean(map(fmean, overs.values())) if overs and valid else None, "instances": len(overs)}


def _mean(level: str, seconds: float, value: float, only: tuple[str, ...] = ()) -> Bar:
    return Bar(level, seconds, (Need("mean_over", "≤", value),), only)


MIXED = ("p02", "p05", "p08", "p10")
WORKS = (
    Work("carp", "gdb", "gdb*", (_mean("must", 2, 0.0), _mean("aim", 1, 0.0)), "HGS-CARP 0.00 %, PyVRP 0.39 %"),
    Work("carp", "val", "[0-9]*[A-D]", (_mean("must", 4, 0.002), _mean("aim", 4, 0.0004)), "HGS-CARP 0.20 %"),
    Work(
        "carp", "egl-e", "egl-e*", (_mean("must", 10, 0.003), _mean("aim", 10, 0.0008)), "HGS-CARP 0.30 %, PyVRP 0.52 %"
    ),
    Work(
        "carp", "egl-s", "egl-s*", (_mean("must", 10, 0.009), _mean("aim", 10, 0.0035)), "HGS-CARP 1.67 %, PyVRP 1.66 %"
    ),
    Work(
        "pvrp",
        "p01–p10",
        "p0? p10",
        (
            _mean("must", 60, 0.006),
            _mean("must", 60, 0.01, MIXED),
            _mean("aim", 60, 0.0015),
            _mean("aim", 60, 0.003, MIXED),
        ),
    ),
    Work("pvrp", "pr01–pr10", "pr*", (_mean("must", 60, 0.03), _mean("aim", 60, 0.01))),
    Work("vrp", "X-n502-k39", "X-n502-k39", (_mean("must", 30, 0.005), _mean("aim", 30, 0.003)), "PyVRP 0.34 %"),
    Work("vrp", "other X", "X-n1* X-n2*", (_mean("aim", 10, 0.003),)),
)
"""Every set with its bars, in the order of the table."""
DAY_BARS = (_mean("must", 0.3, 0.01), _mean("aim", 0.1, 0.0025))
"""An officer's day of 100 doors; the matrix of travel times counts too."""

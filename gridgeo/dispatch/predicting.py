"""What a plan comes to before it is in force: workload and response by grid, and the difference that a re-drawing makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridgeo.dispatch.ground import PlanGround, ground_of, road_times
from gridgeo.dispatch.simulating import Work
from gridgeo.errors import BadInput
from gridgeo.plans.plan import Plan
from gridgeo_solvers.dispatching import Prediction, predict
from gridgeo_solvers.errors import BadProblem

MEASURES = {
    "mean_min": "minutes from report to arrival, of all cases together",
    "worst_grid_min": "the same of the grid that waits longest",
    "late_share": "share of cases reached after the limit",
    "own_share": "share of cases that the officer of the grid goes to",
    "mean_load": "share of time in which officers are busy",
    "highest_load": "the same of the busiest officer",
    "waits": "share of cases that find everybody busy",
}
"""What plans are compared by."""


@dataclass(frozen=True)
class Predicted:
    """What is expected of a plan.

    Parameters
    ----------
    figures
        The `MEASURES` and `exact`: whether the exact model was used.
    grids
        One row a grid: `grid`, `area`, `demand` (share of all cases), `response_min`, `late_share`, `own_share`, `load` of its officer (the first
        whose grid it is); the grid as geometry.
    units
        Minutes of response of each unit, indexed by unit.
    """

    figures: dict[str, Any]
    grids: gpd.GeoDataFrame
    units: pd.Series


def predict_response(
    plan: Plan,
    *,
    work: Work | None = None,
    officers: pd.DataFrame | None = None,
    owner_first: bool = True,
    seconds: NDArray[np.float64] | None = None,
) -> Predicted:
    """Workload and response of a plan by a queueing model: Larson's hypercube, or its approximation for many officers.

    Parameters
    ----------
    plan
        Whose grids have owners.
    work
        What comes in hour by hour; shifts and skills are not looked at.
    officers
        As for `ground_of`.
    owner_first
        The officer of the grid goes if idle, otherwise the nearest; or always the nearest.
    seconds
        Road times between the units where they are known.

    Raises
    ------
    BadInput
        An option can't be used, or more comes in than can be worked off.
    """
    work = work or Work()
    if not work.per_day > 0:
        raise BadInput(f"per_day is {work.per_day:g}; nothing can be predicted of no cases, give a number above 0")
    place = ground_of(plan, officers, mode=work.mode, demand=work.demand, seconds=seconds)
    told = _over_hours(place, work, owner_first)
    grids = _by_grid(plan, place, told)
    figures = {
        "mean_min": round(told.mean / 60, 3),
        "worst_grid_min": round(float(grids["response_min"].max()), 3),
        "late_share": round(told.late_share, 4),
        "own_share": round(float(np.nansum(place.ground.share() * told.own)), 4),
        "mean_load": round(float(told.workload.mean()), 4),
        "highest_load": round(float(told.workload.max()), 4),
        "waits": round(told.waits, 4),
        "exact": told.exact,
    }
    return Predicted(
        figures, grids, pd.Series(told.response / 60, index=pd.Index(place.units, name="unit"), name="response_min")
    )


def compare_response(
    before: Plan,
    after: Plan,
    *,
    work: Work | None = None,
    officers: tuple[pd.DataFrame | None, pd.DataFrame | None] = (None, None),
    owner_first: bool = True,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What a re-drawing does to response: every measure and every area A / B / Δ.

    Parameters
    ----------
    before, after
        Two plans of one town.
    work, owner_first
        As in `predict_response`.
    officers
        Of each plan.

    Returns
    -------
    Measures (`measure`, `A`, `B`, `Δ`), and areas (`area`, `A`, `B`, `Δ` in minutes of response, weighed by where cases come from).
    """
    work = work or Work()
    same = before.jurisdiction.units["unit"].tolist() == after.jurisdiction.units["unit"].tolist()
    if not same:
        raise BadInput("the plans are of different units; carry one over to the other's town first")
    ways = road_times(before, work.mode)
    a, b = (
        predict_response(plan, work=work, officers=crew, owner_first=owner_first, seconds=ways)
        for plan, crew in zip((before, after), officers, strict=True)
    )
    measures = pd.DataFrame([{"measure": name, "A": a.figures[name], "B": b.figures[name]} for name in MEASURES])
    measures["Δ"] = (measures["B"] - measures["A"]).round(4)
    units = before.jurisdiction.units
    weight = pd.Series(units[work.demand].to_numpy(dtype=float), index=pd.Index(units["unit"]))
    area = pd.Series(before.jurisdiction.area_at(before.rules.finest).to_numpy(), index=weight.index)
    total = weight.groupby(area).sum().replace(0, np.nan)
    areas = pd.DataFrame({side: (one.units * weight).groupby(area).sum() / total for side, one in (("A", a), ("B", b))})
    areas["Δ"] = areas["B"] - areas["A"]
    return measures, areas.round(3).rename_axis("area").reset_index()


def _over_hours(place: PlanGround, work: Work, owner_first: bool) -> Prediction:
    """Every hour of the day in a steady state of its own, averaged: the pointwise stationary approximation.

    Green and Kolesar 1991, *The pointwise stationary approximation for queues with nonstationary arrivals*. It holds where work on a
    case is short beside the hours in which rates change.
    """
    hours = np.asarray(work.profile, dtype=float)
    rates, count = np.unique(24 * hours / hours.sum(), return_counts=True)
    busy = rates > 0
    told = []
    for rate in rates[busy].tolist():
        try:
            hourly = predict(
                place.ground,
                per_day=work.per_day * rate,
                handling=work.handling_min * 60,
                limit=work.limit_min * 60,
                owner_first=owner_first,
                queue=work.queue,
                returning=work.after == "home first",
            )
        except BadProblem as wrong:
            raise BadInput(
                f"in the busiest hour {wrong}; give fewer cases a day, shorter work, a flatter day or more officers"
            ) from None
        told.append(hourly)
    cases = (rates * count)[busy] / 24

    def by_case(name: str) -> NDArray[np.float64]:
        return np.asarray(sum(share * getattr(one, name) for share, one in zip(cases, told, strict=True)))

    load = sum(n / 24 * one.workload for n, one in zip(count[busy], told, strict=True))
    return Prediction(
        workload=np.asarray(load),
        response=by_case("response"),
        late=by_case("late"),
        own=by_case("own"),
        mean=float(by_case("mean")),
        late_share=float(by_case("late_share")),
        waits=float(by_case("waits")),
        exact=told[0].exact,
    )


def _by_grid(plan: Plan, place: PlanGround, told: Prediction) -> gpd.GeoDataFrame:
    share = place.ground.share()
    weight = np.maximum(share, 1e-12)
    table = pd.DataFrame({"grid": place.grids.astype(str), "weight": weight, "demand": share})
    for name, values in (("response_min", told.response / 60), ("late_share", told.late), ("own_share", told.own)):
        table[name] = values * weight
    sums = table.groupby("grid").sum()
    owner = pd.Series(place.ground.owner, index=place.grids.astype(str)).groupby(level=0).first()
    load = owner.map(lambda who: told.workload[who] if who >= 0 else np.nan)
    grids = plan.grids.set_index(plan.grids["grid"].astype(str))
    found = pd.DataFrame(
        {
            "area": grids["area"],
            "demand": sums["demand"].round(4),
            "response_min": (sums["response_min"] / sums["weight"]).round(2),
            "late_share": (sums["late_share"] / sums["weight"]).round(4),
            "own_share": (sums["own_share"] / sums["weight"]).round(4),
            "load": load.round(4),
        }
    )
    shapes = grids.geometry.loc[found.index]
    return gpd.GeoDataFrame(
        found.rename_axis("grid").reset_index(), geometry=shapes.to_numpy(), crs=plan.jurisdiction.crs
    )

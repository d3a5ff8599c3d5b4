"""Service points chosen over a town's streets."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridgeo.arguments import proven
from gridgeo.between import Between
from gridgeo.errors import BadInput, NoFeasiblePlan
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.placed import Placed, placed
from gridgeo.sites.tables import ServicePoints
from gridgeo_solvers.errors import BadProblem, Infeasible
from gridgeo_solvers.location import Sites, SitesProblem, cover_all, cover_most, shortest_ways

OBJECTIVES = {
    "ways": "the weighted round trips of all together are shortest (p-median)",
    "most": "the most people have a round trip within the limit",
    "all": "everybody has a round trip within the limit, by the fewest new sites",
}
"""What sites are chosen for."""


@proven
def service_points(
    town: Jurisdiction,
    *,
    new: int = 1,
    objective: str = "ways",
    within_min: float | None = None,
    candidates: pd.DataFrame | None = None,
    existing: pd.DataFrame | None = None,
    demand: pd.DataFrame | None = None,
    mode: str = "car",
    time_limit: float = 60.0,
    seed: int = 0,
) -> ServicePoints:
    """Choose service points among candidates, by integer programming with a bound (`gridgeo_solvers.location`).

    Parameters
    ----------
    town
        Whose streets are used.
    new
        How many sites to open; of no account for ``all``.
    objective
        One of `OBJECTIVES`.
    within_min
        Minutes of a round trip at the most, for ``most`` and ``all``.
    candidates
        Columns `site` (unique) and `lon`, `lat` (degrees) or a geometry; perhaps `name` and `capacity`, the most weight it can
        take. Without a table every unit of the town is one.
    existing
        Sites that are open and stay so, the same columns.
    demand
        Columns `demand` (unique), `weight` (people or trips) and where it is. Without a table the households of every unit.
    mode
        foot, ebike or car.
    time_limit
        Seconds of integer programming at the most.
    seed
        Of the search for a first answer.

    Returns
    -------
    Sites and who goes where, with the mean and the worst round trip before and after.

    Raises
    ------
    BadInput
        An option or a row can't be used; the message names it.
    NoFeasiblePlan
        No choice of sites keeps the limit or has room for all; the reasons name the places.
    """
    if objective not in OBJECTIVES:
        raise BadInput(f"unknown objective '{objective}'; choose one of {', '.join(OBJECTIVES)}")
    if objective != "ways" and not (within_min is not None and np.isfinite(within_min) and within_min > 0):
        raise BadInput(f"objective '{objective}' needs a limit; give within_min, minutes of a round trip above 0")
    if not time_limit > 0:
        raise BadInput(f"the time limit is {time_limit:g} s; give a number above 0")
    wants = placed(_units(town, "demand") if demand is None else demand, "demand", "demands", town)
    weight = wants.numbers("weight", None if "weight" in wants.table.columns else 1.0)
    kept = None if existing is None else placed(existing, "site", "existing sites", town)
    free = placed(_units(town, "site") if candidates is None else candidates, "site", "candidates", town)
    tables = [free] if kept is None else [kept, free]
    names = [name for one in tables for name in one.ids]
    again = pd.Series(names).duplicated()
    if again.any():
        raise BadInput(f"site '{names[int(again.to_numpy().argmax())]}' is both a candidate and existing; name it once")
    minutes = Between.of(town, mode).round_trips(wants.xy, np.concatenate([one.xy for one in tables]))
    reached = np.atleast_1d(np.isfinite(minutes).any(axis=1))
    if not reached.any():
        raise BadInput(f"no demand can reach a candidate by {mode} and come back; choose another mode")
    count = 0 if kept is None else len(kept.ids)
    problem = SitesProblem(minutes[reached], weight[reached], tuple(range(count)), _capacity(tables))
    answer = _solved(problem, objective, new, within_min, time_limit, seed, np.array(wants.ids)[reached], names)
    return _told(town, wants, weight, reached, tables, problem, answer, mode, objective, within_min)


def _units(town: Jurisdiction, key: str) -> gpd.GeoDataFrame:
    units = town.units[["unit", "households", "geometry"]].rename(columns={"unit": key, "households": "weight"})
    return gpd.GeoDataFrame(units, geometry="geometry", crs=town.crs)


def _capacity(tables: list[Placed]) -> NDArray[np.float64] | None:
    if not any("capacity" in one.table.columns for one in tables):
        return None
    return np.concatenate([one.numbers("capacity") for one in tables])


def _solved(
    problem: SitesProblem,
    objective: str,
    new: int,
    within_min: float | None,
    time_limit: float,
    seed: int,
    wants: NDArray[Any],
    names: list[str],
) -> Sites:
    free = len(names) - len(problem.kept)
    if objective != "all" and not 1 <= new <= free:
        raise BadInput(f"{new} new sites of {free} candidates; choose from 1 to {free}")
    limit = 0.0 if within_min is None else within_min
    try:
        if objective == "ways":
            return shortest_ways(problem, new, time_limit=time_limit, seed=seed)
        if objective == "most":
            return cover_most(problem, new, limit, time_limit=time_limit, seed=seed)
        return cover_all(problem, limit, time_limit=time_limit, seed=seed)
    except BadProblem as wrong:
        raise BadInput(str(wrong)) from None
    except Infeasible as none:
        if objective == "all" and problem.capacity is None:
            near = problem.minutes.min(axis=1)
            late = np.flatnonzero(near > limit)
            reasons = [
                f"demand '{wants[i]}': the nearest candidate, '{names[int(problem.minutes[i].argmin())]}', takes {near[i]:.1f} min there and back; the limit is {limit:g}"
                for i in late[np.argsort(-near[late], kind="stable")].tolist()
            ]
            raise NoFeasiblePlan(reasons) from None
        raise NoFeasiblePlan(none.reasons) from None


def _told(
    town: Jurisdiction,
    wants: Placed,
    weight: NDArray[np.float64],
    reached: NDArray[np.bool_],
    tables: list[Placed],
    problem: SitesProblem,
    answer: Sites,
    mode: str,
    objective: str,
    within_min: float | None,
) -> ServicePoints:
    names = [name for one in tables for name in one.ids]
    xy = np.concatenate([one.xy for one in tables])
    served = answer.site_of >= 0
    after = np.full(len(problem.weight), np.nan)
    after[served] = problem.minutes[np.flatnonzero(served), answer.site_of[served]]
    before = problem.minutes[:, list(problem.kept)].min(axis=1) if problem.kept else np.full(len(after), np.nan)
    after_all, before_all = np.full(len(reached), np.nan), np.full(len(reached), np.nan)
    after_all[reached], before_all[reached] = after, np.where(np.isfinite(before), before, np.nan)
    site = np.full(len(reached), None, dtype=object)
    site[np.flatnonzero(reached)[served]] = np.array(names, dtype=object)[answer.site_of[served]]
    reason = np.full(len(reached), None, dtype=object)
    reason[~reached] = f"no candidate can be reached by {mode} and left again"
    reason[np.flatnonzero(reached)[~served]] = f"no site within {within_min or 0:g} minutes there and back"
    table = {
        "demand": wants.ids,
        "weight": weight,
        "site": site,
        "minutes": after_all,
        "before_min": before_all,
        "reason": reason,
    }
    people = gpd.GeoDataFrame(table, geometry=shapely.points(wants.xy), crs=town.crs)
    title = pd.concat(
        [one.table["name"] if "name" in one.table.columns else pd.Series([None] * len(one.ids)) for one in tables]
    )
    rows = []
    for j in answer.sites:
        mine = answer.site_of == j
        load = float(problem.weight[mine].sum())
        rows.append(
            {
                "site": names[j],
                "name": title.iloc[j],
                "kept": j in problem.kept,
                "demands": int(mine.sum()),
                "weight": load,
                "mean_min": float((problem.weight[mine] * after[mine]).sum() / load) if load else 0.0,
                "worst_min": float(after[mine].max()) if mine.any() else 0.0,
                "geometry": shapely.Point(xy[j]),
            }
        )
    sites = gpd.GeoDataFrame(rows, geometry="geometry", crs=town.crs).astype({"name": "str"})
    meta: dict[str, Any] = {
        "mode": mode,
        "minimised": objective,
        "within_min": within_min,
        "new": len(answer.sites) - len(problem.kept),
        "objective": round(answer.objective, 4),
        "bound": round(answer.bound, 4),
        "gap": answer.gap,
        "status": str(answer.status),
        "seed": answer.seed,
    }
    return ServicePoints(sites, people.astype({"site": "str", "reason": "str"}), meta)

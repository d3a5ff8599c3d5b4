"""A day or a year of cases under a plan, by any policy: seen in a simulation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from gridgeo.coverage.times import local_times, read_times, zone_of
from gridgeo.dispatch.ground import PlanGround, ground_of
from gridgeo.dispatch.policies import name_of, policy_of
from gridgeo.dispatch.tables import Response
from gridgeo.errors import BadInput
from gridgeo.placed import placed
from gridgeo.plans.plan import Plan
from gridgeo.routes.reading import Rows
from gridgeo.routes.visiting.officers import works_on
from gridgeo_solvers.dispatching import (
    After,
    Cases,
    Policy,
    Record,
    draw_cases,
    fewest_late,
    figures,
    is_late,
    simulate,
)
from gridgeo_solvers.dispatching.cases import DAY
from gridgeo_solvers.errors import BadProblem
from gridgeo_solvers.progress import Progress

WAKING = (1, 1, 1, 1, 1, 2, 4, 7, 10, 10, 9, 8, 7, 7, 9, 9, 9, 8, 8, 7, 6, 4, 2, 1)
"""Weight of each hour of the day where none is given: busy by day, quiet by night."""


@dataclass(frozen=True)
class Work:
    """What comes in, and how it is worked off.

    Parameters
    ----------
    per_day
        Cases a day.
    limit_min, handling_min
        Minutes to arrival after which a case is late, and minutes on the spot on average.
    days, seed, profile
        For drawn cases: how long, the seed, and 24 weights of the hours of a day.
    after
        Whence an officer is sent after a case: ``on the way`` home, ``home first``, ``at home`` at once, or ``stays``.
    queue
        Cases wait while nobody can come; otherwise they are passed on.
    mode
        foot, ebike or car.
    demand
        Column of the units that says where cases come from.
    """

    per_day: float = 50.0
    limit_min: float = 30.0
    handling_min: float = 20.0
    days: float = 28.0
    seed: int = 0
    profile: ArrayLike = WAKING
    after: After = "on the way"
    queue: bool = True
    mode: str = "foot"
    demand: str = "households"


def simulate_response(
    plan: Plan,
    policies: Sequence[str | Policy] = ("owner", "nearest", "coverage", "farsighted"),
    *,
    work: Work | None = None,
    officers: pd.DataFrame | None = None,
    cases: pd.DataFrame | None = None,
    zone: str = "UTC",
    offline: bool = False,
    seconds: NDArray[np.float64] | None = None,
    progress: Progress | None = None,
) -> Response:
    """Let the officers of a plan work off cases, by each policy on the same ones.

    Parameters
    ----------
    plan
        Whose grids have owners.
    policies
        Names in `gridgeo.dispatch.policies.POLICIES`, or policies of your own, told by the names of their classes.
    work
        What comes in.
    officers
        As for `ground_of`; with `from`, `to`, `weekdays` or `leave` they work by their shifts, otherwise always.
    cases
        What really came in: `case`, `lon` and `lat` or a geometry, `reported` (a time); perhaps `limit_min`, `handling_min`, `skills`,
        `urgency`. Drawn by chance where left out.
    zone
        Time zone of times that name none, and of shifts.
    offline
        Whether to ask for the fewest late arrivals with everything known. It holds for officers who go home first and cases that are
        passed on when all are busy, so `work` must say so.
    seconds
        Road times between the units where they are known.
    progress
        Told of every policy's cases.

    Raises
    ------
    BadInput
        An option or a row can't be used; the message names it.
    """
    work = work or Work()
    if offline and (work.after != "home first" or work.queue):
        raise BadInput(
            "the offline optimum is of officers who go home first and cases that don't wait; set after='home first' and queue=False"
        )
    place = ground_of(plan, officers, mode=work.mode, demand=work.demand, seconds=seconds)
    came, start, skills = _cases(plan, place, cases, work, zone)
    if not len(came):
        raise BadInput("no case comes in; raise the cases a day or the days")
    duty = None if officers is None else _duty(place, officers, came, start, zone)
    ground = place.ground if skills is None else replace(place.ground, skills=skills)
    usual, limit = float(came.handling.mean()), float(np.median(came.limit))
    per_day = len(came) / max((came.at[-1] - came.at[0]) / DAY, 1 / 24)
    bound = None
    if offline:
        bound = fewest_late(ground, came, progress=progress)
    tables: dict[str, list[Any]] = {"policies": [], "grids": [], "officers": []}
    for one in policies:
        name = name_of(one)
        policy = policy_of(one, ground, limit=limit, per_day=per_day, handling=usual)
        record = simulate(ground, came, policy, after=work.after, queue=work.queue, duty=duty, progress=progress)
        told = _row(name, record, came)
        if bound is not None:
            told["ratio"] = round(told["late"] / bound.bound, 3) if bound.bound else None
        tables["policies"].append(told)
        tables["grids"].append(_by_grid(name, record, came, place))
        tables["officers"].append(_by_officer(name, record, came, place))
    meta: dict[str, Any] = {
        "cases": len(came),
        "days": round(float(came.at[-1] - came.at[0]) / DAY, 2),
        "officers": len(place.names),
        "limit_min": round(limit / 60, 2),
        "handling_min": round(usual / 60, 2),
        "after": work.after,
        "queue": work.queue,
        "seed": work.seed if cases is None else None,
    }
    if bound is not None:
        meta |= {"fewest_late": bound.late, "fewest_late_bound": bound.bound, "proven": bound.proven}
    shapes = plan.grids.set_index("grid").geometry
    grids = pd.concat(tables["grids"], ignore_index=True)
    frame = gpd.GeoDataFrame(grids, geometry=shapes.loc[grids["grid"]].to_numpy(), crs=plan.jurisdiction.crs)
    return Response(pd.DataFrame(tables["policies"]), frame, pd.concat(tables["officers"], ignore_index=True), meta)


def _cases(
    plan: Plan, place: PlanGround, table: pd.DataFrame | None, work: Work, zone: str
) -> tuple[Cases, float | None, NDArray[np.int64] | None]:
    """Cases in seconds after their first midnight, and, where a table tells them, that midnight in seconds after 1970 and the
    officers' skills.
    """
    if table is None:
        try:
            drawn = draw_cases(
                place.ground.demand,
                days=work.days,
                per_day=work.per_day,
                limit=work.limit_min * 60,
                handling=work.handling_min * 60,
                profile=work.profile,
                seed=work.seed,
            )
        except BadProblem as wrong:
            raise BadInput(str(wrong)) from None
        return drawn, None, None
    wants = placed(table, "case", "cases", plan.jurisdiction)
    if "reported" not in table.columns:
        raise BadInput("the cases have no column 'reported'; give the time of each report")
    rows = Rows(table, "case", "cases")
    at = read_times(table["reported"], zone_of(zone), "cases")
    limit, handling = rows.numbers("limit_min", work.limit_min), rows.numbers("handling_min", work.handling_min)
    rows.refuse(limit < 0, "limit_min", "is below 0; give minutes from report to arrival")
    rows.refuse(handling < 0, "handling_min", "is below 0; give minutes on the spot")
    urgency = rows.numbers("urgency", 0.0)
    rows.refuse(urgency % 1 != 0, "urgency", "is no whole number; the lower goes first")
    units = plan.jurisdiction.units.geometry.to_numpy()
    unit = shapely.STRtree(units).nearest(shapely.points(wants.xy))
    order = np.argsort(at, kind="stable")
    first = local_times(at[order[:1]], zone_of(zone))[0].normalize().timestamp()
    need, has = _bits(rows.lists("skills"), list(place.officers["skills"]))
    came = Cases(
        at[order] - first,
        np.asarray(unit, dtype=np.int64)[order],
        handling[order] * 60,
        limit[order] * 60,
        need=need[order],
        urgency=urgency[order].astype(np.int64),
    )
    return came, float(first), has


def _duty(
    place: PlanGround, officers: pd.DataFrame, came: Cases, start: float | None, zone: str
) -> NDArray[np.float64] | None:
    """Shifts as officer, from, to; None where no column speaks of them."""
    if not {"from", "to", "weekdays", "leave"} & set(officers.columns):
        return None
    crew = place.officers
    days = int(came.at[-1] // DAY) + 2
    # Drawn cases have no date: their first day is a Monday.
    monday = pd.Timestamp("2026-01-05", tz=zone_of(zone))
    first = monday if start is None else local_times(np.array([start]), zone_of(zone))[0]
    works = works_on(crew, (first - pd.Timedelta(days=1)).date(), days)
    who, day = np.nonzero(works)
    since, until = (crew[name].to_numpy(dtype=float)[who] * 60 + (day - 1) * DAY for name in ("from_min", "to_min"))
    return np.column_stack([who, since, until]).astype(np.float64)


def _bits(
    needs: Sequence[tuple[str, ...]], skills: Sequence[tuple[str, ...]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Skills that cases need and that officers have, a bit each."""
    names = sorted({skill for words in (*needs, *skills) for skill in words})
    if len(names) > 62:
        raise BadInput(
            f"there are {len(names)} different skills; 62 at the most can be told apart, so write them alike"
        )
    bit = {name: 1 << position for position, name in enumerate(names)}
    need, has = (
        np.array([sum(bit[skill] for skill in set(words)) for words in many], dtype=np.int64)
        for many in (needs, skills)
    )
    return need, has


def _row(name: str, record: Record, came: Cases) -> dict[str, Any]:
    told = figures(record, came)
    return {
        "policy": name,
        "cases": told.cases,
        "served": told.served,
        "mean_min": round(told.mean / 60, 2),
        "p50_min": round(told.p50 / 60, 2),
        "p90_min": round(told.p90 / 60, 2),
        "late": told.late,
        "late_share": round(told.late_share, 4),
        "lateness_min": round(told.lateness / 60, 2),
        "mean_load": round(float(told.load.mean()), 4),
        "highest_load": round(float(told.load.max()), 4),
        "turned": told.turned,
    }


def _by_grid(name: str, record: Record, came: Cases, place: PlanGround) -> pd.DataFrame:
    response = record.arrived - came.at
    table = pd.DataFrame(
        {
            "grid": place.grids[came.place],
            "minutes": np.where(np.isfinite(response), response, np.nan) / 60,
            "late": is_late(record, came),
        }
    )
    groups = table.groupby("grid")
    found = pd.DataFrame(
        {
            "cases": groups.size(),
            "mean_min": groups["minutes"].mean().round(2),
            "late_share": groups["late"].mean().round(4),
        }
    ).reindex(pd.Index(np.unique(place.grids.astype(str)), name="grid"))
    found["cases"] = found["cases"].fillna(0).astype("int64")
    return found.reset_index().assign(policy=name)[["policy", "grid", "cases", "mean_min", "late_share"]]


def _by_officer(name: str, record: Record, came: Cases, place: PlanGround) -> pd.DataFrame:
    served = record.officer[record.officer >= 0]
    return pd.DataFrame(
        {
            "policy": name,
            "officer": place.names,
            "cases": np.bincount(served, minlength=len(place.names)),
            "load": figures(record, came).load.round(4),
        }
    )

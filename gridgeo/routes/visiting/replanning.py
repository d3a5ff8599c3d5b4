"""A day changes: an officer is sick, a door stays closed, an urgent visit comes. What was done stays; the rest moves little."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridgeo.errors import BadInput
from gridgeo.routes.tables import Routes
from gridgeo.routes.visiting.changes import Change
from gridgeo.routes.visiting.drawing import drawn, each, figures, left_out_rows, route_name
from gridgeo.routes.visiting.field import Field
from gridgeo.routes.visiting.lists import check_visits
from gridgeo.routes.visiting.mending import Local
from gridgeo.routes.visiting.planning import Booked, VisitPlan
from gridgeo_solvers.routing.visiting import solve_visiting

NEIGHBOURS = 8
"""Officers who may take over what the change leaves open."""
AHEAD = 5
"""Days, from the day of the change on, to which a visit may be put off."""
ITERATIONS = 1500


def replan(
    made: VisitPlan,
    *,
    now: datetime,
    sick: Sequence[str] = (),
    closed: Sequence[str] = (),
    urgent: pd.DataFrame | None = None,
    plan: Any = None,
    neighbours: int = NEIGHBOURS,
    ahead: int = AHEAD,
    seed: int = 0,
    iterations: int = ITERATIONS,
) -> VisitPlan:
    """Mend a plan of visits on a day, and leave alone what isn't touched.

    Visits that began before `now` are frozen. What the change takes away (the rest of a sick officer's day, the doors that
    stay closed, urgent visits) is set into the days of the officers nearest to it, today or as many days later as the
    frequency allows, if it can be by the officer whom the door knows; their other visits keep their day, and their officer unless
    moving helps.

    Parameters
    ----------
    made
        The plan, from `plan_visits` or `replan`.
    now
        The moment; visits that begin later may change.
    sick
        Officers who don't work for the rest of the day.
    closed
        Doors that can't be called at for the rest of the day.
    urgent
        A list of visits, as `check_visits` takes it, to be made today; `plan` places them.
    neighbours, ahead
        Officers, and days from today on, that may be touched.
    seed, iterations
        Same plan, change, seed and iterations: same answer.

    Returns
    -------
    The new plan. ``routes.meta["replanned"]`` tells how many visits of today could change and how many were lost; the shares of
    them that keep officer and day, and officer among those that weren't lost; and how many nobody makes any more.

    Raises
    ------
    BadInput
        The day lies outside the plan, an officer or door isn't in it, or an urgent row can't be used.
    """
    field, booked = made.field, made.booked
    today = (now.date() - field.start).days
    if not 0 <= today < field.days:
        raise BadInput(
            f"{now.date()} lies outside the plan, which runs from {field.start} to {field.date_of(field.days - 1)}"
        )
    clock = now.hour * 3600.0 + now.minute * 60.0 + now.second
    away = _rows(field.officers["officer"], sick, "officer")
    shut = _rows(field.doors["door"], closed, "door")
    if urgent is not None:
        field, new = _with_urgent(field, urgent, plan, today)
    else:
        new = np.zeros(0, dtype=np.int64)
    change = Change(field, booked, today, clock, away, shut, new)
    officers = change.officers(neighbours)
    if not len(change.lost) and not len(new):
        listed = replace(made.routes, unserved=left_out_rows(field, booked, made.routes.meta))
        return made if field is made.field else VisitPlan(field, booked, listed)
    local = Local(change, officers, min(field.days, today + ahead))
    answer = solve_visiting(local.problem(), seed=seed, iterations=iterations, given=local.given(), heat=0.05)
    mended = local.merged(answer)
    routes = _redrawn(made.routes, field, mended, local)
    meta = dict(routes.meta) | figures(field, mended) | {"replanned": change.told(mended)}
    return VisitPlan(field, mended, replace(routes, meta=meta))


def _rows(names: pd.Series, wanted: Sequence[str], what: str) -> NDArray[np.int64]:
    known = {name: row for row, name in enumerate(names)}
    for name in wanted:
        if name not in known:
            raise BadInput(f"{what} '{name}' isn't in the plan; it has {', '.join(list(known)[:6])}, …")
    return np.array(sorted(known[name] for name in wanted), dtype=np.int64)


def _with_urgent(field: Field, urgent: pd.DataFrame, plan: Any, today: int) -> tuple[Field, NDArray[np.int64]]:
    """The field with urgent doors behind its own, due today alone."""
    if plan is None:
        raise BadInput("urgent visits need the plan that places them: replan(…, urgent=…, plan=plan)")
    doors = check_visits(urgent, plan)
    twice = doors["door"].isin(set(field.doors["door"]))
    if twice.any():
        raise BadInput(
            f"urgent visits: door '{doors['door'][twice].iloc[0]}' is in the plan already; give the visit another name"
        )
    whole, new = field.with_doors(doors, plan, today)
    # One that no road reaches is listed for its place; nobody is asked to go there.
    return whole, np.intersect1d(new, whole.due_doors())


def _redrawn(old: Routes, field: Field, mended: Booked, local: Local) -> Routes:
    """The routes with those of the touched days drawn anew."""
    touched = local.touched()
    names = {route_name(field.officers["officer"].iloc[officer], field.date_of(day)) for officer, day in touched}
    pick = [(row.officer, row.day) in touched for row in each(mended.tours)]
    mine = [(row.officer, row.day) in touched for row in each(mended.stops)]
    fresh = drawn(field, replace(mended, tours=mended.tours[pick], stops=mended.stops[mine]), old.meta)
    routes = _spliced(old.routes, fresh.routes, names, ["date", "route"])
    stops = _spliced(old.stops, fresh.stops, names, ["date", "route", "order"])
    return Routes(routes, stops, left_out_rows(field, mended, old.meta), old.meta)


def _spliced(old: Any, fresh: Any, names: set[str], order: Sequence[str]) -> Any:
    kept = old[~old["route"].isin(names)]
    parts = [part for part in (kept, fresh) if len(part)]
    if not parts:
        return fresh
    return pd.concat(parts, ignore_index=True).sort_values(list(order), kind="stable", ignore_index=True)

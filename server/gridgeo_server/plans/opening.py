"""What happens to plans when a server opens its folder: the plan found there is registered, the one in force is served."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pandas as pd
import sqlalchemy as sa

from gridgeo.errors import BadInput
from gridgeo.plans.plan import Figures, Plan
from gridgeo_server.errors import ServerError
from gridgeo_server.plans import calendar as calendars
from gridgeo_server.plans import service, store
from gridgeo_server.plans.calendar import Calendar
from gridgeo_server.plans.drawn import draw
from gridgeo_server.plans.service import Deed
from gridgeo_server.store import Store, Transaction, tables
from gridgeo_server.town import Town

logger = logging.getLogger(__name__)

_SEEN = "plan file"
"""Name in the table `about` of the fingerprint of the plan that the folder held when it was opened last."""


def open_plans(opened: Store, town: Town, owners: Mapping[str, str], now: datetime, zone: ZoneInfo) -> Town:
    """Register the plan of the folder, and return the town with the plan that is in force today.

    The newest deed counts. A plan file that wasn't there at the last start is put in force from today on, in every area, as
    whoever replaced the file wanted it. A file that was there before gives way to what was put in force since.

    Parameters
    ----------
    owners
        Names of the officers of the file's plan, by grid, for grids that name no owner themselves.
    zone
        Of the wall clock that tells the town's day.
    """
    fingerprint = town.plan.fingerprint()
    with opened.reading() as connection:
        seen = _seen(connection)
        current = current_plan(connection, calendars.read(connection), town, service.today(now, zone))
    if seen == fingerprint:
        opened.write(lambda transaction: service.settle(transaction, now, zone))
        return town if current is None else replace(town, plan=current)
    if current is not None and current.assignment.equals(town.plan.assignment):
        opened.write(lambda transaction: _remember(transaction, fingerprint))
        return replace(town, plan=current)
    drawn = draw(_owned(town.plan, owners))
    name = town.jurisdiction.name

    def enter(transaction: Transaction) -> None:
        deed = Deed(now, zone, None, "found as plan.gpkg when the server started")
        service.enter_found(transaction, town, drawn, name, deed)
        service.settle(transaction, now, zone)
        _remember(transaction, fingerprint)

    opened.write(enter)
    return replace(town, plan=drawn.plan)


def current_plan(connection: sa.Connection, calendar: Calendar, town: Town, day: date) -> Plan | None:
    """The grids in force on `day`, put together from every plan that is in force somewhere; None where they don't fit.

    Grids have the owners and names of that day. Where two plans use one identifier for two grids, all are called by their
    codes.
    """
    held = calendar.on(day)
    if not held:
        return None
    areas = pd.Series(town.jurisdiction.units["area"].astype(str).to_numpy(), index=town.plan.assignment.index)
    whose = areas.map(held)
    parts, identities, newest = [], [], None
    try:
        for name in sorted(set(held.values())):
            record = store.get(connection, name)
            plan = store.load(connection, town.jurisdiction, town.units_hash, record)
            part = plan.assignment[(whose == name).to_numpy()]
            parts.append(part)
            identities.append(_of_day(plan.identities.loc[sorted(part.unique())], calendar, name, day))
            newest = plan
        assert newest is not None
        if len(parts) == 1:
            return replace(newest, identities=identities[0]) if len(parts[0]) == len(areas) else None
        if pd.concat(identities).index.has_duplicates:
            parts = [part.map(known["code"]) for part, known in zip(parts, identities, strict=True)]
            identities = [known.set_index(known["code"].rename("grid")) for known in identities]
        joined, known = pd.concat(parts), pd.concat(identities)
        if known.index.has_duplicates:
            logger.warning(
                "two plans in force both have a grid of the code %s", known.index[known.index.duplicated()][0]
            )
            return None
        rules = replace(newest.rules, k=int(joined.nunique()), seeds=(), fix={}, targets={})
        return Plan(town.jurisdiction, joined, rules, Figures(status="joined"), known)
    except (ServerError, BadInput) as error:
        logger.warning("the plan in force can't be served: %s", error)
        return None


def _of_day(identities: pd.DataFrame, calendar: Calendar, plan: str, day: date) -> pd.DataFrame:
    """Owners and names as the hand-overs up to a day made them."""
    table = identities.copy()
    for of, grid in calendar.handovers:
        if of == plan and grid in table.index:
            for column, value in calendar.identity(plan, grid, day).items():
                table.loc[grid, column] = value
    return table


def _owned(plan: Plan, owners: Mapping[str, str]) -> Plan:
    names = plan.identities
    own = pd.Series(names.index.map(lambda grid: owners.get(str(grid), "")), index=names.index)
    return replace(plan, identities=names.assign(owner=names["owner"].where(names["owner"] != "", own)))


def _seen(connection: sa.Connection) -> str | None:
    query = sa.select(tables.about.c.value).where(tables.about.c.name == _SEEN)
    return connection.execute(query).scalar_one_or_none()


def _remember(transaction: Transaction, fingerprint: str) -> None:
    table = tables.about
    transaction.connection.execute(table.delete().where(table.c.name == _SEEN))
    transaction.connection.execute(table.insert().values(name=_SEEN, value=fingerprint))

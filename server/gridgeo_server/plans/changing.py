"""What the register is told between plans: a start is withdrawn, a grid gets another owner or name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa

from gridgeo_server.errors import BadRequest, Changed, Clash, NotFound, OutOfOrder
from gridgeo_server.plans import calendar as calendars
from gridgeo_server.plans import register, service, staging, store
from gridgeo_server.plans.calendar import Calendar, Period
from gridgeo_server.plans.model import PlanRecord
from gridgeo_server.plans.service import Deed
from gridgeo_server.store import Transaction
from gridgeo_server.town import Town


@dataclass(frozen=True)
class NewIdentity:
    """What a grid shall be called or who shall own it from a day on; None leaves it as it is."""

    since: date | None = None
    owner: str | None = None
    name: str | None = None


def withdraw(
    transaction: Transaction, town: Town, plan: str, areas: tuple[str, ...], deed: Deed, revision: int | None
) -> PlanRecord:
    """Withdraw the starts of a plan that lie in the future, in `areas` or in all; what was in force before goes on.

    A plan of which no start is left is approved again, and can be put in force on another day.

    Raises
    ------
    NotFound, Changed, BadRequest
        There is no such plan; it is no longer at `revision`; there is no such area.
    OutOfOrder
        It is registered nowhere, or has begun.
    Clash
        A grid would be cut, or the plan that would go on is retired.
    """
    connection, today = transaction.connection, deed.today
    record = service.read(connection, plan, revision)
    calendar = calendars.read(connection)
    chosen = _future(calendar, record, staging.expanded(town, areas) if areas else None, today)
    after = calendar.without(one.number for one in chosen)
    touched = [one.area for one in chosen]
    staging.check_pieces(connection, town, after, plan, touched, min(one.since for one in chosen))
    _check_alive(connection, after, touched)
    state = record.state if after.of_plan(plan) else "approved"
    moved = replace(record, state=state, revision=record.revision + 1)
    days = sorted({one.since.isoformat() for one in chosen})
    data = {"areas": sorted(touched), "dates": days}
    event = service.append(connection, moved, deed, "withdraw", record.state, state, data)
    register.withdraw(connection, chosen, event)
    store.move(connection, plan, moved.state, moved.revision)
    service.settle(transaction, deed.now, deed.zone)
    return store.get(connection, plan)


def hand_over(transaction: Transaction, code: str, wanted: NewIdentity, deed: Deed, revision: int | None) -> date:
    """Give the grid registered under `code` another owner or name from a day on; that day.

    Parameters
    ----------
    revision
        Number of the register's last change of the grid that the caller read; then even a change that was registered for the
        same day gives way. Without it that is refused.

    Raises
    ------
    BadRequest, NotFound, Changed, Clash, NotAllowed
        The day is in the past, or nothing would change; no such grid is in force on that day; the register of the grid was
        changed since `revision`; another change begins on that day; the bearer speaks for another area.
    """
    connection, today = transaction.connection, deed.today
    day = today if wanted.since is None else wanted.since
    if day < today:
        raise BadRequest(f"{day} is in the past; whose a grid was is history, give {today} or later", "date")
    calendar = calendars.read(connection)
    history = register.history_of_code(connection, calendar, code)
    grid = register.holding(history, day)
    if grid is None:
        raise NotFound(f"no grid '{code}' is in force on {day}; what isn't in force can't be handed over")
    if deed.bearer is not None:
        deed.bearer.check_area(str(grid["area"]))
    now = register.revision(calendar, history)
    if revision is not None and revision != now:
        raise Changed(
            f"grid '{code}' was changed meanwhile (revision {now}, not {revision}); read it again, then decide"
        )
    changes = {name: value for name in ("owner", "name") if (value := getattr(wanted, name)) not in (None, grid[name])}
    if not changes:
        raise BadRequest(f"grid '{code}' has that owner and name on {day} already; give another", "owner")
    known = calendar.handovers.get((grid["plan"], grid["grid"]), ())
    if revision is None and any(one.since == day for one in known):
        raise Clash(f"grid '{code}' is already changed from {day} on; read it again and send its revision as If-Match")
    record = store.get(connection, str(grid["plan"]))
    data = {
        "code": code,
        "grid": grid["grid"],
        "date": day.isoformat(),
        "before": {name: grid[name] for name in changes},
        "after": changes,
    }
    moved = replace(record, revision=record.revision + 1)
    event = service.append(connection, moved, deed, "hand_over", record.state, record.state, data)
    register.hand_over(connection, grid, day, changes.get("owner"), changes.get("name"), event)
    store.move(connection, record.plan, moved.state, moved.revision)
    return day


def _future(calendar: Calendar, record: PlanRecord, areas: tuple[str, ...] | None, today: date) -> list[Period]:
    """The starts of a plan that may be withdrawn."""
    own = calendar.of_plan(record.plan)
    if not own:
        raise OutOfOrder(f"plan {record.plan} is {record.state} and registered nowhere; there is no start to withdraw")
    if areas is not None:
        absent = [area for area in areas if all(one.area != area for one in own)]
        if absent:
            raise OutOfOrder(f"plan {record.plan} isn't registered in area '{absent[0]}'; leave it out")
        own = [one for one in own if one.area in areas]
    begun = [one for one in own if one.since <= today]
    if begun and (areas is not None or len(begun) == len(own)):
        raise OutOfOrder(
            f"plan {record.plan} began in area '{begun[0].area}' on {begun[0].since}; what has begun can't be withdrawn: "
            "put another plan in force, or retire it"
        )
    if record.state == "retired":
        raise OutOfOrder(f"plan {record.plan} is retired; it has no start that could be withdrawn")
    return [one for one in own if one.since > today]


def _check_alive(connection: sa.Connection, calendar: Calendar, areas: list[str]) -> None:
    """What goes on without end must not be a plan that was ended."""
    for area in areas:
        for one in calendar.rows.get(area, ())[-1:]:
            if one.plan is not None and store.get(connection, one.plan).state == "retired":
                raise Clash(
                    f"in area '{area}' plan {one.plan} would go on, but it is retired; register another plan there first"
                )

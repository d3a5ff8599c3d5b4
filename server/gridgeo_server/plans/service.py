"""What may be done with plans. Each verb runs inside a transaction and appends an event that says who, when and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gridgeo_server.auth.bearers import Bearer
from gridgeo_server.errors import Changed
from gridgeo_server.plans import calendar as calendars
from gridgeo_server.plans import model, register, staging, store
from gridgeo_server.plans.drawn import Drawn
from gridgeo_server.plans.model import PlanEvent, PlanRecord
from gridgeo_server.store import Transaction
from gridgeo_server.store.instants import to_millisecond
from gridgeo_server.texts import say
from gridgeo_server.town import Town


@dataclass(frozen=True)
class Deed:
    """Who does something, when, and why; without a bearer it is the server itself."""

    now: datetime
    zone: ZoneInfo
    """Of the town's wall clock, by which its days are told."""
    bearer: Bearer | None = None
    why: str | None = None

    @property
    def today(self) -> date:
        """The town's day on which it is done."""
        return today(self.now, self.zone)

    @property
    def name(self) -> str:
        """Name of who does it, as it stands in the history."""
        return "Server" if self.bearer is None else self.bearer.name


@dataclass(frozen=True)
class Wanted:
    """A step that somebody wants a plan to take."""

    to: str
    day: date | None = None
    areas: tuple[str, ...] = ()


def create(
    transaction: Transaction,
    drawn: Drawn,
    name: str,
    deed: Deed,
    *,
    parent: PlanRecord | None = None,
    family: str | None = None,
    action: str = "create",
    data: Mapping[str, Any] | None = None,
) -> PlanRecord:
    """Keep a new draft.

    Parameters
    ----------
    parent
        The plan it was copied or merged from.
    family
        The plan of which it is a new version; a family of its own where left out.
    """
    connection, now = transaction.connection, to_millisecond(deed.now)
    plan = store.next_name(connection, now)
    record = PlanRecord(
        plan=plan,
        name=name,
        family=plan if family is None else family,
        version=1 if family is None else store.next_version(connection, family),
        parent=None if parent is None else parent.plan,
        state="draft",
        revision=1,
        units_hash=drawn.units_hash,
        content_hash=drawn.content_hash,
        rules=drawn.rules,
        figures=drawn.figures,
        measures=drawn.measures,
        created_at=now,
        created_by=None if deed.bearer is None else deed.bearer.key,
        created_by_name=deed.name,
    )
    store.insert(connection, record, drawn)
    if action != "import":
        append(connection, record, deed, action, None, "draft", data or {})
    return record


def change(transaction: Transaction, plan: str, drawn: Drawn, deed: Deed, revision: int | None) -> PlanRecord:
    """Give a draft another assignment.

    Raises
    ------
    NotFound, Changed, OutOfOrder
        There is no such plan; it is no longer at `revision`; it is no draft.
    """
    record = read(transaction.connection, plan, revision)
    model.check_changeable(record)
    changed = replace(
        record,
        revision=record.revision + 1,
        units_hash=drawn.units_hash,
        content_hash=drawn.content_hash,
        rules=drawn.rules,
        figures=drawn.figures,
        measures=drawn.measures,
    )
    store.replace_content(transaction.connection, changed, drawn)
    data = {"before": record.content_hash, "after": changed.content_hash}
    append(transaction.connection, changed, deed, "change", record.state, record.state, data)
    return changed


def rename(transaction: Transaction, plan: str, name: str, deed: Deed, revision: int | None) -> PlanRecord:
    """Give a plan another name, as long as it isn't approved."""
    record = read(transaction.connection, plan, revision)
    model.check_nameable(record)
    changed = replace(record, name=name, revision=record.revision + 1)
    store.update(transaction.connection, changed)
    data = {"before": record.name, "after": name}
    append(transaction.connection, changed, deed, "rename", record.state, record.state, data)
    return changed


def advance(
    transaction: Transaction, town: Town, plan: str, wanted: Wanted, deed: Deed, revision: int | None
) -> PlanRecord:
    """Bring a plan to its next state.

    Raises
    ------
    NotFound, Changed, OutOfOrder
        There is no such plan; it is no longer at `revision`; its state doesn't lead there.
    BadRequest, Clash
        A date or area can't be used; it would contradict the register.
    """
    connection = transaction.connection
    record = read(connection, plan, revision)
    step = model.step_to(record, wanted.to)
    day = model.effective_date(step, wanted.day, deed.today)
    areas = staging.chosen_areas(connection, town, record, step, wanted.areas, day)
    data: dict[str, Any] = {}
    if day is not None:
        data = {"date": day.isoformat(), "areas": list(areas)}
    moved = replace(record, state=step.to, revision=record.revision + 1)
    store.move(connection, plan, moved.state, moved.revision)
    event = append(connection, moved, deed, "transition", record.state, step.to, data)
    if day is not None and areas:
        register.begin(connection, areas, plan if step.to == "in_force" else None, day, event)
    settle(transaction, deed.now, deed.zone)
    return store.get(connection, plan)


def settle(transaction: Transaction, now: datetime, zone: ZoneInfo) -> list[str]:
    """Retire the plans that are in force nowhere any more, today or later, since others took their place."""
    connection, day = transaction.connection, today(now, zone)
    alive = {one.plan for one in calendars.read(connection) if one.to is None or one.to > day}
    records, _ = store.search(connection, state="in_force")
    ended = [record for record in records if record.plan not in alive]
    for record in ended:
        moved = replace(record, state="retired", revision=record.revision + 1)
        store.move(connection, record.plan, moved.state, moved.revision)
        deed = Deed(now, zone, None, "other plans took its place in every area")
        append(connection, moved, deed, "transition", "in_force", "retired", {"date": day.isoformat(), "areas": []})
    return [record.plan for record in ended]


def enter_found(transaction: Transaction, town: Town, drawn: Drawn, name: str, deed: Deed) -> PlanRecord:
    """Keep a plan that was found in force, and register it in every area of the town from today on."""
    connection = transaction.connection
    record = create(transaction, drawn, name, deed, action="import")
    areas, since = staging.areas_of_town(town), deed.today
    moved = replace(record, state="in_force")
    store.move(connection, record.plan, moved.state, moved.revision)
    data = {"date": since.isoformat(), "areas": list(areas)}
    event = append(connection, moved, deed, "import", None, "in_force", data)
    register.append(connection, areas, record.plan, since, event)
    return moved


def read(connection: sa.Connection, plan: str, revision: int | None) -> PlanRecord:
    """The plan, if it still stands at `revision` (where that is given)."""
    record = store.get(connection, plan)
    if revision is not None and revision != record.revision:
        raise Changed(
            say(
                "plan.changed",
                plan=plan,
                now=record.revision,
                state=model.state_name(record.state),
                revision=revision,
            )
        )
    return record


def today(now: datetime, zone: ZoneInfo) -> date:
    """The town's day, by its wall clock."""
    return now.astimezone(zone).date()


def append(
    connection: sa.Connection,
    record: PlanRecord,
    deed: Deed,
    action: str,
    start: str | None,
    end: str,
    data: Mapping[str, Any],
) -> int:
    """Append what was done with a plan to its history; the number of the event."""
    bearer = deed.bearer
    event = store.append(
        connection,
        PlanEvent(
            plan=record.plan,
            at=to_millisecond(deed.now),
            action=action,
            from_state=start,
            to_state=end,
            actor=None if bearer is None else bearer.key,
            actor_name=deed.name,
            role=None if bearer is None else bearer.role,
            why=deed.why,
            data=data,
        ),
    )
    assert event.seq is not None
    return event.seq

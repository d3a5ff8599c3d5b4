"""What may be done with cases. Each verb runs inside a transaction, appends events and announces them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gridgeo_server.cases import model, store
from gridgeo_server.cases.categories import Categories
from gridgeo_server.cases.dispatch import Candidate, Refused, candidates
from gridgeo_server.cases.model import Case, Event
from gridgeo_server.cases.views import case_view, event_view
from gridgeo_server.errors import BadRequest, Changed, OffDuty, WrongStage
from gridgeo_server.live.news import CaseChanged, RespondersMoved
from gridgeo_server.responders import store as responder_store
from gridgeo_server.responders.model import view
from gridgeo_server.store import Transaction
from gridgeo_server.store.instants import to_millisecond
from gridgeo_server.town import Town

NOBODY = "nobody on duty can reach it; it will be dispatched when somebody comes on duty"


@dataclass(frozen=True)
class Report:
    """What somebody reports: a kind of case at a place in degrees."""

    category: str
    lon: float
    lat: float
    description: str = ""
    reporter: str | None = None


@dataclass(frozen=True)
class Actor:
    """Who does something; nobody named is the desk itself."""

    identifier: str | None = None
    name: str | None = None
    simulated: bool = False


@dataclass(frozen=True)
class Desk:
    """The desk that takes reports, sends officers and follows cases until they are closed."""

    serving: Callable[[], Town]
    """The town with the plan that is in force when it is asked."""
    categories: Categories
    busy_min: float = 0.0
    """Minutes by which each open case puts an officer back when the nearest is chosen."""

    @property
    def town(self) -> Town:
        """The town with the plan in force."""
        return self.serving()

    def report(self, transaction: Transaction, report: Report, now: datetime, actor: Actor) -> Case:
        """Open a case, find whose ground it is, and send the nearest officer on duty.

        Raises
        ------
        OutsideJurisdiction, BadInput, BadRequest
            The place lies in no grid, is no place, or the category is unknown.
        """
        category = self.categories[report.category]
        town = self.town
        located = town.locator.locate(report.lon, report.lat)
        connection = transaction.connection
        owner = next((one for one in responder_store.everybody(connection) if located.grid in one.grids), None)
        place = {
            "description": report.description,
            "lon": report.lon,
            "lat": report.lat,
            "address": town.locator.address(report.lon, report.lat),
            "grid": located.grid,
            "grid_name": town.grid_names[located.grid],
            "area": located.area,
            "owner": None if owner is None else owner.responder,
            "owner_name": None if owner is None else owner.name,
            "owner_name_zh": None if owner is None else owner.name_zh,
            "snapped_m": located.snapped_m,
        }
        now = to_millisecond(now)
        name = store.next_name(connection, now)
        event = store.append(
            connection,
            model.report_event(name, category.category, category.limit_s, now, place, simulated=actor.simulated),
        )
        case = model.apply(None, event)
        store.insert(connection, case)
        if report.reporter:
            store.add_reporter(connection, name, report.reporter)
        self._announce(transaction, case, event, now)
        case = self._step(transaction, case, "accept", now, actor)
        return self.send_nearest(transaction, case, now, actor)

    def act(
        self,
        transaction: Transaction,
        name: str,
        action: str,
        now: datetime,
        actor: Actor,
        *,
        responder: str | None = None,
        note: str | None = None,
        version: int | None = None,
    ) -> Case:
        """Give a case an action; `responder` says who is sent by ``dispatch``, the nearest where left out.

        Raises
        ------
        NotFound, WrongStage, Changed, OffDuty, NoPath
            No such case or officer; the stage doesn't allow it; the case is no longer at `version`; the
            officer is off duty or can't get there.
        """
        case = store.get(transaction.connection, name)
        if version is not None and version != case.version:
            raise Changed(f"case {name} is at version {case.version}, not {version}; read it again, then decide")
        if responder is not None and action != "dispatch":
            raise BadRequest(f"'{action}' takes no responder; only 'dispatch' does", "responder")
        model.next_stage(case, action)
        if action != "dispatch":
            return self._step(transaction, case, action, now, actor, note=note)
        if responder is None:
            sent = self.send_nearest(transaction, case, now, actor, note=note)
            if sent.version == case.version + 1 and sent.stage != "dispatched":
                raise WrongStage(f"case {name}: {NOBODY}")
            return sent
        return self._dispatch(transaction, case, self._chosen(transaction, case, responder), now, actor, note)

    def send_nearest(
        self, transaction: Transaction, case: Case, now: datetime, actor: Actor, note: str | None = None
    ) -> Case:
        """Send the officer who is there first; with nobody to send, the case says so once and waits."""
        able, _ = self.candidates(transaction.connection, case)
        if able:
            return self._dispatch(transaction, case, able[0], now, actor, note)
        return self._note(transaction, case, NOBODY, now, actor)

    def send_waiting(self, transaction: Transaction, now: datetime, actor: Actor) -> list[Case]:
        """Send somebody to every case that waits accepted, oldest first."""
        waiting, _ = store.search(transaction.connection, stages=("accepted",))
        sent = []
        for case in reversed(waiting):
            able, _ = self.candidates(transaction.connection, case)
            if able:
                sent.append(self._dispatch(transaction, case, able[0], now, actor, None))
        return sent

    def candidates(self, connection: sa.Connection, case: Case) -> tuple[list[Candidate], list[Refused]]:
        """Who can be sent to `case`, nearest first, and who can't."""
        officers = responder_store.everybody(connection)
        return candidates(self.town, case, officers, store.open_by_responder(connection), self.busy_min)

    def _chosen(self, transaction: Transaction, case: Case, responder: str) -> Candidate:
        officer = responder_store.get(transaction.connection, responder)
        able, refused = self.candidates(transaction.connection, case)
        for one in able:
            if one.officer.responder == responder:
                return one
        reason = next(one.reason for one in refused if one.officer.responder == responder)
        raise OffDuty(f"{officer.name} can't be sent: {reason}")

    def _dispatch(
        self, transaction: Transaction, case: Case, to: Candidate, now: datetime, actor: Actor, note: str | None
    ) -> Case:
        data = {
            "responder": to.officer.responder,
            "responder_name": to.officer.name,
            "responder_name_zh": to.officer.name_zh,
            "road_s": round(to.way.seconds, 1),
            "road_m": round(to.way.metres, 1),
            "position": "station" if to.officer.fix_at is None else "fix",
        }
        return self._step(transaction, case, "dispatch", now, actor, note=note, data=data)

    def _step(
        self,
        transaction: Transaction,
        case: Case,
        action: str,
        now: datetime,
        actor: Actor,
        *,
        note: str | None = None,
        data: dict[str, Any] | None = None,
    ) -> Case:
        stage = model.next_stage(case, action)
        return self._append(transaction, case, action, stage, now, actor, note, data or {})

    def _note(self, transaction: Transaction, case: Case, note: str, now: datetime, actor: Actor) -> Case:
        return self._append(transaction, case, "note", case.stage, now, actor, note, {})

    def _append(
        self,
        transaction: Transaction,
        case: Case,
        action: str,
        stage: str,
        now: datetime,
        actor: Actor,
        note: str | None,
        data: dict[str, Any],
    ) -> Case:
        event = Event(
            case.case, to_millisecond(now), action, stage, actor.identifier, actor.name, note, data, actor.simulated
        )
        event = store.append(transaction.connection, event)
        changed = model.apply(case, event)
        store.update(transaction.connection, changed, case)
        self._announce(transaction, changed, event, now)
        self._announce_load(transaction, {case.responder, changed.responder} - {None})
        return changed

    def _announce(self, transaction: Transaction, case: Case, event: Event, now: datetime) -> None:
        category = self.categories[case.category]
        transaction.announce(CaseChanged(case_view(case, category, now), event_view(event)))

    def _announce_load(self, transaction: Transaction, responders: set[str | None]) -> None:
        if responders:
            load = store.open_by_responder(transaction.connection)
            officers = [responder_store.get(transaction.connection, name) for name in sorted(map(str, responders))]
            transaction.announce(RespondersMoved([view(one, load.get(one.responder, 0)) for one in officers]))

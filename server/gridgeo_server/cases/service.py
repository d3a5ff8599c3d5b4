"""What may be done with cases. Each verb runs inside a transaction, appends events and announces them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gridgeo_server.auth.bearers import Bearer
from gridgeo_server.cases import model, store, timing
from gridgeo_server.cases.categories import Categories
from gridgeo_server.cases.dispatch import Candidate, Refused, Rules, candidates, together
from gridgeo_server.cases.looking import Looker
from gridgeo_server.cases.model import Case, Event
from gridgeo_server.cases.responsibility import Responsibility
from gridgeo_server.cases.stages import machine
from gridgeo_server.cases.views import case_view, event_view
from gridgeo_server.clocks import Calendar
from gridgeo_server.errors import BadRequest, Changed, NotAllowed, NotFound, OffDuty, WrongStage
from gridgeo_server.live.news import CaseChanged, RespondersMoved
from gridgeo_server.responders import store as responder_store
from gridgeo_server.responders.model import Responder, view
from gridgeo_server.store import Transaction
from gridgeo_server.store.instants import to_millisecond, to_text
from gridgeo_server.texts import say
from gridgeo_server.town import Town
from gridgeo_server.webhooks import outbox

NOBODY = "nobody on duty can reach it; it will be dispatched when somebody comes on duty"
AT_ONCE = 500
"""Most cases that go up a level in one transaction."""


@dataclass(frozen=True)
class Report:
    """What somebody reports: a kind of case at a place in degrees.

    Parameters
    ----------
    reporter
        Who reports; kept apart and shown nowhere.
    told
        What else is told; the event of the report keeps it.
    """

    category: str
    lon: float
    lat: float
    description: str = ""
    reporter: str | None = None
    told: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Actor:
    """Who does something; nobody named is the desk itself.

    Parameters
    ----------
    bearer, looker
        Who asked for it, and what they see; None is the server itself, which asks nobody.
    """

    identifier: str | None = None
    name: str | None = None
    simulated: bool = False
    bearer: Bearer | None = None
    looker: Looker | None = None

    @property
    def role(self) -> str | None:
        """As what it was done; None by the server itself."""
        return None if self.bearer is None else self.bearer.role

    @property
    def desk(self) -> Actor:
        """The desk, which goes on with what was begun."""
        return Actor(simulated=self.simulated)


@dataclass(frozen=True)
class Wish:
    """What somebody wants done with a case.

    Parameters
    ----------
    responder
        Who is sent by ``dispatch``; the nearest where left out.
    amount
        Units of the case's clock by which ``extend`` extends it.
    category, department
        To what and to whom ``transfer`` hands it on.
    into
        The case of which ``merge`` says that it is a duplicate.
    place
        Longitude and latitude where it is done.
    told
        What else is told; the event keeps it.
    """

    action: str
    note: str | None = None
    responder: str | None = None
    amount: float | None = None
    category: str | None = None
    department: str | None = None
    into: str | None = None
    place: tuple[float, float] | None = None
    told: Mapping[str, Any] = field(default_factory=dict)


_TAKES = {
    "responder": "dispatch",
    "amount": "extend",
    "category": "transfer",
    "department": "transfer",
    "into": "merge",
}
"""Field of a wish → the one action that takes it."""


@dataclass(frozen=True)
class Desk:
    """The desk that takes reports, sends officers and follows cases until they are closed."""

    serving: Callable[[], Town]
    """The town with the plan that is in force when it is asked."""
    categories: Categories
    calendar: Calendar
    responsibility: Responsibility
    busy_min: float = 0.0
    """Minutes by which each open case puts an officer back when the nearest is chosen."""
    rules: Rules = field(default_factory=Rules)
    """How officers are chosen otherwise."""

    @property
    def town(self) -> Town:
        """The town with the plan in force."""
        return self.serving()

    def report(self, transaction: Transaction, report: Report, now: datetime, actor: Actor) -> Case:
        """Open a case, find whose ground it is, and send the nearest officer on duty.

        A kind that must be verified first waits accepted.

        Raises
        ------
        OutsideJurisdiction, BadInput, BadRequest
            The place lies in no grid, is no place, or the category is unknown or no longer reported.
        """
        now = to_millisecond(now)
        self.categories[report.category]
        town = self.town
        located = town.locator.locate(report.lon, report.lat)
        category = self.categories.at(report.category, located.area, now.astimezone(self.calendar.zone).date())
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
        duty = self.responsibility.of(located.area, category.category)
        name = store.next_name(connection, now)
        opened = model.report_event(
            name,
            category.category,
            category.limit_s,
            now,
            place,
            simulated=actor.simulated,
            clock=timing.begun(self.calendar, category, now),
            department=duty.department,
            territory=duty.territory,
            **report.told,
        )
        opened = replace(opened, actor=actor.identifier, actor_name=actor.name, actor_role=actor.role)
        event = store.append(connection, opened)
        case = model.apply(None, event)
        store.insert(connection, case)
        if report.reporter:
            store.add_reporter(connection, name, report.reporter)
        self._announce(transaction, case, event, now)
        case = self._step(transaction, case, "accept", now, actor.desk, data={"filed": not category.verify})
        return case if category.verify else self.send_nearest(transaction, case, now, actor.desk)

    def act(
        self,
        transaction: Transaction,
        name: str,
        wish: str | Wish,
        now: datetime,
        actor: Actor,
        *,
        version: int | None = None,
    ) -> Case:
        """Do with a case what is wished; a bare name is an action without particulars.

        Raises
        ------
        NotFound, NotSignedIn, NotAllowed, WrongStage, Changed, BadRequest, OffDuty, NoPath
            No such case or officer; whoever asks may not do it; the stage doesn't allow it; the case is no longer at `version`; a particular is missing,
            wrong or doesn't belong to the action; the officer is off duty or can't get there.
        """
        wish = Wish(wish) if isinstance(wish, str) else wish
        now = to_millisecond(now)
        case = store.get(transaction.connection, name)
        self._allow(transaction, case, wish, actor)
        if version is not None and version != case.version:
            raise Changed(say("case.changed", case=name, version=case.version, given=version))
        self._check(wish)
        model.next_stage(case, wish.action)
        match wish.action:
            case "dispatch":
                return self._send(transaction, case, wish, now, actor)
            case "accept":
                filed = case.filed_at is not None or not self.categories.named(case.category).verify
                return self._step(transaction, case, "accept", now, actor, wish, {"filed": filed})
            case "file":
                case = self._step(transaction, case, "file", now, actor, wish)
                return self.send_nearest(transaction, case, now, actor.desk)
            case "merge":
                return self._merge(transaction, case, wish, now, actor)
            case "unmerge":
                return self._unmerge(transaction, case, wish, now, actor)
        return self._step(
            transaction, case, wish.action, now, actor, wish, self._particulars(transaction, case, wish, now)
        )

    def send_nearest(self, transaction: Transaction, case: Case, now: datetime, actor: Actor) -> Case:
        """Send who should go first; with nobody to send, the case says so, goes up a level and waits."""
        able, _ = self.candidates(transaction.connection, case, now)
        if able:
            return self._dispatch(transaction, case, able[0], now, actor, None)
        if case.level + 1 < len(machine().levels):
            return self._escalate(transaction, case, now, actor, "nobody", NOBODY)
        return self._append(transaction, case, "note", case.stage, now, actor, NOBODY, {})

    def send_waiting(self, transaction: Transaction, now: datetime, actor: Actor) -> list[Case]:
        """Send somebody to every filed case that nobody was sent to, all of them together."""
        waiting, _ = store.search(transaction.connection, stages=("accepted", "filed"))
        waiting = [case for case in reversed(waiting) if case.filed_at is not None]
        officers, load = self._crew(transaction.connection)
        chosen = together(self.town, waiting, officers, load, self._rules, now)
        return [self._dispatch(transaction, case, to, now, actor, None) for case, to in chosen]

    def candidates(
        self, connection: sa.Connection, case: Case, now: datetime | None = None
    ) -> tuple[list[Candidate], list[Refused]]:
        """Who can be sent to `case`, in the order of the policy, and who can't."""
        officers, load = self._crew(connection)
        return candidates(self.town, case, officers, load, self._rules, now)

    @property
    def _rules(self) -> Rules:
        return replace(self.rules, busy_min=self.busy_min)

    def _crew(self, connection: sa.Connection) -> tuple[list[Responder], Mapping[str, int]]:
        return responder_store.everybody(connection), store.open_by_responder(connection)

    def photograph(
        self, transaction: Transaction, name: str, photo: dict[str, Any], now: datetime, actor: Actor, note: str | None
    ) -> Case:
        """Say in the events of a case that a photo was added; `photo` is what the event tells of it."""
        case = store.get(transaction.connection, name)
        if actor.bearer is not None and actor.looker is not None:
            self._find(case, actor.looker)
            actor.bearer.check("cases.photos", actor.looker.owns(vars(case)))
        stage = model.next_stage(case, "photo")
        return self._append(transaction, case, "photo", stage, to_millisecond(now), actor, note, photo)

    def climb(self, transaction: Transaction, now: datetime) -> list[Case]:
        """Take every case whose time for it has come up a level, each level once, however late this is done.

        At most `AT_ONCE` cases; call it again until none is left.
        """
        climbed = []
        for case in store.to_escalate(transaction.connection, now, AT_ONCE):
            while case.escalate_at is not None and case.escalate_at <= now:
                case = self._escalate(transaction, case, now, Actor(simulated=case.simulated), "overdue", None)
            climbed.append(case)
        return climbed

    def _allow(self, transaction: Transaction, case: Case, wish: Wish, actor: Actor) -> None:
        """Refuse what whoever asks may not do: by the `who` of the action, and with cases of their area, or their own, alone."""
        bearer, looker = actor.bearer, actor.looker
        if bearer is None or looker is None:
            return
        self._find(case, looker)
        row = machine().actions.get(wish.action)
        if row is not None and not looker.may(row, vars(case)):
            if bearer.role in row.who and bearer.signed_in_by != "nothing":
                raise NotAllowed(say("auth.not_own", case=case.case, name=bearer.name))
            raise bearer.refused(wish.action, row.who)
        if wish.action == "merge" and wish.into is not None:
            self._find(store.get(transaction.connection, wish.into), looker)
        if wish.action == "dispatch" and wish.responder is not None and looker.grids is not None:
            officer = responder_store.get(transaction.connection, wish.responder)
            if looker.grids.isdisjoint(officer.grids):
                raise NotAllowed(say("auth.outside", responder=officer.responder, name=bearer.name))

    def _find(self, case: Case, looker: Looker) -> None:
        if not looker.sees(vars(case)):
            raise NotFound(say("case.unknown", case=case.case))

    def _check(self, wish: Wish) -> None:
        row = machine().actions.get(wish.action)
        for name, action in _TAKES.items():
            if getattr(wish, name) is not None and wish.action != action:
                raise BadRequest(say("case.takes_no", action=wish.action, field=name, other=action), name)
        if row is not None and row.note and not (wish.note or "").strip():
            raise BadRequest(say("case.note_needed", action=wish.action), "note")

    def _particulars(self, transaction: Transaction, case: Case, wish: Wish, now: datetime) -> dict[str, Any]:
        """What an event of this action says beside its note."""
        match wish.action:
            case "extend":
                if wish.amount is None:
                    raise BadRequest(say("case.needs", action="extend", field="amount"), "amount")
                return {"amount": wish.amount, "clock": timing.extended(self.calendar, case, wish.amount, now)}
            case "shelve":
                rest = timing.left(self.calendar, case, now).total_seconds()
                return {"clock": {"left_s": round(rest, 3)}}
            case "unshelve":
                return {"clock": timing.resumed(self.calendar, case, now)}
            case "reopen":
                category = self.categories.named(case.category)
                return {"clock": timing.begun(self.calendar, category, now)}
            case "transfer":
                return self._transfer(transaction, case, wish, now)
        return {}

    def _transfer(self, transaction: Transaction, case: Case, wish: Wish, now: datetime) -> dict[str, Any]:
        if wish.category is None and wish.department is None:
            raise BadRequest(say("case.transfer_to"), "category")
        told: dict[str, Any] = {"from_category": case.category, "from_department": case.department}
        if wish.category is None:
            return {**told, "category": case.category, "department": wish.department, "territory": case.territory}
        category = self.categories.at(wish.category, case.area, now.astimezone(self.calendar.zone).date())
        events = store.events_of(transaction.connection, case.case)
        gone = timing.used(self.calendar, category.clock, events, now)
        duty = self.responsibility.of(case.area, category.category)
        return {
            **told,
            "category": category.category,
            "department": wish.department or duty.department,
            "territory": duty.territory,
            "clock": timing.begun(self.calendar, category, now, gone, case.level),
        }

    def _merge(self, transaction: Transaction, case: Case, wish: Wish, now: datetime, actor: Actor) -> Case:
        if wish.into is None:
            raise BadRequest(say("case.needs", action="merge", field="into"), "into")
        if wish.into == case.case:
            raise BadRequest(say("case.merge_itself"), "into")
        main = store.get(transaction.connection, wish.into)
        if main.main is not None:
            raise WrongStage(say("case.merge_merged", case=main.case, main=main.main))
        model.next_stage(main, "absorb")
        self._step(transaction, main, "absorb", now, actor, wish, {"duplicate": case.case})
        return self._step(transaction, case, "merge", now, actor, wish, {"main": main.case})

    def _unmerge(self, transaction: Transaction, case: Case, wish: Wish, now: datetime, actor: Actor) -> Case:
        main = store.get(transaction.connection, str(case.main))
        self._step(transaction, main, "release", now, actor, wish, {"duplicate": case.case})
        return self._step(transaction, case, "unmerge", now, actor, wish, {"main": main.case})

    def _escalate(
        self, transaction: Transaction, case: Case, now: datetime, actor: Actor, why: str, note: str | None
    ) -> Case:
        levels, level = machine().levels, case.level + 1
        following = timing.rung_at(self.calendar, timing.limit_of(case), case.due_at, level)
        data = {
            "level": level,
            "from": levels[case.level].level,
            "to": levels[level].level,
            "why": why,
            "since": to_text(case.escalate_at) if why == "overdue" and case.escalate_at is not None else None,
            "clock": {"escalate_at": None if following is None else to_text(following)},
        }
        rung = (len(levels) - 1) * case.reopened + level
        return self._append(transaction, case, "escalate", case.stage, now, actor, note, data, rung)

    def _send(self, transaction: Transaction, case: Case, wish: Wish, now: datetime, actor: Actor) -> Case:
        if wish.responder is not None:
            return self._dispatch(transaction, case, self._chosen(transaction, case, wish.responder), now, actor, wish)
        able, _ = self.candidates(transaction.connection, case, now)
        if not able:
            raise WrongStage(say("case.nobody", case=case.case))
        return self._dispatch(transaction, case, able[0], now, actor, wish)

    def _chosen(self, transaction: Transaction, case: Case, responder: str) -> Candidate:
        officer = responder_store.get(transaction.connection, responder)
        able, refused = self.candidates(transaction.connection, case)
        for one in able:
            if one.officer.responder == responder:
                return one
        reason = next(one.reason for one in refused if one.officer.responder == responder)
        raise OffDuty(f"{officer.name} can't be sent: {reason}")

    def _dispatch(
        self, transaction: Transaction, case: Case, to: Candidate, now: datetime, actor: Actor, wish: Wish | None
    ) -> Case:
        data = {
            "responder": to.officer.responder,
            "responder_name": to.officer.name,
            "responder_name_zh": to.officer.name_zh,
            "road_s": round(to.way.seconds, 1),
            "road_m": round(to.way.metres, 1),
            "position": "station" if to.officer.fix_at is None else "fix",
            "policy": self.rules.policy,
            "rank": to.rank,
        }
        return self._step(transaction, case, "dispatch", now, actor, wish, data)

    def _step(
        self,
        transaction: Transaction,
        case: Case,
        action: str,
        now: datetime,
        actor: Actor,
        wish: Wish | None = None,
        data: dict[str, Any] | None = None,
    ) -> Case:
        stage = model.next_stage(case, action)
        note, told = None if wish is None else wish.note, data or {}
        if wish is not None and wish.place is not None:
            told = {**told, "place": list(wish.place)}
        if wish is not None:
            told = {**wish.told, **told}
        return self._append(transaction, case, action, stage, now, actor, note, told)

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
        rung: int | None = None,
    ) -> Case:
        event = Event(
            case.case,
            to_millisecond(now),
            action,
            stage,
            actor.identifier,
            actor.name,
            note,
            data,
            actor.simulated,
            rung=rung,
            actor_role=actor.role,
        )
        event = store.append(transaction.connection, event)
        changed = model.apply(case, event)
        store.update(transaction.connection, changed, case)
        self._announce(transaction, changed, event, now)
        self._announce_load(transaction, {case.responder, changed.responder} - {None})
        return changed

    def _announce(self, transaction: Transaction, case: Case, event: Event, now: datetime) -> None:
        def tell() -> tuple[dict[str, Any], dict[str, Any]]:
            return case_view(case, self.categories.named(case.category), now), event_view(event)

        outbox.lay(transaction.connection, self.town, tell, now)
        transaction.announce(CaseChanged(tell))

    def _announce_load(self, transaction: Transaction, responders: set[str | None]) -> None:
        if responders:
            load = store.open_by_responder(transaction.connection)
            officers = [responder_store.get(transaction.connection, name) for name in sorted(map(str, responders))]
            transaction.announce(RespondersMoved([view(one, load.get(one.responder, 0)) for one in officers]))

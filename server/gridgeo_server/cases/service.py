"""What may be done with cases. Each verb runs inside a transaction, appends events and announces them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from gridgeo_server.cases import desk_clocks, joining, model, store, timing
from gridgeo_server.cases.categories import Categories, Category
from gridgeo_server.cases.climbing import Climbing
from gridgeo_server.cases.desk_limits import DeskLimits, packaged
from gridgeo_server.cases.dispatch import Rules
from gridgeo_server.cases.looking import Looker
from gridgeo_server.cases.model import Case
from gridgeo_server.cases.responsibility import Responsibility
from gridgeo_server.cases.sending import Sending
from gridgeo_server.cases.stages import machine
from gridgeo_server.cases.steps import Deed, Steps
from gridgeo_server.cases.wishes import Actor, Report, Wish
from gridgeo_server.clocks import Calendar
from gridgeo_server.copies import replace
from gridgeo_server.errors import BadRequest, Changed, NotAllowed, NotFound, WrongStage
from gridgeo_server.responders import store as responder_store
from gridgeo_server.responders.duty import DutyCalendar
from gridgeo_server.store import Transaction
from gridgeo_server.texts import say
from gridgeo_server.town import Town


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
    desk_limits: DeskLimits = field(default_factory=packaged)
    """How long filing, dispatch and checking may take."""
    duty: DutyCalendar | None = None
    """When officers have shifts and leave; always there where left out."""

    @cached_property
    def steps(self) -> Steps:
        """By which every case goes on."""
        return Steps(self.serving, self.categories, self.calendar)

    @cached_property
    def climbing(self) -> Climbing:
        """By which cases go up."""
        return Climbing(self.steps, self.calendar)

    @cached_property
    def sending(self) -> Sending:
        """By which officers are sent."""
        return Sending(self.steps, self.climbing, replace(self.rules, busy_min=self.busy_min), self.duty)

    @property
    def town(self) -> Town:
        """The town with the plan in force."""
        return self.serving()

    def report(self, transaction: Transaction, report: Report, now: datetime, actor: Actor) -> Case:
        """Open a case, find whose ground it is, and send the nearest officer on duty.

        A kind that must be verified first waits accepted.

        Raises
        ------
        OutsideJurisdiction, BadInput, BadRequest, NotFound, WrongStage
            The place lies in no grid, is no place, or the category is unknown or no longer reported; the case that it belongs to isn't
            there, isn't alike, or takes in no report any more.
        """
        deed = Deed.of(transaction, now, actor)
        now, connection = deed.now, deed.connection
        self.categories[report.category]
        town = self.town
        located = town.locator.locate(report.lon, report.lat)
        day = self.calendar.day_of(now)
        category = self.categories.at(report.category, located.area, day)
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
        duty = self.responsibility.of(located.area, category.category, day)
        name = store.next_name(connection, now)
        opened = model.report_event(
            name,
            category.category,
            category.limit_s,
            now,
            place,
            simulated=actor.simulated,
            clock=timing.begun(self.calendar, category, now),
            desk_clocks=self._begun(category, now, "filing", "dispatch"),
            department=duty.department,
            territory=duty.territory,
            **report.told,
        )
        opened = replace(opened, actor=actor.identifier, actor_name=actor.name, actor_role=actor.role)
        with store.together(connection):
            case = self.steps.open(deed, opened)
            if report.into is None:
                case = self.steps.step(deed.by_desk, case, "accept", data={"filed": not category.verify})
                if not category.verify:
                    case = self.sending.nearest(deed.by_desk, case)
        if report.into is not None:
            joining.check(connection, case, report.into, now, actor.bearer, actor.looker)
            case = self._merge(deed, case, Wish("merge", into=report.into))
        if report.reporter:
            store.add_reporter(connection, name, report.reporter)
        return case

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
        deed = Deed.of(transaction, now, actor)
        case = store.get(deed.connection, name)
        self._allow(deed, case, wish)
        if version is not None and version != case.version:
            raise Changed(say("case.changed", case=name, version=case.version, given=version))
        wish.check()
        model.next_stage(case, wish.action)
        match wish.action:
            case "dispatch":
                return self.sending.send(deed, case, wish)
            case "accept":
                filed = case.filed_at is not None or not self.kind_of(case, deed.now).verify
                return self.steps.step(deed, case, "accept", wish, {"filed": filed})
            case "file":
                case = self.steps.step(deed, case, "file", wish)
                return self.sending.nearest(deed.by_desk, case)
            case "transfer":
                case = self.steps.step(deed, case, "transfer", wish, self._particulars(deed, case, wish))
                return case if case.filed_at is None else self.sending.nearest(deed.by_desk, case)
            case "acknowledge" | "decline":
                return self.sending.answer(deed, case, wish)
            case "merge":
                return self._merge(deed, case, wish)
            case "unmerge":
                return self._unmerge(deed, case, wish)
        return self.steps.step(deed, case, wish.action, wish, self._particulars(deed, case, wish))

    def photograph(
        self, transaction: Transaction, name: str, photo: dict[str, Any], now: datetime, actor: Actor, note: str | None
    ) -> Case:
        """Say in the events of a case that a photo was added; `photo` is what the event tells of it."""
        case = store.get(transaction.connection, name)
        if actor.bearer is not None and actor.looker is not None:
            _find(case, actor.looker)
            actor.bearer.check("cases.photos", actor.looker.owns(vars(case)))
        stage = model.next_stage(case, "photo")
        return self.steps.append(Deed.of(transaction, now, actor), case, "photo", stage, note, photo)

    @staticmethod
    def _allow(deed: Deed, case: Case, wish: Wish) -> None:
        """Refuse what whoever asks may not do: by the `who` of the action, and with cases of their area, or their own, alone."""
        bearer, looker = deed.actor.bearer, deed.actor.looker
        if bearer is None or looker is None:
            return
        _find(case, looker)
        row = machine().actions.get(wish.action)
        if row is not None and not looker.may(row, vars(case)):
            if bearer.role in row.who and bearer.signed_in_by != "nothing":
                raise NotAllowed(say("auth.not_own", case=case.case, name=bearer.name))
            raise bearer.refused(wish.action, row.who)
        if wish.action == "merge" and wish.into is not None:
            _find(store.get(deed.connection, wish.into), looker)
        if wish.action == "dispatch" and wish.responder is not None:
            officer = responder_store.get(deed.connection, wish.responder)
            if not looker.commands(officer.grids):
                raise NotAllowed(say("auth.outside", responder=officer.responder, name=bearer.name))

    def kind_of(self, case: Case, now: datetime) -> Category:
        """The row of the table by which a case goes on, and is shown, at `now`."""
        return self.categories.held(case.category, case.area, self.calendar.day_of(now))

    def _begun(self, category: Category, now: datetime, *names: str) -> dict[str, Any]:
        """The clocks of the desk that begin at `now`."""
        day = self.calendar.day_of(now)
        limits = {name: self.desk_limits.at(name, category.urgent, day) for name in names}
        told = {name: limit for name, limit in limits.items() if limit is not None}
        return {name: desk_clocks.begun(self.calendar, limit, now) for name, limit in told.items()}

    def _particulars(self, deed: Deed, case: Case, wish: Wish) -> dict[str, Any]:
        """What an event of this action says beside its note."""
        now = deed.now
        match wish.action:
            case "extend":
                if wish.amount is None:
                    raise BadRequest(say("case.needs", action="extend", field="amount"), "amount")
                return {"amount": wish.amount, "clock": timing.extended(self.calendar, case, wish.amount, now)}
            case "shelve":
                rest = timing.left(self.calendar, case, now).total_seconds()
                return {"clock": {"left_s": round(rest, 3)}}
            case "unshelve":
                asked = case.before == "dispatched" and case.acknowledged_at is None
                return {**self._resumed(case, now), "answer_at": self.sending.answer_at(now) if asked else None}
            case "withdraw" if case.paused_at is not None:
                return self._resumed(case, now)
            case "reopen":
                category = self.kind_of(case, now)
                names = ("dispatch",) if case.filed_at is not None else ("filing", "dispatch")
                clocks = self._begun(category, now, *names)
                return {"clock": timing.begun(self.calendar, category, now), "desk_clocks": clocks}
            case "handle":
                return {"desk_clocks": self._begun(self.kind_of(case, now), now, "checking")}
            case "transfer":
                return self._transfer(deed, case, wish)
        return {}

    def _resumed(self, case: Case, now: datetime) -> dict[str, Any]:
        """The clocks of a shelved case with what was left on them."""
        told = {"clock": timing.resumed(self.calendar, case, now)}
        if case.paused_at is not None:
            told["desk_clocks"] = desk_clocks.resumed(self.calendar, case.desk_clocks, case.paused_at, now)
        return told

    def _transfer(self, deed: Deed, case: Case, wish: Wish) -> dict[str, Any]:
        if wish.category is None and wish.department is None:
            raise BadRequest(say("case.transfer_to"), "category")
        told: dict[str, Any] = {"from_category": case.category, "from_department": case.department}
        if wish.category is None:
            return {**told, "category": case.category, "department": wish.department, "territory": case.territory}
        day = self.calendar.day_of(deed.now)
        category = self.categories.at(wish.category, case.area, day)
        events = store.events_of(deed.connection, case.case)
        gone = timing.used(self.calendar, category.clock, events, deed.now)
        duty = self.responsibility.of(case.area, category.category, day)
        return {
            **told,
            "category": category.category,
            "department": wish.department or duty.department,
            "territory": duty.territory,
            "clock": timing.begun(self.calendar, category, deed.now, gone, case.level),
        }

    def _merge(self, deed: Deed, case: Case, wish: Wish) -> Case:
        if wish.into is None:
            raise BadRequest(say("case.needs", action="merge", field="into"), "into")
        if wish.into == case.case:
            raise BadRequest(say("case.merge_itself"), "into")
        main = store.get(deed.connection, wish.into)
        if main.main is not None:
            raise WrongStage(say("case.merge_merged", case=main.case, main=main.main))
        model.next_stage(main, "absorb")
        self.steps.step(deed, main, "absorb", wish, {"duplicate": case.case})
        return self.steps.step(deed, case, "merge", wish, {"main": main.case})

    def _unmerge(self, deed: Deed, case: Case, wish: Wish) -> Case:
        main = store.get(deed.connection, str(case.main))
        self.steps.step(deed, main, "release", wish, {"duplicate": case.case})
        return self.steps.step(deed, case, "unmerge", wish, {"main": main.case})


def _find(case: Case, looker: Looker) -> None:
    if not looker.sees(vars(case)):
        raise NotFound(say("case.unknown", case=case.case))

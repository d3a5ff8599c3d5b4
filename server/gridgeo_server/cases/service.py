"""What may be done with cases. Each verb runs inside a transaction, appends events and announces them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from gridgeo.dispatch import Refusal
from gridgeo_server.auth.bearers import Bearer
from gridgeo_server.cases import answers, desk_clocks, joining, model, store, timing
from gridgeo_server.cases.categories import Categories, Category
from gridgeo_server.cases.desk_limits import DeskLimits, packaged
from gridgeo_server.cases.dispatch import Candidate, Choice, Refused, Rules, candidates, choice, together
from gridgeo_server.cases.levels import level_between
from gridgeo_server.cases.looking import Looker
from gridgeo_server.cases.model import Case, Event
from gridgeo_server.cases.responsibility import Responsibility
from gridgeo_server.cases.stages import machine
from gridgeo_server.cases.views import case_view, event_view
from gridgeo_server.clocks import Calendar
from gridgeo_server.copies import made, replace
from gridgeo_server.errors import BadRequest, Changed, NotAllowed, NotFound, OffDuty, WrongStage
from gridgeo_server.live.news import CaseChanged, RespondersMoved
from gridgeo_server.responders import store as responder_store
from gridgeo_server.responders.duty import DutyCalendar
from gridgeo_server.responders.model import Responder, view
from gridgeo_server.store import Transaction
from gridgeo_server.store.instants import to_millisecond, to_text
from gridgeo_server.texts import Named, Text, say
from gridgeo_server.town import Town
from gridgeo_server.webhooks import outbox

AT_ONCE = 500
"""Most cases that are looked at in one transaction, for a level or an answer that is due."""


@dataclass(frozen=True)
class Report:
    """What somebody reports: a kind of case at a place in degrees.

    Parameters
    ----------
    reporter
        Who reports; kept apart and shown nowhere.
    told
        What else is told; the event of the report keeps it.
    into
        The case of which it is one more report: it is linked to that one, and nobody is sent for it.
    """

    category: str
    lon: float
    lat: float
    description: str = ""
    reporter: str | None = None
    told: Mapping[str, Any] = field(default_factory=dict)
    into: str | None = None


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
        Who is sent by ``dispatch``, the first of the candidates where left out; who answers by ``acknowledge`` and ``decline``.
    amount
        Units of the case's clock by which ``extend`` extends it.
    category, department
        To what and to whom ``transfer`` hands it on.
    into
        The case of which ``merge`` says that it is a duplicate.
    place
        Longitude and latitude where it is done.
    to
        Whom ``dispatch`` sends, where that was settled for several cases together; see `Desk.joint`.
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
    to: Candidate | None = None
    told: Mapping[str, Any] = field(default_factory=dict)


_TAKES = {
    "responder": ("dispatch", "acknowledge", "decline"),
    "amount": ("extend",),
    "category": ("transfer",),
    "department": ("transfer",),
    "into": ("merge",),
}
"""Field of a wish → the actions that take it."""
_INSISTED = {"old_position", "full", "declined", "no_answer"}
"""What speaks against somebody, but not if the desk insists and says why."""


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
            desk_clocks=self._begun(category, now, "filing", "dispatch"),
            department=duty.department,
            territory=duty.territory,
            **report.told,
        )
        opened = replace(opened, actor=actor.identifier, actor_name=actor.name, actor_role=actor.role)
        with store.together(connection):
            event = store.append(connection, opened)
            case = model.apply(None, event)
            store.insert(connection, case)
            self._announce(transaction, case, event, now)
            if report.into is None:
                case = self._step(transaction, case, "accept", now, actor.desk, data={"filed": not category.verify})
                if not category.verify:
                    case = self.send_nearest(transaction, case, now, actor.desk)
        if report.into is not None:
            joining.check(connection, case, report.into, now, actor.bearer, actor.looker)
            case = self._merge(transaction, case, Wish("merge", into=report.into), now, actor)
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
            case "transfer":
                told = self._particulars(transaction, case, wish, now)
                case = self._step(transaction, case, "transfer", now, actor, wish, told)
                return case if case.filed_at is None else self.send_nearest(transaction, case, now, actor.desk)
            case "acknowledge" | "decline":
                return self._answer(transaction, case, wish, now, actor)
            case "merge":
                return self._merge(transaction, case, wish, now, actor)
            case "unmerge":
                return self._unmerge(transaction, case, wish, now, actor)
        return self._step(
            transaction, case, wish.action, now, actor, wish, self._particulars(transaction, case, wish, now)
        )

    def send_nearest(self, transaction: Transaction, case: Case, now: datetime, actor: Actor) -> Case:
        """Send who should go first; with nobody to send, the case says so, goes up a level and waits."""
        if not self._need(case):
            found = self._choice(transaction.connection, case, now)
            to, refused = found.first, found.refused
        else:
            able, refused = self.candidates(transaction.connection, case, now)
            to = able[0] if able else None
        if to is not None:
            return self._dispatch(transaction, case, to, now, actor, None)
        vain = {one.code for one in refused} & {"declined", "no_answer"}
        why = "nobody_left" if vain else "nobody"
        if self._need(case) and not vain:
            case = self._rise(transaction, case, len(machine().levels) - 1, now, actor)
        note = say("event.nobody_left") if vain else say("event.nobody")
        if case.level + 1 < len(machine().levels):
            return self._escalate(transaction, case, now, actor, why, note, "dispatch")
        told = {"why": why, "note_zh": note.told("zh")}
        return self._append(transaction, case, "note", case.stage, now, actor, str(note), told)

    def send_waiting(self, transaction: Transaction, now: datetime, actor: Actor) -> list[Case]:
        """Send somebody to every filed case that nobody was sent to, all of them together."""
        waiting, _ = store.search(transaction.connection, stages=("accepted", "filed"))
        waiting = [case for case in reversed(waiting) if case.filed_at is not None]
        sent = []
        for case in waiting:
            if self._need(case):  # by the areas, one after another
                able, _ = self.candidates(transaction.connection, case, now)
                sent += [self._dispatch(transaction, case, to, now, actor, None) for to in able[:1]]
        chosen = self.joint(transaction.connection, waiting, now)
        return sent + [self._dispatch(transaction, case, to, now, actor, None) for case, to in chosen]

    def joint(self, connection: sa.Connection, cases: Sequence[Case], now: datetime) -> list[tuple[Case, Candidate]]:
        """Whom to send to several cases at once; those that need a skill are left out: they go by the areas."""
        others = [case for case in cases if not self._need(case)]
        without = [{**self._in_vain(connection, case), **self.away(now)} for case in others]
        return together(self.town, others, *self._crew(connection), self._rules, now, without)

    def candidates(
        self, connection: sa.Connection, case: Case, now: datetime | None = None
    ) -> tuple[list[Candidate], list[Refused]]:
        """Who can be sent to `case`, in the order of the policy, and who can't.

        Where the case needs a skill, whoever has it in its own grid comes first, then whoever has it in the areas above, one after
        another. Who declined or gave no answer isn't asked again.
        """
        able, refused = self._choice(connection, case, now).everybody()
        if self._need(case):
            able.sort(key=lambda one: level_between(self.town, case, one.officer))
            able = [replace(one, rank=rank) for rank, one in enumerate(able, start=1)]
        return able, refused

    def _choice(self, connection: sa.Connection, case: Case, now: datetime | None) -> Choice:
        """Who can be sent, whatever the levels."""
        barred = {**self._in_vain(connection, case), **self.away(now)}
        return choice(self.town, case, *self._crew(connection), self._rules, now, self._need(case), barred)

    def _need(self, case: Case) -> tuple[str, ...]:
        return self.categories.named(case.category).skills

    def away(self, now: datetime | None) -> Mapping[str, Refusal]:
        """Who isn't to be sent at a moment, being off shift or on leave."""
        return {} if self.duty is None or now is None else self.duty.away(now)

    def _in_vain(self, connection: sa.Connection, case: Case) -> Mapping[str, Refusal]:
        return answers.in_vain(store.events_of(connection, case.case)) if case.declined or case.timed_out else {}

    @cached_property
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
            while (why := self._over(case, now)) is not None:
                step = None if why == "overdue" else why
                case = self._escalate(transaction, case, now, Actor(simulated=case.simulated), why, None, step)
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

    def time_out(self, transaction: Transaction, now: datetime) -> list[Case]:
        """Ask the next candidate wherever whoever was sent gave no answer in time, each once, however late this is done.

        At most `AT_ONCE` cases; call it again until none is left.
        """
        done = []
        for case in store.to_ask(transaction.connection, now, AT_ONCE):
            desk = Actor(simulated=case.simulated)
            told = {"responder": case.responder, "responder_name": case.responder_name}
            told |= {"responder_name_zh": case.responder_name_zh}
            told |= {"since": None if case.answer_at is None else to_text(case.answer_at)}
            case = self._step(transaction, case, "time_out", now, desk, data=told)
            done.append(self.send_nearest(transaction, case, now, desk))
        return done

    def set_clocks(self, transaction: Transaction, now: datetime) -> int:
        """Give open cases of stores that knew no levels the moment at which they go up one; how many they were."""
        found = store.without_levels(transaction.connection, len(machine().levels) - 1)
        for case in found:
            rung = timing.rung_at(self.calendar, timing.limit_of(case), case.due_at, case.level)
            clock = {"escalate_at": None if rung is None else to_text(rung)}
            self._step(transaction, case, "set_clocks", now, Actor(simulated=case.simulated), data={"clock": clock})
        return len(found)

    @staticmethod
    def _over(case: Case, now: datetime) -> str | None:
        """What takes a case up a level at `now`: that its time is up, or a clock of the desk; None where nothing does."""
        handling = case.escalate_at if case.handled_at is None else None
        due = [moment for moment in (handling, case.desk_due_at) if moment is not None and moment <= now]
        if not due:
            return None
        return "overdue" if handling == min(due) else desk_clocks.over(case.desk_clocks, now)

    def _begun(self, category: Category, now: datetime, *names: str) -> dict[str, Any]:
        """The clocks of the desk that begin at `now`."""
        day = now.astimezone(self.calendar.zone).date()
        limits = {name: self.desk_limits.at(name, category.urgent, day) for name in names}
        told = {name: limit for name, limit in limits.items() if limit is not None}
        return {name: desk_clocks.begun(self.calendar, limit, now) for name, limit in told.items()}

    def _answer_at(self, now: datetime) -> str | None:
        """Until when whoever is sent at `now` has to answer."""
        return to_text(now + timedelta(seconds=self.rules.answer_s)) if self.rules.answer_s else None

    def _check(self, wish: Wish) -> None:
        row = machine().actions.get(wish.action)
        for name, actions in _TAKES.items():
            if getattr(wish, name) is not None and wish.action not in actions:
                raise BadRequest(say("case.takes_no", action=wish.action, field=name, other=actions[0]), name)
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
                told = {"clock": timing.resumed(self.calendar, case, now)}
                if case.paused_at is not None:
                    clocks = desk_clocks.resumed(self.calendar, case.desk_clocks, case.paused_at, now)
                    told["desk_clocks"] = clocks
                asked = case.before == "dispatched" and case.acknowledged_at is None
                return {**told, "answer_at": self._answer_at(now) if asked else None}
            case "reopen":
                category = self.categories.named(case.category)
                names = ("dispatch",) if case.filed_at is not None else ("filing", "dispatch")
                clocks = self._begun(category, now, *names)
                return {"clock": timing.begun(self.calendar, category, now), "desk_clocks": clocks}
            case "handle":
                return {"desk_clocks": self._begun(self.categories.named(case.category), now, "checking")}
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
        self,
        transaction: Transaction,
        case: Case,
        now: datetime,
        actor: Actor,
        why: str,
        note: Text | None,
        step: str | None = None,
    ) -> Case:
        """Take a case up a level; `step` is the clock of the desk of which the level above knows by it."""
        levels, level = machine().levels, case.level + 1
        following = timing.rung_at(self.calendar, timing.limit_of(case), case.due_at, level)
        since = {"overdue": case.escalate_at, step: case.desk_due_at}.get(why)
        data = {
            "level": level,
            "from": levels[case.level].level,
            "to": levels[level].level,
            "why": why,
            "since": None if since is None else to_text(since),
            "clock": {"escalate_at": None if following is None else to_text(following)},
        }
        if step is not None:
            data["step"] = step
        if note is not None:
            data["note_zh"] = note.told("zh")
        rung = (len(levels) - 1) * case.reopened + level
        told = None if note is None else str(note)
        return self._append(transaction, case, "escalate", case.stage, now, actor, told, data, rung)

    def _send(self, transaction: Transaction, case: Case, wish: Wish, now: datetime, actor: Actor) -> Case:
        if wish.to is not None:
            return self._dispatch(transaction, case, wish.to, now, actor, wish)
        able, refused = self.candidates(transaction.connection, case, now)
        if wish.responder is None:
            if not able:
                raise WrongStage(say("case.nobody", case=case.case))
            return self._dispatch(transaction, case, able[0], now, actor, wish)
        to = next((one for one in able if one.officer.responder == wish.responder), None)
        if to is None:
            to = self._insisted(transaction, case, wish.responder, refused)
        if (not able or to.officer != able[0].officer) and not (wish.note or "").strip():
            raise BadRequest(_override(able, to.officer), "note")
        first = able[0].officer.responder if able else None
        return self._dispatch(transaction, case, to, now, actor, wish, {"first": first})

    def _insisted(self, transaction: Transaction, case: Case, responder: str, refused: list[Refused]) -> Candidate:
        """Somebody who isn't offered, where the desk may insist."""
        officer = responder_store.get(transaction.connection, responder)
        why = next(one for one in refused if one.officer.responder == responder)
        if why.code in _INSISTED:
            _, load = self._crew(transaction.connection)
            able, _ = candidates(self.town, case, [officer], load, Rules(), need=self._need(case))
            if able:
                return replace(able[0], rank=0)
        raise OffDuty(f"{officer.name} can't be sent: {why.reason}")

    def _answer(self, transaction: Transaction, case: Case, wish: Wish, now: datetime, actor: Actor) -> Case:
        """Take in whether whoever was sent goes; who declines is followed by the next candidate."""
        who = wish.responder or (actor.identifier if actor.looker is None else actor.looker.officer)
        if who != case.responder and (wish.responder or self._is_officer(transaction.connection, who)):
            raise Changed(say("case.asks_other", case=case.case, responder=case.responder, given=who))
        named = ("responder", "responder_name", "responder_name_zh")
        told = {name: getattr(case, name) for name in named}
        case = self._step(transaction, case, wish.action, now, actor, wish, told)
        if wish.action == "acknowledge":
            return case
        return self.send_nearest(transaction, case, now, actor.desk)

    @staticmethod
    def _is_officer(connection: sa.Connection, who: str | None) -> bool:
        return any(one.responder == who for one in responder_store.everybody(connection))

    def _dispatch(
        self,
        transaction: Transaction,
        case: Case,
        to: Candidate,
        now: datetime,
        actor: Actor,
        wish: Wish | None,
        more: Mapping[str, Any] | None = None,
    ) -> Case:
        """Send somebody; a case that needs a skill first goes up to the level at which somebody has it."""
        if to.need:
            case = self._rise(transaction, case, level_between(self.town, case, to.officer), now, actor)
        data = {
            "responder": to.officer.responder,
            "responder_name": to.officer.name,
            "responder_name_zh": to.officer.name_zh,
            "road_s": round(to.way.seconds, 1),
            "road_m": round(to.way.metres, 1),
            "position": "station" if to.officer.fix_at is None else "fix",
            "policy": self.rules.policy,
            "rank": to.rank,
            "answer_at": self._answer_at(now),
            **(more or {}),
        }
        return self._step(transaction, case, "dispatch", now, actor, wish, data)

    def _rise(self, transaction: Transaction, case: Case, level: int, now: datetime, actor: Actor) -> Case:
        """Take a case up to a level, step by step, since nobody below it has the skill."""
        while case.level < level:
            case = self._escalate(transaction, case, now, actor, "no_skill", say("event.no_skill"))
        return case

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
        event = made(
            Event,
            case=case.case,
            at=to_millisecond(now),
            action=action,
            stage=stage,
            actor=actor.identifier,
            actor_name=actor.name,
            note=note,
            data=data,
            simulated=actor.simulated,
            rung=rung,
            actor_role=actor.role,
        )
        event = store.append(transaction.connection, event)
        changed = model.apply(case, event)
        store.update(transaction.connection, changed, case)
        self._announce(transaction, changed, event, now)
        self._announce_load(transaction, {case.responder, changed.responder} - {None})
        if case.finished != changed.finished and "merged" not in {case.stage, changed.stage}:
            self._tell_followers(transaction, changed, event)
        return changed

    def _tell_followers(self, transaction: Transaction, main: Case, event: Event) -> None:
        """Say in the events of every duplicate that its main case came to an end, or was taken up again."""
        told = {"main": main.case, "action": event.action, "stage": main.stage, "note": event.note}
        desk = Actor(simulated=event.simulated)
        for name in store.duplicates_of(transaction.connection, main.case):
            follower = store.get(transaction.connection, name)
            self._append(transaction, follower, "follow", follower.stage, event.at, desk, None, told)

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


def _override(able: list[Candidate], officer: Responder) -> Text:
    """That sending somebody who isn't the first of the candidates takes a reason."""
    given = Named(officer.name, officer.name_zh)
    if not able:
        return say("case.override_asked", given=given)
    first, why = able[0].officer, Named(able[0].explanation(), able[0].explanation("zh"))
    return say("case.override", first=Named(first.name, first.name_zh), why=why, given=given)

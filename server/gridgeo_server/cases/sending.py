"""Who is sent to a case, and what becomes of it: who should go first, whom the desk insists on, who declines or gives no answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from gridgeo.dispatch import Refusal
from gridgeo_server.cases import answers, store
from gridgeo_server.cases.climbing import AT_ONCE, Climbing
from gridgeo_server.cases.dispatch import Candidate, Choice, Refused, Rules, choice, together
from gridgeo_server.cases.levels import level_between
from gridgeo_server.cases.looking import Looker
from gridgeo_server.cases.model import Case
from gridgeo_server.cases.stages import machine
from gridgeo_server.cases.steps import Deed, Steps
from gridgeo_server.cases.wishes import Actor, Wish
from gridgeo_server.copies import replace
from gridgeo_server.errors import BadRequest, Changed, OffDuty, WrongStage
from gridgeo_server.responders import store as responder_store
from gridgeo_server.responders.duty import DutyCalendar
from gridgeo_server.responders.model import Responder
from gridgeo_server.store import Transaction
from gridgeo_server.store.instants import to_text
from gridgeo_server.texts import Named, Text, say

_INSISTED = {"old_position", "full", "declined", "no_answer"}
"""What speaks against somebody, but not if the desk insists and says why."""


@dataclass(frozen=True)
class Sending:
    """Sends officers to cases.

    Parameters
    ----------
    rules
        How officers are chosen.
    duty
        When officers have shifts and leave; always there where None.
    """

    steps: Steps
    climbing: Climbing
    rules: Rules
    duty: DutyCalendar | None = None

    def nearest(self, deed: Deed, case: Case) -> Case:
        """Send who should go first; with nobody to send, the case says so, goes up a level and waits."""
        if not (need := self._need(case, deed.now)):
            found = self._choice(deed.connection, case, deed.now)
            to, refused = found.first, found.refused
        else:
            able, refused = self.candidates(deed.connection, case, deed.now)
            to = able[0] if able else None
        if to is not None:
            return self._dispatch(deed, case, to)
        vain = {one.code for one in refused} & {"declined", "no_answer"}
        why = "nobody_left" if vain else "nobody"
        if need and not vain:
            case = self.climbing.rise(deed, case, len(machine().levels) - 1)
        note = say("event.nobody_left") if vain else say("event.nobody")
        if case.level + 1 < len(machine().levels):
            return self.climbing.escalate(deed, case, why, note, "dispatch")
        told = {"why": why, "note_zh": note.told("zh")}
        return self.steps.append(deed, case, "note", case.stage, str(note), told)

    def waiting(self, transaction: Transaction, now: datetime, actor: Actor) -> list[Case]:
        """Send somebody to every filed case that nobody was sent to, all of them together."""
        deed = Deed.of(transaction, now, actor)
        found, _ = store.search(deed.connection, stages=("accepted", "filed"))
        found = [case for case in reversed(found) if case.filed_at is not None]
        sent = []
        for case in found:
            if self._need(case, deed.now):  # by the areas, one after another
                able, _ = self.candidates(deed.connection, case, now)
                sent += [self._dispatch(deed, case, to) for to in able[:1]]
        chosen = self.joint(deed.connection, found, now)
        return sent + [self._dispatch(deed, case, to) for case, to in chosen]

    def joint(
        self, connection: sa.Connection, cases: Sequence[Case], now: datetime, looker: Looker | None = None
    ) -> list[tuple[Case, Candidate]]:
        """Whom to send to several cases at once, of those whom `looker` may send.

        Cases that need a skill are left out: they go by the areas.
        """
        others = [case for case in cases if not self._need(case, now)]
        without = [{**_in_vain(connection, case), **self.away(now)} for case in others]
        officers, load = _crew(connection)
        crew = officers if looker is None else [one for one in officers if looker.commands(one.grids)]
        return together(self.steps.serving(), others, crew, load, self.rules, now, without)

    def candidates(
        self, connection: sa.Connection, case: Case, now: datetime | None = None, looker: Looker | None = None
    ) -> tuple[list[Candidate], list[Refused]]:
        """Who can be sent to `case`, in the order of the policy, and who can't; of those whom `looker` may send.

        Where the case needs a skill, whoever has it in its own grid comes first, then whoever has it in the areas above, one after
        another. Who declined or gave no answer isn't asked again.
        """
        able, refused = self._choice(connection, case, now).everybody()
        if self._need(case, now):
            town = self.steps.serving()
            able.sort(key=lambda one: level_between(town, case, one.officer))
        if looker is not None:
            able = [one for one in able if looker.commands(one.officer.grids)]
            refused = [one for one in refused if looker.commands(one.officer.grids)]
        return [replace(one, rank=rank) for rank, one in enumerate(able, start=1)], refused

    def away(self, now: datetime | None) -> Mapping[str, Refusal]:
        """Who isn't to be sent at a moment, being off shift or on leave."""
        return {} if self.duty is None or now is None else self.duty.away(now)

    def send(self, deed: Deed, case: Case, wish: Wish) -> Case:
        """Send whoever is wished; where nobody is named, the first of those whom the asker may send.

        Raises
        ------
        BadRequest, WrongStage, OffDuty, NotFound
            Whoever isn't the first of the candidates takes a reason; nobody can go; the one who is wished can't, or isn't there.
        """
        if wish.to is not None:
            return self._dispatch(deed, case, wish.to, wish)
        able, refused = self.candidates(deed.connection, case, deed.now, deed.actor.looker)
        if wish.responder is None:
            if not able:
                everywhere = deed.actor.looker is None or deed.actor.looker.grids is None
                raise WrongStage(say("case.nobody" if everywhere else "case.nobody_of_area", case=case.case))
            return self._dispatch(deed, case, able[0], wish)
        to = next((one for one in able if one.officer.responder == wish.responder), None)
        if to is None:
            to = self._insisted(deed, case, wish.responder, refused)
        if (not able or to.officer != able[0].officer) and not (wish.note or "").strip():
            raise BadRequest(_override(able, to.officer), "note")
        first = able[0].officer.responder if able else None
        return self._dispatch(deed, case, to, wish, {"first": first})

    def answer(self, deed: Deed, case: Case, wish: Wish) -> Case:
        """Take in whether whoever was sent goes; who declines is followed by the next candidate."""
        actor = deed.actor
        who = wish.responder or (actor.identifier if actor.looker is None else actor.looker.officer)
        if who != case.responder and (wish.responder or _is_officer(deed.connection, who)):
            raise Changed(say("case.asks_other", case=case.case, responder=case.responder, given=who))
        case = self.steps.step(deed, case, wish.action, wish, _responder_of(case))
        return case if wish.action == "acknowledge" else self.nearest(deed.by_desk, case)

    def time_out(self, transaction: Transaction, now: datetime) -> list[Case]:
        """Ask the next candidate wherever whoever was sent gave no answer in time, each once, however late this is done.

        At most `AT_ONCE` cases; call it again until none is left.
        """
        done = []
        for case in store.to_ask(transaction.connection, now, AT_ONCE):
            deed = Deed.of(transaction, now, Actor(simulated=case.simulated))
            told = {**_responder_of(case), "since": None if case.answer_at is None else to_text(case.answer_at)}
            case = self.steps.step(deed, case, "time_out", data=told)
            done.append(self.nearest(deed, case))
        return done

    def answer_at(self, now: datetime) -> str | None:
        """Until when whoever is sent at `now` has to answer."""
        return to_text(now + timedelta(seconds=self.rules.answer_s)) if self.rules.answer_s else None

    def _choice(self, connection: sa.Connection, case: Case, now: datetime | None) -> Choice:
        """Who can be sent, whatever the levels."""
        barred = {**_in_vain(connection, case), **self.away(now)}
        return choice(self.steps.serving(), case, *_crew(connection), self.rules, now, self._need(case, now), barred)

    def _need(self, case: Case, now: datetime | None) -> tuple[str, ...]:
        """The skills that a case needs at `now`, when it was reported where left out."""
        day = self.climbing.calendar.day_of(now or case.reported_at)
        return self.steps.categories.held(case.category, case.area, day).skills

    def _insisted(self, deed: Deed, case: Case, responder: str, refused: list[Refused]) -> Candidate:
        """Somebody who isn't offered, where the desk may insist."""
        officer = responder_store.get(deed.connection, responder)
        why = next(one for one in refused if one.officer.responder == responder)
        if why.code in _INSISTED:
            _, load = _crew(deed.connection)
            need = self._need(case, deed.now)
            to = choice(self.steps.serving(), case, [officer], load, Rules(), need=need).first
            if to is not None:
                return replace(to, rank=0)
        raise OffDuty(f"{officer.name} can't be sent: {why.reason}")

    def _dispatch(
        self,
        deed: Deed,
        case: Case,
        to: Candidate,
        wish: Wish | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> Case:
        """Send somebody; a case that needs a skill first goes up to the level at which somebody has it."""
        if to.need:
            case = self.climbing.rise(deed, case, level_between(self.steps.serving(), case, to.officer))
        data = {
            "responder": to.officer.responder,
            "responder_name": to.officer.name,
            "responder_name_zh": to.officer.name_zh,
            "road_s": round(to.way.seconds, 1),
            "road_m": round(to.way.metres, 1),
            "position": "station" if to.officer.fix_at is None else "fix",
            "policy": self.rules.policy,
            "rank": to.rank,
            "answer_at": self.answer_at(deed.now),
            **(more or {}),
        }
        return self.steps.step(deed, case, "dispatch", wish, data)


def _crew(connection: sa.Connection) -> tuple[list[Responder], Mapping[str, int]]:
    return responder_store.everybody(connection), store.open_by_responder(connection)


def _in_vain(connection: sa.Connection, case: Case) -> Mapping[str, Refusal]:
    return answers.in_vain(store.events_of(connection, case.case)) if case.declined or case.timed_out else {}


def _is_officer(connection: sa.Connection, who: str | None) -> bool:
    return any(one.responder == who for one in responder_store.everybody(connection))


def _responder_of(case: Case) -> dict[str, Any]:
    return {name: getattr(case, name) for name in ("responder", "responder_name", "responder_name_zh")}


def _override(able: list[Candidate], officer: Responder) -> Text:
    """That sending somebody who isn't the first of the candidates takes a reason."""
    given = Named(officer.name, officer.name_zh)
    if not able:
        return say("case.override_asked", given=given)
    first, why = able[0].officer, Named(able[0].explanation(), able[0].explanation("zh"))
    return say("case.override", first=Named(first.name, first.name_zh), why=why, given=given)

"""How a case goes on: each step is an event that is appended, the row of the case that follows it, and what is told of both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gridgeo_server.cases import model, store
from gridgeo_server.cases.categories import Categories
from gridgeo_server.cases.model import Case, Event
from gridgeo_server.cases.views import case_view, event_view
from gridgeo_server.cases.wishes import Actor, Wish
from gridgeo_server.clocks import Calendar
from gridgeo_server.copies import made
from gridgeo_server.live.news import CaseChanged, RespondersMoved
from gridgeo_server.responders import store as responder_store
from gridgeo_server.responders.model import view
from gridgeo_server.store import Transaction
from gridgeo_server.store.instants import to_millisecond
from gridgeo_server.town import Town
from gridgeo_server.webhooks import outbox

_WHOSE = ("case", "area", "stage", "owner", "responder")
"""What tells whether somebody sees a case."""


@dataclass(frozen=True)
class Deed:
    """Something that is done: in which transaction, when, and by whom."""

    transaction: Transaction
    now: datetime
    actor: Actor

    @classmethod
    def of(cls, transaction: Transaction, now: datetime, actor: Actor) -> Deed:
        """A deed at a moment that the store can hold."""
        return cls(transaction, to_millisecond(now), actor)

    @property
    def connection(self) -> sa.Connection:
        """The transaction's connection."""
        return self.transaction.connection

    @property
    def by_desk(self) -> Deed:
        """The desk goes on with what was begun."""
        return Deed(self.transaction, self.now, self.actor.desk)


@dataclass(frozen=True)
class Steps:
    """Takes cases from stage to stage.

    Parameters
    ----------
    serving
        The town with the plan that is in force when it is asked.
    categories
        Kinds of cases, whose names are told.
    calendar
        By whose wall clock a day is told, on which a row of a kind holds.
    """

    serving: Callable[[], Town]
    categories: Categories
    calendar: Calendar

    def open(self, deed: Deed, event: Event) -> Case:
        """Open the case that `event` reports."""
        event = store.append(deed.connection, event)
        case = model.apply(None, event)
        store.insert(deed.connection, case)
        self._announce(deed, case, event)
        return case

    def step(
        self, deed: Deed, case: Case, action: str, wish: Wish | None = None, data: dict[str, Any] | None = None
    ) -> Case:
        """Take an action with a case; `WrongStage` where its stage doesn't allow it. `data` is what the event says beside the wish."""
        stage = model.next_stage(case, action)
        note, told = None if wish is None else wish.note, data or {}
        if wish is not None and wish.place is not None:
            told = {**told, "place": list(wish.place)}
        if wish is not None:
            told = {**wish.told, **told}
        return self.append(deed, case, action, stage, note, told)

    def append(
        self,
        deed: Deed,
        case: Case,
        action: str,
        stage: str,
        note: str | None,
        data: dict[str, Any],
        rung: int | None = None,
    ) -> Case:
        """Append an event, and bring the case to `stage` by it; `rung` numbers the steps up of a case."""
        actor = deed.actor
        event = made(
            Event,
            case=case.case,
            at=deed.now,
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
        event = store.append(deed.connection, event)
        changed = model.apply(case, event)
        store.update(deed.connection, changed, case)
        self._announce(deed, changed, event, case)
        self._announce_load(deed, {case.responder, changed.responder} - {None})
        if case.finished != changed.finished and "merged" not in {case.stage, changed.stage}:
            self._tell_followers(deed, changed, event)
        return changed

    def _tell_followers(self, deed: Deed, main: Case, event: Event) -> None:
        """Say in the events of every duplicate that its main case came to an end, or was taken up again."""
        told = {"main": main.case, "action": event.action, "stage": main.stage, "note": event.note}
        for name in store.duplicates_of(deed.connection, main.case):
            follower = store.get(deed.connection, name)
            self.append(deed.by_desk, follower, "follow", follower.stage, None, told)

    def _announce(self, deed: Deed, case: Case, event: Event, before: Case | None = None) -> None:
        # Not `deed` itself: its transaction would hold what holds it, and only the search for garbage would find both.
        now, day, categories = deed.now, self.calendar.day_of(deed.now), self.categories

        def tell() -> tuple[dict[str, Any], dict[str, Any]]:
            return case_view(case, categories.held(case.category, case.area, day), now), event_view(event)

        outbox.lay(deed.connection, self.serving(), tell, now)
        was = None if before is None else {name: getattr(before, name) for name in _WHOSE}
        deed.transaction.announce(CaseChanged(tell, was))

    def _announce_load(self, deed: Deed, responders: set[str | None]) -> None:
        if responders:
            load = store.open_by_responder(deed.connection)
            officers = [responder_store.get(deed.connection, name) for name in sorted(map(str, responders))]
            deed.transaction.announce(RespondersMoved([view(one, load.get(one.responder, 0)) for one in officers]))

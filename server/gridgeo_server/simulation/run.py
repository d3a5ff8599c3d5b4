"""The simulation: one tick a second, through the same services as everybody else."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np
from starlette.concurrency import run_in_threadpool

from gridgeo_server.cases import store as case_store
from gridgeo_server.cases.model import Case
from gridgeo_server.cases.wishes import Actor
from gridgeo_server.errors import StoreUnavailable
from gridgeo_server.responders import service as responder_service
from gridgeo_server.responders import store as responder_store
from gridgeo_server.responders.model import Responder
from gridgeo_server.responders.service import Fix
from gridgeo_server.simulation.history import write_history
from gridgeo_server.simulation.incidents import Incidents
from gridgeo_server.simulation.walkers import Walker, ground_of, to_degrees, walkers_of
from gridgeo_server.state import State
from gridgeo_server.store import Transaction

logger = logging.getLogger(__name__)

TICK_S = 1.0
LONGEST_PAUSE_S = 60.0
"""Longest pause between two ticks that fail one after the other."""
EVERY_S = 240.0
"""Mean seconds between two incidents, before the simulation's speed."""
RETURNED_SHARE = 0.1
"""Share of cases that the officer gives back."""
DESK_MINUTES = {"handled": 4.0, "checked": 2.0, "returned": 90.0}
"""Minutes after which the desk takes a simulated case on from these stages, before the speed."""

_DESK_ACTIONS = {"handled": "check", "checked": "close", "returned": "dispatch"}


@dataclass
class Simulation:
    """Officers that walk and cases that come and go; drawn from `random` alone."""

    state: State
    random: np.random.Generator
    incidents: Incidents
    walkers: dict[str, Walker] = field(default_factory=dict)
    next_at: dict[str, datetime] = field(default_factory=dict)
    """When something is due for a case: the end of its handling, or the desk's next look."""
    next_incident: datetime | None = None

    @property
    def speed(self) -> float:
        """How many times faster than life."""
        return self.state.settings.simulation_speed

    def begin(self, transaction: Transaction, now: datetime) -> None:
        """Write the past of a new store; put the officers on their rounds."""
        connection = transaction.connection
        known, _ = case_store.search(connection, limit=1)
        if not known:
            write_history(transaction, self.state.desk, self.incidents, self.random, now)
        officers = [one for one in responder_store.everybody(connection) if one.simulated]
        self.walkers = walkers_of(self.state.town, officers, self.speed, self.random)
        self._plan_next(now)

    def go_on(self, transaction: Transaction, state: State) -> None:
        """Go on under another plan: officers who stay walk on from where they are, new ones begin their rounds."""
        self.state, self.incidents = state, replace(self.incidents, town=state.town)
        officers = [one for one in responder_store.everybody(transaction.connection) if one.simulated and one.grids]
        fresh = [one for one in officers if one.responder not in self.walkers]
        stay = {one.responder: self.walkers[one.responder] for one in officers if one.responder in self.walkers}
        self.walkers = {**stay, **walkers_of(state.town, fresh, self.speed, self.random)}

    def tick(self, transaction: Transaction, now: datetime, seconds: float) -> None:
        """Let `seconds` pass until `now`."""
        connection = transaction.connection
        if self.next_incident is not None and now >= self.next_incident:
            self.state.desk.report(transaction, self.incidents.draw(self.random), now, Actor(simulated=True))
            self._plan_next(now)
        officers = {one.responder: one for one in responder_store.everybody(connection) if one.on_duty}
        cases, _ = case_store.search(connection, is_open=True)
        cases.reverse()
        for case in cases:
            if case.stage in _DESK_ACTIONS and case.simulated:
                self._desk(transaction, case, now)
        fixes = []
        for name, walker in self.walkers.items():
            if name in officers:
                own = [case for case in cases if case.responder == name and case.stage in {"dispatched", "handling"}]
                fixes.append(self._officer(transaction, officers[name], walker, own, now, seconds))
        responder_service.move(transaction, fixes, now)

    def _officer(
        self,
        transaction: Transaction,
        officer: Responder,
        walker: Walker,
        own: list[Case],
        now: datetime,
        seconds: float,
    ) -> Fix:
        before = walker.place
        # What is being handled is finished first, then whatever was sent first.
        own = sorted(own, key=lambda case: (case.stage != "handling", case.case))
        if own:
            self._work(transaction, officer, walker, own[0], now, seconds)
        else:
            if walker.goal is not None or walker.arrived:
                walker.resume(self.random, ground_of(self.state.town, officer))
            walker.step(seconds)
        start, end = to_degrees(self.state.town, [before, walker.place])
        heading = officer.heading if start == end else responder_service.heading(start, end)
        return Fix(officer.responder, end[0], end[1], now, heading)

    def _work(
        self,
        transaction: Transaction,
        officer: Responder,
        walker: Walker,
        case: Case,
        now: datetime,
        seconds: float,
    ) -> None:
        actor = Actor(officer.responder, officer.name, simulated=True)
        desk = self.state.desk
        if case.answer_at is not None:
            case = desk.act(transaction, case.case, "acknowledge", now, actor)
        if walker.goal != case.case:
            walker.go_to(case.case, self.state.town.locator.to_metric(case.lon, case.lat))
        if not walker.arrived:
            walker.step(seconds)
        elif case.stage == "dispatched":
            minutes = desk.categories[case.category].handling_min * self.random.uniform(0.6, 1.6)
            self.next_at[case.case] = now + timedelta(minutes=minutes / self.speed)
            desk.act(transaction, case.case, "start", now, actor)
        elif now >= self.next_at.setdefault(case.case, now + timedelta(minutes=5 / self.speed)):
            self.next_at.pop(case.case)
            gives_back = case.simulated and self.random.random() < RETURNED_SHARE
            desk.act(transaction, case.case, "return" if gives_back else "handle", now, actor)

    def _desk(self, transaction: Transaction, case: Case, now: datetime) -> None:
        wait = timedelta(minutes=DESK_MINUTES[case.stage] * self.random.uniform(0.5, 1.5) / self.speed)
        if now < self.next_at.setdefault(f"{case.case} {case.stage}", now + wait):
            return
        self.next_at.pop(f"{case.case} {case.stage}")
        action = _DESK_ACTIONS[case.stage]
        if action == "dispatch" and not self.state.desk.sending.candidates(transaction.connection, case)[0]:
            return
        self.state.desk.act(transaction, case.case, action, now, Actor(simulated=True))

    def _plan_next(self, now: datetime) -> None:
        self.next_incident = now + timedelta(seconds=float(self.random.exponential(EVERY_S / self.speed)))


async def simulate(state: State) -> None:
    """Run the simulation until cancelled.

    A tick that fails is logged and leaves nothing behind; the next one is tried after a pause, longer each time in a row.
    """
    random = np.random.default_rng(state.settings.simulation_seed)
    simulation = Simulation(state, random, Incidents(state.town, state.desk.categories))
    last: datetime | None = None
    failed = 0
    while True:
        now = state.clock()
        try:
            if last is None:
                await _write(state, lambda transaction, now=now: simulation.begin(transaction, now))
            else:
                fresh = state.fresh()
                if fresh.town is not simulation.state.town:
                    await _write(state, lambda transaction, to=fresh: simulation.go_on(transaction, to))
                seconds = min(5.0, max(0.0, (now - last).total_seconds()))
                await _write(state, lambda transaction, now=now, s=seconds: simulation.tick(transaction, now, s))
            last, failed = now, 0
        except StoreUnavailable as error:
            failed += 1
            logger.warning("the simulation waits: %s", error)
        except Exception:
            failed += 1
            logger.exception("a tick of the simulation failed; it goes on with the next one")
        await asyncio.sleep(min(LONGEST_PAUSE_S, TICK_S * 2**failed) if failed else TICK_S)


async def _write(state: State, work: object) -> None:
    await run_in_threadpool(state.store.write, work)  # type: ignore[arg-type]

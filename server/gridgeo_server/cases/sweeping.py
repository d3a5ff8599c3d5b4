"""What time alone brings about: cases go up a level, the next candidate is asked, who begins a shift is sent to what waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import sqlalchemy as sa

from gridgeo_server.cases import store
from gridgeo_server.cases.model import Case
from gridgeo_server.cases.wishes import Actor
from gridgeo_server.state import State
from gridgeo_server.store import Transaction


class Sweep:
    """One look after another at what is due; each does what was missed while the server stood still, and nothing twice."""

    def __init__(self) -> None:
        self._away: frozenset[str] | None = None

    def look(self, state: State) -> int:
        """Do what is due, a batch of it at most; how many cases that were. Call it again until none is left."""
        return self._come(state) + ask(state) + climb(state)

    def _come(self, state: State) -> int:
        """Send those whose shift began, or whose leave ended, since the last look."""
        duty, now = state.desk.duty, state.clock()
        if duty is None or not (duty.shifts or duty.leave):
            return 0
        away, before = frozenset(duty.away(now)), self._away
        sent = 0
        if before is None or before - away:
            sent = len(state.store.write(lambda transaction: state.desk.sending.waiting(transaction, now, Actor())))
        self._away = away
        return sent


def climb(state: State) -> int:
    """Take the cases whose time for it has come up a level, a batch at most; how many they were."""
    return _swept(state, lambda connection, now: store.to_escalate(connection, now, 1), state.desk.climbing.climb)


def ask(state: State) -> int:
    """Ask the next candidate of the cases whose officer let the time to answer pass, a batch at most; how many they were."""
    return _swept(state, lambda connection, now: store.to_ask(connection, now, 1), state.desk.sending.time_out)


def _swept(
    state: State,
    due: Callable[[sa.Connection, datetime], Sequence[Case]],
    work: Callable[[Transaction, datetime], Sequence[Case]],
) -> int:
    """Write only where something is due."""
    now = state.clock()
    with state.store.reading() as connection:
        if not due(connection, now):
            return 0
    return len(state.store.write(lambda transaction: work(transaction, now)))

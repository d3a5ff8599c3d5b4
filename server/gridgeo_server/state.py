"""What every request of one app shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from gridgeo_server.cases.service import Desk
from gridgeo_server.live.hub import Hub
from gridgeo_server.plans.calendar import Calendars
from gridgeo_server.settings import Settings
from gridgeo_server.store import Store
from gridgeo_server.town import Town


@dataclass(frozen=True)
class State:
    """The parts of one running server."""

    settings: Settings
    town: Town
    store: Store
    desk: Desk
    hub: Hub
    calendars: Calendars
    clock: Callable[[], datetime]


def state_of(request: Request) -> State:
    """The state of the app that serves `request`."""
    state = request.app.state.gridgeo
    assert isinstance(state, State)
    return state


StateOf = Annotated[State, Depends(state_of)]

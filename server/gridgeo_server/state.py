"""What every request of one app shares, and what is served of the plan in force: one value, swapped whole."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from gridgeo_server.auth.guesses import Guesses
from gridgeo_server.auth.keyring import Keyring
from gridgeo_server.auth.oidc import Issuer
from gridgeo_server.cases.service import Desk
from gridgeo_server.layers.shelf import Shelf
from gridgeo_server.layers.tiles import Tiles
from gridgeo_server.live.hub import Hub
from gridgeo_server.plans.calendar import Calendars
from gridgeo_server.settings import Settings
from gridgeo_server.store import Store
from gridgeo_server.town import Town


@dataclass(frozen=True)
class Served:
    """The town with the plan in force and everything made of it; `held` names what the register has in force."""

    town: Town
    shelf: Shelf
    tiles: Tiles
    held: Hashable


class Slot:
    """Where what is served lies; another takes its place when another plan comes into force."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.changing = threading.Lock()
        """Held by whoever prepares what takes its place."""


@dataclass(frozen=True)
class State:
    """The parts of one running server, as one request sees them: `served` stays the same from its beginning to its end."""

    settings: Settings
    store: Store
    desk: Desk
    hub: Hub
    calendars: Calendars
    clock: Callable[[], datetime]
    slot: Slot
    served: Served
    guesses: Guesses
    keyring: Keyring = field(default_factory=Keyring)
    issuer: Issuer | None = None
    """Whose tokens are taken beside keys."""

    @property
    def town(self) -> Town:
        """The town with the plan in force."""
        return self.served.town

    @property
    def shelf(self) -> Shelf:
        """The collections."""
        return self.served.shelf

    @property
    def tiles(self) -> Tiles:
        """The vector tiles."""
        return self.served.tiles

    @property
    def zone(self) -> ZoneInfo:
        """Of the town's wall clock."""
        return self.desk.calendar.zone

    def fresh(self) -> State:
        """The state with what is served at this moment, for whatever outlives a request."""
        served = self.slot.served
        return self if served is self.served else replace(self, served=served)


_SEEN = "gridgeo.state"
"""Where a request keeps the state that it sees."""


def serving(request: Request) -> State:
    """The state of the app that serves `request`: the same one whenever it is asked for until the request ends."""
    seen = request.scope.get(_SEEN)
    if seen is None:
        seen = request.scope[_SEEN] = request.app.state.gridgeo.fresh()
    assert isinstance(seen, State)
    return seen


async def state_of(request: Request) -> State:
    """The same as a dependency; asynchronous, as it would else wait for a thread."""
    return serving(request)


StateOf = Annotated[State, Depends(state_of)]

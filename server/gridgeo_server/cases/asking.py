"""Who asks for a case: proven by what the request carries, and turned into who acts and who looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, Request

from gridgeo_server.auth.bearers import Bearer
from gridgeo_server.auth.guard import asker
from gridgeo_server.cases import store
from gridgeo_server.cases.looking import Looker, looker_of
from gridgeo_server.cases.model import Case
from gridgeo_server.cases.wishes import Actor
from gridgeo_server.errors import NotAllowed, NotFound
from gridgeo_server.responders.model import Responder
from gridgeo_server.state import serving
from gridgeo_server.texts import say
from gridgeo_server.town import Town


@dataclass(frozen=True)
class Asking:
    """Whoever asks."""

    bearer: Bearer
    looker: Looker

    @classmethod
    def of(cls, town: Town, bearer: Bearer) -> Asking:
        """The bearer of a key, a session or nothing."""
        return cls(bearer, looker_of(town, bearer))

    @property
    def actor(self) -> Actor:
        """Who acts. Whoever carries no key has no name in events; their role tells how they came."""
        bearer = self.bearer
        return Actor(bearer.key or None, bearer.name if bearer.key else None, bearer=bearer, looker=self.looker)

    def check(self, permission: str, case: Case | None = None) -> None:
        """Raise `NotAllowed` or `NotSignedIn` unless the role holds `permission`, for `case` if one is given."""
        self.bearer.check(permission, case is not None and self.looker.owns(vars(case)))

    def check_officer(self, permission: str, officer: Responder) -> None:
        """The same for something done with an officer: oneself, or one of the area for which the asker speaks."""
        own = officer.responder == self.looker.officer
        self.bearer.check(permission, own)
        if not own and not self.looker.commands(officer.grids):
            raise NotAllowed(say("auth.outside", responder=officer.responder, name=self.bearer.name))

    def allowing(self, permission: str) -> Callable[[Responder], None]:
        """`check_officer` for one permission."""
        return lambda officer: self.check_officer(permission, officer)

    def get(self, connection: sa.Connection, name: str) -> Case:
        """A case, or `NotFound` where there is none for them."""
        return self.found(store.get(connection, name))

    def found(self, case: Case) -> Case:
        """The case itself, or `NotFound` where they may not know of it."""
        if not self.looker.sees(vars(case)):
            raise NotFound(say("case.unknown", case=case.case))
        return case


async def asking(request: Request) -> Asking:
    """Who asks, of the request itself: each dependency of a dependency costs as much as proving a key that was proven before."""
    return Asking.of(serving(request).town, await asker(request))


AskingOf = Annotated[Asking, Depends(asking)]

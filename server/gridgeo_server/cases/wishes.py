"""What is asked of the desk, and by whom: reports, and what is to be done with cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gridgeo_server.auth.bearers import Bearer
from gridgeo_server.cases.dispatch import Candidate
from gridgeo_server.cases.looking import Looker
from gridgeo_server.cases.stages import machine
from gridgeo_server.errors import BadRequest
from gridgeo_server.texts import say

_TAKES = {
    "responder": ("dispatch", "acknowledge", "decline"),
    "amount": ("extend",),
    "category": ("transfer",),
    "department": ("transfer",),
    "into": ("merge",),
}
"""Field of a wish → the actions that take it."""


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
        Whom ``dispatch`` sends, where that was settled for several cases together; see `Sending.joint`.
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

    def check(self) -> None:
        """Raise `BadRequest` for a particular that doesn't belong to the action, or a reason that it lacks."""
        row = machine().actions.get(self.action)
        for name, actions in _TAKES.items():
            if getattr(self, name) is not None and self.action not in actions:
                raise BadRequest(say("case.takes_no", action=self.action, field=name, other=actions[0]), name)
        if row is not None and row.note and not (self.note or "").strip():
            raise BadRequest(say("case.note_needed", action=self.action), "note")

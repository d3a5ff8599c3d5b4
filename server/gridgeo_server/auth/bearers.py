"""Who asks: by a key, a session or a token, or by none; their name, role and area, and what they may do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from gridgeo_server.auth.roles import LOCAL, PUBLIC, Role, roles, who_may
from gridgeo_server.errors import NotAllowed, NotSignedIn
from gridgeo_server.texts import Named, one_of, say

Signed = Literal["nothing", "key", "session", "oidc"]


@dataclass(frozen=True)
class Bearer:
    """Who does something, as it stands in events.

    Parameters
    ----------
    key
        By which it was proven; empty for those who carry none.
    area
        The one area for which its bearer speaks, with those below it; None for all.
    officer
        Who of the officers it is.
    until
        When what it was proven by is over.
    """

    key: str
    name: str
    role: str
    area: str | None = None
    officer: str | None = None
    signed_in_by: Signed = "key"
    until: datetime | None = None

    def holds(self, permission: str, own: bool = False) -> bool:
        """Whether the bearer's role holds `permission`; `own` says that it is for what is theirs."""
        return roles()[self.role].holds(permission, own)

    def check(self, permission: str, own: bool = False) -> None:
        """Raise `NotAllowed` unless the bearer's role holds `permission`; `NotSignedIn` where a key may help."""
        if not self.holds(permission, own):
            raise self.refused(permission, who_may(permission))

    def refused(self, what: str, able: Iterable[str]) -> NotAllowed | NotSignedIn:
        """The error of one who may not do `what`, which the roles `able` may."""
        if self.signed_in_by == "nothing":
            return NotSignedIn(say("auth.needed", how=say("auth.how")))
        own = roles()[self.role]
        others = [Named(name, roles()[name].name_zh) for name in able]
        told = {"name": self.name, "role": Named(_a(own), own.name_zh), "permission": what}
        return NotAllowed(say("auth.not_allowed", **told, roles=one_of(others)))

    def check_area(self, area: str | None) -> None:
        """Raise `NotAllowed` where the bearer speaks for another area than `area`; None is the whole place."""
        if self.area is not None and area != self.area:
            raise NotAllowed(say("auth.area", name=self.name, area=self.area))


HERE = Bearer("", "This machine", LOCAL, signed_in_by="nothing")
"""Whoever asks on a machine that listens to itself alone."""
ANYBODY = Bearer("", "Anybody", PUBLIC, signed_in_by="nothing")
"""Whoever asks without a key where one is needed."""


def _a(role: Role) -> str:
    return f"{'an' if role.name_en[0] in 'AEIOU' else 'a'} {role.name_en.lower()}"

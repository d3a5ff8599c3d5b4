"""Who bears a key: name, role and area, and what they may do by them."""

from __future__ import annotations

from dataclasses import dataclass

from gridgeo_server.auth.roles import Role, roles, who_may
from gridgeo_server.errors import NotAllowed
from gridgeo_server.texts import Named, one_of, say


@dataclass(frozen=True)
class Bearer:
    """Who does something, as it stands in events."""

    key: str
    name: str
    role: str
    area: str | None = None

    def check(self, permission: str) -> None:
        """Raise `NotAllowed` unless the bearer's role holds `permission`."""
        if permission not in roles()[self.role].may:
            own = roles()[self.role]
            others = [Named(name, roles()[name].name_zh) for name in who_may(permission)]
            told = {"name": self.name, "role": Named(_a(own), own.name_zh), "permission": permission}
            raise NotAllowed(say("auth.not_allowed", **told, roles=one_of(others)))

    def check_area(self, area: str | None) -> None:
        """Raise `NotAllowed` where the bearer speaks for another area than `area`; None is the whole place."""
        if self.area is not None and area != self.area:
            raise NotAllowed(say("auth.area", name=self.name, area=self.area))


def _a(role: Role) -> str:
    return f"{'an' if role.name_en[0] in 'AEIOU' else 'a'} {role.name_en.lower()}"

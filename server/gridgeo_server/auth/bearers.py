"""Who bears a key: name, role and area, and what they may do by them."""

from __future__ import annotations

from dataclasses import dataclass

from gridgeo_server.auth.roles import Role, roles, who_may
from gridgeo_server.errors import NotAllowed


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
            raise NotAllowed(
                f"{self.name} is {_a(roles()[self.role])} and may not do this ({permission}); "
                f"it takes the role {' or '.join(who_may(permission))}"
            )

    def check_area(self, area: str | None) -> None:
        """Raise `NotAllowed` where the bearer speaks for another area than `area`; None is the whole place."""
        if self.area is not None and area != self.area:
            raise NotAllowed(f"the key of {self.name} speaks for the area '{self.area}' alone")


def _a(role: Role) -> str:
    return f"{'an' if role.name_en[0] in 'AEIOU' else 'a'} {role.name_en.lower()}"

"""Roles and what each may do. The table is data: `roles.json`; a new role or permission is a line there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

ALL = "*"
"""Stands in the table for every permission."""
LOCAL, PUBLIC = "local", "public"
"""The roles of those who carry no key: where none is needed, and where one is."""


@dataclass(frozen=True)
class Role:
    """What somebody is, in both languages, and what they may do.

    Parameters
    ----------
    may
        Permissions that hold everywhere.
    own
        Permissions that hold for what is one's own alone: an officer's cases, or what a member of the public reported.
    """

    role: str
    name_en: str
    name_zh: str
    may: frozenset[str]
    own: frozenset[str] = field(default_factory=frozenset)

    def holds(self, permission: str, own: bool = False) -> bool:
        """Whether the role holds `permission` for something that is its bearer's `own`, or isn't."""
        return permission in self.may or (own and permission in self.own)


@cache
def permissions() -> Mapping[str, Mapping[str, str]]:
    """Permission → what it allows, by language (`en`, `zh`)."""
    found: Mapping[str, Mapping[str, str]] = _table()["permissions"]
    return found


@cache
def roles() -> Mapping[str, Role]:
    """Every role by its identifier, in the order of the table."""
    found = {}
    for name, row in _table()["roles"].items():
        may = frozenset(permissions()) if ALL in row["may"] else frozenset(row["may"])
        found[name] = Role(name, row["en"], row["zh"], may, frozenset(row.get("own", ())))
    return found


@cache
def roles_of_keys() -> tuple[str, ...]:
    """The roles that a key can have."""
    return tuple(name for name in roles() if name != LOCAL)


def who_may(permission: str) -> list[str]:
    """The roles that hold `permission` everywhere, by a key.

    Examples
    --------
    >>> who_may("plans.approve")
    ['approver', 'admin']
    """
    return [name for name in roles_of_keys() if roles()[name].holds(permission)]


@cache
def _table() -> Mapping[str, Any]:
    text = (resources.files("gridgeo_server.auth") / "roles.json").read_text(encoding="utf-8")
    table: Mapping[str, Any] = json.loads(text)
    return table

"""Roles and what each may do. The table is data: `roles.json`; a new role or permission is a line there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

ALL = "*"
"""Stands in the table for every permission."""


@dataclass(frozen=True)
class Role:
    """What somebody is, in both languages, and what they may do."""

    role: str
    name_en: str
    name_zh: str
    may: frozenset[str]


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
        found[name] = Role(name, row["en"], row["zh"], may)
    return found


def who_may(permission: str) -> list[str]:
    """The roles that hold `permission`.

    Examples
    --------
    >>> who_may("plans.approve")
    ['approver', 'admin']
    """
    return [name for name, role in roles().items() if permission in role.may]


@cache
def _table() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    text = (resources.files("gridgeo_server.auth") / "roles.json").read_text(encoding="utf-8")
    table: Mapping[str, Mapping[str, Mapping[str, str]]] = json.loads(text)
    return table

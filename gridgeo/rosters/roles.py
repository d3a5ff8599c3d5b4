"""Roles that officers hold in a grid: data, with two sets that come along."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import pandas as pd

from gridgeo.errors import BadInput
from gridgeo.sources import read_csv, read_json


@dataclass(frozen=True)
class Role:
    """One role: its identifier, its names, and the most people who hold it in one grid at once (None: any number)."""

    role: str
    en: str
    zh: str
    seats: int | None = None

    def __post_init__(self) -> None:
        if not self.role.strip():
            raise BadInput("a role has no identifier; name it, e.g. supervisor")
        if self.seats is not None and self.seats < 1:
            raise BadInput(f"role '{self.role}': seats is {self.seats}; give a whole number above 0, or leave it out")

    def name(self, lang: str) -> str:
        """The role's name in `lang` (en or zh)."""
        return self.zh if lang == "zh" else self.en


def _packaged() -> dict[str, tuple[Role, ...]]:
    file = resources.files("gridgeo") / "rosters" / "roles.json"
    return {name: tuple(Role(**role) for role in roles) for name, roles in read_json(str(file)).items()}


PRESETS = _packaged()
"""Sets of roles by name. ``seven`` are those of Beijing Dongcheng's fine grids (DOMAIN: S1#4)."""


def roles_of(wanted: str | Iterable[Role]) -> tuple[Role, ...]:
    """The roles of a preset by its name, or the roles that are given, each identifier once.

    Raises
    ------
    BadInput
        No such preset, no role, or a role stands twice.
    """
    if isinstance(wanted, str):
        if wanted not in PRESETS:
            raise BadInput(f"no set of roles '{wanted}'; choose {' or '.join(PRESETS)}, or give a file of roles")
        return PRESETS[wanted]
    roles = tuple(wanted)
    if not roles:
        raise BadInput("a roster needs at least one role")
    names = [role.role for role in roles]
    again = next((name for name in names if names.count(name) > 1), None)
    if again is not None:
        raise BadInput(f"role '{again}' stands twice; give each role once")
    return roles


def read_roles(path: str | os.PathLike[str]) -> tuple[Role, ...]:
    """Roles from a CSV table with the columns `role`, `en`, `zh` and, if wanted, `seats`.

    Raises
    ------
    BadInput
        A column is missing, or a cell can't be used; the message names the line.
    """
    table = read_csv(path)
    for column in ("role", "en", "zh"):
        if column not in table.columns:
            raise BadInput(f"{path}: a table of roles needs the columns role, en and zh; '{column}' is missing")
    roles = []
    for line, row in enumerate(table.to_dict("records"), start=2):
        for column in ("role", "en", "zh"):
            if not isinstance(row[column], str):
                raise BadInput(f"{path}, line {line}: {column} is empty; name the role in English and Chinese")
        roles.append(Role(row["role"], row["en"], row["zh"], _seats(row.get("seats"), path, line)))
    return roles_of(roles)


def _seats(cell: Any, path: str | os.PathLike[str], line: int) -> int | None:
    if cell is None or pd.isna(cell):
        return None
    if not re.fullmatch(r"[1-9][0-9]{0,3}", str(cell)):
        raise BadInput(f"{path}, line {line}: seats is '{cell}'; give a whole number above 0, or nothing")
    return int(cell)


def find_role(roles: Sequence[Role], text: str) -> Role | None:
    """The role that `text` names by identifier, English or Chinese name; case, spaces and a leading 网格 don't count.

    Examples
    --------
    >>> [find_role(PRESETS["seven"], text).role for text in ("Party Secretary", "网格督导员", "fire")]
    ['party_secretary', 'supervisor', 'fire']
    """
    wanted = _plain(text)
    return next((role for role in roles if wanted in {_plain(role.role), _plain(role.en), _plain(role.zh)}), None)


def _plain(text: str) -> str:
    return re.sub(r"[\s_-]", "", text).casefold().removeprefix("网格")

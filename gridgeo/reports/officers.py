"""The officers of a plan on a day: who is in each grid, and which places stand empty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd
from markupsafe import Markup

from gridgeo.plans.plan import Plan
from gridgeo.reports.wording import Words
from gridgeo.rosters import Role, Roster, roles_of


@dataclass(frozen=True)
class Officers:
    """A roster on one day, asked by grid."""

    roster: Roster
    plan: Plan
    day: date

    def rows(self, grid: str, words: Words) -> list[dict[str, Any]]:
        """The roles of `grid` with their holders; a role that nobody holds has none."""
        return [
            {
                "name": role_name(role, words),
                "first": role.role == "supervisor",
                "people": [(words.foreign(person), phone) for person, phone in self._held.get((grid, role.role), ())],
            }
            for role in roles_of(self.roster.roles)
        ]

    def summary(self, words: Words) -> dict[str, Any]:
        """How many places are filled and empty, by role and in all."""
        roles, gaps, running = roles_of(self.roster.roles), self._gaps, self._running
        grids = len(self.plan.grids)
        codes = self.plan.identities["code"]
        mine = running[running["grid"].isin(set(self.plan.grids["grid"]))]
        people = mine.groupby(["person", "person_id"]).size()
        return {
            "places": grids * len(roles),
            "empty": len(gaps),
            "people": len(people),
            "several": int((people > 1).sum()),
            "roles": [
                {
                    "name": role_name(role, words),
                    "filled": grids - int((gaps["role"] == role.role).sum()),
                    "places": grids,
                    "empty": [str(codes[grid]) for grid in gaps.loc[gaps["role"] == role.role, "grid"]],
                }
                for role in roles
            ],
        }

    @cached_property
    def _running(self) -> pd.DataFrame:
        return self.roster.on(self.day)

    @cached_property
    def _held(self) -> dict[tuple[str, str], list[tuple[str, str]]]:
        """People and their phones by grid and role."""
        found: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for grid, role, person, phone in self._running[["grid", "role", "person", "phone"]].itertuples(index=False):
            found.setdefault((str(grid), str(role)), []).append((str(person), str(phone)))
        return found

    @cached_property
    def _gaps(self) -> pd.DataFrame:
        return self.roster.gaps(self.plan, self.day)


def role_name(role: Role, words: Words) -> Markup:
    """A role's name in the language of the paper."""
    return words.pair(*(role.name(lang) for lang in words.langs))

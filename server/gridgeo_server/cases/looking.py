"""Who looks at cases, what they are shown of each, and what they may do with it.

One rule for every door. Which permission each field takes is data (`fields.json`): a field that doesn't stand there takes
``cases.inside``, so that a new one is shown to nobody by accident. What isn't shown is null, and named under ``hidden``; the place is
rounded instead. Filters and orders work on what is shown, so that nobody finds out by asking what they may not read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

import sqlalchemy as sa

from gridgeo_server.auth.bearers import Bearer
from gridgeo_server.auth.roles import LOCAL, roles
from gridgeo_server.cases.model import WITH_OFFICER
from gridgeo_server.cases.stages import Action, machine
from gridgeo_server.store import tables
from gridgeo_server.town import Town

DIGITS = 3
"""Decimals of a degree to which a place is rounded for those who don't see it: 111 m from south to north."""
_PLACE = ("lon", "lat")
_REST = ("cases.inside",)
"""What a field takes that isn't in the table."""


@dataclass(frozen=True)
class Looker:
    """Somebody who looks, as far as it matters to what they see.

    Parameters
    ----------
    officer
        Who of the officers it is.
    areas, grids
        Where they may look; None is everywhere.
    reported
        The case that they reported themselves, as they have proven.
    """

    role: str = LOCAL
    officer: str | None = None
    areas: frozenset[str] | None = None
    grids: frozenset[str] | None = None
    reported: str | None = None

    def holds(self, permission: str, own: bool = False) -> bool:
        """Whether the role holds `permission`, for what is their own or not."""
        return roles()[self.role].holds(permission, own)

    def owns(self, case: Mapping[str, Any]) -> bool:
        """Whether a case is the looker's own: sent to them, or before and after that on their ground, or reported by them."""
        if self.reported is not None:
            return bool(case["case"] == self.reported)
        if self.officer is None:
            return False
        if case["stage"] in WITH_OFFICER:
            return bool(case["responder"] == self.officer)
        return self.officer in (case["responder"], case["owner"])

    def sees(self, case: Mapping[str, Any]) -> bool:
        """Whether there is such a case for them at all."""
        here = self.areas is None or case["area"] in self.areas
        return (here and self.holds("cases.see")) or self.owns(case)

    def may(self, action: Action, case: Mapping[str, Any]) -> bool:
        """Whether they may take an action with a case, if its stage allows it."""
        if not self.sees(case) or not action.who:
            return False
        return self.holds("cases.any") or (self.role in action.who and self.holds("cases.act", self.owns(case)))

    def reads(self, field: str, case: Mapping[str, Any]) -> bool:
        """Whether a field of a case is shown to them."""
        return field not in _hidden("case", self.role, self.owns(case), (field,))

    def seen(self, case: dict[str, Any]) -> dict[str, Any]:
        """A case, as JSON values, as it is shown to them; with its events where it carries any."""
        own = self.owns(case)
        if _sees_all(self.role, own):
            return case
        hidden = _hidden("case", self.role, own, tuple(case))
        shown = {**case, **{field: None for field in hidden if field not in _PLACE}}
        for field in _PLACE:
            if field in hidden and field in case:
                shown[field] = round(case[field], DIGITS)
        actions = machine().actions
        shown["actions"] = [name for name in case["actions"] if self.may(actions[name], case)]
        if "possible" in case:
            shown["possible"] = [one for one in case["possible"] if self.may(actions[one["action"]], case)]
        for field in ("events", "escalations"):
            if field in case:
                shown[field] = [self._event(event, own) for event in case[field]]
        if "event" in case:
            shown["event"] = self._event(case["event"], own)
        return {**shown, "hidden": [*hidden]} if hidden else shown

    def _event(self, event: dict[str, Any], own: bool) -> dict[str, Any]:
        return {**event, **dict.fromkeys(_hidden("event", self.role, own, tuple(event)))}

    def officers(self, officers: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Those of some officers, as JSON values, whom they may see."""
        if not self.holds("responders.see"):
            return [one for one in officers if self.officer is not None and one["responder"] == self.officer]
        return officers if self.grids is None else [one for one in officers if self.commands(one["grids"])]

    def commands(self, grids: Iterable[str]) -> bool:
        """Whether an officer of `grids` is one of those for whom they speak, and whom they may send."""
        return self.grids is None or not self.grids.isdisjoint(grids)

    def where(self) -> list[sa.ColumnElement[bool]]:
        """The conditions of `sees` on the rows of cases."""
        if not self.holds("cases.see"):
            return [self._own_rows()]
        if self.areas is None:
            return []
        here = tables.cases.c.area.in_(sorted(self.areas))
        return [here if self.officer is None else sa.or_(here, self._own_rows())]

    def readable(self) -> sa.ColumnElement[bool]:
        """The condition on the rows of cases whose words they read."""
        if self.holds("cases.text"):
            return sa.true()
        return self._own_rows() if self.holds("cases.text", own=True) else sa.false()

    def _own_rows(self) -> sa.ColumnElement[bool]:
        table = tables.cases.c
        if self.reported is not None:
            return table.case == self.reported
        if self.officer is None:
            return sa.false()
        with_officer = table.stage.in_(WITH_OFFICER)
        sent = table.responder == self.officer
        return sa.or_(sent, sa.and_(~with_officer, table.owner == self.officer))

    def within(self, town: Town, area: str) -> Looker:
        """The same somebody, who looks at an area of `town` and those below it alone."""
        areas, grids = _below(town, area)
        own = self.areas, self.grids
        return replace(
            self,
            areas=areas if own[0] is None else areas & own[0],
            grids=grids if own[1] is None else grids & own[1],
        )


def looker_of(town: Town, bearer: Bearer) -> Looker:
    """The bearer of a key as somebody who looks at the cases of `town`."""
    looker = Looker(bearer.role, bearer.officer)
    return looker if bearer.area is None else looker.within(town, bearer.area)


def _below(town: Town, area: str) -> tuple[frozenset[str], frozenset[str]]:
    """An area with all areas below it, and the grids in them; nothing where the town has no such area."""
    areas = frozenset(one for one, above in town.lineages.items() if area in above)
    names, homes = town.grids["grid"].astype(str), town.grids["area"].astype(str)
    return areas, frozenset(names[homes.isin(areas)])


def can_be_hidden(kind: str, field: str) -> bool:
    """Whether a field of a ``case`` or an ``event`` is null for some; the place never is, but rounded."""
    return field not in _PLACE and bool(_table()[kind].get(field, _REST))


@cache
def _table() -> Mapping[str, Mapping[str, list[str]]]:
    text = (resources.files("gridgeo_server.cases") / "fields.json").read_text(encoding="utf-8")
    table: Mapping[str, Mapping[str, list[str]]] = json.loads(text)
    return table


@cache
def _hidden(kind: str, role: str, own: bool, fields: tuple[str, ...]) -> tuple[str, ...]:
    """Which fields of a case or an event aren't shown."""
    row, held = _table()[kind], roles()[role]
    return tuple(
        field for field in fields if not all(held.holds(permission, own) for permission in row.get(field, _REST))
    )


@cache
def _sees_all(role: str, own: bool) -> bool:
    """Whether nothing is left out for a role, and no action either."""
    held = roles()[role]
    needed = {permission for kind in _table().values() for row in kind.values() for permission in row}
    return all(held.holds(permission, own) for permission in (*needed, *_REST, "cases.any"))

"""A roster: people in roles in grids, many to many, each for a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from gridgeo.errors import BadInput
from gridgeo.rosters.dates import read_day
from gridgeo.rosters.roles import Role, find_role, roles_of

if TYPE_CHECKING:
    from gridgeo.plans.plan import Plan

COLUMNS = ("grid", "role", "person", "phone", "from", "to", "person_id")
"""Columns of a roster. `from` is the first day and `to` the last; empty means without a beginning or an end."""


@dataclass(frozen=True)
class Roster:
    """Who holds which role in which grid, and when.

    Parameters
    ----------
    entries
        One row a term: `grid`, `role` and `person` are needed; `phone`, `from`, `to` and `person_id` may be missing or
        empty. Days are dates or text such as 2026-11-24. `person_id` tells people of one name apart. The index names rows
        in messages.
    roles
        The roles that every grid should have filled, or the name of a preset.

    Raises
    ------
    BadInput
        A column or cell is missing, a role is unknown, a term ends before it begins, two terms of one person in one role
        and grid overlap, more people than seats, or one person has two phones. The message names the row.
    """

    entries: pd.DataFrame
    roles: Sequence[Role] | str = "seven"

    def __post_init__(self) -> None:
        roles = roles_of(self.roles)
        object.__setattr__(self, "roles", roles)
        object.__setattr__(self, "entries", self._tidy(self.entries, roles))
        self._refuse_two_phones()
        self._refuse_overlaps()
        self._refuse_crowds()

    def for_plan(self, plan: Plan) -> Roster:
        """The same roster with the identifiers of `plan`'s grids, which rows may name by identifier or code.

        Raises
        ------
        BadInput
            A row names a grid that the plan doesn't have.
        """
        known = dict(zip(plan.grids["code"].astype(str), plan.grids["grid"].astype(str), strict=True))
        known |= {grid: grid for grid in plan.grids["grid"].astype(str)}
        for row, grid in self.entries["grid"].items():
            if grid not in known:
                raise BadInput(
                    f"{_where(row)}: the plan has no grid '{grid}'; its grids are {_some(sorted(set(known.values())))}"
                )
        return Roster(self.entries.assign(grid=self.entries["grid"].map(known)), self.roles)

    def on(self, day: date | str) -> pd.DataFrame:
        """The terms that run on `day`, ordered by grid, then role as the roles are ordered, then person."""
        when = read_day(day, "the day")
        table = self.entries
        begun = table["from"].map(lambda first: first is None or first <= when)
        open_ = table["to"].map(lambda last: last is None or last >= when)
        running = table[begun.astype(bool) & open_.astype(bool)]
        order = {role.role: number for number, role in enumerate(roles_of(self.roles))}
        return (
            running.assign(_order=running["role"].map(order))
            .sort_values(["grid", "_order", "person", "person_id"], kind="stable", ignore_index=True)
            .drop(columns="_order")
        )

    def holders(self, grid: str, day: date | str) -> pd.DataFrame:
        """Who holds the roles of `grid` on `day`: `role`, `person`, `phone`, `person_id`, `from`, `to`."""
        running = self.on(day)
        columns = ["role", "person", "phone", "person_id", "from", "to"]
        return running.loc[running["grid"] == str(grid), columns].reset_index(drop=True)

    def gaps(self, grids: Plan | Iterable[str], day: date | str) -> pd.DataFrame:
        """The empty places on `day`: one row for each grid and role that nobody holds, with columns `grid` and `role`.

        Parameters
        ----------
        grids
            A plan, or identifiers of grids.
        day
            The day.
        """
        wanted = [str(grid) for grid in (grids.grids["grid"] if hasattr(grids, "grids") else grids)]
        running = self.on(day)
        held = set(zip(running["grid"], running["role"], strict=True))
        empty = [(grid, role.role) for grid in wanted for role in roles_of(self.roles) if (grid, role.role) not in held]
        return pd.DataFrame(empty, columns=["grid", "role"], dtype=object)

    def load(self, day: date | str) -> pd.DataFrame:
        """How many places each person fills on `day`: `person`, `person_id`, `phone`, `places`, `grids`, the busiest first."""
        running = self.on(day)
        table = running.groupby(["person", "person_id", "phone"], as_index=False).agg(
            places=("role", "size"), grids=("grid", "nunique")
        )
        return table.sort_values(["places", "person"], ascending=[False, True], kind="stable", ignore_index=True)

    def _tidy(self, given: pd.DataFrame, roles: Sequence[Role]) -> pd.DataFrame:
        for column in ("grid", "role", "person"):
            if column not in given.columns:
                raise BadInput(
                    f"a roster needs the columns grid, role and person; '{column}' is missing, it has "
                    f"{', '.join(map(str, given.columns))}"
                )
        table = given if given.index.is_unique else given.reset_index(drop=True)
        table = table.reindex(columns=pd.Index(COLUMNS)).astype(object)
        rows = [
            self._row(_where(label), row, roles)
            for label, row in zip(table.index, table.to_dict("records"), strict=True)
        ]
        return pd.DataFrame(rows, index=table.index, columns=pd.Index(COLUMNS), dtype=object)

    def _row(self, where: str, row: dict[Any, Any], roles: Sequence[Role]) -> list[Any]:
        cells = {name: _text(row[name]) for name in ("grid", "role", "person", "phone", "person_id")}
        for name in ("grid", "role", "person"):
            if not cells[name]:
                raise BadInput(f"{where}: {name} is empty; leave out the row of a place that nobody holds")
        role = find_role(roles, cells["role"])
        if role is None:
            raise BadInput(f"{where}: no role '{cells['role']}'; the roles are {', '.join(r.role for r in roles)}")
        first = None if _empty(row["from"]) else read_day(row["from"], f"{where}: from")
        last = None if _empty(row["to"]) else read_day(row["to"], f"{where}: to")
        if first is not None and last is not None and last < first:
            raise BadInput(f"{where}: the term ends on {last}, before it begins on {first}; swap or mend the days")
        return [cells["grid"], role.role, cells["person"], cells["phone"], first, last, cells["person_id"]]

    def _refuse_two_phones(self) -> None:
        first: dict[tuple[str, str], tuple[object, str]] = {}
        for row, term in zip(self.entries.index, self.entries.to_dict("records"), strict=True):
            if not term["phone"]:
                continue
            before, phone = first.setdefault((term["person"], term["person_id"]), (row, term["phone"]))
            if phone != term["phone"]:
                raise BadInput(
                    f"{_where(row)}: {term['person']} has the phone {term['phone']}, but {phone} in row {before}; mend "
                    f"one, or tell two people apart by person_id"
                )

    def _refuse_overlaps(self) -> None:
        for terms in self._alike("grid", "role", "person", "person_id"):
            for before, after in pairwise(sorted(terms, key=lambda term: term.first)):
                if after.first <= before.last:
                    told = self.entries.loc[after.row]
                    raise BadInput(
                        f"{_where(after.row)}: {told['person']} already holds {told['role']} in grid {told['grid']} by row "
                        f"{before.row} at that time; end one term before the other begins"
                    )

    def _refuse_crowds(self) -> None:
        seats = {role.role: role.seats for role in roles_of(self.roles)}
        for terms in self._alike("grid", "role"):
            grid, role = (str(self.entries.at[terms[0].row, name]) for name in ("grid", "role"))
            most = seats[role]
            if most is None:
                continue
            for one in terms:
                there = [other for other in terms if other.first <= one.first <= other.last]
                if len(there) > most:
                    raise BadInput(
                        f"{_where(there[-1].row)}: {len(there)} people hold {role} in grid {grid} at once, "
                        f"which has {most} place{'s' if most > 1 else ''}; end a term before the next begins"
                    )

    def _alike(self, *columns: str) -> Iterable[list[_Term]]:
        """The terms that agree in `columns`, together."""
        found: dict[tuple[Any, ...], list[_Term]] = {}
        table = self.entries
        keys = zip(*(table[name] for name in columns), strict=True)
        for key, row, first, last in zip(keys, table.index, table["from"], table["to"], strict=True):
            found.setdefault(key, []).append(_Term(row, first or date.min, last or date.max))
        return found.values()


class _Term(NamedTuple):
    """A row and its days, the calendar's first and last where it names none."""

    row: Any
    first: date
    last: date


def _where(row: object) -> str:
    return f"roster, row {row}"


def _empty(value: Any) -> bool:
    return value is None or bool(pd.isna(value)) or not str(value).strip()


def _text(value: Any) -> str:
    if _empty(value):
        return ""
    # A spreadsheet keeps the phone 13800000000 as a number.
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value) if whole else value).strip()


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more

"""Terms of office, and what one term may not be beside the others. Pure; by the rules of `gridgeo.rosters`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from gridgeo.rosters import Role
from gridgeo_server.texts import Named, Text, say


@dataclass(frozen=True)
class Term:
    """Somebody in a role in a grid. `term` is its number, None until it is stored; a missing day is no beginning or end."""

    grid: str
    role: str
    person: str
    phone: str = ""
    first: date | None = None
    last: date | None = None
    person_id: str = ""
    term: int | None = None
    revision: int = 1

    @property
    def begins(self) -> date:
        """Its first day; the calendar's where it has none."""
        return date.min if self.first is None else self.first

    @property
    def ends(self) -> date:
        """Its last day; the calendar's where it has none."""
        return date.max if self.last is None else self.last

    def runs_on(self, day: date) -> bool:
        """Whether it holds on `day`."""
        return self.begins <= day <= self.ends

    def meets(self, other: Term) -> bool:
        """Whether both hold on some day."""
        return self.begins <= other.ends and other.begins <= self.ends

    def same_person(self, other: Term) -> bool:
        """Whether both are of one person."""
        return (self.person, self.person_id) == (other.person, other.person_id)

    def values(self) -> dict[str, Any]:
        """What it says, as JSON values: columns as in `gridgeo.rosters.COLUMNS`."""
        return {
            "grid": self.grid,
            "role": self.role,
            "person": self.person,
            "phone": self.phone,
            "from": None if self.first is None else self.first.isoformat(),
            "to": None if self.last is None else self.last.isoformat(),
            "person_id": self.person_id,
        }


def fault_of(new: Term, others: Iterable[Term], roles: Mapping[str, Role]) -> Text | None:
    """What is wrong with `new` beside `others`; None where nothing is.

    Parameters
    ----------
    others
        All terms of its grid and role, and all of its person; itself, by its number, doesn't count.
    roles
        The roles by identifier; the term's own is among them.
    """
    if new.ends < new.begins:
        return say("roster.backwards", first=new.first, last=new.last)
    beside = [one for one in others if one.term is None or one.term != new.term]
    role = roles[new.role]
    held = [one for one in beside if (one.grid, one.role) == (new.grid, new.role) and one.meets(new)]
    for one in held:
        if one.same_person(new):
            told = {"first": one.first or say("roster.begun"), "last": one.last or say("roster.open")}
            return say(
                "roster.overlap", person=one.person, role=named(role), grid=one.grid, term=one.term or "–", **told
            )
    if role.seats is not None and _most_at_once(new, held) >= role.seats:
        return say("roster.full", role=named(role), grid=new.grid, seats=role.seats)
    for one in beside:
        if new.phone and one.phone and one.same_person(new) and one.phone != new.phone:
            return say("roster.two_phones", person=one.person, term=one.term or "–", other=one.phone)
    return None


def named(role: Role) -> Named:
    """A role by its name in both languages."""
    return Named(role.en, role.zh)


def _most_at_once(new: Term, held: list[Term]) -> int:
    """The most of `held` that hold on one day of `new`; it is reached on a day on which one of them, or `new`, begins."""
    days = [new.begins, *(one.begins for one in held if new.begins <= one.begins <= new.ends)]
    return max(sum(one.runs_on(day) for one in held) for day in days)

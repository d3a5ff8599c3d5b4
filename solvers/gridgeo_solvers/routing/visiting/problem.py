"""Doors to call at again and again over many days, and the officers who do it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.errors import BadProblem

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Rhythm:
    """How often each of n doors is called at, and how far apart; days are counted from 0, the first of the plan.

    Visit k of `count` falls on day d(k): d(0) lies in `first_from` … `first_to`, d(k + 1) − d(k) in `least` … `most`, and the
    last in `last_from` … `last_to`. Where visits between are left out, the gap over j steps lies in j·`least` … j·`most`.
    """

    count: Ints
    least: Ints
    most: Ints
    first_from: Ints
    first_to: Ints
    last_from: Ints
    last_to: Ints

    @classmethod
    def once(cls, n: int, days: int) -> Rhythm:
        """One visit to each of `n` doors, on any day."""
        one, end = np.ones(n, dtype=np.int64), np.full(n, days - 1, dtype=np.int64)
        return cls(one, one, end + 1, one * 0, end, one * 0, end)

    def __post_init__(self) -> None:
        sizes = {len(array) for array in vars(self).values()}
        if len(sizes) != 1:
            raise BadProblem("every part of a rhythm has one entry for each door")
        for name, wrong in (("count", self.count < 1), ("least", self.least < 1), ("most", self.most < self.least)):
            if wrong.any():
                door = int(np.flatnonzero(wrong)[0])
                raise BadProblem(
                    f"door {door}: {self.count[door]} visits, {self.least[door]} to {self.most[door]} days apart ({name}); "
                    f"give at least one visit, and gaps of at least one day"
                )


@dataclass(frozen=True)
class Doors:
    """What is called at: n doors.

    Parameters
    ----------
    place
        Shape (n,): position in the table of travel times.
    service
        Shape (n,): seconds of each visit.
    early, late
        Shape (n,): seconds after midnight at which a visit may begin, first and last.
    open
        Shape (n, days): the days on which the door may be called at.
    persons
        Shape (n,): 1, or 2 officers who begin together.
    need
        Shape (n,): skills as bits; two officers have them between them.
    weight
        Shape (n,): how much a visit that is left out weighs, > 0.
    own
        Shape (n,): the officer it prefers, -1 for none.
    may
        Shape (n, m): whether an officer may call here at all.
    rhythm
        How often.
    """

    place: Ints
    service: Floats
    early: Floats
    late: Floats
    open: NDArray[np.bool_]
    persons: Ints
    need: Ints
    weight: Floats
    own: Ints
    may: NDArray[np.bool_]
    rhythm: Rhythm

    def __len__(self) -> int:
        return len(self.place)


@dataclass(frozen=True)
class Officers:
    """Who calls: m officers on some days; times are seconds after midnight.

    Parameters
    ----------
    mode
        Shape (m,): which table of travel times.
    has
        Shape (m,): skills as bits.
    since, until
        Shape (m, days): the shift; nobody works where they are equal.
    start, end
        Shape (m, days): places where the day begins and ends.
    rest, rest_from, rest_to
        Shape (m, days): seconds of a break, and when it begins, first and last; 0 s for none. It is taken where the officer
        stands.
    """

    mode: Ints
    has: Ints
    since: Floats
    until: Floats
    start: Ints
    end: Ints
    rest: Floats
    rest_from: Floats
    rest_to: Floats

    def __len__(self) -> int:
        return len(self.mode)


@dataclass(frozen=True)
class Wishes:
    """What weighs how much, in seconds of travel.

    Parameters
    ----------
    balance
        A day whose work lies x seconds from its share costs ``balance · x² / (2 · shift)``.
    stranger_s
        A visit by an officer other than the door's own.
    left_out_s
        A visit of weight 1 that isn't made.
    """

    balance: float = 1.0
    stranger_s: float = 1800.0
    left_out_s: float = 400_000.0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not value >= 0:
                raise BadProblem(f"{name} is {value}; give 0 or more")


@dataclass(frozen=True)
class VisitingProblem:
    """Doors, officers, and the ways between places.

    Parameters
    ----------
    travel
        Shape (modes, p, p): seconds from place to place; inf where no way leads.
    doors, officers, wishes
        See there.

    Raises
    ------
    BadProblem
        Shapes differ, or a number contradicts another; the message names the field and the door or officer.
    """

    travel: Floats
    doors: Doors
    officers: Officers
    wishes: Wishes = Wishes()

    @property
    def days(self) -> int:
        """Number of days."""
        return int(self.officers.since.shape[1])

    def __post_init__(self) -> None:
        n, m, (modes, p, _) = len(self.doors), len(self.officers), self.travel.shape
        doors, officers = self.doors, self.officers
        shapes = {
            "open": (doors.open, (n, self.days)),
            "may": (doors.may, (n, m)),
            "rhythm": (doors.rhythm.count, (n,)),
            "travel": (self.travel, (modes, p, p)),
        }
        shapes |= {
            name: (getattr(doors, name), (n,)) for name in ("service", "early", "late", "persons", "need", "own")
        }
        shapes |= {name: (getattr(officers, name), (m, self.days)) for name in _OF_DAYS}
        for name, (array, shape) in shapes.items():
            if array.shape != shape:
                raise BadProblem(f"{name} has shape {array.shape}; {n} doors and {m} officers need {shape}")
        if np.isnan(self.travel).any() or (self.travel < 0).any():
            raise BadProblem("a travel time is negative or not a number; use inf where no way leads")
        _refuse(doors.service < 0, "door", "service", doors.service, "a visit takes 0 seconds or more")
        _refuse(doors.early > doors.late, "door", "early", doors.early, "a window ends after it begins")
        _refuse(~(doors.weight > 0), "door", "weight", doors.weight, "give a weight above 0")
        _refuse((doors.persons < 1) | (doors.persons > 2), "door", "persons", doors.persons, "one or two officers call")
        _refuse(
            (officers.since > officers.until).any(axis=1),
            "officer",
            "since",
            officers.since,
            "a shift ends after it begins",
        )
        _refuse((officers.rest < 0).any(axis=1), "officer", "rest", officers.rest, "a break takes 0 seconds or more")


_OF_DAYS = ("since", "until", "start", "end", "rest", "rest_from", "rest_to")


def _refuse(wrong: Any, what: str, name: str, values: NDArray[np.generic], mend: str) -> None:
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise BadProblem(f"{what} {row}: {name} is {values[row]}; {mend}")

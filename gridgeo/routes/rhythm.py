"""The rhythm of a period of patrols: its shifts, who walks in each, and how often each class of street is passed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gridgeo.errors import BadInput
from gridgeo.routes.classes import begin_of_shift, shifts_open
from gridgeo_solvers.routing.period import least_gap


class Passes(NamedTuple):
    """How often something is passed, in which shifts (a sum of 2 ** shift), and shifts from one pass to the next at the most."""

    times: int
    allowed: int
    most: int | None


@dataclass(frozen=True)
class Rhythm:
    """Shifts of `shift_min` minutes that begin at `begins` in turn, `officers` of each grid in each, `times` passes of each
    class of street at `patrol_kmh`.

    Raises
    ------
    BadInput
        A number that makes no sense, more passes of a class than shifts, or beginnings out of order.
    """

    shifts: int
    officers: int
    shift_min: float
    patrol_kmh: float
    times: Mapping[str, int]
    begins: Sequence[str]

    def __post_init__(self) -> None:
        for name in ("shift_min", "patrol_kmh"):
            if not (np.isfinite(getattr(self, name)) and getattr(self, name) > 0):
                raise BadInput(f"{name} is {getattr(self, name)}; give a number above 0")
        for name in ("shifts", "officers"):
            if getattr(self, name) < 1:
                raise BadInput(f"{name} is {getattr(self, name)}; give at least 1")
        for kind, count in self.times.items():
            if not 1 <= count <= self.shifts:
                raise BadInput(
                    f"'{kind}' is to be passed {count} times in {self.shifts} shifts; give 1 to {self.shifts}"
                )
        if not self.begins:
            raise BadInput("begins is empty; give at least one time of day at which shifts begin, e.g. 08:00")
        first = [begin_of_shift(time) for time in self.begins]
        if first != sorted(set(first)):
            raise BadInput(
                f"begins is {', '.join(self.begins)}; give times of day in their order, each once, e.g. 06:00,14:00,22:00"
            )

    def passes(self, most_gap: Mapping[str, int], closed: Mapping[str, Sequence[tuple[str, str]]]) -> dict[str, Passes]:
        """Passes of each class, and of "spots", which tell themselves how often and so have no even gap yet."""
        for option, names in (("a greatest gap", most_gap), ("closed times", closed)):
            for name in names:
                if name not in self.times and name != "spots":
                    known = ", ".join(self.times)
                    raise BadInput(f"{option} of class '{name}', which is none; choose one of {known}, spots")
        passes = {}
        for name, count in self.times.items():
            allowed = self._open(closed, name)
            passes[name] = Passes(count, allowed, self.most_gap(f"'{name}'", count, allowed, most_gap.get(name)))
        return passes | {"spots": Passes(1, self._open(closed, "spots"), most_gap.get("spots"))}

    def most_gap(self, what: str, count: int, allowed: int, most: int | None) -> int:
        """The greatest gap of what is passed `count` times in its open shifts; twice an even one where none is asked for."""
        if count > allowed.bit_count():
            raise BadInput(
                f"{what} is to be passed {count} times, but its closed times leave {allowed.bit_count()} of {self.shifts} "
                "shifts: ask for fewer passes, other closed times or other beginnings of shifts"
            )
        least = least_gap(self.shifts, count, allowed)
        most = max(2 * -(-self.shifts // count), least) if most is None else int(most)
        if most < least:
            raise BadInput(
                f"the greatest gap of {what} is {most} shifts, but {count} passes in {self.shifts} shifts leave one of "
                f"{least} at the least: allow {least}, or ask for more passes"
            )
        return most

    def _open(self, closed: Mapping[str, Sequence[tuple[str, str]]], name: str) -> int:
        return shifts_open(closed.get(name, ()), self.begins, self.shift_min, self.shifts, name)

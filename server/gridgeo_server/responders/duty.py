"""When officers are to be on duty: their shifts and their leave, ``duty.csv`` in the data folder."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from gridgeo.dispatch import Refusal, works_at
from gridgeo.errors import BadInput
from gridgeo.sources import read_csv
from gridgeo_server import lines
from gridgeo_server.clocks.files import minutes

DUTY = "duty.csv"
COLUMNS = {
    "officer": "of `officers.csv`, or of the plan's grids (`officer-GRID`)",
    "kind": "`shift` or `leave`",
    "weekdays": "of a shift: seven figures from Monday, 1 where it is worked; every day where empty",
    "from": "of a shift: when it begins, 08:00",
    "to": "of a shift: when it ends, 18:00; one that ends before it begins goes on into the next day",
    "first_day": "first day on which the row holds; needed of a leave",
    "last_day": "last day on which it holds; of a leave the first day where empty",
}
"""Columns of ``duty.csv``; `officer` and `kind` are needed."""
_LONGEST = 1_000
"""Most days of one leave."""
_AHEAD = 62
"""Days within which it is looked for when somebody is back."""


@dataclass(frozen=True)
class Shift:
    """When somebody works: minutes after midnight, an end beyond 1,440 on the next day; `weekdays` as in the table."""

    from_min: int
    to_min: int
    weekdays: str = "1111111"
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class _Off:
    """Days on which a shift isn't worked."""

    shift: Shift
    leave: Container[date]

    def __contains__(self, day: object) -> bool:
        first, last = self.shift.first_day or date.min, self.shift.last_day or date.max
        return day in self.leave or not (isinstance(day, date) and first <= day <= last)


@dataclass(frozen=True)
class DutyCalendar:
    """Shifts and days of leave by officer. Who has no shift at all is there whenever on duty.

    Parameters
    ----------
    zone
        Whose wall clock the shifts go by.
    """

    zone: ZoneInfo
    shifts: Mapping[str, tuple[Shift, ...]] = field(default_factory=dict)
    leave: Mapping[str, frozenset[date]] = field(default_factory=dict)
    _told: dict[datetime, dict[str, Refusal]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def refusal(self, officer: str, now: datetime) -> Refusal | None:
        """Why somebody isn't to be sent at a moment: on leave, or no shift, and until when; None where nothing speaks against it."""
        code = self._code(officer, now)
        if code is None:
            return None
        back = self._back(officer, now)
        if back is None:
            return Refusal(code, {})
        # The hour says it today, the day where it begins at midnight, both otherwise.
        day = "" if back.date() == now.astimezone(self.zone).date() else f"{back:%Y-%m-%d}"
        hour = "" if day and not (back.hour or back.minute) else f"{back:%H:%M}"
        return Refusal(code, {"at": back, "until": f"{day} {hour}".strip()})

    def _code(self, officer: str, now: datetime) -> Literal["off_shift", "on_leave"] | None:
        here, leave = now.astimezone(self.zone), self.leave.get(officer, frozenset())
        shifts = self.shifts.get(officer)
        if shifts is None:
            return "on_leave" if here.date() in leave else None
        spans = [(here, one.from_min, one.to_min, one.weekdays) for one in shifts]
        if any(works_at(*span, _Off(one, leave))[0] for span, one in zip(spans, shifts, strict=True)):
            return None
        away = here.date() in leave or any(works_at(*span, leave)[1] for span in spans)
        return "on_leave" if away else "off_shift"

    def _back(self, officer: str, now: datetime) -> datetime | None:
        """When somebody who is away is next there, on the wall clock of the zone; None where that isn't within `_AHEAD`."""
        here = now.astimezone(self.zone)
        midnight = here.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        begins = sorted({one.from_min for one in self.shifts.get(officer, ())}) or [0]
        for day in range(_AHEAD):
            for begin in begins:
                at = midnight + timedelta(days=day, minutes=begin)
                if at > here and self._code(officer, at) is None:
                    return at
        return None

    def away(self, now: datetime) -> Mapping[str, Refusal]:
        """Everybody who isn't to be sent at a moment, with the reason; looked up once a minute."""
        minute = now.replace(second=0, microsecond=0)
        found = self._told.get(minute)
        if found is None:
            told = {officer: self.refusal(officer, minute) for officer in {**self.shifts, **self.leave}}
            found = {officer: why for officer, why in told.items() if why is not None}
            self._told.clear()
            self._told[minute] = found
        return found


def duty_of(folder: Path, zone: ZoneInfo, officers: Iterable[str]) -> DutyCalendar:
    """The duty calendar of the town in `folder`; everybody is always there where it has none.

    Raises
    ------
    BadInput
        A row names an officer that there isn't, or can't be used; the message names the line and the mend.
    """
    path, known = folder / DUTY, set(officers)
    shifts: dict[str, tuple[Shift, ...]] = {}
    leave: dict[str, frozenset[date]] = {}
    for line, row in lines.read(read_csv(path, lines=True)) if path.is_file() else []:
        where = f"{path}, line {line}"
        lines.columns(row, COLUMNS, ("officer", "kind"), where)
        officer = lines.text(row, "officer")
        if officer is None or officer not in known:
            raise BadInput(f"{where}: no officer '{officer or ''}'; officers are {', '.join(sorted(known)[:20])}")
        if lines.one_of(row, "kind", ("shift", "leave"), where) == "shift":
            shifts[officer] = (*shifts.get(officer, ()), _shift(row, where))
        else:
            leave[officer] = leave.get(officer, frozenset()) | _leave(row, where)
    return DutyCalendar(zone, shifts, leave)


def _shift(row: Mapping[str, Any], where: str) -> Shift:
    weekdays = lines.text(row, "weekdays") or "1111111"
    if len(weekdays) != 7 or set(weekdays) - {"0", "1"} or "1" not in weekdays:
        raise BadInput(f"{where}: weekdays '{weekdays}' must be seven figures from Monday, as 1111100")
    start, end = (minutes(lines.text(row, name), f"{where}: {name}") for name in ("from", "to"))
    first, last = _days(row, where)
    return Shift(start, end if end > start else end + 1_440, weekdays, first, last)


def _leave(row: Mapping[str, Any], where: str) -> frozenset[date]:
    first, last = _days(row, where)
    if first is None:
        raise BadInput(f"{where}: first_day is empty; a leave begins on a day, written as 2026-10-01")
    days = ((last or first) - first).days
    if days >= _LONGEST:
        raise BadInput(f"{where}: the leave lasts {days + 1} days; give at most {_LONGEST}")
    return frozenset(first + timedelta(days=day) for day in range(days + 1))


def _days(row: Mapping[str, Any], where: str) -> tuple[date | None, date | None]:
    first, last = lines.day(row, "first_day", where), lines.day(row, "last_day", where)
    if first and last and last < first:
        raise BadInput(f"{where}: last_day {last} comes before first_day {first}; swap or mend the days")
    return first, last

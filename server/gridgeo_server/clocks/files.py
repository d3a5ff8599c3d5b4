"""The working calendar of a town: ``calendar.json`` in the data folder."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gridgeo.errors import BadInput
from gridgeo.sources.texts import read_json
from gridgeo_server.clocks.calendar import Calendar

CALENDAR = "calendar.json"
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FIELDS = {
    "zone": "time zone of the wall clock, e.g. Asia/Shanghai; the setting `time_zone` where left out",
    "work_time": 'spans of work on a working day, `[["08:00", "12:00"], ["14:00", "18:00"]]` where left out',
    "weekend": 'days of the week without work, `["saturday", "sunday"]` where left out',
    "holidays": 'days without work, `"2026-10-01"`, or spans of them, `{"from": "2026-10-01", "to": "2026-10-07"}`',
    "workdays": "make-up workdays, written like holidays",
}
"""What `calendar.json` may hold; every field may be left out."""
_LONGEST = 366


def calendar_of(folder: Path, time_zone: str) -> Calendar:
    """The calendar of the town in `folder`; 08–12 and 14–18 from Monday to Friday where it has no file of its own.

    Raises
    ------
    BadInput
        A field of the file can't be used; the message names it and the mend.
    """
    path = folder / CALENDAR
    return calendar_from(read_json(path) if path.is_file() else {}, str(path), time_zone)


def calendar_from(given: Any, file: str, time_zone: str = "UTC") -> Calendar:
    """A calendar of JSON values with the fields of `FIELDS`.

    Examples
    --------
    >>> town = calendar_from({"zone": "Asia/Shanghai", "workdays": ["2026-10-10"]}, "calendar.json")
    >>> town.works_on(date(2026, 10, 10)), town.works_on(date(2026, 10, 11))
    (True, False)
    """
    if not isinstance(given, dict):
        raise BadInput(f"{file}: must be an object with {', '.join(FIELDS)}")
    if unknown := sorted(set(given) - set(FIELDS)):
        raise BadInput(f"{file}: unknown field '{unknown[0]}'; known are {', '.join(FIELDS)}")
    days = {name: _days(given.get(name, []), f"{file}: {name}") for name in ("holidays", "workdays")}
    work_time = given.get("work_time", [["08:00", "12:00"], ["14:00", "18:00"]])
    weekend = given.get("weekend", ["saturday", "sunday"])
    try:
        return Calendar(
            zone=zone_of(given.get("zone", time_zone), f"{file}: zone"),
            work_time=tuple(_span(one, f"{file}: work_time") for one in _list(work_time, f"{file}: work_time")),
            weekend=frozenset(_weekday(one, f"{file}: weekend") for one in _list(weekend, f"{file}: weekend")),
            **days,
        )
    except BadInput as error:
        raise error if str(error).startswith(file) else BadInput(f"{file}: {error}") from None


def doubt(calendar: Calendar, longitude: float) -> str | None:
    """What to tell whoever starts a server whose work time may be that of another place; None where nothing is odd.

    Examples
    --------
    >>> doubt(calendar_from({}, "calendar.json"), 121.5).split(";")[0]
    'work time is counted in UTC, though noon is about 04:00 UTC here'
    >>> doubt(calendar_from({"zone": "Asia/Shanghai"}, "calendar.json"), 121.5)
    """
    hours = longitude / 15
    if calendar.zone.key != "UTC" or abs(hours) <= 1:
        return None
    noon = round(12 - hours) % 24
    return (
        f"work time is counted in UTC, though noon is about {noon:02d}:00 UTC here; name the town's time zone by the setting"
        f" GRIDGEO_TIME_ZONE, or as zone in {CALENDAR}, e.g. Asia/Shanghai"
    )


def zone_of(name: Any, where: str) -> ZoneInfo:
    """The time zone called `name`; `BadInput` where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, TypeError, ValueError, OSError):
        raise BadInput(f"{where}: unknown time zone {name!r}; write it as Asia/Shanghai") from None


def _list(given: Any, where: str) -> list[Any]:
    if not isinstance(given, list):
        raise BadInput(f"{where} must be a list")
    return given


def _span(given: Any, where: str) -> tuple[int, int]:
    if not isinstance(given, list) or len(given) != 2:
        raise BadInput(f'{where}: {given!r} is no span; write it as ["08:00", "12:00"]')
    start, end = (minutes(one, where) for one in given)
    if start >= end:
        raise BadInput(f"{where}: the span from {given[0]} to {given[1]} ends before it begins")
    return start, end


def minutes(given: Any, where: str) -> int:
    """Minutes after midnight of a time of day, written as 08:00."""
    hours, colon, rest = given.partition(":") if isinstance(given, str) else ("", "", "")
    if colon and len(rest) == 2 and (hours + rest).isascii() and (hours + rest).isdigit():
        total = 60 * int(hours) + int(rest)
        if int(rest) < 60 and total <= 1_440:
            return total
    raise BadInput(f"{where}: {given!r} is no time of day; write it as 08:00, midnight at the end as 24:00")


def _weekday(given: Any, where: str) -> int:
    if given not in WEEK:
        raise BadInput(f"{where}: {given!r} is no day of the week; write {', '.join(WEEK)}")
    return WEEK.index(given)


def _days(given: Any, where: str) -> frozenset[date]:
    found: set[date] = set()
    for one in _list(given, where):
        if isinstance(one, dict) and set(one) == {"from", "to"}:
            first, last = _day(one["from"], where), _day(one["to"], where)
            if not timedelta(0) <= last - first <= timedelta(days=_LONGEST):
                raise BadInput(f"{where}: the span from {first} to {last} must last 1 to {_LONGEST} days")
            found.update(first + timedelta(days=n) for n in range((last - first).days + 1))
        else:
            found.add(_day(one, where))
    return frozenset(found)


def _day(given: Any, where: str) -> date:
    try:
        return date.fromisoformat(given)
    except (TypeError, ValueError):
        raise BadInput(f"{where}: {given!r} is no day; write it as 2026-10-01") from None

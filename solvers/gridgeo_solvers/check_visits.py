"""A judge of plans of visits. It shares no code with the solvers and trusts nothing that they say of their answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

_EPS = 1e-3
"""Seconds."""


class Call(NamedTuple):
    """A stop as it is claimed: visit `number` of `door` by `officer` on `day`; seconds after midnight of begin and leaving."""

    officer: int
    day: int
    door: int
    number: int
    begin: float
    leave: float


class Day(NamedTuple):
    """An officer's day as it is claimed: start and end, seconds after midnight; `rest` is the begin of the break, or None."""

    officer: int
    day: int
    start: float
    end: float
    rest: float | None


def visit_faults(
    *,
    doors: Mapping[str, Any],
    officers: Mapping[str, Any],
    travel: Any,
    calls: Sequence[Call],
    days: Sequence[Day],
    left_out: Sequence[tuple[int, int]],
) -> list[str]:
    """What is wrong with a plan of visits, in words; an empty list where nothing is.

    Parameters
    ----------
    doors
        Arrays over doors by name: place, service, early, late, open (doors × days), persons, need (bits of skills), may
        (doors × officers), count, least, most, first_from, first_to, last_from, last_to.
    officers
        Arrays over officers: mode, has; and over officers × days: since, until, start, end, rest, rest_from, rest_to.
    travel
        Seconds by mode, place, place.
    calls
        Every stop of every officer: a visit of two officers is two calls.
    days
        Every officer's day on which there is a stop.
    left_out
        Door and number of the visits that the plan says it doesn't make.
    """
    faults: list[str] = []
    by_day: dict[tuple[int, int], list[Call]] = defaultdict(list)
    by_door: dict[int, dict[int, list[Call]]] = defaultdict(lambda: defaultdict(list))
    for call in calls:
        by_day[call.officer, call.day].append(call)
        by_door[call.door][call.number].append(call)
    claimed = {(day.officer, day.day): day for day in days}
    if len(claimed) != len(days):
        faults.append("an officer has two tours on one day")
    faults += [f"officer {a} has stops on day {d}, but no tour" for a, d in by_day if (a, d) not in claimed]
    for key, day in claimed.items():
        faults += _day_faults(
            doors, officers, np.asarray(travel), day, sorted(by_day[key], key=lambda call: call.begin)
        )
    missing = set()
    for door, number in left_out:
        if (door, number) in missing:
            faults.append(f"door {door}, visit {number} is left out twice")
        missing.add((door, number))
    for door in range(len(doors["count"])):
        faults += _door_faults(doors, officers, door, by_door[door], {k for x, k in missing if x == door})
    return faults


def _day_faults(
    doors: Mapping[str, Any], officers: Mapping[str, Any], travel: Any, day: Day, calls: list[Call]
) -> list[str]:
    a, d = day.officer, day.day
    who = f"officer {a}, day {d}"
    faults = []
    since, until = float(officers["since"][a][d]), float(officers["until"][a][d])
    if not until > since:
        return [f"{who}: works without a shift"]
    if day.start < since - _EPS or day.end > until + _EPS:
        faults.append(f"{who}: from {day.start:.0f} to {day.end:.0f}, outside the shift {since:.0f} to {until:.0f}")
    rest = float(officers["rest"][a][d])
    first, last = max(float(officers["rest_from"][a][d]), since), min(float(officers["rest_to"][a][d]), until - rest)
    # Who is done before the break must begin, or has nothing to do before it may, needs none.
    spans = any(call.leave > last + _EPS for call in calls) and any(call.begin < first - _EPS for call in calls)
    due = rest > 0 and first <= last and (spans or day.rest is not None)
    if due and day.rest is None:
        faults.append(f"{who}: has no break")
    if due and day.rest is not None and not first - _EPS <= day.rest <= last + _EPS:
        faults.append(f"{who}: rests at {day.rest:.0f}, outside {first:.0f} to {last:.0f}")
    resting = rest if due and day.rest is not None else 0.0
    ways = travel[int(officers["mode"][a])]
    here, clock, rested = int(officers["start"][a][d]), day.start, not resting
    for call in calls:
        there = int(doors["place"][call.door])
        way = float(ways[here][there])
        if not rested and day.rest is not None and day.rest + _EPS < call.begin:
            # The break is taken before this stop, where the officer stood.
            if day.rest < clock - _EPS:
                faults.append(f"{who}: rests at {day.rest:.0f} while at work until {clock:.0f}")
            clock, rested = day.rest + resting, True
        if call.begin < clock + way - _EPS:
            faults.append(
                f"{who}: begins at door {call.door} at {call.begin:.0f}, can't be there before {clock + way:.0f}"
            )
        if call.leave < call.begin + float(doors["service"][call.door]) - _EPS:
            faults.append(f"{who}: leaves door {call.door} after {call.leave - call.begin:.0f} s")
        clock, here = call.leave, there
    if not rested and day.rest is not None:
        if day.rest < clock - _EPS:
            faults.append(f"{who}: rests at {day.rest:.0f} while at work until {clock:.0f}")
        clock = day.rest + resting
    home = clock + float(ways[here][int(officers["end"][a][d])])
    if day.end < home - _EPS:
        faults.append(f"{who}: claims to end at {day.end:.0f}, can't be back before {home:.0f}")
    return faults


def _door_faults(
    doors: Mapping[str, Any],
    officers: Mapping[str, Any],
    door: int,
    visits: Mapping[int, list[Call]],
    missing: set[int],
) -> list[str]:
    faults = []
    count = int(doors["count"][door])
    for number in range(count):
        if (number in visits) == (number in missing):
            state = "made and said to be left out" if number in visits else "neither made nor said to be left out"
            faults.append(f"door {door}, visit {number} of {count}: {state}")
    faults += [f"door {door} has a visit {number}, but only {count} are due" for number in visits if number >= count]
    for number, calls in sorted(visits.items()):
        faults += [f"door {door}, visit {number}: {fault}" for fault in _visit_faults(doors, officers, door, calls)]
    return faults + [f"door {door}: {fault}" for fault in _rhythm_faults(doors, door, visits)]


def _visit_faults(doors: Mapping[str, Any], officers: Mapping[str, Any], door: int, calls: list[Call]) -> list[str]:
    faults = []
    persons = int(doors["persons"][door])
    if len(calls) != persons or len({call.officer for call in calls}) != persons:
        faults.append(f"{len(calls)} calls by officers {sorted(call.officer for call in calls)}; {persons} should call")
    if len({(call.day, round(call.begin, 3)) for call in calls}) > 1:
        faults.append("the officers don't begin together")
    has = 0
    for call in calls:
        has |= int(officers["has"][call.officer])
        if not doors["may"][door][call.officer]:
            faults.append(f"officer {call.officer} may not call here")
        if not doors["open"][door][call.day]:
            faults.append(f"is made on day {call.day}, when the door is closed")
        if not float(doors["early"][door]) - _EPS <= call.begin <= float(doors["late"][door]) + _EPS:
            faults.append(
                f"begins at {call.begin:.0f}, outside the window {doors['early'][door]:.0f} to {doors['late'][door]:.0f}"
            )
    if has & int(doors["need"][door]) != int(doors["need"][door]):
        faults.append(f"needs skills {int(doors['need'][door]):b}, the officers have {has:b}")
    return faults


def _rhythm_faults(doors: Mapping[str, Any], door: int, visits: Mapping[int, list[Call]]) -> list[str]:
    about = {name: int(doors[name][door]) for name in _RHYTHM}
    made = sorted((number, calls[0].day) for number, calls in visits.items() if calls)
    if not made:
        return []
    faults = []
    for (number, day), (later, next_day) in pairwise(made):
        steps = later - number
        if not steps * about["least"] <= next_day - day <= steps * about["most"]:
            faults.append(
                f"visits {number} and {later} lie {next_day - day} days apart, not {steps * about['least']} to "
                f"{steps * about['most']}"
            )
    number, day = made[0]
    if not about["first_from"] + number * about["least"] <= day <= about["first_to"] + number * about["most"]:
        faults.append(f"visit {number}, the first, is made on day {day}, too early or too late")
    number, day = made[-1]
    left = about["count"] - 1 - number
    if not about["last_from"] - left * about["most"] <= day <= about["last_to"] - left * about["least"]:
        faults.append(f"visit {number}, the last, is made on day {day}, too early or too late")
    return faults


_RHYTHM = ("count", "least", "most", "first_from", "first_to", "last_from", "last_to")

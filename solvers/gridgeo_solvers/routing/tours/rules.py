"""What a routing problem must keep to make sense, asked before anything is solved."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.errors import BadProblem

if TYPE_CHECKING:
    from gridgeo_solvers.routing.tours.problem import Tours

MOST_DAYS = 62
"""Days that fit into one set of days."""


def normal_fields(p: Tours) -> dict[str, Any]:
    """The fields of `p` in the types that its class promises, those left out filled in."""
    entry, leave = _table("entry", p.entry), _table("exit", p.exit)
    if entry.shape != leave.shape or entry.shape[1] not in (1, 2):
        raise BadProblem(f"entry has shape {entry.shape} and exit {leave.shape}: both need (tasks, 1 or 2 modes)")
    n, m = entry.shape
    days, depot = _whole("days", p.days), _whole("depot", p.depot)
    if not 1 <= days <= MOST_DAYS:
        raise BadProblem(f"days is {days}: give 1 to {MOST_DAYS}")
    service = np.zeros(n) if p.service is None else np.asarray(_numbers("service", p.service))
    patterns = [[1 << day for day in range(days)]] * n if p.patterns is None else p.patterns
    starts, ends = p.starts, p.ends
    given = [len(np.atleast_1d(places)) for places in (starts, ends) if places is not None]
    fleet = p.vehicles if p.vehicles is not None else given[0] if given else n
    return {
        "travel": _numbers("travel", p.travel),
        "entry": entry,
        "exit": leave,
        "depot": depot,
        "demand": np.zeros(n) if p.demand is None else _numbers("demand", p.demand),
        "capacity": _daily("capacity", _numbers("capacity", np.inf if p.capacity is None else p.capacity), days),
        "service": np.repeat(service[:, None], m, axis=1) if service.ndim == 1 else service,
        "minutes": np.zeros(n) if p.minutes is None else _numbers("minutes", p.minutes),
        "modes": np.full(n, m) if p.modes is None else _wholes("modes", p.modes),
        "days": days,
        "patterns": tuple(
            tuple(_whole(f"a pattern of task {task}", mask) for mask in sets) for task, sets in enumerate(patterns)
        ),
        "vehicles": _daily("vehicles", _wholes("vehicles", fleet), days),
        "longest": _daily("longest", _numbers("longest", np.inf if p.longest is None else p.longest), days),
        "starts": None if not given else _places("starts", starts, given[0], depot),
        "ends": None if not given else _places("ends", ends, given[0], depot),
    }


def refuse_contradictions(p: Tours) -> None:
    """Refuse what has no meaning; the message names field and task. What no route can do is refused by `solve`."""
    places = len(p.travel)
    if p.n < 1:
        raise BadProblem("entry is empty: there is no task to serve")
    if p.travel.shape != (places, places):
        raise BadProblem(f"travel has shape {p.travel.shape}: it must be square, a row and a column for each place")
    if np.isnan(p.travel).any() or (p.travel < 0).any():
        a, b = (int(i) for i in np.argwhere(~(p.travel >= 0))[0])
        raise BadProblem(f"travel from place {a} to {b} is {p.travel[a, b]}: it must not be negative (inf: no way)")
    for field, length in (("demand", p.n), ("minutes", p.n), ("modes", p.n), ("patterns", p.n), ("service", p.n)):
        if len(getattr(p, field)) != length:
            raise BadProblem(f"{field} has {len(getattr(p, field))} items for {length} tasks: give one for each")
    if p.names is not None and len(p.names) != p.n:
        raise BadProblem(f"names has {len(p.names)} items for {p.n} tasks: give one for each")
    if p.service.shape != p.entry.shape:
        raise BadProblem(f"service has shape {p.service.shape}, entry {p.entry.shape}: give one cost for each mode")
    for field in ("demand", "minutes", "service"):
        rows = getattr(p, field).reshape(p.n, -1)
        bad = np.flatnonzero(~(np.isfinite(rows) & (rows >= 0)).all(axis=1))
        if len(bad):
            raise BadProblem(
                f"{field} of {p.task_name(int(bad[0]))} is {rows[bad[0]].tolist()}: it must be finite and ≥ 0"
            )
    bad = np.flatnonzero((p.modes < 1) | (p.modes > p.entry.shape[1]))
    if len(bad):
        raise BadProblem(
            f"modes of {p.task_name(int(bad[0]))} is {p.modes[bad[0]]}: entry and exit have {p.entry.shape[1]} column(s)"
        )
    for field in ("entry", "exit"):
        read = np.arange(p.entry.shape[1])[None, :] < p.modes[:, None]
        bad = np.flatnonzero((read & ((getattr(p, field) < 0) | (getattr(p, field) >= places))).any(axis=1))
        if len(bad):
            raise BadProblem(
                f"{field} of {p.task_name(int(bad[0]))} is {getattr(p, field)[bad[0]].tolist()}: travel has {places} places"
            )
    for field in ("depot", "starts", "ends"):
        ports = getattr(p, field)
        if ports is not None and ((np.asarray(ports) < 0) | (np.asarray(ports) >= places)).any():
            raise BadProblem(f"{field} is {ports}: travel has places 0 to {places - 1}")
    _refuse_limits(p)
    _refuse_patterns(p)


def _refuse_limits(p: Tours) -> None:
    for field in ("capacity", "vehicles", "longest"):
        limits = getattr(p, field)
        bad = np.flatnonzero(~(limits >= 0))
        if len(bad):
            raise BadProblem(f"{field} of day {bad[0]} is {limits[bad[0]]}: it must not be negative")
    if p.starts is not None and (p.vehicles != len(p.starts)).any():
        raise BadProblem(f"vehicles is {p.vehicles.tolist()}, but starts and ends are given for {len(p.starts)}")


def _refuse_patterns(p: Tours) -> None:
    for task, sets in enumerate(p.patterns):
        if not sets:
            raise BadProblem(
                f"patterns of {p.task_name(task)} is empty: give at least one set of days it may be visited on"
            )
        for mask in sets:
            if not 0 < mask < 1 << p.days:
                raise BadProblem(
                    f"patterns of {p.task_name(task)} has {mask}: a set of days is a sum of 2 ** day, day 0 to {p.days - 1}"
                )


def _numbers(field: str, values: Any) -> NDArray[np.float64]:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise BadProblem(f"{field} must be an array of numbers, not {values!r}") from None


def _wholes(field: str, values: Any) -> NDArray[np.int64]:
    numbers = _numbers(field, values)
    if not (numbers == np.rint(numbers)).all():
        raise BadProblem(f"{field} must be whole numbers, not {values!r}")
    return numbers.astype(np.int64)


def _whole(field: str, value: Any) -> int:
    try:
        return operator.index(value)
    except TypeError:
        raise BadProblem(f"{field} is {value!r}: it must be a whole number") from None


def _table(field: str, values: Any) -> NDArray[np.int64]:
    table = _wholes(field, values)
    if table.ndim not in (1, 2):
        raise BadProblem(f"{field} has shape {table.shape}: it needs a row for each task, a column for each mode")
    return table[:, None] if table.ndim == 1 else table


def _daily(field: str, values: NDArray[Any], days: int) -> NDArray[Any]:
    """One number for each day."""
    if values.ndim and values.shape != (days,):
        raise BadProblem(f"{field} has shape {values.shape}: give one number, or one for each of {days} days")
    return np.broadcast_to(values, (days,)).copy()


def _places(field: str, values: Any, vehicles: int, depot: int) -> NDArray[np.int64]:
    places = np.full(vehicles, depot) if values is None else np.atleast_1d(_wholes(field, values))
    if places.shape != (vehicles,):
        raise BadProblem(f"{field} has {len(places)} places for {vehicles} vehicles: give one for each")
    return places

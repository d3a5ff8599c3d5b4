"""The problem as the search reads it."""

from __future__ import annotations

from typing import Any, get_type_hints

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.routing.visiting.problem import VisitingProblem
from gridgeo_solvers.routing.visiting.state import Bools, Facts, Floats, Ints

NEAR = 40
"""Nearest doors that a step may reach for."""


def facts_of(problem: VisitingProblem) -> Facts:
    """The problem as the search reads it."""
    doors, officers, rhythm = problem.doors, problem.officers, problem.doors.rhythm
    works = officers.until > officers.since
    slot = np.full(works.shape, -1, dtype=np.int64)
    slot[works] = np.arange(works.sum())
    officer, day = np.nonzero(works)
    since, until = officers.since[works], officers.until[works]
    rest_from = np.maximum(officers.rest_from[works], since)
    rest_to = np.minimum(officers.rest_to[works], until - officers.rest[works])
    rest = np.where(rest_from <= rest_to, officers.rest[works], 0.0)
    span = until - since
    load = float((rhythm.count * doors.persons * doors.service).sum())
    found = Facts(
        travel=problem.travel,
        place=doors.place,
        service=doors.service,
        early=doors.early,
        late=doors.late,
        open=doors.open,
        persons=doors.persons,
        need=doors.need,
        weight=doors.weight * problem.wishes.left_out_s,
        own=doors.own,
        may=doors.may,
        fit=_fit(problem),
        visits=rhythm.count,
        least=rhythm.least,
        most=rhythm.most,
        first_from=rhythm.first_from,
        first_to=rhythm.first_to,
        last_from=rhythm.last_from,
        last_to=rhythm.last_to,
        near=_nearest(problem.travel[0], doors.place),
        visit=np.concatenate([[0], np.cumsum(rhythm.count)]).astype(np.int64),
        door=np.repeat(np.arange(len(doors)), rhythm.count),
        slot=slot,
        has=officers.has,
        officer=officer.astype(np.int64),
        day=day.astype(np.int64),
        mode=officers.mode[officer],
        since=since,
        until=until,
        start=officers.start[works],
        end=officers.end[works],
        rest=rest,
        rest_from=rest_from,
        rest_to=rest_to,
        share=span * (load / max(span.sum(), 1.0)),
        steep=problem.wishes.balance / (2.0 * span),
        stranger=problem.wishes.stranger_s,
    )
    return Facts(*(_plain(value, kind) for value, kind in zip(found, get_type_hints(Facts).values(), strict=True)))


def _plain(value: Any, kind: Any) -> Any:
    """`value` in the one form of its kind: the search is compiled anew for arrays that are read-only or of other numbers."""
    if kind is float:
        return float(value)
    numbers = {Floats: np.float64, Ints: np.int64, Bools: np.bool_}[kind]
    return np.require(value, numbers, ["C", "W"])


def _fit(problem: VisitingProblem) -> NDArray[np.bool_]:
    """Who may call and has the skills, alone or, where two go, together with some other who may."""
    doors, has = problem.doors, problem.officers.has
    need = doors.need[:, None]
    fit = doors.may & (has[None] & need == need)
    for door in np.flatnonzero(doors.persons == 2):
        pair = ((has[:, None] | has[None]) & doors.need[door] == doors.need[door]) & doors.may[door]
        np.fill_diagonal(pair, False)
        fit[door] = doors.may[door] & pair.any(axis=1)
    return fit


def _nearest(travel: NDArray[np.float64], place: NDArray[np.int64]) -> NDArray[np.int64]:
    between = travel[np.ix_(place, place)]
    between = between + between.T
    np.fill_diagonal(between, -1.0)
    return np.argsort(between, axis=1, kind="stable")[:, :NEAR].astype(np.int64)

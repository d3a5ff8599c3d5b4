"""Indicators of a period, each a condition on cases and their events: what counts a case is what opens it.

Standing at the end of the period, a case is *pending* while it waits to be handled, shelved ones included, and *handled* once it
was handled within the period and not sent back. *Due* are cases whose time was up within the period, *closed* those at which
nothing is left to do: closed, refused, withdrawn or merged. Opening + new − closed = carried over, always, for a case that is
carried over is one that was open or became so, and was not closed.

What a case's time was, when it was handled, and whose and of what kind it was are told as they stood at the end of the period: an
extension, a transfer or a reopening of later doesn't change what is past. A case that was transferred within the period counts, in
all figures of it, where it came to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import add
from typing import Any

import sqlalchemy as sa

from gridgeo_server.cases.filters import NONE, Condition
from gridgeo_server.cases.model import FINISHED
from gridgeo_server.errors import BadRequest
from gridgeo_server.store import tables
from gridgeo_server.store.instants import Instant
from gridgeo_server.texts import say

FIGURES = {
    "reported": "reported in the period",
    "filed": "filed in the period",
    "verified_of_filed": "of those filed, verified",
    "closed_of_filed": "of those filed, closed (结案) by its end",
    "handled": "handled in the period and not sent back by its end",
    "pending": "waiting to be handled at its end",
    "to_handle": "to be handled (应处置): handled + pending",
    "due": "their time was up in the period",
    "on_time": "of those due, handled before their time was up",
    "verdicts": "checked in the period, whatever the verdict",
    "reworked": "sent back by a check in the period",
    "opening": "open at the beginning",
    "new": "reported or reopened in the period",
    "closed": "closed, refused, withdrawn or merged by its end",
    "carried_over": "open at the end: opening + new − closed",
}
"""Figure → what it counts."""

RATES = {
    "on_time_rate": ("on_time", "due"),
    "handling_rate": ("handled", "to_handle"),
    "closing_rate": ("closed_of_filed", "filed"),
    "rework_rate": ("reworked", "verdicts"),
    "verified_rate": ("verified_of_filed", "filed"),
}
"""Rate → the figure above the line and the one below it; n/a where that is 0."""

GROUPS = {"grid": "grid", "area": "area", "department": "department", "officer": "responder", "category": "category"}
"""What figures are told by → column of the cases, and filter of the list of cases."""
_NAMED = ("report", "transfer")
"""Actions that say of what kind a case is, and whose department's."""
_SENDS, _RECALLS = "dispatch", ("report", "accept", "return", "decline", "time_out", "transfer", "unmerge", "reopen")
"""The action after which an officer has a case, and those after which nobody has it."""

_DONE = ("handled", "checked", *FINISHED)
VOID = ("refused", "withdrawn", "merged", "shelved")
"""Stages at whose end nothing was due."""
_TIMED = ("report", "extend", "transfer", "unshelve", "reopen")
"""Actions that set a case's time."""
_BITS = {name: 1 << bit for bit, name in enumerate(("handle", "self_handle", "check", "rework", "reopen", "unmerge"))}
_LONGEST = timedelta(days=3_660)


@dataclass(frozen=True)
class Period:
    """From one moment to another, which is no longer part of it."""

    start: datetime
    end: datetime


def period(start: datetime | None, end: datetime | None, now: datetime) -> Period:
    """A period: the 30 days before its end, and this very moment its last one, where they aren't given.

    Raises
    ------
    BadRequest
        It ends before it begins, is longer than ten years, or lies centuries away.
    """
    end = now + timedelta(milliseconds=1) if end is None else end
    if not all(1900 <= moment.year <= 2200 for moment in (start or end, end)):
        raise BadRequest(say("figures.far"), "from" if start is not None else "to")
    start = end - timedelta(days=30) if start is None else start
    if end <= start:
        raise BadRequest(say("figures.backwards"), "to")
    if end - start > _LONGEST:
        raise BadRequest(say("figures.too_long"), "from")
    return Period(start, end)


def condition(figure: str, period: Period, now: datetime) -> Condition:
    """Which cases a figure counts.

    Raises
    ------
    BadRequest
        There is no such figure.
    """
    if figure not in FIGURES:
        raise BadRequest(say("figures.unknown", figure=figure, known=", ".join(FIGURES)), "figure")
    return sa.and_(_within_reach(period), _conditions(_facts(period, now), period, now)[figure])


def counted(
    connection: sa.Connection, by: str | None, period: Period, now: datetime, where: Sequence[Condition] = ()
) -> dict[str, dict[str, int]]:
    """Figures of each group that has cases; of all cases together, under the empty name, where `by` is None.

    `where` are conditions on the cases that are counted.
    """
    facts = _facts(period, now)
    key = sa.literal("") if by is None else _group(GROUPS[by], period, now)
    each = sa.select(key.label("key"), *(value.label(name) for name, value in facts.items()))
    # Materialised: each fact is looked up once for each case, not once for each figure that speaks of it.
    one = each.where(_within_reach(period), *where).cte("one").prefix_with("MATERIALIZED")
    told = _conditions({name: one.c[name] for name in facts}, period, now)
    sums = [sa.func.count().filter(held).label(name) for name, held in told.items()]
    rows = connection.execute(sa.select(one.c.key, *sums).group_by(one.c.key))
    return {str(row.key): {name: int(row._mapping[name]) for name in FIGURES} for row in rows}


def of_groups(given: Mapping[str, str | None], period: Period, now: datetime) -> list[Condition]:
    """Cases that belong, in the period, to these groups: column of the cases → value, `NONE` where it has none."""
    return [_group(column, period, now) == value for column, value in given.items() if value is not None]


def rates(figures: Mapping[str, int | None]) -> dict[str, float | None]:
    """Rates of figures, four digits; None (n/a) without a base.

    Examples
    --------
    >>> rates({name: 0 for name in FIGURES} | {"filed": 203, "closed_of_filed": 189})["closing_rate"]
    0.931
    """
    found: dict[str, float | None] = {}
    for rate, (above, below) in RATES.items():
        part, whole = figures[above], figures[below]
        found[rate] = None if not whole or part is None else round(part / whole, 4)
    return found


def _group(column: str, period: Period, now: datetime) -> Any:
    """What a `column` of a case held at the end of the period; `NONE` where that was nothing."""
    event, held = tables.events.c, tables.cases.c[column]
    if period.end > now or column not in ("category", "department", "responder"):
        return sa.func.coalesce(held, NONE)
    told = event.data[column].as_string()
    if column == "responder":
        sent = event.action == _SENDS
        found = _newest(sa.case((sent, told), else_=NONE), period.end, sa.or_(sent, event.action.in_(_RECALLS)))
    else:
        known = sa.func.json_type(event.data, f"$.{column}").is_not(None)  # older stores don't tell the department
        found = _newest(sa.func.coalesce(told, NONE), period.end, event.action.in_(_NAMED), known)
    return sa.func.coalesce(found, held, NONE)


def _within_reach(period: Period) -> Condition:
    """Cases that can have to do with the period: none reported later, none that was over and due before."""
    table = tables.cases
    late = sa.or_(table.c.closed_at.is_(None), table.c.closed_at >= period.start, table.c.due_at >= period.start)
    return sa.and_(table.c.reported_at < period.end, late)


def _facts(period: Period, now: datetime) -> dict[str, Any]:
    """What is to be known of a case: from its row, and from its events in and before the period."""
    table = tables.cases
    # Nothing happens after this moment: the row says how the case stands.
    past = period.end <= now
    return {
        **{name: table.c[name] for name in ("reported_at", "filed_at", "verified_at")},
        "due_at": _due_at(period.end) if past else table.c.due_at,
        "handled_at": _handled_at(period.end) if past else table.c.handled_at,
        "stage_first": _stage_at(period.start),
        "stage_last": _stage_at(period.end) if past else table.c.stage,
        "deeds": _deeds(period),
    }


def _conditions(f: Mapping[str, Any], period: Period, now: datetime) -> dict[str, Any]:
    start, end = period.start, period.end

    def within(name: str, until: datetime = end) -> Any:
        return sa.and_(f[name].is_not(None), f[name] >= start, f[name] < until)

    def did(*actions: str) -> Any:
        return f["deeds"].bitwise_and(sum(_BITS[action] for action in actions)) != 0

    def is_open(moment: datetime, stage: str) -> Any:
        return sa.and_(f["reported_at"] < moment, f[stage].not_in(FINISHED))

    opening, carried = is_open(start, "stage_first"), is_open(end, "stage_last")
    again = sa.and_(f["reported_at"] < start, ~opening, sa.or_(carried, did("reopen", "unmerge")))
    new = sa.or_(within("reported_at"), again)
    done = f["stage_last"].in_(("handled", "checked", "closed"))
    handled = sa.and_(did("handle", "self_handle"), done)
    pending = sa.and_(f["reported_at"] < end, f["stage_last"].not_in(_DONE))
    due = sa.and_(within("due_at", min(end, now)), f["stage_last"].not_in(VOID))
    return {
        "reported": within("reported_at"),
        "filed": within("filed_at"),
        "verified_of_filed": sa.and_(within("filed_at"), f["verified_at"].is_not(None)),
        "closed_of_filed": sa.and_(within("filed_at"), f["stage_last"] == "closed"),
        "handled": handled,
        "pending": pending,
        "to_handle": sa.or_(handled, pending),
        "due": due,
        "on_time": sa.and_(due, done, f["handled_at"].is_not(None), f["handled_at"] <= f["due_at"]),
        "verdicts": did("check", "rework"),
        "reworked": did("rework"),
        "opening": opening,
        "new": new,
        "closed": sa.and_(sa.or_(opening, new), ~carried),
        "carried_over": carried,
    }


def _stage_at(moment: datetime) -> Any:
    """The stage of a case before `moment`; the empty text where it wasn't reported yet."""
    return sa.func.coalesce(_newest(tables.events.c.stage, moment), "")


def _due_at(moment: datetime) -> Any:
    """When the time of a case was up, as it was known before `moment`."""
    event = tables.events.c
    told = event.data["clock"]["due_at"].as_string()
    newest = _newest(told, moment, event.action.in_(_TIMED), told.is_not(None))
    # Older stores don't tell the time in their events.
    return sa.func.coalesce(sa.type_coerce(newest, Instant), tables.cases.c.due_at, type_=Instant)


def _handled_at(moment: datetime) -> Any:
    """When a case was last handled before `moment`."""
    event = tables.events.c
    return _newest(event.at, moment, event.action.in_(("handle", "self_handle")))


def _newest(told: Any, moment: datetime, *which: Any) -> Any:
    """What the newest of some events of a case before `moment` tells."""
    event, case = tables.events.c, tables.cases.c
    query = sa.select(told).where(event.case == case.case, event.at < moment, *which)
    return query.order_by(event.seq.desc()).limit(1).scalar_subquery()


def _deeds(period: Period) -> Any:
    """What was done with a case within the period, a bit for each of the actions that figures ask for."""
    event, case = tables.events.c, tables.cases.c
    bits = [bit * sa.func.max(sa.case((event.action == action, 1), else_=0)) for action, bit in _BITS.items()]
    within = (event.case == case.case, event.at >= period.start, event.at < period.end)
    return sa.func.coalesce(sa.select(reduce(add, bits)).where(*within).scalar_subquery(), 0)

"""Which areas a step is taken for: some now, others later, and never so that a grid is cut."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

import sqlalchemy as sa

from gridgeo.plans.plan import Plan
from gridgeo.register.areas import lineages
from gridgeo_server.errors import BadRequest, Clash
from gridgeo_server.plans import calendar as calendars
from gridgeo_server.plans import store
from gridgeo_server.plans.calendar import Calendar
from gridgeo_server.plans.codes import check_codes
from gridgeo_server.plans.drawn import areas_of_grids
from gridgeo_server.plans.model import PlanRecord, Step
from gridgeo_server.town import Town


def areas_of_town(town: Town) -> tuple[str, ...]:
    """The deepest areas that units lie in, sorted: those in which the register counts."""
    return tuple(sorted(set(town.jurisdiction.units["area"].astype(str))))


def expanded(town: Town, areas: Iterable[str], field: str = "areas") -> tuple[str, ...]:
    """The deepest areas under `areas`, which may be of any level and were asked for in `field`.

    Raises
    ------
    BadRequest
        There is no such area, or no unit lies in it.
    """
    line, deepest = lineages(town.jurisdiction), areas_of_town(town)
    found: set[str] = set()
    for area in areas:
        if area not in line:
            raise BadRequest(f"no area '{area}'; areas with units are {_some(deepest)}", field)
        under = {one for one in deepest if area in line[one]}
        if not under:
            raise BadRequest(f"no unit lies in the area '{area}'; areas with units are {_some(deepest)}", field)
        found |= under
    return tuple(sorted(found))


def chosen_areas(
    connection: sa.Connection, town: Town, record: PlanRecord, step: Step, areas: tuple[str, ...], day: date | None
) -> tuple[str, ...]:
    """The areas in which `step` begins to hold on `day`; none for a step that concerns the whole plan.

    Raises
    ------
    BadRequest, Clash
        An area doesn't exist or isn't asked for; the plan is in force there already; a grid would be cut; a code is
        another grid's.
    """
    if areas and not step.by_area:
        raise BadRequest(f"a plan becomes {step.to} as a whole; leave the areas out", "areas")
    if day is None:
        return ()
    calendar = calendars.read(connection)
    if step.to == "retired":
        return _held_by(calendar, record.plan, day)
    plan = store.load(connection, town.jurisdiction, town.units_hash, record)
    taken = {one.area for one in calendar.of_plan(record.plan)}
    wanted = expanded(town, areas) if areas else tuple(one for one in areas_of_town(town) if one not in taken)
    again = sorted(set(wanted) & taken)
    if again:
        raise Clash(f"plan {record.plan} is already registered in area '{again[0]}'; leave it out")
    if not wanted:
        raise Clash(f"plan {record.plan} is in force in every area; nothing is left")
    check_whole(plan, set(wanted), record.plan)
    check_pieces(connection, town, calendar.with_start(wanted, record.plan, day), record.plan, wanted, day)
    check_codes(connection, calendar, record.plan, set(wanted), day)
    return wanted


def _held_by(calendar: Calendar, plan: str, day: date) -> tuple[str, ...]:
    """Areas in which `plan` would be in force on `day`.

    Raises
    ------
    Clash
        It is registered to begin somewhere after that day.
    """
    own = calendar.of_plan(plan)
    later = [one for one in own if one.since > day]
    if later:
        raise Clash(
            f"plan {plan} comes into force in area '{later[0].area}' on {later[0].since}; retire it on a later date"
        )
    return tuple(one.area for one in own if one.covers(day))


def check_pieces(
    connection: sa.Connection, town: Town, calendar: Calendar, plan: str, areas: Collection[str], since: date
) -> None:
    """Of `plan` and of those that `calendar` ever has in force in `areas` no grid may be in pieces, on `since` or later.

    Raises
    ------
    Clash
        The message names the grid and the areas that it lies in.
    """
    checked: set[tuple[str, frozenset[str]]] = set()
    plans: dict[str, Plan | None] = {}
    # A plan may lose some of its areas in `areas` without being in force there any more.
    near = {plan, *(one.plan for area in areas for one in calendar.rows.get(area, ()))}
    for day in [since, *(day for day in calendar.days if day > since)]:
        held: dict[str, set[str]] = {}
        for area, name in calendar.on(day).items():
            if name in near:
                held.setdefault(name, set()).add(area)
        for name, own in sorted(held.items()):
            if (name, frozenset(own)) in checked:
                continue
            checked.add((name, frozenset(own)))
            if name not in plans:
                record = store.get(connection, name)
                # Drawn on other units, its areas can't be told apart any more.
                usable = record.units_hash == town.units_hash
                plans[name] = store.load(connection, town.jurisdiction, town.units_hash, record) if usable else None
            drawn = plans[name]
            if drawn is not None:
                check_whole(drawn, own, name)


def check_whole(plan: Plan, areas: Collection[str], name: str) -> None:
    """Raise `Clash` where a grid of `plan` lies both inside and outside of `areas`."""
    for grid, lies_in in sorted(areas_of_grids(plan).items()):
        inside = lies_in & set(areas)
        if inside and lies_in - set(areas):
            raise Clash(
                f"grid {grid} of plan {name} lies in the areas {_some(sorted(lies_in))}: "
                "they come into force together, or the grid would be cut"
            )


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - 8} more" if len(listed) > 8 else ""
    return ", ".join(listed[:8]) + more

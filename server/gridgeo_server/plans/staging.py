"""Which areas a step is taken for: some now, others later, and never so that a grid is cut."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa

from gridgeo.plans.plan import Plan
from gridgeo_server.errors import BadRequest, Clash
from gridgeo_server.plans import register, store
from gridgeo_server.plans.drawn import areas_of_grids
from gridgeo_server.plans.model import PlanRecord, Step
from gridgeo_server.town import Town


def areas_of_town(town: Town) -> tuple[str, ...]:
    """The deepest areas that units lie in, sorted: those in which the register counts."""
    return tuple(sorted(set(town.jurisdiction.units["area"].astype(str))))


def expanded(town: Town, areas: Iterable[str]) -> tuple[str, ...]:
    """The deepest areas under `areas`, which may be of any level.

    Raises
    ------
    BadRequest
        There is no such area, or no unit lies in it.
    """
    tree = town.jurisdiction.areas
    parents = dict(zip(tree["area"].astype(str), tree["parent"], strict=True))
    deepest = areas_of_town(town)
    found: set[str] = set()
    for area in areas:
        if area not in parents:
            raise BadRequest(f"no area '{area}'; areas with units are {_some(deepest)}", "areas")
        under = {one for one in deepest if area in _line(one, parents)}
        if not under:
            raise BadRequest(f"no unit lies in the area '{area}'; areas with units are {_some(deepest)}", "areas")
        found |= under
    return tuple(sorted(found))


def chosen_areas(
    connection: sa.Connection, town: Town, record: PlanRecord, step: Step, areas: tuple[str, ...], day: date | None
) -> tuple[str, ...]:
    """The areas in which `step` begins to hold on `day`; none for a step that concerns the whole plan.

    Raises
    ------
    BadRequest, Clash
        An area doesn't exist or isn't asked for; the plan is in force there already; a grid would be cut.
    """
    if areas and not step.by_area:
        raise BadRequest(f"a plan becomes {step.to} as a whole; leave the areas out", "areas")
    if day is None:
        return ()
    if step.to == "retired":
        return _held_by(connection, record.plan, day)
    plan = store.load(connection, town.jurisdiction, town.units_hash, record)
    taken = {one.area for one in register.periods(connection) if one.plan == record.plan}
    wanted = expanded(town, areas) if areas else tuple(one for one in areas_of_town(town) if one not in taken)
    again = sorted(set(wanted) & taken)
    if again:
        raise Clash(f"plan {record.plan} is already registered in area '{again[0]}'; leave it out")
    if not wanted:
        raise Clash(f"plan {record.plan} is in force in every area; nothing is left")
    _check_whole(plan, set(wanted), record.plan)
    _check_others(connection, town, set(wanted), day)
    return wanted


def _held_by(connection: sa.Connection, plan: str, day: date) -> tuple[str, ...]:
    """Areas in which `plan` would be in force on `day`.

    Raises
    ------
    Clash
        It is registered to begin somewhere after that day.
    """
    own = [one for one in register.periods(connection) if one.plan == plan]
    later = [one for one in own if one.since > day]
    if later:
        raise Clash(
            f"plan {plan} comes into force in area '{later[0].area}' on {later[0].since}; retire it on a later date"
        )
    return tuple(one.area for one in own if one.covers(day))


def _check_others(connection: sa.Connection, town: Town, wanted: set[str], day: date) -> None:
    """Of the plans that are in force until then no grid may be left in pieces."""
    until_now = register.in_force(connection, day)
    for name in sorted({plan for area, plan in until_now.items() if area in wanted}):
        record = store.get(connection, name)
        if record.units_hash != town.units_hash:
            continue  # drawn on other units: its areas can't be told apart any more
        plan = store.load(connection, town.jurisdiction, town.units_hash, record)
        held = {area for area, other in until_now.items() if other == name}
        _check_whole(plan, wanted & held, name)


def _check_whole(plan: Plan, areas: set[str], name: str) -> None:
    for grid, lies_in in sorted(areas_of_grids(plan).items()):
        inside = lies_in & areas
        if inside and lies_in - areas:
            raise Clash(
                f"grid {grid} of plan {name} lies in the areas {_some(sorted(lies_in))}: "
                "they come into force together, or the grid would be cut"
            )


def _line(area: str, parents: dict[str, object]) -> list[str]:
    """`area` and everything above it."""
    line: list[str] = []
    here: object = area
    while isinstance(here, str) and here not in line:
        line.append(here)
        here = parents.get(here)
    return line


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - 8} more" if len(listed) > 8 else ""
    return ", ".join(listed[:8]) + more

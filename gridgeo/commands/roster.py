"""`gridgeo roster`: judge a roster of officers, and list the places that stand empty on a day."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gridgeo.commands.options import Json, PlanFile, Town
from gridgeo.terminal import show

if TYPE_CHECKING:
    from gridgeo.rosters import Role

Roles = Annotated[str, typer.Option(help="Roles of a grid: seven, two, or a table role,en,zh[,seats].")]


def roster(
    town: Town,
    plan: PlanFile,
    roster_file: Annotated[
        Path,
        typer.Argument(
            help="Table grid,role,person[,phone,from,to,person_id]: .csv, .xlsx or .gpkg.", metavar="ROSTER"
        ),
    ],
    on: Annotated[str | None, typer.Option(help="Day, e.g. 2027-01-01; today if not set.")] = None,
    roles: Roles = "seven",
    as_json: Json = False,
) -> None:
    """Check a roster against a plan and list its empty places on a day; exit 2 if a row can't be used."""
    from gridgeo.plans.files import read_plan
    from gridgeo.rosters import read_roster
    from gridgeo.rosters.dates import read_day
    from gridgeo.sources import read_jurisdiction

    day = date.today() if on is None else read_day(on, "--on")
    drawn = read_plan(plan, read_jurisdiction(town))
    wanted = roles_from(roles)
    officers = read_roster(roster_file, roles=wanted, plan=drawn)
    gaps, load = officers.gaps(drawn, day), officers.load(day)
    named = {role.role: role for role in wanted}
    places = len(drawn.grids) * len(wanted)
    result = {
        "day": str(day),
        "places": places,
        "filled": places - len(gaps),
        "empty": len(gaps),
        "people": len(load),
        "people_with_several_places": int((load["places"] > 1).sum()),
    }
    codes = drawn.identities["code"]
    table = [
        {
            "grid": str(codes[grid]),
            "role": str(role),
            "en": named[str(role)].en,
            "zh": named[str(role)].zh,
        }
        for grid, role in gaps.itertuples(index=False)
    ]
    show(result, as_json, table, title="Empty places")


def roles_from(text: str) -> tuple[Role, ...]:
    """The roles that an option names: a preset, or a file."""
    from gridgeo.rosters import PRESETS, read_roles, roles_of

    return read_roles(text) if text not in PRESETS and Path(text).suffix else roles_of(text)

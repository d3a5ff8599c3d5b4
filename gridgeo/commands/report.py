"""`gridgeo report`: a page for the screen, and the paper of a plan that people sign."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from gridgeo.commands.options import Json, PlanFile, Town
from gridgeo.commands.roster import Roles, roles_from
from gridgeo.errors import BadInput
from gridgeo.terminal import show


class _Reports(TyperGroup):
    """`gridgeo report TOWN PLAN` without a kind makes the page, as it did before there were several kinds."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the kind in front where none is named."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["page", *args]
        return super().parse_args(ctx, args)


report_app = typer.Typer(help="Write reports of a plan.", no_args_is_help=True, cls=_Reports)


@report_app.command()
def page(
    town: Town,
    plan: PlanFile,
    output: Annotated[Path, typer.Option("-o", "--output", help="Page to write (.html).")],
    patrols: Annotated[Path | None, typer.Option(help="Patrol routes to add.")] = None,
    visit_rounds: Annotated[Path | None, typer.Option("--visits", help="Visit rounds to add.")] = None,
    lang: Annotated[str, typer.Option(help="en or zh.")] = "en",
    as_json: Json = False,
) -> None:
    """Write a plan's figures and map as one page that needs no internet; 'gridgeo report TOWN PLAN' does the same."""
    from gridgeo.plans.files import read_plan
    from gridgeo.reports import write_report
    from gridgeo.routes import read_routes
    from gridgeo.sources import read_jurisdiction

    drawn = read_plan(plan, read_jurisdiction(town))
    routes = [read_routes(path) for path in (patrols, visit_rounds) if path is not None]
    write_report(drawn, output, routes=routes, lang=lang)
    show({"file": str(output)}, as_json)


@report_app.command("plan")
def plan_(
    town: Town,
    plan: PlanFile,
    output: Annotated[
        list[Path], typer.Option("-o", "--output", help="File to write, .pdf or .html; repeat it for both.")
    ],
    before: Annotated[Path | None, typer.Option(help="Plan that this one replaces: what changes is shown.")] = None,
    lang: Annotated[str, typer.Option(help="en, zh or both.")] = "en",
    roster: Annotated[Path | None, typer.Option(help="Officers: .csv, .xlsx or .gpkg.")] = None,
    roles: Roles = "seven",
    on: Annotated[
        str | None, typer.Option(help="Day of the roster, e.g. 2027-01-01; --effective, --dated or today if not set.")
    ] = None,
    cards: Annotated[bool, typer.Option("--cards", help="Add a contact card for each grid.")] = False,
    cards_per_page: Annotated[int, typer.Option(min=1, max=2, help="Contact cards on a page.")] = 2,
    board: Annotated[str | None, typer.Option(help="Address of the live board, for the cards' QR codes.")] = None,
    number: Annotated[str, typer.Option(help="Number of the plan, e.g. P-2026-001.")] = "",
    replaces: Annotated[str, typer.Option(help="Number of the plan that it replaces.")] = "",
    state: Annotated[
        str, typer.Option(help="draft, proposed, consulted, approved, 'in force' or retired, or other words.")
    ] = "",
    dated: Annotated[str | None, typer.Option(help="Day of the paper.")] = None,
    effective: Annotated[str | None, typer.Option(help="Day from which the plan is in force.")] = None,
    approvals: Annotated[
        Path | None,
        typer.Option(help="Table step[,name,office,date,note] for the signatures; four blank ones if not set."),
    ] = None,
    exceptions: Annotated[
        Path | None, typer.Option(help="Table grid,what,reason[,agreed] of accepted departures from the rules.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the paper of a plan that people sign: maps, balance, register of grids, changes, approvals, contact cards."""
    from gridgeo.plans.files import read_plan
    from gridgeo.reports import Cards, Heading, read_approvals, read_departures, report_plan
    from gridgeo.rosters import read_roster
    from gridgeo.sources import read_jurisdiction

    if board is not None and not cards:
        raise BadInput("--board is for the QR codes of contact cards; add --cards")
    place = read_jurisdiction(town)
    drawn = read_plan(plan, place)
    heading = Heading(number, replaces, state, _day(dated, "--dated"), _day(effective, "--effective"))
    day = _day(on, "--on") or heading.effective or heading.dated or (date.today() if roster else None)
    files = report_plan(
        drawn,
        out=output,
        before=None if before is None else read_plan(before, place),
        lang=lang,
        roster=None if roster is None else read_roster(roster, roles=roles_from(roles), plan=drawn),
        day=day,
        approvals=() if approvals is None else read_approvals(approvals),
        exceptions=() if exceptions is None else read_departures(exceptions),
        heading=heading,
        cards=Cards(cards_per_page if cards else 0, board),
    )
    told = {"file": str(files[0])} if len(files) == 1 else {"files": [str(file) for file in files]}
    show(told | {"number": number or None, "hash": drawn.fingerprint()}, as_json)


@report_app.command()
def rounds(
    town: Town,
    plan: PlanFile,
    routes: Annotated[
        Path,
        typer.Argument(help="Rounds that 'gridgeo visits' made (.gpkg).", metavar="VISITS.gpkg", show_default=False),
    ],
    output: Annotated[
        list[Path], typer.Option("-o", "--output", help="File to write, .pdf or .html; repeat it for both.")
    ],
    officer: Annotated[
        list[str] | None,
        typer.Option(help="Officer whose rounds are printed; may be repeated. Everybody's if not set."),
    ] = None,
    on: Annotated[str | None, typer.Option(help="Day to print, e.g. 2026-12-01; every day if not set.")] = None,
    lang: Annotated[str, typer.Option(help="en, zh or both.")] = "en",
    as_json: Json = False,
) -> None:
    """Write rounds of visits for print: a page for each officer and day, with a map, times and boxes to tick."""
    from gridgeo.plans.files import read_plan
    from gridgeo.reports import report_rounds
    from gridgeo.routes import read_routes
    from gridgeo.sources import read_jurisdiction

    drawn = read_plan(plan, read_jurisdiction(town))
    files = report_rounds(
        drawn, read_routes(routes), out=output, officers=officer or (), day=_day(on, "--on"), lang=lang
    )
    show({"files": [str(file) for file in files]}, as_json)


def _day(text: str | None, what: str) -> date | None:
    from gridgeo.rosters.dates import read_day

    return None if text is None else read_day(text, what)

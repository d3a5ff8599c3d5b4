"""`gridgeo visits`: rounds to a list of doors, for a day or for a month, and changes to them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gridgeo.commands.options import Json, Mode, PlanFile, Seed, Shift, Town, rows
from gridgeo.commands.unserved import tell_unserved
from gridgeo.errors import BadInput
from gridgeo.terminal import progress, show

if TYPE_CHECKING:
    import pandas as pd

    from gridgeo.plans.plan import Plan
    from gridgeo.routes.tables import Routes
    from gridgeo.routes.visiting import VisitPlan


def visits(
    town: Town,
    plan: PlanFile,
    doors: Annotated[
        Path,
        typer.Argument(help="Table door,lon,lat,minutes[,every,last,from,to,weekdays,skills,…].", metavar="VISITS.csv"),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "-o", "--output", help="Routes file to write (.gpkg, .geojson; with --from also .gpx, .ics, .csv)."
        ),
    ],
    officers: Annotated[
        Path | None,
        typer.Option(help="Table officer[,grid,from,to,weekdays,leave,skills,…]; officers of each grid if not set."),
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", help="First day, e.g. 2026-12-01: plan over days, with dates.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, help="Days to plan, from the first one on.")] = 28,
    mode: Mode = "foot",
    shift: Shift = 240.0,
    shift_from: Annotated[str, typer.Option(help="Time of day at which the shift begins, HH:MM.")] = "08:00",
    rounds: Annotated[
        int | None,
        typer.Option(
            min=1, help="Most rounds for a grid; as many as the doors need if not set. With --from: its officers, 1."
        ),
    ] = None,
    borders: Annotated[str, typer.Option(help="kept: officers stay in their grids; open: they may cross.")] = "kept",
    join: Annotated[
        bool, typer.Option(help="Make one stop of the tasks at one door (a table with a column task).")
    ] = True,
    compare: Annotated[
        bool, typer.Option("--compare", help="Plan task by task as well, and tell what joining saves.")
    ] = False,
    change: Annotated[
        Path | None, typer.Option(help="Plan made before (.gpkg), to be mended from --now on.", metavar="OLD.gpkg")
    ] = None,
    now: Annotated[
        str | None, typer.Option(help="Moment of the change, e.g. '2026-12-03 10:30'; what began before is kept.")
    ] = None,
    sick: Annotated[
        list[str] | None, typer.Option(help="Officer who drops out for the rest of the day; may be repeated.")
    ] = None,
    closed: Annotated[
        list[str] | None, typer.Option(help="Door that stays closed for the rest of the day; may be repeated.")
    ] = None,
    urgent: Annotated[Path | None, typer.Option(help="Table of visits to be made today.", metavar="URGENT.csv")] = None,
    seed: Seed = 0,
    jobs: Annotated[int, typer.Option(min=1, help="Processes; the answer is the same for any number.")] = 1,
    as_json: Json = False,
) -> None:
    """Plan visit rounds to a list of doors: a day, or with --from a month, within windows and shifts."""
    from gridgeo.plans.files import read_plan
    from gridgeo.routes.visiting.writing import write_visits
    from gridgeo.routes.writing import OWN, check_ending
    from gridgeo.sources import read_csv, read_jurisdiction

    check_ending(output)
    drawn = read_plan(plan, read_jurisdiction(town))
    table = read_csv(doors)
    if first is None:
        alone = {
            "--officers": officers,
            "--change": change,
            "--now": now,
            "--sick": sick,
            "--closed": closed,
            "--urgent": urgent,
            "--compare": compare,
            "--borders": borders != "kept",
            f"-o {output}": output.suffix.lower() in OWN,
        }
        _refuse(alone, "needs a first day: add --from, e.g. --from 2026-12-01")
        if "task" in table.columns:
            raise BadInput(f"{doors}: tasks are joined in plans with a first day: add --from, e.g. --from 2026-12-01")
        routes = _one_day(drawn, table, mode, shift, shift_from, rounds, seed)
        write_visits(routes, output)
        tell_unserved(routes)
        show(routes.figures() | {"file": str(output)}, as_json, rows(routes.summary()))
        return
    if compare and not (join and "task" in table.columns and change is None):
        raise BadInput(
            "--compare plans task by task as well: give a table with a column task, without --no-join or --change"
        )
    options = {"mode": mode, "shift_min": shift, "shift_from": shift_from, "each": rounds or 1, "borders": borders}
    crew = None if officers is None else read_csv(officers)
    told: dict[str, Any] = {}
    if change is not None:
        made = _changed(
            drawn, table, crew, change, now, sick, closed, urgent, options | {"start": first, "days": days}, join
        )
    else:
        _refuse(
            {"--now": now, "--sick": sick, "--closed": closed, "--urgent": urgent}, "mends a plan: name it by --change"
        )
        made = _planned(drawn, table, crew, first, days, options, join, seed, jobs)
        if compare:
            from gridgeo.routes.visiting.tasks import saved

            apart = _planned(drawn, table, crew, first, days, options, False, seed, jobs)
            told = {"joined": saved(apart.routes, made.routes)}
    write_visits(made.routes, output)
    tell_unserved(made.routes)
    figures = _figures(made.routes) | told | {"file": str(output)}
    show(figures, as_json, rows(_by_officer(made.routes)))


def _figures(routes: Any) -> dict[str, Any]:
    """A plan of days in a few numbers: what it takes, not its objective, in which left out visits have a high price."""
    names = ("from", "days", "doors", "not_due", "visits", "travel_min", "work_min", "least_day_min", "most_day_min")
    told = {name: value for name, value in routes.figures().items() if name not in ("objective", "bound", "gap")}
    return told | {name: routes.meta[name] for name in (*names, "continuity", "replanned") if name in routes.meta}


def _refuse(options: dict[str, Any], why: str) -> None:
    for name, value in options.items():
        if value:
            raise BadInput(f"{name} {why}")


def _one_day(
    drawn: Plan, table: pd.DataFrame, mode: str, shift: float, shift_from: str, rounds: int | None, seed: int
) -> Routes:
    from gridgeo.routes import visit_routes

    with progress() as observer:
        return visit_routes(
            drawn, table, mode=mode, shift_min=shift, shift_from=shift_from, rounds=rounds, seed=seed, progress=observer
        )


def _planned(
    drawn: Plan,
    table: pd.DataFrame,
    crew: pd.DataFrame | None,
    first: str,
    days: int,
    options: dict[str, Any],
    join: bool,
    seed: int,
    jobs: int,
) -> VisitPlan:
    from gridgeo.rosters.dates import read_day
    from gridgeo.routes.visiting import plan_visits
    from gridgeo_solvers.processes import helpers

    with helpers(jobs, "gridgeo_solvers.routing.visiting") as executor, progress() as observer:
        return plan_visits(
            drawn,
            table,
            crew,
            start=read_day(first, "--from"),
            days=days,
            join=join,
            seed=seed,
            progress=observer,
            executor=executor,
            **options,
        )


def _changed(
    drawn: Plan,
    table: pd.DataFrame,
    crew: pd.DataFrame | None,
    change: Path,
    now: str | None,
    sick: list[str] | None,
    closed: list[str] | None,
    urgent: Path | None,
    options: dict[str, Any],
    join: bool,
) -> VisitPlan:
    from gridgeo.rosters.dates import read_day
    from gridgeo.routes.tables import read_routes
    from gridgeo.routes.visiting import plan_again, replan
    from gridgeo.sources import read_csv

    if now is None:
        raise BadInput("--change needs --now, the moment of the change, e.g. --now '2026-12-03 10:30'")
    try:
        moment = datetime.fromisoformat(now)
    except ValueError:
        raise BadInput(f"--now '{now}' is no moment; write '2026-12-03 10:30'") from None
    options["start"] = read_day(options["start"], "--from")
    made = plan_again(drawn, table, crew, read_routes(change), join=join, **options)
    return replan(
        made,
        now=moment,
        sick=sick or (),
        closed=closed or (),
        urgent=None if urgent is None else read_csv(urgent),
        plan=drawn,
    )


def _by_officer(routes: Routes) -> pd.DataFrame:
    table = routes.routes.groupby("officer").agg(
        days=("date", "nunique"), stops=("stops", "sum"), minutes=("minutes", "sum"), length_m=("length_m", "sum")
    )
    return table.round({"minutes": 0, "length_m": 0}).reset_index()

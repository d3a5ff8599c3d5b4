"""The `gridgeo` command. Exit status: 0 done, 1 failed, 2 bad usage or input, 3 no feasible answer.

Other packages add commands through the entry-point group ``gridgeo.commands``: a function that is given the
typer application.
"""

from __future__ import annotations

import os
import sys
import traceback
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any

import typer

from gridgeo import __version__
from gridgeo.bench import bench_app
from gridgeo.commands.collect import collect
from gridgeo.commands.compare import compare
from gridgeo.commands.coverage import coverage
from gridgeo.commands.dispatch import dispatch, simulate
from gridgeo.commands.exchange import export, import_plan
from gridgeo.commands.identity import crosswalk, number
from gridgeo.commands.options import (
    Barriers,
    Json,
    PlanFile,
    Town,
    deviations,
    read_place,
)  # fmt: skip
from gridgeo.commands.partition import partition
from gridgeo.commands.patrol import patrol
from gridgeo.commands.redraw import redraw
from gridgeo.commands.report import report_app
from gridgeo.commands.roster import roster
from gridgeo.commands.sites import sites
from gridgeo.commands.solve import solve_app
from gridgeo.commands.visits import visits
from gridgeo.errors import BadInput, NoFeasiblePlan, NotInstalled, told
from gridgeo.terminal import err, out, progress, show
from gridgeo_solvers.errors import BadProblem, Infeasible

app = typer.Typer(
    name="gridgeo",
    help="Draw balanced grids, route patrols and visits over real streets, and serve them on a live map.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(solve_app, name="solve")
app.add_typer(bench_app, name="bench")
app.add_typer(report_app, name="report")


@app.callback(invoke_without_command=True)
def _main(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        out.print(f"gridgeo {__version__}")
        raise typer.Exit


@app.command("import")
def import_(
    source: Annotated[
        Path, typer.Argument(help="OpenStreetMap extract (.osm.pbf, .osm, .osm.gz) or a folder of layers.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Jurisdiction file to write (.gpkg, or a folder).")],
    boundary: Annotated[Path | None, typer.Option(help="Outline of the jurisdiction, any vector file.")] = None,
    households: Annotated[
        str, typer.Option(help="'estimate', or a table building|unit|lon,lat + households.")
    ] = "estimate",
    levels: Annotated[str | None, typer.Option(help="Names of administrative levels, e.g. 8=town,10=quarter.")] = None,
    as_json: Json = False,
) -> None:
    """Make a jurisdiction from a map: boundary, areas, units, buildings, streets, barriers."""
    from gridgeo.importing import import_osm
    from gridgeo.sources import read_households, read_jurisdiction, read_layer, write_jurisdiction

    table = None if households == "estimate" else read_households(households)
    outline = None if boundary is None else read_layer(boundary)
    if source.is_dir():
        town = read_jurisdiction(source)
    else:
        with progress() as observer:
            town = import_osm(source, boundary=outline, households=table, levels=_levels(levels), progress=observer)
    write_jurisdiction(town, output)
    show(_town_figures(town) | {"file": str(output)}, as_json)


app.command()(partition)
app.command()(redraw)


@app.command()
def check(town: Town, plan: PlanFile, barriers: Barriers = None, as_json: Json = False) -> None:
    """Judge a plan by every hard rule it was drawn by; exit 3 if one is broken."""
    from gridgeo.plans.files import read_plan
    from gridgeo.plans.judging import RULES
    from gridgeo.plans.judging import check as judge

    place = read_place(town, barriers)
    drawn = read_plan(plan, place)
    verdict = judge(place, drawn)
    faults = [{"rule": f.rule, "grid": f.grid, "text": f.text} for f in verdict.faults]
    broken = {fault.rule for fault in verdict.faults}
    result = {rule.replace(" ", "_"): "broken" if rule in broken else "holds" for rule in RULES}
    show({"ok": verdict.ok} | result | deviations(drawn), as_json, faults, title="Broken rules")
    if not verdict.ok:
        raise typer.Exit(3)


app.command()(compare)


app.command()(crosswalk)
app.command()(number)


app.command()(patrol)
app.command()(visits)


app.command()(coverage)
app.command()(sites)
app.command()(collect)


app.command()(dispatch)
app.command()(simulate)


app.command("import-plan")(import_plan)
app.command()(export)
app.command()(roster)


def _levels(text: str | None) -> dict[str, str] | None:
    if text is None:
        return None
    rules: dict[str, str] = {}
    for rule in text.split(","):
        number, sign, name = rule.partition("=")
        if not sign or not number.strip().isdigit() or not name.strip():
            raise BadInput(f"--levels {text}: write ADMIN_LEVEL=NAME pairs, e.g. 8=town,10=quarter")
        rules[number.strip()] = name.strip()
    return rules


def _town_figures(town: Any) -> dict[str, Any]:
    return {
        "jurisdiction": town.name,
        "levels": ", ".join(town.levels()),
        "areas": len(town.areas),
        "units": len(town.units),
        "parts": int(town.units["part"].nunique()),
        "buildings": len(town.buildings),
        "households": int(town.units["households"].sum()),
        "imputed": float((town.buildings["imputed"] != "none").mean()) if len(town.buildings) else 0.0,
        "area_km2": float(town.units["area_m2"].sum() / 1e6),
        "streets_km": float(town.road_edges.drop_duplicates("street")["length_m"].sum() / 1e3),
        "barriers": len(town.barriers),
        "places": len(town.places),
    }


def main() -> None:
    """Run the command; every error becomes one clear message and an exit status."""
    for point in entry_points(group="gridgeo.commands"):
        try:
            register = point.load()
        except ModuleNotFoundError:
            continue  # its extra, e.g. gridgeo[server], isn't installed: the command isn't offered
        register(app)
    try:
        app(standalone_mode=True)
    except (BadInput, BadProblem) as error:
        err.print(f"gridgeo: {error}", soft_wrap=True, markup=False)
        sys.exit(2)
    except (NoFeasiblePlan, Infeasible) as error:
        err.print("gridgeo: no feasible plan", soft_wrap=True, markup=False)
        for reason in told(error.reasons, error.conflict, error.causes):
            err.print(f"  - {reason}", soft_wrap=True, markup=False)
        sys.exit(3)
    except NotInstalled as error:
        err.print(f"gridgeo: {error}", soft_wrap=True, markup=False)
        sys.exit(1)
    except KeyboardInterrupt:
        err.print("gridgeo: stopped")
        sys.exit(1)
    except Exception as error:
        if os.environ.get("GRIDGEO_DEBUG"):
            traceback.print_exc()
        err.print(f"gridgeo: {type(error).__name__}: {error}", soft_wrap=True, markup=False)
        err.print("this is a fault of gridgeo; set GRIDGEO_DEBUG=1 to see where, and please report it", markup=False)
        sys.exit(1)

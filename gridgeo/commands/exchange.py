"""`gridgeo import-plan` and `gridgeo export`: plans from and to the files of others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gridgeo.commands.options import CarryOver, Json, OldTown, PlanFile, Town, plan_figures, rows
from gridgeo.errors import BadInput
from gridgeo.terminal import err, show

SHOWN = 5
"""Findings of each kind that are listed at the terminal; the report holds all of them."""


def import_plan(
    town: Town,
    file: Annotated[
        Path,
        typer.Argument(
            help="Plan of others: .csv .xlsx .gpkg .geojson .shp .parquet .fgb, units with their grid or grid polygons.",
            metavar="FILE",
        ),
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Plan file to write; not needed with --dry-run.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Table of everything found, matched or not (.csv, .xlsx); written in any case.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look: write no plan.")] = False,
    unit_column: Annotated[str | None, typer.Option(help="Column of the unit ids; found by name if not set.")] = None,
    grid_column: Annotated[str | None, typer.Option(help="Column of the grid ids; found by name if not set.")] = None,
    layer: Annotated[str | None, typer.Option(help="Layer or sheet to read, where several could be the plan.")] = None,
    accept_suggestions: Annotated[
        bool,
        typer.Option("--accept-suggestions", help="Read ids that differ by zeros, spaces, case or width as suggested."),
    ] = False,
    ignore_unmatched: Annotated[
        bool, typer.Option("--ignore-unmatched", help="Leave out units and polygons that the town has nothing for.")
    ] = False,
    least_overlap: Annotated[
        float, typer.Option(help="Share of a unit that must lie in its grid polygon, above 0, up to 1.")
    ] = 0.5,
    carry_over: CarryOver = False,
    old_town: OldTown = None,
    as_json: Json = False,
) -> None:
    """Take in a plan of another format; tell what doesn't match before anything is written, exit 2 if it can't be used."""
    from gridgeo.crosswalks.carried_files import carry_plan
    from gridgeo.plans.exchange import import_plan as take_in
    from gridgeo.sources import read_jurisdiction

    if output is None and not dry_run:
        raise BadInput("say where the plan goes with -o plan.gpkg, or only look with --dry-run")
    place = read_jurisdiction(town)
    asked: dict[str, Any] = {
        "unit_column": unit_column,
        "grid_column": grid_column,
        "layer": layer,
        "accept_suggestions": accept_suggestions,
        "ignore_unmatched": ignore_unmatched,
    }
    if carry_over or old_town is not None:
        found = carry_plan(file, place, None if old_town is None else read_jurisdiction(old_town), **asked)
    else:
        found = take_in(file, place, least_overlap=least_overlap, **asked)
    if report is not None:
        found.report.to_file(report)
    written = output if found.plan is not None and not dry_run else None
    if found.plan is not None and written is not None:
        found.plan.to_file(written)
    _tell(found, written, report, as_json)
    if found.plan is None:
        raise BadInput(found.report.why())


def export(
    town: Town,
    plan: PlanFile,
    output: Annotated[
        Path,
        typer.Option("-o", "--output", help="File to write: .csv .xlsx .gpkg .geojson .shp .parquet .fgb .html"),
    ],
    layer: Annotated[
        str | None, typer.Option(help="grids or units, for a format that holds one; grids if not set, units in .csv.")
    ] = None,
    lang: Annotated[str, typer.Option(help="en or zh: headings of .csv and .xlsx, legend of .shp.")] = "en",
    encoding: Annotated[
        str, typer.Option(help="Of .csv: utf-8, utf-8-sig (which Excel knows), or gb18030 (read as GBK).")
    ] = "utf-8",
    as_json: Json = False,
) -> None:
    """Write a plan in another format; .html is an offline folium map."""
    from gridgeo.plans.exchange import export_plan
    from gridgeo.plans.files import read_plan
    from gridgeo.sources import read_jurisdiction, write_text

    drawn = read_plan(plan, read_jurisdiction(town))
    if output.suffix.lower() == ".html":
        write_text(drawn.explore().get_root().render(), output)
    else:
        export_plan(drawn, output, layer=layer, lang=lang, encoding=encoding)
    show({"file": str(output)}, as_json)


def _tell(found: Any, written: Path | None, report: Path | None, as_json: bool) -> None:
    told = found.report
    result: dict[str, Any] = {
        "source": told.source,
        "layer": told.layer,
        "kind": told.kind,
        "units": told.units,
        "matched": len(told.matched),
        "how": {str(how): int(count) for how, count in told.matched["how"].value_counts().items()},
        "findings": told.counts(),
        "usable": told.ok,
    }
    if found.plan is not None:
        result |= {"grids": plan_figures(found.plan)["grids"]}
    result |= {name: str(path) for name, path in (("file", written), ("report", report)) if path is not None}
    listed = told.findings if as_json else told.findings.groupby("finding", sort=False).head(SHOWN)
    table = listed.astype("object").where(listed.notna(), None)
    if not as_json:
        table = table.drop(columns="share").dropna(axis="columns", how="all")
    show(result, as_json, rows(table), title="Findings")
    if len(listed) < len(told.findings):
        err.print(f"… and {len(told.findings) - len(listed):,} more; --report FILE lists all", style="dim")

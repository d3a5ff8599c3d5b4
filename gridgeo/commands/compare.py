"""`gridgeo compare`: what lies between two plans."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gridgeo.commands.carrying import carried_figures, carried_rows, show_carried, take_plan
from gridgeo.commands.options import CarryOver, Json, OldTown, Town, rows
from gridgeo.terminal import err, show, show_table

SHOWN = 20
"""Pairs of grids that are listed at the terminal."""


def compare(
    town: Town,
    before: Annotated[Path, typer.Argument(help="Plan to start from (A).", metavar="A.gpkg")],
    after: Annotated[Path, typer.Argument(help="Plan to compare with it (B).", metavar="B.gpkg")],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="File for what moved: .geojson .fgb .parquet .shp .csv (units), .gpkg .xlsx (all tables), .html (map).",
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            help="code or grid: what makes two grids the same; the code if not set, where the plans share codes."
        ),
    ] = None,
    lang: Annotated[str, typer.Option(help="en or zh: headings of .csv and .xlsx.")] = "en",
    carry_over: CarryOver = False,
    old_town: OldTown = None,
    as_json: Json = False,
) -> None:
    """Tell what moved between two plans, for how many households, and every measure A / B / Δ."""
    from gridgeo.plans.comparing import compare as set_against
    from gridgeo.plans.files import read_plan
    from gridgeo.sources import read_jurisdiction

    place = read_jurisdiction(town)
    drawn, carried = take_plan(before, place, carry_over, old_town)
    found = set_against(drawn, read_plan(after, place), by)
    if output is not None:
        found.to_file(output, lang)
    figures: dict[str, Any] = found.figures() | {"compared_by": found.by}
    measures = found.measures
    worst = measures[measures["statistic"] == "worst_deviation"].set_index("measure")
    for name, row in worst.iterrows():
        figures[f"{name}_worst_deviation"] = {side: round(float(row[side]), 4) for side in ("A", "B", "Δ")}
    figures |= carried_figures(carried)
    figures |= {} if output is None else {"file": str(output)}
    if as_json:
        tables = {
            "measures": rows(measures),
            "grids_changed": rows(_changed(found.grids)),
            "moved": _units(found.moved),
        }
        show(figures | tables | carried_rows(carried), True, rows(found.pairs))
        return
    show(figures, False)
    show_table(rows(measures), "Measures")
    show_table(rows(found.pairs.head(SHOWN)), "Moves")
    if len(found.pairs) > SHOWN:
        err.print(f"… and {len(found.pairs) - SHOWN:,} more; -o FILE.xlsx lists all", style="dim")
    show_carried(carried)


def _changed(grids: Any) -> Any:
    kept = grids[grids["state"] != "same"]
    return kept.astype("object").where(kept.notna(), None)


def _units(moved: Any) -> list[dict[str, Any]]:
    return rows(moved.drop(columns="geometry"))

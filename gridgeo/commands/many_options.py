"""Options of `gridgeo partition` that ask for many places at once, and what can't be asked beside them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from gridgeo.errors import BadInput

MANY = "Many places at once"
"""Heading under which the help lists the options."""

Towns = Annotated[
    list[Path], typer.Argument(help="Jurisdiction files, made by 'gridgeo import'.", metavar="TOWN.gpkg...")
]
Each = Annotated[
    str | None,
    typer.Option(
        help="Level whose areas are each partitioned by themselves, in parallel, into one plan.", rich_help_panel=MANY
    ),
]
Counts = Annotated[
    Path | None, typer.Option(help="CSV area,k: number of grids of each area, for --each.", rich_help_panel=MANY)
]
Dask = Annotated[
    str | None,
    typer.Option(
        help="Address of a Dask scheduler whose workers solve instead, e.g. tcp://10.0.0.5:8786.", rich_help_panel=MANY
    ),
]

WORKERS = ("dask", "counts")
CHOICES = ("start", "alternatives", "front", "tolerances", "nearest")
NAMING = ("targets", "keep_together", "keep_apart", "seeds", "fix", "customs", "links", "barriers")


def refuse_mixed(options: Mapping[str, Any]) -> None:
    """Refuse options that mean nothing for one town, for every area of a level, or for several towns.

    Raises
    ------
    BadInput
        Names the option and what it can't stand beside.
    """
    if len(options["towns"]) > 1:
        _refuse_beside("several towns", ("each", "counts", *NAMING, *CHOICES), options)
    elif options["each"] is not None:
        _refuse_beside("--each", ("within", *CHOICES), options)
    else:
        _refuse_beside("one town without --each", WORKERS, options)
        if options["jobs"] is not None and options["time_limit"] is None:
            raise BadInput(
                "--jobs can't be used with one town that has no --time-limit: its answer is to repeat exactly"
            )


def _refuse_beside(what: str, names: tuple[str, ...], options: Mapping[str, Any]) -> None:
    for name in names:
        if options[name] is not None and options[name] is not False:
            raise BadInput(f"--{name.replace('_', '-')} can't be used with {what}; leave one out")


def area_counts(path: Path) -> dict[str, int]:
    """Number of grids of each area in a table ``area,k``.

    Raises
    ------
    BadInput
        A column is missing, a number is none, or an area stands twice.
    """
    from gridgeo.sources import read_csv

    table = read_csv(path)
    for column in ("area", "k"):
        if column not in table.columns:
            raise BadInput(f"{path}: needs the columns area and k; '{column}' is missing")
    counts: dict[str, int] = {}
    for row, (area, k) in enumerate(zip(table["area"].astype(str), table["k"].astype(str), strict=True), start=2):
        if not k.isdecimal() or int(k) < 1:
            raise BadInput(f"{path}, row {row}: k is '{k}'; it must be a whole number of at least 1")
        if area in counts:
            raise BadInput(f"{path}, row {row}: area '{area}' stands twice")
        counts[area] = int(k)
    return counts

"""Options of `gridgeo simulate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Against = Annotated[
    Path | None,
    typer.Option(help="Another plan of the same town (B): every measure A / B / Δ.", metavar="PLAN.gpkg"),
]
Predict = Annotated[bool, typer.Option("--predict", help="Predict by a queueing model instead of simulating cases.")]
Policies = Annotated[
    list[str] | None,
    typer.Option(help="owner, nearest, coverage, farsighted, together or farsighted-together; repeatable."),
]
Cases = Annotated[
    Path | None,
    typer.Option(
        help="Cases that came: case,lon,lat,reported[,limit_min,handling_min,skills,urgency]; drawn if not set."
    ),
]
Officers = Annotated[
    Path | None, typer.Option(help="Table of officers as for 'gridgeo dispatch'; one for each grid if not set.")
]
PerDay = Annotated[float, typer.Option(min=0.0, help="Cases a day.")]
Days = Annotated[float, typer.Option(min=0.1, help="Days of drawn cases.")]
Demand = Annotated[str, typer.Option(help="Column of the units that says where cases come from.")]
After = Annotated[
    str,
    typer.Option(help="Whence officers are sent after a case: 'on the way' home, 'home first', 'at home', 'stays'."),
]
PassOn = Annotated[bool, typer.Option("--pass-on", help="Cases are passed on while all are busy, instead of waiting.")]
Offline = Annotated[
    bool,
    typer.Option(
        "--offline",
        help="Tell late arrivals beside the fewest with everything known; takes 'home first' and --pass-on.",
    ),
]
Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", help="File for figures by grid, policy and officer (.gpkg, .geojson)."),
]

"""Options of `gridgeo visits`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Doors = Annotated[
    Path,
    typer.Argument(help="Table door,lon,lat,minutes[,every,last,from,to,weekdays,skills,…].", metavar="VISITS.csv"),
]
Output = Annotated[
    Path,
    typer.Option("-o", "--output", help="Routes file to write (.gpkg, .geojson; with --from also .gpx, .ics, .csv)."),
]
Officers = Annotated[
    Path | None,
    typer.Option(help="Table officer[,grid,from,to,weekdays,leave,skills,…]; officers of each grid if not set."),
]
FirstDay = Annotated[str | None, typer.Option("--from", help="First day, e.g. 2026-12-01: plan over days, with dates.")]
Days = Annotated[int, typer.Option(min=1, help="Days to plan, from the first one on.")]
ShiftFrom = Annotated[str, typer.Option(help="Time of day at which the shift begins, HH:MM.")]
Rounds = Annotated[
    int | None,
    typer.Option(
        min=1, help="Most rounds for a grid; as many as the doors need if not set. With --from: its officers, 1."
    ),
]
Borders = Annotated[str, typer.Option(help="kept: officers stay in their grids; open: they may cross.")]
Join = Annotated[bool, typer.Option(help="Make one stop of the tasks at one door (a table with a column task).")]
Compare = Annotated[bool, typer.Option("--compare", help="Plan task by task as well, and tell what joining saves.")]
Change = Annotated[
    Path | None, typer.Option(help="Plan made before (.gpkg), to be mended from --now on.", metavar="OLD.gpkg")
]
Now = Annotated[
    str | None, typer.Option(help="Moment of the change, e.g. '2026-12-03 10:30'; what began before is kept.")
]
Sick = Annotated[list[str] | None, typer.Option(help="Officer who drops out for the rest of the day; may be repeated.")]
ClosedDoors = Annotated[
    list[str] | None, typer.Option(help="Door that stays closed for the rest of the day; may be repeated.")
]
Urgent = Annotated[Path | None, typer.Option(help="Table of visits to be made today.", metavar="URGENT.csv")]
Processes = Annotated[int, typer.Option(min=1, help="Processes; the answer is the same for any number.")]

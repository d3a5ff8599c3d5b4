"""Options of `gridgeo patrol`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Output = Annotated[
    Path,
    typer.Option("-o", "--output", help="Routes file to write (.gpkg, .geojson, .gpx; with --from also .ics)."),
]
Speed = Annotated[
    float | None, typer.Option(min=0.1, help="Kilometres an hour while covering a street; 4 on foot if not set.")
]
Stations = Annotated[
    Path | None, typer.Option(help="Points with a column grid where patrols begin and end, any vector file.")
]
Shifts = Annotated[
    int | None, typer.Option(help="Shifts of a period: patrol each street as often as its class asks in them.")
]
Officers = Annotated[int, typer.Option(help="With --shifts: officers of each grid, side by side.")]
Times = Annotated[
    str | None, typer.Option(help="With --shifts: passes of each class; hot=7,normal=2,quiet=1 if not set.")
]
MostGap = Annotated[
    str | None, typer.Option(help="With --shifts: shifts from a pass to the next at the most, e.g. hot=1,quiet=9.")
]
Classes = Annotated[
    Path | None, typer.Option(help="With --shifts: table street,class; by the map's classes if not set.")
]
BothSides = Annotated[
    str, typer.Option(help="With --shifts: OpenStreetMap classes passed once in each direction, e.g. primary.")
]
Spots = Annotated[
    Path | None, typer.Option(help="With --shifts: table spot,lon,lat,minutes[,times] of places to stay at.")
]
Begins = Annotated[str, typer.Option(help="With --shifts: when shifts begin, taken in turn, e.g. 06:00,14:00,22:00.")]
ClosedHours = Annotated[
    list[str] | None, typer.Option(help="With --shifts: no patrol of a class, e.g. quiet=22:00-06:00; repeatable.")
]
Ends = Annotated[Path | None, typer.Option(help="With --shifts: points with a column grid where patrols end.")]
FirstDay = Annotated[str | None, typer.Option("--from", help="With --shifts: day of the first shift, e.g. 2026-12-01.")]
Longer = Annotated[
    float | None,
    typer.Option(help="With --shifts: draw each shift at random from plans at most this share longer, e.g. 0.1."),
]
Periods = Annotated[int, typer.Option(min=1, help="With --longer: periods to draw.")]

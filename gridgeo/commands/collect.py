"""`gridgeo collect`: rounds that fetch items from villages before they have waited too long."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gridgeo.commands.options import Json, Mode, Seed, Town, rows
from gridgeo.errors import BadInput
from gridgeo.terminal import progress, show


def collect(
    town: Town,
    villages: Annotated[
        Path, typer.Argument(help="Table or layer village,lon,lat,items[,minutes].", metavar="VILLAGES.csv")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Rounds file to write (.gpkg, .geojson).")],
    depot: Annotated[str, typer.Option(help="Where rounds begin and end, LON,LAT in degrees.")],
    capacity: Annotated[float, typer.Option(min=0.001, help="Items that a vehicle holds.")],
    every: Annotated[int, typer.Option(min=1, help="Days that an item may wait.")] = 3,
    shift: Annotated[float, typer.Option(min=1.0, help="Minutes of a round at the most.")] = 480.0,
    closed: Annotated[str, typer.Option(help="Days of the week without rounds, e.g. sat,sun.")] = "",
    vehicles: Annotated[
        int | None, typer.Option(min=1, help="Rounds of a day; as many as are needed if not set.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, help="Days of the simulation that proves the rounds.")] = 30,
    mode: Mode = "car",
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Plan collection rounds and drive them for a month; exit 3 if no rounds keep the limit."""
    from gridgeo.collection import collection_rounds
    from gridgeo.sources import read_csv, read_jurisdiction, read_layer

    place = read_jurisdiction(town)
    table = read_csv(villages) if villages.suffix.lower() == ".csv" else read_layer(villages)
    with progress() as observer:
        plan = collection_rounds(
            place,
            table,
            depot=_spot(depot),
            most_days=every,
            capacity=capacity,
            shift_min=shift,
            closed=[day.strip().lower() for day in closed.split(",") if day.strip()],
            vehicles=vehicles,
            mode=mode,
            days=days,
            seed=seed,
            progress=observer,
        )
    plan.to_file(output)
    show(plan.figures() | {"file": str(output)}, as_json, rows(plan.summary()))


def _spot(text: str) -> tuple[float, float]:
    parts = text.split(",")
    try:
        lon, lat = (float(part) for part in parts)
    except ValueError:
        raise BadInput(f"--depot {text}: write LON,LAT in degrees, e.g. 7.42,43.73") from None
    return lon, lat

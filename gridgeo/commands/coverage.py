"""`gridgeo coverage`: planned against done, from officers' tracks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gridgeo.commands.options import Json, Mode, PlanFile, Town, rows
from gridgeo.errors import BadInput
from gridgeo.terminal import err, progress, show


def coverage(
    town: Town,
    plan: PlanFile,
    tracks: Annotated[
        list[Path],
        typer.Argument(
            help="GPX, or a table time,lon,lat[,officer,accuracy_m]; several may be given.", metavar="TRACK…"
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Coverage file to write (.gpkg, .geojson).")],
    patrols: Annotated[
        list[Path] | None, typer.Option(help="Patrols that were planned, made by 'gridgeo patrol'; repeatable.")
    ] = None,
    duty: Annotated[
        Path | None, typer.Option(help="Table officer,from,to: only positions on duty are looked at.")
    ] = None,
    times: Annotated[
        int, typer.Option(min=1, help="How often the patrols were to be walked in the time of the tracks.")
    ] = 1,
    mode: Mode = "foot",
    zone: Annotated[str, typer.Option(help="Local time zone, e.g. Asia/Shanghai.")] = "UTC",
    noise: Annotated[
        float, typer.Option(min=0.1, help="Metres of noise (one standard deviation) where the device tells none.")
    ] = 10.0,
    until: Annotated[
        str | None, typer.Option(help="Time at which gaps are counted; the last position if not set.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Match officers' tracks to the streets: what was walked when, by class and week, and what is still to be done."""
    from gridgeo.coverage import street_coverage
    from gridgeo.plans.files import read_plan
    from gridgeo.routes import read_routes
    from gridgeo.sources import read_jurisdiction, read_tables, read_tracks

    drawn = read_plan(plan, read_jurisdiction(town))
    table = None
    if duty is not None:
        found = read_tables(duty, ("officer", "from", "to"))
        if len(found) != 1:
            raise BadInput(f"{duty}: holds {len(found)} tables; give a file with one, officer, from and to")
        table = next(iter(found.values()))
    with progress() as observer:
        done = street_coverage(
            drawn,
            read_tracks(tracks),
            patrols=[read_routes(path) for path in patrols] if patrols else None,
            duty=table,
            times=times,
            mode=mode,
            zone=zone,
            noise_m=noise,
            until=until,
            progress=observer,
        )
    done.to_file(output)
    for note in done.meta["notes"]:
        err.print(f"gridgeo: {note}", soft_wrap=True, markup=False)
    show(done.figures() | {"file": str(output)}, as_json, rows(done.summary()), title="By week and class")

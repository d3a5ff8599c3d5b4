"""`gridgeo sites`: service points chosen among candidates, over the streets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gridgeo.commands.options import Json, Mode, Seed, Town, rows
from gridgeo.terminal import show

if TYPE_CHECKING:
    import pandas as pd


def sites(
    town: Town,
    output: Annotated[Path, typer.Option("-o", "--output", help="Sites file to write (.gpkg, .geojson).")],
    new: Annotated[int, typer.Option("-n", "--new", min=1, help="How many sites to open beside existing ones.")] = 1,
    objective: Annotated[
        str,
        typer.Option(
            help="ways: shortest in all; most: most people within the limit; all: fewest sites for everybody."
        ),
    ] = "ways",
    within: Annotated[
        float | None, typer.Option(min=0.1, help="Minutes of a round trip at the most, for most and all.")
    ] = None,
    candidates: Annotated[
        Path | None, typer.Option(help="Table or layer site,lon,lat[,name,capacity]; every unit if not set.")
    ] = None,
    existing: Annotated[Path | None, typer.Option(help="Sites that are there and stay, the same columns.")] = None,
    demand: Annotated[
        Path | None, typer.Option(help="Table or layer demand,lon,lat,weight; the units' households if not set.")
    ] = None,
    mode: Mode = "car",
    time_limit: Annotated[float, typer.Option(min=0.1, help="Seconds of integer programming at the most.")] = 60.0,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Choose service points; tell mean and worst round trip before and after, bound and gap; exit 3 if no choice will do."""
    from gridgeo.sites import service_points
    from gridgeo.sources import read_jurisdiction

    chosen = service_points(
        read_jurisdiction(town),
        new=new,
        objective=objective,
        within_min=within,
        candidates=_table(candidates),
        existing=_table(existing),
        demand=_table(demand),
        mode=mode,
        time_limit=time_limit,
        seed=seed,
    )
    chosen.to_file(output)
    show(chosen.figures() | {"file": str(output)}, as_json, rows(chosen.summary()))


def _table(path: Path | None) -> pd.DataFrame | None:
    from gridgeo.sources import read_csv, read_layer

    if path is None:
        return None
    return read_csv(path) if path.suffix.lower() == ".csv" else read_layer(path)

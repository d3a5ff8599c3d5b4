"""`gridgeo patrol`: every street of every grid, once or some times in a period of shifts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gridgeo.commands.options import Json, Mode, PlanFile, Seed, Shift, Town, rows
from gridgeo.commands.unserved import tell_unserved
from gridgeo.errors import BadInput
from gridgeo.terminal import progress, show


def patrol(
    town: Town,
    plan: PlanFile,
    output: Annotated[
        Path,
        typer.Option("-o", "--output", help="Routes file to write (.gpkg, .geojson, .gpx; with --from also .ics)."),
    ],
    mode: Mode = "foot",
    shift: Shift = 240.0,
    speed: Annotated[
        float | None, typer.Option(min=0.1, help="Kilometres an hour while covering a street; 4 on foot if not set.")
    ] = None,
    stations: Annotated[
        Path | None, typer.Option(help="Points with a column grid where patrols begin and end, any vector file.")
    ] = None,
    shifts: Annotated[
        int | None, typer.Option(help="Shifts of a period: patrol each street as often as its class asks in them.")
    ] = None,
    officers: Annotated[int, typer.Option(help="With --shifts: officers of each grid, side by side.")] = 1,
    times: Annotated[
        str | None, typer.Option(help="With --shifts: passes of each class; hot=7,normal=2,quiet=1 if not set.")
    ] = None,
    most_gap: Annotated[
        str | None, typer.Option(help="With --shifts: shifts from a pass to the next at the most, e.g. hot=1,quiet=9.")
    ] = None,
    classes: Annotated[
        Path | None, typer.Option(help="With --shifts: table street,class; by the map's classes if not set.")
    ] = None,
    both_sides: Annotated[
        str, typer.Option(help="With --shifts: OpenStreetMap classes passed once in each direction, e.g. primary.")
    ] = "",
    spots: Annotated[
        Path | None, typer.Option(help="With --shifts: table spot,lon,lat,minutes[,times] of places to stay at.")
    ] = None,
    begins: Annotated[
        str, typer.Option(help="With --shifts: when shifts begin, taken in turn, e.g. 06:00,14:00,22:00.")
    ] = "08:00",
    closed: Annotated[
        list[str] | None, typer.Option(help="With --shifts: no patrol of a class, e.g. quiet=22:00-06:00; repeatable.")
    ] = None,
    ends: Annotated[
        Path | None, typer.Option(help="With --shifts: points with a column grid where patrols end.")
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", help="With --shifts: day of the first shift, e.g. 2026-12-01.")
    ] = None,
    longer: Annotated[
        float | None,
        typer.Option(help="With --shifts: draw each shift at random from plans at most this share longer, e.g. 0.1."),
    ] = None,
    periods: Annotated[int, typer.Option(min=1, help="With --longer: periods to draw.")] = 1,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Route a patrol over every street of every grid, split by shift; with --shifts some times in a period."""
    from gridgeo.plans.files import read_plan
    from gridgeo.rosters.dates import read_day
    from gridgeo.routes import patrol_period, patrol_routes
    from gridgeo.routes.periods import Draw
    from gridgeo.routes.writing import check_ending, write_patrols
    from gridgeo.sources import read_csv, read_jurisdiction, read_layer

    _check_options(
        shifts, longer, periods,
        {"--from": first, "--times": times, "--most-gap": most_gap, "--classes": classes, "--both-sides": both_sides, "--spots": spots,
         "--closed": closed, "--ends": ends, "--officers": officers != 1, "--begins": begins != "08:00",
         "--longer": longer is not None},
    )  # fmt: skip
    check_ending(output)
    if output.suffix.lower() == ".ics" and first is None:
        raise BadInput(
            f"{output}: a diary needs dates: add --shifts and a first day, e.g. --shifts 7 --from 2026-12-01"
        )
    drawn = read_plan(plan, read_jurisdiction(town))
    points: dict[str, Any] = {
        name: None if file is None else read_layer(file) for name, file in (("stations", stations), ("ends", ends))
    }
    common: dict[str, Any] = {"mode": mode, "shift_min": shift, "patrol_kmh": speed, "seed": seed}
    if shifts is None:
        with progress() as observer:
            routes = patrol_routes(drawn, stations=points["stations"], progress=observer, **common)
        write_patrols(routes, output)
        tell_unserved(routes)
        show(routes.figures() | {"file": str(output)}, as_json, rows(routes.summary()))
        return
    options: dict[str, Any] = {
        "times": None if times is None else _numbers("--times", times),
        "most_gap": None if most_gap is None else _numbers("--most-gap", most_gap),
        "classes": None if classes is None else read_csv(classes),
        "spots": None if spots is None else read_csv(spots) if spots.suffix.lower() == ".csv" else read_layer(spots),
        "both_sides": _words(both_sides),
        "begins": _words(begins),
        "closed": _hours(closed or []),
        "start": None if first is None else read_day(first, "--from"),
        "draw": None if longer is None else Draw(longer=longer, periods=periods),
    }
    with progress() as observer:
        routes = patrol_period(
            drawn, shifts=shifts, officers=officers, progress=observer, **common, **points, **options
        )
    write_patrols(routes, output)
    tell_unserved(routes)
    told = (
        *("longest_min", "promised_gap", "promised_gap_h", "walked_gap_h"),
        *("best_minutes", "extra_mean", "best_m", "extra_m", "bits", "bits_share"),
    )
    figures = {name: routes.meta[name] for name in told if name in routes.meta}
    show(routes.figures() | figures | {"file": str(output)}, as_json, rows(routes.summary()))


def _check_options(shifts: int | None, longer: float | None, periods: int, of_period: dict[str, Any]) -> None:
    given = next((name for name, value in of_period.items() if value), None)
    if shifts is None and given:
        raise BadInput(f"{given} is of a period: say how many shifts it has, e.g. --shifts 7")
    if periods > 1 and longer is None:
        raise BadInput(
            f"--periods {periods} draws {periods} periods: say how much longer plans may be, e.g. --longer 0.1"
        )


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _numbers(option: str, text: str) -> dict[str, int]:
    found = {}
    for word in _words(text):
        name, _, number = word.partition("=")
        if not name or not number.strip().lstrip("-").isdigit():
            raise BadInput(f"{option} {text}: write CLASS=NUMBER pairs, e.g. hot=7,normal=2,quiet=1")
        found[name.strip()] = int(number)
    return found


def _hours(texts: list[str]) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for text in texts:
        name, _, hours = text.partition("=")
        low, sign, high = hours.partition("-")
        if not name or not sign:
            raise BadInput(f"--closed {text}: write CLASS=HH:MM-HH:MM, e.g. quiet=22:00-06:00")
        found.setdefault(name.strip(), []).append((low.strip(), high.strip()))
    return found

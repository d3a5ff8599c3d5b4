"""`gridgeo patrol`: every street of every grid, once or some times in a period of shifts."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridgeo.commands.options import Json, Mode, PlanFile, Seed, Shift, Town, rows
from gridgeo.commands.patrol_options import (
    Begins,
    BothSides,
    Classes,
    ClosedHours,
    Ends,
    FirstDay,
    Longer,
    MostGap,
    Officers,
    Output,
    Periods,
    Shifts,
    Speed,
    Spots,
    Stations,
    Times,
)
from gridgeo.commands.unserved import tell_unserved
from gridgeo.errors import BadInput
from gridgeo.terminal import progress, show

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from gridgeo.plans.plan import Plan
    from gridgeo.routes.periods import Draw
    from gridgeo.routes.tables import Routes


def patrol(
    town: Town,
    plan: PlanFile,
    output: Output,
    mode: Mode = "foot",
    shift: Shift = 240.0,
    speed: Speed = None,
    stations: Stations = None,
    shifts: Shifts = None,
    officers: Officers = 1,
    times: Times = None,
    most_gap: MostGap = None,
    classes: Classes = None,
    both_sides: BothSides = "",
    spots: Spots = None,
    begins: Begins = "08:00",
    closed: ClosedHours = None,
    ends: Ends = None,
    first: FirstDay = None,
    longer: Longer = None,
    periods: Periods = 1,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Route a patrol over every street of every grid, split by shift; with --shifts some times in a period."""
    from gridgeo.plans.files import read_plan
    from gridgeo.routes.writing import check_ending, write_patrols
    from gridgeo.sources import read_jurisdiction

    of_period = {
        "--from": first, "--times": times, "--most-gap": most_gap, "--classes": classes, "--both-sides": both_sides,
        "--spots": spots, "--closed": closed, "--ends": ends, "--officers": officers != 1, "--begins": begins != "08:00",
        "--longer": longer is not None,
    }  # fmt: skip
    _check_options(shifts, longer, periods, of_period)
    check_ending(output)
    if output.suffix.lower() == ".ics" and first is None:
        raise BadInput(
            f"{output}: a diary needs dates: add --shifts and a first day, e.g. --shifts 7 --from 2026-12-01"
        )
    drawn = read_plan(plan, read_jurisdiction(town))
    common = {"stations": _layer(stations), "mode": mode, "shift_min": shift, "patrol_kmh": speed, "seed": seed}
    more: dict[str, Any] = {}
    if shifts is None:
        routes = _once(drawn, common)
    else:
        frequency = {"times": _numbers("--times", times), "most_gap": _numbers("--most-gap", most_gap)}
        hours = {"begins": _words(begins), "closed": _hours(closed or []), "start": _day(first)}
        where = {
            "classes": _table(classes),
            "spots": _table(spots),
            "both_sides": _words(both_sides),
            "ends": _layer(ends),
        }
        drawing = {"draw": _draw(longer, periods), "shifts": shifts, "officers": officers}
        routes, more = _some_times(drawn, common | frequency | hours | where | drawing)
    write_patrols(routes, output)
    tell_unserved(routes)
    show(routes.figures() | more | {"file": str(output)}, as_json, rows(routes.summary()))


def _once(drawn: Plan, options: dict[str, Any]) -> Routes:
    from gridgeo.routes import patrol_routes

    with progress() as observer:
        return patrol_routes(drawn, progress=observer, **options)


def _some_times(drawn: Plan, options: dict[str, Any]) -> tuple[Routes, dict[str, Any]]:
    """Patrols of a period and their figures."""
    from gridgeo.routes import patrol_period

    with progress() as observer:
        routes = patrol_period(drawn, progress=observer, **options)
    told = (
        *("longest_min", "promised_gap", "promised_gap_h", "walked_gap_h"),
        *("best_minutes", "extra_mean", "best_m", "extra_m", "bits", "bits_share"),
    )
    return routes, {name: routes.meta[name] for name in told if name in routes.meta}


def _check_options(shifts: int | None, longer: float | None, periods: int, of_period: dict[str, Any]) -> None:
    """Refuse options of a period without one, and periods that aren't drawn."""
    given = next((name for name, value in of_period.items() if value), None)
    if shifts is None and given:
        raise BadInput(f"{given} is of a period: say how many shifts it has, e.g. --shifts 7")
    if periods > 1 and longer is None:
        raise BadInput(
            f"--periods {periods} draws {periods} periods: say how much longer plans may be, e.g. --longer 0.1"
        )


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _numbers(option: str, text: str | None) -> dict[str, int] | None:
    if text is None:
        return None
    found = {}
    for word in _words(text):
        name, _, number = word.partition("=")
        if not name or not number.strip().lstrip("-").isdigit():
            raise BadInput(f"{option} {text}: write CLASS=NUMBER pairs, e.g. hot=7,normal=2,quiet=1")
        found[name.strip()] = int(number)
    return found


def _layer(file: Path | None) -> gpd.GeoDataFrame | None:
    from gridgeo.sources import read_layer

    return None if file is None else read_layer(file)


def _csv(file: Path | None) -> pd.DataFrame | None:
    from gridgeo.sources import read_csv

    return None if file is None else read_csv(file)


def _table(file: Path | None) -> pd.DataFrame | None:
    return _csv(file) if file is not None and file.suffix.lower() == ".csv" else _layer(file)


def _day(text: str | None) -> date | None:
    from gridgeo.rosters.dates import read_day

    return None if text is None else read_day(text, "--from")


def _draw(longer: float | None, periods: int) -> Draw | None:
    from gridgeo.routes.periods import Draw

    return None if longer is None else Draw(longer=longer, periods=periods)


def _hours(texts: list[str]) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for text in texts:
        name, _, hours = text.partition("=")
        low, sign, high = hours.partition("-")
        if not name or not sign:
            raise BadInput(f"--closed {text}: write CLASS=HH:MM-HH:MM, e.g. quiet=22:00-06:00")
        found.setdefault(name.strip(), []).append((low.strip(), high.strip()))
    return found

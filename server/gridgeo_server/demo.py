"""The demonstration: from the sample map to a folder that `gridgeo serve` can serve."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd
import shapely
from rich.table import Table

from gridgeo import crs
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.terminal import out, progress
from gridgeo_solvers.progress import Progress

if TYPE_CHECKING:
    from gridgeo.routes.tables import Routes

Made = TypeVar("Made")

GRIDS = 15
BALANCE = {"households": 0.10, "area": 0.75, "difficulty": 0.15}
VISITS, VISIT_DAYS = 150, 3
SEED = 1


def make(folder: Path, *, begin: date | None = None, quiet: bool = False) -> dict[str, Any]:
    """Import, partition, route and report the sample map into `folder`.

    Parameters
    ----------
    folder
        Made if it isn't there. Gets ``town.gpkg``, ``plan.gpkg``, ``patrols.gpkg``, ``visits.csv``,
        ``visits.gpkg`` and ``report.html``.
    begin
        First day of the visits; today if None.
    quiet
        Print nothing.

    Returns
    -------
    What was made: files, figures and seconds of each step, and seconds in all. JSON values.
    """
    from gridgeo.importing import import_osm
    from gridgeo.plans.partitioning import partition
    from gridgeo.reports import write_report
    from gridgeo.routes import patrol_routes
    from gridgeo.sources import sample_map, write_csv, write_jurisdiction

    folder.mkdir(parents=True, exist_ok=True)
    steps: list[dict[str, Any]] = []
    start = time.perf_counter()

    def step(name: str, file: str, work: Callable[[Progress], Made], figures: Callable[[Made], str]) -> Made:
        before = time.perf_counter()
        with progress() as observer:
            made = work(observer)
        seconds = round(time.perf_counter() - before, 1)
        steps.append({"step": name, "file": str(folder / file), "seconds": seconds, "figures": figures(made)})
        if not quiet:
            out.print(f"{name:<10} {seconds:6.1f} s   {figures(made)}", soft_wrap=True)
        return made

    def imported(observer: Progress) -> Jurisdiction:
        town = import_osm(sample_map(), progress=observer)
        write_jurisdiction(town, folder / "town.gpkg")
        return town

    def partitioned(observer: Progress) -> Any:
        plan = partition(town, GRIDS, balance=BALANCE, seed=SEED, progress=observer)
        plan.to_file(folder / "plan.gpkg")
        return plan

    def patrolled(observer: Progress) -> Any:
        routes = patrol_routes(plan, seed=SEED, progress=observer)
        routes.to_file(folder / "patrols.gpkg")
        return routes

    def visited(observer: Progress) -> Any:
        doors = sample_visits(town, VISITS, SEED)
        write_csv(doors, folder / "visits.csv")
        routes = sample_rounds(plan, doors, begin or date.today(), observer)
        routes.to_file(folder / "visits.gpkg")
        return routes

    def reported(_observer: Progress) -> Path:
        write_report(plan, folder / "report.html", routes=[patrols, visits])
        return folder / "report.html"

    town = step("import", "town.gpkg", imported, _town_figures)
    plan = step("partition", "plan.gpkg", partitioned, _plan_figures)
    patrols = step("patrols", "patrols.gpkg", patrolled, _route_figures)
    visits = step("visits", "visits.gpkg", visited, _route_figures)
    step("report", "report.html", reported, lambda path: f"{path.stat().st_size / 1e6:.1f} MB, opens in any browser")
    made = {"folder": str(folder), "seconds": round(time.perf_counter() - start, 1), "steps": steps}
    if not quiet:
        out.print(_files(made))
    return made


def sample_visits(town: Jurisdiction, count: int, seed: int) -> pd.DataFrame:
    """A made-up visit list: `count` doors, likelier where more households live.

    Columns `door`, `lon`, `lat`, `minutes`, `from`, `to`, `name`. One in five has a window, in the morning or in
    the afternoon, in minutes after the start of a four-hour shift. The same seed gives the same list.
    """
    random = np.random.default_rng(seed)
    buildings = town.buildings[town.buildings["households"] > 0].reset_index(drop=True)
    weight = buildings["households"].to_numpy(dtype=float)
    count = min(count, len(buildings))
    rows = np.sort(random.choice(len(buildings), size=count, replace=False, p=weight / weight.sum()))
    points = shapely.point_on_surface(buildings.geometry.to_numpy()[rows])
    lon, lat = crs.transform(shapely.get_x(points), shapely.get_y(points), town.crs, crs.WGS84)
    windowed = random.random(count) < 0.2
    morning = random.random(count) < 0.5
    return pd.DataFrame(
        {
            "door": buildings["building"].to_numpy()[rows],
            "lon": lon.round(7),
            "lat": lat.round(7),
            "minutes": random.choice([5, 10, 15, 20], size=count, p=[0.3, 0.4, 0.2, 0.1]),
            "from": pd.Series(np.where(morning, "0", "120")).where(windowed),
            "to": pd.Series(np.where(morning, "120", "240")).where(windowed),
            "name": [f"Household {number} (simulated)" for number in range(1, count + 1)],
        }
    )


def sample_rounds(plan: Any, doors: pd.DataFrame, begin: date, progress: Progress | None = None) -> Routes:
    """Rounds to `doors` on a few days from `begin` on, by an officer of each grid, who works on Sundays too."""
    from gridgeo.routes.visiting import plan_visits

    grids = sorted(plan.grids["grid"].astype(str))
    officers = pd.DataFrame({"officer": [f"{grid}-1" for grid in grids], "grid": grids, "weekdays": "Mon-Sun"})
    return plan_visits(plan, doors, officers, start=begin, days=VISIT_DAYS, seed=SEED, progress=progress).routes


def _town_figures(town: Jurisdiction) -> str:
    buildings, units = town.buildings, town.units
    streets = town.road_edges.drop_duplicates("street")["length_m"].sum() / 1000
    imputed = (buildings["imputed"] != "none").mean()
    return (
        f"{town.name}: {len(buildings):,} buildings, {int(units['households'].sum()):,} households "
        f"({imputed:.0%} of buildings estimated), {len(units):,} units, {streets:.1f} km of streets"
    )


def _plan_figures(plan: Any) -> str:
    worst = ", ".join(f"{name} ±{value:.1%}" for name, value in plan.worst_deviation().items())
    figures = plan.figures
    gap = "no bound" if figures.gap is None else f"gap {figures.gap:.1%}"
    return f"{plan.rules.k} grids, {figures.status}, {gap}; worst {worst}"


def _route_figures(routes: Any) -> str:
    figures = routes.figures()
    return (
        f"{figures['routes']} routes, {figures['km']:.1f} km, longest {figures['longest_min']:.0f} min, "
        f"{figures['stops']} stops, {figures['unserved']} not served"
    )


def _files(made: dict[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", title=f"Made in {made['seconds']} s")
    for column in ("step", "file"):
        table.add_column(column)
    table.add_column("seconds", justify="right")
    for step in made["steps"]:
        table.add_row(step["step"], step["file"], f"{step['seconds']:.1f}")
    return table

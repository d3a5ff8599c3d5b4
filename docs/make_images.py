"""Draw the pictures of the README and the documentation: ``python docs/make_images.py``.

``plan.png`` is a plan of the sample map, ``board.png`` the live board of the demo and ``case.png`` a case on it, as a
browser shows them on an office screen, ``reach.png`` what is reached on foot, ``patrols.png`` three drawn shifts of a grid, ``coverage.png``
what synthetic tracks along some patrols covered, ``rounds.png`` the page of rounds. All are made from what the library and the server really answer.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib as mpl

IMAGES = Path(__file__).resolve().parent / "images"
SCREEN = (1366, 768)
WARM_UP_S = 20
"""Seconds after which officers have walked and cases have come in."""


def plan_picture(folder: Path) -> None:
    """Draw the demo's plan as the library draws it."""
    mpl.use("agg")
    import matplotlib.pyplot as plt

    from gridgeo.plans.files import read_plan
    from gridgeo.sources import read_jurisdiction

    town = read_jurisdiction(folder / "town.gpkg")
    axes = read_plan(folder / "plan.gpkg", town).plot()
    axes.figure.savefig(IMAGES / "plan.png", dpi=110, bbox_inches="tight")
    plt.close(axes.figure)


def reach_picture(folder: Path) -> None:
    """Draw what is reached on foot from the casino in five, ten and fifteen minutes."""
    mpl.use("agg")
    import geopandas as gpd
    import matplotlib.pyplot as plt

    from gridgeo.roads import Roads
    from gridgeo.sources import read_jurisdiction

    town = read_jurisdiction(folder / "town.gpkg")
    roads = Roads.of(town.road_nodes, town.road_edges, "foot")
    casino = roads.snap(gpd.GeoSeries.from_xy([7.4277], [43.7394], crs="EPSG:4326"))
    areas = roads.reach(casino, [5, 10, 15])
    figure, axes = plt.subplots(figsize=(7, 7.5))
    town.boundary.boundary.plot(ax=axes, color="#8A857A", linewidth=0.8)
    for row, colour in zip(areas.index[::-1], ("#CFE3EE", "#8FBCD6", "#4B8FB8"), strict=True):
        areas.loc[[row]].plot(ax=axes, color=colour)
    town.road_edges.plot(ax=axes, color="#5C5850", linewidth=0.3)
    roads.points(casino).plot(ax=axes, color="#B3261E", markersize=30, zorder=5)
    patches = [
        mpl.patches.Patch(color=colour, label=f"{minutes} min")
        for minutes, colour in ((5, "#4B8FB8"), (10, "#8FBCD6"), (15, "#CFE3EE"))
    ]
    axes.legend(handles=patches, loc="lower right", frameon=False, title="On foot")
    west, south, east, north = areas.total_bounds
    axes.set(xlim=(west - 100, east + 100), ylim=(south - 100, north + 100))
    axes.set_axis_off()
    axes.text(0.99, -0.03, "© OpenStreetMap contributors", transform=axes.transAxes, ha="right", fontsize=7)
    figure.savefig(IMAGES / "reach.png", dpi=110, bbox_inches="tight")
    plt.close(figure)


def patrols_picture(folder: Path) -> None:
    """Draw three shifts of one grid of the demo's plan, drawn at random, with two hot spots."""
    mpl.use("agg")
    import geopandas as gpd
    import matplotlib.pyplot as plt
    import shapely

    from gridgeo.plans.files import read_plan
    from gridgeo.routes import Draw, patrol_period, patrolled_streets
    from gridgeo.sources import read_jurisdiction

    plan = read_plan(folder / "plan.gpkg", read_jurisdiction(folder / "town.gpkg"))
    grid = "09"
    streets = patrolled_streets(plan)
    own = streets[streets["grid"] == grid]
    longest = own.sort_values("length_m").geometry.iloc[[-1, -4]]
    at = [line.interpolate(0.5, normalized=True) for line in longest]
    spots = gpd.GeoDataFrame({"spot": ["A", "B"], "minutes": [12.0, 10.0]}, geometry=at, crs=plan.grids.crs)
    routes = patrol_period(plan, shifts=3, spots=spots, draw=Draw(longer=0.2), steps=1_500)
    panels, axes = plt.subplots(1, 3, figsize=(13, 3.9))
    shape = plan.grids[plan.grids["grid"] == grid]
    west, south, east, north = own.total_bounds
    for shift, ax in enumerate(axes, start=1):
        route = routes.routes.query("grid == @grid and shift == @shift").iloc[0]
        stops = routes.stops[routes.stops["route"] == route["route"]]
        streets.plot(ax=ax, color="#d8d2c6", linewidth=0.6)
        shape.boundary.plot(ax=ax, color="#8a857a", linewidth=0.9, linestyle="--")
        gpd.GeoSeries([route.geometry]).plot(ax=ax, color="#9db8d6", linewidth=1.0)
        served = own[("street " + own["street"].astype(str)).isin(stops["what"])]
        served.plot(ax=ax, color="#1f5fa8", linewidth=1.8)
        for number, point in enumerate(
            shapely.line_interpolate_point(route.geometry, [i / 8 for i in range(8)], normalized=True)
        ):
            ax.text(point.x, point.y, str(number + 1), fontsize=7, ha="center", va="center", color="white",
                    bbox={"boxstyle": "circle,pad=0.22", "facecolor": "#0f3f75", "edgecolor": "white"})  # fmt: skip
        stays = stops[stops["what"].str.startswith("spot ")]
        stays.plot(ax=ax, color="#b3261e", markersize=45, zorder=6, edgecolor="white")
        out = route["start_min"]
        ax.set_title(f"Shift {shift}: out at minute {out:.0f}, {route['minutes']:.0f} min", fontsize=10)
        ax.set(xlim=(west - 60, east + 60), ylim=(south - 60, north + 60))
        ax.set_axis_off()
    panels.text(0.99, 0.01, "© OpenStreetMap contributors", ha="right", fontsize=7)
    panels.tight_layout()
    panels.savefig(IMAGES / "patrols.png", dpi=110, bbox_inches="tight")
    plt.close(panels)


def coverage_picture(folder: Path) -> None:
    """Draw the streets of the demo's plan, those that synthetic tracks along eight patrols covered above the others."""
    mpl.use("agg")
    import matplotlib.pyplot as plt
    import pandas as pd

    sys.path.insert(0, str(IMAGES.parents[1] / "tests"))
    from gridgeo.coverage import street_coverage
    from gridgeo.plans.files import read_plan
    from gridgeo.routes import read_routes
    from gridgeo.sources import read_jurisdiction
    from tracks import track_along

    plan = read_plan(folder / "plan.gpkg", read_jurisdiction(folder / "town.gpkg"))
    patrols = read_routes(folder / "patrols.gpkg")
    tracks = [
        track_along(line, plan.jurisdiction.crs, seed=number, officer=f"officer {number}")
        for number, line in enumerate(patrols.routes.geometry.iloc[::2].iloc[:8])
    ]
    done = street_coverage(plan, pd.concat(tracks, ignore_index=True), patrols=patrols)
    _, axes = plt.subplots(figsize=(9, 7))
    plan.grids.boundary.plot(ax=axes, color="#c9c2b4", linewidth=0.8)
    done.streets.plot(ax=axes, color="#b9c4cf", linewidth=0.7, label="not yet")
    done.walked.plot(ax=axes, color="#1f5fa8", linewidth=1.3, label="walked")
    axes.legend(loc="upper left", frameon=False)
    axes.set_axis_off()
    axes.text(0.99, -0.03, "© OpenStreetMap contributors", transform=axes.transAxes, ha="right", fontsize=7)
    axes.figure.savefig(IMAGES / "coverage.png", dpi=110, bbox_inches="tight")
    plt.close(axes.figure)


def rounds_picture(folder: Path) -> None:
    """Photograph the page of rounds: an officer's day with simulated doors, after synthetic tracks along some patrols."""
    from datetime import date

    import pandas as pd
    from playwright.sync_api import sync_playwright
    from shapely.ops import substring

    sys.path.insert(0, str(IMAGES.parents[1] / "tests"))
    from gridgeo.coverage import street_coverage
    from gridgeo.plans.files import read_plan
    from gridgeo.routes import read_routes
    from gridgeo.routes.visiting import plan_visits
    from gridgeo.sources import read_csv, read_jurisdiction
    from tracks import track_along

    plan = read_plan(folder / "plan.gpkg", read_jurisdiction(folder / "town.gpkg"))
    patrols = read_routes(folder / "patrols.gpkg").routes
    tracks = [
        track_along(substring(line, 0, 0.6, normalized=True), plan.jurisdiction.crs, seed=number, officer=f"{number}")
        for number, line in enumerate(patrols[patrols["grid"].isin(["08", "09", "14"])].geometry)
    ]
    width, height = SCREEN
    with TemporaryDirectory() as scratch:
        town = Path(scratch)
        for name in ("town.gpkg", "plan.gpkg"):
            shutil.copy(folder / name, town)
        day = date(2026, 12, 1)
        plan_visits(plan, read_csv(folder / "visits.csv"), start=day, days=1).routes.to_file(town / "visits.gpkg")
        street_coverage(plan, pd.concat(tracks, ignore_index=True)).to_file(town / "coverage.gpkg")
        with _served(town) as address, sync_playwright() as player:
            browser = player.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="light", locale="en")
            page.clock.set_fixed_time(f"{day}T09:10:00")
            page.goto(f"{address.rstrip('/')}/rounds?round=09-1-20261201")
            page.locator(".rounds-legend .walked").wait_for(timeout=60_000)
            page.wait_for_timeout(3_000)
            page.screenshot(path=IMAGES / "rounds.png")
            browser.close()


def board_picture(folder: Path) -> None:
    """Photograph the board of a server that runs on a free port, and one of its cases."""
    from playwright.sync_api import sync_playwright

    width, height = SCREEN
    with _served(folder, "--simulate") as address, sync_playwright() as player:
        browser = player.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="light", locale="en")
        page.goto(address)
        page.locator("canvas.maplibregl-canvas").wait_for(timeout=60_000)
        page.wait_for_timeout(WARM_UP_S * 1_000)
        page.screenshot(path=IMAGES / "board.png")
        page.locator(".case-row").first.click()
        page.locator(".candidates li").first.wait_for()
        page.wait_for_timeout(1_000)
        page.screenshot(path=IMAGES / "case.png")
        browser.close()


@contextmanager
def _served(folder: Path, *options: str) -> Iterator[str]:
    command = [sys.executable, "-m", "gridgeo", "serve", "--data", str(folder), "--port", "0", "--json", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - our own command
        try:
            assert server.stdout is not None
            yield json.loads(server.stdout.readline())["address"]
        finally:
            server.terminate()


def _chromium() -> str | None:
    """A browser of this machine; without one, the one that Playwright brought."""
    return next((path for name in ("chromium", "google-chrome") if (path := shutil.which(name))), None)


def main() -> None:
    """Make the demo's files, or take those of the folder that is given, and draw all pictures."""
    IMAGES.mkdir(exist_ok=True)
    with TemporaryDirectory() as scratch:
        if len(sys.argv) > 1:
            folder = Path(sys.argv[1])
        else:
            folder = Path(scratch)
            command = [sys.executable, "-m", "gridgeo", "demo", "--no-serve", "--out", str(folder)]
            subprocess.run(command, check=True)  # noqa: S603 - our own command
        plan_picture(folder)
        reach_picture(folder)
        patrols_picture(folder)
        coverage_picture(folder)
        rounds_picture(folder)
        board_picture(folder)


if __name__ == "__main__":
    main()

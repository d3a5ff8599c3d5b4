"""What a question about any day costs at a server whose register holds a city of 30,000 grids over 20 years.

``python benchmarks/register_served.py`` fills a store: each year a tenth of the communities of the city of `register.py` are
drawn anew and the new plan comes into force, first in three pilots, in July everywhere; one grid in twenty is handed over
in between. A server of its own process answers over HTTP; wall time of the client and CPU time of the server are told.
``--folder`` keeps the store for another run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import numpy as np
import pandas as pd
import uvicorn
from register import CRS, FIRST_YEAR, city, drawn_anew, first_grids

from gridgeo import crs
from gridgeo.jurisdictions import Jurisdiction
from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from gridgeo_server.app import create_app
from gridgeo_server.plans import register, service, store
from gridgeo_server.plans.drawn import Drawn, grid_cells
from gridgeo_server.plans.model import STATES
from gridgeo_server.plans.packing import pack_rows, pack_shape, pack_units
from gridgeo_server.plans.service import Deed
from gridgeo_server.settings import Settings
from gridgeo_server.store import Store, Transaction
from gridgeo_server.store.folder import STORE
from gridgeo_server.town import Town

ROWS, COLUMNS = 300, 400


def drawn(plan: Plan) -> Drawn:
    """What the store keeps of a plan, without measures and colours, which no question asks for."""
    grids = plan.grids
    shapes = crs.to_wgs84(grids).geometry.to_numpy()
    rows: list[dict[str, Any]] = []
    for number, one in enumerate(grids.drop(columns="geometry").to_dict("records")):
        kept = {name: one[name] for name in ("grid", "code", "name", "owner", "area", "units", "households")}
        sums = {name: float(one[name]) for name in ("area_m2", "difficulty", "workload_min")}
        shown = {"colour": 0, "label_lon": 0.0, "label_lat": 0.0, "shape": pack_shape(shapes[number])}
        rows.append({"row": number, **kept, **sums, **shown})
    of = pd.Series(range(len(rows)), index=grids["grid"].to_numpy())
    return Drawn(
        plan=plan,
        units_hash="city",
        content_hash="",
        units=pack_units(list(plan.assignment.index)),
        rows=pack_rows(of.loc[plan.assignment.to_numpy()].to_numpy()),
        grids=rows,
        cells=grid_cells(plan),
        measures={},
    )


def years(town: Jurisdiction, count: int) -> Iterator[tuple[int, Plan, list[str]]]:
    """Each year with its plan and the communities that it draws anew."""
    random = np.random.default_rng(1)
    grid, changed = first_grids(ROWS, COLUMNS), []
    for year in range(FIRST_YEAR, FIRST_YEAR + count):
        if year > FIRST_YEAR:
            grid, changed = drawn_anew(grid, ROWS, COLUMNS, random)
        names = pd.Series([f"g{i:06d}" for i in grid], index=town.units["unit"])
        yield year, Plan(town, names, Rules(k=int(names.nunique()))), changed


def enter(transaction: Transaction, year: int, told: Drawn, pilots: list[str], random: np.random.Generator) -> None:
    """Keep a plan, bring it into force in January and July, and hand some grids over in October."""
    connection = transaction.connection
    deed = Deed(datetime(year, 1, 1, tzinfo=UTC), ZoneInfo("UTC"))
    record = service.create(transaction, told, f"Plan {year}", deed)
    for state in STATES[1:5]:
        store.move(connection, record.plan, state, record.revision)
    event = service.append(connection, record, deed, "transition", "approved", "in_force", {})
    areas = sorted({str(one["area"]) for one in told.grids})
    if pilots:
        register.append(connection, pilots, record.plan, date(year, 1, 1), event)
    rest = [area for area in areas if area not in pilots]
    register.append(connection, rest, record.plan, date(year, 7, 1) if pilots else date(year, 1, 1), event)
    for row in random.choice(len(told.grids), len(told.grids) // 20, replace=False).tolist():
        grid = {"plan": record.plan, "grid": told.grids[row]["grid"]}
        register.hand_over(connection, grid, date(year, 10, 1), f"officer {year}", None, event)


def fill(folder: Path, count: int) -> None:
    """The store of the whole history in a folder."""
    town, random = city(ROWS, COLUMNS, seed=1), np.random.default_rng(2)
    opened = Store(folder / STORE, wait_s=600)
    for year, plan, changed in years(town, count):
        told = drawn(plan)
        opened.write(lambda t, year=year, told=told, pilots=changed[:3]: enter(t, year, told, pilots, random))
        sys.stderr.write(f"{year}: {len(told.grids)} grids\n")
    opened.close()


def serve(folder: Path) -> None:
    """Serve the store in this process; the map beside it is a small one, as no question needs the city's."""
    town = city(20, 20, seed=1)
    plan = Plan(town, pd.Series("small", index=town.units["unit"]), Rules(k=1))
    app = create_app(Settings(data=folder, indicators_s=3_600), Town(plan))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))

    def tell() -> None:
        while not server.started:
            time.sleep(0.05)
        sys.stdout.write(f"{server.servers[0].sockets[0].getsockname()[1]}\n")
        sys.stdout.flush()

    threading.Thread(target=tell, daemon=True).start()
    server.run()


def questions(count: int, number: int) -> dict[str, list[str]]:
    """Addresses of so many questions of each kind about days of all years."""
    random = np.random.default_rng(3)
    days = [date(FIRST_YEAR, 1, 1) + timedelta(days=int(n)) for n in random.integers(0, 365 * count, number)]
    x = 500_000 + random.uniform(0, COLUMNS * 100, number)
    y = 4_400_000 - random.uniform(-100, (ROWS - 1) * 100, number)
    lon, lat = crs.transform(x, y, CRS, crs.WGS84)
    spots = list(zip(lon.tolist(), lat.tolist(), days, strict=True))
    codes = [f"g{i:06d}" for i in random.choice(np.unique(first_grids(ROWS, COLUMNS)), number)]
    return {
        "owner of a grid": [f"/api/v1/register/grids/{c}?on={d}" for c, d in zip(codes, days, strict=True)],
        "grid of a place": [f"/api/v1/register/locate?lon={a:.7f}&lat={b:.7f}&on={d}" for a, b, d in spots],
    }


def asked(client: httpx.Client, paths: list[str], process: int) -> dict[str, float]:
    """Milliseconds of wall time of the questions (median, 95 in 100, longest), and of the server's CPU for each."""
    spent, found, before = [], 0, cpu_s(process)
    for path in paths:
        start = time.perf_counter()
        answer = client.get(path)
        spent.append((time.perf_counter() - start) * 1e3)
        found += answer.status_code == 200
    cpu = (cpu_s(process) - before) * 1e3 / len(paths)
    told = {"p50": float(np.median(spent)), "p95": float(np.quantile(spent, 0.95)), "most": max(spent)}
    return {
        **{name: round(value, 2) for name, value in told.items()},
        "CPU": round(cpu, 2),
        "found": found / len(paths),
    }


def cpu_s(process: int) -> float:
    """Seconds of CPU time that a process has used (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Fill the store where it isn't there yet, ask, and print the figures as JSON."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--folder", type=Path)
    options.add_argument("--years", type=int, default=20)
    options.add_argument("--questions", type=int, default=2000)
    options.add_argument("--serve", action="store_true")
    given = options.parse_args()
    if given.serve:
        serve(given.folder)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(exist_ok=True, parents=True)
        if not (folder / STORE).exists():
            fill(folder, given.years)
        command = [sys.executable, __file__, "--serve", "--folder", str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            address = f"http://127.0.0.1:{server.stdout.readline().strip()}"
            figures: dict[str, Any] = {"store, MB": round((folder / STORE).stat().st_size / 1e6)}
            with httpx.Client(base_url=address) as client:
                for name, paths in questions(given.years, given.questions).items():
                    first = asked(client, paths[:1], server.pid)["p50"]
                    figures[f"{name}, ms"] = {"first": first, **asked(client, paths[1:], server.pid)}
            server.terminate()
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()

"""What the roster of a city of 30,000 grids costs: 7 roles in each, nine places in ten held by somebody.

``python benchmarks/rosters.py`` makes a roster and asks it (``--rows`` and ``--columns`` of units make smaller cities, to see
how each figure grows), draws contact cards, then keeps the city in a store and asks a server in this process: a file
looked at and taken in, a page, the empty places, files out. Figures are CPU seconds.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from fastapi.testclient import TestClient
from register import city, first_grids
from register_served import drawn, enter

from gridgeo.plans.plan import Plan
from gridgeo.plans.rules import Rules
from gridgeo.reports.card_maps import CardMaps
from gridgeo.reports.maps import look_of
from gridgeo.reports.officers import Officers
from gridgeo.reports.wording import Words
from gridgeo.rosters import PRESETS, Roster, read_roster, write_roster
from gridgeo_server.app import create_app
from gridgeo_server.auth import keys
from gridgeo_server.auth import store as key_store
from gridgeo_server.settings import Settings
from gridgeo_server.store import Store
from gridgeo_server.store.folder import STORE
from gridgeo_server.town import Town

DAY = date(2026, 1, 1)
CARDS = 500
T = TypeVar("T")


class Clock:
    """CPU seconds of pieces of work, by name."""

    def __init__(self) -> None:
        self.figures: dict[str, float] = {}

    def time(self, name: str, work: Callable[[], T]) -> T:
        """Do `work` and keep what it cost."""
        begin = time.process_time()
        answer = work()
        self.figures[name] = round(time.process_time() - begin, 2)
        sys.stderr.write(f"{name}: {self.figures[name]} s\n")
        return answer


def terms(grids: list[str]) -> pd.DataFrame:
    """Nine places in ten, each three grids in the hands of the same seven people."""
    random = np.random.default_rng(4)
    roles = [one.role for one in PRESETS["seven"]]
    rows = [
        (grid, role, f"officer {number // 3} {at}", f"1{number // 3:05d}{at:05d}", "2020-01-01")
        for number, grid in enumerate(grids)
        for at, role in enumerate(roles)
        if random.random() < 0.9
    ]
    return pd.DataFrame(rows, columns=["grid", "role", "person", "phone", "from"])


def in_python(clock: Clock, plan: Plan, folder: Path) -> bytes:
    """Make, ask, write and read a roster, and draw cards; the roster as a CSV."""
    grids = [str(grid) for grid in plan.grids["grid"]]
    roster = clock.time("made", lambda: Roster(terms(grids)))
    clock.time("empty places", lambda: roster.gaps(grids, DAY))
    clock.time("places of each person", lambda: roster.load(DAY))
    for ending in (".csv", ".xlsx", ".gpkg"):
        file = folder / f"roster{ending}"
        clock.time(f"written, {ending}", lambda file=file: write_roster(roster, file))
        clock.time(f"read, {ending}", lambda file=file: read_roster(file))
    words = Words("zh")
    officers = Officers(roster, plan, DAY)
    clock.time("officers of all cards", lambda: [officers.rows(grid, words) for grid in grids])
    clock.time("empty places on paper", lambda: officers.summary(words))
    maps = clock.time("ground of the cards", lambda: CardMaps(plan, look_of(plan, words), 84.0, 79.0))
    clock.time(f"maps of {CARDS} cards", lambda: [maps.draw(grid) for grid in grids[:CARDS]])
    return (folder / "roster.csv").read_bytes()


def served(clock: Clock, plan: Plan, folder: Path, data: bytes) -> None:
    """Ask a server for the same."""
    opened = Store(folder / STORE, wait_s=600)
    random = np.random.default_rng(2)
    opened.write(lambda t: enter(t, 2020, drawn(plan), [], random))
    identifier, secret, token = keys.new_token()
    key = keys.Key(identifier, "somebody", "admin", datetime(2020, 1, 1, tzinfo=UTC), None, None)
    opened.write(lambda t: key_store.insert(t.connection, key, keys.hashed(secret)))
    opened.close()
    small = city(20, 20, seed=1)
    town = Town(Plan(small, pd.Series("small", index=small.units["unit"]), Rules(k=1)))
    app = create_app(Settings(data=folder, indicators_s=3_600), town)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream"}
    with TestClient(app, base_url="http://127.0.0.1") as client:

        def ask(name: str, method: str, path: str, **more: Any) -> None:
            def work() -> None:
                answer = client.request(method, f"/api/v1/rosters{path}", headers=headers, **more)
                assert answer.status_code < 300, answer.text

            clock.time(name, work)

        ask("served: file looked at", "POST", "/import/check?filename=roster.csv", content=data)
        ask("served: file taken in", "POST", "/import?filename=roster.csv", content=data)
        ask("served: 200 grids", "GET", "")
        ask("served: 200 grids that have an empty place", "GET", "?gaps=true")
        ask("served: grids by code", "GET", "?text=0123")
        ask("served: empty places of 1,000 grids", "GET", "/gaps")
        ask("served: 1,000 terms", "GET", "/terms")
        ask("served: 1,000 busiest people", "GET", "/people")
        ask("served: file out, .csv", "GET", "/export?f=csv")
        ask("served: file out, .xlsx", "GET", "/export?f=xlsx")
        headers["Content-Type"] = "application/json"
        ask("served: somebody put", "POST", "/terms", json={"grid": "g000001", "role": "police", "person": "x"})
        ask("served: a term ended", "POST", "/terms/1/end", json={"on": "2030-01-01"})


def main() -> None:
    """Measure and print the figures as JSON."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=300)
    options.add_argument("--columns", type=int, default=400)
    given = options.parse_args()
    town = city(given.rows, given.columns, seed=1)
    names = pd.Series([f"g{i:06d}" for i in first_grids(given.rows, given.columns)], index=town.units["unit"])
    plan, clock = Plan(town, names, Rules(k=int(names.nunique()))), Clock()
    with tempfile.TemporaryDirectory() as temporary:
        data = in_python(clock, plan, Path(temporary))
        served(clock, plan, Path(temporary), data)
    sys.stdout.write(json.dumps({"grids": len(plan.grids), "places": 7 * len(plan.grids), **clock.figures}, indent=1))
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()

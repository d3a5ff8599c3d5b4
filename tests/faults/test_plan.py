"""A plan comes into force while cases are open and others are being reported, and the server is killed right after."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from faults.judge import judge
from faults.servers import Client, Server, Told, writers
from gridgeo_server.store import Store
from gridgeo_server.store.folder import STORE
from server.plans.conftest import make_key, quartered


def _grids(client: Client) -> set[str]:
    return {one["properties"]["grid"] for one in client.get("/ogc/collections/grids/items").values["features"]}


def test_a_plan_put_in_force_while_cases_are_open_loses_none_and_every_case_is_of_one_plan(
    start: Callable[..., Server], folder: Path, told: Told
) -> None:
    opened = Store(folder / STORE)
    key = {"Authorization": f"Bearer {make_key(opened, 'admin', 'Admin')[1]}"}
    opened.close()
    server = start(town="quartered")
    client = Client(server.port)
    before = _grids(client)
    renamed = {unit: f"X{grid}" for unit, grid in quartered(1).items()}
    plan = client.ask("POST", "/api/v1/plans", {"name": "Redrawn", "assignment": renamed}, **key).values["plan"]
    steps = f"/api/v1/plans/{plan}/transitions"
    for to in ("proposed", "consulted", "approved"):
        assert client.ask("POST", steps, {"to": to}, **key).status == 200
    stop = threading.Event()
    threads = writers(server.port, told, "plan", stop, count=4)
    while len(told.cases) < 10:
        time.sleep(0.01)
    day = datetime.now(UTC).date().isoformat()
    assert client.ask("POST", steps, {"to": "in_force", "date": day}, **key).status == 200
    swapped = len(told.cases)
    while len(told.cases) < swapped + 10:
        time.sleep(0.01)
    last = told.report(client, "last")
    server.kill()
    stop.set()
    for thread in threads:
        thread.join()
    client.close()
    judge(folder / STORE, told)

    server = start(town="quartered")
    client = Client(server.port)
    assert _grids(client) == set(renamed.values())
    cases = {one["case"]: one for one in client.get("/api/v1/cases?limit=1000").values["cases"]}
    assert {one["grid"] for one in cases.values()} <= before | set(renamed.values())
    assert cases[str(last)]["grid"] in set(renamed.values())
    # In the order in which they were taken: the old plan's first, then the new one's, never mixed.
    of_new = [cases[name]["grid"] in set(renamed.values()) for name in sorted(cases)]
    assert of_new == sorted(of_new)
    for asked in told.asked:
        assert told.report(client, asked) is not None
    client.close()
    server.kill()
    assert judge(folder / STORE, told) == len(told.asked)

"""Durable reports per CPU-second: `POST /api/v1/cases` to a server of its own process, acknowledged once it is on the disk.

``python benchmarks/durable.py`` sends a fixed number of reports, each with a key of its own, over so many connections at
once, and tells the CPU time that the server's process used (user and system, all threads), then proves that every
acknowledged case is in the store, once. Writing the disk's own time is not CPU time: see the wall time beside it.

With ``--together N`` N reports come in one request, as a field app sends what was reported while it was offline
(`POST /api/v1/cases/batch`); each has an identifier of its own and is acknowledged by itself.

Before and after it a bare door of FastAPI is sent as many requests (`bare_door.py`): on a machine that others share,
what a report costs in such requests says more than a second.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests")]


def town_in(folder: Path) -> None:
    """The lattice town and its plan of six grids, as `gridgeo import` and `gridgeo partition` leave them."""
    from boards import lattice_plan
    from gridgeo.sources import write_jurisdiction

    plan = lattice_plan()
    write_jurisdiction(plan.jurisdiction, folder / "town.gpkg")
    plan.to_file(folder / "plan.gpkg")


def places(count: int) -> list[tuple[float, float]]:
    """Longitudes and latitudes spread over the lattice town."""
    import numpy as np

    from gridgeo import crs
    from towns import BLOCK, CRS, EAST, NORTH

    random = np.random.default_rng(1)
    x, y = EAST + random.uniform(5, 12 * BLOCK - 5, count), NORTH + random.uniform(5, 8 * BLOCK - 5, count)
    lon, lat = crs.transform(x, y, CRS, crs.WGS84)
    return list(zip(lon.round(7).tolist(), lat.round(7).tolist(), strict=True))


def cpu_s(process: int) -> float:
    """Seconds of CPU time that a process has used (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def send(
    port: int, bodies: list[bytes], name: str, connections: int, path: str = "/api/v1/cases"
) -> tuple[dict[str, str], list[float]]:
    """The case that each key was given, and the seconds that each answer took."""
    waiting = list(enumerate(bodies))
    kept: dict[str, str] = {}
    spent: list[float] = []

    async def work() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while waiting:
            number, body = waiting.pop()
            key = f"{name}-{number}"
            head = (
                f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                f"Idempotency-Key: {key}\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            start = time.perf_counter()
            writer.write(head.encode() + body)
            answered = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(answered.split(b"content-length:")[1].split(b"\r\n")[0])
            told = json.loads(await reader.readexactly(length))
            spent.append(time.perf_counter() - start)
            status = int(answered.split()[1])
            if status == 201:
                kept[key] = told["case"]
            elif status == 200:
                kept.update((one["client_id"], one["case"]) for one in told["results"] if one["status"] == 201)
        writer.close()

    await asyncio.gather(*(work() for _ in range(connections)))
    return kept, spent


def batches(reports: list[dict[str, Any]], name: str, together: int) -> list[bytes]:
    """Bodies of so many reports each."""
    items = [
        {"client_id": f"{name}-{number}", "at": "2026-01-01T08:00:00Z", "report": report}
        for number, report in enumerate(reports)
    ]
    return [json.dumps({"items": items[at : at + together]}).encode() for at in range(0, len(items), together)]


def measured(folder: Path, count: int, connections: int, together: int, *, on_duty: bool) -> dict[str, Any]:
    """Figures of so many reports."""
    reports = [{"category": "noise", "lon": lon, "lat": lat, "description": "Loud music"} for lon, lat in places(count)]
    if together > 1:
        path = "/api/v1/cases/batch"
        warm, bodies = (batches(some, name, together) for some, name in ((reports[:200], "warm"), (reports, "sent")))
    else:
        bodies = [json.dumps(one).encode() for one in reports]
        path, warm = "/api/v1/cases", bodies[:200]
    command = [sys.executable, "-m", "gridgeo", "serve", "--data", str(folder), "--port", "0", "--json"]
    duty = {**os.environ, "GRIDGEO_OFFICERS_ON_DUTY": str(on_duty)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=duty) as server:
        try:
            assert server.stdout is not None
            port = int(json.loads(server.stdout.readline())["address"].rstrip("/").rsplit(":", 1)[1])
            # What is compiled or read on first use is no cost of a report.
            asyncio.run(send(port, warm, "warm", connections, path))
            time.sleep(1.0)
            before, start = cpu_s(server.pid), time.perf_counter()
            kept, spent = asyncio.run(send(port, bodies, "sent", connections, path))
            wall, used = time.perf_counter() - start, cpu_s(server.pid) - before
        finally:
            server.kill()
            server.wait()
    with closing(sqlite3.connect(folder / "gridgeo.sqlite")) as store:
        stored = {row[0] for row in store.execute('SELECT "case" FROM cases')}
    assert set(kept.values()) <= stored, "an acknowledged case is not in the store"
    assert len(set(kept.values())) == len(kept), "two keys were given one case"
    spent.sort()
    return {
        "reports": count,
        "officers on duty": on_duty,
        "acknowledged": len(kept),
        "connections": connections,
        "reports_in_a_request": together,
        "server_cpu_s": round(used, 2),
        "per_cpu_second": round(len(kept) / used),
        "wall_s": round(wall, 2),
        "p50_ms": round(1e3 * spent[len(spent) // 2], 1),
        "p95_ms": round(1e3 * spent[int(0.95 * len(spent))], 1),
    }


def bare_us(count: int, connections: int) -> float:
    """Microseconds of CPU that a request costs a bare door of FastAPI."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    bodies = [b'{"category": "noise", "lon": 7.42, "lat": 43.73, "description": "Loud music"}'] * count
    with subprocess.Popen([sys.executable, str(ROOT / "benchmarks" / "bare_door.py"), str(port)]) as door:
        try:
            for _ in range(200):
                with socket.socket() as trying:
                    if not trying.connect_ex(("127.0.0.1", port)):
                        break
                time.sleep(0.1)
            asyncio.run(send(port, bodies[:200], "warm", connections))
            before = cpu_s(door.pid)
            asyncio.run(send(port, bodies, "sent", connections))
            return 1e6 * (cpu_s(door.pid) - before) / count
        finally:
            door.kill()
            door.wait()


def main() -> None:
    """Measure and print as JSON."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--reports", type=int, default=5_000)
    options.add_argument("--connections", type=int, default=64)
    options.add_argument("--together", type=int, default=1, help="reports in one request, at most 200")
    options.add_argument("--nobody", action="store_true", help="nobody is on duty: reports are taken, nobody is sent")
    options.add_argument("--output", type=Path)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        town_in(Path(temporary))
        before = bare_us(given.reports, given.connections)
        figures = measured(Path(temporary), given.reports, given.connections, given.together, on_duty=not given.nobody)
        after = bare_us(given.reports, given.connections)
    bare = (before + after) / 2
    figures["bare_door_us"] = [round(before), round(after)]
    figures["costs_bare_requests"] = round(1e6 * figures["server_cpu_s"] / figures["acknowledged"] / bare, 1)
    text = json.dumps(figures, indent=1) + "\n"
    sys.stdout.write(text)
    if given.output:
        given.output.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

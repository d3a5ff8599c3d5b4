"""The live stream under load: officers who report where they are, viewers who watch, and how old what they see is.

``python benchmarks/live.py`` lets 1,000 officers send a position each second to a server of its own process while 200 viewers
watch, and tells the age of each position when a viewer has read it (95 in 100, longest), what was lost, and CPU
time of the server. ``--viewers 500 --officers 200`` shows that 500 hold. The age runs from the sending of the
position to the reading of the event, over HTTP, the store's commit and the stream.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "benchmarks")]


def rows(officers: int) -> str:
    """A list of officers, spread over the six grids of the lattice town."""
    lines = [f"o{number:04d},Officer {number},{number % 6 + 1:02d},foot" for number in range(officers)]
    return "\n".join(["officer,name,grids,mode", *lines]) + "\n"


async def officer(port: int, name: str, place: tuple[float, float], end: float, sent: dict[str, Any]) -> None:
    """Send a position each second; the heading tells the viewers which one it is."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    loop = asyncio.get_running_loop()
    following = loop.time() + (hash(name) % 1000) / 1000
    number = 0
    while following < end:
        await asyncio.sleep(max(0.0, following - loop.time()))
        number += 1
        body = json.dumps({"lon": place[0], "lat": place[1], "heading": number % 360})
        sent[name, number % 360] = time.perf_counter()
        writer.write(
            f"POST /api/v1/responders/{name}/positions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]))
        sent["answers"][head[9:12].decode()] = sent["answers"].get(head[9:12].decode(), 0) + 1
        # Who was answered late sends the next one at the next second.
        following = max(following + 1, loop.time())
    writer.close()


async def officers(port: int, count: int, seconds: float) -> dict[str, Any]:
    """All of them; when each position was sent, and the answers by their status."""
    from durable import places

    sent: dict[str, Any] = {"answers": {}}
    end = asyncio.get_running_loop().time() + seconds
    await asyncio.gather(
        *(officer(port, f"o{number:04d}", place, end, sent) for number, place in enumerate(places(count)))
    )
    return sent


async def viewer(port: int, watch: bool, stop: asyncio.Event, found: dict[str, Any]) -> None:
    """Read the stream; who watches notes when each officer's newest position was read."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 26)
    writer.write(b"GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    last = None
    try:
        while not stop.is_set():
            if not watch:
                data = await reader.read(1 << 18)
                found["bytes"] += len(data)
                if not data:
                    found["ended"] += 1
                    return
                continue
            line = await reader.readline()
            if not line:
                found["ended"] += 1
                return
            if line.startswith(b"id: "):
                number = int(line[4:])
                found["gaps"] += last is not None and number != last + 1
                last = number
            elif line.startswith(b'data: {"responders"'):
                now = time.perf_counter()
                for one in json.loads(line[6:])["responders"]:
                    if one["heading"] is not None:
                        found["read"].append((one["responder"], int(one["heading"]), now))
    finally:
        writer.close()


async def viewers(port: int, count: int) -> dict[str, Any]:
    """All of them, until the input ends; a few note ages, the rest only read."""
    found: dict[str, Any] = {"bytes": 0, "ended": 0, "gaps": 0, "read": []}
    stop = asyncio.Event()
    asyncio.get_running_loop().add_reader(0, stop.set)
    tasks = [asyncio.create_task(viewer(port, number % 50 == 0, stop, found)) for number in range(count)]
    sys.stdout.write("watching\n")
    sys.stdout.flush()
    await stop.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return found


def measured(folder: Path, officers_: int, viewers_: int, seconds: float) -> dict[str, Any]:
    """Figures of one load."""
    from durable import cpu_s

    command = [sys.executable, "-m", "gridgeo", "serve", "--data", str(folder), "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port = json.loads(server.stdout.readline())["address"].rstrip("/").rsplit(":", 1)[1]
        watch = [sys.executable, __file__, "--watch", port, "--viewers", str(viewers_)]
        with subprocess.Popen(watch, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as watching:
            assert watching.stdout is not None
            assert watching.stdin is not None
            watching.stdout.readline()
            time.sleep(3)
            before = cpu_s(server.pid)
            sent = asyncio.run(officers(int(port), officers_, seconds))
            used = cpu_s(server.pid) - before
            time.sleep(1.5)
            watching.stdin.close()
            found = json.loads(watching.stdout.readline())
            memory = int(Path(f"/proc/{server.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        server.kill()
    ages = sorted(read - at for name, number, read in found["read"] if (at := sent.get((name, number))) is not None)
    answers = sent.pop("answers")
    return {
        "officers": officers_,
        "viewers": viewers_,
        "seconds": seconds,
        "positions sent": sum(answers.values()),
        "answers": answers,
        "positions read by a viewer": round(len(found["read"]) / len(range(0, viewers_, 50))),
        "age p50 s": round(ages[len(ages) // 2], 3),
        "age p95 s": round(ages[int(0.95 * len(ages))], 3),
        "age most s": round(ages[-1], 3),
        "gaps": found["gaps"],
        "streams ended": found["ended"],
        "MB read": round(found["bytes"] / 1e6),
        "server CPU s": round(used, 1),
        "server MB": round(memory / 1e6),
    }


def main() -> None:
    """Measure and print as JSON."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--officers", type=int, default=1_000)
    options.add_argument("--viewers", type=int, default=200)
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--watch", type=int)
    given = options.parse_args()
    if given.watch:
        sys.stdout.write(json.dumps(asyncio.run(viewers(given.watch, given.viewers))) + "\n")
        return
    from durable import town_in

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        town_in(folder)
        (folder / "officers.csv").write_text(rows(given.officers))
        figures = measured(folder, given.officers, given.viewers, given.seconds)
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()

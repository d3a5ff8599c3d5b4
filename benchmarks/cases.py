"""What 100,000 stored cases cost: a look for duplicates, indicators of a month and a day, lists, and the next steps up.

``python benchmarks/cases.py`` fills a store (``--cases`` for another number) and asks it. Half of the cases are of the last day,
in a district of 9 × 9 km and 600 grids; each went some way towards its closing. Figures are CPU milliseconds: the median and the
worst.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from gridgeo_server.board import figures
from gridgeo_server.board.figures import Period
from gridgeo_server.cases import duplicates, filters, store
from gridgeo_server.cases.model import Case, Event, apply, next_stage, report_event
from gridgeo_server.store import Store, Transaction, tables

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
KINDS = ("noise", "greenery", "street_stall", "fire_hazard")
WORDS = ["小区", "门口", "垃圾", "堆积", "路灯", "不亮", "噪音", "扰民", "井盖", "缺失", "道路", "积水"]
WAY = ("accept", "dispatch", "start", "handle", "check", "close")
SENT = {"responder": "b", "responder_name": "B", "road_s": 90.0, "road_m": 110.0}


def main() -> None:
    """Fill a store, ask it, and print what it took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=100_000)
    count = parser.parse_args().cases
    random = Random(1)
    with tempfile.TemporaryDirectory() as folder:
        opened = Store(Path(folder) / "cases.sqlite", wait_s=3_600)
        opened.write(lambda transaction: fill(transaction, count, random))
        with opened.reading() as connection:
            month, day = (Period(NOW - timedelta(days=days), NOW + timedelta(seconds=1)) for days in (30, 1))

            def look() -> None:
                duplicates.alike(connection, random.choice(KINDS), *place(random), text(random), NOW)

            tell("duplicates", look, 300)
            tell("figures of 30 days by grid", lambda: figures.counted(connection, "grid", month, NOW), 3)
            tell("figures of a day by grid", lambda: figures.counted(connection, "grid", day, NOW), 3)
            past = Period(NOW - timedelta(days=31), NOW - timedelta(days=1))
            for by in ("grid", "category", "officer"):
                tell(
                    f"figures of 30 days that are over by {by}", partial(figures.counted, connection, by, past, NOW), 3
                )
            tell("200 open cases", lambda: store.search(connection, is_open=True, limit=200), 10)
            nowhere, cased = [filters.said("没有这样的")], [filters.said("DÉCHETS")]
            tell("words that no case holds", lambda: store.search(connection, where=nowhere, limit=200), 5)
            tell("the same in capitals", lambda: store.search(connection, where=cased, limit=200), 5)
            on_time = [figures.condition("on_time", month, NOW)]
            tell("200 cases of a figure", lambda: store.search(connection, where=on_time, limit=200), 5)
            tell("whether a case goes up a level", lambda: store.to_escalate(connection, NOW, 1), 20)
        opened.close()


def tell(what: str, work: Callable[[], Any], times: int) -> None:
    """Print what `work` takes."""
    work()
    spent = []
    for _ in range(times):
        start = time.process_time()
        work()
        spent.append(1_000 * (time.process_time() - start))
    sys.stdout.write(f"{what:<32} {statistics.median(spent):8.2f} ms {max(spent):8.2f} ms\n")
    sys.stdout.flush()


def fill(transaction: Transaction, count: int, random: Random) -> None:
    """Write `count` cases with their events."""
    rows, events = [], []
    for number in range(count):
        case, lived = life(f"c-{number:06d}", 86_400 if number % 2 else 30 * 86_400, random)
        rows.append(asdict(case))
        events += [{name: value for name, value in asdict(event).items() if name != "seq"} for event in lived]
    transaction.connection.execute(tables.cases.insert(), rows)
    transaction.connection.execute(tables.events.insert(), events)


def life(name: str, span_s: int, random: Random) -> tuple[Case, list[Event]]:
    """A case of the last `span_s` seconds, and its events so far."""
    at = NOW - timedelta(seconds=random.randrange(span_s))
    lon, lat = place(random)
    where: dict[str, Any] = dict.fromkeys(("address", "owner", "owner_name"))
    where |= {"description": text(random), "lon": lon, "lat": lat, "snapped_m": 0.0}
    where |= {"grid": str(random.randrange(600)), "grid_name": "", "area": str(random.randrange(40))}
    events = [report_event(name, random.choice(KINDS), 3_600, at, where, simulated=False)]
    case = apply(None, events[0])
    for action in WAY:
        if random.random() < 0.12:
            break
        at += timedelta(minutes=random.randrange(40))
        events.append(Event(name, at, action, next_stage(case, action), data=SENT if action == "dispatch" else {}))
        case = apply(case, events[-1])
    return case, events


def place(random: Random) -> tuple[float, float]:
    """Somewhere in the district, degrees."""
    return 116.3 + 0.1 * random.random(), 39.9 + 0.08 * random.random()


def text(random: Random) -> str:
    """What somebody might write."""
    return "".join(random.choices(WORDS, k=random.randint(2, 30)))


if __name__ == "__main__":
    main()

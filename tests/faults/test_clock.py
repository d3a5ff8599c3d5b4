"""The clock jumps by a day, forward and back, and daylight saving begins and ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from faults.judge import judge
from faults.servers import Client, Server, Told
from gridgeo_server.store.folder import STORE

DAY = 86_400
CHANGES = {
    "into summer": datetime(2027, 3, 28, 1, 0, tzinfo=UTC),
    "out of summer": datetime(2027, 10, 31, 1, 0, tzinfo=UTC),
}
"""When clocks change in Monaco."""


def _set(folder: Path, seconds: float) -> None:
    (folder / "clock").write_text(str(seconds))


def test_a_clock_that_jumps_by_a_day_loses_nothing_and_doubles_nothing(
    start: Callable[..., Server], folder: Path, told: Told
) -> None:
    _set(folder, 0)
    server = start(clock=str(folder / "clock"))
    client = Client(server.port)
    for number, ahead in enumerate((0, DAY, 0, -DAY, DAY, 0)):
        _set(folder, ahead)
        for key in list(told.asked):
            assert told.report(client, key) is not None  # a retry from before the jump
        case = told.report(client, f"jump-{number}")
        assert case is not None
        assert {told.act(client, case, action) for action in ("start", "handle", "check", "close")} == {200}
        assert told.report(client, f"more-{number}") is not None
    client.close()
    server.kill()
    assert judge(folder / STORE, told) == 12
    assert "Traceback" not in server.log()


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_is_lost_or_doubled_in_the_hour_that_is_skipped_or_comes_twice(
    start: Callable[..., Server], folder: Path, told: Told, change: str
) -> None:
    moment = (CHANGES[change] - datetime.now(UTC)).total_seconds()
    _set(folder, moment - 1_800)
    server = start(clock=str(folder / "clock"), environment={"TZ": "Europe/Monaco"})
    client = Client(server.port)
    for number in range(4):
        _set(folder, moment - 1_800 + 1_800 * number)
        assert told.report(client, f"half-hour-{number}") is not None
    listed = client.get("/api/v1/cases").values["cases"]
    limits = {
        (datetime.fromisoformat(one["due_at"]) - datetime.fromisoformat(one["reported_at"])).total_seconds()
        - one["limit_s"]
        for one in listed
    }
    assert limits == {0.0}
    assert client.get("/api/v1/indicators").values["reported_today"] == 4
    client.close()
    server.kill()
    assert judge(folder / STORE, told) == 4

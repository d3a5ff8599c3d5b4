"""Judges a store by what clients were told: nothing acknowledged is lost, nothing is there twice, no case is half changed."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from faults.servers import Told
from gridgeo_server.cases import model, store


def judge(path: Path, told: Told) -> int:
    """Number of cases in the store at `path`, which is as it should be; an AssertionError says what isn't."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        replies = dict(connection.execute("SELECT key, body FROM replies"))
    engine = sa.create_engine(f"sqlite:///{path}")
    try:
        with engine.connect() as connection:
            found, _ = store.search(connection)
            cases = {case.case: case for case in found}
            rebuilt = {name: model.rebuild(store.events_of(connection, name)) for name in cases}
            eventful = set(connection.execute(sa.text('SELECT DISTINCT "case" FROM events')).scalars())
    finally:
        engine.dispose()
    assert eventful == set(cases), "events without a case, or a case without events"
    for name, case in cases.items():
        assert rebuilt[name] == case, f"{name} is not what its events make of it"
    lost = {key: case for key, case in told.cases.items() if case not in cases}
    assert not lost, f"acknowledged and lost: {lost}"
    for case, version in told.steps.items():
        assert cases[case].version >= version, f"an acknowledged step of {case} is lost"
    twice = {key: count for key, count in Counter(case.description for case in found).items() if count > 1}
    assert not twice, f"stored twice: {twice}"
    assert {case.description for case in found} <= set(told.asked), "stored, though nobody asked"
    for key, name in told.cases.items():
        assert cases[name].description == key
        assert json.loads(replies[key])["case"] == name
    for case in found:
        assert case.description in replies, f"{case.case} is stored without the answer to its key"
    return len(cases)

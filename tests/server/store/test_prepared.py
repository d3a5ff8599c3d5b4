from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from gridgeo_server.store import tables
from gridgeo_server.store.prepared import TOGETHER, Prepared, driver_of

NOW = datetime(2026, 11, 18, 9, 0, 0, 123_000, tzinfo=UTC)
EVENT = {
    "case": "c",
    "at": NOW,
    "action": "report",
    "stage": "reported",
    "actor": None,
    "actor_name": "王芳",
    "actor_role": "dispatcher",
    "note": "a 'quoted' note",
    "data": {"a": [1, None]},
    "simulated": True,
    "rung": None,
}


@pytest.fixture
def connection():
    """An empty store in memory."""
    engine = sa.create_engine("sqlite://")
    tables.metadata.create_all(engine)
    with engine.connect() as made:
        yield made
    engine.dispose()


def test_what_is_written_and_read_is_what_sqlalchemy_writes_and_reads(connection):
    table = tables.events
    number = Prepared(table.insert(), EVENT).run(connection, EVENT).lastrowid
    assert connection.execute(sa.select(table)).one()._asdict() == {"seq": number, **EVENT}
    find = Prepared(sa.select(*(table.c[name] for name in EVENT)).where(table.c.case == sa.bindparam("which")))
    assert find.rows(connection, {"which": "c"}) == [list(EVENT.values())]
    assert find.rows(connection, {"which": "other"}) == []
    newest = Prepared(sa.select(table.c.case).where(table.c.stage == "reported").order_by(table.c.seq.desc()).limit(1))
    assert newest.rows(connection, {}) == [["c"]]


def test_a_row_is_brought_up_to_date_in_the_transaction_of_its_connection(connection):
    table = tables.replies
    row = {"key": "k", "request": "r", "status": 200, "body": "{}", "at": NOW}
    Prepared(table.insert(), row).run(connection, row)
    change = Prepared(table.update().where(table.c.key == sa.bindparam("which")), ["status"])
    change.run(connection, {"which": "k", "status": 201})
    assert connection.execute(sa.select(table.c.status)).scalar_one() == 201
    connection.rollback()


def test_a_value_that_is_not_given_is_an_error(connection):
    with pytest.raises(KeyError, match="note"):
        Prepared(tables.events.insert(), EVENT).run(connection, {k: v for k, v in EVENT.items() if k != "note"})


@pytest.mark.parametrize("count", [0, 1, 2, 3, TOGETHER - 1, TOGETHER, 3 * TOGETHER + 5])
def test_many_rows_are_inserted_in_their_order_by_few_statements_of_few_parameters(connection, count):
    table = tables.events
    told = []
    driver = driver_of(connection)
    driver.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, TOGETHER * len(EVENT))
    driver.set_trace_callback(told.append)
    Prepared(table.insert(), EVENT).run_all(connection, [{**EVENT, "case": f"c-{number}"} for number in range(count)])
    driver.set_trace_callback(None)
    found = connection.execute(sa.select(table.c.case).order_by(table.c.seq)).scalars().all()
    assert found == [f"c-{number}" for number in range(count)]
    inserts = [one for one in told if one.startswith("INSERT")]
    assert len(inserts) == count // TOGETHER + (count % TOGETHER).bit_count()

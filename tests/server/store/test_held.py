"""Rows that are held back and written together: as they would have been one by one, all of a job's or none."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from gridgeo_server.app import create_app
from gridgeo_server.cases.wishes import Actor, Report
from gridgeo_server.errors import KeyReused, StoreUnavailable
from gridgeo_server.idempotency import KEPT, Once, Reply, once
from gridgeo_server.settings import Settings
from gridgeo_server.state import State
from gridgeo_server.store import Store, Transaction, tables
from gridgeo_server.store.held import add
from gridgeo_server.store.jobs import Job
from gridgeo_server.store.parts import part
from gridgeo_server.store.prepared import Prepared
from gridgeo_server.town import Town
from server.store.test_writer import Gate, keep, keys

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
ROW = {"request": "r", "status": 200, "body": "{}", "at": NOW}
KEEP = Prepared(tables.replies.insert(), ["key", *ROW])


def adding(key: str, fault: str | None = None) -> Callable[[Transaction], str]:
    """Work that adds a row and then may fail."""

    def work(transaction: Transaction) -> str:
        add(transaction.connection, KEEP, {"key": key, **ROW})
        if fault is not None:
            raise RuntimeError(fault)
        return key

    return work


@pytest.fixture
def statements(store: Store) -> list[str]:
    """What SQLite is told to do by the writer."""
    found: list[str] = []

    def trace(transaction: Transaction) -> None:
        driver = transaction.connection.connection.dbapi_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.set_trace_callback(found.append)

    store.write(trace)
    return found


@pytest.fixture
def in_one_commit() -> Callable[..., list[Any]]:
    """Does jobs, work and whether it only adds, in one commit; what came of each, an error as it is."""

    def done(store: Store, *jobs: tuple[Callable[[Transaction], Any], bool]) -> list[Any]:
        gate = Gate()
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(store.write, gate)
            assert gate.begun.wait(30)
            waiting: list[Job] = [store._writer.put(work, adds=adds) for work, adds in jobs]
            gate.open.set()
            running.result(30)
            return [outcome(job.future) for job in waiting]

    def outcome(future: Future[Any]) -> Any:
        return future.exception(30) or future.result()

    return done


def test_rows_of_many_jobs_are_written_by_one_statement(
    store: Store, statements: list[str], in_one_commit: Callable[..., list[Any]]
) -> None:
    assert in_one_commit(store, *((adding(key), True) for key in "abcd")) == ["a", "b", "c", "d"]
    assert keys(store) == ["a", "b", "c", "d", "gate"]
    written = [one for one in statements if one.startswith("INSERT") and "'gate'" not in one]
    assert len(written) == 1
    assert not any("SAVEPOINT" in one for one in statements[statements.index(written[0]) :])


def test_a_job_that_fails_leaves_nothing_and_takes_nobody_with_it(
    store: Store, in_one_commit: Callable[..., list[Any]]
) -> None:
    told = in_one_commit(store, (adding("a"), True), (adding("b", "the lamp is out"), True), (adding("c"), True))
    assert [str(one) for one in told] == ["a", "the lamp is out", "c"]
    assert keys(store) == ["a", "c", "gate"]


def test_a_row_that_cannot_stand_beside_another_is_refused_and_takes_nobody_with_it(
    store: Store, in_one_commit: Callable[..., list[Any]]
) -> None:
    first, again, other = in_one_commit(store, (adding("a"), True), (adding("a"), True), (adding("b"), True))
    assert (first, other) == ("a", "b")
    assert isinstance(again, sqlite3.IntegrityError)
    assert keys(store) == ["a", "b", "gate"]
    assert store._writer.put(adding("c"), adds=True).future.result(30) == "c"


def test_a_job_that_reads_sees_the_rows_of_those_before_it(
    store: Store, in_one_commit: Callable[..., list[Any]]
) -> None:
    def count(transaction: Transaction) -> int:
        return int(transaction.connection.execute(sa.select(sa.func.count()).select_from(tables.replies)).scalar_one())

    assert in_one_commit(store, (adding("a"), True), (count, False), (adding("b"), True)) == ["a", 2, "b"]
    assert keys(store) == ["a", "b", "gate"]


def test_a_job_that_writes_by_itself_though_it_said_it_adds_rows_alone_is_not_kept(store: Store) -> None:
    with pytest.raises(StoreUnavailable):
        store._writer.put(lambda transaction: keep(transaction, "a"), adds=True).future.result(30)
    assert keys(store) == []
    assert store._writer.put(adding("b"), adds=True).future.result(30) == "b"


def test_a_key_that_parts_of_two_jobs_of_one_commit_have_is_answered_once(
    store: Store, in_one_commit: Callable[..., list[Any]]
) -> None:
    done: list[int] = []

    def asked(number: int) -> tuple[Callable[[Transaction], Any], bool]:
        def work(transaction: Transaction) -> Reply:
            done.append(number)
            return Reply.of(201, {"number": number})

        wanted = Once("same", "digest", NOW, work)

        def job(transaction: Transaction) -> Any:
            Once.ahead(transaction.connection, [wanted])
            with part(transaction):
                return wanted(transaction).values["number"]

        return job, True

    assert in_one_commit(store, asked(1), asked(2), asked(3)) == [1, 1, 1]
    assert done == [1]
    assert keys(store) == ["gate", "same"]


def test_a_key_that_comes_twice_in_one_commit_is_answered_once(
    store: Store, in_one_commit: Callable[..., list[Any]]
) -> None:
    done: list[int] = []

    def ask(number: int) -> tuple[Callable[[Transaction], Reply], bool]:
        return once("k", "POST /x", {"n": number}, NOW, lambda _: Reply.of(201, {"n": done.append(number)})), True

    first, again, other = in_one_commit(store, ask(1), ask(1), ask(2))
    assert (first.body, again.body, done) == ('{"n":null}', '{"n":null}', [1])
    assert isinstance(other, KeyReused)
    later = store._writer.put(ask(1)[0], adds=True).future.result(30)
    assert (later.body, done) == ('{"n":null}', [1])


def test_what_was_looked_up_for_one_commit_is_not_believed_in_another(store: Store) -> None:
    done: list[datetime] = []

    def ask(now: datetime) -> Callable[[Transaction], Reply]:
        return once("k", "POST /x", {}, now, lambda _: Reply.of(201, {"n": done.append(now)}))

    later = NOW + KEPT + timedelta(hours=1)
    store._writer.put(ask(NOW), adds=True).future.result(30)
    store.write(ask(NOW + timedelta(hours=1)))
    store.write(ask(later))
    assert done == [NOW, later]


REPORTS = [
    Report("noise", 0, 0, "Loud music", "Ms Wang, 555 0100"),
    Report("noise", 0, 0),
    Report("fire_hazard", 0, 0, "Boxes on the stairs"),
]


@pytest.fixture
def make_state(tmp_path: Path, empty_store: Path, town: Town, clock: Any) -> Iterator[Callable[[str, bool], State]]:
    """Makes servers of a folder's name and whether officers are on duty."""
    made: list[State] = []

    def make(name: str, duty: bool) -> State:
        (tmp_path / name).mkdir()
        shutil.copy(empty_store, tmp_path / name)
        app = create_app(Settings(data=tmp_path / name, officers_on_duty=duty), town, clock)
        made.append(app.state.gridgeo)
        return made[-1]

    yield make
    for state in made:
        state.store.close()


def stored(state: State, *, adds: bool, places: list[tuple[float, float]]) -> dict[str, list[Any]]:
    """The rows of the tables that reports fill, moments of the clock being the same in all runs."""

    def work(one: Report, place: tuple[float, float]) -> Callable[[Transaction], Reply]:
        wanted = Report(one.category, *place, one.description, one.reporter)

        def done(transaction: Transaction) -> Reply:
            return Reply.of(201, {"case": state.desk.report(transaction, wanted, NOW, Actor()).case})

        return once(f"{place}", "POST /api/v1/cases", {}, NOW, done)

    jobs = [state.store._writer.put(work(*one), adds=adds) for one in zip(REPORTS, places, strict=True)]
    assert [job.future.result(30).status for job in jobs] == [201] * 3
    with state.store.reading() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(sa.select(table))]
            for table in (tables.cases, tables.events, tables.reporters, tables.replies)
        }


@pytest.mark.parametrize("duty", [True, False])
def test_reports_leave_the_same_rows_whether_they_are_held_back_or_not(
    make_state: Callable[[str, bool], State], at: Any, duty: bool
) -> None:
    places = [at(480, 200), at(500, 220), at(900, 600)]
    held, apart = (stored(make_state(str(adds), duty), adds=adds, places=places) for adds in (True, False))
    assert held == apart
    assert len(held["events"]) >= 6
    assert [row[0] for row in held["events"]] == list(range(1, len(held["events"]) + 1))

"""Statements that are run thousands of times a second: put into SQL once, then handed to SQLite as they are.

SQLAlchemy finds a statement's SQL again each time it is run, which takes longer than SQLite takes to run it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import pysqlite

from gridgeo_server.encoding import to_json
from gridgeo_server.store.instants import Instant, to_text

TOGETHER = 64
"""Most rows of one statement: whatever is to be inserted is shared out by powers of two, so that few statements are remembered, and
none has more parameters than SQLite takes (32,766 where it is built as its authors build it).
"""

_DIALECT = pysqlite.dialect()

_Process = Callable[[Any], Any] | None


class Prepared:
    """One statement, whose parameters are given by name each time it is run.

    Parameters
    ----------
    statement
        What SQLAlchemy makes SQL of.
    columns
        Names of the columns that an insert or update fills.

    Examples
    --------
    >>> table = sa.table("replies", sa.column("key", sa.String), sa.column("status", sa.Integer))
    >>> Prepared(table.insert(), ["key", "status"]).sql
    'INSERT INTO replies ("key", status) VALUES (?, ?)'
    """

    def __init__(
        self, statement: sa.Select[Any] | sa.TextClause | sa.UpdateBase, columns: Iterable[str] | None = None
    ) -> None:
        self._statement = statement
        self._columns = None if columns is None else list(columns)

    @property
    def sql(self) -> str:
        """What SQLite is given."""
        return self._compiled[0]

    def run(self, connection: sa.Connection, values: Mapping[str, Any]) -> sqlite3.Cursor:
        """Run it in the transaction of `connection`; ``lastrowid`` of an insert's cursor is the row's number."""
        return driver_of(connection).execute(self.sql, self._given(values))

    def run_all(self, connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows, many by one statement; what doesn't insert is run for each."""
        if not self.sql.startswith("INSERT"):
            for row in rows:
                self.run(connection, row)
            return
        driver, begin = driver_of(connection), 0
        while begin < len(rows):
            count = min(TOGETHER, 1 << ((len(rows) - begin).bit_length() - 1))
            given = [value for row in rows[begin : begin + count] for value in self._given(row)]
            driver.execute(self._inserts(count), given)
            begin += count

    def _inserts(self, count: int) -> str:
        """What SQLite is given for so many rows."""
        one, sign, cells = self.sql.partition(" VALUES ")
        return f"{one}{sign}{', '.join([cells] * count)}"

    def _given(self, values: Mapping[str, Any]) -> list[Any]:
        """What SQLite is given for the parameters."""
        _, taken, processes, fixed = self._compiled
        if fixed:
            values = {**fixed, **values}
        given = taken(values)
        for place, process in processes:
            if given[place] is not None:
                given[place] = process(given[place])
        return given

    def rows(self, connection: sa.Connection, values: Mapping[str, Any]) -> list[list[Any]]:
        """Every row that it finds."""
        processes = self._results
        return [
            [value if process is None else process(value) for value, process in zip(row, processes, strict=True)]
            for row in self.run(connection, values)
        ]

    @cached_property
    def _compiled(
        self,
    ) -> tuple[str, Callable[[Mapping[str, Any]], list[Any]], list[tuple[int, Callable[[Any], Any]]], dict[str, Any]]:
        """SQL, what takes its parameters by their names, what must be made of some of them, and those that never change."""
        compiled = self._statement.compile(dialect=_DIALECT, column_keys=self._columns)
        names: list[str] = list(getattr(compiled, "positiontup", None) or [])
        binds = getattr(compiled, "binds", {})
        made = [(place, _written(binds[name].type)) for place, name in enumerate(names)]
        processes = [(place, process) for place, process in made if process is not None]
        # What stands in the statement itself, such as its limit.
        fixed = {name: binds[name].effective_value for name in names if not binds[name].required}
        told = {name: value for name, value in fixed.items() if value is not None}
        return str(compiled), _taking(names), processes, told

    @cached_property
    def _results(self) -> list[_Process]:
        assert isinstance(self._statement, sa.Select)
        return [
            column.type.dialect_impl(_DIALECT).result_processor(_DIALECT, None)
            for column in self._statement.selected_columns
        ]


def driver_of(connection: sa.Connection) -> sqlite3.Connection:
    """SQLite's own connection."""
    driver: sqlite3.Connection = connection.connection.dbapi_connection  # type: ignore[assignment]
    return driver


def _taking(names: list[str]) -> Callable[[Mapping[str, Any]], list[Any]]:
    """What takes the values of these names, in their order."""
    if len(names) < 2:  # of one name `itemgetter` gives the value itself
        return lambda values: [values[name] for name in names]
    getter = itemgetter(*names)
    return lambda values: list(getter(values))


def _written(kind: sa.types.TypeEngine[Any]) -> _Process:
    """What makes of a value, None aside, what SQLite is given; SQLAlchemy's own way there is long."""
    if isinstance(kind, Instant):
        return to_text
    if isinstance(kind, sa.Boolean):
        return int
    if isinstance(kind, sa.JSON):
        return to_json
    return kind.dialect_impl(_DIALECT).bind_processor(_DIALECT)

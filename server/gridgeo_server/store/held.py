"""Rows that the jobs of one commit add, held back and written by one statement for each table.

A statement for each row costs more than the row: Python lets go of its lock for each, and whoever waits for it takes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from gridgeo_server.store.memo import memo_of
from gridgeo_server.store.prepared import Prepared

HELD = "rows that are held back"
"""Where the memo of the writer's connection has them, while a job that only adds rows is done."""


class Held:
    """What is to be added, by statement, in the order in which each was first asked for: parents before children."""

    def __init__(self) -> None:
        self._rows: dict[Prepared, list[Mapping[str, Any]]] = {}

    def add(self, statement: Prepared, row: Mapping[str, Any]) -> None:
        """Hold a row back."""
        self._rows.setdefault(statement, []).append(row)

    def mark(self) -> dict[Prepared, int]:
        """How far it goes now."""
        return {statement: len(rows) for statement, rows in self._rows.items()}

    def drop(self, mark: Mapping[Prepared, int]) -> None:
        """Forget what came after `mark`."""
        for statement in list(self._rows):
            del self._rows[statement][mark.get(statement, 0) :]
            if not self._rows[statement]:
                del self._rows[statement]

    def write(self, connection: sa.Connection) -> None:
        """Write what is held, and hold nothing any more."""
        for statement, rows in self._rows.items():
            statement.run_all(connection, rows)
        self._rows.clear()


def add(connection: sa.Connection, statement: Prepared, *rows: Mapping[str, Any]) -> None:
    """Add rows: at once, or with those of others at the end of the commit where rows are held back."""
    held: Held | None = (memo_of(connection) or {}).get(HELD)
    if held is None:
        statement.run_all(connection, rows)
    else:
        for row in rows:
            held.add(statement, row)

"""A job in parts, each of which stands by itself: rows of a file, items of a batch."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from gridgeo_server.store.held import HELD, Held
from gridgeo_server.store.jobs import Transaction, undo
from gridgeo_server.store.memo import memo_of


@contextmanager
def part(transaction: Transaction) -> Iterator[None]:
    """What is done within: where it fails nothing of it is left and nothing of it is told, and what was done before is kept.

    A failure of the store itself ends the whole transaction.
    """
    connection = transaction.connection
    memo, told = memo_of(connection), len(transaction.announcements)
    held: Held | None = None if memo is None else memo.get(HELD)
    try:
        if held is None:
            with connection.begin_nested():
                yield
        else:
            mark = held.mark()
            try:
                yield
            except (sa.exc.OperationalError, sqlite3.OperationalError):
                raise
            except Exception:
                undo(connection, held, mark)
                raise
    except Exception:
        if memo is not None:
            memo.clear()
            if held is not None:
                memo[HELD] = held
        del transaction.announcements[told:]
        raise

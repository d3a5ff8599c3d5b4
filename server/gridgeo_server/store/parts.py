"""A job in parts, each of which stands by itself: rows of a file, items of a batch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gridgeo_server.store.held import HELD
from gridgeo_server.store.jobs import DoneOver, Transaction
from gridgeo_server.store.memo import memo_of


@contextmanager
def part(transaction: Transaction) -> Iterator[None]:
    """What is done within: where it fails nothing of it is left and nothing of it is told, and what was done before is kept.

    Parts have savepoints of their own. Where rows are held back they have none, for most don't fail: the first that does has its job
    done over, with savepoints. So whoever uses it lets `DoneOver` pass.
    """
    memo, told = memo_of(transaction.connection), len(transaction.announcements)
    if memo is not None and HELD in memo:
        try:
            yield
        except Exception as error:
            raise DoneOver from error
        return
    try:
        with transaction.connection.begin_nested():
            yield
    except Exception:
        if memo is not None:
            memo.clear()
        del transaction.announcements[told:]
        raise

"""A job in parts: a part that fails leaves nothing, and takes no other part and no other job with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gridgeo_server.store import Store, Transaction
from gridgeo_server.store.parts import part
from server.store.test_held import adding
from server.store.test_writer import keys


def parts(*works: Callable[[Transaction], str]) -> Callable[[Transaction], list[str]]:
    """Work of several parts, of which those that fail are told by their fault."""

    def work(transaction: Transaction) -> list[str]:
        told = []
        for one in works:
            try:
                with part(transaction):
                    key = one(transaction)
                    transaction.announce(key)
                    told.append(key)
            except RuntimeError as error:
                told.append(str(error))
        return told

    return work


def telling(key: str, fault: str) -> Callable[[Transaction], str]:
    """Work that adds a row and announces it, and then fails."""

    def work(transaction: Transaction) -> str:
        transaction.announce(key)
        return adding(key, fault)(transaction)

    return work


@pytest.mark.parametrize("adds", [True, False], ids=["held back", "in savepoints"])
def test_a_part_that_fails_leaves_nothing_is_not_told_and_keeps_the_others(tmp_path: Any, adds: bool) -> None:
    heard: list[Any] = []
    store = Store(tmp_path / "store.sqlite", heard.extend)
    try:
        work = parts(adding("a"), telling("b", "the lamp is out"), adding("c"), telling("d", "again"), adding("b"))
        assert store.write(work, adds=adds) == ["a", "the lamp is out", "c", "again", "b"]
        assert keys(store) == ["a", "b", "c"]
        assert heard == ["a", "c", "b"]
    finally:
        store.close()


def test_a_job_that_fails_after_its_parts_leaves_none_of_them(store: Store) -> None:
    def work(transaction: Transaction) -> None:
        parts(adding("a"), adding("b", "no"), adding("c"))(transaction)
        raise RuntimeError("late")

    for adds in (True, False):
        with pytest.raises(RuntimeError, match="late"):
            store.write(work, adds=adds)
        assert keys(store) == []

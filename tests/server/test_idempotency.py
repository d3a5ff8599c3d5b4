from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from gridgeo_server.errors import KeyReused
from gridgeo_server.idempotency import KEPT, Reply, once
from gridgeo_server.store import Store, Transaction, tables

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)


class Asked:
    """Asks the same thing with a key, and counts how often it was done."""

    def __init__(self, store: Store) -> None:
        self.store, self.done = store, 0

    def __call__(self, key: str | None, now: datetime = NOW, what: str = "a", by: str = "") -> str:
        def work(transaction: Transaction) -> Reply:
            self.done += 1
            return Reply.of(201, {"done": self.done})

        return self.store.write(once(key, "POST /x", {"what": what}, now, work, by)).body


@pytest.fixture
def ask(store: Store) -> Asked:
    """Asks the store."""
    return Asked(store)


def test_two_who_happen_on_one_key_are_done_both_each_once(ask: Asked) -> None:
    first = [ask("1"), ask("1", by="ann", what="b"), ask("1", by="bob")]
    assert first == [f'{{"done":{n}}}' for n in (1, 2, 3)]
    assert [ask("1"), ask("1", by="ann", what="b"), ask("1", by="bob")] == first
    with pytest.raises(KeyReused, match="Idempotency-Key '1' was used"):
        ask("1", by="bob", what="b")


def test_a_key_is_done_once_and_answered_alike(ask: Asked) -> None:
    assert ask("k") == ask("k") == '{"done":1}'
    assert ask("other") == '{"done":2}'
    assert ask(None) == '{"done":3}'


def test_a_key_with_another_body_is_refused(ask: Asked) -> None:
    ask("k")
    with pytest.raises(KeyReused):
        ask("k", what="b")
    assert ask.done == 1


@pytest.mark.parametrize("jump", [timedelta(days=1, hours=1), -timedelta(days=1), timedelta(hours=1)])
def test_a_clock_that_jumps_makes_no_retry_a_second_deed(ask: Asked, jump: timedelta) -> None:
    first = ask("k")
    for number in range(20):
        ask(f"others {number}", NOW + jump)
    assert ask("k", NOW + jump) == first


def test_a_key_may_be_used_anew_when_its_time_is_over(ask: Asked) -> None:
    for number in range(20):
        ask(f"earlier {number}")
    ask("k")
    assert ask("k", NOW + KEPT + timedelta(seconds=1), what="b") == '{"done":22}'


def test_answers_are_forgotten_when_their_time_is_over_as_others_come(ask: Asked, store: Store) -> None:
    for number in range(40):
        ask(f"old {number}")
    for number in range(20):
        ask(f"new {number}", NOW + KEPT + timedelta(seconds=1))
    with store.reading() as connection:
        kept = set(connection.execute(sa.select(tables.replies.c.key)).scalars())
    assert kept == {f"new {number}" for number in range(20)}

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from gridgeo.dispatch import Asked, next_officer, timed_out

NOON = datetime(2026, 11, 28, 12)


def test_everybody_is_asked_before_anybody_is_asked_twice() -> None:
    asked: list[Asked] = []
    order = []
    for minute in range(4):
        who = next_officer(["a", "b", "c"], asked)
        assert who is not None
        order.append(who)
        asked.append(Asked(who, NOON + timedelta(minutes=minute), "timeout"))
    assert order == ["a", "b", "c", "a"]


def test_who_declined_is_not_asked_again() -> None:
    assert next_officer(["a"], [Asked("a", NOON, "timeout"), Asked("a", NOON, "decline")]) is None
    assert next_officer([], []) is None


@pytest.mark.parametrize(
    ("answer", "minutes", "late"), [(None, 2, False), (None, 2.1, True), ("acknowledge", 9, False), (None, -60, False)]
)
def test_only_silence_beyond_the_time_is_a_timeout(answer: None, minutes: float, late: bool) -> None:
    asked = Asked("a", NOON, answer)
    assert timed_out(asked, NOON + timedelta(minutes=minutes), timedelta(minutes=2)) is late

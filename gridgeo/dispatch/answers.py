"""What follows from an officer's answer: acknowledged, declined, or none in time; and who is asked next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Answer = Literal["acknowledge", "decline", "timeout"]


@dataclass(frozen=True)
class Asked:
    """One time that somebody was sent to a case.

    Parameters
    ----------
    officer
        Who.
    at
        When.
    answer
        What became of it; None while it is open.
    """

    officer: str
    at: datetime
    answer: Answer | None = None


def timed_out(asked: Asked, now: datetime, within: timedelta) -> bool:
    """Whether somebody has let the time to answer pass. A clock that was set back makes nobody late.

    Examples
    --------
    >>> noon = datetime(2026, 11, 28, 12)
    >>> timed_out(Asked("wang", noon), noon + timedelta(minutes=3), timedelta(minutes=2))
    True
    """
    return asked.answer is None and now - asked.at > within


def next_officer(order: Sequence[str], asked: Iterable[Asked]) -> str | None:
    """Who is sent next: the first in the order who hasn't been asked in vain; None when nobody is left.

    Whoever let a time-out pass is asked again once everybody else has said no; whoever declined isn't.

    Parameters
    ----------
    order
        Who can be sent now, best first.
    asked
        Everybody who was sent to the case, oldest first.

    Examples
    --------
    >>> noon = datetime(2026, 11, 28, 12)
    >>> next_officer(["a", "b", "c"], [Asked("a", noon, "timeout"), Asked("b", noon, "decline")])
    'c'
    >>> next_officer(["a", "b"], [Asked("a", noon, "timeout"), Asked("b", noon, "decline")])
    'a'
    """
    last = {one.officer: one.answer for one in asked}
    fresh = [officer for officer in order if officer not in last or last[officer] is None]
    silent = [officer for officer in order if last.get(officer) == "timeout"]
    return next(iter(fresh + silent), None)

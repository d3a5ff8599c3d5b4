"""When a search ends: a rule is a callable that answers "stop now?".

A limit on work (`MaxIterations`) repeats exactly; a limit on time (`MaxSeconds`) does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from gridgeo_solvers import clock

StopRule = Callable[[], bool]
"""Called between two steps of a search; true ends it with the best answer so far."""


@dataclass
class MaxSeconds:
    """Stop when `seconds` have passed since the first call, by a clock that doesn't count compiling (`clock`)."""

    seconds: float
    _end: float | None = field(default=None, init=False, repr=False)

    def __call__(self) -> bool:
        """Whether the time is up."""
        now = clock.now()
        if self._end is None:
            self._end = now + self.seconds
        return now >= self._end


@dataclass
class MaxIterations:
    """Stop at the call after `count` calls."""

    count: int
    _seen: int = field(default=0, init=False, repr=False)

    def __call__(self) -> bool:
        """Whether the calls are used up."""
        self._seen += 1
        return self._seen > self.count


@dataclass(frozen=True)
class AnyOf:
    """Stop as soon as one of `rules` says so."""

    rules: tuple[StopRule, ...]

    def __call__(self) -> bool:
        """Ask every rule, so that each keeps its count."""
        answers = [rule() for rule in self.rules]
        return any(answers)

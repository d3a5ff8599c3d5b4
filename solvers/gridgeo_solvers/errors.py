"""What can go wrong in the solvers."""

from __future__ import annotations

from typing import Any


class BadProblem(ValueError):
    """A problem's numbers contradict themselves; the message names the field and the item."""


class Infeasible(RuntimeError):
    """No answer meets the hard rules; `reasons` says which ones conflict, in words.

    Parameters
    ----------
    reasons
        Sentences that name rules and items.
    nearest
        The answer that breaks the rules least, where one was made; its faults are listed on it.
    proven
        Whether it is certain that no answer exists; false means that none was found.
    conflict
        The fewest rules that leave no answer together, where they were found.
    causes
        Sentences that name the worst items of `nearest`, the worst first.
    """

    def __init__(
        self,
        reasons: list[str],
        *,
        nearest: Any = None,
        proven: bool = True,
        conflict: Any = None,
        causes: tuple[str, ...] = (),
    ) -> None:
        self.reasons = list(reasons)
        self.nearest = nearest
        self.proven = proven
        self.conflict = conflict
        self.causes = causes
        super().__init__("; ".join(self.reasons))

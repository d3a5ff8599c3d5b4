"""What a long job tells while it works: an observer whose methods do nothing.

The application subclasses `Progress` and prints; the library never prints.
"""

from __future__ import annotations


class Progress:
    """Override what you want to hear. Every method must return quickly."""

    def stage(self, name: str, total: int | None = None) -> None:
        """A stage `name` begins, of `total` steps where that is known."""

    def advance(self, steps: int = 1) -> None:
        """`steps` more steps of the current stage are done."""

    def incumbent(self, objective: float, bound: float | None = None) -> None:
        """A better answer was found (`objective`), or a better `bound` was proven."""

    def note(self, text: str) -> None:
        """Something worth a line, e.g. a choice made on the user's behalf."""

"""Names that are like what was asked: by the pairs of neighbouring signs that they have in common.

The measure is Dice's (1945, *Measures of the amount of ecologic association between species*), with the beginning and the end of a
name as signs of their own, so that it serves names of two signs and of thirty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

LEAST = 0.5
"""Least share of pairs in common: one sign of three may be another."""


class Likeness:
    """Many names, asked for those that are like another."""

    def __init__(self, names: Iterable[str]) -> None:
        self._pairs = {name: len(_pairs(name)) for name in names}
        self._having: dict[str, list[str]] = {}
        for name in self._pairs:
            for pair in _pairs(name):
                self._having.setdefault(pair, []).append(name)

    def of(self, asked: str) -> dict[str, float]:
        """The names that are like `asked`, and how much, from 0.5 to 1.

        Examples
        --------
        >>> Likeness(["ruegrimaldi", "ruedeleglise", "中山路"]).of("ruegrimldi")
        {'ruegrimaldi': 0.8695652173913043}
        """
        wanted = _pairs(asked)
        common = Counter(name for pair in wanted for name in self._having.get(pair, ()))
        alike = {name: 2 * count / (len(wanted) + self._pairs[name]) for name, count in common.items()}
        return {name: share for name, share in alike.items() if share >= LEAST}


def _pairs(name: str) -> set[str]:
    whole = f"^{name}$"
    return {whole[at : at + 2] for at in range(len(whole) - 1)}

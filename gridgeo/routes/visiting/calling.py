"""Who may call where, told by kinds of doors: a city has many doors, but few of them differ in who may call."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Calling:
    """Officers who may call at each door.

    Parameters
    ----------
    kind
        Shape (n,): kind of each door.
    table
        Shape (kinds, m): whether an officer may call at doors of a kind.

    Examples
    --------
    >>> calling = Calling(np.array([0, 1, 0]), np.array([[True, False], [True, True]]))
    >>> calling.doors_of(1).tolist()
    [False, True, False]
    """

    kind: Ints
    table: Bools

    def rows(self, doors: Ints) -> Bools:
        """Shape (doors, m)."""
        return self.table[self.kind[doors]]

    def at(self, doors: Ints, officers: Ints) -> Bools:
        """Shape (doors, officers)."""
        return np.asarray(self.table[:, officers][self.kind[doors]])

    def any_of(self, doors: Ints, officers: Ints) -> Bools:
        """Shape (doors,): whether any of `officers` may call."""
        return np.asarray(np.asarray(self.table[:, officers].any(axis=1))[self.kind[doors]])

    def doors_of(self, officer: int) -> Bools:
        """Shape (n,): where an officer may call."""
        return np.asarray(self.table[self.kind, officer])

    def with_more(self, other: Calling) -> Calling:
        """The doors of another behind these."""
        kind = np.concatenate([self.kind, len(self.table) + other.kind])
        return Calling(kind, np.concatenate([self.table, other.table]))


def kinds_of(*columns: NDArray[np.generic]) -> tuple[Ints, Ints]:
    """The first door of each kind, and the kind of each door, where doors of a kind agree in every column, shape (n,)."""
    code = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        _, value = np.unique(column, return_inverse=True)
        _, code = np.unique(code * (int(value.max(initial=0)) + 1) + value, return_inverse=True)
    _, first = np.unique(code, return_index=True)
    return first.astype(np.int64), code.astype(np.int64)

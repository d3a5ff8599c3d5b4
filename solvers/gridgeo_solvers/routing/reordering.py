"""Shortening a tour over pieces of street by re-ordering and turning them.

Two moves are tried until neither helps: a stretch of the tour is reversed, its pieces walked the other way (2-opt), and
a stretch is moved elsewhere, either way round (Or-opt; Or 1976). A stretch with a one-way piece is never turned round.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.routing.postman import Errand

_LONGEST_MOVED = 12
_LARGEST = 600
"""Tours of more pieces are left as they are: every move looks at all pairs of places."""
_LEAST_GAIN = 1e-6


def reorder(errand: Errand, tour: NDArray[np.int64]) -> NDArray[np.int64]:
    """`tour` (service arcs in order) or a shorter one over the same pieces, from the same start."""
    if not 2 <= len(tour) <= _LARGEST or errand.dead(tour) <= _LEAST_GAIN:
        return tour
    order = _Order.of(errand, tour)
    # Each move shortens the tour, so the search ends by itself; the count only guards against a tail of tiny gains.
    for _ in range(10 * len(tour)):
        better = order.reversed_best() or order.moved_best()
        if better is None:
            break
        order = better
    return order.arc[1:]


@dataclass(frozen=True)
class _Order:
    """A closed tour; place 0 is the start. Rows of `times` where each place is entered and left; the arc, and the arc back."""

    times: NDArray[np.float64]
    entry: NDArray[np.int64]
    exit: NDArray[np.int64]
    arc: NDArray[np.int64]
    back: NDArray[np.int64]

    @classmethod
    def of(cls, errand: Errand, tour: NDArray[np.int64]) -> _Order:
        network = errand.network
        pieces = network.piece[tour]
        two_way = network.back[pieces] >= 0
        back = np.where(two_way, network.forward[pieces] + network.back[pieces] - tour, -1)
        start = errand.at(np.array([errand.start]))
        none = np.array([-1], dtype=np.int64)
        return cls(
            errand.times,
            np.concatenate([start, errand.at(network.tail[tour])]),
            np.concatenate([start, errand.at(network.head[tour])]),
            np.concatenate([none, tour]),
            np.concatenate([none, back]),
        )

    def reversed_best(self) -> _Order | None:
        """The order with the stretch reversed that gains most; None where none gains."""
        n = len(self.arc) - 1
        leave, reach = self.exit, np.append(self.entry[1:], self.entry[0])
        leg = self.times[leave, reach]
        turned = self._turned()
        first, last = np.arange(1, n + 1), np.arange(1, n + 1)
        change = (
            self.times[leave[first - 1][:, None], self.exit[last][None, :]]
            + self.times[self.entry[first][:, None], reach[last][None, :]]
            - leg[first - 1][:, None]
            - leg[last][None, :]
            + turned[last][None, :]
            - turned[first][:, None]
        )
        fixed = np.concatenate([[0], np.cumsum(self.back < 0)])
        barred = (fixed[last + 1][None, :] > fixed[first][:, None]) | (first[:, None] > last[None, :])
        change[barred] = 0.0
        i, j = np.unravel_index(int(change.argmin()), change.shape)
        if change[i, j] >= -_LEAST_GAIN:
            return None
        return self._with_stretch(int(first[i]), int(last[j]), None, turn=True)

    def moved_best(self) -> _Order | None:
        """The order with a stretch moved, of the shortest length for which one gains; None where none gains."""
        n = len(self.arc) - 1
        for length in range(1, min(_LONGEST_MOVED, n - 1) + 1):
            better = self._moved(length)
            if better is not None:
                return better
        return None

    def _moved(self, length: int) -> _Order | None:
        n = len(self.arc) - 1
        times, reach = self.times, np.append(self.entry[1:], self.entry[0])
        leg = times[self.exit, reach]
        first = np.arange(1, n - length + 2)
        last = first + length - 1
        closing = times[self.exit[first - 1], reach[last]] - leg[first - 1] - leg[last]
        place = np.arange(n + 1)
        inside = (place[None, :] >= first[:, None] - 1) & (place[None, :] <= last[:, None])
        base = closing[:, None] - leg[place][None, :]
        ahead = base + times[self.exit[place][None, :], self.entry[first][:, None]]
        ahead += times[self.exit[last][:, None], reach[place][None, :]]
        turned = self._turned()
        fixed = np.concatenate([[0], np.cumsum(self.back < 0)])
        behind = base + times[self.exit[place][None, :], self.exit[last][:, None]]
        behind += times[self.entry[first][:, None], reach[place][None, :]]
        behind += (turned[last] - turned[first])[:, None]
        behind[fixed[last + 1] > fixed[first]] = np.inf
        ahead[inside] = behind[inside] = np.inf
        turn = bool(behind.min() < ahead.min())
        change = behind if turn else ahead
        i, p = np.unravel_index(int(change.argmin()), change.shape)
        if change[i, p] >= -_LEAST_GAIN:
            return None
        return self._with_stretch(int(first[i]), int(last[i]), int(p), turn=turn)

    def _turned(self) -> NDArray[np.float64]:
        """Prefix sums over places of what the leg to the next place costs more when walked the other way."""
        ahead = self.times[self.exit[:-1], self.entry[1:]]
        behind = self.times[self.entry[1:], self.exit[:-1]]
        return np.concatenate([[0.0], np.cumsum(behind - ahead)])

    def _with_stretch(self, first: int, last: int, after: int | None, *, turn: bool) -> _Order:
        """The stretch `first`..`last` put after place `after` (None: where it is), turned round or not."""
        stretch = np.arange(first, last + 1)
        rest = np.delete(np.arange(len(self.arc)), stretch)
        at = first if after is None else after + 1 if after < first else after + 1 - len(stretch)
        flip = np.zeros(len(self.arc), dtype=bool)
        flip[stretch] = turn
        order = np.concatenate([rest[:at], stretch[::-1] if turn else stretch, rest[at:]])
        flip = flip[order]
        entry, leave, arc, back = self.entry[order], self.exit[order], self.arc[order], self.back[order]
        return _Order(
            self.times,
            np.where(flip, leave, entry),
            np.where(flip, entry, leave),
            np.where(flip, back, arc),
            np.where(flip, arc, back),
        )

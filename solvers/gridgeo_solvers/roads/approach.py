"""Ways from people who stay where they are to one goal after another, when there is no time to ask about each anew."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.roads.ends import FAR, Ends
from gridgeo_solvers.roads.places import Places
from gridgeo_solvers.roads.travel import Route, Travel


class Approach:
    """What `Travel.table` and `Travel.routes` tell, for the same starts and goals that come singly.

    Parameters
    ----------
    travel
        The streets.
    starts
        Places on pieces of street.
    """

    def __init__(self, travel: Travel, starts: Places) -> None:
        travel.check(starts)
        self._travel = travel
        self._starts = starts
        self._away = travel.leaving(starts)
        self._towards = travel.engine.towards(self._away)
        self._ahead, _, self._behind, _ = travel.split(starts)
        order = np.argsort(starts.piece, kind="stable")
        pieces, begin = np.unique(starts.piece[order], return_index=True)
        self._on = dict(zip(pieces.tolist(), np.split(order, begin[1:]), strict=True))
        self._last: tuple[int, float, Ends] | None = None
        self._singly: dict[int, tuple[tuple[int, float], Ends]] = {}

    def ms(self, piece: int, share: float) -> NDArray[np.int32]:
        """Shape (k,): milliseconds from each start to a place, `FAR` where there is no way."""
        home = self._entering(piece, share)
        out = self._towards(home)
        rows = self._on.get(piece)
        if rows is not None:
            out[rows] = np.minimum(out[rows], self._direct(rows, piece, share, home))
        return out

    def route(self, row: int, piece: int, share: float) -> Route:
        """The quickest way from one of the starts to a place."""
        home = self._entering(piece, share)
        start, away = self._start(row)
        arcs, told = self._travel.engine.paths(away, home)
        direct = int(self._direct(np.array([row]), piece, share, home)[0]) if piece == start[0] else FAR
        if direct <= told[0]:
            return self._travel.along(*start, share, direct)
        return self._travel.through(start, (piece, share), arcs[0], int(told[0]), away.of(0), home.of(0))

    def _start(self, row: int) -> tuple[tuple[int, float], Ends]:
        """Place and ends of one of the starts."""
        known = self._singly.get(row)
        if known is None:
            place = int(self._starts.piece[row]), float(self._starts.share[row])
            known = self._singly[row] = place, self._away.rows(slice(row, row + 1))
        return known

    def _entering(self, piece: int, share: float) -> Ends:
        """`Travel.entering` of one place; a way is asked for right after its time."""
        last = self._last
        if last is not None and last[:2] == (piece, share):
            return last[2]
        network, graph = self._travel.network, self._travel.graph
        there, back = int(network.forward[piece]), int(network.back[piece])
        undone, second = 0, -1
        if back >= 0:
            undone, second = round((1 - share) * int(network.ms[back])), graph.tail[back]
        elif share == 1.0:
            second = graph.head[there]
        done = round(share * int(network.ms[there]))
        home = Ends(np.array([[graph.tail[there], second]]), np.array([[done, undone]], dtype=np.int32))
        self._last = piece, share, home
        return home

    def _direct(self, rows: NDArray[np.int64], piece: int, share: float, home: Ends) -> NDArray[np.int32]:
        """Milliseconds from starts on the goal's own piece without leaving it; `FAR` where it leads the other way."""
        done, undone = home.ms[0]
        from_ = self._starts.share[rows]
        ahead = np.where(from_ <= share, done - self._ahead[rows], FAR)
        two_way = self._travel.network.back[piece] >= 0
        return np.minimum(ahead, np.where(two_way & (from_ >= share), undone - self._behind[rows], FAR)).astype(
            np.int32
        )

"""A judge of routes. It shares no code with the solvers and trusts nothing that they say of their answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike


def patrol_faults(
    tail: ArrayLike,
    head: ArrayLike,
    seconds: ArrayLike,
    piece: ArrayLike,
    *,
    start: int,
    required: ArrayLike,
    service: ArrayLike,
    shift: float,
    walks: Sequence[tuple[Sequence[int], Sequence[bool], float]],
    left_out: Sequence[int] = (),
) -> list[str]:
    """What is wrong with patrol routes, in words; an empty list where nothing is.

    Parameters
    ----------
    tail, head, seconds, piece
        Arcs of the network: ends, travel seconds, piece of street.
    start
        Junction where each walk begins and ends.
    required, left_out
        Pieces to be served once each, and those of them said to be unservable.
    service
        Seconds to serve each piece.
    shift
        Seconds of a walk at the most.
    walks
        For each route its arcs, which of them serve their piece, and the seconds it claims.
    """
    leaves, reaches, kind = (np.asarray(ends, dtype=np.int64).tolist() for ends in (tail, head, piece))
    cost, spent = (np.asarray(times, dtype=np.float64).tolist() for times in (seconds, service))
    faults: list[str] = []
    served: Counter[int] = Counter()
    for number, (arcs, serves, claimed) in enumerate(walks):
        at, clock = start, 0.0
        for arc, serving in zip(arcs, serves, strict=True):
            if leaves[arc] != at:
                faults.append(f"walk {number}: arc {arc} leaves junction {leaves[arc]}, but the walk stands at {at}")
            at = reaches[arc]
            clock += spent[kind[arc]] if serving else cost[arc]
            if serving:
                served[kind[arc]] += 1
        if at != start:
            faults.append(f"walk {number} ends at junction {at}, not at the start {start}")
        if abs(clock - claimed) > 1e-6 * max(1.0, clock):
            faults.append(f"walk {number} claims {claimed:.3f} s but takes {clock:.3f} s")
        if clock > shift * (1 + 1e-9):
            faults.append(f"walk {number} takes {clock:.1f} s, longer than the shift of {shift:.1f} s")
    wanted = Counter(np.unique(np.asarray(required, dtype=np.int64)).tolist())
    wanted.subtract(Counter(list(left_out)))
    return faults + [
        f"piece {one} is served {served[one]} times; it should be {wanted[one]} times"
        for one in sorted(set(served) | set(wanted))
        if served[one] != wanted[one]
    ]

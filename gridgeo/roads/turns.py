"""Forbidden turns: a table of streets and junctions read into pairs of arcs."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridgeo.errors import BadInput
from gridgeo_solvers.roads import Network

COLUMNS = ("from_street", "via", "to_street")


def forbidden_arcs(
    forbidden: pd.DataFrame, nodes: NDArray[np.int64], network: Network, streets: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Shape (f, 2): the arc into the junction and the one out of it for each turn; turns that can't be made anyway are left out.

    Parameters
    ----------
    forbidden
        `from_street`, `via` (node) and `to_street`, as the layers number them.
    nodes, streets
        The layers' number of each junction and of each piece of street.
    network
        The streets of one profile.

    Raises
    ------
    BadInput
        A column is missing, a node is unknown, or a street of the network doesn't touch it.
    """
    missing = [name for name in COLUMNS if name not in forbidden.columns]
    if missing:
        raise BadInput(f"forbidden turns have no column '{missing[0]}'; they need {', '.join(COLUMNS)}")
    ends: dict[tuple[int, int, str], int] = {}
    for arc, (piece, tail, head) in enumerate(
        zip(network.piece.tolist(), network.tail.tolist(), network.head.tolist(), strict=True)
    ):
        ends.setdefault((piece, head, "into"), arc)
        ends.setdefault((piece, tail, "out of"), arc)
        ends.setdefault((piece, head, "touches"), arc)
        ends.setdefault((piece, tail, "touches"), arc)
    position = {number: at for at, number in enumerate(streets.tolist())}
    junction = {number: at for at, number in enumerate(nodes.tolist())}
    found = []
    for row, (source, via, goal) in zip(forbidden.index, forbidden[list(COLUMNS)].itertuples(index=False), strict=True):
        if via not in junction:
            raise BadInput(f"forbidden turns, row {row}: '{via}' is no node of the streets")
        node = junction[via]
        for street in (source, goal):
            if street in position and (position[street], node, "touches") not in ends:
                raise BadInput(f"forbidden turns, row {row}: street '{street}' doesn't touch node '{via}'")
        a = ends.get((position.get(source, -1), node, "into"))
        b = ends.get((position.get(goal, -1), node, "out of"))
        if a is not None and b is not None:
            found.append((a, b))
    return np.array(found, dtype=np.int64).reshape(-1, 2)

"""Largest sets of rows of which no two may share a grid: each needs a grid of its own."""

from __future__ import annotations

import numpy as np

from gridgeo_solvers.graph import Graph
from gridgeo_solvers.partition.ground.parts import IntArray

STEPS = 20_000
"""Branches after which the largest clique so far is taken."""


def largest_clique(graph: Graph) -> IntArray:
    """A large clique of `graph`, ascending: the largest where a bounded branch and bound ends.

    Branches are cut by a greedy colouring, after Tomita and Seki (2003).

    Examples
    --------
    >>> rivals = Graph.from_edges(5, [(0, 1), (1, 2), (0, 2), (2, 3)])
    >>> largest_clique(rivals).tolist()
    [0, 1, 2]
    """
    near = [set(graph.neighbours(i).tolist()) for i in range(graph.n)]
    order = sorted((i for i in range(graph.n) if near[i]), key=lambda i: (-len(near[i]), i))
    best = [order[0]] if order else [0] * (graph.n > 0)
    left = STEPS
    stack: list[tuple[list[int], list[int]]] = [([], order)] if order else []
    while stack and left > 0:
        left -= 1
        clique, candidates = stack.pop()
        coloured = _coloured(candidates, near)
        branches: list[tuple[list[int], list[int]]] = []
        kept = {i for i, _ in coloured}
        for row, colours in reversed(coloured):
            if len(clique) + colours <= len(best):
                break
            grown = [*clique, row]
            if len(grown) > len(best):
                best = grown
            rest = [i for i in candidates if i in kept and i in near[row]]
            kept.discard(row)
            if rest:
                branches.append((grown, rest))
        stack += reversed(branches)
    return np.array(sorted(best), dtype=np.int64)


def _coloured(candidates: list[int], near: list[set[int]]) -> list[tuple[int, int]]:
    """Candidates by colour with the number of colours used up to each; neighbours never share a colour."""
    classes: list[list[int]] = []
    for row in candidates:
        for one in classes:
            if near[row].isdisjoint(one):
                one.append(row)
                break
        else:
            classes.append([row])
    return [(row, number + 1) for number, one in enumerate(classes) for row in one]

"""Closed walks that use every given line exactly once (Hierholzer 1873)."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from gridgeo_solvers.errors import BadProblem


def orient(lines: Sequence[tuple[int, int]]) -> list[bool]:
    """A direction for each undirected line, so that as many leave every vertex as reach it.

    Parameters
    ----------
    lines
        Ends of each line; every vertex touches an even number of them, a loop counts twice.

    Returns
    -------
    For each line, true where it runs from its first end to its second.

    Examples
    --------
    >>> orient([(0, 1), (2, 1), (0, 2)])
    [False, True, True]
    """
    at: dict[int, list[int]] = {}
    for number, (a, b) in enumerate(lines):
        at.setdefault(a, []).append(number)
        at.setdefault(b, []).append(number)
    odd = [vertex for vertex, found in at.items() if len(found) % 2]
    if odd:
        raise BadProblem(f"vertex {odd[0]} touches an odd number of lines; no closed walk uses each once")
    forward: list[bool | None] = [None] * len(lines)
    for start in sorted(at):
        vertex = start
        while True:
            waiting = at[vertex]
            while waiting and forward[waiting[-1]] is not None:
                waiting.pop()
            if not waiting:
                # Degrees are even, so a walk gets stuck only where it began.
                break
            number = waiting.pop()
            a, b = lines[number]
            forward[number] = a == vertex
            vertex = b if a == vertex else a
    return [bool(direction) for direction in forward]


def circuit(arcs: Sequence[tuple[int, int]], start: int, random: np.random.Generator) -> list[int]:
    """Numbers of `arcs` in the order of one closed walk from `start` that uses each once.

    The order in which arcs leave a vertex is drawn from `random`, so that other seeds give other walks of equal length.

    Raises
    ------
    BadProblem
        The arcs have no such walk: a vertex is left more or less often than it is reached, or they fall apart.
    """
    leaving: dict[int, list[int]] = {}
    for number in random.permutation(len(arcs)).tolist():
        leaving.setdefault(arcs[number][0], []).append(number)
    if arcs and start not in leaving:
        raise BadProblem(f"no arc leaves the start {start}")
    stack: list[tuple[int, int]] = [(start, -1)]
    walk: list[int] = []
    while stack:
        vertex, by = stack[-1]
        waiting = leaving.get(vertex)
        if waiting:
            number = waiting.pop()
            stack.append((arcs[number][1], number))
        else:
            stack.pop()
            if by >= 0:
                walk.append(by)
    walk.reverse()
    joined = all(arcs[a][1] == arcs[b][0] for a, b in itertools.pairwise(walk))
    if len(walk) != len(arcs) or not joined:
        raise BadProblem("the arcs fall apart or don't balance; no closed walk uses each once")
    return walk

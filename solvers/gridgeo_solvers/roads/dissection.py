"""Nested dissection of a street network: small separators first found by inertial flow, recursively.

Inertial flow (Schild and Sommer 2015, *On balanced separators in road networks*) sorts the junctions along a direction, takes
the first and the last third as source and sink, and cuts between them by a maximum flow (Dinic 1970). The order that puts
separators above what they separate is the one on which customizable contraction hierarchies stand (Dibbelt, Strasser and
Wagner 2016, *Customizable contraction hierarchies*, ACM JEA 21).
"""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridgeo_solvers.kernels import inner_kernel, kernel

THIRD = 1 / 3
"""Share of a region's junctions that is source, and that is sink."""
DIRECTIONS = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, -1.0]])
SMALL = 3
"""Regions of so few junctions are not cut any more."""


def dissect(indptr: NDArray[np.int64], indices: NDArray[np.int64], xy: NDArray[np.float64]) -> NDArray[np.int64]:
    """Junctions from the lowest to the highest: separators stand behind what they separate.

    Parameters
    ----------
    indptr, indices
        Neighbours of each junction, each pair told both ways and without loops.
    xy
        Shape (n, 2): where they lie.
    """
    places = np.argsort(xy @ DIRECTIONS.T, axis=0, kind="stable").T
    along = np.empty(places.shape, dtype=np.int64)
    np.put_along_axis(along, places, np.arange(len(xy))[None, :], axis=1)
    return _dissected(indptr, indices, along)


@kernel
def _dissected(indptr, indices, along):
    """The order of `dissect`; `along` has shape (directions, n): place of each junction along each direction."""
    n = len(indptr) - 1
    order = np.arange(n)
    local = np.full(n, -1, dtype=np.int64)
    stack = [(0, n)]
    while len(stack) > 0:
        low, high = stack.pop()
        if high - low <= SMALL:
            continue
        region = order[low:high].copy()
        start, near, back = _inside(region, local, indptr, indices)
        side = _components(start, near)
        if side.max() == 0:
            side = _cut(start, near, back, along[:, region])
        # Sides 0, 1, … one behind the other; the separator (-1) last.
        at = low
        for one in range(side.max() + 1):
            begin = at
            for i in range(len(region)):
                if side[i] == one:
                    order[at] = region[i]
                    at += 1
            # A region that no cut makes smaller is so dense that one order of it is as good as another.
            if at - begin < len(region):
                stack.append((begin, at))
        for i in range(len(region)):
            if side[i] < 0:
                order[at] = region[i]
                at += 1
    return order


@inner_kernel
def _inside(region, local, indptr, indices):
    """The graph of `region` alone, by positions in it, and for each of its arcs the one back; `local` is left as it was."""
    for i in range(len(region)):
        local[region[i]] = i
    start = np.zeros(len(region) + 1, dtype=np.int64)
    for i in range(len(region)):
        count = 0
        for q in range(indptr[region[i]], indptr[region[i] + 1]):
            count += local[indices[q]] >= 0
        start[i + 1] = start[i] + count
    near = np.empty(start[-1], dtype=np.int64)
    at = 0
    for i in range(len(region)):
        for q in range(indptr[region[i]], indptr[region[i] + 1]):
            j = local[indices[q]]
            if j >= 0:
                near[at] = j
                at += 1
    back = np.empty(len(near), dtype=np.int64)
    for i in range(len(region)):
        for q in range(start[i], start[i + 1]):
            for p in range(start[near[q]], start[near[q] + 1]):
                if near[p] == i:
                    back[q] = p
    for i in range(len(region)):
        local[region[i]] = -1
    return start, near, back


@inner_kernel
def _components(start, near):
    """Number of the connected piece of each junction."""
    n = len(start) - 1
    label = np.full(n, -1, dtype=np.int64)
    queue = np.empty(n, dtype=np.int64)
    found = 0
    for seed in range(n):
        if label[seed] >= 0:
            continue
        label[seed] = found
        queue[0] = seed
        head, tail = 0, 1
        while head < tail:
            i = queue[head]
            head += 1
            for q in range(start[i], start[i + 1]):
                if label[near[q]] < 0:
                    label[near[q]] = found
                    queue[tail] = near[q]
                    tail += 1
        found += 1
    return label


@inner_kernel
def _cut(start, near, back, along):
    """Side of each junction: 0, 1, or -1 on the smallest separator that any direction gives."""
    n = len(start) - 1
    best = np.zeros(n, dtype=np.int64)
    fewest, evenest = n + 1, 0
    many = max(1, int(THIRD * n))
    role = np.empty(n, dtype=np.int64)
    for d in range(len(along)):
        low, high = _place(along[d], many), _place(along[d], n - many)
        for i in range(n):
            role[i] = 1 if along[d, i] <= low else 2 if along[d, i] > high else 0
        level = _least_cut(start, near, back, role, fewest)
        if len(level) == 0:
            continue
        side = _separator(start, near, level)
        count, left = 0, 0
        for i in range(n):
            count += side[i] < 0
            left += side[i] == 0
        even = min(left, n - count - left)
        if count < fewest or (count == fewest and even > evenest):
            best, fewest, evenest = side, count, even
    return best


@inner_kernel
def _place(along, many):
    """The place up to which so many junctions lie."""
    low, high = 0, along.max()
    while low < high:
        middle = (low + high) // 2
        count = 0
        for i in range(len(along)):
            count += along[i] <= middle
        if count < many:
            low = middle + 1
        else:
            high = middle
    return low


@inner_kernel
def _separator(start, near, level):
    """Sides of a cut (`level` >= 0: the source's) without the ends of the cut arcs on the side where these are fewer."""
    n = len(level)
    ends = np.zeros(n, dtype=np.int64)
    count = np.zeros(2, dtype=np.int64)
    for i in range(n):
        for q in range(start[i], start[i + 1]):
            if (level[i] >= 0) != (level[near[q]] >= 0):
                ends[i] = 1
        if ends[i]:
            count[int(level[i] < 0)] += 1
    which = 0 if count[0] <= count[1] else 1
    side = np.empty(n, dtype=np.int64)
    for i in range(n):
        side[i] = int(level[i] < 0)
        if ends[i] and side[i] == which:
            side[i] = -1
    return side


@inner_kernel
def _least_cut(start, near, back, role, bound):
    """Level of each junction in the last search of a maximum flow from role 1 to role 2, -1 beyond the least cut.

    Every arc carries one unit. Empty where the flow reaches `bound`: the cut is no smaller than one already known.
    """
    n = len(role)
    flow = np.zeros(len(near), dtype=np.int64)
    level = np.empty(n, dtype=np.int64)
    queue = np.empty(n, dtype=np.int64)
    turn = np.empty(n, dtype=np.int64)
    path = np.empty(n, dtype=np.int64)
    total = 0
    while _levels(start, near, flow, role, level, queue):
        for i in range(n):
            turn[i] = start[i]
        for i in range(n):
            if role[i] == 1:
                while _push(start, near, back, flow, role, level, turn, path, i):
                    total += 1
                    if total >= bound:
                        return np.empty(0, dtype=np.int64)
    return level


@inner_kernel
def _levels(start, near, flow, role, level, queue):
    """Steps from the source over arcs with room; whether the sink is reached."""
    level[:] = -1
    tail = 0
    for i in range(len(role)):
        if role[i] == 1:
            level[i] = 0
            queue[tail] = i
            tail += 1
    head = 0
    reached = False
    while head < tail:
        i = queue[head]
        head += 1
        if role[i] == 2:
            reached = True
            continue
        for q in range(start[i], start[i + 1]):
            if flow[q] < 1 and level[near[q]] < 0:
                level[near[q]] = level[i] + 1
                queue[tail] = near[q]
                tail += 1
    return reached


@inner_kernel
def _push(start, near, back, flow, role, level, turn, path, source):
    """Push one unit from `source` to the sink along rising levels; whether there was a way."""
    depth = 0
    i = source
    while role[i] != 2:
        moved = False
        while turn[i] < start[i + 1]:
            q = turn[i]
            if flow[q] < 1 and level[near[q]] == level[i] + 1:
                path[depth] = q
                depth += 1
                i = near[q]
                moved = True
                break
            turn[i] += 1
        if moved:
            continue
        if depth == 0:
            return False
        depth -= 1
        i = near[back[path[depth]]]
        turn[i] += 1
    for step in range(depth):
        flow[path[step]] += 1
        flow[back[path[step]]] -= 1
    return True

"""The inside of a customizable contraction hierarchy: elimination tree, fill, customization, labels and their products.

Nodes are numbered from the lowest rank to the highest, in a postorder of the elimination tree. Edge e of the hierarchy leads from its
lower node (the row of `first` it lies in) up to `heads[e]`; rows are sorted, and `heads[first[v]]` is the parent of v. All
times are whole milliseconds below `FAR` (Dibbelt, Strasser and Wagner 2016, *Customizable contraction hierarchies*, ACM JEA 21).

The ancestors of a node are all that a search upwards can reach. A *label* holds its times to (or from) each of them, the
root first: two nodes share a beginning of their ancestors, so that the quickest way between them is the least sum over that.
"""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from gridgeo_solvers.kernels import inner_kernel, kernel

FAR = 2**30 - 1
"""Milliseconds (12 days) that mean "not at all"; two of them fit into 32 bits."""


@kernel
def elimination_tree(indptr, indices, order):
    """Parent of each rank (-1: a root) in the elimination tree of `order` (Liu 1986, with path compression)."""
    n = len(order)
    rank = np.empty(n, dtype=np.int64)
    for i in range(n):
        rank[order[i]] = i
    parent = np.full(n, -1, dtype=np.int64)
    leap = np.full(n, -1, dtype=np.int64)
    for i in range(n):
        for q in range(indptr[order[i]], indptr[order[i] + 1]):
            r = rank[indices[q]]
            while r < i:
                ahead = leap[r]
                leap[r] = i
                if ahead < 0:
                    parent[r] = i
                    break
                if ahead == i:
                    break
                r = ahead
    return parent


@kernel
def postorder(parent):
    """Ranks in an order in which every subtree is one run, children before their parent."""
    n = len(parent)
    child = np.full(n + 1, -1, dtype=np.int64)
    sibling = np.full(n, -1, dtype=np.int64)
    for i in range(n - 1, -1, -1):
        above = parent[i] if parent[i] >= 0 else n
        sibling[i] = child[above]
        child[above] = i
    found = np.empty(n, dtype=np.int64)
    at = 0
    i = child[n]
    while i >= 0:
        while child[i] >= 0:
            i = child[i]
        while True:
            found[at] = i
            at += 1
            if sibling[i] >= 0:
                i = sibling[i]
                break
            i = parent[i]
            if i < 0 or at == n:
                return found
    return found


@inner_kernel
def _sort(values, begin, end):
    """Sort a short run, most of which is sorted already."""
    for i in range(begin + 1, end):
        value = values[i]
        at = i
        while at > begin and values[at - 1] > value:
            values[at] = values[at - 1]
            at -= 1
        values[at] = value


@kernel
def fill(low, high, n):
    """Edges of the hierarchy (`first`, `heads`) for the pairs `low` < `high`, sorted by `low`.

    Contracting a node joins all its higher neighbours: each node inherits those of its children.
    """
    begin = np.searchsorted(low, np.arange(n + 1))
    first = np.zeros(n + 1, dtype=np.int64)
    heads = np.empty(4 * len(low) + n, dtype=np.int32)
    mark = np.full(n, -1, dtype=np.int64)
    child = np.full(n, -1, dtype=np.int64)
    sibling = np.full(n, -1, dtype=np.int64)
    for v in range(n):
        at = first[v]
        room = begin[v + 1] - begin[v]
        c = child[v]
        while c >= 0:
            room += first[c + 1] - first[c]
            c = sibling[c]
        if at + room > len(heads):
            larger = np.empty(2 * len(heads) + room, dtype=np.int32)
            larger[:at] = heads[:at]
            heads = larger
        mark[v] = v
        for q in range(begin[v], begin[v + 1]):
            if mark[high[q]] != v:
                mark[high[q]] = v
                heads[at] = high[q]
                at += 1
        c = child[v]
        while c >= 0:
            for e in range(first[c], first[c + 1]):
                if mark[heads[e]] != v:
                    mark[heads[e]] = v
                    heads[at] = heads[e]
                    at += 1
            c = sibling[c]
        _sort(heads, first[v], at)
        first[v + 1] = at
        if at > first[v]:
            above = heads[first[v]]
            sibling[v] = child[above]
            child[above] = v
    return first, heads[: first[n]].copy()


@kernel
def depths(first, heads):
    """Number of ancestors of each node."""
    n = len(first) - 1
    depth = np.zeros(n, dtype=np.int64)
    for v in range(n - 1, -1, -1):
        if first[v] < first[v + 1]:
            depth[v] = depth[heads[first[v]]] + 1
    return depth


@kernel
def customize(first, heads, edge, upward, ms):
    """Quickest times along the edges: `time[0]` upwards, `time[1]` downwards, and `middle`, by which they run.

    A middle of -2 - a is arc a itself, -1 nothing. `edge` is the edge of each arc (-1: a loop), `upward` whether it runs up,
    `ms` its time. Lower triangles are relaxed from the lowest node up.
    """
    n = len(first) - 1
    time = np.full((2, len(heads)), FAR, dtype=np.int32)
    middle = np.full((2, len(heads)), -1, dtype=np.int32)
    for a in range(len(edge)):
        if edge[a] >= 0:
            way = 0 if upward[a] else 1
            if ms[a] < time[way, edge[a]]:
                time[way, edge[a]] = ms[a]
                middle[way, edge[a]] = -2 - a
    up, down = time[0], time[1]
    for v in range(n):
        for i in range(first[v], first[v + 1]):
            e = first[heads[i]]
            for j in range(i + 1, first[v + 1]):
                while heads[e] != heads[j]:
                    e += 1
                there = np.int32(down[i] + up[j])
                if there < up[e]:
                    up[e] = there
                    middle[0, e] = v
                back = np.int32(down[j] + up[i])
                if back < down[e]:
                    down[e] = back
                    middle[1, e] = v
    return time, middle


@inner_kernel
def _parent(first, heads, v):
    return np.int64(heads[first[v]]) if first[v] < first[v + 1] else np.int64(-1)


@inner_kernel
def _lower_end(node, place):
    """The lower of a place's one or two nodes (the other, if any, is among its ancestors)."""
    a, b = node[place, 0], node[place, 1]
    if a < 0:
        return b
    if b < 0:
        return a
    return min(a, b)


@kernel
def ranked(rank, node):
    """Ranks of both ends of places, -1 for none; for one place a tenth of what NumPy takes for it."""
    found = np.empty(node.shape, dtype=np.int64)
    for place in range(len(node)):
        for end in range(2):
            at = node[place, end]
            found[place, end] = rank[at] if at >= 0 else -1
    return found


@inner_kernel
def _climb(first, heads, time, node, ms, place, best, via):
    """Times from (or to) `place` to (from) all its ancestors into `best`, and the edge that each was reached by into `via`
    (-1: the place itself); returns the lowest ancestor.
    """
    lowest = _lower_end(node, place)
    v = lowest
    while v >= 0:
        best[v] = FAR
        via[v] = -1
        v = _parent(first, heads, v)
    for end in range(2):
        if node[place, end] >= 0:
            best[node[place, end]] = min(best[node[place, end]], ms[place, end])
    v = lowest
    while v >= 0:
        if best[v] < FAR:
            for e in range(first[v], first[v + 1]):
                reached = np.int32(best[v] + time[e])
                if reached < best[heads[e]]:
                    best[heads[e]] = reached
                    via[heads[e]] = e
        v = _parent(first, heads, v)
    return lowest


@kernel
def labels(first, heads, depth, time, node, ms):
    """Labels of places: `start` (where each begins), the ancestors from the root on, and the times to or from them.

    `node`, `ms` have shape (k, 2): nodes at which a place is left (or entered), -1 for none, and how far they are.
    """
    n = len(first) - 1
    start = np.zeros(len(node) + 1, dtype=np.int64)
    for place in range(len(node)):
        lowest = _lower_end(node, place)
        start[place + 1] = start[place] + (depth[lowest] + 1 if lowest >= 0 else 0)
    ancestor = np.empty(start[-1], dtype=np.int32)
    label = np.empty(start[-1], dtype=np.int32)
    best = np.empty(n, dtype=np.int32)
    via = np.empty(n, dtype=np.int64)
    for place in range(len(node)):
        if start[place] == start[place + 1]:
            continue
        v = _climb(first, heads, time, node, ms, place, best, via)
        while v >= 0:
            ancestor[start[place] + depth[v]] = v
            label[start[place] + depth[v]] = best[v]
            v = _parent(first, heads, v)
    return start, ancestor, label


@inner_kernel
def _shared(one, i, two, j):
    """How many ancestors label i of `one` and label j of `two` share."""
    a, b = one[0][i], two[0][j]
    most = min(one[0][i + 1] - a, two[0][j + 1] - b)
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if one[1][a + middle - 1] == two[1][b + middle - 1]:
            low = middle
        else:
            high = middle - 1
    return low


@kernel
def products(starts, goals, lowest, turn, out):
    """Quickest times from the places of labels `starts` to all of `goals`, into `out`.

    `turn` puts the goals in the order of their lowest ancestors, which are `lowest` in that order: neighbours in it share most.
    """
    many = len(turn)
    beside = np.zeros(many, dtype=np.int64)
    for t in range(1, many):
        beside[t] = _shared(goals, turn[t - 1], goals, turn[t])
    for i in range(len(out)):
        begin = starts[0][i]
        length = starts[0][i + 1] - begin
        if length == 0:
            out[i, :] = FAR
            continue
        own = starts[2][begin : begin + length]
        middle = np.searchsorted(lowest, starts[1][begin + length - 1])
        share = np.int64(-1)
        for t in range(middle, many):
            share = _shared(starts, i, goals, turn[t]) if share < 0 else min(share, beside[t])
            at = goals[0][turn[t]]
            out[i, turn[t]] = _least(own, goals[2][at : at + share])
        share = np.int64(-1)
        for t in range(middle - 1, -1, -1):
            share = _shared(starts, i, goals, turn[t]) if share < 0 else min(share, beside[t + 1])
            at = goals[0][turn[t]]
            out[i, turn[t]] = _least(own, goals[2][at : at + share])


@inner_kernel
def _least(one, two):
    best = np.int32(FAR)
    for k in range(len(two)):
        total = np.int32(one[k] + two[k])
        if total < best:
            best = total
    return best


@kernel
def arrivals(first, heads, depth, time, start, ancestor, label, node, ms):
    """Quickest times from the places of labels `start`, `ancestor`, `label` to one place, whose ends are row 0 of `node` and `ms`.

    For one goal after another, and no node is looked at that isn't above the goal: `products` is for many at once.
    """
    out = np.full(len(start) - 1, FAR, dtype=np.int32)
    lowest = _lower_end(node, 0)
    if lowest < 0:
        return out
    length = depth[lowest] + 1
    above, best = np.empty(length, dtype=np.int32), np.full(length, FAR, dtype=np.int32)
    starts, goal = (start, ancestor, label), (np.array([0, length]), above, best)
    v = lowest
    while v >= 0:
        above[depth[v]] = v
        v = _parent(first, heads, v)
    for end in range(2):
        if node[0, end] >= 0:
            at = depth[node[0, end]]
            best[at] = min(best[at], ms[0, end])
    for at in range(length - 1, -1, -1):
        if best[at] < FAR:
            for e in range(first[above[at]], first[above[at] + 1]):
                upper = depth[heads[e]]
                best[upper] = min(best[upper], np.int32(best[at] + time[e]))
    for i in range(len(out)):
        share = _shared(starts, i, goal, 0)
        out[i] = _least(label[start[i] : start[i] + share], best[:share])
    return out


@kernel
def reach(first, heads, time, node, ms, out):
    """Times from place 0 to every node into `out`: up to its ancestors, then down from the highest node to the lowest."""
    n = len(first) - 1
    out[:] = FAR
    for end in range(2):
        if node[0, end] >= 0:
            out[node[0, end]] = min(out[node[0, end]], ms[0, end])
    v = _lower_end(node, 0)
    while v >= 0:
        for e in range(first[v], first[v + 1]):
            out[heads[e]] = min(out[heads[e]], np.int32(out[v] + time[0, e]))
        v = _parent(first, heads, v)
    for v in range(n - 1, -1, -1):
        for e in range(first[v], first[v + 1]):
            out[v] = min(out[v], np.int32(out[heads[e]] + time[1, e]))


@kernel
def paths(first, heads, tail, time, middle, start_node, start_ms, goal_node, goal_ms):
    """Arcs of the quickest way from each start to the goal of the same row: `begin`, where each lies in `arcs`, and its time."""
    n = len(first) - 1
    here, there = np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int32)
    via, onto = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    count = len(start_node)
    begin = np.zeros(count + 1, dtype=np.int64)
    told = np.full(count, FAR, dtype=np.int32)
    arcs = np.empty(64, dtype=np.int64)
    at = 0
    for row in range(count):
        begin[row + 1] = at
        if _lower_end(start_node, row) < 0 or _lower_end(goal_node, row) < 0:
            continue
        v = _climb(first, heads, time[0], start_node, start_ms, row, here, via)
        w = _climb(first, heads, time[1], goal_node, goal_ms, row, there, onto)
        hub = -1
        # Both chains rise to their root: step the lower one on until they meet, then go up together.
        while v >= 0 and w >= 0:
            if v == w:
                if here[v] < FAR and there[v] < FAR and here[v] + there[v] < told[row]:
                    told[row] = here[v] + there[v]
                    hub = v
                v = _parent(first, heads, v)
                w = v
            elif v < w:
                v = _parent(first, heads, v)
            else:
                w = _parent(first, heads, w)
        if hub < 0:
            continue
        # Edges (direction, edge) still to be unpacked, the next one last; the first entry only says what it holds.
        todo = [(np.int64(1), np.int64(-1))]
        v = hub
        while onto[v] >= 0:
            todo.append((np.int64(1), onto[v]))
            v = tail[onto[v]]
        todo.reverse()
        todo.pop()
        v = hub
        while via[v] >= 0:
            todo.append((np.int64(0), via[v]))
            v = tail[via[v]]
        while len(todo) > 0:
            way, e = todo.pop()
            m = middle[way, e]
            if m <= -2:
                if at == len(arcs):
                    larger = np.empty(2 * len(arcs), dtype=np.int64)
                    larger[:at] = arcs
                    arcs = larger
                arcs[at] = -2 - m
                at += 1
                continue
            low = _edge(first, heads, m, tail[e])
            high = _edge(first, heads, m, heads[e])
            if way == 0:
                todo.append((np.int64(0), high))
                todo.append((np.int64(1), low))
            else:
                todo.append((np.int64(0), low))
                todo.append((np.int64(1), high))
        begin[row + 1] = at
    return begin, arcs[:at].copy(), told


@inner_kernel
def _edge(first, heads, low, high):
    return first[low] + np.searchsorted(heads[first[low] : first[low + 1]], high)


@kernel
def edges_of(first, heads, low, high):
    """Edge of each pair (`low`, `high`), -1 for a loop."""
    found = np.full(len(low), -1, dtype=np.int64)
    for a in range(len(low)):
        if low[a] != high[a]:
            found[a] = _edge(first, heads, low[a], high[a])
    return found

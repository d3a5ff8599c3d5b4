"""What a day's rounds will take, quickly: a tour by insertion and exchange, cut at the best places."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True, error_model="numpy")
def day_cost(seconds, load, service, members, count, capacity, shift, dear):  # type: ignore[no-untyped-def]
    """Seconds of rounds over the villages ``members[:count]``; each round beyond the first costs `dear` more.

    The tour is built by cheapest insertion, turned by 2-opt (Croes 1958), and cut as Prins 2004 does.
    """
    if count == 0:
        return 0.0
    tour = np.empty(count + 2, dtype=np.int64)
    tour[0], tour[1], tour[2] = 0, members[0] + 1, 0
    size = 3
    for k in range(1, count):
        place = members[k] + 1
        best, where = np.inf, 1
        for i in range(size - 1):
            more = seconds[tour[i], place] + seconds[place, tour[i + 1]] - seconds[tour[i], tour[i + 1]]
            if more < best:
                best, where = more, i + 1
        for i in range(size, where, -1):
            tour[i] = tour[i - 1]
        tour[where] = place
        size += 1
    better = True
    while better:
        better = False
        for i in range(size - 3):
            for j in range(i + 2, size - 1):
                a, b, c, d = tour[i], tour[i + 1], tour[j], tour[j + 1]
                change = seconds[a, c] + seconds[b, d] - seconds[a, b] - seconds[c, d]
                for k in range(i + 1, j):
                    change += seconds[tour[k + 1], tour[k]] - seconds[tour[k], tour[k + 1]]
                if change < -1e-6:
                    low, high = i + 1, j
                    while low < high:
                        tour[low], tour[high] = tour[high], tour[low]
                        low, high = low + 1, high - 1
                    better = True
    cost = np.full(count + 1, np.inf)
    cost[0] = 0.0
    for i in range(count):
        held, way = 0.0, 0.0
        for j in range(i, count):
            place = tour[j + 1]
            held += load[place - 1]
            way += service[place - 1] + (seconds[0, place] if j == i else seconds[tour[j], place])
            total = way + seconds[place, 0]
            if held > capacity or total > shift:
                break
            cost[j + 1] = min(cost[j + 1], cost[i] + total + dear)
    return cost[count] - dear

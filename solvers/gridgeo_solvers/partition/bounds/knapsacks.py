"""What opening each site is worth at given multipliers: continuous knapsacks with a load inside a band.

Rows that pay for themselves at a site are taken, and the price per load moves to where what is taken meets the band: a
weighted median of the prices at which rows leave (Balas and Zemel 1980). Any price gives a valid lower bound.
"""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from gridgeo_solvers.kernels import kernel

WINDOW = 0.08
"""Half the width of the first interval in which a price is looked for, as a share of the usual cost per load."""


@kernel
def worth_kernel(sites, u, weights, low, high, rate, home, price, turns, distances, worth, left):
    """Least cost of opening each of `sites`, over all rows; their prices move to where bands bind.

    `u` (rows,) are multipliers, `weights` (measures, rows), `low` and `high` (measures,), `rate` (measures, rows) the
    usual cost per load, `price` (measures, sites), `turns` how often all measures are gone through. `worth` and `left`
    (sites,) are written: the least cost, and the load of the last measure that its marginal row fills.
    """
    rows = len(u)
    measures = len(weights)
    member = np.empty(rows, dtype=np.int32)
    cost = np.empty(rows)
    single, every = np.empty(len(distances[0])), np.empty(rows)
    floor = np.empty(measures)
    at = np.empty(rows)
    heft = np.empty(rows)
    for p in range(len(sites)):
        for m in range(measures):
            floor[m] = price[m, p] - 0.5 * rate[m, home[p]]
        drop = 4.0
        for _ in range(60):
            count = _reach(sites[p], u, weights, floor, home[p], distances, member, cost, 0, single, every)
            bound = False
            for turn in range(turns * measures):
                m = turn % measures
                worth[p], left[p], low_end = _settle(
                    member[:count], cost[:count], u, weights, low, high, rate[m, home[p]], home[p], price[:, p], m,
                    floor, at, heft,
                )  # fmt: skip
                bound = bound or low_end
            if not bound:
                break
            for m in range(measures):
                floor[m] = min(floor[m], price[m, p]) - drop * rate[m, home[p]]
            drop *= 4.0


@kernel
def _costs(s, distances, single, out):
    """What every row adds to site `s`; `single` (units,) is room for what units do."""
    x, y, mass, whole_km, seconds, first, members = distances
    if seconds.size == 0:
        # Loops without branches run in lanes.
        for i in range(len(x)):
            single[i] = np.sqrt((x[i] - x[s]) ** 2 + (y[i] - y[s]) ** 2) / 1000.0
        if whole_km:
            for i in range(len(x)):
                single[i] = np.rint(single[i])
        for i in range(len(x)):
            single[i] *= mass[i] * single[i]
    else:
        for i in range(len(x)):
            single[i] = mass[i] * seconds[i, s]
    for r in range(len(out)):
        total = 0.0
        for q in range(first[r], first[r + 1]):
            total += single[members[q]]
        out[r] = total


@kernel
def _reach(s, u, weights, floor, h, distances, member, cost, begin, single, every):
    """Gather the own row of site `s`, then the others that it takes at prices not below `floor`; where they end.

    `single` and `every` have room for a number for each unit and row. Nothing is written where `member` has no room left.
    """
    _costs(s, distances, single, every)
    roomy = begin + len(u) <= len(member)
    if begin < len(member):
        member[begin] = h
        cost[begin] = every[h]
    end = begin + 1
    for r in range(len(u)):
        toll = every[r] - u[r]
        for m in range(len(weights)):
            toll += floor[m] * weights[m, r]
        if (toll < 0.0) & (r != h):
            if roomy or end < len(member):
                member[end] = r
                cost[end] = every[r]
            end += 1
    return end


@kernel
def _settle(member, cost, u, weights, low, high, rate, h, price, m, floor, at, heft):
    """Least cost of a site among gathered rows, with the price of measure `m` at its best and the others kept.

    Returns the least cost, the load that the marginal rows fill, and whether the price would fall below its floor.
    """
    start = price[m]
    least, most = low[m], high[m]
    width = WINDOW * rate
    lo, hi = max(start - width, floor[m]), start + width
    rest = 0.0
    for other in range(len(weights)):
        q = price[other]
        if other != m and q != 0.0:
            rest -= q * (high[other] if q > 0.0 else low[other])
    bound = False
    several = len(weights) > 1
    while True:
        # The own row comes first and stays whatever it costs.
        sure = weights[m, h]
        value = cost[0] - u[h]
        if several:
            value += _toll(h, weights, price, m)
        count = 0
        margin = 0.0
        for i in range(1, len(member)):
            r = member[i]
            w = weights[m, r]
            gain = u[r] - cost[i]
            if several:
                gain -= _toll(r, weights, price, m)
            # Rows without load leave at no price or at any.
            leaves = gain / w
            above = leaves > hi
            sure += w if above else 0.0
            value -= gain if above else 0.0
            near = (leaves > lo) & (not above)
            at[count] = leaves
            heft[count] = w
            margin += w if near else 0.0
            count += 1 if near else 0
        width *= 2.0
        if sure > (most if hi >= 0.0 else least) and width < 1e15 * rate:
            lo, hi = hi, hi + width
            continue
        if sure + margin < (most if lo > 0.0 else least):
            if lo > floor[m]:
                lo, hi = max(lo - width, floor[m]), lo
                continue
            bound = True
            p = lo
            for i in range(count):
                sure += heft[i]
                value -= at[i] * heft[i]
            price[m] = p
            return value + rest + (0.0 if p == 0.0 else p * (sure - (most if p > 0.0 else least))), 0.0, bound
        break
    p, sure, value, fill = _cross(at, heft, count, lo, hi, sure, value, least, most)
    price[m] = p
    return value + rest + (0.0 if p == 0.0 else p * (sure - (most if p > 0.0 else least))), fill, bound


@kernel
def _toll(r, weights, price, m):
    """What row `r` pays for all measures but `m`."""
    total = 0.0
    for other in range(len(weights)):
        if other != m:
            total += price[other] * weights[other, r]
    return total


@kernel
def _cross(at, heft, count, lo, hi, sure, value, least, most):
    """The price between `lo` and `hi` at which the load leaves its band, by quickselect on where rows leave.

    Returns the price, load and gains of the rows taken for certain, and the load that the marginal row may fill.
    """
    begin = 0
    p = hi
    if lo < 0.0 < hi or lo == 0.0 or hi == 0.0:
        # Between the ends of a band nothing is to pay.
        split, above, gained = _split(at, heft, 0, count, 0.0)
        p = 0.0
        if sure + above <= most:
            sure += above
            value -= gained
            begin = split
            if sure >= least:
                return 0.0, sure, value, 0.0
            cap = least
        else:
            count = split
            cap = most
            p = hi
    else:
        cap = most if lo >= 0.0 else least
    while begin < count:
        pivot = at[(begin + count) // 2]
        split, above, gained = _split(at, heft, begin, count, pivot)
        if sure + above > cap:
            count = split
            continue
        # Everything above the pivot fits: the marginal row is at the pivot or below.
        sure += above
        value -= gained
        begin = split
        same = 0.0
        for i in range(begin, count):
            if at[i] == pivot:
                same += heft[i]
        if sure + same >= cap:
            return pivot, sure, value, cap - sure
        for i in range(begin, count):
            if at[i] == pivot:
                at[i], at[begin] = at[begin], at[i]
                heft[i], heft[begin] = heft[begin], heft[i]
                begin += 1
        sure += same
        value -= same * pivot
        p = pivot
    return p, sure, value, 0.0


@kernel
def _split(at, heft, begin, end, pivot):
    """Move what leaves above `pivot` to the front; where it ends, its load and gains."""
    above = 0.0
    gained = 0.0
    for i in range(begin, end):
        if at[i] > pivot:
            above += heft[i]
            gained += at[i] * heft[i]
            at[i], at[begin] = at[begin], at[i]
            heft[i], heft[begin] = heft[begin], heft[i]
            begin += 1
    return begin, above, gained


@kernel
def list_kernel(sites, u, weights, floor, home, distances, begin, member, cost):
    """Rows that each of `sites` takes at multipliers not above `u` and prices not below `floor`, and their costs.

    One list after the other; returns the room that all of them need, writes what there is room for.
    """
    single, every = np.empty(len(distances[0])), np.empty(len(u))
    end = 0
    for p in range(len(sites)):
        begin[p] = end
        end = _reach(sites[p], u, weights, floor[:, p], home[p], distances, member, cost, end, single, every)
    begin[len(sites)] = end
    return end


@kernel
def listed_kernel(begin, member, cost, u, weights, low, high, rate, home, floor, price, m, worth, left, held):
    """As `worth_kernel` among the listed rows alone, with the price of measure `m` at its best.

    `held` (sites,) tells where the price would fall below its floor; the worth is a lower bound there too.
    """
    at = np.empty(len(u))
    heft = np.empty(len(u))
    for p in range(len(home)):
        a, b = begin[p], begin[p + 1]
        worth[p], left[p], held[p] = _settle(
            member[a:b], cost[a:b], u, weights, low, high, rate[m, home[p]], home[p], price[:, p], m, floor[:, p],
            at, heft,
        )  # fmt: skip


@kernel
def taken_kernel(chosen, begin, member, cost, u, weights, home, price, m, left, taken):
    """Add to `taken` (rows,) what each of the `chosen` lists takes of every row; marginal rows in part."""
    for p in chosen:
        room = left[p]
        for i in range(begin[p], begin[p + 1]):
            r = member[i]
            if i == begin[p]:
                taken[r] += 1.0
                continue
            w = weights[m, r]
            gain = u[r] - cost[i]
            if len(weights) > 1:
                gain -= _toll(r, weights, price[:, p], m)
            leaves = gain / w
            if leaves > price[m, p]:
                taken[r] += 1.0
            elif leaves == price[m, p] and room > 0.0:
                part = min(room, w)
                taken[r] += part / w
                room -= part

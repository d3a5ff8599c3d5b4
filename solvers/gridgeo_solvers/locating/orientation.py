"""On which side of a line a point lies, without a rounding error.

Most points are far enough from the line for plain arithmetic. The others are settled by exact sums of floating-point numbers
(Shewchuk 1997, *Adaptive precision floating-point arithmetic and fast robust geometric predicates*). Exact for coordinates whose
products neither overflow nor underflow.
"""

# Compiled kernels: their types are inferred at the first call.
# mypy: disallow-untyped-defs=False, check-untyped-defs=False

from __future__ import annotations

import numpy as np

from gridgeo_solvers.kernels import inner_kernel, kernel

_ROUNDING = 2.0**-53
_FILTER = (3.0 + 16.0 * _ROUNDING) * _ROUNDING
"""Share of the sum of both products by which their difference is wrong at the most (Shewchuk, section 4.3)."""
_SPLITTER = 2.0**27 + 1.0


@kernel
def side(ax, ay, bx, by, x, y):
    """Where (x, y) lies as seen from a on the way to b: 1 left, -1 right, 0 on the line."""
    left = (ax - x) * (by - y)
    right = (ay - y) * (bx - x)
    det = left - right
    if abs(det) > _FILTER * (abs(left) + abs(right)):
        return 1 if det > 0.0 else -1
    if left == 0.0 and right == 0.0 and (ax == x or by == y) and (ay == y or bx == x):
        return 0
    return _exact(ax, ay, bx, by, x, y)


@inner_kernel
def _exact(ax, ay, bx, by, x, y):
    dax, tax = _difference(ax, x)
    day, tay = _difference(ay, y)
    dbx, tbx = _difference(bx, x)
    dby, tby = _difference(by, y)
    if tax == 0.0 and tay == 0.0 and tbx == 0.0 and tby == 0.0:
        left, left_rest = _product(dax, dby)
        right, right_rest = _product(day, dbx)
        # Rounding keeps the order: products that round to different numbers differ in the same direction.
        if left == right:
            left, right = left_rest, right_rest
        return int(left > right) - int(left < right)
    # a×b + b×p + p×a, each product as two numbers without an error.
    sums = np.zeros(12)
    count = 0
    for one, other in ((ax, by), (-ay, bx), (bx, y), (-by, x), (x, ay), (-y, ax)):
        for term in _product(one, other):
            for place in range(count):
                term, sums[place] = _sum(term, sums[place])
            sums[count] = term
            count += 1
    for place in range(count - 1, -1, -1):
        if sums[place] != 0.0:
            return 1 if sums[place] > 0.0 else -1
    return 0


@inner_kernel
def _sum(a, b):
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


@inner_kernel
def _difference(a, b):
    return _sum(a, -b)


@inner_kernel
def _product(a, b):
    whole = a * b
    high = _SPLITTER * a
    a_high = high - (high - a)
    a_low = a - a_high
    high = _SPLITTER * b
    b_high = high - (high - b)
    b_low = b - b_high
    return whole, a_low * b_low - (((whole - a_high * b_high) - a_low * b_high) - a_high * b_low)

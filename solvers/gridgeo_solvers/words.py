"""Numbers in messages: rounded for people, but never so far that two different ones read the same."""

from __future__ import annotations

import math


def figures(*values: float) -> list[str]:
    """Each value with thousands separators and as few decimals as tell different values apart.

    Examples
    --------
    >>> figures(1107.6, 2300.8)
    ['1,108', '2,301']
    >>> figures(163.2, 163.27)
    ['163.2', '163.3']
    >>> figures(5000.0)
    ['5,000']
    """
    wanted = len(set(values))
    texts = [str(value) for value in values]
    for decimals in range(10):
        texts = [f"{value:,.{decimals}f}" for value in values]
        small = any(0 < abs(value) < 1 and round(value, decimals) == 0 for value in values)
        if len(set(texts)) == wanted and not small:
            break
    return texts


def against(value: float, lower: float, upper: float) -> tuple[str, str]:
    """A total and the band it is held against, an open end left out.

    Examples
    --------
    >>> against(1350.0, 1107.6, 1300.8)
    ('1,350', '1,108 to 1,301')
    >>> against(0.25, -math.inf, 0.2)
    ('0.25', 'at most 0.20')
    """
    if lower <= 0:
        told, most = figures(value, upper)
        return told, f"at most {most}"
    if math.isinf(upper):
        told, least = figures(value, lower)
        return told, f"at least {least}"
    told, least, most = figures(value, lower, upper)
    return told, f"{least} to {most}" if upper > lower else f"exactly {least}"

"""How many grids each connected part gets, so that they add up to k."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from gridgeo_solvers.partition.ground.parts import Part

Worth = TypeVar("Worth")


def windows(parts: Sequence[Part], counts: Sequence[range], k: int, width: int = 1) -> list[range] | None:
    """Numbers of grids worth trying per part: `width` around its share of `k`; wider where they can't add up to `k`.

    None when even the full ranges can't add up.
    """
    if not addable(counts, k):
        return None
    share = _shares(parts)
    while True:
        tried = []
        for part_share, full in zip(share, counts, strict=True):
            middle = min(max(round(k * part_share), full.start), full.stop - 1)
            tried.append(range(max(full.start, middle - width), min(full.stop, middle + width + 1)))
        if addable(tried, k):
            return tried
        width *= 2


def trimmed(counts: Sequence[range], k: int) -> list[range]:
    """The same ranges without the numbers that leave too few or too many grids to the others.

    Examples
    --------
    >>> trimmed([range(1, 4), range(1, 4)], 3)
    [range(1, 3), range(1, 3)]
    """
    least, most = sum(one.start for one in counts), sum(one.stop - 1 for one in counts)
    return [
        range(max(one.start, k - (most - (one.stop - 1))), min(one.stop - 1, k - (least - one.start)) + 1)
        for one in counts
    ]


def addable(counts: Sequence[range], k: int) -> bool:
    """Whether one number from each range can add up to `k`."""
    if any(len(one) == 0 for one in counts):
        return False
    return sum(one.start for one in counts) <= k <= sum(one.stop - 1 for one in counts)


def best_sum(
    options: Sequence[dict[int, Worth]], k: int, add: Callable[[Worth, Worth], Worth], zero: Worth
) -> tuple[Worth, list[int]] | None:
    """Choose one count per part, in all `k`, with the least summed worth (dynamic programme over parts).

    Examples
    --------
    >>> best_sum([{1: 5.0, 2: 3.0}, {1: 4.0, 2: 1.0}], 3, lambda a, b: a + b, 0.0)
    (6.0, [1, 2])
    """
    table: dict[int, tuple[Worth, list[int]]] = {0: (zero, [])}
    for values in options:
        grown: dict[int, tuple[Worth, list[int]]] = {}
        for used, (worth, chosen) in sorted(table.items()):
            for count, extra in sorted(values.items()):
                total = add(worth, extra)
                if used + count <= k and (used + count not in grown or total < grown[used + count][0]):  # type: ignore[operator]
                    grown[used + count] = (total, [*chosen, count])
        table = grown
    return table.get(k)


def _shares(parts: Sequence[Part]) -> list[float]:
    """Share of the grids that each part deserves: the mean of its shares of the banded measures."""
    if len(parts[0].weights):
        sums = [[float(w.sum()) for w in part.weights] for part in parts]
    else:
        sums = [[float(part.n)] for part in parts]
    totals = [max(sum(column), 1e-12) for column in zip(*sums, strict=True)]
    return [sum(value / total for value, total in zip(row, totals, strict=True)) / len(totals) for row in sums]

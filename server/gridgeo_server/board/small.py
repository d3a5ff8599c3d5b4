"""Counts below 5 are left out for those who aren't answerable for them, so that no figure tells of one household.

A figure that could be reckoned from others goes with them: the parts of a sum, both halves of a share, and where the rows left out of
a table would come to light as the difference from its total, another row or the total too. That two periods or two days are asked
for and subtracted is beyond it. After *Handbook on Statistical Disclosure Control* (A. Hundepool et al., ESSnet 2010), chapter 4:
primary and secondary suppression.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

LEAST = 5
"""The least count that is told to everybody; 0 is told too."""

FAMILIES = (
    ("reported",),
    ("filed", "verified_of_filed", "closed_of_filed"),
    ("handled", "pending", "to_handle"),
    ("due", "on_time"),
    ("verdicts", "reworked"),
    ("opening", "new", "closed", "carried_over"),
)
"""Figures of a period that tell of each other."""
SHARES = (
    ("verified_of_filed", "filed"),
    ("closed_of_filed", "filed"),
    ("handled", "to_handle"),
    ("on_time", "due"),
    ("reworked", "verdicts"),
)
"""Part and whole: what is left of the whole is a count as well."""
_STRIP = (
    ("overdue",),
    ("soon",),
    ("ok",),
    ("on_duty", "free", "busy"),
    ("stale",),
    ("reported_today", "grids_at_zero"),
)


def is_small(count: int | None) -> bool:
    """Whether a count tells too much.

    Examples
    --------
    >>> [is_small(count) for count in (None, 0, 1, 4, 5)]
    [False, False, True, True, False]
    """
    return count is not None and 0 < count < LEAST


def without_small(strip: Mapping[str, Any]) -> dict[str, Any]:
    """The strip of indicators without its small counts; ``suppressed`` says that some were left out."""
    told = dict(strip)
    for family in _STRIP:
        if any(is_small(told.get(name)) for name in family if name != "grids_at_zero"):
            told |= {name: None for name in family if name in told}
    share = told.get("on_time")
    if share and any(map(is_small, (share["on_time"], share["due"], share["due"] - share["on_time"]))):
        told["on_time"] = dict.fromkeys(share)
    return {**told, "suppressed": True} if told != dict(strip) else told


def suppressed(rows: Sequence[dict[str, Any]], total: dict[str, Any]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows of a table of figures and their total without small counts; links to cases go with the figures.

    Each row is ``{"figures": {...}, "rates": {...}, "cases": {...}, …}``, see `gridgeo_server.board.period`.
    """
    kept = [_left_out(row["figures"]) for row in rows]
    of_total = _left_out(total["figures"])
    for number, family in enumerate(FAMILIES):
        gone = [row for row, out in zip(rows, kept, strict=True) if number in out]
        if gone and number not in of_total and (len(gone) == 1 or _told_by_difference(gone, family)):
            of_total.add(number)
    return [_without(row, out) for row, out in zip(rows, kept, strict=True)], _without(total, of_total)


def _left_out(figures: Mapping[str, int | None]) -> set[int]:
    """Which families can't be told, by their numbers."""
    out = set()
    for number, family in enumerate(FAMILIES):
        counts = [figures[name] for name in family]
        for part, whole in SHARES:
            one, all_ = figures[part], figures[whole]
            if part in family and one is not None and all_ is not None:
                counts.append(all_ - one)
        if any(map(is_small, counts)):
            out.add(number)
    return out


def _told_by_difference(rows: Sequence[Mapping[str, Any]], family: Sequence[str]) -> bool:
    """Whether the rows left out together are few enough for their sum to tell of one of them."""
    return any(is_small(sum(row["figures"][name] or 0 for row in rows)) for name in family)


def _without(row: dict[str, Any], out: set[int]) -> dict[str, Any]:
    from gridgeo_server.board.figures import rates

    if not out:
        return row
    gone = {name for number in out for name in FAMILIES[number]}
    figures = {name: None if name in gone else count for name, count in row["figures"].items()}
    return {**row, "figures": figures, "rates": rates(figures), "suppressed": True}

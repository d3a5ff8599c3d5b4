from __future__ import annotations

from typing import Any

from gridgeo_server.board.figures import FIGURES, rates
from gridgeo_server.board.small import FAMILIES, is_small, suppressed, without_small


def _row(key: str, **counts: int) -> dict[str, Any]:
    figures: dict[str, int | None] = {**dict.fromkeys(FIGURES, 0), **counts}
    return {"key": key, "figures": figures, "rates": rates(figures), "cases": {}}


def _total(*rows: dict[str, Any]) -> dict[str, Any]:
    return _row("", **{name: sum(row["figures"][name] for row in rows) for name in FIGURES})


def test_every_figure_belongs_to_one_family() -> None:
    assert sorted(name for family in FAMILIES for name in family) == sorted(FIGURES)


def test_a_small_count_goes_with_what_it_could_be_reckoned_from() -> None:
    row = _row("a", handled=3, pending=20, to_handle=23, reported=9, filed=30, verified_of_filed=28)
    (told,), _ = suppressed([row], _total(row))
    assert [told["figures"][name] for name in ("handled", "pending", "to_handle")] == [None] * 3
    # 2 of 30 weren't verified.
    assert told["figures"]["verified_of_filed"] is None
    assert told["rates"]["handling_rate"] is told["rates"]["verified_rate"] is None
    assert (told["figures"]["reported"], told["suppressed"]) == (9, True)


def test_none_and_five_are_told() -> None:
    row = _row("a", reported=5)
    assert suppressed([row], _total(row)) == ([row], _total(row))
    assert not is_small(0)


def test_one_row_left_out_takes_the_total_with_it_and_two_do_where_they_are_few() -> None:
    big, one, two, many = _row("a", reported=50), _row("b", reported=2), _row("c", reported=1), _row("d", reported=4)
    for rows, told in (((big, one), None), ((big, one, two), None), ((big, one, many), 56), ((big,), 50)):
        shown, total = suppressed(rows, _total(*rows))
        assert total["figures"]["reported"] == told
        assert shown[0]["figures"]["reported"] == 50


def test_no_count_below_five_comes_to_light_as_a_difference() -> None:
    """Every table of four rows with counts up to 7: the sum of what is left out is never small, nor one count alone."""
    for number in range(8**4):
        counts = [number // 8**place % 8 for place in range(4)]
        rows = [_row(str(place), reported=count) for place, count in enumerate(counts)]
        shown, total = suppressed(rows, _total(*rows))
        gone = [count for count, row in zip(counts, shown, strict=True) if row["figures"]["reported"] is None]
        assert gone == [count for count in counts if 0 < count < 5]
        if gone and total["figures"]["reported"] is not None:
            assert len(gone) > 1
            assert sum(gone) >= 5


def test_the_strip_of_indicators_says_that_something_was_left_out() -> None:
    strip = {"overdue": 2, "soon": 0, "ok": 9, "on_time": {"rate": 0.8, "on_time": 8, "due": 10}, "reported_today": 11}
    told = without_small({**strip, "on_duty": 8, "free": 6, "busy": 2, "stale": 0, "grids_at_zero": 3})
    assert told == {
        "overdue": None, "soon": 0, "ok": 9, "on_time": {"rate": None, "on_time": None, "due": None},
        "reported_today": 11, "on_duty": None, "free": None, "busy": None, "stale": 0, "grids_at_zero": 3,
        "suppressed": True,
    }  # fmt: skip
    assert without_small({"overdue": 0, "ok": 9}) == {"overdue": 0, "ok": 9}

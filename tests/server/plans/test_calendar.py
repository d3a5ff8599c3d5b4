"""What the rows of the register mean on a day."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo_server.plans.calendar import Calendar, Handover, Period

START = date(2026, 1, 1)


def _day(number: int) -> date:
    return START + timedelta(days=number)


def _calendar(
    rows: list[tuple[str, str | None, int, str]], handovers: dict[str, list[Handover]] | None = None
) -> Calendar:
    """Rows of area, plan, day and whose step it was, as the store gives them: by area, day and number."""
    entries: dict[str, list[Period]] = {}
    for number, (area, plan, day, whose) in enumerate(rows):
        entries.setdefault(area, []).append(Period(area, plan, _day(day), None, number, number, whose))
    ordered = {area: tuple(sorted(own, key=lambda one: one.since)) for area, own in entries.items()}
    return Calendar(ordered, {("A", grid): tuple(own) for grid, own in (handovers or {}).items()})


def _row(plan: str = "A", grid: str = "g", area: str = "west") -> dict[str, str]:
    return {"plan": plan, "grid": grid, "area": area, "owner": "Li", "name": "Old Street"}


def test_a_plan_holds_until_the_next_begins_and_of_two_of_one_day_the_later_counts() -> None:
    calendar = _calendar([("west", "A", 0, "A"), ("west", "B", 5, "B"), ("west", "C", 5, "C")])
    assert [calendar.on(_day(n)) for n in (-1, 0, 4, 5, 99)] == [{}, {"west": "A"}, {"west": "A"}, *[{"west": "C"}] * 2]
    assert [(one["since"], one["to"]) for one in calendar.held(_row("B"))] == []
    assert [(one["since"], one["to"]) for one in calendar.held(_row("A"))] == [(_day(0), _day(5))]


def test_the_end_of_a_plan_whose_place_another_took_before_ends_nothing() -> None:
    ended = [("west", "A", 0, "A"), ("west", None, 9, "A")]
    assert _calendar(ended).on(_day(9)) == {}
    replaced = _calendar([*ended, ("west", "B", 5, "B")])
    assert replaced.on(_day(9)) == {"west": "B"}
    assert replaced.without([2]).on(_day(9)) == {}


def test_a_start_that_is_withdrawn_is_as_if_it_had_never_been() -> None:
    before = _calendar([("west", "A", 0, "A"), ("east", "A", 0, "A")])
    after = before.with_start(["west"], "B", _day(3))
    assert (after.on(_day(2)), after.on(_day(3))) == (before.on(_day(2)), {"west": "B", "east": "A"})
    (start,) = after.of_plan("B")
    assert list(after.without([start.number])) == list(before)


def test_handovers_cut_a_grids_period_where_owner_or_name_change() -> None:
    changes = [
        Handover(_day(2), "Wang", None, 7),
        Handover(_day(4), None, "New Street", 8),
        Handover(_day(9), "Zhou", "", 9),
    ]
    calendar = _calendar([("west", "A", 1, "A"), ("west", "B", 6, "B")], {"g": changes})
    told = [(one["since"], one["to"], one["owner"], one["name"]) for one in calendar.held(_row())]
    assert told == [
        (_day(1), _day(2), "Li", "Old Street"),
        (_day(2), _day(4), "Wang", "Old Street"),
        (_day(4), _day(6), "Wang", "New Street"),
    ]
    assert [one["owner"] for one in calendar.held(_row(grid="h"))] == ["Li"]


rows = st.lists(
    st.tuples(st.sampled_from(["west", "east"]), st.sampled_from(["A", "B", "C", None]), st.integers(0, 12)),
    max_size=12,
)


@given(rows, st.integers(-1, 14))
def test_what_is_in_force_on_a_day_is_the_same_however_it_is_asked(
    given: list[tuple[str, str | None, int]], day: int
) -> None:
    calendar = _calendar([(area, plan, since, plan or "A") for area, plan, since in given])
    held = calendar.on(_day(day))
    assert frozenset(held.values()) == calendar.plans_on(_day(day))
    assert {area: plan for area in ("west", "east") if (plan := calendar.plan_in(area, _day(day)))} == held
    covering = {one.area: one.plan for one in calendar if one.covers(_day(day)) and one.plan is not None}
    assert covering == held
    for area in ("west", "east"):
        own = calendar.rows.get(area, ())
        for earlier, later in itertools.pairwise(own):
            assert earlier.to == later.since


@pytest.mark.parametrize("number", [0, 1])
def test_rows_of_other_areas_stay_when_one_is_left_out(number: int) -> None:
    calendar = _calendar([("west", "A", 0, "A"), ("east", "B", 0, "B")]).without([number])
    assert list(calendar.on(_day(0)).values()) == [["B", "A"][number]]

"""Maps as the drawings that they are."""

import re

import pytest

from gridgeo.reports.card_maps import CardMaps
from gridgeo.reports.changes import flows
from gridgeo.reports.maps import change_map, look_of, moved_units, plan_map, town_frame
from gridgeo.reports.wording import Words


@pytest.fixture(scope="module")
def look(now, before):
    """How the maps of the two plans look, in English."""
    return look_of(now, Words("en"), before)


def labels(drawing):
    return re.findall(r"<text[^>]*>([^<]*)</text>", str(drawing))


def test_every_map_has_scale_north_and_whose_data_it_shows(now, before, look):
    frame = town_frame(now, 174.0, 200.0)
    maps = (
        plan_map(now, look, frame),
        change_map(before, now, look, frame, flows(before, now)),
        CardMaps(now, look, 84.0, 74.0).draw("03"),
    )
    for drawing in maps:
        told = labels(drawing)
        assert "N" in told
        assert "© OpenStreetMap contributors" in told
        assert any(re.search(r"\d m\u20031 : [\d,]+$", text) for text in told)


def test_the_plans_map_names_every_grid(now, look):
    told = labels(plan_map(now, look, town_frame(now, 174.0, 200.0)))
    assert {"01", "02", "03", "04", "05", "06", "Harbour", "北街"} <= set(told)


def test_the_map_of_changes_says_from_where_to_where_for_how_many(now, before, look):
    table = flows(before, now)
    told = labels(change_map(before, now, look, town_frame(now, 174.0, 200.0), table))
    for flow in table.itertuples():
        assert f"{look.short[flow.from_code]} → {look.short[flow.to_code]}\u2002{flow.households} hh" in told


def test_units_that_change_grid_are_hatched_only_where_there_are_any(now, before, look):
    frame = town_frame(now, 84.0, 150.0)
    moved = plan_map(now, look, frame, moved=moved_units(before, now))
    assert "unit that changes grid" in labels(moved)
    assert "unit that changes grid" not in labels(plan_map(now, look, frame, moved=moved_units(now, now)))


def test_a_grid_has_one_colour_on_both_maps(now, before, look):
    colours = {grid: look.colours[grid] for grid in now.grids["grid"]}
    for plan in (before, now):
        drawing = str(plan_map(plan, look, town_frame(now, 84.0, 150.0)))
        assert all(colour in drawing for colour in colours.values())


def test_a_frame_is_no_higher_than_its_town_needs(now):
    frame = town_frame(now, 174.0, 222.0)
    assert frame.height_mm < 174.0 < 222.0

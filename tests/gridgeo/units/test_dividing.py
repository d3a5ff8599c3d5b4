"""Units tile the boundary, nest in its areas and hold every building once, whatever lines run through the town."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, box

from gridgeo import schemas
from gridgeo.errors import BadInput
from gridgeo.units.blocks import SizeOptions
from gridgeo.units.borders import BorderOptions, parts
from gridgeo.units.dividing import UnitOptions, block_of, build_units
from gridgeo.units.tilings import tiling_faults
from rawtowns import EAST, NORTH, frame, raw_town

SMALL = UnitOptions(size=SizeOptions(least_area_m2=800, least_empty_m2=2000, most_households=60, most_area_m2=50_000))


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    rows=st.integers(1, 4),
    columns=st.integers(2, 4),
    extra=st.integers(0, 8),
    houses=st.integers(1, 10),
    turn=st.floats(0, 90),
    most=st.integers(20, 200),
    river=st.booleans(),
)
def test_units_tile_the_land_and_hold_every_building_and_household_once(
    seed, rows, columns, extra, houses, turn, most, river
):
    town = raw_town(rows, columns, seed=seed, extra_lines=extra, houses=houses, turn=turn, river=river)
    options = replace(SMALL, size=replace(SMALL.size, most_households=most))
    if not len(town["buildings"]):
        return
    made = build_units(**town, options=options)
    land = town["boundary"].geometry.iloc[0]
    # Coordinates are rounded to a centimetre: the outline may move by about that much.
    assert tiling_faults(made.units, land, tolerance=0.015 * land.length / land.area) == []
    assert tiling_faults(made.units, made.boundary.geometry.iloc[0], tolerance=1e-12) == []
    assert shapely.coverage_is_valid(made.units.geometry.to_numpy())
    assert made.buildings["building"].is_unique
    assert set(made.buildings["unit"]) <= set(made.units["unit"])
    inside = town["buildings"].geometry.intersection(land).area / town["buildings"].geometry.area
    assert set(made.buildings["building"]) == set(town["buildings"].loc[inside >= 0.5, "id"])
    assert made.units["households"].sum() == made.buildings["households"].sum() == made.notes["households"]
    per_unit = made.buildings.groupby("unit")["households"].sum().reindex(made.units["unit"], fill_value=0)
    assert (per_unit.to_numpy() == made.units["households"].to_numpy()).all()
    assert made.units["buildings"].sum() == len(made.buildings)


@pytest.fixture(scope="module")
def town():
    """Three by four blocks in two areas, turned by 20 degrees, with five paths across."""
    return raw_town(seed=4, extra_lines=5, houses=6, turn=20)


@pytest.fixture(scope="module")
def made(town):
    """The town's units, split above 60 households."""
    return build_units(**town, options=SMALL)


def test_every_layer_keeps_its_schema(made):
    for name in ("boundary", "areas", "units", "buildings", "borders"):
        schemas.check(getattr(made, name), schemas.JURISDICTION[name])
    json.dumps(dict(made.notes))


def test_units_nest_in_areas_and_areas_are_unions_of_units(made):
    for area in ("west", "east"):
        shape = made.areas.set_index("area").geometry[area]
        inside = made.units[made.units["area"] == area]
        assert shapely.union_all(inside.geometry.to_numpy()).symmetric_difference(shape).area == pytest.approx(
            0, abs=1e-6
        )
    assert set(made.units["area"]) == {"west", "east"}
    assert made.boundary.geometry.iloc[0].area == pytest.approx(made.units["area_m2"].sum())


def test_units_are_numbered_from_west_to_east(made):
    assert made.units["unit"].tolist() == [f"U{i:04d}" for i in range(1, len(made.units) + 1)]
    inner = shapely.get_x(shapely.point_on_surface(made.units.geometry.to_numpy()))
    assert (np.diff(inner.round(1)) >= 0).all()


def test_units_keep_their_sizes(made):
    assert (made.units["area_m2"] >= SMALL.size.least_area_m2).all()
    crowded = made.units[made.units["households"] > SMALL.size.most_households]
    homes = made.buildings[made.buildings["households"] > 0].groupby("unit").size()
    assert len(crowded) <= 0.1 * len(made.units), homes.reindex(crowded["unit"]).to_list()


def test_shuffled_rows_and_gapped_indexes_give_the_same_units(town, made):
    shuffled = dict(town)
    for name in ("lines", "buildings", "road_edges", "areas"):
        rows = town[name].sample(frac=1, random_state=5)
        rows.index = np.arange(len(rows)) * 3 + 11
        shuffled[name] = rows
    again = build_units(**shuffled, options=SMALL)
    assert again.units.geometry.geom_equals_exact(made.units.geometry, 1e-9).all()
    pd.testing.assert_frame_equal(again.units.drop(columns="geometry"), made.units.drop(columns="geometry"))
    columns = ["building", "unit", "households"]
    pd.testing.assert_frame_equal(pd.DataFrame(again.buildings[columns]), pd.DataFrame(made.buildings[columns]))


def test_the_same_map_gives_the_same_bytes(town, made):
    again = build_units(**town, options=SMALL)
    for name in ("units", "buildings", "borders", "areas"):
        assert getattr(again, name).to_wkb().equals(getattr(made, name).to_wkb())
    assert again.notes == made.notes


def test_a_building_across_a_street_belongs_to_the_block_it_overlaps_most():
    blocks = np.array([box(0, 0, 10, 10), box(10, 0, 20, 10)], dtype=object)
    homes = np.array([box(7, 2, 12, 4), box(9, 2, 16, 4), box(8, 2, 12, 4), box(30, 0, 31, 1)], dtype=object)
    assert block_of(homes, blocks).tolist() == [0, 1, 0, 1]


def test_a_boathouse_over_the_water_belongs_to_the_shore(town):
    river = raw_town(4, 3, seed=1, river=True)
    shore = river["water"].geometry.iloc[0]
    west, south, _, north = shore.bounds
    pier = frame(
        {"id": ["w999"], "building": ["apartments"], "building:levels": ["2"]},
        [box(west + 40, south + 4, west + 60, south + 14)],
    )
    river["buildings"] = pd.concat([river["buildings"], pier], ignore_index=True)
    made = build_units(**river)
    assert "w999" in set(made.buildings["building"])
    assert north > south


def test_buildings_outside_the_boundary_are_left_out_and_counted(town):
    more = dict(town)
    far = frame({"id": ["w900"], "building": ["house"]}, [box(EAST - 900, NORTH, EAST - 890, NORTH + 10)])
    more["buildings"] = pd.concat([town["buildings"], far], ignore_index=True)
    made = build_units(**more, options=SMALL)
    assert "w900" not in set(made.buildings["building"])
    assert made.notes["buildings_outside"] == 1


def test_both_banks_of_a_river_are_joined_by_the_bridge():
    made = build_units(**raw_town(4, 3, seed=1, river=True))
    links = made.borders[made.borders["kind"] == "link"]
    assert len(links) == 1
    assert links["walkable"].all()
    assert (made.units["part"] == 0).all()
    assert parts(made.units, made.borders[made.borders["kind"] == "border"]).max() == 1


def test_households_of_a_table_replace_the_estimate_and_unmatched_rows_are_listed(town):
    table = pd.DataFrame({"building": ["w0", "w1", "w1", "nowhere"], "households": [3, 4, 5, 6]})
    made = build_units(**town, households=table, options=SMALL)
    homes = made.buildings.set_index("building")["households"]
    assert (homes["w0"], homes["w1"], homes.sum()) == (3, 9, 12)
    assert made.notes["households_unmatched"] == ["row 3: building nowhere, 6 households"]
    assert made.units["households"].sum() == 12
    assert not made.buildings["imputed"].str.contains("households").any()


def test_households_of_units_are_kept_exactly_and_shared_among_their_buildings(town, made):
    table = pd.DataFrame({"unit": made.units["unit"], "households": np.arange(len(made.units)) * 3})
    again = build_units(**town, households=table, options=SMALL)
    assert (again.units["households"] == table["households"].to_numpy()).all()
    with_homes = again.units[again.units["buildings"] > 0]
    sums = again.buildings.groupby("unit")["households"].sum()
    assert (sums[with_homes["unit"]].to_numpy() == with_homes["households"].to_numpy()).all()


def test_a_table_that_names_an_unknown_unit_is_refused(town):
    with pytest.raises(BadInput, match=r"row 0: 'U9999' is no unit"):
        build_units(**town, households=pd.DataFrame({"unit": ["U9999"], "households": [1]}), options=SMALL)


def test_a_map_without_buildings_is_refused_unless_units_have_given_households(town):
    empty = dict(town) | {"buildings": town["buildings"].iloc[:0]}
    with pytest.raises(BadInput, match="holds no building; choose an extract"):
        build_units(**empty, options=SMALL)
    made = build_units(**empty, households=pd.DataFrame({"unit": ["U0001"], "households": [9]}), options=SMALL)
    assert made.units["households"].sum() == 9
    far = dict(town) | {"buildings": town["buildings"].set_geometry(town["buildings"].geometry.translate(90_000, 0))}
    with pytest.raises(BadInput, match=r"none of its \d+ buildings lies inside the boundary"):
        build_units(**far, options=SMALL)


def test_a_declared_link_joins_an_island_that_no_road_reaches():
    town = raw_town(4, 3, seed=1, river=True)
    banks = shapely.get_parts(town["boundary"].geometry.iloc[0])
    water = town["water"].geometry.iloc[0]
    town["road_edges"] = town["road_edges"][~town["road_edges"].intersects(water.buffer(1))]
    apart = UnitOptions(borders=BorderOptions(least_part_households=0))
    alone = build_units(**town, options=apart)
    assert len(banks) == 2
    assert set(alone.units["part"]) == {0, 1}
    assert [part["part"] for part in alone.notes["parts"]] == [0, 1]
    ferry = LineString([banks[0].centroid, banks[1].centroid])
    joined = build_units(**town, links=[ferry], options=apart)
    assert (joined.units["part"] == 0).all()
    assert joined.notes["links_assumed"] == []


def test_a_part_too_small_for_a_grid_is_joined_by_a_link_that_the_notes_name():
    town = raw_town(4, 3, seed=1, river=True)
    water = town["water"].geometry.iloc[0]
    town["road_edges"] = town["road_edges"][~town["road_edges"].intersects(water.buffer(1))]
    made = build_units(**town, options=UnitOptions(borders=BorderOptions(least_part_households=10_000)))
    assert len(made.notes["links_assumed"]) == 1
    assert (made.units["part"] == 0).all()


def test_monaco_is_divided_as_a_planner_would_expect(monaco):
    units = monaco.units
    assert tiling_faults(units, monaco.boundary.geometry.iloc[0], tolerance=1e-12) == []
    assert 200 <= len(units) <= 600
    assert (units["area_m2"] >= 1500).all()
    alone = monaco.buildings[monaco.buildings["households"] > 0].groupby("unit").size()
    crowded = units.loc[units["households"] > 400, "unit"]
    assert (alone[crowded] <= 3).all()
    assert units["households"].sum() == monaco.buildings["households"].sum()
    assert (units["part"] == 0).all()

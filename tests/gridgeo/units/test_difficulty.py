"""Every metre of street is charged once; difficulty and workload follow their factors and rates."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, box

from gridgeo.errors import BadInput
from gridgeo.units.difficulty import COMMUNITIES, Factors, WorkloadRates, combine, factors, rate, streets_of, workload
from rawtowns import frame, raw_town


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), extra=st.integers(0, 6), turn=st.floats(0, 90))
def test_all_metres_of_street_inside_the_land_are_charged_once(seed, extra, turn):
    town = raw_town(2, 3, seed=seed, extra_lines=extra, turn=turn)
    areas = town["areas"].iloc[1:].reset_index(drop=True)
    streets = town["road_edges"].drop_duplicates("street")
    land = shapely.buffer(areas.union_all(), 0.05)
    inside = shapely.length(shapely.intersection(streets.geometry.to_numpy(), land)).sum()
    assert streets_of(areas, town["road_edges"])["street_m"].sum() == pytest.approx(inside, rel=1e-9)


def test_a_street_between_two_units_is_charged_half_to_each_and_one_inside_wholly():
    pair = frame({"unit": ["a", "b"]}, [box(0, 0, 100, 100), box(100, 0, 200, 100)])
    edges = frame(
        {
            "street": [1, 2, 3, 4],
            "highway": ["residential", "steps", "residential", "residential"],
            "seconds": [1.0, 1.0, 1.0, np.nan],
        },
        [
            LineString([(100, 0), (100, 100)]),
            LineString([(20, 20), (20, 60)]),
            LineString([(200, 0), (200, 100)]),
            LineString([(5, 5), (5, 95)]),
        ],
    )
    table = streets_of(pair, edges)
    assert table["street_m"].tolist() == pytest.approx([90, 150])
    assert table["steps_m"].tolist() == pytest.approx([40, 0])


def test_the_lattice_charges_all_its_streets(lattice):
    total = lattice.road_edges.drop_duplicates("street")["length_m"].sum()
    assert streets_of(lattice.units, lattice.road_edges)["street_m"].sum() == pytest.approx(total)


def test_answers_are_aligned_on_the_index_of_the_units(lattice):
    shuffled = lattice.units.sample(frac=1, random_state=2)
    shuffled.index = [f"row {i}" for i in range(len(shuffled))]
    plain = rate(lattice.units, lattice.buildings, lattice.road_edges).to_numpy()
    moved = rate(shuffled, lattice.buildings, lattice.road_edges)
    assert moved.name == "difficulty"
    assert (moved.index == shuffled.index).all()
    position = {unit: i for i, unit in enumerate(lattice.units["unit"])}
    assert moved.to_numpy().tolist() == [plain[position[unit]] for unit in shuffled["unit"]]
    assert (workload(shuffled).index == shuffled.index).all()


def test_steps_and_walk_ups_make_work_harder(lattice):
    stairs = lattice.road_edges.assign(highway="steps")
    low = lattice.buildings.assign(levels=2.0)
    high = lattice.buildings.assign(levels=6.0)
    easy = rate(lattice.units, low, lattice.road_edges)
    assert (rate(lattice.units, low, stairs) > easy).all()
    assert (rate(lattice.units, high, lattice.road_edges) > easy).all()
    tower = lattice.buildings.assign(levels=12.0)
    assert (factors(lattice.units, tower, lattice.road_edges)["walk_up"] == 0).all()


def test_a_factor_counts_only_where_its_data_are_there(lattice):
    plain = factors(lattice.units, lattice.buildings, lattice.road_edges)
    assert "elderly_share" not in plain.columns
    old = lattice.units.assign(elderly_share=0.5)
    table = factors(old, lattice.buildings, lattice.road_edges)
    assert (table["elderly_share"] == 0.5).all()
    options = Factors(most=10.0)
    assert (combine(table, options) > combine(plain, options)).all()
    unweighted = replace(options, weights={**options.weights, "elderly_share": 0.0})
    assert combine(table, unweighted).equals(combine(plain, options))


def test_an_empty_cell_counts_as_the_median_and_a_negative_one_is_refused(lattice):
    share = pd.Series([0.2] * len(lattice.units), index=lattice.units.index)
    share.iloc[3] = np.nan
    table = factors(lattice.units.assign(elderly_share=share), lattice.buildings, lattice.road_edges)
    assert table["elderly_share"].iloc[3] == 0.2
    share.iloc[5] = -0.1
    with pytest.raises(BadInput, match=r"'elderly_share', row 5: -0.1 is negative"):
        factors(lattice.units.assign(elderly_share=share), lattice.buildings, lattice.road_edges)


def test_the_community_type_follows_from_the_homes():
    land = frame({"unit": list("abcd")}, [box(200 * i, 0, 200 * i + 200, 200) for i in range(4)])
    homes = frame(
        {
            "unit": ["a", "b", "c"],
            "use": ["residential", "work", "mixed"],
            "households": [1, 0, 30],
            "levels": [2.0, 2.0, 9.0],
        },
        [box(200 * i + 50, 50, 200 * i + 60, 60) for i in range(3)],
    )
    edges = frame({"street": [1], "highway": ["residential"], "seconds": [1.0]}, [LineString([(0, 0), (800, 0)])])
    assert factors(land, homes, edges)["community"].tolist() == ["rural", "work", "centre", "open"]


def test_workload_is_the_sum_of_visits_patrols_cases_and_fixed_tasks():
    units = pd.DataFrame({"households": [100], "difficulty": [1.5], "street_m": [670.0]})
    rates = WorkloadRates(0.5, 10, 67, 20, 0.1, 30, 1)
    assert workload(units, rates).tolist() == [100 * 0.5 * 10 * 1.5 + 10 * 20 + 100 * 0.1 * 30 + 100]


def test_a_task_less_lowers_the_workload_by_exactly_its_minutes(lattice):
    rates = WorkloadRates()
    less = workload(lattice.units, rates) - workload(lattice.units, replace(rates, fixed_min_per_household=1.0))
    assert less.to_numpy() == pytest.approx(lattice.units["households"].to_numpy() * 1.0, abs=0.11)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"weights": {"mood": 1.0}}, "'mood' is no known factor"),
        ({"weights": {"steps": -1.0}}, "'steps' is -1.0"),
        ({"base": {"estate": 1.0}}, "no difficulty for community type"),
        ({"base": {**COMMUNITIES, "open": float("nan")}}, "'open' is nan"),
        ({"least": 2.0, "most": 1.0}, "are no range"),
    ],
)
def test_factors_that_make_no_sense_are_refused(values, words):
    with pytest.raises(BadInput, match=words):
        Factors(**values)


@pytest.mark.parametrize("values", [{"patrol_m_per_min": 0.0}, {"visit_min": -1.0}, {"case_min": float("inf")}])
def test_rates_that_make_no_sense_are_refused(values):
    with pytest.raises(BadInput, match=next(iter(values))):
        WorkloadRates(**values)

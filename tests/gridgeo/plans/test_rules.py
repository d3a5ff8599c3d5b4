import dataclasses
import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.errors import BadInput
from gridgeo.plans.rules import Band, Rules, measure


@given(st.floats(0, 5), st.integers(1, 50), st.floats(1, 1e6))
def test_a_tolerance_is_a_band_around_the_mean(tolerance, k, total):
    low, high = Band(tolerance=tolerance).bounds(total, k)
    assert low <= total / k * (1 + 1e-12)
    assert high >= total / k * (1 - 1e-12)
    assert low >= 0


def test_a_share_in_per_cent_is_read_with_its_sign_and_told_without_it():
    assert Band.parse(" 12.5% ") == Band(tolerance=0.125)
    with pytest.raises(BadInput, match=r"40 means ±4,000%; write 0\.4 for ±40 %"):
        Band.parse("40")


def test_a_range_is_absolute_whatever_the_total():
    assert Band.parse("300:500").bounds(10, 3) == (300, 500)


@pytest.mark.parametrize("text", ["much", "1:2:3", "-0.1", "500:300", "nan", ":5", "inf"])
def test_an_unreadable_band_is_refused_with_the_mend(text):
    with pytest.raises(BadInput, match="band"):
        Band.parse(text)


def test_rules_survive_their_own_json():
    rules = Rules(
        k=3,
        balance={"households": Band.parse("0.1"), "area": Band.parse("10:1234567.5")},
        within="quarter",
        keep_together=(("a", "b"),),
    )
    assert Rules.from_json(json.loads(json.dumps(rules.as_json()))) == rules


def test_every_rule_survives_its_own_json():
    rules = Rules(
        k=2,
        balance={"area": Band.parse("0.1")},
        aim=("area", "workload"),
        targets={"area": (1.5, 2.5)},
        objective="balance~0.1,compactness+0.5*ties",
        within="town,village",
        keep_together=(("a", "b"), ("c", "d", "e")),
        keep_apart=(("a", "c"),),
        seeds=("a", "c"),
        fix={"d": "c"},
        splits=1,
        split_level="village",
        customs={"a": "hui"},
        prefer_borders=("roads", "rivers"),
        reach=12.5,
        links=(("a", "e"),),
    )
    assert {field.name for field in dataclasses.fields(rules)} == set(rules.as_json())
    assert Rules.from_json(json.loads(json.dumps(rules.as_json()))) == rules
    ranged = Rules(k=(3, 7))
    assert Rules.from_json(json.loads(json.dumps(ranged.as_json()))) == ranged


def test_rules_written_before_there_were_more_are_read():
    old = {"k": 4, "balance": {"households": "0.1"}, "objective": "travel", "within": None, "keep_together": [["a"]]}
    assert Rules.from_json(old) == Rules(k=4, objective="travel", keep_together=(("a",),))


def test_a_range_of_grids_has_a_fewest_and_a_most():
    assert (Rules(k=(3, 7)).fewest, Rules(k=(3, 7)).most) == (3, 7)
    assert (Rules(k=5).fewest, Rules(k=5).most) == (5, 5)


@pytest.mark.parametrize("k", [(7, 3), (0, 3), (3,), (3, 4, 5)])
def test_a_range_of_grids_that_is_none_is_refused(k):
    with pytest.raises(BadInput, match="number of grids"):
        Rules(k=k)


@pytest.mark.parametrize("k", [0, -1, 2.5, True])
def test_a_count_of_grids_that_is_no_count_is_refused(k):
    with pytest.raises(BadInput, match="whole number"):
        Rules(k=k)


def test_an_unknown_measure_or_objective_is_named():
    with pytest.raises(BadInput, match="'people'"):
        Rules(k=2, balance={"people": Band.parse("0.1")})
    with pytest.raises(BadInput, match="'pretty'"):
        Rules(k=2, objective="pretty")


@pytest.mark.parametrize("index", [["c", "a", "b"], [7, 3, 100]])
def test_a_measure_keeps_the_callers_index(index):
    units = pd.DataFrame(
        {"households": [1, 2, 3], "difficulty": [1.0, 2.0, 0.5], "area_m2": 1.0, "workload_min": 9.0}, index=index
    )
    found = measure(units, "difficulty")
    assert list(found.index) == index
    assert found.tolist() == [1.0, 4.0, 1.5]

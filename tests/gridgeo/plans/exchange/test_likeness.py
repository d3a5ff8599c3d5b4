"""What tables lose or add to an identifier is forgiven; everything else tells two apart."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.plans.exchange.likeness import likeness, spellings, suggestions


@pytest.mark.parametrize(
    "text", ["U007", "u007", " U007 ", "U 007", "Ｕ００７", "U7", "U\u200b007", "U007.0", "U\u00a00007"]
)
def test_one_identifier_in_many_dresses(text):
    assert likeness(text) == "u7"


@pytest.mark.parametrize(
    ("one", "other"), [("1", "10"), ("0", "00A"), ("U-1", "U1"), ("1.5", "15"), ("1.05", "1.5"), ("A", "B")]
)
def test_different_identifiers_stay_different(one, other):
    assert likeness(one) != likeness(other)


@given(st.integers(0, 10**9), st.integers(0, 12))
def test_leading_zeros_never_count_and_others_always_do(number, zeros):
    assert likeness("0" * zeros + str(number)) == str(number)


def test_suggestions_are_all_that_are_alike():
    found = suggestions(["7", "x", "8"], ["007", "07", "8 "])
    assert found.to_dict() == {"7": ["007", "07"], "x": [], "8": ["8 "]}


def test_the_spelling_used_most_is_kept():
    assert spellings(pd.Series(["1", "1", "01", "２", "A"])) == {"01": "1"}
    assert spellings(pd.Series(["1", "01"])) == {"1": "01"}
    assert spellings(pd.Series([], dtype="str")) == {}

"""Columns are found by what they are called, and identifiers of any type become text."""

import numpy as np
import pandas as pd
import pytest

from gridgeo.errors import BadInput
from gridgeo.plans.exchange.columns import CHINESE, GRID_NAMES, UNIT_NAMES, as_text, find_column, headings


def test_a_name_is_found_in_any_case_and_width():
    assert find_column(["ID", " Ｕｎｉｔ "], None, UNIT_NAMES, "") == " Ｕｎｉｔ "
    assert find_column(["网格编码", "网格"], None, GRID_NAMES, "") == "网格"
    assert find_column(["a"], None, GRID_NAMES, "") is None


def test_a_heading_that_was_translated_is_found_by_its_chinese_name():
    assert find_column(["unit", "grid"], "单元", UNIT_NAMES, "--unit-column") == "unit"


def test_a_column_that_isnt_there_is_refused_with_those_that_are():
    with pytest.raises(BadInput, match=r"no column 'beet' \(--grid-column\); did you mean 'beat'\? it has beat, block"):
        find_column(["beat", "block"], "beet", GRID_NAMES, "--grid-column")


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([7, 8], ["7", "8"]),
        ([7.0, np.nan], ["7", None]),
        ([7.5, 1e20], ["7.5", "1e+20"]),
        (["007", " 8 ", "", "  ", None], ["007", " 8 ", None, None, None]),
        ([True, False], ["True", "False"]),
        ([None, None], [None, None]),
    ],
)
def test_identifiers_of_any_type_become_text_on_their_index(values, text):
    column = pd.Series(values, index=[f"r{i}" for i in range(len(values))][::-1])
    found = as_text(column)
    assert found.index.equals(column.index)
    assert [None if pd.isna(value) else value for value in found] == text


def test_headings_are_told_in_two_languages_and_no_two_columns_share_one():
    assert headings(["unit", "households"], "zh") == {"unit": "单元", "households": "户数"}
    assert headings(["unit"], "en") == {"unit": "unit"}
    assert len(set(CHINESE.values())) == len(CHINESE)
    with pytest.raises(BadInput, match="choose en or zh"):
        headings([], "fr")

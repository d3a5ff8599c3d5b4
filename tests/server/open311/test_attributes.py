from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gridgeo.errors import BadInput
from gridgeo_server.errors import BadRequest
from gridgeo_server.open311.attributes import Attribute, attributes_of, checked

WORDS = {"en": "Why?", "zh": "为何？"}
KINDS = {"a": {"en": "A", "zh": "甲"}, "b": {"en": "B", "zh": "乙"}}
ASKED = (
    Attribute("name", "string", **WORDS),
    Attribute("size", "number", **WORDS),
    Attribute("since", "datetime", **WORDS),
    Attribute("one", "singlevaluelist", **WORDS, values=KINDS),
    Attribute("many", "multivaluelist", **WORDS, values=KINDS),
    Attribute("told", "string", **WORDS, variable=False),
)


def test_answers_of_the_right_kind_are_kept_and_empty_ones_left_out() -> None:
    given = {"name": ["x"], "size": ["-1.5"], "since": ["2026-11-18T09:00Z"], "one": ["a"], "many": ["a", "b"]}
    assert checked("noise", ASKED, {**given, "other": [""], "told": [" "]}) == given


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"size": ["1e5"]}, "no number"),
        ({"size": ["NaN"]}, "no number"),
        ({"since": ["today"]}, "zone"),
        ({"one": ["c"]}, "can be a, b"),
        ({"one": ["a", "b"]}, "more than once"),
        ({"name": ["x" * 201]}, "at most 200"),
        ({"colour": ["red"]}, "has no attribute"),
        ({"told": ["x"]}, "has no attribute"),
    ],
)
def test_an_answer_of_another_kind_is_refused(given: dict[str, list[str]], said: str) -> None:
    with pytest.raises(BadRequest, match=said):
        checked("noise", ASKED, given)


def test_a_needed_answer_must_be_there() -> None:
    needed = (Attribute("name", "string", **WORDS, required=True),)
    with pytest.raises(BadRequest, match="noise needs"):
        checked("noise", needed, {"name": [" "]})


def test_the_shipped_table_is_left_out_where_a_town_has_no_such_category(tmp_path: Path) -> None:
    assert set(attributes_of(tmp_path, ["noise", "rubbish"])) == {"noise"}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ([], "must be an object"),
        ({"ufo": []}, "no such category; categories are noise"),
        ({"noise": {}}, "must be a list"),
        ({"noise": [{"code": "a b", "datatype": "string", **WORDS}]}, "row 1: code"),
        ({"noise": [{"code": "a", "datatype": "colour", **WORDS}]}, "datatype must be one of"),
        ({"noise": [{"code": "a", "datatype": "string", "en": "A"}]}, "in en and in zh"),
        ({"noise": [{"code": "a", "datatype": "singlevaluelist", **WORDS}]}, "a list needs some"),
        ({"noise": [{"code": "a", "datatype": "string", **WORDS, "values": KINDS}]}, "two kinds of list"),
        ({"noise": [{"code": "a", "datatype": "string", **WORDS, "required": "yes"}]}, "true or false"),
        ({"noise": [{"code": "a", "datatype": "string", **WORDS, "colour": 1}]}, "unknown field 'colour'"),
        ({"noise": [{"code": "a", "datatype": "string", **WORDS}] * 2}, "same code"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_file_service_and_row(
    tmp_path: Path, table: Any, said: str
) -> None:
    (tmp_path / "attributes.json").write_text(json.dumps(table), encoding="utf-8")
    with pytest.raises(BadInput, match=said) as refused:
        attributes_of(tmp_path, ["noise"])
    assert "attributes.json" in str(refused.value)

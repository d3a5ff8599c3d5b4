"""What a body of JSON may be; the doors are tried in `bad_input`."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo_server import bodies
from gridgeo_server.errors import BadRequest

JSON = b"application/json"


def _nested(depth):
    return b"[" * depth + b"]" * depth


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=9) | st.dictionaries(st.text(), inner, max_size=9),
        max_leaves=80,
    )
)
def test_whatever_json_writes_is_taken_unless_it_holds_a_nul(value):
    text = json.dumps(value)
    if "\\u0000" in text:
        return
    bodies.read("/x", JSON, text.encode())


def test_a_name_that_stands_twice_is_named_however_deep_it_is():
    with pytest.raises(BadRequest) as caught:
        bodies.read("/x", JSON, b'{"a":[{"b":{"c":1,"d":2,"c":3}}]}')
    assert caught.value.field == "c"


def test_as_many_levels_are_taken_as_are_told_and_no_more():
    bodies.read("/x", JSON, _nested(bodies.DEEPEST))
    with pytest.raises(BadRequest):
        bodies.read("/x", JSON, _nested(bodies.DEEPEST + 2))


def test_the_field_that_holds_a_bad_sign_or_number_is_named():
    for body, field in (
        (b'{"a":{"b":["x","\\u0000"]}}', "a.b.1"),
        (b'{"a":NaN}', "a"),
        (b'{"a":{"\\ud800":1}}', "a.?"),
    ):
        with pytest.raises(BadRequest) as caught:
            bodies.read("/x", JSON, body)
        assert caught.value.field == field


def test_other_kinds_and_files_with_a_reader_of_their_own_are_left_alone():
    bodies.read("/x", b"text/csv", b"{")
    bodies.read("/api/v1/cases/bulk", JSON, b"{")
    bodies.read("/x", JSON, b"")

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo_server.open311.encoding import answer, encoded

texts = st.text(st.characters(codec=None), max_size=30)


def test_a_list_names_its_elements_and_nothing_is_an_empty_element() -> None:
    value = [{"code": 404, "description": None}, {"code": 400, "description": "so"}]
    root = ET.fromstring(encoded("errors", value, "xml").encode())
    assert [one.tag for one in root] == ["error", "error"]
    assert root[0].find("description").text is None  # type: ignore[union-attr]
    assert json.loads(encoded("errors", value, "json")) == value


@pytest.mark.parametrize(
    ("value", "told"), [(True, "true"), (False, "false"), (7.4165158, "7.4165158"), (-0.5, "-0.5"), (1e-7, "0.0000001")]
)
def test_truth_and_numbers_are_written_without_exponent_or_capital(value: Any, told: str) -> None:
    assert f"<x>{told}</x>" in encoded("errors", [{"x": value}], "xml")


@given(st.lists(st.fixed_dictionaries({"code": st.integers(), "description": texts}), max_size=3))
def test_whatever_stands_in_a_text_the_xml_can_be_read_and_says_the_same(value: list[dict[str, Any]]) -> None:
    body = answer("errors", value, "xml").body
    root = ET.fromstring(body)
    assert len(root) == len(value)
    for element, one in zip(root, value, strict=True):
        told = element.find("description")
        assert told is not None
        assert not len(told)
        kept = "".join(sign if _fits(sign) else "\ufffd" for sign in one["description"])
        assert (told.text or "") == kept


@given(st.lists(st.fixed_dictionaries({"description": texts}), max_size=3))
def test_whatever_stands_in_a_text_the_json_is_utf8(value: list[dict[str, Any]]) -> None:
    told = json.loads(bytes(answer("errors", value, "json").body).decode("utf-8"))
    for one, other in zip(told, value, strict=True):
        assert one["description"] == other["description"].encode("utf-8", "replace").decode()


def _fits(sign: str) -> bool:
    code = ord(sign)
    return sign in "\t\n\r" or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000

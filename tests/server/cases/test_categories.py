from __future__ import annotations

import pytest

from gridgeo_server.cases.categories import Categories
from gridgeo_server.errors import BadRequest


def test_every_kind_has_both_names_and_a_limit() -> None:
    table = Categories.packaged()
    assert len(table.all()) >= 10
    for kind in table.all():
        assert kind.name_zh
        assert kind.name_en
        assert kind.limit_s > 0
        assert table[kind.category] is kind
    assert "secondary source" in table.source


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadRequest, match="unknown category 'ufo'; known are manhole_cover, "):
        Categories.packaged()["ufo"]

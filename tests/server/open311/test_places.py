from __future__ import annotations

from typing import Any

import pytest

from gridgeo_server.errors import BadRequest
from gridgeo_server.open311.places import place_of, place_of_building
from gridgeo_server.town import Town


def test_a_known_place_and_a_building_are_found(town: Town, at: Any) -> None:
    lon, lat = place_of(town, "School")
    assert town.locator.locate(lon, lat).snapped_m == 0
    building = str(town.jurisdiction.buildings["building"].iloc[0])
    lon, lat = place_of_building(town, building)
    assert town.locator.locate(lon, lat).grid == "01"


@pytest.mark.parametrize(
    ("address", "said"), [("Row 2", "several places"), ("Nowhere Lane 9", "no place is found"), ("!!", "no letter")]
)
def test_an_address_that_leads_to_no_one_place_is_refused_with_the_reason(town: Town, address: str, said: str) -> None:
    with pytest.raises(BadRequest, match=said) as refused:
        place_of(town, address)
    assert refused.value.field == "address_string"


def test_an_unknown_building_is_refused(town: Town) -> None:
    with pytest.raises(BadRequest, match="no building"):
        place_of_building(town, "B-9")

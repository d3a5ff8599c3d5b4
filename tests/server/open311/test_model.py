from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo_server.errors import BadRequest
from gridgeo_server.open311.model import FILTERS, FOREIGN, MOST, search_of
from gridgeo_server.open311.period import SPAN

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)


def test_lists_come_with_commas_or_again_and_empty_ones_are_none() -> None:
    search = search_of({"service_code": ["noise,greenery", " noise ,"], "status": [""], "page": [" "]}, NOW)
    assert search.services == ("noise", "greenery")
    assert (search.statuses, search.page, search.page_size) == ((), 1, MOST)
    assert search.start == NOW - SPAN


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"status": ["open,lost"]}, "no status 'lost'"),
        ({"page": ["0"]}, "from 1"),
        ({"page": ["1.5"]}, "whole number"),
        ({"page": ["٣"]}, "whole number"),
        ({"page_size": ["1001"]}, "to 1000"),
        ({"page": ["1", "2"]}, "more than once"),
        ({"start_date": ["2026-11-18"]}, "zone"),
        ({"start_date": ["2026-11-18T00:00:00Z"], "end_date": ["2026-11-17T00:00:00Z"]}, "before"),
        ({"start_date": ["2026-01-01T00:00:00Z"], "end_date": ["2026-04-01T00:00:01Z"]}, "at most 90"),
        ({"service_request_id": [",".join(map(str, range(1_001)))]}, "more than 1000"),
    ],
)
def test_what_cannot_be_searched_for_is_refused(asked: dict[str, list[str]], said: str) -> None:
    with pytest.raises(BadRequest, match=said):
        search_of(asked, NOW)


@pytest.mark.parametrize("name", FOREIGN)
def test_a_filter_of_other_servers_is_refused_even_empty_and_not_taken_for_none(name: str) -> None:
    with pytest.raises(BadRequest, match=f"{name} is no filter here"):
        search_of({name: [""]}, NOW)


@given(
    st.dictionaries(
        st.sampled_from(FILTERS),
        st.lists(st.text(max_size=20) | st.sampled_from(["open", "2026-11-18T09:00:00Z", "7", "9" * 10]), max_size=3),
    )
)
def test_whatever_is_asked_is_a_search_within_the_bounds_or_refused(asked: dict[str, list[str]]) -> None:
    try:
        search = search_of(asked, NOW)
    except BadRequest:
        return
    assert search.end - search.start <= SPAN
    assert 1 <= search.page_size <= MOST
    assert search.skip >= 0
    assert set(search.statuses) <= {"open", "closed"}

"""What a text and a name may hold."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, ValidationError

from gridgeo_server import wording
from gridgeo_server.plans.requests import NewIdentity, NewPlan
from gridgeo_server.rosters.requests import NewTerm


class _Told(BaseModel):
    text: wording.Words


@pytest.mark.parametrize(
    "text", ["line\nline\ttab", "<b>&amp;</b>", "=cmd|x!A0", "👩\u200d👩\u200d👧", "好" * 4_000, ""]
)
def test_a_text_is_kept_as_it_was_written(text):
    assert _Told(text=text).text == text


def test_marks_that_turn_the_direction_are_taken_out_with_the_blanks_around():
    assert _Told(text=" \u202eabc\u2069\u200e\u061c ").text == "abc"


@pytest.mark.parametrize("text", ["\0", "a\x08", "\x1b[0m", "\x7f", "\x9f", "\ud800", "好" * 4_001])
def test_what_no_text_can_be_is_refused(text):
    with pytest.raises(ValidationError):
        _Told(text=text)


@pytest.mark.parametrize("name", ["Li\u202egnaW", "Li\0", "Li\nWang", "\u200fLi", "Li\u2028Wang", "Li\x1b[2J"])
def test_no_name_of_a_person_plan_or_grid_holds_signs_that_make_it_look_like_another(name):
    for made in (
        lambda: NewTerm(grid="01", role="x", person=name),
        lambda: NewPlan(name=name),
        lambda: NewIdentity(owner=name, why="x"),
        lambda: NewIdentity(name=name, why="x"),
    ):
        with pytest.raises(ValidationError, match="U\\+"):
            made()

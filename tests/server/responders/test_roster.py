from __future__ import annotations

from pathlib import Path

import pytest

from gridgeo.errors import BadInput
from gridgeo_server.app import create_app
from gridgeo_server.responders import store
from gridgeo_server.responders.model import Responder
from gridgeo_server.responders.roster import roster
from gridgeo_server.settings import Settings
from gridgeo_server.town import Town


def _officers(settings: Settings, town: Town) -> dict[str, Responder]:
    state = create_app(settings, town).state.gridgeo
    with state.store.reading() as connection:
        found = {one.responder: one for one in store.everybody(connection)}
    state.store.close()
    return found


def test_officers_of_a_list_take_the_place_of_those_made_from_the_plan(tmp_path: Path, town: Town) -> None:
    text = "officer,name,name_zh,grids,mode\nw,Marie Curie,,01 02,\nf,王芳,王芳,04 05 06,ebike\n"
    (tmp_path / "officers.csv").write_bytes(text.encode("gbk"))
    found = _officers(Settings(data=tmp_path), town)
    assert set(found) == {"w", "f"}
    assert (found["w"].grids, found["w"].initials, found["w"].mode) == (("01", "02"), "MC", "foot")
    assert (found["f"].name_zh, found["f"].initials, found["f"].mode) == ("王芳", "王", "ebike")


def test_a_change_of_the_list_keeps_who_stays_and_sends_home_who_is_gone(tmp_path: Path, town: Town) -> None:
    first = _officers(Settings(data=tmp_path), town)
    assert len(first) == 6
    (tmp_path / "officers.csv").write_text("officer,name,grids\nofficer-01,Ada,01 03\n", encoding="utf-8")
    second = _officers(Settings(data=tmp_path), town)
    assert (second["officer-01"].name, second["officer-01"].grids) == ("Ada", ("01", "03"))
    assert second["officer-01"].on_duty
    assert not second["officer-02"].on_duty
    assert second["officer-02"].grids == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("officer,name\na,A\n", "'grids' is missing"),
        ("officer,name,grids\na,A,01\na,B,02\n", "line 3: officer 'a' stands twice"),
        ("officer,name,grids\na,A,77\n", "line 2: the plan has no grid '77'; it has 01, 02"),
        ("officer,name,grids\na,,01\n", "line 2: officer, name and grids must all be given"),
        ("officer,name,grids,mode\na,A,01,boat\n", "line 2: unknown mode 'boat'"),
        ("officer,name,grids\n\na,Li\u202egnaW,01\n", r"officers\.csv, line 3: name holds U\+202E, which turns"),
        ("officer,name,name_zh,grids\na,Li,\u200f李,01\n", r"line 2: name_zh holds U\+200F"),
        ("officer,name,grids\na,Li\0,01\n", r"line 2: name holds U\+0000, a control sign; take it out"),
        ('officer,name,grids\nb,B,01\na,"Li\nWang",02\n', r"line 4: name holds U\+000A"),
        ("officer,name,grids,skills\na,Li,01,climb\x1b[2J\n", r"line 2: skills holds U\+001B"),
    ],
)
def test_a_bad_list_is_refused_with_the_line(tmp_path: Path, town: Town, text: str, said: str) -> None:
    (tmp_path / "officers.csv").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=said):
        roster(Settings(data=tmp_path), town)


def test_what_officers_can_do_is_taken_from_the_list_and_kept_in_the_store(tmp_path: Path, town: Town) -> None:
    text = "officer,name,grids,skills\na,A,01 02,first aid; climbing；first aid\nb,B,03,\n"
    (tmp_path / "officers.csv").write_text(text, encoding="utf-8")
    found = _officers(Settings(data=tmp_path), town)
    assert (found["a"].skills, found["b"].skills) == (("first aid", "climbing"), ())

from __future__ import annotations

import pandas as pd
import pytest

from gridgeo import crs
from gridgeo.dispatch import Choice, send
from gridgeo.errors import BadInput
from towns import CRS, EAST, NORTH

AT = "2026-11-27T09:00"


def placed_at(key: str, *rows: tuple[str, float, float], **columns: list[object]) -> pd.DataFrame:
    """Rows (name, metres east, metres north) of the town's corner as degrees."""
    lon, lat = crs.transform([EAST + x for _, x, _ in rows], [NORTH + y for _, _, y in rows], CRS, crs.WGS84)
    return pd.DataFrame({key: [name for name, _, _ in rows], "lon": lon, "lat": lat, **columns})


@pytest.fixture
def officers():
    """Two officers on the street along the southern border, 600 m apart, and one who doesn't work on Fridays."""
    table = placed_at("officer", ("wang", 200, 0), ("li", 800, 0), ("zhao", 210, 0))
    return table.assign(
        grid=["04", "05", "04"], skills=["first aid", None, None], weekdays=["Mon-Fri", "Mon-Fri", "Mon"]
    )


def test_the_worst_arrival_is_early_though_the_sum_is_not(plan, officers):
    # By the least sum wang would take the case beside him, and li walk 900 m to the other.
    cases = placed_at("case", ("near wang", 400, 0), ("west", 0, 0))
    found = send(plan, cases, officers, at=AT)
    assert found.sent[["case", "officer"]].values.tolist() == [["near wang", "li"], ["west", "wang"]]
    nearest = send(plan, cases, officers, at=AT, choice=Choice(policy="nearest"))
    assert nearest.sent["officer"].tolist() == ["wang", "li"]
    assert found.figures()["worst_min"] < nearest.figures()["worst_min"]


def test_every_candidate_and_everybody_not_offered_is_explained_in_both_languages(plan, officers):
    cases = placed_at("case", ("a", 300, 0), skills=["first aid"])
    found = send(plan, cases, officers.assign(open_cases=[2, 0, 0]), at=AT)
    (row,) = found.candidates.to_dict("records")
    assert row["officer"] == "wang"
    assert row["en"].endswith("has the skill, own grid, 2 open cases")
    assert row["zh"].endswith("具备技能，本网格，手上2件事件")
    assert found.not_offered[["officer", "code", "en", "zh"]].values.tolist() == [
        ["li", "no_skill", "lacks the skill first aid", "不具备技能：first aid"],
        ["zhao", "off_duty", "off duty", "不在岗"],
    ]


def test_old_positions_and_full_hands_keep_officers_at_home(plan, officers):
    cases = placed_at("case", ("a", 400, 0))
    crew = officers.assign(fix_at=["2026-11-27T08:00", "2026-11-27T08:59", None], open_cases=[0, 3, 0])
    found = send(plan, cases, crew, at=AT, choice=Choice(fix_age_min=30, open_cases=3))
    assert dict(zip(found.not_offered["officer"], found.not_offered["code"], strict=True)) == {
        "wang": "old_position",
        "li": "full",
        "zhao": "off_duty",
    }
    assert found.figures()["waiting"] == ["a"]
    assert found.sent["en"].tolist() == ["nobody is left who can come"]


def test_leave_and_local_time_are_looked_at(plan, officers):
    cases = placed_at("case", ("a", 400, 0))
    crew = officers.assign(**{"from": "08:00", "to": "12:00", "leave": ["2026-11-27", None, None]})
    found = send(plan, cases, crew, at="2026-11-27T09:00", zone="Asia/Shanghai")
    assert found.sent["officer"].tolist() == ["li"]
    assert "on_leave" in found.not_offered["code"].tolist()
    late = send(plan, cases, crew, at="2026-11-27T09:00Z", zone="Asia/Shanghai")
    assert set(late.not_offered["code"]) == {"on_leave", "off_duty"}


def test_with_room_an_officer_takes_turns_that_count_as_time(plan, officers):
    cases = placed_at("case", ("a", 100, 0), ("b", 150, 0), ("c", 250, 0))
    found = send(plan, cases, officers, at=AT, choice=Choice(room=2, busy_min=2))
    assert sorted(found.sent["turn"].tolist()) == [1, 1, 2]
    assert found.figures()["sent"] == 3


def test_urgent_cases_go_first_where_there_are_too_few_officers(plan, officers):
    cases = placed_at(
        "case", ("a", 100, 0), ("b", 150, 0), ("c", 900, 300), urgency=[2, 2, 1], reported=[AT, "2026-11-27T08:00", AT]
    )
    found = send(plan, cases, officers, at=AT)
    assert found.figures()["waiting"] == ["a"]


def test_a_case_that_needs_two_gets_two_or_none(plan, officers):
    cases = placed_at("case", ("a", 100, 0), persons=[2])
    assert send(plan, cases, officers, at=AT).sent["officer"].tolist() == ["wang", "li"]
    three = cases.assign(persons=3)
    assert send(plan, three, officers, at=AT).figures()["waiting"] == ["a"]


@pytest.mark.parametrize("choice", [Choice("nearest"), Choice(room=2)])
def test_teams_are_sent_by_no_other_policy_and_in_no_turns(plan, officers, choice):
    with pytest.raises(BadInput, match="several persons go by the policy together, one to each officer"):
        send(plan, placed_at("case", ("a", 100, 0), persons=[2]), officers, at=AT, choice=choice)


def test_the_answer_is_written_with_all_its_layers(plan, officers, tmp_path):
    from gridgeo.sources import read_layers

    send(plan, placed_at("case", ("a", 100, 0)), officers, at=AT).to_file(tmp_path / "sent.gpkg")
    assert set(read_layers(tmp_path / "sent.gpkg")) == {"sent", "candidates", "not_offered", "meta"}


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"reported": ["2026-11-28"]}, "lies after the moment of the decision"),
        ({"persons": [0]}, "no number of officers"),
        ({"urgency": [0.5]}, "no whole number"),
        ({"limit_min": [-1]}, "below 0"),
    ],
)
def test_rows_that_cannot_be_used_are_named(plan, officers, columns, said):
    with pytest.raises(BadInput, match=said):
        send(plan, placed_at("case", ("a", 100, 0)).assign(**columns), officers, at=AT)


@pytest.mark.parametrize(
    ("asked", "said"),
    [({"policy": "best"}, "unknown policy"), ({"room": 0}, "room is 0"), ({"busy_min": -1}, "busy_min")],
)
def test_options_that_cannot_be_used_are_refused(asked, said):
    with pytest.raises(BadInput, match=said):
        Choice(**asked)


def test_the_urgent_case_goes_first_also_where_another_needs_a_team(plan, officers):
    cases = placed_at(
        "case", ("near", 210, 0), ("urgent", 500, 0), ("many", 300, 0), persons=[1, 1, 3], urgency=[5, 1, 5]
    )
    found = send(plan, cases, officers.head(1), at=AT)
    assert found.sent.set_index("case")["officer"].dropna().to_dict() == {"urgent": "wang"}


def test_an_unknown_mode_of_everybody_is_refused_by_name(plan, officers):
    with pytest.raises(BadInput, match="unknown mode 'bike'; use foot"):
        send(plan, placed_at("case", ("a", 300, 0)), officers, at=AT, choice=Choice(mode="bike"))

from datetime import date

from gridgeo.reports.officers import Officers
from gridgeo.reports.wording import Words


def test_filled_and_empty_places_add_up(now, roster):
    told = Officers(roster, now, date(2027, 1, 1)).summary(Words("en"))
    assert (told["places"], told["empty"], told["people"], told["several"]) == (42, 38, 2, 1)
    assert sum(role["filled"] + len(role["empty"]) for role in told["roles"]) == told["places"]


def test_a_grid_lists_its_roles_in_order_with_the_supervisor_marked(now, roster):
    rows = Officers(roster, now, date(2027, 1, 1)).rows("01", Words("zh"))
    assert [str(row["name"]) for row in rows if row["first"]] == ["督导员"]
    assert [[phone for _, phone in row["people"]] for row in rows] == [
        [],
        [],
        [],
        ["13800000001"],
        [],
        [],
        ["13800000001"],
    ]
